/* SPDX-License-Identifier: MIT */
/* One physical copy of an input, whatever the number of slots that read it; and limits of memory. */
#include "support/test.h"
#include "hive_fixture.h"
#include "sharing.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "npy/header.h"
#include "support/files.h"
#include "support/shadow.h"

/* Four slots over one array of 64 MiB take no more memory than one, but for what a process needs for itself.
 */
static void test_worker_memory__an_input_is_there_once(void **state)
{
    const int64_t array_bytes = INT64_C(64) << 20;
    struct sharing one = sharing_measure(hive, 1, array_bytes);
    struct sharing four = sharing_measure(hive, 4, array_bytes);

    (void)state;
    assert_true(one.array_bytes > array_bytes * 99 / 100);
    assert_true(four.array_bytes > array_bytes * 99 / 100);
    assert_true(four.array_bytes < array_bytes * 101 / 100);
    assert_true(HAS_SHADOW || four.all_bytes - one.all_bytes < array_bytes * 30 / 100);
}

/* A task that wants more memory than a slot may have fails, is tried again and buried; the slot lives. */
static void test_worker_memory__a_limit_fails_the_task_and_not_the_slot(void **state)
{
    const struct hive_result *results;

    (void)state;
    hive_push(
        hive,
        "{\"id\":\"t\",\"kernel\":\"fail\",\"args\":{\"how\":\"memory\"},\"retries\":1,\"backoff_s\":0.01}");
    hive_push(hive, "{\"id\":\"next\",\"kernel\":\"echo\"}");
    hive_start_worker(hive, (const char *const[]){"--slots", "1", "--memory", "32M", NULL});
    results = hive_results(hive, 2, 20000);
    assert_true(hive_result_of(hive, results, 2, "next")->is_ok);
    assert_string_equal(hive_result_of(hive, results, 2, "t")->cause, "memory-limit");
    assert_int_equal(hive_result_of(hive, results, 2, "t")->attempt, 2);
    hive_check_done(hive, 2, 1);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

/* An array that must be copied, because its bytes are swapped, and does not fit: the same cause, one of the
 * list. */
static void test_worker_memory__a_copy_that_does_not_fit_is_named(void **state)
{
    enum { N = 500000 };
    const int64_t n = N;
    char header[SKEP_NPY_HEADER_MAX], *order;
    size_t n_header = skep_npy_header_write(SKEP_F8, 1, &n, header, sizeof header);
    char *path = test_path(hive->folder, "swapped.npy");
    const struct hive_result *result;

    (void)state;
    order = memmem(header, n_header, "<f8", 3);
    assert_non_null(order);
    *order = '>';
    test_write_file(hive->folder, "swapped.npy", header, n_header);
    assert_int_equal(truncate(path, (off_t)n_header + N * 8), 0);
    hive_push(hive, "{\"kernel\":\"sum\",\"args\":{\"x\":\"swapped.npy\"},\"retries\":0}");
    hive_start_worker(hive, (const char *const[]){"--slots", "1", "--memory", "1M", NULL});
    result = hive_results(hive, 1, 20000);
    assert_string_equal(result->cause, "memory-limit");
    assert_non_null(strstr(result->message, "no memory for a copy of 4000000 bytes"));
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_memory__an_input_is_there_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_memory__a_limit_fails_the_task_and_not_the_slot, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_memory__a_copy_that_does_not_fit_is_named, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
