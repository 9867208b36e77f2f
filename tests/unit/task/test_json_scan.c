/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "task/json_scan.h"

static skep_status scan(const char *text, int most_depth)
{
    return skep_json_scan(text, strlen(text), most_depth, NULL);
}

/* Brackets count while they are open, of both kinds; a closing one that nothing opened does no harm. */
static void test_json_scan__counts_open_brackets(void **state)
{
    (void)state;
    assert_int_equal(scan("[[{}],[[]]]", 3), SKEP_OK);
    assert_int_equal(scan("[[{}],[[]]]", 2), SKEP_E_BAD_RECORD);
    assert_int_equal(scan("[][][]{}{}{}", 1), SKEP_OK);
    assert_int_equal(scan("]]]]", 1), SKEP_OK);
    assert_int_equal(scan("7", 1), SKEP_OK);
}

/* Brackets in strings do not count, and an escaped quote does not end a string. */
static void test_json_scan__knows_strings(void **state)
{
    (void)state;
    assert_int_equal(scan("[\"[[[[\"]", 1), SKEP_OK);
    assert_int_equal(scan("[\"[\\\"[[\"]", 1), SKEP_OK);
    assert_int_equal(scan("[\"\\\\\",[]]", 2), SKEP_OK);
    assert_int_equal(scan("[\"\\\\\",[]]", 1), SKEP_E_BAD_RECORD);
    assert_int_equal(scan("[\"\\\\\\\"[\"]", 1), SKEP_OK);
    assert_int_equal(scan("\"[[[[", 1), SKEP_OK); /* never closed: for the parser to say */
    assert_int_equal(scan("\"\\", 1), SKEP_OK);
}

/* NUL and what is not UTF-8 are found in and out of strings, behind a backslash and at the very end. */
static void test_json_scan__finds_bad_bytes(void **state)
{
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(skep_json_scan("[\0]", 3, 9, &err), SKEP_E_BAD_RECORD);
    assert_string_equal(err.text, "a NUL byte at byte 1");
    skep_error_clear(&err);
    assert_int_equal(skep_json_scan("\"ab\\\0\"", 6, 9, &err), SKEP_E_BAD_RECORD);
    assert_string_equal(err.text, "a NUL byte at byte 4");
    skep_error_clear(&err);
    assert_int_equal(skep_json_scan("\"\xC3\xA9\xC3", 4, 9, &err), SKEP_E_BAD_RECORD);
    assert_string_equal(err.text, "not UTF-8 at byte 3");
    skep_error_clear(&err);
    assert_int_equal(skep_json_scan("\"\\\xA9\"", 4, 9, &err), SKEP_E_BAD_RECORD);
    assert_string_equal(err.text, "not UTF-8 at byte 2");
    assert_int_equal(scan("\xED\xA0\x80", 9), SKEP_E_BAD_RECORD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_scan__counts_open_brackets),
        cmocka_unit_test(test_json_scan__knows_strings),
        cmocka_unit_test(test_json_scan__finds_bad_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
