/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "producer/dead/letter_pattern.h"

static const char *pattern(const char *message)
{
    static char text[SKEP_LETTER_PATTERN_BYTES];

    return skep_letter_pattern(message, text, sizeof text);
}

/* Numbers of all kinds are one sign; words with a digit in them keep what is no number. */
static void test_letter_pattern__takes_numbers_out(void **state)
{
    (void)state;
    assert_string_equal(pattern("limit 1 s"), "limit # s");
    assert_string_equal(pattern("r is -1.5e-07, wanted 0 to 1E+3"), "r is -#, wanted # to #");
    assert_string_equal(pattern("shape (3, 4) of f8"), "shape (#, #) of f#");
    assert_string_equal(pattern("t17 t18"), "t# t#");
    assert_string_equal(pattern("at 12."), "at #");
    assert_string_equal(pattern("1e"), "#e");
    assert_string_equal(pattern(""), "");
}

/* Random names, which are long and hexadecimal, are numbers; words of a to f are not. */
static void test_letter_pattern__takes_random_names_out(void **state)
{
    (void)state;
    assert_string_equal(pattern("worker vm:1a1fec20827:8c623830"), "worker vm:#:#");
    assert_string_equal(pattern("effaced and deadbeef, added"), "effaced and deadbeef, added");
    assert_string_equal(pattern("bad: bed4"), "bad: bed#");
}

/* Paths are one sign, quoted or not, with a slice behind them or not. */
static void test_letter_pattern__takes_paths_out(void **state)
{
    (void)state;
    assert_string_equal(pattern("x: run7/a.npy is not in /data"), "x: / is not in /");
    assert_string_equal(pattern("\"a.npy[0:10]\" is gone"), "\"/\" is gone");
    assert_string_equal(pattern("a / b"), "a / b");
}

/* A message that is too long is cut, and never written beyond its room. */
static void test_letter_pattern__cuts(void **state)
{
    char text[4] = "???";

    (void)state;
    assert_string_equal(skep_letter_pattern("abcdef", text, sizeof text), "abc");
    assert_string_equal(skep_letter_pattern("12 34 56", text, sizeof text), "# #");
    assert_string_equal(skep_letter_pattern("x", text, 1), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letter_pattern__takes_numbers_out),
        cmocka_unit_test(test_letter_pattern__takes_random_names_out),
        cmocka_unit_test(test_letter_pattern__takes_paths_out),
        cmocka_unit_test(test_letter_pattern__cuts),
    };

    return cmocka_run_group_tests_name("producer/letter_pattern", tests, NULL, NULL);
}
