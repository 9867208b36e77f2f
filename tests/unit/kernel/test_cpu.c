/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>

#include "kernel/cpu.h"

/* The environment can lower the level, never raise it; what is no level changes nothing. */
static void test_cpu__environment_only_lowers(void **state)
{
    (void)state;
    assert_int_equal(skep_cpu_choose(SKEP_CPU_AVX512, NULL), SKEP_CPU_AVX512);
    assert_int_equal(skep_cpu_choose(SKEP_CPU_AVX512, "plain"), SKEP_CPU_PLAIN);
    assert_int_equal(skep_cpu_choose(SKEP_CPU_AVX512, "avx2"), SKEP_CPU_AVX2);
    assert_int_equal(skep_cpu_choose(SKEP_CPU_AVX512, "avx512"), SKEP_CPU_AVX512);
    assert_int_equal(skep_cpu_choose(SKEP_CPU_AVX2, "avx512"), SKEP_CPU_AVX2);
    assert_int_equal(skep_cpu_choose(SKEP_CPU_PLAIN, "avx2"), SKEP_CPU_PLAIN);
    assert_int_equal(skep_cpu_choose(SKEP_CPU_AVX2, ""), SKEP_CPU_AVX2);
    assert_int_equal(skep_cpu_choose(SKEP_CPU_AVX2, "AVX2 "), SKEP_CPU_AVX2);
    assert_int_equal(skep_cpu_choose(SKEP_CPU_AVX2, "sse9"), SKEP_CPU_AVX2);
}

/* The names are the words that the environment takes. */
static void test_cpu__names(void **state)
{
    (void)state;
    assert_string_equal(skep_cpu_level_name(SKEP_CPU_PLAIN), "plain");
    assert_string_equal(skep_cpu_level_name(SKEP_CPU_AVX2), "avx2");
    assert_string_equal(skep_cpu_level_name(SKEP_CPU_AVX512), "avx512");
}

/* The variable is read at the first call and never again. */
static void test_cpu__environment_is_read_once(void **state)
{
    (void)state;
    assert_int_equal(setenv("SKEP_CPU", "plain", 1), 0);
    assert_int_equal(skep_cpu_level(), SKEP_CPU_PLAIN);
    assert_int_equal(setenv("SKEP_CPU", "avx512", 1), 0);
    assert_int_equal(skep_cpu_level(), SKEP_CPU_PLAIN);
    assert_true(skep_cpu_has(SKEP_CPU_PLAIN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpu__environment_only_lowers),
        cmocka_unit_test(test_cpu__names),
        cmocka_unit_test(test_cpu__environment_is_read_once),
    };
    return cmocka_run_group_tests_name("kernel/cpu", tests, NULL, NULL);
}
