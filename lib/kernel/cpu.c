/* SPDX-License-Identifier: MIT */
#include "kernel/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static const char *const level_names[SKEP_CPU_LEVEL_COUNT] = {"plain", "avx2", "avx512"};

#if defined(__x86_64__)
/* Not one of the words that clang 14 knows for __builtin_cpu_supports. */
static bool cpu_has_lzcnt(void)
{
    unsigned eax, ebx, ecx, edx;

    return __get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_LZCNT) != 0;
}

static bool cpu_has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") && cpu_has_lzcnt();
}

static bool cpu_has_avx512(void)
{
    return cpu_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512cd");
}
#endif

bool skep_cpu_has(enum skep_cpu_level level)
{
    switch (level) {
    case SKEP_CPU_PLAIN:
        return true;
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return cpu_has_avx2();
    case SKEP_CPU_AVX512:
        return cpu_has_avx512();
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
