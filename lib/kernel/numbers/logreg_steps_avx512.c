/* SPDX-License-Identifier: MIT */
#include "kernel/numbers/logreg_steps.h"

#if defined(__x86_64__)

#define LEVEL        __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#define STEPS        skep_logreg_steps_avx512
#define WIDTH        8
#define ROWS_AT_ONCE 8
#include "kernel/numbers/logreg_steps.inc"

#endif
