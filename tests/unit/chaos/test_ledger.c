/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"
#include "chaos/ledger.h"

#include <stdio.h>
#include <string.h>

enum { N_TASKS = 10 };

static int set_up(void **state)
{
    static struct skep_ledger ledger;

    assert_int_equal(skep_ledger_init(&ledger, N_TASKS, NULL), SKEP_OK);
    *state = &ledger;
    return 0;
}

static int tear_down(void **state)
{
    skep_ledger_release(*state);
    return 0;
}

static int64_t see(struct skep_ledger *ledger, const char *line)
{
    return skep_ledger_see(ledger, line, strlen(line));
}

/* Every task is counted in the words of Jepsen's total-queue. */
static void test_ledger__counts_each_fate(void **state)
{
    struct skep_ledger *ledger = *state;
    struct skep_ledger_sums sums;
    uint64_t lost[N_TASKS];

    skep_ledger_attempt(ledger, 0, 8);
    skep_ledger_acknowledge(ledger, 0, 6);
    for (int i = 0; i < 5; i++) { /* 5 is lost */
        char line[64];
        snprintf(line, sizeof line, "{\"id\":\"t%d\",\"ok\":%s}", i, i == 4 ? "false" : "true");
        assert_int_equal(see(ledger, line), i);
    }
    assert_int_equal(see(ledger, "{\"index\":0,\"id\":\"t7\",\"ok\":true}"), 7); /* recovered; 6 never came */
    sums = skep_ledger_sum(ledger);
    assert_int_equal(sums.n_attempted, 8);
    assert_int_equal(sums.n_acknowledged, 6);
    assert_int_equal(sums.n_seen, 6);
    assert_int_equal(sums.n_lost, 1);
    assert_int_equal(sums.n_recovered, 1);
    assert_int_equal(ledger->n_good, 5);
    assert_int_equal(ledger->n_failed, 1);
    assert_int_equal(ledger->n_duplicated + ledger->n_unexpected, 0);
    assert_int_equal(skep_ledger_lost(ledger, lost, N_TASKS), 1);
    assert_int_equal(lost[0], 5);
    assert_true(skep_ledger_has_seen(ledger, 7));
    assert_false(skep_ledger_has_seen(ledger, 5));
    assert_false(skep_ledger_has_seen(ledger, N_TASKS));
}

/* A second result of a task is a duplicate, and shown; forgetting begins the counting of results anew. */
static void test_ledger__finds_duplicates(void **state)
{
    struct skep_ledger *ledger = *state;

    skep_ledger_attempt(ledger, 0, 2);
    skep_ledger_acknowledge(ledger, 0, 2);
    assert_int_equal(see(ledger, "{\"id\":\"t1\",\"ok\":true}"), 1);
    assert_int_equal(see(ledger, "{\"id\":\"t1\",\"ok\":true,\"again\":1}"), 1);
    assert_int_equal(ledger->n_seen, 1);
    assert_int_equal(ledger->n_duplicated, 1);
    assert_non_null(strstr(ledger->first_wrong, "again"));
    skep_ledger_forget_seen(ledger);
    assert_int_equal(see(ledger, "{\"id\":\"t1\",\"ok\":true}"), 1);
    assert_int_equal(ledger->n_seen, 1);
    assert_int_equal(ledger->n_duplicated, 0);
    assert_int_equal(skep_ledger_sum(ledger).n_lost, 1);
}

/* What nobody pushed, or what is no result, is unexpected. */
static void test_ledger__finds_strangers(void **state)
{
    static const char *const strangers[] = {
        "{\"id\":\"t9\",\"ok\":true}",        "{\"id\":\"t10\",\"ok\":true}",
        "{\"id\":\"t-1\",\"ok\":true}",       "{\"id\":\"tx\",\"ok\":true}",
        "{\"id\":\"u1\",\"ok\":true}",        "{\"id\":\"t1",
        "{\"id\":\"t99999999999999999999\"}", "",
    };
    struct skep_ledger *ledger = *state;

    skep_ledger_attempt(ledger, 0, 9);
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        assert_int_equal(see(ledger, strangers[i]), -1);
        assert_int_equal(ledger->n_unexpected, i + 1);
    }
    assert_int_equal(ledger->n_seen, 0);
}

/* Without memory there is no ledger. */
static void test_ledger__says_that_memory_is_short(void **state)
{
    struct skep_ledger ledger;

    (void)state;
    test_heap_begin(0, TEST_HEAP_ONE_FAILS);
    assert_int_equal(skep_ledger_init(&ledger, N_TASKS, NULL), SKEP_E_NOMEM);
    assert_true(test_heap_end());
    skep_ledger_release(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ledger__counts_each_fate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ledger__finds_duplicates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ledger__finds_strangers, set_up, tear_down),
        cmocka_unit_test(test_ledger__says_that_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
