/* SPDX-License-Identifier: MIT */
#include "kernel/numbers/logreg_steps.h"

#define LEVEL
#define STEPS        skep_logreg_steps_plain
#define WIDTH        2
#define ROWS_AT_ONCE 2
#include "kernel/numbers/logreg_steps.inc"

const struct skep_logreg_steps *skep_logreg_steps_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return &skep_logreg_steps_avx2;
    case SKEP_CPU_AVX512:
        return &skep_logreg_steps_avx512;
#endif
    default:
        return &skep_logreg_steps_plain;
    }
}
