/* SPDX-License-Identifier: MIT */
#include "kernel/numbers/logreg_steps.h"

#if defined(__x86_64__)

#define LEVEL        __attribute__((target("avx2")))
#define STEPS        skep_logreg_steps_avx2
#define WIDTH        4
#define ROWS_AT_ONCE 4
#include "kernel/numbers/logreg_steps.inc"

#endif
