/* SPDX-License-Identifier: MIT */
#include "producer/ask/task_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "producer/cli/progress.h"
#include "producer/cli/stop.h"

enum { SEARCH_PIECE = 1000, SEARCH_ARENA_BYTES = 512 * 1024 * 1024 };

static const char *const place_texts[] = {
    [SKEP_TASK_HELD] = "held",     [SKEP_TASK_SUSPECT] = "suspect", [SKEP_TASK_DELAYED] = "delayed",
    [SKEP_TASK_QUEUED] = "queued", [SKEP_TASK_DEAD] = "dead",       [SKEP_TASK_RESULT] = "done",
};

const char *skep_task_place_text(enum skep_task_place place)
{
    return place_texts[place];
}

/* A search under way. */
struct search {
    struct skep_task_search *asked;
    const struct skep_task_wanted *wanted;
    skep_task_visit *visit;
    void *context;
    struct skep_arena arena;
    struct skep_progress progress;
    int64_t n_hits;
};

/* Elements FIRST and on of a list or of the set of delayed tasks (whose members come with their scores). */
static skep_status search_ask(struct search *search, enum skep_task_place place, const char *key,
                              int64_t first, struct skep_reply **reply_out, struct skep_error *err)
{
    struct skep_conn *conn = search->asked->conn;
    bool has_scores = place == SKEP_TASK_DELAYED;

    skep_conn_begin(conn, has_scores ? 5 : 4);
    skep_conn_arg_text(conn, has_scores ? "ZRANGE" : "LRANGE");
    skep_conn_arg_text(conn, key);
    skep_conn_arg_i64(conn, first);
    skep_conn_arg_i64(conn, first + SEARCH_PIECE - 1);
    if (has_scores) {
        skep_conn_arg_text(conn, "WITHSCORES");
    }
    return skep_conn_call(conn, -1, reply_out, err);
}

/* One element; SCORE is that of a delayed one, else NULL. */
static skep_status search_look(struct search *search, enum skep_task_place place, const char *worker,
                               int64_t at, const struct skep_reply *element, const struct skep_reply *score,
                               struct skep_error *err)
{
    const struct skep_bytes bytes = {element->bytes, element->length};
    struct skep_task_hit hit = {.at = at, .worker = worker};

    search->asked->n_looked++;
    if (!skep_task_matches(search->wanted, place, &bytes, &search->arena, &hit)) {
        return SKEP_OK;
    }
    hit.due_ms = score != NULL ? (int64_t)strtod(score->bytes, NULL) : 0;
    search->n_hits++;
    return search->visit(search->context, &hit, err);
}

/* All of KEY, until there is no more or too much. */
static skep_status search_list(struct search *search, enum skep_task_place place, const char *key,
                               const char *worker, struct skep_error *err)
{
    struct skep_task_search *asked = search->asked;
    size_t step = place == SKEP_TASK_DELAYED ? 2 : 1;
    skep_status st = SKEP_OK;
    size_t n = SEARCH_PIECE;

    for (int64_t first = 0; st == SKEP_OK && n == SEARCH_PIECE; first += SEARCH_PIECE) {
        struct skep_reply *reply;
        if (asked->n_looked >= asked->max) {
            asked->is_cut = true;
            return SKEP_OK;
        }
        st = skep_stop_is_asked() ? SKEP_STOPPED : search_ask(search, place, key, first, &reply, err);
        if (st != SKEP_OK) {
            return st;
        }
        if (!skep_reply_is_array_of(reply, 0, SKEP_REPLY_TEXT)) {
            return skep_error_set(err, SKEP_E_PROTOCOL, "%s: the server answered something unexpected", key);
        }
        n = reply->n / step;
        for (size_t i = 0; i < n && st == SKEP_OK; i++) {
            st = search_look(search, place, worker, first + (int64_t)i, &reply->items[step * i],
                             step == 2 ? &reply->items[2 * i + 1] : NULL, err);
        }
        skep_progress_update(&search->progress, (uint64_t)asked->n_looked, 0);
    }
    return st;
}

static skep_status search_held(struct search *search, struct skep_error *err)
{
    const struct skep_queue_status *status = search->asked->status;
    skep_status st = SKEP_OK;

    for (size_t i = 0; i < status->n_slots && st == SKEP_OK; i++) {
        char key[SKEP_KEY_BYTES];
        snprintf(key, sizeof key, "%s%s", search->asked->keys->held_prefix, status->slots[i].worker);
        st = search_list(search, SKEP_TASK_HELD, key, status->slots[i].worker, err);
    }
    return st;
}

static skep_status search_all(struct search *search, struct skep_error *err)
{
    const struct skep_keys *keys = search->asked->keys;
    const struct {
        enum skep_task_place place;
        const char *key;
    } lists[] = {{SKEP_TASK_SUSPECT, keys->suspect},
                 {SKEP_TASK_DELAYED, keys->delayed},
                 {SKEP_TASK_QUEUED, keys->queue},
                 {SKEP_TASK_DEAD, keys->dead},
                 {SKEP_TASK_RESULT, keys->out}};
    skep_status st = search_held(search, err);

    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && st == SKEP_OK; i++) {
        st = search_list(search, lists[i].place, lists[i].key, NULL, err);
    }
    if (st == SKEP_OK && search->n_hits == 0) {
        st = search_held(search, err); /* it may have been taken behind our back */
    }
    return st;
}

skep_status skep_task_search_run(struct skep_task_search *search, const struct skep_task_wanted *wanted,
                                 skep_task_visit *visit, void *context, struct skep_error *err)
{
    struct search running = {.asked = search, .wanted = wanted, .visit = visit, .context = context};
    skep_status st;

    search->n_looked = 0;
    search->is_cut = false;
    skep_arena_init(&running.arena, SEARCH_ARENA_BYTES);
    skep_progress_init(&running.progress, "looked through", 0,
                       search->is_quiet || isatty(STDERR_FILENO) != 1);
    st = search_all(&running, err);
    skep_progress_clear(&running.progress);
    skep_arena_release(&running.arena);
    return st;
}
