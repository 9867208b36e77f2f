/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "worker/spent.h"

/* Where the time of an attempt went, and whose it was. */
static void test_spent__an_attempt(void **state)
{
    const struct skep_attempt attempt = {
        .began_ns = 1000000,
        .bound_ns = 1500000,
        .computed_ns = 4000000,
        .usage = {.user_s = 0.001, .peak_rss_bytes = 4096, .major_faults = 2}};
    const struct skep_settled settled = {.kind = SKEP_RETRY, .cause = SKEP_E_KERNEL};
    struct skep_work work = {.id = "my id", .kernel = skep_kernel_find("sum")};
    struct skep_spent spent;
    struct skep_buf bytes;

    (void)state;
    skep_buf_init(&bytes, 1024);
    work.header.job = "monday";
    skep_spent_fill(&spent, &attempt, &work, &settled, 4250000, &bytes);
    assert_true(spent.is_counted && spent.has_run);
    assert_int_equal(spent.cause, SKEP_E_KERNEL);
    assert_string_equal(spent.kernel, "sum");
    assert_int_equal(spent.began_ms, 1);
    assert_int_equal(spent.rows[SKEP_ACCOUNT_MAP], 500000);
    assert_int_equal(spent.rows[SKEP_ACCOUNT_COMPUTE], 2500000);
    assert_int_equal(spent.rows[SKEP_ACCOUNT_COMMIT], 250000);
    assert_int_equal(spent.rows[SKEP_ACCOUNT_WALL], 3250000);
    assert_int_equal(spent.rows[SKEP_ACCOUNT_USER], 1000000);
    assert_int_equal(spent.rows[SKEP_ACCOUNT_MAJOR_FAULTS], 2);
    assert_string_equal(bytes.bytes + spent.job_at, "monday");
    assert_string_equal(bytes.bytes + spent.name_at, "my%20id");
    work.header.has_index = true;
    work.header.index = 17;
    skep_spent_fill(&spent, &attempt, &work, &settled, 4250000, &bytes);
    assert_string_equal(bytes.bytes + spent.name_at, "17");
    skep_buf_release(&bytes);
}

/* An attempt that failed before its kernel began has spent its time on its arguments. */
static void test_spent__not_computed(void **state)
{
    const struct skep_attempt attempt = {.began_ns = 1000000};
    const struct skep_settled settled = {.kind = SKEP_BURY, .cause = SKEP_E_BAD_ARGS};
    const struct skep_work work = {.id = "t"};
    struct skep_spent spent;
    struct skep_buf bytes;

    (void)state;
    skep_buf_init(&bytes, 1024);
    skep_spent_fill(&spent, &attempt, &work, &settled, 3000000, &bytes);
    assert_int_equal(spent.rows[SKEP_ACCOUNT_MAP], 2000000);
    assert_int_equal(spent.rows[SKEP_ACCOUNT_COMPUTE], 0);
    assert_null(spent.kernel);
    assert_int_equal(spent.job_n, 0);
    skep_buf_release(&bytes);
}

/* What is not due yet, or was cancelled before it ran, is no attempt; what expired is one that took no time.
 */
static void test_spent__no_attempt(void **state)
{
    const struct skep_settled not_due = {.kind = SKEP_RETRY},
                              expired = {.kind = SKEP_BURY, .cause = SKEP_E_EXPIRED};
    const struct skep_attempt attempt = {0};
    const struct skep_work work = {.id = "t", .task.job = "J"};
    struct skep_spent spent;
    struct skep_buf bytes;

    (void)state;
    skep_buf_init(&bytes, 1024);
    skep_spent_fill(&spent, &attempt, &work, &not_due, 3000000, &bytes);
    assert_false(spent.is_counted);
    skep_spent_fill(&spent, &attempt, &work, &expired, 3000000, &bytes);
    assert_true(spent.is_counted && !spent.has_run);
    assert_int_equal(spent.rows[SKEP_ACCOUNT_WALL], 0);
    assert_string_equal(bytes.bytes + spent.job_at, "J");
    skep_buf_release(&bytes);
}

/* Where there is no room for its name its job is not known, and what was there before stays whole. */
static void test_spent__without_room(void **state)
{
    const struct skep_settled settled = {.kind = SKEP_RETRY, .cause = SKEP_E_KERNEL};
    const struct skep_attempt attempt = {.began_ns = 1};
    const struct skep_work work = {.id = "t", .task.job = "a job with a long name"};
    struct skep_spent spent;
    struct skep_buf bytes;

    (void)state;
    skep_buf_init(&bytes, 16);
    skep_buf_add_text(&bytes, "before");
    skep_spent_fill(&spent, &attempt, &work, &settled, 2, &bytes);
    assert_true(spent.is_counted);
    assert_int_equal(spent.job_n, 0);
    assert_int_equal(spent.name_n, 0);
    assert_false(skep_buf_failed(&bytes));
    assert_int_equal(bytes.length, 6);
    skep_buf_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spent__an_attempt),
        cmocka_unit_test(test_spent__not_computed),
        cmocka_unit_test(test_spent__no_attempt),
        cmocka_unit_test(test_spent__without_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
