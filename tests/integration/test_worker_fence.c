/* SPDX-License-Identifier: MIT */
/* A worker that stands still for longer than the lease: others take over, and what it says afterwards is
 * refused. */
#include "support/test.h"
#include "hive_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *const one_slot[] = {"--slots", "1", NULL};

static bool is_fenced(struct hive *any)
{
    return hive_stat(any, "fenced") > 0;
}

/* Start a worker, stop it with the task "long" running and others in its hand, and let another one take over.
 */
enum { N_BEFORE = 20, N_AFTER = 20, N_ALL = N_BEFORE + 1 + N_AFTER };

static struct test_process *still, *other;
static char name_of_still[SKEP_WORKER_NAME_BYTES];

static void have_one_stand_still(void)
{
    const struct hive_result *results;

    hive_push_many(hive, N_BEFORE, "{\"id\":\"a%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.01}}");
    hive_push(hive, "{\"id\":\"long\",\"kernel\":\"sleep\",\"args\":{\"s\":0.6}}");
    hive_push_many(hive, N_AFTER, "{\"id\":\"b%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.01}}");
    still = hive_start_worker(hive, one_slot);
    (void)hive_await_title(hive, "sleep long");
    hive_signal_worker(still, SIGSTOP);
    snprintf(name_of_still, sizeof name_of_still, "%s",
             hive_ask(hive, "ZRANGE", hive->keys.workers, "0", "0", NULL)->items[0].bytes);
    assert_true(hive_status(hive).n_held > 1);

    other = hive_start_worker(hive, one_slot);
    results = hive_results(hive, N_ALL, 20000);
    assert_string_not_equal(hive_result_of(hive, results, N_ALL, "long")->worker, name_of_still);
    hive_check_done(hive, N_ALL, 0);
    assert_int_equal(hive_stat(hive, "reaped"), 1);
    assert_int_equal(hive_stat(hive, "fenced"), 0);
    assert_int_equal(hive_ask(hive, "HLEN", hive->keys.crashes, NULL)->integer, 0);
}

/* The one that stood still works again, under a new name. */
static void check_it_works_again(void)
{
    const struct hive_result *results;

    test_process_signal(other, SIGTERM);
    hive_await_end(hive, other, 0, 10000);
    hive_push(hive, "{\"id\":\"after\",\"kernel\":\"echo\"}");
    results = hive_results(hive, N_ALL + 1, 10000);
    assert_string_not_equal(hive_result_of(hive, results, N_ALL + 1, "after")->worker, name_of_still);
    hive_check_done(hive, N_ALL + 1, 0);
}

/* A slot that was declared dead finishes its task and tells: it is refused and counted, and every task keeps
 * its one result. */
static void test_worker_fence__late_results_are_refused(void **state)
{
    (void)state;
    have_one_stand_still();
    hive_signal_slots(still, SIGCONT);
    hive_until(hive, is_fenced, "the late cycle is refused", 10000);
    assert_true(hive_stat(hive, "fenced_results") >= 1);
    hive_check_done(hive, N_ALL, 0);
    hive_signal_worker(still, SIGCONT);
    check_it_works_again();
}

/* The agent hears of it first: it does not wait for what its slot has to say. */
static void test_worker_fence__an_agent_ends_a_slot_that_was_declared_dead(void **state)
{
    pid_t slots[HIVE_MAX_SLOTS];

    (void)state;
    have_one_stand_still();
    assert_int_equal(hive_slots(still, slots), 1);
    test_process_signal(still, SIGCONT);
    hive_await_gone(hive, slots, 1, 5000);
    check_it_works_again();
    assert_int_equal(hive_stat(hive, "crashes"), 1); /* when it was found dead; not once more */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_fence__late_results_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_fence__an_agent_ends_a_slot_that_was_declared_dead,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
