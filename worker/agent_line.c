/* SPDX-License-Identifier: MIT */
/* A round of beats: one request for each queue, sent together; the replies come in the same order and are
 * heard one by one. Only when the last one is in is the connection free for what waits for its reply: reaping
 * and news. */
#include "agent_line.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "hearing.h"
#include "news.h"
#include "queue/backoff.h"
#include "queue/beat.h"
#include "queue/holder.h"
#include "queue/observer.h"
#include "queue/rights.h"
#include "queue/server.h"
#include "reaper.h"

enum {
    LINE_REPLY_MS = 3000, /* beats without an answer for so long: the line is dead */
    LINE_MOURN_MS = 1000  /* a queue that was unwell is told again of a death after so long */
};

struct skep_agent_line {
    struct skep_crew *crew;
    struct skep_reaper reaper;
    struct skep_news *news;
    struct skep_conn *conn;
    struct skep_backoff backoff;
    int64_t connect_at_ms;
    bool is_refused, wants_gather;
    size_t n_lanes;
    struct skep_keys keys[SKEP_MAX_QUEUES];
    struct skep_observer *observers[SKEP_MAX_QUEUES];
    const char **names; /* of the beats of one queue */
    size_t n_due;       /* replies to beats that have not come: of the last lanes */
    int64_t beat_sent_ms, beat_at_ms, mourn_at_ms;
    int64_t skew_ms; /* Redis TIME minus our monotonic clock, once has_skew */
    bool has_skew;
    int next_to_wake;
};

/* ---- the connection ---- */

static void line_restart_observers(struct skep_agent_line *line)
{
    for (size_t i = 0; i < line->n_lanes; i++) {
        skep_observer_restart(line->observers[i]);
    }
}

static void line_failed(struct skep_agent_line *line, const char *doing, skep_status st,
                        const struct skep_error *err)
{
    int wait_ms = skep_backoff_next_ms(&line->backoff);

    skep_log(SKEP_LOG_WARN, "redis-retry", "doing=%s wait_ms=%d reason=\"%s\"", doing, wait_ms,
             skep_error_text(err, st));
    skep_conn_close(line->conn);
    line_restart_observers(line);
    line->n_due = 0;
    line->connect_at_ms = skep_monotonic_ms() + wait_ms; /* a connect may have taken seconds */
    if (st == SKEP_E_REFUSED) {
        skep_log(SKEP_LOG_ERROR, "redis-refused", "reason=\"%s\"", err->text);
        line->is_refused = true;
    }
}

static void line_connect(struct skep_agent_line *line, int64_t now_ms)
{
    struct skep_error err = {0};
    skep_status st = skep_conn_connect(line->conn, &err);

    /* A refused beat would not say which right is missing. */
    for (size_t i = 0; st == SKEP_OK && i < line->n_lanes; i++) {
        st = skep_rights_check(line->conn, &line->keys[i], SKEP_ROLE_WORKER, &err);
    }
    skep_metrics_add(&line->crew->metrics, SKEP_METRIC_RECONNECTS, 1);
    line_restart_observers(line);
    line->n_due = 0;
    line->beat_at_ms = line->mourn_at_ms = now_ms;
    line->has_skew = false;
    skep_news_start_over(line->news);
    if (st != SKEP_OK) {
        line_failed(line, "connect", st, &err);
    }
}

/* One queue is unwell (a key of the wrong type, no memory): that is no reason to leave the others alone.
 * Whether ST is a failure of the line; then it is closed. */
static bool line_is_lost(struct skep_agent_line *line, const char *doing, const struct skep_keys *keys,
                         skep_status st, const struct skep_error *err)
{
    if (st == SKEP_OK || (st == SKEP_E_UNWELL && skep_conn_is_open(line->conn))) {
        if (st != SKEP_OK && err->status != SKEP_OK) {
            skep_log(SKEP_LOG_WARN, "redis-retry", "queue=%s doing=%s reason=\"%s\"", keys->name, doing,
                     skep_error_text(err, st));
        }
        return false;
    }
    line_failed(line, doing, st, err);
    return true;
}

/* ---- the dead ---- */

/* Slots of our own: known at once, and which task they ran. */
static void line_bury_ours(struct skep_agent_line *line, int64_t now_ms)
{
    struct skep_error err = {0};
    skep_status st = skep_reaper_bury_all(&line->reaper, line->conn, &err);

    line->mourn_at_ms = now_ms + LINE_MOURN_MS;
    if (st != SKEP_OK) {
        line_failed(line, "reap", st, &err);
    }
}

/* Slots of others that were silent for a lease. */
static void line_bury_silent(struct skep_agent_line *line)
{
    for (size_t i = 0; i < line->n_lanes; i++) {
        const char *worker;
        int64_t beat;
        while (skep_observer_next_dead(line->observers[i], &worker, &beat)) {
            struct skep_error err = {0};
            skep_status st =
                skep_reaper_declare_lost(&line->reaper, line->conn, &line->keys[i], worker, beat, &err);
            if (line_is_lost(line, "reap", &line->keys[i], st, &err)) {
                return;
            }
        }
    }
}

/* ---- beats ---- */

static size_t line_list_names(const struct skep_agent_line *line, size_t lane)
{
    size_t n = 0;

    for (int i = 0; i < line->crew->n; i++) {
        const struct skep_child *child = &line->crew->members[i].child;
        if (child->pid != 0 &&
            atomic_load_explicit(&child->page->lanes[lane].is_registered, memory_order_acquire)) {
            line->names[n++] = child->page->lanes[lane].worker;
        }
    }
    return n;
}

static void line_send_beats(struct skep_agent_line *line, int64_t now_ms)
{
    struct skep_error err = {0};
    skep_status st = SKEP_OK;

    line->beat_at_ms = now_ms + SKEP_BEAT_MS;
    line->beat_sent_ms = now_ms;
    for (size_t i = 0; st == SKEP_OK && i < line->n_lanes; i++) {
        size_t n = line_list_names(line, i);
        st = skep_beat_send(line->conn, &line->keys[i], line->names, n, &err);
    }
    line->n_due = line->n_lanes;
    if (st != SKEP_OK) {
        line_failed(line, "beat", st, &err);
    }
}

static void line_hear(struct skep_agent_line *line, size_t i, const struct skep_beat *beat, int64_t now_ms)
{
    struct skep_observer *observer = line->observers[i];

    skep_backoff_reset(&line->backoff);
    line->skew_ms = beat->now_ms - now_ms;
    line->has_skew = true;
    skep_observer_begin(observer, now_ms);
    for (size_t k = 0; k + 1 < beat->workers->n; k += 2) {
        const struct skep_reply *name = &beat->workers->items[k];
        if (name->kind == SKEP_REPLY_TEXT) {
            (void)!skep_observer_see(observer, name->bytes, name->length, skep_beat_counter(name + 1));
        }
    }
    skep_observer_end(observer);
    skep_hearing_beat(line->crew, i, beat, &line->next_to_wake, now_ms);
    line->wants_gather = line->wants_gather || (beat->flags & SKEP_FLAG_GATHER) != 0;
}

/* The next reply of the round. False: it is not there, or the line is lost. */
static bool line_read_beat(struct skep_agent_line *line, int64_t now_ms)
{
    size_t i = line->n_lanes - line->n_due;
    struct skep_error err = {0};
    struct skep_reply *reply;
    struct skep_beat beat;
    skep_status st = skep_conn_try_reply(line->conn, &reply, &err);

    if (st == SKEP_EMPTY) {
        if (now_ms - line->beat_sent_ms > LINE_REPLY_MS) {
            (void)skep_error_set(&err, SKEP_E_UNREACHABLE, "no answer for %d ms", LINE_REPLY_MS);
            line_failed(line, "beat", SKEP_E_UNREACHABLE, &err);
        }
        return false;
    }
    if (st == SKEP_OK) {
        line->n_due--;
        st = skep_hearing_read(line->conn, reply, &beat, &err);
    }
    if (line_is_lost(line, "beat", &line->keys[i], st, &err)) {
        return false;
    }
    if (st == SKEP_OK) {
        line_hear(line, i, &beat, now_ms);
    } else {
        skep_observer_restart(line->observers[i]);
    }
    return true;
}

static void line_read_beats(struct skep_agent_line *line, int64_t now_ms)
{
    while (line->n_due > 0 && line_read_beat(line, now_ms)) {
    }
    if (line->n_due == 0 && skep_conn_is_open(line->conn)) {
        line_bury_silent(line);
    }
}

/* ---- what is due ---- */

static void line_tell_news(struct skep_agent_line *line, int64_t now_ms)
{
    skep_news_look(line->news, now_ms);
    for (size_t i = 0; i < line->n_lanes && skep_conn_is_open(line->conn); i++) {
        struct skep_error err = {0};
        skep_status st =
            skep_news_tell(line->news, line->conn, &line->keys[i], i, line->skew_ms, now_ms, &err);
        (void)line_is_lost(line, "news", &line->keys[i], st, &err);
    }
}

void skep_agent_line_tend(struct skep_agent_line *line, int64_t now_ms)
{
    if (!skep_conn_is_open(line->conn) && now_ms >= line->connect_at_ms) {
        line_connect(line, now_ms);
    }
    if (line->n_due > 0) {
        line_read_beats(line, now_ms);
    }
    if (line->n_due > 0 || !skep_conn_is_open(line->conn)) {
        return;
    }
    if (line->reaper.n_mourned > 0 && now_ms >= line->mourn_at_ms) {
        line_bury_ours(line, now_ms);
    }
    if (skep_conn_is_open(line->conn) && now_ms >= line->beat_at_ms) {
        if (line->has_skew) {
            line_tell_news(line, now_ms);
        }
        if (skep_conn_is_open(line->conn)) {
            line_send_beats(line, now_ms);
        }
    }
}

int64_t skep_agent_line_next_ms(const struct skep_agent_line *line)
{
    if (!skep_conn_is_open(line->conn)) {
        return line->connect_at_ms;
    }
    if (line->n_due > 0) {
        return line->beat_sent_ms + LINE_REPLY_MS + 1;
    }
    return line->reaper.n_mourned > 0 && line->mourn_at_ms < line->beat_at_ms ? line->mourn_at_ms
                                                                              : line->beat_at_ms;
}

int skep_agent_line_fd(const struct skep_agent_line *line)
{
    return line->n_due > 0 ? skep_conn_fd(line->conn) : -1;
}

void skep_agent_line_mourn(struct skep_agent_line *line, const struct skep_obituary *obituary)
{
    skep_reaper_mourn(&line->reaper, obituary);
    line->mourn_at_ms = skep_monotonic_ms();
}

bool skep_agent_line_is_mourning(const struct skep_agent_line *line)
{
    return line->reaper.n_mourned > 0 && skep_conn_is_open(line->conn);
}

bool skep_agent_line_take_gather(struct skep_agent_line *line)
{
    bool wants = line->wants_gather;

    line->wants_gather = false;
    return wants;
}

bool skep_agent_line_is_refused(const struct skep_agent_line *line)
{
    return line->is_refused;
}

const char *skep_agent_line_server_text(const struct skep_agent_line *line)
{
    return skep_conn_server_text(line->conn);
}

/* ---- birth and death ---- */

static skep_status line_open(struct skep_agent_line *line, struct skep_error *err)
{
    const struct skep_queues *queues = &line->crew->settings->queues;
    skep_status st = skep_server_conn_new(&line->crew->settings->server, "skep-agent", &line->conn, err);

    line->n_lanes = queues->n;
    for (size_t i = 0; st == SKEP_OK && i < queues->n; i++) {
        st = skep_keys_init(&line->keys[i], queues->items[i].name, err);
        if (st == SKEP_OK) {
            st = skep_observer_new(SKEP_LEASE_MS, 3 * SKEP_BEAT_MS, &line->observers[i], err);
        }
    }
    line->names = skep_calloc((size_t)line->crew->n, sizeof *line->names);
    if (st == SKEP_OK && line->names == NULL) {
        st = skep_error_set(err, SKEP_E_NOMEM, "no memory for %d slots", line->crew->n);
    }
    return st;
}

skep_status skep_agent_line_new(struct skep_crew *crew, struct skep_agent_line **line_out,
                                struct skep_error *err)
{
    struct skep_agent_line *line = skep_calloc(1, sizeof *line);
    skep_status st;

    *line_out = NULL;
    if (line == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a connection");
    }
    line->crew = crew;
    st = skep_reaper_init(&line->reaper, crew, line->keys, err);
    if (st == SKEP_OK) {
        st = skep_news_new(crew, &line->news, err);
    }
    if (st == SKEP_OK) {
        st = line_open(line, err);
    }
    if (st != SKEP_OK) {
        skep_agent_line_free(line);
        return st;
    }
    *line_out = line;
    return SKEP_OK;
}

void skep_agent_line_free(struct skep_agent_line *line)
{
    if (line == NULL) {
        return;
    }
    skep_reaper_release(&line->reaper);
    skep_news_free(line->news);
    skep_conn_free(line->conn);
    for (size_t i = 0; i < line->n_lanes; i++) {
        skep_observer_free(line->observers[i]);
    }
    skep_free(line->names);
    skep_free(line);
}
