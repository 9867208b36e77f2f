/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_CPU_H
#define SKEP_KERNEL_CPU_H

#include <stdbool.h>

/* The vector instructions that fast variants may use, each level holding the ones before it. */
enum skep_cpu_level {
    SKEP_CPU_PLAIN,  /* what every machine of this architecture has */
    SKEP_CPU_AVX2,   /* AVX2, FMA, BMI1, BMI2, POPCNT, LZCNT: Haswell and later */
    SKEP_CPU_AVX512, /* AVX-512 F, BW, DQ, VL, CD: Skylake-X and later */
    SKEP_CPU_LEVEL_COUNT
};

/* The level in use: the best that this machine has, or the one that SKEP_CPU=plain|avx2|avx512 in the
 * environment names, whichever is lower. The environment is read at the first call and never again. A word
 * that is no level counts as not set. */
enum skep_cpu_level skep_cpu_level(void);

/* Whether this machine can run code of LEVEL, whatever the environment says: for tests of all variants. */
bool skep_cpu_has(enum skep_cpu_level level);

const char *skep_cpu_level_name(enum skep_cpu_level level); /* "avx2" */

/* What skep_cpu_level answers on a machine whose best level is BEST and with WORD in the environment, or NULL
 * for none. */
enum skep_cpu_level skep_cpu_choose(enum skep_cpu_level best, const char *word);

#endif
