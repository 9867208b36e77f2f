/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

/* The text of both variants, which must be WANTED. */
static void check_stats(enum skep_dtype dtype, int64_t n, const void *x, const char *nan, const char *wanted)
{
    struct kernel_call k;

    kernel_call_init(&k, "stats");
    kernel_call_array(&k, "x", dtype, 1, &n, x);
    kernel_call_word(&k, "nan", nan);
    for (int variant = 0; variant < 2; variant++) {
        struct skep_cost cost;

        skep_arena_reset(&k.arena, SIZE_MAX);
        assert_int_equal(variant == 0 ? kernel_call_run(&k) : kernel_call_reference(&k), SKEP_OK);
        assert_int_equal(k.value.kind, SKEP_VALUE_JSON);
        assert_int_equal(k.value.json.length, strlen(k.value.json.text));
        assert_string_equal(k.value.json.text, wanted);
        k.kernel->cost(&k.call, &cost);
        assert_true((double)k.arena.used_bytes == cost.bytes);
    }
    kernel_call_release(&k);
}

/* Doubles, with NaN left out and going through. */
static void test_stats__of_doubles(void **state)
{
    static const double x[] = {2, NAN, 4, 4.5, -1, 0.1};
    static const double y[] = {1, HUGE_VAL, 2};

    (void)state;
    check_stats(SKEP_F8, 3, x, "skip",
                "{\"n\":2,\"nan\":1,\"inf\":0,\"min\":2.0,\"max\":4.0,\"mean\":3.0,\"std\":1.0}");
    check_stats(
        SKEP_F8, 3, x, "propagate",
        "{\"n\":3,\"nan\":1,\"inf\":0,\"min\":\"nan\",\"max\":\"nan\",\"mean\":\"nan\",\"std\":\"nan\"}");
    check_stats(SKEP_F8, 1, x + 5, "skip",
                "{\"n\":1,\"nan\":0,\"inf\":0,\"min\":0.1,\"max\":0.1,\"mean\":0.1,\"std\":0.0}");
    check_stats(SKEP_F8, 3, y, "skip",
                "{\"n\":3,\"nan\":0,\"inf\":1,\"min\":1.0,\"max\":\"inf\",\"mean\":\"inf\",\"std\":\"nan\"}");
}

/* Whole numbers and truths keep their kind; one beyond 2^63 - 1 is text. */
static void test_stats__of_other_dtypes(void **state)
{
    static const int8_t i1[] = {-128, 127, -128, 127};
    static const uint64_t u8[] = {UINT64_MAX, UINT64_MAX};
    static const uint8_t b1[] = {0, 7, 1, 0};
    static const float f4[] = {0.5f, 1.5f};

    (void)state;
    check_stats(SKEP_I1, 4, i1, "skip",
                "{\"n\":4,\"nan\":0,\"inf\":0,\"min\":-128,\"max\":127,\"mean\":-0.5,\"std\":127.5}");
    check_stats(
        SKEP_U8, 2, u8, "skip",
        "{\"n\":2,\"nan\":0,\"inf\":0,\"min\":\"18446744073709551615\",\"max\":\"18446744073709551615\","
        "\"mean\":1.8446744073709552e+19,\"std\":0.0}");
    check_stats(SKEP_B1, 4, b1, "skip",
                "{\"n\":4,\"nan\":0,\"inf\":0,\"min\":false,\"max\":true,\"mean\":0.5,\"std\":0.5}");
    check_stats(SKEP_F4, 2, f4, "skip",
                "{\"n\":2,\"nan\":0,\"inf\":0,\"min\":0.5,\"max\":1.5,\"mean\":1.0,\"std\":0.5}");
}

/* Of nothing, and of NaN alone, there are no extremes. */
static void test_stats__of_nothing(void **state)
{
    static const double x[] = {NAN, NAN};
    static const char nothing[] =
        "{\"n\":0,\"nan\":0,\"inf\":0,\"min\":null,\"max\":null,\"mean\":\"nan\",\"std\":\"nan\"}";

    (void)state;
    check_stats(SKEP_F8, 0, x, "skip", nothing);
    check_stats(SKEP_I8, 0, x, "propagate", nothing);
    check_stats(SKEP_F8, 2, x, "skip",
                "{\"n\":0,\"nan\":2,\"inf\":0,\"min\":null,\"max\":null,\"mean\":\"nan\",\"std\":\"nan\"}");
}

/* The number of a kernel of the same array. */
static double number_of(const char *name, int64_t n, const double *x)
{
    struct kernel_call k;
    double number;

    kernel_call_init(&k, name);
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
    kernel_call_word(&k, "nan", "skip");
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    number = k.value.f64;
    kernel_call_release(&k);
    return number;
}

/* The number behind NAME in JSON text. */
static double field(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    assert_non_null(at);
    return strtod(at + strlen(name), NULL);
}

/* Each number is that of the kernel of its name, to the bit, however many pieces there are, and also where
 * squares underflow. */
static void test_stats__are_those_of_the_kernels(void **state)
{
    static double x[7000];
    uint64_t chance = 1;

    (void)state;
    for (int64_t n = 1; n < 7000; n += n < 40 ? 1 : 577) {
        struct kernel_call k;
        int n_nan = 0;

        for (int64_t i = 0; i < n; i++) {
            x[i] = i > 0 && test_chance(&chance) % 2000 == 0
                       ? NAN
                       : test_chance_f8(&chance) * (n % 5 == 3 ? 1e-200 : 1e6);
            n_nan += isnan(x[i]);
        }
        kernel_call_init(&k, "stats");
        kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        assert_true(field(k.value.json.text, "\"nan\":") == n_nan);
        assert_true(field(k.value.json.text, "\"min\":") == number_of("min", n, x));
        assert_true(field(k.value.json.text, "\"max\":") == number_of("max", n, x));
        assert_true(field(k.value.json.text, "\"mean\":") == number_of("mean", n, x));
        assert_true(field(k.value.json.text, "\"std\":") == number_of("std", n, x));
        kernel_call_release(&k);
    }
}

/* Told to stop, it stops; without memory it says so. */
static void test_stats__stops_and_needs_room(void **state)
{
    static const double x[4];
    struct kernel_call k;
    int64_t n = 4;

    (void)state;
    kernel_call_init(&k, "stats");
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    skep_arena_reset(&k.arena, 0);
    k.arena.max_bytes = 1000;
    kernel_call_refused(&k, SKEP_E_NOMEM, "no memory");
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stats__of_doubles),
        cmocka_unit_test(test_stats__of_other_dtypes),
        cmocka_unit_test(test_stats__of_nothing),
        cmocka_unit_test(test_stats__are_those_of_the_kernels),
        cmocka_unit_test(test_stats__stops_and_needs_room),
    };
    return cmocka_run_group_tests_name("kernel/stats", tests, NULL, NULL);
}
