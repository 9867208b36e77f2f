/* SPDX-License-Identifier: MIT */
#include "kernel/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char *const level_names[SKEP_CPU_LEVEL_COUNT] = {"plain", "avx2", "avx512"};

bool skep_cpu_has(enum skep_cpu_level level)
{
    switch (level) {
    case SKEP_CPU_PLAIN:
        return true;
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return __builtin_cpu_supports("avx2") != 0;
    case SKEP_CPU_AVX512:
        return __builtin_cpu_supports("avx512f") != 0;
#endif
    default:
        return false;
    }
}

const char *skep_cpu_level_name(enum skep_cpu_level level)
{
    return level_names[level];
}

enum skep_cpu_level skep_cpu_choose(enum skep_cpu_level best, const char *word)
{
    for (int level = 0; word != NULL && level < SKEP_CPU_LEVEL_COUNT; level++) {
        if (strcmp(word, level_names[level]) == 0 && level < (int)best) {
            return (enum skep_cpu_level)level;
        }
    }
    return best;
}

static enum skep_cpu_level cpu_best(void)
{
    int level = SKEP_CPU_LEVEL_COUNT - 1;

    while (!skep_cpu_has((enum skep_cpu_level)level)) {
        level--;
    }
    return (enum skep_cpu_level)level;
}

enum skep_cpu_level skep_cpu_level(void)
{
    /* File-static because the machine is one. Two threads that both come first find the same answer. */
    static atomic_int known = -1;
    int level = atomic_load_explicit(&known, memory_order_relaxed);

    if (level < 0) {
        level = (int)skep_cpu_choose(cpu_best(), getenv("SKEP_CPU"));
        atomic_store_explicit(&known, level, memory_order_relaxed);
    }
    return (enum skep_cpu_level)level;
}
