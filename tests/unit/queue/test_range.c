/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "queue/range.h"

/* The line and what it says, whatever else it says and whatever follows. */
static void test_range__reads_its_line(void **state)
{
    static const char good[] = "#skep r=12:1099511627776 i=3 j=a_b.c-1 q=7 try=1\nbody";
    struct skep_range range;
    char job[SKEP_RANGE_JOB_BYTES];

    (void)state;
    assert_true(skep_range_read_line(good, sizeof good - 1, &range, job));
    assert_int_equal(range.lo, 12);
    assert_int_equal(range.hi, INT64_C(1) << 40);
    assert_string_equal(job, "a_b.c-1");
}

/* Lines of plain tasks, and what only looks like a range's. */
static void test_range__knows_other_lines(void **state)
{
    static const char *const others[] = {
        "",
        "{\"kernel\":\"echo\"}",
        "#skep r=1:2 j=j",
        "#skep i=1 r=1:2 j=j\n",
        "#skep r=1:2\n",
        "#skep r=1 j=j\n",
        "#skep r=:2 j=j\n",
        "#skep r=-1:2 j=j\n",
        "#skep r=2:2 j=j\n",
        "#skep r=3:2 j=j\n",
        "#skep r=1:12345678901234 j=j\n",
        "#skep r=1:2x j=j\n",
        "#skep r=1:2 j=\n",
        "#skep r=1:2 j=a/b\n",
        "#skep r=1:2 j=a%20b\n",
        "#skep r=1:2 j=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
        "#skep r=1:2 k=j\n j=j\n",
    };
    struct skep_range range;
    char job[SKEP_RANGE_JOB_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(skep_range_read_line(others[i], strlen(others[i]), &range, job));
    }
}

/* A line that is cut anywhere is none; nothing behind its end is looked at. */
static void test_range__needs_the_whole_line(void **state)
{
    static const char line[] = "#skep r=12:13 j=a q=7\n";
    struct skep_range range;
    char job[SKEP_RANGE_JOB_BYTES];

    (void)state;
    for (size_t n = 0; n < sizeof line - 1; n++) {
        char *cut = malloc(n + 1); /* an address sanitizer watches its end */
        memcpy(cut, line, n);
        assert_false(skep_range_read_line(cut, n, &range, job));
        free(cut);
    }
    assert_true(skep_range_read_line(line, sizeof line - 1, &range, job));
}

/* Names need no encoding anywhere. */
static void test_range__names_of_jobs(void **state)
{
    char name[SKEP_RANGE_JOB_BYTES + 1];

    (void)state;
    memset(name, 'a', sizeof name);
    name[SKEP_RANGE_JOB_BYTES] = '\0';
    assert_false(skep_range_job_is_valid(name));
    assert_true(skep_range_job_is_valid(name + 1));
    assert_true(skep_range_job_is_valid("te_Box-1.npy"));
    assert_false(skep_range_job_is_valid(""));
    assert_false(skep_range_job_is_valid("two words"));
    assert_false(skep_range_job_is_valid("a:b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_range__reads_its_line),
        cmocka_unit_test(test_range__knows_other_lines),
        cmocka_unit_test(test_range__needs_the_whole_line),
        cmocka_unit_test(test_range__names_of_jobs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
