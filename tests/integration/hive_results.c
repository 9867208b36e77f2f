/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "hive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "support/until.h"
#include "task/json_read.h"

enum { RESULTS_WAIT_MS = 30000 };

static const char *text_of(const struct hive *hive, const struct skep_node *object, const char *name)
{
    const struct skep_node *node = skep_node_get(object, name);

    if (node == NULL || node->kind != SKEP_NODE_TEXT) {
        hive_fail(hive, "a result without text for \"%s\"", name);
    }
    return node->text;
}

static int64_t integer_of(const struct hive *hive, const struct skep_node *object, const char *name)
{
    const struct skep_node *node = skep_node_get(object, name);

    if (node == NULL || node->kind != SKEP_NODE_INT) {
        hive_fail(hive, "a result without an integer for \"%s\"", name);
    }
    return node->i64;
}

static struct hive_result read_result(struct hive *hive, const char *bytes, size_t n)
{
    const struct skep_limits limits = {.record_bytes = 1 << 24, .depth = 100};
    const struct skep_node *root, *ok, *error;
    struct skep_error err = {0};
    struct hive_result result = {.cause = "", .message = ""};

    if (skep_json_parse(bytes, n, &limits, &hive->arena, &root, &err) != SKEP_OK) {
        hive_fail(hive, "%s: %.*s", err.text, (int)n, bytes);
    }
    result.root = root;
    result.id = text_of(hive, root, "id");
    result.worker = text_of(hive, root, "worker");
    result.attempt = integer_of(hive, root, "attempt");
    result.slot = integer_of(hive, root, "slot");
    ok = skep_node_get(root, "ok");
    result.is_ok = ok != NULL && ok->kind == SKEP_NODE_BOOL && ok->boolean;
    result.value = skep_node_get(root, "value");
    error = skep_node_get(root, "error");
    if (result.is_ok != (result.value != NULL) || result.is_ok != (error == NULL)) {
        hive_fail(hive, "neither success nor failure: %.*s", (int)n, bytes);
    }
    if (!result.is_ok) {
        result.cause = text_of(hive, error, "cause");
        result.message = text_of(hive, error, "message");
    }
    return result;
}

struct count {
    struct hive *hive;
    int64_t n;
};

static bool are_there(void *context)
{
    const struct count *wanted = context;

    return hive_length(wanted->hive, wanted->hive->keys.out) >= wanted->n;
}

const struct hive_result *hive_results(struct hive *hive, size_t n, int timeout_ms)
{
    struct hive_result *results = skep_arena_calloc(&hive->arena, n + 1, sizeof *results);
    const struct skep_reply *reply;

    assert_non_null(results);
    (void)test_until(are_there, &(struct count){hive, (int64_t)n}, timeout_ms);
    reply = hive_ask(hive, "LRANGE", hive->keys.out, "0", "-1", NULL);
    if (reply->n != n) {
        hive_fail(hive, "%zu results, not %zu, after at most %d ms", reply->n, n, timeout_ms);
    }
    for (size_t i = 0; i < n; i++) {
        results[i] = read_result(hive, reply->items[i].bytes, reply->items[i].length);
    }
    return results;
}

const struct hive_result *hive_result_of(struct hive *hive, const struct hive_result *results, size_t n,
                                         const char *id)
{
    const struct hive_result *found = NULL;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(results[i].id, id) == 0) {
            if (found != NULL) {
                hive_fail(hive, "two results of %s", id);
            }
            found = &results[i];
        }
    }
    if (found == NULL) {
        hive_fail(hive, "no result of %s", id);
    }
    return found;
}

struct done {
    struct hive *hive;
    int64_t n_results, n_dead;
};

static bool is_done(void *context)
{
    const struct done *done = context;
    struct skep_queue_status s = hive_status(done->hive);

    return s.n_waiting == 0 && s.n_held == 0 && s.n_delayed == 0 && s.n_suspect == 0 &&
           s.n_results == done->n_results && s.n_dead == done->n_dead;
}

void hive_check_done(struct hive *hive, int64_t n_results, int64_t n_dead)
{
    if (!test_until(is_done, &(struct done){hive, n_results, n_dead}, RESULTS_WAIT_MS)) {
        hive_fail(hive, "not %" PRId64 " results, %" PRId64 " dead letters and nothing else", n_results,
                  n_dead);
    }
    hive_check_sanitizers(hive);
}

struct hive_letter hive_letter(struct hive *hive, int64_t i)
{
    char place[32];
    const struct skep_reply *reply;
    const char *end;
    struct hive_letter letter;

    snprintf(place, sizeof place, "%" PRId64, i);
    reply = hive_ask(hive, "LINDEX", hive->keys.dead, place, NULL);
    end = reply->kind == SKEP_REPLY_TEXT ? memchr(reply->bytes, '\n', reply->length) : NULL;
    if (end == NULL) {
        hive_fail(hive, "no dead letter %" PRId64 " with a line of its own", i);
    }
    letter.line = skep_arena_strndup(&hive->arena, reply->bytes, (size_t)(end - reply->bytes));
    letter.body_n = reply->length - (size_t)(end + 1 - reply->bytes);
    letter.body = skep_arena_strndup(&hive->arena, end + 1, letter.body_n);
    return letter;
}
