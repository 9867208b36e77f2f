/* SPDX-License-Identifier: MIT */
#include "kernel/expr/loops.h"

#if defined(__x86_64__)

#include "kernel/expr/lanes_avx512.h"
#include "kernel/expr/scalar.h"

#define LOOPS                    skep_expr_loops_avx512
#define STREAMS                  &skep_expr_streams_avx512
#define PUT_VECTOR(V, to, value) (*(V *)(to) = (V)(value))

#include "kernel/expr/loops.inc"

#endif
