/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

static int64_t hits_of(struct skep_stream_key key, int64_t samples, bool is_reference)
{
    struct kernel_call k;

    kernel_call_init(&k, "pi_mc");
    k.call.stream = key;
    kernel_call_arg(&k, "samples")->i64 = samples;
    assert_int_equal(is_reference ? kernel_call_reference(&k) : kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.kind, SKEP_VALUE_I64);
    kernel_call_release(&k);
    return k.value.i64;
}

/* The hits are those that NumPy 1.24 counts: r = Generator(Philox(key=[seed, 0], counter=[0, 0, 0,
 * index])).random(2 * n); ((r[0::2]**2 + r[1::2]**2) <= 1).sum(). */
static void test_pi_mc__hits_are_those_of_numpy(void **state)
{
    static const struct {
        struct skep_stream_key key;
        int64_t samples, hits;
    } rows[] = {
        {{0, 0}, 1, 1},
        {{1, 0}, 1000, 799},
        {{12345, 7}, 100000, 78566},
        {{UINT64_MAX, UINT64_MAX}, 299999, 235569},
        {{20261121, 1000000000000}, 1000003, 785005},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(hits_of(rows[i].key, rows[i].samples, false), rows[i].hits);
        assert_int_equal(hits_of(rows[i].key, rows[i].samples, true), rows[i].hits);
    }
}

/* Every number of points up to some blocks: the fast variant counts what the reference counts. */
static void test_pi_mc__any_number_of_points(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 150; n++) {
        struct skep_stream_key key = {(uint64_t)n, 1};
        assert_int_equal(hits_of(key, n, false), hits_of(key, n, true));
    }
}

/* The estimate is four times the share of hits, and within five standard errors of pi. */
static void test_pi_mc__estimate(void **state)
{
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "pi_mc");
    k.call.stream = (struct skep_stream_key){3, 4};
    kernel_call_arg(&k, "samples")->i64 = 1000001;
    kernel_call_word(&k, "mode", "estimate");
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.kind, SKEP_VALUE_F64);
    assert_true(k.value.f64 == 4.0 * (double)hits_of(k.call.stream, 1000001, true) / 1000001.0);
    assert_true(fabs(k.value.f64 - 3.141592653589793) < 5 * 1.642e-3);
    assert_int_equal(k.arena.used_bytes, 0); /* as the row's cost says */
    kernel_call_release(&k);
}

/* There is no estimate of no points. */
static void test_pi_mc__refuses_an_estimate_of_nothing(void **state)
{
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "pi_mc");
    kernel_call_word(&k, "mode", "estimate");
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "samples: an estimate wants at least 1, got 0");
    kernel_call_release(&k);
}

/* A stop ends the call, in either variant. */
static void test_pi_mc__stops(void **state)
{
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "pi_mc");
    kernel_call_arg(&k, "samples")->i64 = 1000000000000000000;
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pi_mc__hits_are_those_of_numpy),
        cmocka_unit_test(test_pi_mc__any_number_of_points),
        cmocka_unit_test(test_pi_mc__estimate),
        cmocka_unit_test(test_pi_mc__refuses_an_estimate_of_nothing),
        cmocka_unit_test(test_pi_mc__stops),
    };
    return cmocka_run_group_tests_name("kernel/pi_mc", tests, NULL, NULL);
}
