/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "verbs.h"

#include <stdlib.h>

#include "queue/script.h"

struct verbs verbs;

int verbs_start(void **state)
{
    (void)state;
    verbs.redis =
        test_redis_start(&(struct test_redis_options){.config = "enable-debug-command yes\nappendonly no\n"});
    verbs.watcher = open_conn(verbs.redis->url, (struct skep_conn_options){0});
    assert_int_equal(skep_keys_init(&verbs.keys, "q", NULL), SKEP_OK);
    return 0;
}

int verbs_stop(void **state)
{
    (void)state;
    skep_conn_free(verbs.watcher);
    test_redis_stop(verbs.redis);
    return 0;
}

int verbs_clear(void **state)
{
    (void)state;
    say("FLUSHALL", NULL);
    return 0;
}

struct skep_reply *say(const char *word, ...)
{
    const char *words[16];
    struct skep_reply *reply;
    struct skep_error err = {0};
    size_t n = 0;
    va_list args;

    va_start(args, word);
    while (word != NULL) {
        assert_true(n < sizeof words / sizeof words[0]);
        words[n++] = word;
        word = va_arg(args, const char *);
    }
    va_end(args);
    skep_conn_begin(verbs.watcher, n);
    for (size_t i = 0; i < n; i++) {
        skep_conn_arg_text(verbs.watcher, words[i]);
    }
    if (skep_conn_call(verbs.watcher, -1, &reply, &err) != SKEP_OK) {
        fail_msg("%s %s: %s", words[0], n > 1 ? words[1] : "", err.text);
    }
    return reply;
}

int64_t say_number(const char *command, const char *key)
{
    const struct skep_reply *reply = say(command, key, NULL);

    assert_int_equal(reply->kind, SKEP_REPLY_INT);
    return reply->integer;
}

int64_t stat_of(const char *counter)
{
    const struct skep_reply *reply = say("HGET", verbs.keys.stat, counter, NULL);

    return reply->kind == SKEP_REPLY_TEXT ? strtoll(reply->bytes, NULL, 10) : 0;
}

void check_list(const char *key, const char *elements)
{
    const struct skep_reply *reply = say("LRANGE", key, "0", "-1", NULL);
    char text[4096] = "";
    size_t length = 0;

    for (size_t i = 0; i < reply->n; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s", i > 0 ? " " : "",
                                   reply->items[i].bytes);
        assert_true(length < sizeof text);
    }
    assert_string_equal(text, elements);
}

void check_text(const struct skep_reply *reply, const char *bytes)
{
    assert_int_equal(reply->kind, SKEP_REPLY_TEXT);
    assert_string_equal(reply->bytes, bytes);
}

struct digest state_digest(void)
{
    static const char script[] = "local keys, text = redis.call('KEYS', '*'), ''\n"
                                 "table.sort(keys)\n"
                                 "for _, key in ipairs(keys) do\n"
                                 "    text = redis.sha1hex(text .. key .. ' ' .. redis.call('DUMP', key))\n"
                                 "end\n"
                                 "return text\n";
    const struct skep_reply *reply = say("EVAL", script, "0", NULL);
    struct digest digest;

    snprintf(digest.text, sizeof digest.text, "%s", reply->bytes);
    return digest;
}

void check_unchanged(const struct digest *before)
{
    struct digest now = state_digest();

    assert_string_equal(now.text, before->text);
}

void push_records(size_t n)
{
    struct skep_reply *reply;

    for (size_t at = 0; at < n; at += 1000) {
        size_t piece = n - at < 1000 ? n - at : 1000;
        skep_conn_begin(verbs.watcher, 2 + piece);
        skep_conn_arg_text(verbs.watcher, "RPUSH");
        skep_conn_arg_text(verbs.watcher, verbs.keys.queue);
        for (size_t i = 0; i < piece; i++) {
            char record[32];
            snprintf(record, sizeof record, "r%zu", at + i);
            skep_conn_arg_text(verbs.watcher, record);
        }
        assert_int_equal(skep_conn_call(verbs.watcher, -1, &reply, NULL), SKEP_OK);
    }
}

void push_bytes(const void *bytes, size_t n)
{
    struct skep_reply *reply;

    skep_conn_begin(verbs.watcher, 3);
    skep_conn_arg_text(verbs.watcher, "RPUSH");
    skep_conn_arg_text(verbs.watcher, verbs.keys.queue);
    skep_conn_arg(verbs.watcher, bytes, n);
    assert_int_equal(skep_conn_call(verbs.watcher, -1, &reply, NULL), SKEP_OK);
}

struct skep_conn *open_holder(struct skep_holder *holder)
{
    struct skep_conn *conn = open_conn(verbs.redis->url, (struct skep_conn_options){0});
    struct skep_error err = {0};

    if (skep_holder_init(holder, conn, "q", &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return conn;
}

const struct skep_cycle_reply *cycle(struct skep_holder *holder, const struct skep_cycle *cycle)
{
    static struct skep_cycle_reply reply;
    struct skep_error err = {0};

    if (skep_holder_cycle(holder, cycle, &reply, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return &reply;
}

const struct skep_cycle_reply *take(struct skep_holder *holder, size_t want)
{
    return cycle(holder, &(struct skep_cycle){.want = want});
}

void settle(struct skep_holder *holder, size_t n_done)
{
    static const struct skep_verdict done[SKEP_BATCH_MAX];

    cycle(holder, &(struct skep_cycle){.verdicts = done, .n_verdicts = n_done});
}

void check_task(const struct skep_cycle_reply *reply, size_t i, const char *record)
{
    assert_true(i < reply->n_tasks);
    assert_int_equal(reply->tasks[i].n, strlen(record));
    assert_memory_equal(reply->tasks[i].bytes, record, strlen(record));
}

skep_status await_task(struct skep_holder *holder, int other_fd, int64_t timeout_ms)
{
    skep_status st = skep_holder_wait_begin(holder, timeout_ms, NULL);
    skep_status slept = SKEP_OK;

    assert_int_equal(st, SKEP_OK);
    do {
        st = skep_holder_wait_look(holder, NULL);
        slept = st == SKEP_EMPTY ? skep_holder_wait(&holder, 1, other_fd, -1) : SKEP_OK;
    } while (st == SKEP_EMPTY && slept != SKEP_STOPPED);
    return st == SKEP_EMPTY ? slept : st;
}

void check_audit(void)
{
    struct skep_queue_status status;

    assert_int_equal(skep_queue_status_read(verbs.watcher, &verbs.keys, &status, NULL), SKEP_OK);
    assert_int_equal(skep_queue_audit(&status), 0);
    skep_queue_status_release(&status);
}
