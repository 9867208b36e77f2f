/* SPDX-License-Identifier: MIT */
/* An agent that serves several queues: it beats, reaps and tells in every one of them, and one that is unwell
 * does not disturb the others. */
#include "support/test.h"
#include "hive_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "support/until.h"

enum { LANES_MS = 60000 };

static const char *const queues[] = {"q", "b", "c"};
enum { N_QUEUES = sizeof queues / sizeof queues[0] };
static const char *const one_slot[] = {"--slots", "1", "-q", "b", "-q", "c", NULL};

/* The one slot that is registered in the queue; "" when there are none or several. */
static void read_slot(const char *queue, char name[SKEP_WORKER_NAME_BYTES])
{
    const struct skep_reply *reply;

    hive_turn_to(hive, queue);
    reply = hive_ask(hive, "ZRANGE", hive->keys.workers, "0", "-1", NULL);
    name[0] = '\0';
    if (reply->n == 1) {
        snprintf(name, SKEP_WORKER_NAME_BYTES, "%s", reply->items[0].bytes);
    }
    hive_turn_to(hive, "q");
}

/* Names of the one slot in all queues, other than those of BEFORE (may be NULL). */
struct names {
    char at[N_QUEUES][SKEP_WORKER_NAME_BYTES];
    const struct names *before;
};

static bool are_registered(void *context)
{
    struct names *names = context;

    for (size_t i = 0; i < N_QUEUES; i++) {
        read_slot(queues[i], names->at[i]);
        if (names->at[i][0] == '\0' ||
            (names->before != NULL && strcmp(names->before->at[i], names->at[i]) == 0)) {
            return false;
        }
    }
    return true;
}

static struct names await_names(const struct names *before)
{
    struct names names = {.before = before};

    if (!test_until(are_registered, &names, LANES_MS)) {
        hive_fail(hive, "no one slot that is registered everywhere");
    }
    return names;
}

static pid_t only_slot(const struct test_process *worker)
{
    pid_t pids[HIVE_MAX_SLOTS];

    hive_await_slots(hive, worker, 1);
    assert_int_equal(hive_slots(worker, pids), 1);
    return pids[0];
}

/* ---- beats and news ---- */

struct beats {
    const struct names *names;
    int64_t at_least[N_QUEUES];
};

static int64_t read_beat(const char *queue, const char *name)
{
    const struct skep_reply *reply;
    int64_t beat;

    hive_turn_to(hive, queue);
    reply = hive_ask(hive, "ZSCORE", hive->keys.workers, name, NULL);
    beat = reply->kind == SKEP_REPLY_TEXT ? (int64_t)strtod(reply->bytes, NULL) : -1;
    hive_turn_to(hive, "q");
    return beat;
}

static bool have_beaten(void *context)
{
    const struct beats *beats = context;

    for (size_t i = 0; i < N_QUEUES; i++) {
        if (read_beat(queues[i], beats->names->at[i]) < beats->at_least[i]) {
            return false;
        }
    }
    return true;
}

static void await_beats(const struct names *names, int64_t n)
{
    struct beats beats = {.names = names};

    for (size_t i = 0; i < N_QUEUES; i++) {
        beats.at_least[i] = read_beat(queues[i], names->at[i]) + n;
    }
    if (!test_until(have_beaten, &beats, LANES_MS)) {
        hive_fail(hive, "not %d beats in every queue", (int)n);
    }
}

static bool is_news_there(void *context)
{
    const struct names *names = context;
    char key[SKEP_KEY_BYTES];

    for (size_t i = 0; i < N_QUEUES; i++) {
        hive_turn_to(hive, queues[i]);
        snprintf(key, sizeof key, "%s%s", hive->keys.info_prefix, names->at[i]);
        hive_turn_to(hive, "q");
        if (hive_ask(hive, "EXISTS", key, NULL)->integer == 0) {
            return false;
        }
    }
    return true;
}

/* An idle slot's counters move in every queue, and people can read of it in each. */
static void test_worker_lanes__beats_for_all(void **state)
{
    struct names names;

    (void)state;
    hive_start_worker(hive, one_slot);
    names = await_names(NULL);
    await_beats(&names, 3);
    assert_true(test_until(is_news_there, &names, LANES_MS));
}

/* A server that forgets the scripts says so to every beat of a round; they are taught once, and it goes on.
 */
static void test_worker_lanes__beats_after_scripts_are_forgotten(void **state)
{
    struct names names;

    (void)state;
    hive_start_worker(hive, one_slot);
    names = await_names(NULL);
    await_beats(&names, 2);
    hive_ask(hive, "SCRIPT", "FLUSH", NULL);
    await_beats(&names, 3);
    for (size_t i = 0; i < N_QUEUES; i++) {
        char name[SKEP_WORKER_NAME_BYTES];
        read_slot(queues[i], name);
        assert_string_equal(name, names.at[i]);
    }
}

/* ---- the dead ---- */

/* The agent sees a slot of its own die: it is gone from all queues at once, and a new one is there. */
static void test_worker_lanes__a_dead_slot_is_reaped_everywhere(void **state)
{
    struct test_process *worker = hive_start_worker(hive, one_slot);
    struct names names, after;
    int64_t began_ms;

    (void)state;
    names = await_names(NULL);
    began_ms = skep_monotonic_ms();
    assert_int_equal(kill(only_slot(worker), SIGKILL), 0);
    after = await_names(&names);
    assert_true(strcmp(after.at[0], names.at[0]) != 0);
    /* On a machine that is not stuck no lease had to pass: who has seen it die need not wait. */
    assert_true(skep_monotonic_ms() - began_ms < LANES_MS / 2);
    for (size_t i = 0; i < N_QUEUES; i++) {
        hive_turn_to(hive, queues[i]);
        assert_int_equal(hive_stat(hive, "reaped"), 1);
        assert_int_equal(hive_stat(hive, "crashes"), 0);
        hive_check_done(hive, 0, 0);
    }
}

/* A whole worker dies: after the lease another one finds its slot dead in each queue of its own. */
static void test_worker_lanes__a_silent_worker_is_reaped_everywhere(void **state)
{
    struct test_process *worker = hive_start_worker(hive, one_slot);
    struct names names;

    (void)state;
    names = await_names(NULL);
    hive_signal_worker(worker, SIGSTOP); /* so that no slot sees its agent die, and leaves */
    hive_signal_worker(worker, SIGKILL);
    hive_start_worker(hive, one_slot);
    (void)await_names(&names);
    for (size_t i = 0; i < N_QUEUES; i++) {
        hive_turn_to(hive, queues[i]);
        assert_int_equal(hive_stat(hive, "reaped"), 1);
    }
}

/* What a killed slot ran is blamed in its own queue, and nothing that waits elsewhere is touched. */
static void test_worker_lanes__blame_stays_in_its_lane(void **state)
{
    enum { N = 30 };

    (void)state;
    hive_turn_to(hive, "b");
    hive_push(hive, "{\"id\":\"long\",\"kernel\":\"sleep\",\"args\":{\"s\":6}}");
    hive_start_worker(hive, one_slot);
    assert_int_equal(kill(hive_await_title(hive, "sleep long"), SIGKILL), 0);
    hive_turn_to(hive, "c");
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    hive_turn_to(hive, "b");
    assert_true(hive_results(hive, 1, LANES_MS)->is_ok);
    hive_check_done(hive, 1, 0);
    assert_int_equal(hive_stat(hive, "crashes"), 1);
    hive_turn_to(hive, "c");
    hive_check_done(hive, N, 0);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

/* A task that has used up its time is settled in the queue that it came from. */
static void test_worker_lanes__an_ended_task_is_settled_in_its_lane(void **state)
{
    const struct hive_result *result;

    (void)state;
    hive_turn_to(hive, "c");
    hive_push(hive, "{\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"},\"timeout_s\":0.1,\"retries\":0}");
    hive_start_worker(hive, one_slot);
    result = hive_results(hive, 1, LANES_MS);
    assert_string_equal(result->cause, "timeout");
    assert_int_equal(result->attempt, 1);
    hive_check_done(hive, 1, 1);
    for (size_t i = 0; i < N_QUEUES; i++) {
        hive_turn_to(hive, queues[i]);
        assert_int_equal(hive_stat(hive, "crashes"), 0);
        (void)hive_status(hive);
    }
}

/* ---- one queue only ---- */

/* Declared dead in one queue, a slot is ended and another one registers in all. */
static void test_worker_lanes__fenced_in_one_queue_is_over_in_all(void **state)
{
    struct names names;

    (void)state;
    hive_start_worker(hive, one_slot);
    names = await_names(NULL);
    await_beats(&names, 6); /* the agent trusts a slot's first lease */
    hive_turn_to(hive, "b");
    hive_ask(hive, "ZREM", hive->keys.workers, names.at[1], NULL);
    hive_turn_to(hive, "q");
    (void)await_names(&names);
}

/* A key of one queue is something else: the worker says so and ends, rather than leave a queue unserved in
 * silence, and in the other queues nothing is left of it. */
static void test_worker_lanes__one_that_cannot_be_served_ends_the_worker(void **state)
{
    struct test_process *worker = hive_start_worker(hive, one_slot);

    (void)state;
    (void)await_names(NULL);
    hive_turn_to(hive, "b");
    hive_ask(hive, "SET", hive->keys.delayed, "not a sorted set", NULL);
    hive_turn_to(hive, "q");
    hive_await_end(hive, worker, 3, LANES_MS);
    hive_turn_to(hive, "b");
    hive_ask(hive, "DEL", hive->keys.delayed, NULL);
    hive_turn_to(hive, "q");
    hive_start_worker(hive, one_slot);
    (void)await_names(NULL);
    hive_push(hive, "{\"kernel\":\"echo\"}");
    assert_true(hive_results(hive, 1, LANES_MS)->is_ok);
}

#define TEST(fact) cmocka_unit_test_setup_teardown(test_worker_lanes__##fact, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(beats_for_all),
        TEST(beats_after_scripts_are_forgotten),
        TEST(a_dead_slot_is_reaped_everywhere),
        TEST(a_silent_worker_is_reaped_everywhere),
        TEST(blame_stays_in_its_lane),
        TEST(an_ended_task_is_settled_in_its_lane),
        TEST(fenced_in_one_queue_is_over_in_all),
        TEST(one_that_cannot_be_served_ends_the_worker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
