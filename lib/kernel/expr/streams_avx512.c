/* SPDX-License-Identifier: MIT */
/* The same loops again, for results that are larger than the caches. */
#include "kernel/expr/loops.h"

#if defined(__x86_64__)

#include "kernel/expr/lanes_avx512.h"
#include "kernel/expr/scalar.h"

#define LOOPS      skep_expr_streams_avx512
#define STREAMS    NULL
#define PUT_VECTOR STREAM_VECTOR

#include "kernel/expr/loops.inc"

#endif
