/* SPDX-License-Identifier: MIT */
/* What the account in Redis says of tasks, against a plain count of what was pushed: once each, also when
 * slots are killed in the midst of it. */
#include "support/test.h"
#include "hive_fixture.h"
#include "hive_sweep.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "metrics/account.h"

enum { WAIT_MS = 60000 };

static const char *const one_slot[] = {"--slots", "1", NULL};
static const char *const two_slots[] = {"--slots", "2", NULL};

static struct hive_sweep *sweep;

static int tear_down_sweep(void **state)
{
    hive_free_sweep(sweep);
    sweep = NULL;
    return tear_down(state);
}

/* ---- what is read ---- */

/* The account of the queue (JOB NULL) or of a job. */
static struct skep_reply *account(const char *job)
{
    char key[SKEP_KEY_BYTES + 300];

    snprintf(key, sizeof key, "%s%s", job != NULL ? hive->keys.account_prefix : hive->keys.account,
             job != NULL ? job : "");
    return hive_ask(hive, "HGETALL", key, NULL);
}

/* The sum of the fields that begin with PREFIX and end with SUFFIX. */
static int64_t sum_of(const char *job, const char *prefix, const char *suffix)
{
    const struct skep_reply *reply = account(job);
    const size_t n_prefix = strlen(prefix), n_suffix = strlen(suffix);
    int64_t sum = 0, number;

    for (size_t i = 0; i + 1 < reply->n; i += 2) {
        const struct skep_reply *field = &reply->items[i], *value = &reply->items[i + 1];
        if (field->length >= n_prefix + n_suffix && memcmp(field->bytes, prefix, n_prefix) == 0 &&
            strcmp(field->bytes + field->length - n_suffix, suffix) == 0) {
            assert_true(skep_parse_i64(value->bytes, value->length, &number));
            sum += number;
        }
    }
    return sum;
}

static int64_t field_of(const char *job, const char *field)
{
    const struct skep_reply *reply = account(job);
    int64_t number = 0;

    for (size_t i = 0; i + 1 < reply->n; i += 2) {
        if (strcmp(reply->items[i].bytes, field) == 0) {
            assert_true(skep_parse_i64(reply->items[i + 1].bytes, reply->items[i + 1].length, &number));
        }
    }
    return number;
}

/* All histograms of a job: b0, b1, ... */
static int64_t histogram_of(const char *job)
{
    int64_t sum = 0;

    for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
        char field[8];
        snprintf(field, sizeof field, "b%d", k);
        sum += field_of(job, field);
    }
    return sum;
}

static void check_field(const char *job, const char *field, int64_t expected)
{
    int64_t seen = field_of(job, field);

    if (seen != expected) {
        hive_fail(hive, "%s %s is %lld, expected %lld", job != NULL ? job : "queue", field, (long long)seen,
                  (long long)expected);
    }
}

static void announce(const char *job, int n)
{
    char field[64], number[16];

    snprintf(field, sizeof field, "n:%s", job);
    snprintf(number, sizeof number, "%d", n);
    hive_ask(hive, "HSET", hive->keys.jobs, field, number, NULL);
}

/* The last cycle of a slot tells what belongs to no task. */
static void stop(struct test_process *worker)
{
    test_process_signal(worker, SIGTERM);
    hive_await_end(hive, worker, 0, WAIT_MS);
}

/* ---- plain tasks ---- */

#define JOB "\"job\":\"J\","

/* Tasks whose ends and times are known: the account says how many of which kernel ended how, for which cause,
 * in which time, and for their job where the time went and which were the slowest. */
static void test_worker_account__known_tasks(void **state)
{
    const struct skep_reply *slow;
    struct test_process *worker;

    (void)state;
    announce("J", 12);
    hive_push_many(hive, 5, "{\"id\":\"short%d\"," JOB "\"kernel\":\"sleep\",\"args\":{\"s\":0.1}}");
    hive_push(hive, "{\"id\":\"long one\"," JOB "\"kernel\":\"sleep\",\"args\":{\"s\":0.4}}");
    hive_push(hive, "{\"id\":\"late\"," JOB
                    "\"kernel\":\"sleep\",\"args\":{\"s\":50},\"timeout_s\":0.3,\"retries\":0}");
    hive_push(hive,
              "{\"id\":\"again\"," JOB "\"kernel\":\"fail\",\"args\":{\"times\":2},\"backoff_s\":0.01}");
    hive_push(hive, "{\"id\":\"final\"," JOB "\"kernel\":\"fail\",\"args\":{\"how\":\"final\"}}");
    hive_push(hive, "{\"id\":\"args\"," JOB "\"kernel\":\"sleep\",\"args\":{\"t\":1}}");
    hive_push(hive, "{\"id\":\"kernel\"," JOB "\"kernel\":\"nope\"}");
    hive_push(hive, "{\"id\":\"deadly\"," JOB "\"kernel\":\"fail\",\"args\":{\"how\":\"abort\"}}");
    hive_push(hive, "{\"id\":\"stray\",\"job\":\"nobody's\",\"kernel\":\"echo\"}");
    hive_push(hive, "no record");
    worker = hive_start_worker(hive, one_slot);
    (void)hive_results(hive, 14, WAIT_MS);
    hive_check_done(hive, 14, 6);
    stop(worker);

    check_field(NULL, "done:sleep", 6);
    check_field(NULL, "done:fail", 1);
    check_field(NULL, "done:echo", 1);
    check_field(NULL, "failed:sleep", 2);
    check_field(NULL, "failed:fail", 4);
    check_field(NULL, "failed:unknown", 2);
    check_field(NULL, "cause:timeout", 1);
    check_field(NULL, "cause:kernel-error", 2);
    check_field(NULL, "cause:kernel-final", 1);
    check_field(NULL, "cause:bad-args", 1);
    check_field(NULL, "cause:unknown-kernel", 1);
    check_field(NULL, "cause:crash", 1);
    check_field(NULL, "cause:bad-record", 1);
    assert_int_equal(sum_of(NULL, "cause:", ""), sum_of(NULL, "failed:", ""));
    check_field(NULL, "b9:sleep", 5);  /* 65 to 262 ms */
    check_field(NULL, "b10:sleep", 2); /* 0.4 s, and 0.3 s until it was told to stop */
    assert_true(field_of(NULL, "ns:sleep") >= 1200000000);
    assert_true(field_of(NULL, "ns:sleep") < 3000000000);

    check_field("J", "attempts", 14);
    check_field("J", "failed", 7);
    assert_int_equal(histogram_of("J"),
                     14 - 2); /* nobody has run the unknown one, and who ran the deadly one is dead */
    assert_int_equal(field_of("J", "wall_ns"),
                     field_of("J", "map_ns") + field_of("J", "compute_ns") + field_of("J", "commit_ns"));
    assert_int_equal(sum_of("J", "w:", ""), field_of("J", "wall_ns"));
    assert_true(field_of("J", "compute_ns") >= 1200000000);
    assert_true(field_of("J", "compute_ns") <= field_of(NULL, "ns:sleep") + field_of(NULL, "ns:fail"));
    assert_true(field_of("J", "voluntary_switches") >= 6);
    assert_true(field_of("J", "peak_rss_bytes") > 1 << 20);
    assert_true(field_of("J", "to_ms") - field_of("J", "from_ms") >= 1100);
    assert_int_equal(account("nobody's")->n, 0);

    slow = hive_ask(hive, "EVAL", "return redis.call('ZREVRANGE', KEYS[1], 0, -1)", "1", "{skep:q}:slow:J",
                    NULL);
    assert_int_equal(slow->n, SKEP_ACCOUNT_SLOWEST);
    assert_memory_equal(slow->items[0].bytes, "long%20one ", 11);
    assert_memory_equal(slow->items[1].bytes, "late ", 5);
    assert_string_equal(strrchr(slow->items[0].bytes, ' '), " 0");
}

/* What belongs to no task is told when a slot leaves, all of it where none was killed. */
static void test_worker_account__rounds(void **state)
{
    struct test_process *worker;

    (void)state;
    hive_push_many(hive, 500, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    worker = hive_start_worker(hive, two_slots);
    hive_check_done(hive, 500, 0);
    stop(worker);
    check_field(NULL, "batch:tasks", hive_stat(hive, "taken"));
    assert_int_equal(sum_of(NULL, "batch:b", ""), field_of(NULL, "batch:n"));
    assert_true(field_of(NULL, "cycles:n") > field_of(NULL, "batch:n"));
    assert_int_equal(sum_of(NULL, "cycles:b", ""), field_of(NULL, "cycles:n"));
    assert_true(field_of(NULL, "cycles:ns") > 0);
    assert_int_equal(sum_of(NULL, "error:", ""), 0);
    assert_int_equal(field_of(NULL, "reconnects"), 0);
}

/* Slots are killed in the midst of their batches: each task that has a result was accounted once, and what
 * was run for nothing was not. */
static void test_worker_account__killed_slots(void **state)
{
    enum { N = 3000, N_KILLS = 12 };
    struct test_process *workers[2];

    (void)state;
    announce("J", N);
    hive_push_many(hive, N, "{\"id\":\"%d\"," JOB "\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}");
    for (int i = 0; i < 2; i++) {
        workers[i] = hive_start_worker(hive, two_slots);
    }
    for (int i = 0; i < N_KILLS; i++) {
        pid_t slots[HIVE_MAX_SLOTS];
        hive_await_slots(hive, workers[i % 2], 2);
        if (hive_slots(workers[i % 2], slots) == 2) {
            kill(slots[(i / 2) % 2], SIGKILL);
        }
    }
    (void)hive_results(hive, N, WAIT_MS);
    hive_check_done(hive, N, 0);
    check_field(NULL, "done:sleep", N);
    assert_int_equal(sum_of(NULL, "failed:", ""), 0);
    assert_int_equal(sum_of(NULL, "b", ":sleep"), N);
    check_field("J", "attempts", N);
    assert_int_equal(histogram_of("J"), N);
    assert_int_equal(hive_ask(hive, "ZCARD", "{skep:q}:slow:J", NULL)->integer, SKEP_ACCOUNT_SLOWEST);
}

/* A task whose slot has to be ended was two failed attempts, as long as it ran; no crash. */
static void test_worker_account__ended_by_the_agent(void **state)
{
    struct test_process *worker;

    (void)state;
    announce("J", 1);
    hive_push(hive,
              "{\"id\":\"deaf\"," JOB "\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"},\"timeout_s\":0.2,"
              "\"retries\":1,\"backoff_s\":0.01}");
    worker = hive_start_worker(hive, one_slot);
    hive_check_done(hive, 1, 1);
    stop(worker);
    check_field(NULL, "failed:fail", 2);
    check_field(NULL, "cause:timeout", 2);
    assert_int_equal(sum_of(NULL, "cause:", ""), 2);
    check_field("J", "attempts", 2);
    check_field("J", "failed", 2);
    assert_true(field_of("J", "compute_ns") >= 2 * 600000000LL);
    assert_int_equal(histogram_of("J"), 2);
    assert_int_equal(sum_of("J", "w:", ""), field_of("J", "wall_ns"));
}

/* ---- range jobs ---- */

/* Every index is accounted once, though slots are killed and others steal from them. */
static void test_worker_account__indexes(void **state)
{
    enum { N = 200000, N_KILLS = 8 };
    struct test_process *workers[2];
    struct skep_job job;

    (void)state;
    hive_sweep_put(&sweep, hive, N, "\"kernel\":\"sleep\",\"args\":{\"s\":0}", "f8");
    for (int i = 0; i < 2; i++) {
        workers[i] = hive_start_worker(hive, two_slots);
    }
    for (int i = 0; i < N_KILLS; i++) {
        pid_t slots[HIVE_MAX_SLOTS];
        hive_await_slots(hive, workers[i % 2], 2);
        if (hive_slots(workers[i % 2], slots) == 2) {
            kill(slots[(i / 2) % 2], SIGKILL);
        }
    }
    job = hive_gather(hive, sweep, WAIT_MS);
    assert_int_equal(job.n_done, N);
    check_field(NULL, "done:sleep", N);
    assert_int_equal(sum_of(NULL, "b", ":sleep"), N);
    check_field("job", "attempts", N);
    check_field("job", "failed", 0);
    assert_int_equal(histogram_of("job"), N);
    assert_int_equal(sum_of("job", "w:", ""), field_of("job", "wall_ns"));
    assert_true(field_of("job", "map_ns") > 0 && field_of("job", "commit_ns") > 0);
    assert_true(field_of("job", "compute_ns") > field_of(NULL, "ns:sleep") / 2);
    assert_int_equal(hive_ask(hive, "ZCARD", "{skep:q}:slow:job", NULL)->integer, SKEP_ACCOUNT_SLOWEST);
}

/* Of the indexes of a job some fail at each try, and some have to be ended: each attempt is accounted once.
 */
static void test_worker_account__indexes_that_fail(void **state)
{
    enum { N = 40 };
    struct skep_job job;

    (void)state;
    hive_sweep_put(&sweep, hive, N,
                   "\"kernel\":\"fail\",\"args\":{\"times\":1},\"retries\":3,\"backoff_s\":0.01", "i8");
    hive_start_worker(hive, two_slots);
    job = hive_gather(hive, sweep, WAIT_MS);
    assert_int_equal(job.n_done, N);
    check_field(NULL, "done:fail", N);
    check_field(NULL, "failed:fail", N);
    check_field(NULL, "cause:kernel-error", N);
    check_field("job", "attempts", 2 * N);
    check_field("job", "failed", N);
    assert_int_equal(histogram_of("job"), 2 * N);
}

/* An index that does not listen is ended twice, and buried by the third who takes it, which is no attempt. */
static void test_worker_account__indexes_ended_by_the_agent(void **state)
{
    struct skep_job job;

    (void)state;
    hive_sweep_put(&sweep, hive, 1,
                   "\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"},\"timeout_s\":0.2,\"retries\":1,"
                   "\"backoff_s\":0.01",
                   "i8");
    hive_start_worker(hive, one_slot);
    job = hive_gather(hive, sweep, WAIT_MS);
    assert_int_equal(job.n_failed, 1);
    check_field(NULL, "failed:fail", 2);
    check_field(NULL, "cause:timeout", 2);
    check_field("job", "attempts", 2);
    assert_true(field_of("job", "compute_ns") >= 2 * 600000000LL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_account__known_tasks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_account__rounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_account__killed_slots, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_account__ended_by_the_agent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_account__indexes, set_up, tear_down_sweep),
        cmocka_unit_test_setup_teardown(test_worker_account__indexes_that_fail, set_up, tear_down_sweep),
        cmocka_unit_test_setup_teardown(test_worker_account__indexes_ended_by_the_agent, set_up,
                                        tear_down_sweep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
