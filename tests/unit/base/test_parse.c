/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "base/parse.h"

static uint64_t bits(double number)
{
    uint64_t word;

    memcpy(&word, &number, sizeof word);
    return word;
}

/* Whole numbers are read up to both ends of their range. */
static void test_parse__reads_whole_numbers(void **state)
{
    uint64_t u = 1;
    int64_t i = 1;

    (void)state;
    assert_true(skep_parse_u64("0", 1, &u));
    assert_int_equal(u, 0);
    assert_true(skep_parse_u64("18446744073709551615", 20, &u));
    assert_int_equal(u, UINT64_MAX);
    assert_true(skep_parse_i64("-9223372036854775808", 20, &i));
    assert_int_equal(i, INT64_MIN);
    assert_true(skep_parse_i64("9223372036854775807", 19, &i));
    assert_int_equal(i, INT64_MAX);
}

/* The length decides where the number ends, not a NUL: what lies behind is not looked at. */
static void test_parse__length_decides(void **state)
{
    uint64_t u = 1;
    double f = 1;

    (void)state;
    assert_true(skep_parse_u64("123456", 3, &u));
    assert_int_equal(u, 123);
    assert_true(skep_parse_f64("2.5e3", 3, &f));
    assert_true(f == 2.5);
}

/* The nearest double is read, as the compiler reads the same digits. */
static void test_parse__reads_the_nearest_double(void **state)
{
    static const struct {
        const char *text;
        double number;
    } cases[] = {
        {"0.1", 0x1.999999999999ap-4},
        {"0.33333333333333331", 0x1.5555555555555p-2},
        {"4.9406564584124654e-324", 0x1p-1074},
        {"1.7976931348623157e308", 0x1.fffffffffffffp1023},
        {"-0", -0.0},
        {"-2.5E+3", -2500.0},
        {"7", 7.0},
        {".5", 0.5},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double f = 99;
        assert_true(skep_parse_f64(cases[i].text, strlen(cases[i].text), &f));
        assert_int_equal(bits(f), bits(cases[i].number));
    }
}

/* The three words for what is no finite number are read. */
static void test_parse__reads_words(void **state)
{
    double f = 1;

    (void)state;
    assert_true(skep_parse_f64("nan", 3, &f) && isnan(f));
    assert_true(skep_parse_f64("inf", 3, &f) && f > 0 && isinf(f));
    assert_true(skep_parse_f64("-inf", 4, &f) && f < 0 && isinf(f));
}

/* Bytes count in powers of 1024. */
static void test_parse__reads_bytes(void **state)
{
    uint64_t u = 1;

    (void)state;
    assert_true(skep_parse_bytes("64", 2, &u));
    assert_int_equal(u, 64);
    assert_true(skep_parse_bytes("64K", 3, &u));
    assert_int_equal(u, 65536);
    assert_true(skep_parse_bytes("3M", 2, &u));
    assert_int_equal(u, 3145728);
    assert_true(skep_parse_bytes("2G", 2, &u));
    assert_int_equal(u, 2147483648);
}

/* What is not wholly a number is refused by every reader, and the output is untouched. */
static void test_parse__refuses_the_rest(void **state)
{
    static const char *const texts[] = {"",     " 1",  "1 ", "-",   "+",  "--1", "1-",
                                        "0x10", "1,5", "x",  "1_0", "\n", ":",   "1/"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t u = 77;
        int64_t s = 77;
        double f = 77;
        assert_false(skep_parse_u64(texts[i], strlen(texts[i]), &u));
        assert_false(skep_parse_bytes(texts[i], strlen(texts[i]), &u));
        assert_false(skep_parse_i64(texts[i], strlen(texts[i]), &s));
        assert_false(skep_parse_f64(texts[i], strlen(texts[i]), &f));
        assert_true(u == 77 && s == 77 && f == 77);
    }
}

/* One past either end of the range is refused. */
static void test_parse__refuses_overflow(void **state)
{
    uint64_t u = 77;
    int64_t s = 77;
    double f = 77;

    (void)state;
    assert_false(skep_parse_u64("18446744073709551616", 20, &u));
    assert_false(skep_parse_u64("99999999999999999999", 20, &u));
    assert_false(skep_parse_u64("-1", 2, &u));
    assert_false(skep_parse_i64("9223372036854775808", 19, &s));
    assert_false(skep_parse_i64("-9223372036854775809", 20, &s));
    assert_false(skep_parse_f64("1e309", 5, &f));
    assert_false(skep_parse_f64("-1e309", 6, &f));
    assert_false(skep_parse_bytes("17179869184G", 12, &u));
    assert_false(skep_parse_bytes("K", 1, &u));
    assert_false(skep_parse_bytes("1KK", 3, &u));
    assert_false(skep_parse_bytes("1k", 2, &u));
    assert_true(u == 77 && s == 77 && f == 77);
}

/* Of doubles, the forms that C has but people do not write in records are refused. */
static void test_parse__refuses_odd_doubles(void **state)
{
    static const char *const texts[] = {"NaN", "Infinity", "nan(1)", "0x1p3", ".",   "e5", "1e",
                                        "1e+", "1.2.3",    "-nan",   "+inf",  "1d0", "1f", "infinity"};
    char digits[100];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double f = 77;
        assert_false(skep_parse_f64(texts[i], strlen(texts[i]), &f));
        assert_true(f == 77);
    }
    memset(digits, '1', sizeof digits);
    assert_false(skep_parse_f64(digits, sizeof digits, &(double){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse__reads_whole_numbers),
        cmocka_unit_test(test_parse__length_decides),
        cmocka_unit_test(test_parse__reads_the_nearest_double),
        cmocka_unit_test(test_parse__reads_words),
        cmocka_unit_test(test_parse__reads_bytes),
        cmocka_unit_test(test_parse__refuses_the_rest),
        cmocka_unit_test(test_parse__refuses_overflow),
        cmocka_unit_test(test_parse__refuses_odd_doubles),
    };
    return cmocka_run_group_tests_name("base/parse", tests, NULL, NULL);
}
