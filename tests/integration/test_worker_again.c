/* SPDX-License-Identifier: MIT */
/* Tasks that are not done at once: tried again, held back until a time or by the queue's limits. */
#include "support/test.h"
#include "hive_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const one_slot[] = {"--slots", "1", NULL};

/* Milliseconds since 1970 on the server. */
static int64_t server_ms(void)
{
    const struct skep_reply *time = hive_ask(hive, "TIME", NULL);

    return strtoll(time->items[0].bytes, NULL, 10) * 1000 + strtoll(time->items[1].bytes, NULL, 10) / 1000;
}

/* The sum of all slots' beat counters, and how many slots there are. */
static int64_t all_beats(struct hive *any, int64_t *n_out)
{
    const struct skep_reply *reply =
        hive_ask(any, "ZRANGE", any->keys.workers, "0", "-1", "WITHSCORES", NULL);
    int64_t sum = 0;

    for (size_t i = 1; i < reply->n; i += 2) {
        sum += strtoll(reply->items[i].bytes, NULL, 10);
    }
    *n_out = (int64_t)reply->n / 2;
    return sum;
}

static int64_t beats_wanted;

static bool enough_beats_passed(struct hive *any)
{
    int64_t n;

    return all_beats(any, &n) >= beats_wanted;
}

/* Where no slot makes cycles: the agent has looked at the queue twice since now, so whatever it would do it
 * has done. */
static void await_two_beats(void)
{
    int64_t n, beats = all_beats(hive, &n);

    beats_wanted = beats + 2 * n;
    hive_until(hive, enough_beats_passed, "two beats", 20000);
}

/* A task that fails twice for a passing reason is done at the third attempt. */
static void test_worker_again__a_task_that_fails_twice_is_done(void **state)
{
    const struct hive_result *result;

    (void)state;
    hive_push(hive, "{\"id\":\"t\",\"kernel\":\"fail\",\"args\":{\"times\":2},\"backoff_s\":0.01}");
    hive_start_worker(hive, one_slot);
    result = hive_results(hive, 1, 20000);
    assert_true(result->is_ok && result->attempt == 3 && result->value->i64 == 3);
    assert_string_equal(result->id, "t");
    hive_check_done(hive, 1, 0);
    assert_int_equal(hive_stat(hive, "retried"), 2);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

/* The id that a task without one was given stays the same through all attempts. */
static void test_worker_again__a_made_up_id_stays(void **state)
{
    static const char record[] = "{\"kernel\":\"fail\",\"retries\":1,\"backoff_s\":0.01}";
    const struct hive_result *result;
    struct hive_letter letter;
    char words[128];

    (void)state;
    hive_push(hive, record);
    hive_start_worker(hive, one_slot);
    result = hive_results(hive, 1, 20000);
    hive_check_done(hive, 1, 1);
    letter = hive_letter(hive, 0);
    assert_int_equal(result->attempt, 2);
    snprintf(words, sizeof words, " id=%s ", result->id);
    assert_non_null(strstr(letter.line, words));
    snprintf(words, sizeof words, "#skep id=%s\n%s", result->id, record);
    assert_string_equal(letter.body, words);
}

/* When its tries are used up it is a dead letter with what happened each time. */
static void test_worker_again__a_task_that_keeps_failing_is_buried(void **state)
{
    static const char record[] = "{\"id\":\"t\",\"kernel\":\"fail\",\"retries\":2,\"backoff_s\":0.01}";
    const struct hive_result *result;
    struct hive_letter letter;
    char event[96];
    const char *at;

    (void)state;
    hive_push(hive, record);
    hive_start_worker(hive, one_slot);
    result = hive_results(hive, 1, 20000);
    assert_false(result->is_ok);
    assert_int_equal(result->attempt, 3);
    assert_string_equal(result->cause, "kernel-error");
    assert_string_equal(result->message, "failed as asked, attempt 3");
    hive_check_done(hive, 1, 1);
    letter = hive_letter(hive, 0);
    assert_string_equal(letter.body, record);
    assert_non_null(strstr(letter.line, " try=3 "));
    assert_non_null(strstr(letter.line, " cause=kernel-error "));
    assert_non_null(strstr(letter.line, " k=fail "));
    at = letter.line;
    for (int i = 1; i <= 3; i++) {
        snprintf(event, sizeof event, " e=%d,", i);
        at = strstr(at, event);
        assert_non_null(at);
        snprintf(event, sizeof event, ",kernel-error,%s,failed%%20as%%20asked%%2C%%20attempt%%20%d",
                 result->worker, i);
        at = strstr(at, event);
        assert_non_null(at);
    }
}

/* Many tasks that fail now and then, on two slots: each gets its one result. */
static void test_worker_again__all_come_through(void **state)
{
    enum { N = 300 };
    const struct hive_result *results;

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"fail\",\"args\":{\"times\":3},\"backoff_s\":0.05}");
    hive_start_worker(hive, (const char *const[]){"--slots", "2", NULL});
    results = hive_results(hive, N, 20000);
    for (int i = 0; i < N; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        assert_int_equal(hive_result_of(hive, results, N, id)->attempt, 4);
    }
    hive_check_done(hive, N, 0);
    assert_int_equal(hive_stat(hive, "retried"), 3 * N);
}

/* A task with not_before waits for its time, by the server's clock, while others pass; and costs no attempt.
 */
static void test_worker_again__not_before_its_time(void **state)
{
    int64_t due_ms = server_ms() + 1500, done_ms;
    const struct hive_result *results;
    char record[128];

    (void)state;
    snprintf(record, sizeof record, "{\"id\":\"late\",\"kernel\":\"echo\",\"not_before\":%.3f}",
             (double)due_ms / 1000);
    hive_push(hive, record);
    hive_push(hive, "{\"id\":\"now\",\"kernel\":\"echo\"}");
    hive_start_worker(hive, one_slot);
    (void)hive_results(hive, 1, 1400);
    results = hive_results(hive, 2, 20000);
    done_ms = server_ms();
    assert_string_equal(results[0].id, "now");
    assert_string_equal(results[1].id, "late");
    assert_int_equal(results[1].attempt, 1);
    assert_true(done_ms >= due_ms);
    assert_true(done_ms < due_ms + 2000);
    hive_check_done(hive, 2, 0);
}

/* A task that is taken after it expired fails as such and is not run. */
static void test_worker_again__not_after_it_expired(void **state)
{
    const struct hive_result *result;

    (void)state;
    hive_push(hive, "{\"kernel\":\"sleep\",\"args\":{\"s\":100},\"expires\":\"2024-01-01T00:00:00Z\"}");
    hive_start_worker(hive, one_slot);
    result = hive_results(hive, 1, 20000);
    assert_string_equal(result->cause, "expired");
    hive_check_done(hive, 1, 1);
}

static void set_paused(bool pauses)
{
    if (skep_queue_pause(hive->conn, &hive->keys, pauses, NULL) != SKEP_OK) {
        hive_fail(hive, "pause");
    }
}

/* A paused queue is left alone, and goes on when it is resumed. */
static void test_worker_again__a_pause_stops_taking(void **state)
{
    int64_t taken;

    (void)state;
    hive_start_worker(hive, (const char *const[]){"--slots", "2", NULL});
    hive_push_many(hive, 10, "{\"id\":\"a%d\",\"kernel\":\"echo\"}");
    (void)hive_results(hive, 10, 20000);
    set_paused(true);
    await_two_beats();
    taken = hive_stat(hive, "taken");
    hive_push_many(hive, 10, "{\"id\":\"b%d\",\"kernel\":\"echo\"}");
    await_two_beats();
    assert_int_equal(hive_length(hive, hive->keys.queue), 10);
    assert_int_equal(hive_stat(hive, "taken"), taken);
    (void)hive_await_title(hive, "held off");
    set_paused(false);
    (void)hive_results(hive, 20, 5000);
    hive_check_done(hive, 20, 0);
}

/* A pause meets a worker in the middle of its work: what it holds is finished, the rest waits. */
static void test_worker_again__a_pause_lets_what_runs_run(void **state)
{
    (void)state;
    hive_push_many(hive, 4, "{\"id\":\"%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.4}}");
    hive_start_worker(hive, one_slot);
    (void)hive_await_title(hive, "sleep 0");
    set_paused(true);
    (void)hive_await_title(hive, "held off");
    assert_true(hive_length(hive, hive->keys.out) >= 1);
    assert_true(hive_length(hive, hive->keys.queue) >= 1);
    set_paused(false);
    (void)hive_results(hive, 4, 10000);
    hive_check_done(hive, 4, 0);
}

enum { MOST_RESULTS = 20 };

static bool are_results_full(struct hive *any)
{
    struct skep_queue_status status = hive_status(any);

    return status.n_results >= MOST_RESULTS || (status.n_waiting == 0 && status.n_held == 0);
}

/* Take the results away; how many there were. */
static int64_t collect_all(void)
{
    int64_t n = hive_length(hive, hive->keys.out);
    char first[32];

    snprintf(first, sizeof first, "%" PRId64, n);
    hive_ask(hive, "LTRIM", hive->keys.out, first, "-1", NULL);
    return n;
}

/* When the results have reached their limit nothing is taken; collecting them lets it go on. */
static void test_worker_again__full_results_stop_taking(void **state)
{
    enum { N = 60, LARGEST_BATCH = 25 };
    int64_t n_collected = 0, n_stops = 0;

    (void)state;
    hive_ask(hive, "HSET", hive->keys.conf, "max_results", "20", NULL);
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.02}}");
    hive_start_worker(hive, one_slot);
    while (n_collected < N) {
        struct skep_queue_status status;
        int64_t taken;
        hive_until(hive, are_results_full, "a limit", 20000);
        taken = hive_stat(hive, "taken");
        status = hive_status(hive);
        assert_true(status.n_results < MOST_RESULTS + LARGEST_BATCH);
        if (status.n_waiting > 0) {
            await_two_beats();
            assert_int_equal(hive_stat(hive, "taken"), taken);
            n_stops++;
        }
        n_collected += collect_all();
    }
    assert_int_equal(n_collected, N);
    assert_true(n_stops >= 1);
    hive_check_done(hive, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_again__a_task_that_fails_twice_is_done, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_again__a_made_up_id_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_again__a_task_that_keeps_failing_is_buried, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_again__all_come_through, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_again__not_before_its_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_again__not_after_it_expired, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_again__a_pause_stops_taking, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_again__a_pause_lets_what_runs_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_again__full_results_stop_taking, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
