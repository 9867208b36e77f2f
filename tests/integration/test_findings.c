/* SPDX-License-Identifier: MIT */
/* What can be wrong with a queue, provoked on a real server with real workers, and found; and what looking
 * costs. */
#include "support/test.h"
#include "hive_fixture.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "monitor/findings.h"
#include "support/files.h"
#include "support/heap.h"

static const char *const two_slots[] = {"--slots", "2", NULL};
static const char *const one_slot[] = {"--slots", "1", NULL};

/* The last two looks, and what the last one found. */
static struct skep_overview looks[2];
static int n_looks;
static struct skep_finding findings[SKEP_FINDINGS_MAX];
static size_t n_findings;

static struct skep_overview *last_look(void)
{
    return &looks[(n_looks - 1) % 2];
}

static void look_again(void)
{
    struct skep_overview *before = n_looks > 0 ? last_look() : NULL, *now = &looks[n_looks % 2];
    struct skep_server_facts facts;
    struct skep_error err = {0};

    skep_overview_release(now);
    if ((!skep_conn_is_open(hive->conn) && skep_conn_connect(hive->conn, &err) != SKEP_OK) ||
        skep_overview_read(hive->conn, &hive->keys, SKEP_OVERVIEW_ALL, before, now, &err) != SKEP_OK ||
        skep_server_facts_read(hive->conn, &facts, &err) != SKEP_OK) {
        hive_fail(hive, "overview: %s", err.text);
    }
    n_looks++;
    n_findings = skep_findings(now, &facts, findings);
}

static const struct skep_finding *find(enum skep_finding_kind kind)
{
    look_again();
    for (size_t i = 0; i < n_findings; i++) {
        if (findings[i].kind == kind) {
            return &findings[i];
        }
    }
    return NULL;
}

static void expect(enum skep_finding_kind kind, const char *words)
{
    const struct skep_finding *finding = find(kind);

    if (finding == NULL || strstr(finding->words, words) == NULL) {
        hive_fail(hive, "wanted %s '%s', got '%s'", skep_finding_word(kind), words,
                  finding != NULL ? finding->words : "(nothing)");
    }
}

static void expect_not(enum skep_finding_kind kind)
{
    const struct skep_finding *finding = find(kind);

    if (finding != NULL) {
        hive_fail(hive, "%s was found: %s", skep_finding_word(kind), finding->words);
    }
}

static enum skep_finding_kind awaited;

static bool is_found(struct hive *any)
{
    (void)any;
    return find(awaited) != NULL;
}

static bool is_not_found(struct hive *any)
{
    (void)any;
    return find(awaited) == NULL;
}

static void await(enum skep_finding_kind kind)
{
    awaited = kind;
    hive_until(hive, is_found, skep_finding_word(kind), 40000);
}

static int looks_set_up(void **state)
{
    n_looks = 0;
    return set_up(state);
}

static int looks_tear_down(void **state)
{
    skep_overview_release(&looks[0]);
    skep_overview_release(&looks[1]);
    return tear_down(state);
}

/* ---- works ---- */

static bool is_moving(struct hive *any)
{
    (void)any;
    look_again();
    return last_look()->out_per_s > 0 && last_look()->n_busy == 2;
}

/* A queue at work: who, how many, how fast, until when, and nothing that is bad. */
static void test_findings__nothing_at_work(void **state)
{
    const struct skep_overview *look = &looks[0];

    (void)state;
    hive_push_many(hive, 400, "{\"id\":\"t%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.02}}");
    hive_await_slots(hive, hive_start_worker(hive, two_slots), 2);
    hive_until(hive, is_moving, "both slots work", 20000);
    look = last_look();
    assert_int_equal(look->n_slots, 2);
    assert_int_equal(look->n_workers, 1);
    assert_int_equal(look->n_hosts, 1);
    assert_true(look->n_left > 0 && look->n_left < 400);
    assert_true(look->eta_s > 0 && isfinite(look->eta_s));
    assert_int_equal(look->account.n_kernels, 1);
    assert_string_equal(look->account.kernels[0].name, "sleep");
    /* Asked for one after the other. */
    assert_true(look->account.kernels[0].n_done >= look->status.stat.done);
    for (size_t i = 0; i < n_findings; i++) {
        assert_true(skep_finding_severity(findings[i].kind) != SKEP_SEVERITY_BAD);
    }
    hive_check_done(hive, 400, 0);
    look_again(); /* what the slots told last is older */
    assert_int_equal(last_look()->n_busy, 0);
    assert_int_equal(last_look()->n_left, 0);
}

/* ---- the queue ---- */

/* Nobody works; then it is paused, its depth full, its results full. */
static void test_findings__the_queue(void **state)
{
    (void)state;
    look_again();
    hive_push_many(hive, 3, "{\"id\":\"t%d\",\"kernel\":\"echo\"}");
    expect(SKEP_FINDING_NO_WORKERS, "3 tasks wait, and nobody works");
    hive_ask(hive, "HSET", hive->keys.conf, "paused", "1", "max_depth", "3", NULL);
    expect(SKEP_FINDING_PAUSED, "3 wait");
    expect(SKEP_FINDING_DEPTH_FULL, "3 tasks wait, 3 may");
    expect_not(SKEP_FINDING_NO_WORKERS);
    (void)hive_start_worker(hive, one_slot);
    awaited = SKEP_FINDING_NO_WORKERS;
    hive_ask(hive, "RPUSH", hive->keys.out, "{}", NULL);
    hive_ask(hive, "HSET", hive->keys.conf, "paused", "0", "max_depth", "0", "max_results", "1", NULL);
    hive_until(hive, is_not_found, "a worker comes", 20000);
    expect(SKEP_FINDING_RESULTS_FULL, "1 results wait, the limit is 1; 3 tasks to run");
    expect_not(SKEP_FINDING_PAUSED);
    expect_not(SKEP_FINDING_DEPTH_FULL);
    hive_ask(hive, "RPUSH", hive->keys.suspect, "{}", NULL);
    expect(SKEP_FINDING_SUSPECTS, "1 task crashed twice");
    hive_ask(hive, "HSET", hive->keys.jobs, "n:te", "10", "d:te", "4", "g:te", "1", "k:te", "8388608", NULL);
    expect(SKEP_FINDING_HELD_UP, "job te");
}

/* ---- workers ---- */

static bool is_spoken_for(struct hive *any)
{
    (void)any;
    look_again();
    return last_look()->n_slots == 2 && last_look()->slots[0].cycle_age_ms >= 0 &&
           last_look()->slots[1].cycle_age_ms >= 0;
}

/* Slots that somebody has stopped: tasks wait, the connection is fine, and nothing moves. */
static void test_findings__stopped_slots(void **state)
{
    struct test_process *worker = hive_start_worker(hive, two_slots);

    (void)state;
    hive_until(hive, is_spoken_for, "two slots wait for work", 20000);
    hive_signal_slots(worker, SIGSTOP);
    hive_push_many(hive, 5, "{\"id\":\"t%d\",\"kernel\":\"echo\"}");
    await(SKEP_FINDING_STALLED);
    assert_true(last_look()->stalled_ms >= SKEP_CYCLE_LATE_MS);
    expect(SKEP_FINDING_STALLED, "2 slots idle, 5 wait");
    await(SKEP_FINDING_SLOT_STOPPED);
    hive_signal_slots(worker, SIGCONT);
    hive_check_done(hive, 5, 0);
    expect_not(SKEP_FINDING_STALLED);
    awaited = SKEP_FINDING_SLOT_STOPPED;
    hive_until(hive, is_not_found, "the slots run", 20000);
}

static bool is_told(struct hive *any)
{
    (void)any;
    look_again();
    return last_look()->n_slots == 1 && last_look()->slots[0].has_info &&
           last_look()->slots[0].info.running.until_ms > 0;
}

/* A worker that does nothing: its task runs past its limit, then nobody speaks for the slot, and then nobody
 * works. */
static void test_findings__stopped_worker(void **state)
{
    struct test_process *worker = hive_start_worker(hive, one_slot);

    (void)state;
    hive_await_slots(hive, worker, 1);
    hive_push(hive, "{\"id\":\"long\",\"kernel\":\"sleep\",\"args\":{\"s\":120},\"timeout_s\":4}");
    hive_until(hive, is_told, "the limit is told", 20000);
    hive_signal_worker(worker, SIGSTOP);
    await(SKEP_FINDING_SLOT_OVERDUE);
    expect_not(SKEP_FINDING_NO_WORKERS);
    await(SKEP_FINDING_SILENT);
    hive_push(hive, "{\"id\":\"next\",\"kernel\":\"echo\"}");
    expect(SKEP_FINDING_NO_WORKERS, "1 task waits, and nobody speaks for the 1 slot");
}

/* A worker of another version, on a machine whose clock is wrong. */
static void test_findings__strange_workers(void **state)
{
    struct test_process *worker = hive_start_worker(hive, one_slot);

    (void)state;
    hive_await_slots(hive, worker, 1);
    hive_ask(hive, "ZADD", hive->keys.workers, "1", "zebra:1:f:1", NULL);
    hive_ask(hive, "SET", "{skep:q}:info:zebra:1:f:1",
             "{\"version\":\"9.9\\u001b[2J\",\"protocol\":2,\"slot\":4,\"node\":{\"apart_ms\":-90000}}",
             NULL);
    await(SKEP_FINDING_VERSION_SKEW);
    expect(SKEP_FINDING_VERSION_SKEW, "slot 4 of zebra is skep 9.9?[2J");
    expect(SKEP_FINDING_CLOCKS_APART, "the clock of zebra is 90 s behind");
    assert_int_equal(last_look()->n_hosts, 2);
    assert_int_equal(last_look()->n_workers, 2);
}

/* ---- the server ---- */

/* What a server says of itself. */
static void test_findings__the_server(void **state)
{
    char path[512];

    (void)state;
    expect(SKEP_FINDING_NO_AOF, "makes no snapshots");
    hive_ask(hive, "CONFIG", "SET", "appendonly", "yes", NULL);
    expect(SKEP_FINDING_EVERYSEC, "appendfsync is everysec");
    expect_not(SKEP_FINDING_NO_AOF);
    hive_ask(hive, "CONFIG", "SET", "appendfsync", "always", NULL);
    expect_not(SKEP_FINDING_EVERYSEC);
    hive_ask(hive, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru", NULL);
    expect(SKEP_FINDING_EVICTION, "maxmemory-policy is allkeys-lru");
    hive_ask(hive, "CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "1000000", NULL);
    expect(SKEP_FINDING_MEMORY_SHORT, "% of maxmemory are used");
    hive_ask(hive, "CONFIG", "SET", "maxmemory", "0", NULL);
    expect_not(SKEP_FINDING_MEMORY_SHORT);
    snprintf(path, sizeof path, "%s/dump.rdb", hive->redis->folder);
    assert_int_equal(mkdir(path, 0700), 0); /* in the way */
    hive_ask(hive, "BGSAVE", "SCHEDULE", NULL);
    await(SKEP_FINDING_SAVE_BROKEN);
    hive_ask(hive, "REPLICAOF", "localhost", "1", NULL);
    expect(SKEP_FINDING_READ_ONLY, "is a replica");
    hive_ask(hive, "REPLICAOF", "NO", "ONE", NULL);
    expect_not(SKEP_FINDING_READ_ONLY);
}

/* ---- what it costs ---- */

/* All commands that the server has run so far, those of scripts too. */
static int64_t count_commands(void)
{
    const struct skep_reply *reply = hive_ask(hive, "INFO", "commandstats", NULL);
    static const char mark[] = ":calls=";
    int64_t n = 0;

    for (const char *at = strstr(reply->bytes, mark); at != NULL; at = strstr(at, mark)) {
        at += sizeof mark - 1;
        n += strtoll(at, NULL, 10);
    }
    return n;
}

static int64_t count_look(void)
{
    int64_t before = count_commands();

    look_again();
    return count_commands() - before;
}

/* A million tasks take as many commands as ten. */
static void test_findings__cost_the_same(void **state)
{
    int64_t few, many;

    (void)state;
    hive_push_many(hive, 10, "{\"id\":\"t%d\",\"kernel\":\"echo\"}");
    look_again(); /* teaches the scripts */
    few = count_look();
    hive_ask(hive, "EVAL",
             "local t = {} for i = 1, 1000 do t[i] = '{\"kernel\":\"echo\"}' end "
             "for i = 1, 1000 do redis.call('RPUSH', KEYS[1], unpack(t)) end",
             "1", hive->keys.queue, NULL);
    many = count_look();
    assert_int_equal(last_look()->status.n_waiting, 1000010);
    assert_int_equal(few, many);
    assert_true(few < 60);
}

/* ---- breaks ---- */

/* Over a line of its own: one that has run out of memory is closed. */
static skep_status read_and_release(void *context)
{
    struct skep_conn_options options = {.read_timeout_ms = 60000};
    static struct skep_overview overview;
    struct skep_conn *conn = NULL;
    skep_status st = skep_url_parse(hive->redis->url, &options.url, NULL);

    (void)context;
    if (st == SKEP_OK) {
        st = skep_conn_new(&options, &conn, NULL);
    }
    if (st == SKEP_OK) {
        st = skep_conn_connect(conn, NULL);
    }
    if (st == SKEP_OK) {
        st = skep_overview_read(conn, &hive->keys, SKEP_OVERVIEW_ALL, NULL, &overview, NULL);
        skep_overview_release(&overview);
    }
    skep_conn_free(conn);
    return st;
}

/* Without memory there is no overview, and nothing is left behind. */
static void test_findings__without_memory(void **state)
{
    (void)state;
    hive_push_many(hive, 10, "{\"id\":\"t%d\",\"kernel\":\"echo\"}");
    hive_ask(hive, "HSET", hive->keys.jobs, "n:te", "10", "d:te", "4", NULL);
    hive_ask(hive, "HSET", hive->keys.account, "done:echo", "3", NULL);
    hive_ask(hive, "ZADD", hive->keys.workers, "1", "zebra:1:f:1", NULL);
    look_again(); /* teaches the scripts */
    test_heap_torture(read_and_release, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_findings__nothing_at_work, looks_set_up, looks_tear_down),
        cmocka_unit_test_setup_teardown(test_findings__the_queue, looks_set_up, looks_tear_down),
        cmocka_unit_test_setup_teardown(test_findings__stopped_slots, looks_set_up, looks_tear_down),
        cmocka_unit_test_setup_teardown(test_findings__stopped_worker, looks_set_up, looks_tear_down),
        cmocka_unit_test_setup_teardown(test_findings__strange_workers, looks_set_up, looks_tear_down),
        cmocka_unit_test_setup_teardown(test_findings__the_server, looks_set_up, looks_tear_down),
        cmocka_unit_test_setup_teardown(test_findings__cost_the_same, looks_set_up, looks_tear_down),
        cmocka_unit_test_setup_teardown(test_findings__without_memory, looks_set_up, looks_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
