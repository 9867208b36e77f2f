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

/* Rate and time left are those of the last ten to twenty seconds: a run that was slow at first is not slow
 * for ever. */
static void test_progress__forgets_what_was(void **state)
{
    char text[SKEP_PROGRESS_BYTES];
    struct skep_progress progress = {.verb = "done",
                                     .n_total = 10000,
                                     .n_done = 5000,
                                     .marks = {{80000, 3000}, {91000, 4000}},
                                     .n_marks = 2};

    (void)state;
    assert_string_equal(skep_progress_format(&progress, 100000, text),
                        "done 5,000 of 10,000 (50 %), 100/s, 50 s left");
    progress.marks[0].n_done = 4995; /* too few to tell: all of it */
    assert_string_equal(skep_progress_format(&progress, 100000, text),
                        "done 5,000 of 10,000 (50 %), 50/s, 1 min 40 s left");
}

/* On a terminal: a bar where there is room, what failed in front, never wider than the terminal. */
static void test_progress__draws(void **state)
{
    char line[SKEP_PROGRESS_LINE_BYTES];
    struct skep_terminal terminal = {.is_terminal = true, .has_utf8 = true, .width = 80};
    struct skep_progress progress = {.verb = "over:", .n_total = 10000, .n_done = 5000};

    (void)state;
    assert_string_equal(skep_progress_draw(&progress, 2000, &terminal, line),
                        "━━━━━━━━━━────────── over: 5,000 of 10,000 (50 %), 2,500/s, 2 s left");
    progress.n_failed = 1;
    terminal.has_utf8 = false;
    assert_string_equal(skep_progress_draw(&progress, 2000, &terminal, line),
                        "x=========---------- over: 5,000 of 10,000 (50 %), 1 failed, 2,500/s, 2 s left");
    terminal.has_colour = true;
    progress.n_failed = 0;
    terminal.width = 60;
    assert_string_equal(skep_progress_draw(&progress, 2000, &terminal, line),
                        "\033[32m=====\033[0m\033[2m-----\033[0m over: 5,000 of 10,000 (50 %), 2,500/s, 2 s "
                        "left");
    terminal.width = 20;
    assert_string_equal(skep_progress_draw(&progress, 2000, &terminal, line), "over: 5,000 of 10,0");
    terminal.width = 0;
    assert_string_equal(skep_progress_draw(&progress, 2000, &terminal, line), "");
}

/* More than all, and more failures than ends, as a server may say, are drawn as all. */
static void test_progress__draws_nonsense(void **state)
{
    char line[SKEP_PROGRESS_LINE_BYTES];
    struct skep_terminal terminal = {.is_terminal = true, .width = 200};
    struct skep_progress progress = {.verb = "over:", .n_total = 10, .n_done = 50, .n_failed = 1000};

    (void)state;
    assert_memory_equal(skep_progress_draw(&progress, 0, &terminal, line),
                        "xxxxxxxxxxxxxxxxxxxx over: 50 of 10", 35);
    progress.n_failed = UINT64_MAX;
    assert_memory_equal(skep_progress_draw(&progress, 0, &terminal, line),
                        "xxxxxxxxxxxxxxxxxxxx over: 50 of 10", 35);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_progress__says_how_far),     cmocka_unit_test(test_progress__makes_nothing_up),
        cmocka_unit_test(test_progress__forgets_what_was), cmocka_unit_test(test_progress__draws),
        cmocka_unit_test(test_progress__draws_nonsense),
    };

    return cmocka_run_group_tests_name("producer/progress", tests, NULL, NULL);
}
