/* SPDX-License-Identifier: MIT */
/* Vectors of 16 bytes, which every machine has in some form; what C's vectors cannot do goes lane by lane. */
#include "kernel/expr/loops.h"

#include <math.h>

#include "kernel/expr/scalar.h"
#include "kernel/expr/vectors.h"

#define VECTOR_BYTES 16
#define LEVEL
#define LOOPS                    skep_expr_loops_plain
#define STREAMS                  NULL
#define PUT_VECTOR(V, to, value) (*(V *)(to) = (V)(value))

DEFINE_VECTORS(VECTOR_BYTES)

#define DEFINE_LANES(name, V, lanes, function)                                                               \
    static inline V name(V p)                                                                                \
    {                                                                                                        \
        for (int i = 0; i < (lanes); i++) {                                                                  \
            p[i] = function(p[i]);                                                                           \
        }                                                                                                    \
        return p;                                                                                            \
    }

DEFINE_LANES(v_root_f8, v_f8, 2, sqrt)
DEFINE_LANES(v_root_f4, v_f4, 4, sqrtf)
DEFINE_LANES(v_floor_f8, v_f8, 2, floor)
DEFINE_LANES(v_floor_f4, v_f4, 4, floorf)
DEFINE_LANES(v_ceil_f8, v_f8, 2, ceil)
DEFINE_LANES(v_ceil_f4, v_f4, 4, ceilf)
DEFINE_LANES(v_rint_f8, v_f8, 2, rint)
DEFINE_LANES(v_rint_f4, v_f4, 4, rintf)

static inline void put_mask8(uint8_t *to, v_i8 mask)
{
    for (int i = 0; i < 2; i++) {
        to[i] = (uint8_t)(mask[i] & 1);
    }
}

static inline void put_mask4(uint8_t *to, v_i4 mask)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)(mask[i] & 1);
    }
}

static inline v_i8 get_mask8(const uint8_t *from)
{
    return (v_i8){-(int64_t)from[0], -(int64_t)from[1]};
}

static inline v_i4 get_mask4(const uint8_t *from)
{
    return (v_i4){-(int32_t)from[0], -(int32_t)from[1], -(int32_t)from[2], -(int32_t)from[3]};
}

#include "kernel/expr/loops.inc"

const struct skep_expr_loops *skep_expr_loops_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return &skep_expr_loops_avx2;
    case SKEP_CPU_AVX512:
        return &skep_expr_loops_avx512;
#endif
    default:
        return &skep_expr_loops_plain;
    }
}
