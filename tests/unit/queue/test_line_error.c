/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "queue/line_error.h"

#include <errno.h>
#include <string.h>

/* The words of the row, with what else is known behind them. */
static void test_line_error__says_what_is_known(void **state)
{
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(skep_line_error_set(&err, SKEP_LINE_CLOSED, NULL), SKEP_E_UNREACHABLE);
    assert_string_equal(err.text, "the server closed the connection");
    skep_error_clear(&err);
    assert_int_equal(skep_line_error_set(&err, SKEP_LINE_NO_HOST, "no such name"), SKEP_E_UNREACHABLE);
    assert_string_equal(err.text, "cannot find the host: no such name");
    skep_error_clear(&err);
    errno = ECONNREFUSED;
    assert_int_equal(skep_line_error_errno(&err, SKEP_LINE_REFUSED), SKEP_E_UNREACHABLE);
    assert_string_equal(err.text, "cannot connect: Connection refused");
    skep_error_clear(&err);
    assert_int_equal(skep_line_error_late(&err, SKEP_LINE_READ_LATE, 2500), SKEP_E_UNREACHABLE);
    assert_string_equal(err.text, "read timed out after 2.5 s");
}

/* Every end has a row, and no two say the same. */
static void test_line_error__every_end_has_words(void **state)
{
    size_t n;
    const struct skep_line_error *rows = skep_line_error_rows(&n);

    (void)state;
    assert_int_equal(n, SKEP_LINE_DEAD + 1);
    for (size_t i = 0; i < n; i++) {
        assert_non_null(rows[i].words);
        assert_non_null(rows[i].what);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(rows[i].words, rows[k].words);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_error__says_what_is_known),
        cmocka_unit_test(test_line_error__every_end_has_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
