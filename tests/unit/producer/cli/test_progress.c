/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "producer/cli/progress.h"

/* Rate and time left count only what this run did. */
static void test_progress__says_how_far(void **state)
{
    char text[SKEP_PROGRESS_BYTES];
    struct skep_progress progress = {.verb = "pushed", .n_total = 10000, .n_done = 5000};

    (void)state;
    assert_string_equal(skep_progress_format(&progress, 2000, text),
                        "pushed 5,000 of 10,000 (50 %), 2,500/s, 2 s left");
    progress.n_at_start = 4000;
    progress.n_failed = 3;
    assert_string_equal(skep_progress_format(&progress, 2000, text),
                        "pushed 5,000 of 10,000 (50 %), 3 failed, 500/s, 10 s left");
}

/* Before there is a rate, and without a total, nothing is made up. */
static void test_progress__makes_nothing_up(void **state)
{
    char text[SKEP_PROGRESS_BYTES];
    struct skep_progress progress = {.verb = "collected", .n_done = 7};

    (void)state;
    assert_string_equal(skep_progress_format(&progress, 100, text), "collected 7");
    assert_string_equal(skep_progress_format(&progress, 2000, text), "collected 7, 3.5/s");
    progress.n_at_start = 7;
    progress.note = "the queue is full";
    assert_string_equal(skep_progress_format(&progress, 2000, text), "collected 7: the queue is full");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_progress__says_how_far),
        cmocka_unit_test(test_progress__makes_nothing_up),
    };

    return cmocka_run_group_tests_name("producer/progress", tests, NULL, NULL);
}
