/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_VECTORS_H
#define SKEP_KERNEL_EXPR_VECTORS_H

#include <stdint.h>

/* Vectors of BYTES bytes as gcc and clang have them in C: + - * / and comparisons work on them as on single
 * numbers, lane by lane. They may lie anywhere and alias anything. */
#define VECTOR_TYPE(element, bytes) __attribute__((vector_size(bytes), aligned(sizeof(element)), may_alias))

#define DEFINE_VECTORS(bytes)                                                                                \
    typedef double v_f8 VECTOR_TYPE(double, bytes);                                                          \
    typedef float v_f4 VECTOR_TYPE(float, bytes);                                                            \
    typedef int64_t v_i8 VECTOR_TYPE(int64_t, bytes);                                                        \
    typedef int32_t v_i4 VECTOR_TYPE(int32_t, bytes);                                                        \
    typedef uint64_t v_u8 VECTOR_TYPE(uint64_t, bytes);                                                      \
    typedef uint32_t v_u4 VECTOR_TYPE(uint32_t, bytes);                                                      \
    typedef uint8_t v_u1 VECTOR_TYPE(uint8_t, bytes);                                                        \
    typedef float v_half_f4 VECTOR_TYPE(float, (bytes) / 2);                                                 \
    typedef int32_t v_half_i4 VECTOR_TYPE(int32_t, (bytes) / 2);

#endif
