/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "producer/dead/letter_groups.h"

static struct skep_letter_groups *groups;

static int setup(void **state)
{
    (void)state;
    groups = skep_letter_groups_new();
    assert_non_null(groups);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    skep_letter_groups_free(groups);
    return 0;
}

static void add(const char *cause, const char *kernel, const char *message, int64_t at_ms)
{
    const struct skep_letter letter = {
        .header = {.id = "id", .cause = cause, .kernel = kernel, .at_ms = at_ms}, .message = message};

    skep_letter_groups_add(groups, &letter);
}

/* One cause, kernel and kind of message are a group; its example is the first letter, its times reach from
 * the oldest to the newest. */
static void test_letter_groups__joins_what_is_alike(void **state)
{
    (void)state;
    add("timeout", "sum", "limit 5 s", 300);
    add("timeout", "sum", "limit 7 s", 100);
    add("timeout", "sum", "limit 5 s", 0);
    add("timeout", "echo", "limit 5 s", 1);
    add("crash", "sum", "limit 5 s", 1);
    add("crash", NULL, "", 1);
    add("crash", "sum", "limit 6 s", 1);
    skep_letter_groups_sort(groups);
    assert_int_equal(groups->n_letters, 7);
    assert_int_equal(groups->n_groups, 4);
    assert_int_equal(groups->groups[0].count, 3);
    assert_string_equal(groups->groups[0].cause, "timeout");
    assert_string_equal(groups->groups[0].message, "limit 5 s");
    assert_string_equal(groups->groups[0].pattern, "limit # s");
    assert_true(groups->groups[0].differs);
    assert_int_equal(groups->groups[0].first_ms, 100);
    assert_int_equal(groups->groups[0].last_ms, 300);
    assert_int_equal(groups->groups[1].count, 2);
    assert_string_equal(groups->groups[1].cause, "crash");
    assert_string_equal(groups->groups[2].kernel, "-");
    assert_false(groups->groups[2].differs);
}

/* What fits into no group any more is counted, however much of it there is. */
static void test_letter_groups__stays_bounded(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * SKEP_LETTER_MAX_GROUPS; i++) {
        char message[16];
        for (int k = 0; k < 8; k++) {
            message[k] = (char)('g' + (i >> (2 * k) & 3)); /* no digit, no hexadecimal */
        }
        message[8] = '\0';
        add("kernel-error", "fail", message, 1);
    }
    assert_int_equal(groups->n_groups, SKEP_LETTER_MAX_GROUPS);
    assert_int_equal(groups->n_ungrouped, 2 * SKEP_LETTER_MAX_GROUPS);
    assert_int_equal(groups->n_letters, 3 * SKEP_LETTER_MAX_GROUPS);
    add("kernel-error", "fail", "gggggggg", 1);
    assert_int_equal(groups->n_ungrouped, 2 * SKEP_LETTER_MAX_GROUPS);
}

static skep_status group_one(void *context)
{
    struct skep_letter_groups *own = skep_letter_groups_new();
    const struct skep_letter letter = {.header = {.id = "id", .cause = "crash"}, .message = "words"};
    skep_status st = SKEP_E_NOMEM;

    (void)context;
    if (own != NULL) {
        skep_letter_groups_add(own, &letter);
        assert_int_equal(own->n_letters, 1);
        st = own->n_groups == 1 && own->n_ungrouped == 0   ? SKEP_OK
             : own->n_groups == 0 && own->n_ungrouped == 1 ? SKEP_E_NOMEM
                                                           : SKEP_E_PROTOCOL;
    }
    skep_letter_groups_free(own);
    return st;
}

/* Without memory for a group its letter is counted with the rest. */
static void test_letter_groups__bears_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(group_one, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_letter_groups__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(joins_what_is_alike),
        TEST(stays_bounded),
        TEST(bears_a_failing_heap),
    };

    return cmocka_run_group_tests_name("producer/letter_groups", tests, NULL, NULL);
}
