/* SPDX-License-Identifier: MIT */
/* What tasks have printed, on a real server. */
#include "support/test.h"
#include "verbs.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "queue/logs.h"

enum { LOGS_MAX = 16 };

static struct skep_logs_entry entries[LOGS_MAX];
static char place[SKEP_LOGS_PLACE_BYTES];

static struct skep_logs_entry entry_of(const char *id, const char *text)
{
    return (struct skep_logs_entry){.id = id,
                                    .job = "job",
                                    .index = 7,
                                    .attempt = 2,
                                    .worker = "h:1:2:3",
                                    .host = "h",
                                    .slot = 3,
                                    .stream = "stderr",
                                    .text = text,
                                    .text_n = strlen(text),
                                    .total_n = 100,
                                    .n_lost = 5};
}

static void add(const struct skep_logs_entry *entry)
{
    struct skep_error err = {0};

    if (skep_logs_add(verbs.watcher, &verbs.keys, entry, 1, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
}

static void begin_at(const char *where)
{
    snprintf(place, sizeof place, "%s", where);
}

/* The next entries; how many. */
static size_t read_more(int block_ms, size_t max)
{
    struct skep_error err = {0};
    size_t n;
    skep_status st = skep_logs_read(verbs.watcher, &verbs.keys, place, block_ms, entries, max, &n, &err);

    if (st != SKEP_OK && st != SKEP_EMPTY) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(st == SKEP_OK, n > 0);
    return n;
}

/* What is kept is read back, every field of it. */
static void test_logs__reads_what_was_added(void **state)
{
    const struct skep_logs_entry full = entry_of("job.7", "some\nwords");
    const struct skep_logs_entry bare = {
        .index = -1, .slot = -1, .stream = "stdout", .text = "\0\xff", .text_n = 2, .total_n = 2};

    (void)state;
    add(&full);
    add(&bare);
    begin_at("0");
    assert_int_equal(read_more(0, LOGS_MAX), 2);
    assert_string_equal(entries[0].id, "job.7");
    assert_string_equal(entries[0].job, "job");
    assert_string_equal(entries[0].worker, "h:1:2:3");
    assert_string_equal(entries[0].host, "h");
    assert_string_equal(entries[0].stream, "stderr");
    assert_string_equal(entries[0].text, "some\nwords");
    assert_int_equal(entries[0].text_n, 10);
    assert_true(entries[0].index == 7 && entries[0].attempt == 2 && entries[0].slot == 3);
    assert_true(entries[0].total_n == 100 && entries[0].n_lost == 5);
    assert_true(entries[0].at_ms > INT64_C(1600000000000));
    assert_true(entries[1].id == NULL && entries[1].job == NULL);
    assert_true(entries[1].index == -1 && entries[1].slot == -1 && entries[1].attempt == 0);
    assert_string_equal(entries[1].stream, "stdout");
    assert_int_equal(entries[1].text_n, 2);
    assert_memory_equal(entries[1].text, "\0\xff", 2);
    assert_true(entries[1].total_n == 2 && entries[1].n_lost == 0);
}

/* Reading goes on where it was, and says so when there is no more. */
static void test_logs__goes_on(void **state)
{
    (void)state;
    begin_at("0");
    assert_int_equal(read_more(0, LOGS_MAX), 0);
    for (int i = 0; i < 5; i++) {
        const char *const names[] = {"a", "b", "c", "d", "e"};
        const struct skep_logs_entry entry = entry_of(names[i], "x");
        add(&entry);
    }
    assert_int_equal(read_more(0, 2), 2);
    assert_string_equal(entries[1].id, "b");
    assert_int_equal(read_more(0, 2), 2);
    assert_string_equal(entries[0].id, "c");
    assert_int_equal(read_more(0, 2), 1);
    assert_string_equal(entries[0].id, "e");
    assert_int_equal(read_more(0, 2), 0);
}

/* From the end on only what comes is read, though nobody asked between. */
static void test_logs__reads_only_what_comes(void **state)
{
    struct skep_logs_entry entry = entry_of("old", "x");

    (void)state;
    begin_at("$");
    assert_int_equal(read_more(0, LOGS_MAX), 0);
    add(&entry);
    assert_int_equal(read_more(0, LOGS_MAX), 1);
    begin_at("$");
    assert_int_equal(read_more(0, LOGS_MAX), 0);
    entry.id = "new";
    add(&entry);
    assert_int_equal(read_more(0, LOGS_MAX), 1);
    assert_string_equal(entries[0].id, "new");
}

static void *add_later(void *argument)
{
    struct skep_conn *conn = argument;
    const struct skep_logs_entry entry = entry_of("late", "x");
    struct skep_reply *reply;

    /* Not before the other one waits. */
    for (bool is_waiting = false; !is_waiting;) {
        skep_conn_begin(conn, 2);
        skep_conn_arg_text(conn, "INFO");
        skep_conn_arg_text(conn, "clients");
        assert_int_equal(skep_conn_call(conn, -1, &reply, NULL), SKEP_OK);
        is_waiting = strstr(reply->bytes, "blocked_clients:1") != NULL;
    }
    assert_int_equal(skep_logs_add(conn, &verbs.keys, &entry, 1, NULL), SKEP_OK);
    return NULL;
}

/* Who waits hears at once. */
static void test_logs__wakes_who_waits(void **state)
{
    struct skep_conn *conn = open_conn(verbs.redis->url, (struct skep_conn_options){0});
    pthread_t thread;

    (void)state;
    begin_at("$");
    assert_int_equal(read_more(1, LOGS_MAX), 0); /* the time it was given is over */
    assert_int_equal(pthread_create(&thread, NULL, add_later, conn), 0);
    assert_int_equal(read_more(60000, LOGS_MAX), 1);
    assert_string_equal(entries[0].id, "late");
    pthread_join(thread, NULL);
    skep_conn_free(conn);
}

/* The stream does not grow for ever; who reads from a place that is gone gets the oldest that is kept. */
static void test_logs__is_bounded(void **state)
{
    enum { N = 2 * SKEP_LOGS_KEPT, BATCH = 512 };
    static struct skep_logs_entry batch[BATCH];

    (void)state;
    for (int i = 0; i < BATCH; i++) {
        batch[i] = entry_of("id", "text");
        batch[i].index = i;
    }
    for (int i = 0; i < N; i += BATCH) {
        assert_int_equal(skep_logs_add(verbs.watcher, &verbs.keys, batch, BATCH, NULL), SKEP_OK);
    }
    assert_in_range(say("XLEN", verbs.keys.logs, NULL)->integer, SKEP_LOGS_KEPT, SKEP_LOGS_KEPT + 200);
    begin_at("0");
    assert_int_equal(read_more(0, LOGS_MAX), LOGS_MAX);
}

/* What others wrote into the stream is read as far as it makes sense. */
static void test_logs__reads_strange_entries(void **state)
{
    (void)state;
    say("XADD", verbs.keys.logs, "5-1", "text", "a", "index", "-4", "total", "x", NULL);
    say("XADD", verbs.keys.logs, "5-2", "unknown", "b", "slot", "99999999999999999999", NULL);
    begin_at("0");
    assert_int_equal(read_more(0, LOGS_MAX), 2);
    assert_string_equal(entries[0].text, "a");
    assert_true(entries[0].index == -1 && entries[0].total_n == 1 && entries[0].at_ms == 5);
    assert_string_equal(entries[1].text, "");
    assert_true(entries[1].slot == -1 && entries[1].text_n == 0);
}

/* A key of another type is refused in words, and the connection stays in step. */
static void test_logs__refuses_another_type(void **state)
{
    const struct skep_logs_entry entry = entry_of("a", "x");
    const struct skep_logs_entry two[] = {entry, entry};
    struct skep_error err = {0};
    size_t n;

    (void)state;
    say("SET", verbs.keys.logs, "x", NULL);
    assert_int_not_equal(skep_logs_add(verbs.watcher, &verbs.keys, two, 2, &err), SKEP_OK);
    assert_non_null(strstr(err.text, "WRONGTYPE"));
    assert_true(skep_conn_is_open(verbs.watcher));
    begin_at("$");
    skep_error_clear(&err);
    assert_int_not_equal(skep_logs_read(verbs.watcher, &verbs.keys, place, 0, entries, LOGS_MAX, &n, &err),
                         SKEP_OK);
    assert_non_null(strstr(err.text, "WRONGTYPE"));
    say("DEL", verbs.keys.logs, NULL);
    add(&entry);
    begin_at("0");
    assert_int_equal(read_more(0, LOGS_MAX), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_logs__reads_what_was_added, verbs_clear),
        cmocka_unit_test_setup(test_logs__goes_on, verbs_clear),
        cmocka_unit_test_setup(test_logs__reads_only_what_comes, verbs_clear),
        cmocka_unit_test_setup(test_logs__wakes_who_waits, verbs_clear),
        cmocka_unit_test_setup(test_logs__is_bounded, verbs_clear),
        cmocka_unit_test_setup(test_logs__reads_strange_entries, verbs_clear),
        cmocka_unit_test_setup(test_logs__refuses_another_type, verbs_clear),
    };
    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
