/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "chaos/report.h"

#include <string.h>

/* Passed means that there are figures and that all of them hold. */
static void test_report__judges(void **state)
{
    struct skep_report report = {0};

    (void)state;
    assert_false(skep_report_has_passed(&report));
    skep_report_note(&report, "killed %d", 3);
    skep_report_check(&report, true, "reaped %d", 3);
    skep_report_most(&report, "lost", 0, 0);
    assert_true(skep_report_has_passed(&report));
    skep_report_most(&report, "duplicated", 1, 0);
    assert_false(skep_report_has_passed(&report));
}

/* A row of the table: what does not hold stands out, and no figure can break the table. */
static void test_report__writes_a_row(void **state)
{
    struct skep_report report = {.seed = 7, .seconds = 1.25};
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 4096);
    skep_report_most(&report, "lost", 2, 0);
    skep_report_note(&report, "said a|b\nc");
    skep_report_write_row(&buf, "kill", "kill -9", &report);
    assert_string_equal(buf.bytes,
                        "| kill | kill -9 | 7 | **lost 2 (at most 0)**; said a/b c | 1.2 s | **FAILED** |\n");
    skep_buf_release(&buf);
}

/* A bad figure behind the last one that fits still makes the row fail. */
static void test_report__forgets_no_failure(void **state)
{
    struct skep_report report = {0};

    (void)state;
    for (int i = 0; i < SKEP_REPORT_MAX; i++) {
        skep_report_note(&report, "%d", i);
    }
    skep_report_check(&report, false, "one too many");
    assert_int_equal(report.n, SKEP_REPORT_MAX);
    assert_false(skep_report_has_passed(&report));
}

/* What cannot be performed here is no failure, and not passed either. */
static void test_report__leaves_out(void **state)
{
    struct skep_report report = {0};

    (void)state;
    assert_string_equal(skep_report_verdict(&report), "FAILED");
    skep_report_leave_out(&report, "no clock");
    assert_string_equal(skep_report_verdict(&report), "left out");
    assert_true(skep_report_has_passed(&report));
    skep_report_check(&report, false, "bad");
    assert_string_equal(skep_report_verdict(&report), "FAILED");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report__judges),
        cmocka_unit_test(test_report__writes_a_row),
        cmocka_unit_test(test_report__forgets_no_failure),
        cmocka_unit_test(test_report__leaves_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
