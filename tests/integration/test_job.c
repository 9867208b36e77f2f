/* SPDX-License-Identifier: MIT */
/* Jobs on a real server: what is counted of them, what is cancelled and how long that is remembered, and the
 * limit of dead letters. */
#include "support/test.h"
#include "support/heap.h"
#include "verbs.h"

#include "base/alloc.h"
#include "queue/beat.h"
#include "queue/cancel.h"
#include "queue/job.h"
#include "queue/put.h"

/* Push records FIRST ... FIRST + N - 1 of a job that has announced TOTAL. */
static skep_status push_job(const char *name, uint64_t total, size_t n, struct skep_error *err)
{
    struct skep_bytes records[100];
    char texts[100][32];
    struct skep_put put;
    skep_status st = skep_put_init(&put, verbs.watcher, "q", name, err);

    if (st == SKEP_OK) {
        st = skep_put_resume(&put, err);
    }
    assert_true(n <= 100);
    for (size_t i = 0; i < n; i++) {
        int length = snprintf(texts[i], sizeof texts[i], "%.10s%u", name, (unsigned)(put.offset + i));
        records[i] = (struct skep_bytes){texts[i], (size_t)length};
    }
    put.n_announced = total;
    if (st == SKEP_OK) {
        st = skep_put_send(&put, records, n, err);
    }
    return st == SKEP_OK ? skep_put_drain(&put, err) : st;
}

static void need_push(const char *name, uint64_t total, size_t n)
{
    struct skep_error err = {0};

    if (push_job(name, total, n, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
}

static struct skep_job read_job(const char *name)
{
    struct skep_error err = {0};
    struct skep_job job;

    if (skep_job_read(verbs.watcher, &verbs.keys, name, &job, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(job.name, name);
    return job;
}

static void check_job(const char *name, const char *state, int64_t done, int64_t failed, int64_t cancelled)
{
    struct skep_job job = read_job(name);

    assert_string_equal(skep_job_state(&job), state);
    assert_int_equal(job.n_done, done);
    assert_int_equal(job.n_failed, failed);
    assert_int_equal(job.n_cancelled, cancelled);
}

static int64_t cancel(enum skep_cancel_kind kind, const char *name)
{
    struct skep_error err = {0};
    int64_t n;

    if (skep_cancel_put(verbs.watcher, &verbs.keys, kind, &name, 1, &n, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return n;
}

static struct skep_verdict verdict(enum skep_verdict_kind kind, const char *job)
{
    struct skep_verdict v = {.kind = kind, .job = job};

    if (kind != SKEP_RETRY) {
        v.result = (struct skep_bytes){"result", 6};
    }
    if (kind == SKEP_RETRY || kind == SKEP_BURY) {
        v.record = (struct skep_bytes){"#skep cause=x\nrecord", 20};
    }
    return v;
}

/* ---- counts ---- */

/* A job is what was announced; what becomes of its tasks is counted in the cycle that says so, and a task
 * that is tried again is not over. */
static void test_job__counts_what_becomes_of_its_tasks(void **state)
{
    struct skep_verdict verdicts[] = {
        verdict(SKEP_DONE, "a"),   verdict(SKEP_DONE, "a"), verdict(SKEP_BURY, "a"), verdict(SKEP_RETRY, "a"),
        verdict(SKEP_CANCEL, "b"), verdict(SKEP_DONE, "b"), verdict(SKEP_DONE, NULL)};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_job job;

    (void)state;
    need_push("a", 6, 4);
    check_job("a", "pushing", 0, 0, 0);
    need_push("b", 10, 10);
    job = read_job("a");
    assert_int_equal(job.n_announced, 6);
    assert_int_equal(job.n_put, 4);
    assert_true(job.put_ms > 1600000000000 && job.put_ms <= job.now_ms);
    take(&holder, 7);
    cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 7});
    check_job("a", "pushing", 2, 1, 0);
    check_job("b", "running", 1, 0, 1);
    need_push("a", 6, 2);
    check_job("a", "running", 2, 1, 0);
    take(&holder, 3);
    verdicts[2] = verdicts[0];
    cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 3});
    check_job("a", "failed", 5, 1, 0);
    job = read_job("a");
    assert_true(skep_job_is_over(&job));
    check_audit();
    skep_conn_free(conn);
}

/* Names in records are anybody's: only announced jobs are counted, so that the counts do not grow with what
 * strangers write. */
static void test_job__counts_only_what_was_announced(void **state)
{
    const struct skep_verdict verdicts[] = {verdict(SKEP_DONE, "stranger"), verdict(SKEP_BURY, "plain")};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    need_push("plain", 0, 4);
    take(&holder, 2);
    cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 2});
    assert_int_equal(say_number("EXISTS", verbs.keys.jobs), 0);
    check_job("stranger", "unknown", 0, 0, 0);
    check_job("plain", "uncounted", 0, 0, 0);
    skep_conn_free(conn);
}

/* The verdict of an agent counts as that of a slot does. */
static void test_job__counts_the_verdict_of_an_agent(void **state)
{
    const struct skep_verdict bury = verdict(SKEP_BURY, "a");
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    int64_t moved;

    (void)state;
    need_push("a", 8, 8);
    take(&holder, 2);
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys,
                               &(struct skep_death){.worker = holder.worker,
                                                    .observed = -1,
                                                    .running = 1,
                                                    .info = "",
                                                    .verdict = &bury,
                                                    .position = -1},
                               &moved, NULL),
                     SKEP_OK);
    check_job("a", "running", 0, 1, 0);
    skep_conn_free(conn);
}

/* A thousand tasks of as many jobs are counted, each for its own. */
static void test_job__counts_a_batch_of_many_jobs(void **state)
{
    static struct skep_verdict verdicts[SKEP_BATCH_MAX];
    static char names[SKEP_BATCH_MAX][16];
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_job *jobs;
    size_t n;

    (void)state;
    push_records(2000);
    assert_int_equal(take(&holder, SKEP_BATCH_MAX)->n_tasks, SKEP_BATCH_MAX);
    say("EVAL", "for i = 0, 499 do redis.call('HSET', KEYS[1], 'n:job' .. i, 2) end", "1", verbs.keys.jobs,
        NULL);
    for (size_t i = 0; i < SKEP_BATCH_MAX; i++) {
        snprintf(names[i], sizeof names[i], "job%u", (unsigned)(i % 500));
        verdicts[i] = verdict(i < 500 ? SKEP_DONE : SKEP_BURY, names[i]);
    }
    cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = SKEP_BATCH_MAX});
    assert_int_equal(skep_job_list(verbs.watcher, &verbs.keys, &jobs, &n, NULL), SKEP_OK);
    assert_int_equal(n, 500);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(jobs[i].n_done, 1);
        assert_int_equal(jobs[i].n_failed, 1);
        assert_string_equal(skep_job_state(&jobs[i]), "failed");
    }
    assert_string_equal(jobs[0].name, "job0");
    assert_string_equal(jobs[1].name, "job1");
    assert_string_equal(jobs[2].name, "job10"); /* by name */
    skep_free(jobs);
    skep_conn_free(conn);
}

/* A dead letter that goes back into the queue has not failed after all; its job's name is read as it was
 * encoded. One that is thrown away has. */
static void test_job__a_requeued_letter_is_open_again(void **state)
{
    int64_t matched;

    (void)state;
    say("HSET", verbs.keys.jobs, "n:a b%", "9", "f:a b%", "3", "n:c", "9", NULL);
    say("HSET", verbs.keys.puts, "a b%", "9", NULL);
    say("RPUSH", verbs.keys.dead, "#skep j=a%20b%25 cause=x\nr0", "#skep j=a%20b%25 cause=y\nr1",
        "#skep j=c cause=x\nr2", "#skep j=stranger cause=x\nr3", "#skep cause=x\nr4", NULL);
    assert_int_equal(skep_dead_sift(verbs.watcher, &verbs.keys, true, " cause=x ", &matched, NULL), SKEP_OK);
    assert_int_equal(matched, 4);
    check_job("a b%", "running", 0, 2, 0);
    check_job("c", "pushing", 0, 0, 0); /* never below nothing */
    check_job("stranger", "unknown", 0, 0, 0);
    assert_int_equal(skep_dead_sift(verbs.watcher, &verbs.keys, false, "", &matched, NULL), SKEP_OK);
    check_job("a b%", "running", 0, 2, 0);
}

/* What somebody else wrote where a count should be disturbs nobody but the counts. */
static void test_job__a_count_that_is_no_number(void **state)
{
    const struct skep_verdict verdicts[] = {verdict(SKEP_DONE, "a"), verdict(SKEP_BURY, "a")};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    int64_t matched;

    (void)state;
    need_push("a", 8, 8);
    say("HSET", verbs.keys.jobs, "d:a", "many", "c:a", "1.5", NULL);
    say("HSET", verbs.keys.cancel, "job:a", "then", NULL);
    take(&holder, 2);
    cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 2});
    assert_int_equal(holder.n_held, 0);
    assert_int_equal(say_number("LLEN", verbs.keys.out), 2);
    say("HSET", verbs.keys.jobs, "f:a", "1.5", NULL);
    say("DEL", verbs.keys.dead, NULL);
    say("RPUSH", verbs.keys.dead, "#skep j=a cause=x\nr0", NULL);
    assert_int_equal(skep_dead_sift(verbs.watcher, &verbs.keys, true, "", &matched, NULL), SKEP_OK);
    say("HSET", verbs.keys.puts, "a", "some", NULL);
    take(&holder, 2);
    cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 2});
    check_audit();
    skep_conn_free(conn);
}

/* Listing with a heap that fails at any request leaves nothing behind. */
static void test_job__a_list_without_memory(void **state)
{
    struct skep_job *jobs = NULL;
    skep_status st = SKEP_E_NOMEM;
    size_t n;

    (void)state;
    need_push("a", 2, 2);
    need_push("b", 2, 2);
    for (size_t round = 0; st == SKEP_E_NOMEM; round++) {
        bool was_met;
        assert_true(round < 20);
        test_heap_begin(round, TEST_HEAP_ONE_FAILS);
        st = skep_job_list(verbs.watcher, &verbs.keys, &jobs, &n, NULL);
        was_met = test_heap_end();
        assert_int_equal(st, was_met ? SKEP_E_NOMEM : SKEP_OK);
        if (!skep_conn_is_open(verbs.watcher)) {
            assert_int_equal(skep_conn_connect(verbs.watcher, NULL), SKEP_OK);
        }
    }
    assert_int_equal(n, 2);
    skep_free(jobs);
}

/* ---- forgetting ---- */

/* A job that is over is forgotten with all its fields; one that is not only by force; one that nobody knows
 * is told. */
static void test_job__is_forgotten(void **state)
{
    const struct skep_verdict done[] = {verdict(SKEP_DONE, "a"), verdict(SKEP_DONE, "a")};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_error err = {0};

    (void)state;
    need_push("a", 2, 2);
    need_push("b", 2, 1);
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "nobody", false, NULL), SKEP_EMPTY);
    check_failure(skep_job_forget(verbs.watcher, &verbs.keys, "a", false, &err), SKEP_E_CONFLICT, &err,
                  "job \"a\" is not over");
    for (int i = 0; i < 2; i++) {
        take(&holder, 1);
        cycle(&holder, &(struct skep_cycle){.verdicts = done, .n_verdicts = 1});
    }
    check_job("a", "done", 2, 0, 0);
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "a", false, NULL), SKEP_OK);
    check_job("a", "unknown", 0, 0, 0);
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "b", true, NULL), SKEP_OK);
    assert_int_equal(say_number("EXISTS", verbs.keys.jobs), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.puts), 0);
    skep_conn_free(conn);
}

/* ---- cancelling ---- */

/* While something is cancelled cycles and beats say so, and whoever holds tasks can ask which. */
static void test_job__tells_what_is_cancelled(void **state)
{
    struct skep_cancel_query tasks[] = {{"a", "1", false, -1}, {"a", "2", false, -1}, {NULL, "3", false, -1},
                                        {"b", "4", false, -1}, {"b", "x", false, -1}, {NULL, "x", false, -1},
                                        {"a", "5", true, -1}};
    static const bool wanted[] = {true, true, false, false, true, false /* one of an id */, true};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_reply *reply;
    struct skep_beat beat;

    (void)state;
    need_push("a", 5, 5);
    need_push("b", 5, 5);
    assert_int_equal(take(&holder, 1)->flags, 0);
    assert_int_equal(cancel(SKEP_CANCEL_JOB, "a"), 1);
    assert_int_equal(cancel(SKEP_CANCEL_ID, "x"), 1);
    assert_int_equal(take(&holder, 1)->flags, SKEP_FLAG_CANCELS);
    assert_int_equal(holder.n_held, 2); /* taking goes on */
    assert_int_equal(skep_beat_send(verbs.watcher, &verbs.keys, NULL, 0, NULL), SKEP_OK);
    assert_int_equal(skep_conn_reply(verbs.watcher, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(skep_beat_read(verbs.watcher, reply, &beat, NULL), SKEP_OK);
    assert_int_equal(beat.flags, SKEP_FLAG_CANCELS);
    assert_int_equal(skep_cancel_check(conn, &verbs.keys, tasks, 7, NULL), SKEP_OK);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(tasks[i].is_cancelled, wanted[i]);
    }
    assert_int_equal(skep_cancel_check(conn, &verbs.keys, NULL, 0, NULL), SKEP_OK);
    check_job("a", "cancelling", 0, 0, 0);
    skep_conn_free(conn);
}

/* The cancellation of a job ends with its last task, the one of an id with the first that has it; nothing
 * more can be pushed to a cancelled job until it is forgotten. */
static void test_job__a_cancellation_ends_by_itself(void **state)
{
    struct skep_verdict verdicts[] = {verdict(SKEP_CANCEL, "a"), verdict(SKEP_CANCEL, "a"),
                                      verdict(SKEP_CANCEL, "b")};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_error err = {0};

    (void)state;
    verdicts[2].id = "x";
    need_push("a", 5, 3);
    need_push("b", 7, 7);
    cancel(SKEP_CANCEL_JOB, "a");
    cancel(SKEP_CANCEL_ID, "x");
    check_failure(push_job("a", 5, 2, &err), SKEP_E_CANCELLED, &err, "job \"a\" of queue q is cancelled");
    take(&holder, 4);
    assert_int_equal(cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 1})->flags,
                     SKEP_FLAG_CANCELS);
    assert_int_equal(say_number("HLEN", verbs.keys.cancel), 2);
    check_job("a", "cancelling", 0, 0, 1);
    assert_int_equal(cycle(&holder, &(struct skep_cycle){.verdicts = verdicts + 1, .n_verdicts = 2})->flags,
                     SKEP_FLAG_CANCELS);
    assert_int_equal(say_number("HLEN", verbs.keys.cancel), 1);
    verdicts[0].kind = SKEP_DONE; /* it was over before its slot heard of it */
    assert_int_equal(cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 1})->flags, 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.cancel), 0);
    check_job("a", "cancelled", 1, 0, 2);
    assert_int_equal(stat_of("cancelled"), 3);
    assert_int_equal(say_number("LLEN", verbs.keys.out), 4); /* who waits for n results gets n */
    assert_int_equal(say_number("EXISTS", verbs.keys.dead), 0);
    check_audit();
    skep_error_clear(&err);
    check_failure(push_job("a", 5, 2, &err), SKEP_E_CANCELLED, &err, "is cancelled");
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "a", false, NULL), SKEP_OK);
    need_push("a", 2, 2);
    skep_conn_free(conn);
}

/* A job of which nothing is left is not looked for; a job that nobody announced is. A cancelled job that is
 * forgotten early goes on being dropped, and nothing can be pushed to it. */
static void test_job__cancels_what_is_there(void **state)
{
    const struct skep_verdict done[] = {verdict(SKEP_DONE, "over")};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_error err = {0};

    (void)state;
    need_push("over", 2, 1);
    take(&holder, 1);
    cycle(&holder, &(struct skep_cycle){.verdicts = done, .n_verdicts = 1});
    assert_int_equal(cancel(SKEP_CANCEL_JOB, "over"), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.cancel), 0);
    check_job("over", "cancelled", 1, 0, 0);
    check_failure(push_job("over", 2, 1, &err), SKEP_E_CANCELLED, &err, "is cancelled");
    assert_int_equal(cancel(SKEP_CANCEL_JOB, "stranger"), 1);
    check_job("stranger", "cancelling", 0, 0, 0);
    need_push("open", 2, 1);
    assert_int_equal(cancel(SKEP_CANCEL_JOB, "open"), 1);
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "open", true, NULL), SKEP_OK);
    assert_int_equal(say_number("HLEN", verbs.keys.cancel), 2);
    skep_error_clear(&err);
    check_failure(push_job("open", 2, 1, &err), SKEP_E_CANCELLED, &err, "is cancelled");
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "open", false, NULL), SKEP_E_CONFLICT);
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "open", true, NULL), SKEP_OK);
    need_push("open", 2, 1);
    skep_conn_free(conn);
}

static void beat_once(void)
{
    struct skep_reply *reply;
    struct skep_beat beat;

    assert_int_equal(skep_beat_send(verbs.watcher, &verbs.keys, NULL, 0, NULL), SKEP_OK);
    assert_int_equal(skep_conn_reply(verbs.watcher, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(skep_beat_read(verbs.watcher, reply, &beat, NULL), SKEP_OK);
}

/* A cancellation whose task never comes is forgotten after a week, so that slots need not ask for ever; that
 * of a counted job is not, however old. */
static void test_job__an_old_cancellation_is_forgotten(void **state)
{
    (void)state;
    need_push("counted", 2, 2);
    say("HSET", verbs.keys.cancel, "id:old", "1000", "job:stranger", "1000", "job:counted", "1000", NULL);
    cancel(SKEP_CANCEL_ID, "new");
    say("ZADD", verbs.keys.delayed, "9e15", "may be the one that is meant", NULL);
    for (int i = 0; i < 100; i++) {
        beat_once();
    }
    assert_int_equal(say_number("HLEN", verbs.keys.cancel), 4);
    say("DEL", verbs.keys.delayed, NULL);
    for (int i = 0; i < 400; i++) { /* each beat looks at one by chance */
        beat_once();
    }
    assert_int_equal(say_number("HLEN", verbs.keys.cancel), 2);
    assert_int_equal(say("HEXISTS", verbs.keys.cancel, "job:counted", NULL)->integer, 1);
    assert_int_equal(say("HEXISTS", verbs.keys.cancel, "id:new", NULL)->integer, 1);
}

/* ---- the limit of dead letters ---- */

/* When there are too many the oldest go and are counted; a limit that was lowered is reached in steps; 0 is
 * no limit. */
static void test_job__the_oldest_letters_go(void **state)
{
    static const char *const letters[] = {"#skep cause=x\nr0", "#skep cause=x\nr1", "#skep cause=x\nr2",
                                          "#skep cause=x\nr3", "#skep cause=x\nr4"};
    struct skep_verdict bury[5];
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_queue_status status;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        bury[i] = verdict(SKEP_BURY, NULL);
        bury[i].record = (struct skep_bytes){letters[i], strlen(letters[i])};
    }
    assert_int_equal(skep_queue_status_read(verbs.watcher, &verbs.keys, &status, NULL), SKEP_OK);
    assert_int_equal(status.max_dead, 1000000);
    skep_queue_status_release(&status);
    assert_int_equal(skep_queue_set_limit(verbs.watcher, &verbs.keys, SKEP_LIMIT_DEAD, 3, NULL), SKEP_OK);
    push_records(40);
    take(&holder, 12);
    cycle(&holder, &(struct skep_cycle){.verdicts = bury, .n_verdicts = 5});
    check_list(verbs.keys.dead, "#skep cause=x\nr2 #skep cause=x\nr3 #skep cause=x\nr4");
    assert_int_equal(stat_of("dead"), 5);
    assert_int_equal(stat_of("dead_dropped"), 2);
    assert_int_equal(skep_queue_set_limit(verbs.watcher, &verbs.keys, SKEP_LIMIT_DEAD, 0, NULL), SKEP_OK);
    cycle(&holder, &(struct skep_cycle){.verdicts = bury, .n_verdicts = 5});
    assert_int_equal(say_number("LLEN", verbs.keys.dead), 8);
    say("EVAL", "for i = 1, 2500 do redis.call('RPUSH', KEYS[1], i) end", "1", verbs.keys.dead, NULL);
    assert_int_equal(skep_queue_set_limit(verbs.watcher, &verbs.keys, SKEP_LIMIT_DEAD, 3, NULL), SKEP_OK);
    cycle(&holder, &(struct skep_cycle){.verdicts = bury, .n_verdicts = 1});
    assert_int_equal(say_number("LLEN", verbs.keys.dead), 2509 - 1001);
    assert_int_equal(stat_of("dead_dropped"), 2 + 1001);
    check_audit();
    skep_conn_free(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_job__counts_what_becomes_of_its_tasks, verbs_clear),
        cmocka_unit_test_setup(test_job__counts_only_what_was_announced, verbs_clear),
        cmocka_unit_test_setup(test_job__counts_the_verdict_of_an_agent, verbs_clear),
        cmocka_unit_test_setup(test_job__counts_a_batch_of_many_jobs, verbs_clear),
        cmocka_unit_test_setup(test_job__a_requeued_letter_is_open_again, verbs_clear),
        cmocka_unit_test_setup(test_job__a_count_that_is_no_number, verbs_clear),
        cmocka_unit_test_setup(test_job__a_list_without_memory, verbs_clear),
        cmocka_unit_test_setup(test_job__is_forgotten, verbs_clear),
        cmocka_unit_test_setup(test_job__tells_what_is_cancelled, verbs_clear),
        cmocka_unit_test_setup(test_job__a_cancellation_ends_by_itself, verbs_clear),
        cmocka_unit_test_setup(test_job__cancels_what_is_there, verbs_clear),
        cmocka_unit_test_setup(test_job__an_old_cancellation_is_forgotten, verbs_clear),
        cmocka_unit_test_setup(test_job__the_oldest_letters_go, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
