/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "worker/page.h"

static struct skep_page page;

static int set_up(void **state)
{
    (void)state;
    memset(&page, 0, sizeof page);
    atomic_store(&page.running, -1);
    return 0;
}

static const struct skep_page_told told = {.task = {.lane = 1, .number = 7, .position = 3},
                                           .index = 12,
                                           .kernel = "sum",
                                           .job = "monday",
                                           .id = NULL};

/* Names are heard of the task that they were told of, at whatever position of its range. */
static void test_page__names_belong_to_a_task(void **state)
{
    struct skep_page_task task = told.task;
    struct skep_page_names names;

    (void)state;
    assert_false(skep_page_hear(&page, &task, &names));
    skep_page_tell(&page, &told);
    task.position = 4;
    assert_true(skep_page_hear(&page, &task, &names));
    assert_string_equal(names.kernel, "sum");
    assert_string_equal(names.job, "monday");
    assert_string_equal(names.id, "");
    assert_int_equal(names.index, 12);
    task.number = 8;
    assert_false(skep_page_hear(&page, &task, &names));
    task = told.task;
    task.lane = 0;
    assert_false(skep_page_hear(&page, &task, &names));
}

/* Long names are cut, and what has no end within the page has one where it is heard. */
static void test_page__names_are_bounded(void **state)
{
    struct skep_page_told long_one = told;
    struct skep_page_names names;
    char text[1000];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    long_one.kernel = long_one.job = long_one.id = text;
    skep_page_tell(&page, &long_one);
    assert_true(skep_page_hear(&page, &told.task, &names));
    assert_int_equal(strlen(names.kernel), SKEP_PAGE_KERNEL_BYTES - 1);
    assert_int_equal(strlen(names.id), SKEP_PAGE_TEXT_BYTES - 1);
    memset(page.names.job, 'y', sizeof page.names.job);
    assert_true(skep_page_hear(&page, &told.task, &names));
    assert_int_equal(strlen(names.job), SKEP_PAGE_TEXT_BYTES - 1);
}

/* In the midst of telling nothing is heard; a teller that died there does not spoil the next. */
static void test_page__half_told_is_not_heard(void **state)
{
    struct skep_page_names names;

    (void)state;
    skep_page_tell(&page, &told);
    atomic_fetch_add(&page.names_turn, 1);
    assert_false(skep_page_hear(&page, &told.task, &names));
    skep_page_tell(&page, &told);
    assert_true(skep_page_hear(&page, &told.task, &names));
}

/* What runs is seen with its limit and its beginning. */
static void test_page__look(void **state)
{
    int64_t deadline_ms, started_ms;
    struct skep_page_task task;

    (void)state;
    assert_false(skep_page_look(&page, &task, &deadline_ms, &started_ms));
    atomic_store(&page.started_ms, 100);
    atomic_store(&page.deadline_ms, 200);
    atomic_store(&page.position, -1);
    atomic_store(&page.running, 5);
    assert_true(skep_page_look(&page, &task, &deadline_ms, &started_ms));
    assert_int_equal(task.number, 5);
    assert_int_equal(deadline_ms, 200);
    assert_int_equal(started_ms, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_page__names_belong_to_a_task, set_up),
        cmocka_unit_test_setup(test_page__names_are_bounded, set_up),
        cmocka_unit_test_setup(test_page__half_told_is_not_heard, set_up),
        cmocka_unit_test_setup(test_page__look, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
