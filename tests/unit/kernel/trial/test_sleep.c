/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "base/clock.h"

static double slept(double s, double jitter, uint64_t seed)
{
    struct kernel_call k;

    kernel_call_init(&k, "sleep");
    kernel_call_arg(&k, "s")->f64 = s;
    kernel_call_arg(&k, "jitter")->f64 = jitter;
    k.call.stream.seed = seed;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.kind, SKEP_VALUE_F64);
    kernel_call_release(&k);
    return k.value.f64;
}

/* It sleeps at least as long as it says, in the nearest milliseconds to what it was told. */
static void test_sleep__sleeps(void **state)
{
    int64_t start_ms = skep_monotonic_ms();

    (void)state;
    assert_true(slept(0.035, 0, 0) == 0.035);
    assert_true(skep_monotonic_ms() - start_ms >= 34);
    assert_true(slept(0, 0, 0) == 0);
    assert_true(slept(0.0016, 0, 0) == 0.002);
    assert_true(slept(1e-9, 0, 0) == 0);
}

/* Jitter is that part of it which the first uniform says: 0.7627607837222... for seed 12345 of index 7 in
 * NumPy, 0.0115... for seed 0 and index 0. */
static void test_sleep__jitter_comes_from_the_stream(void **state)
{
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "sleep");
    kernel_call_arg(&k, "s")->f64 = 0.001;
    kernel_call_arg(&k, "jitter")->f64 = 0.02;
    k.call.stream = (struct skep_stream_key){12345, 7};
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == 0.016);
    kernel_call_release(&k);
    assert_true(slept(0.001, 0.02, 0) == 0.001);
}

/* A stop ends a sleep of thirty years. */
static void test_sleep__stops(void **state)
{
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "sleep");
    kernel_call_arg(&k, "s")->f64 = 1e9;
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    kernel_call_release(&k);
}

/* What is no length of time is refused. */
static void test_sleep__refuses(void **state)
{
    static const double bad[] = {-1, NAN, HUGE_VAL, 2e9};
    struct kernel_call k;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        kernel_call_init(&k, "sleep");
        kernel_call_arg(&k, "s")->f64 = bad[i];
        kernel_call_refused(&k, SKEP_E_BAD_ARGS, "both from 0 to 1e9");
        kernel_call_arg(&k, "s")->f64 = 0;
        kernel_call_arg(&k, "jitter")->f64 = bad[i];
        kernel_call_refused(&k, SKEP_E_BAD_ARGS, "both from 0 to 1e9");
        kernel_call_release(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sleep__sleeps),
        cmocka_unit_test(test_sleep__jitter_comes_from_the_stream),
        cmocka_unit_test(test_sleep__stops),
        cmocka_unit_test(test_sleep__refuses),
    };
    return cmocka_run_group_tests_name("kernel/sleep", tests, NULL, NULL);
}
