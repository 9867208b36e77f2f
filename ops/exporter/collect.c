/* SPDX-License-Identifier: MIT */
#include "collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "monitor/rates.h"

enum {
    COLLECT_FACTS_MS = 5000,
    COLLECT_KNOWN_MAX = 100000, /* names of queues: the rest is not even counted */
    COLLECT_FACTOR = 4          /* reading takes a quarter of the time at most */
};

skep_status skep_export_collector_init(struct skep_export_collector *collector,
                                       const struct skep_export_settings *settings,
                                       struct skep_export_state *state, struct skep_error *err)
{
    skep_status st;

    *collector = (struct skep_export_collector){
        .settings = settings, .state = state, .facts_ms = -1, .point_ms = -1, .was_up = true};
    for (size_t i = 0; i < settings->queues.n; i++) {
        if (!skep_queue_name_is_valid(settings->queues.items[i])) {
            return skep_error_set(err, SKEP_E_USAGE, "\"%.80s\" is not the name of a queue",
                                  settings->queues.items[i]);
        }
    }
    st = skep_server_conn_new(&settings->server, "skep-exporter", &collector->conn, err);
    if (st == SKEP_OK) {
        snprintf(state->address, sizeof state->address, "%s", skep_conn_server_text(collector->conn));
        state->period_ms = (int64_t)(settings->interval_s * 1000);
    }
    return st;
}

void skep_export_collector_release(struct skep_export_collector *collector)
{
    skep_conn_free(collector->conn);
    collector->conn = NULL;
}

/* ---- which queues ---- */

static int collect_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first of NAMES, by name, become those that are read; each once. */
static skep_status collect_choose(struct skep_export_collector *collector, const char **names, size_t n,
                                  size_t n_known, struct skep_error *err)
{
    size_t most = (size_t)collector->settings->max_queues;
    size_t kept = 0;
    skep_status st;

    qsort(names, n, sizeof names[0], collect_compare);
    for (size_t i = 0; i < n && kept < most; i++) {
        if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0) {
            names[kept++] = names[i];
        }
    }
    pthread_mutex_lock(&collector->state->lock);
    st = skep_export_state_set_queues(collector->state, names, kept, skep_monotonic_ms());
    if (st == SKEP_OK) {
        collector->state->n_known = n_known > kept ? n_known : kept;
    }
    pthread_mutex_unlock(&collector->state->lock);
    return st == SKEP_OK ? st : skep_error_set(err, st, "no memory for %zu queues", kept);
}

static skep_status collect_queues(struct skep_export_collector *collector, struct skep_error *err)
{
    const struct skep_text_list *asked = &collector->settings->queues;
    const char **names;
    size_t n = 0, n_known;
    skep_status st;

    /* A long list of names is a long answer: it is not asked for each time. */
    if (collector->state->n_known > SKEP_EXPORT_FEW && collector->n_readings % SKEP_EXPORT_SELDOM != 0) {
        return SKEP_OK;
    }
    names = skep_calloc(COLLECT_KNOWN_MAX, sizeof *names);
    if (names == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the names of queues");
    }
    st = skep_queues_read(collector->conn, names, COLLECT_KNOWN_MAX, &n, err);
    n_known = n;
    if (st == SKEP_OK && asked->n > 0) {
        memcpy(names, asked->items, asked->n * sizeof names[0]);
        n = asked->n;
    }
    if (st == SKEP_OK) {
        st = collect_choose(collector, names, n, n_known, err);
    }
    skep_free(names);
    return st;
}

/* ---- what is in them ---- */

/* Nothing is there, and nobody works: what changes that may be seen a little later. */
static bool collect_is_quiet(const struct skep_export_queue *queue)
{
    const struct skep_overview *overview = queue->overview;

    return overview != NULL && overview->n_slots == 0 && overview->n_left == 0 &&
           skep_rates_records(&overview->status) == 0 && overview->status.n_held == 0;
}

/* One queue. What is wrong with it alone (a key of another type) is noted with it, and no reason not to read
 * the others. */
static skep_status collect_queue(struct skep_export_collector *collector, struct skep_export_queue *queue,
                                 struct skep_error *err)
{
    struct skep_overview *overview = skep_calloc(1, sizeof *overview);
    struct skep_error why = {0};
    struct skep_keys keys;
    skep_status st;

    if (overview == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for an overview");
    }
    st = skep_keys_init(&keys, queue->name, &why);
    if (st == SKEP_OK) {
        st = skep_overview_read(collector->conn, &keys, SKEP_OVERVIEW_ALL, queue->overview, overview, &why);
    }
    pthread_mutex_lock(&collector->state->lock);
    queue->is_read = st == SKEP_OK;
    if (st == SKEP_OK) {
        skep_export_queue_set(queue, overview, skep_monotonic_ms());
        overview = NULL;
    } else {
        snprintf(queue->error, sizeof queue->error, "%s", skep_error_text(&why, st));
        skep_export_state_count_error(collector->state, skep_status_word(st));
    }
    pthread_mutex_unlock(&collector->state->lock);
    skep_export_overview_free(overview);
    if (st == SKEP_OK || skep_conn_is_open(collector->conn)) {
        return SKEP_OK;
    }
    return skep_error_set(err, st, "%s", skep_error_text(&why, st));
}

static skep_status collect_all(struct skep_export_collector *collector, struct skep_error *err)
{
    const struct skep_export_state *state = collector->state;
    bool reads_all = state->n_queues <= SKEP_EXPORT_FEW;
    skep_status st = SKEP_OK;

    for (size_t i = 0; i < state->n_queues && st == SKEP_OK; i++) {
        struct skep_export_queue *queue = state->queues[i];
        bool is_due = (collector->n_readings + i) % SKEP_EXPORT_SELDOM == 0;
        if (reads_all || is_due || !collect_is_quiet(queue)) {
            st = collect_queue(collector, queue, err);
        } else {
            queue->is_read = false;
        }
    }
    return st;
}

static skep_status collect_facts(struct skep_export_collector *collector, struct skep_error *err)
{
    struct skep_server_facts facts;
    int64_t now_ms = skep_monotonic_ms();
    skep_status st;

    if (collector->facts_ms >= 0 && now_ms - collector->facts_ms < COLLECT_FACTS_MS) {
        return SKEP_OK;
    }
    st = skep_server_facts_read(collector->conn, &facts, err);
    if (st == SKEP_OK) {
        collector->facts_ms = now_ms;
        pthread_mutex_lock(&collector->state->lock);
        skep_export_state_set_facts(collector->state, &facts);
        pthread_mutex_unlock(&collector->state->lock);
    }
    return st;
}

/* ---- a reading ---- */

static void collect_log(struct skep_export_collector *collector, skep_status st, const struct skep_error *err)
{
    bool is_up = st == SKEP_OK;

    if (is_up && (collector->n_readings == 0 || !collector->was_up)) {
        skep_log(SKEP_LOG_INFO, "reading", "redis=\"%s\" queues=%zu", collector->state->address,
                 collector->state->n_queues);
    } else if (!is_up && (collector->n_readings == 0 || collector->was_up)) {
        skep_log(SKEP_LOG_WARN, "redis-gone", "cause=%s error=\"%s\"", skep_status_word(st),
                 skep_error_text(err, st));
    }
    collector->was_up = is_up;
}

/* A point of history is due with this reading. They keep step with the clock, so that their distance is the
 * same in the mean, unless readings took so long that points were missed. */
static bool collect_point_is_due(struct skep_export_collector *collector, int64_t now_ms)
{
    int64_t slack_ms = collector->state->period_ms / 2; /* the next reading would be further away */
    int64_t age_ms = now_ms - collector->point_ms;

    if (collector->point_ms >= 0 && age_ms < SKEP_EXPORT_STEP_MS - slack_ms) {
        return false;
    }
    collector->point_ms = collector->point_ms >= 0 && age_ms < 2 * SKEP_EXPORT_STEP_MS
                              ? collector->point_ms + SKEP_EXPORT_STEP_MS
                              : now_ms;
    return true;
}

/* What the reading that began at BEGAN_NS came to. */
static void collect_end(struct skep_export_collector *collector, skep_status st, const struct skep_error *err,
                        int64_t began_ns)
{
    struct skep_export_state *state = collector->state;
    int64_t now_ns = skep_monotonic_ns();
    int64_t now_ms = now_ns / 1000000;
    int64_t interval_ms = (int64_t)(collector->settings->interval_s * 1000);

    pthread_mutex_lock(&state->lock);
    state->generation++;
    state->n_readings++;
    state->wall_ms = skep_wall_ms();
    state->is_up = st == SKEP_OK;
    state->error[0] = '\0';
    if (st == SKEP_OK) {
        state->read_ms = now_ms;
        state->read_ns = now_ns - began_ns;
        state->period_ms = COLLECT_FACTOR * state->read_ns / 1000000;
        state->period_ms = state->period_ms > interval_ms ? state->period_ms : interval_ms;
    } else {
        snprintf(state->error, sizeof state->error, "%s", skep_error_text(err, st));
        skep_export_state_count_error(state, skep_status_word(st));
    }
    if (collect_point_is_due(collector, now_ms)) {
        skep_export_state_add_points(state, now_ms);
    }
    pthread_mutex_unlock(&state->lock);
    collect_log(collector, st, err);
    collector->n_readings++;
}

int skep_export_collect(struct skep_export_collector *collector)
{
    struct skep_error err = {0};
    int64_t began_ns = skep_monotonic_ns();
    int64_t left_ms;
    skep_status st = SKEP_OK;

    if (!skep_conn_is_open(collector->conn)) {
        collector->facts_ms = -1; /* another server may answer now */
        st = skep_conn_connect(collector->conn, &err);
    }
    if (st == SKEP_OK) {
        st = collect_queues(collector, &err);
    }
    if (st == SKEP_OK) {
        st = collect_all(collector, &err);
    }
    if (st == SKEP_OK) {
        st = collect_facts(collector, &err);
    }
    collect_end(collector, st, &err, began_ns);
    left_ms = collector->state->period_ms - (skep_monotonic_ns() - began_ns) / 1000000;
    return left_ms > 0 ? (int)left_ms : 0;
}
