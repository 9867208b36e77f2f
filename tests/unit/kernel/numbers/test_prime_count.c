/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include "kernel/numbers/prime_test.h"

static uint64_t count_of(uint64_t lo, uint64_t hi, bool is_reference)
{
    struct kernel_call k;
    struct skep_cost cost;

    kernel_call_init(&k, "prime_count");
    kernel_call_arg(&k, "lo")->u64 = lo;
    kernel_call_arg(&k, "hi")->u64 = hi;
    assert_int_equal(is_reference ? kernel_call_reference(&k) : kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.kind, SKEP_VALUE_U64);
    k.kernel->cost(&k.call, &cost);
    assert_true((double)k.arena.used_bytes <= cost.bytes);
    assert_true(cost.bytes <= 1.1 * (double)k.arena.used_bytes + 1000);
    kernel_call_release(&k);
    return k.value.u64;
}

/* All short intervals of small numbers: as a plain loop counts. */
static void test_prime_count__small_numbers(void **state)
{
    (void)state;
    for (uint64_t lo = 0; lo < 250; lo += 1 + lo / 20) {
        uint64_t expected = 0;
        for (uint64_t hi = 0; hi < 400; hi++) {
            assert_int_equal(count_of(lo, hi, false), expected);
            expected += hi >= lo && skep_is_prime(hi);
        }
    }
    assert_int_equal(count_of(0, 100, true), 25);
    assert_int_equal(count_of(90, 7, true), 0);
    assert_int_equal(count_of(113, 128, true), 2);
}

/* The number of primes below powers of ten (OEIS A006880), counted up to the end. */
static void test_prime_count__powers_of_ten(void **state)
{
    static const uint64_t counts[] = {0,         4,          25,          168,          1229,
                                      9592,      78498,      664579,      5761455,      50847534,
                                      455052511, 4118054813, 37607912018, 346065536839, 3204941750802};
    uint64_t power = 1;
    int most = getenv("SKEP_TEST_LONG") != NULL ? 14 : 11;

    (void)state;
    for (int k = 0; k <= most; k++, power *= 10) {
        assert_int_equal(count_of(0, power, false), counts[k]);
    }
}

/* Below powers of two (OEIS A007053), and below every number of a stretch. */
static void test_prime_count__powers_of_two(void **state)
{
    static const uint64_t counts[] = {0,        1,        2,        4,         6,        11,      18,
                                      31,       54,       97,       172,       309,      564,     1028,
                                      1900,     3512,     6542,     12251,     23000,    43390,   82025,
                                      155611,   295947,   564163,   1077871,   2063689,  3957809, 7603553,
                                      14630843, 28192750, 54400028, 105097565, 203280221};
    uint64_t count = counts[16];

    (void)state;
    for (int k = 0; k <= 32; k++) {
        assert_int_equal(count_of(0, (uint64_t)1 << k, false), counts[k] - (k == 1));
    }
    for (uint64_t n = 65536; n < 66036; n++) {
        assert_int_equal(count_of(0, n, false), count);
        count += skep_is_prime(n);
    }
}

/* Intervals in the middle that are gone through, and around 2^32, where larger primes are needed, against
 * differences of counts from 0, which come another way. */
static void test_prime_count__intervals(void **state)
{
    static const uint64_t intervals[][2] = {
        {1000000000, 1010000000},     {4294867296, 4295067296}, {4290000000, 4300000000},
        {99999999000, 100000000000},  {5000000000, 5000000001}, {1000003, 1000004},
        {100000000000, 100030000000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
        uint64_t lo = intervals[i][0], hi = intervals[i][1];
        assert_int_equal(count_of(lo, hi, false), count_of(0, hi, false) - count_of(0, lo, false));
    }
    if (getenv("SKEP_TEST_LONG") != NULL) { /* several chunks */
        assert_int_equal(count_of(5000000000, 6100000000, false),
                         count_of(0, 6100000000, false) - count_of(0, 5000000000, false));
    }
}

/* Intervals up to the end of the range, as the test of each number counts. */
static void test_prime_count__near_the_end(void **state)
{
    static const uint64_t lengths[] = {0, 1, 58, 59, 60, 100, 5000, 30000, 123457};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint64_t lo = UINT64_MAX - lengths[i];
        uint64_t expected = 0;
        for (uint64_t n = lo; n < UINT64_MAX; n++) {
            expected += skep_is_prime(n);
        }
        assert_int_equal(count_of(lo, UINT64_MAX, false), expected);
    }
    /* 2^63 is passed on the way; the primes next to it are at -25 and +29 (OEIS A013603, A013597). */
    assert_int_equal(count_of(((uint64_t)1 << 63) - 25, ((uint64_t)1 << 63) + 29, false), 1);
    assert_int_equal(count_of(((uint64_t)1 << 63) - 25, ((uint64_t)1 << 63) + 30, false), 2);
}

/* Too little memory is an error that names the bytes. */
static void test_prime_count__wants_memory(void **state)
{
    static const uint64_t intervals[][2] = {
        {0, 1000000000000}, {100000000000, 100030000000}, {UINT64_MAX - 100000, UINT64_MAX}};

    (void)state;
    for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
        for (size_t max_bytes = 1000; max_bytes < 300000; max_bytes += 99000) {
            struct kernel_call k;
            kernel_call_init(&k, "prime_count");
            kernel_call_arg(&k, "lo")->u64 = intervals[i][0];
            kernel_call_arg(&k, "hi")->u64 = intervals[i][1];
            k.arena.max_bytes = max_bytes;
            kernel_call_refused(&k, SKEP_E_NOMEM, "no memory for");
            kernel_call_release(&k);
        }
    }
}

/* A stop ends the call, in either variant. */
static void test_prime_count__stops(void **state)
{
    static const uint64_t intervals[][2] = {
        {0, 1000000000000}, {1000000000000, 1000100000000}, {0, UINT64_MAX}, {0, 7}};
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "prime_count");
    atomic_store(&k.stop, 1);
    for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
        kernel_call_arg(&k, "lo")->u64 = intervals[i][0];
        kernel_call_arg(&k, "hi")->u64 = intervals[i][1];
        assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
        assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    }
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prime_count__small_numbers), cmocka_unit_test(test_prime_count__powers_of_ten),
        cmocka_unit_test(test_prime_count__powers_of_two), cmocka_unit_test(test_prime_count__intervals),
        cmocka_unit_test(test_prime_count__near_the_end),  cmocka_unit_test(test_prime_count__wants_memory),
        cmocka_unit_test(test_prime_count__stops),
    };
    return cmocka_run_group_tests_name("kernel/prime_count", tests, NULL, NULL);
}
