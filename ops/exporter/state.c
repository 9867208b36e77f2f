/* SPDX-License-Identifier: MIT */
#include "state.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "crew.h"

void skep_export_state_init(struct skep_export_state *state, int64_t now_ms)
{
    *state = (struct skep_export_state){.started_ms = now_ms, .read_ms = -1};
    pthread_mutex_init(&state->lock, NULL);
}

void skep_export_overview_free(struct skep_overview *overview)
{
    if (overview != NULL) {
        skep_overview_release(overview);
        skep_free(overview);
    }
}

static void state_free_queue(struct skep_export_queue *queue)
{
    if (queue != NULL) {
        skep_export_overview_free(queue->overview);
        skep_free(queue);
    }
}

void skep_export_state_release(struct skep_export_state *state)
{
    for (size_t i = 0; i < state->n_queues; i++) {
        state_free_queue(state->queues[i]);
    }
    skep_free(state->queues);
    pthread_mutex_destroy(&state->lock);
    *state = (struct skep_export_state){0};
}

void skep_export_state_count_error(struct skep_export_state *state, const char *word)
{
    size_t i = 0;

    while (i < state->n_errors && strcmp(state->errors[i].word, word) != 0) {
        i++;
    }
    if (i == state->n_errors && i < SKEP_EXPORT_ERROR_WORDS) {
        state->errors[state->n_errors++] = (struct skep_export_count){word, 0};
    }
    if (i < state->n_errors) {
        state->errors[i].n++;
    }
}

/* ---- which queues ---- */

struct skep_export_queue *skep_export_state_find(const struct skep_export_state *state, const char *name)
{
    size_t low = 0, high = state->n_queues;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, state->queues[middle]->name);
        if (order == 0) {
            return state->queues[middle];
        }
        low = order > 0 ? middle + 1 : low;
        high = order < 0 ? middle : high;
    }
    return NULL;
}

static struct skep_export_queue *state_make_queue(const char *name, int64_t now_ms)
{
    struct skep_export_queue *queue = skep_calloc(1, sizeof *queue);
    size_t n = strlen(name);

    if (queue != NULL && n < sizeof queue->name) {
        memcpy(queue->name, name, n + 1);
        queue->read_ms = now_ms;
    }
    return queue;
}

skep_status skep_export_state_set_queues(struct skep_export_state *state, const char *const *names, size_t n,
                                         int64_t now_ms)
{
    struct skep_export_queue **queues = skep_calloc(n > 0 ? n : 1, sizeof(struct skep_export_queue *));
    size_t made = 0;

    /* First all that needs memory: the new ones. */
    while (queues != NULL && made < n) {
        if (skep_export_state_find(state, names[made]) == NULL) {
            queues[made] = state_make_queue(names[made], now_ms);
            if (queues[made] == NULL) {
                break;
            }
        }
        made++;
    }
    if (queues == NULL || made < n) {
        for (size_t i = 0; i < made; i++) {
            state_free_queue(queues[i]);
        }
        skep_free(queues);
        return SKEP_E_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        if (queues[i] == NULL) {
            queues[i] = skep_export_state_find(state, names[i]);
            queues[i]->is_kept = true;
        }
    }
    for (size_t i = 0; i < state->n_queues; i++) {
        if (!state->queues[i]->is_kept) {
            state_free_queue(state->queues[i]);
        }
    }
    skep_free(state->queues);
    state->queues = queues;
    state->n_queues = n;
    for (size_t i = 0; i < n; i++) {
        queues[i]->is_kept = false;
    }
    return SKEP_OK;
}

/* ---- what is known of them ---- */

int64_t skep_export_late_ms(const struct skep_export_state *state)
{
    int64_t two_readings_ms = 2 * state->period_ms + 1000;

    return two_readings_ms > SKEP_EXPORT_LATE_MS ? two_readings_ms : SKEP_EXPORT_LATE_MS;
}

bool skep_export_is_fresh(const struct skep_export_state *state, int64_t now_ms)
{
    return state->read_ms >= 0 && now_ms - state->read_ms <= skep_export_late_ms(state);
}

bool skep_export_queue_is_fresh(const struct skep_export_state *state, const struct skep_export_queue *queue,
                                int64_t now_ms)
{
    return queue->overview != NULL && skep_export_is_fresh(state, now_ms) &&
           (queue->error[0] == '\0' || now_ms - queue->read_ms <= skep_export_late_ms(state));
}

/* Keep the causes as they are now, and forget those that are old enough. */
static void state_keep_past(struct skep_export_past *past, const struct skep_overview_account *account,
                            int64_t now_ms)
{
    if (past->is_known && now_ms - past->newer_ms < SKEP_EXPORT_PAST_MS) {
        return;
    }
    past->n_older = past->is_known ? past->n_newer : account->n_causes;
    memcpy(past->older, past->is_known ? past->newer : account->causes, sizeof past->older);
    past->n_newer = account->n_causes;
    memcpy(past->newer, account->causes, sizeof past->newer);
    past->newer_ms = now_ms;
    past->is_known = true;
}

int64_t skep_export_queue_recent(const struct skep_export_queue *queue,
                                 const struct skep_overview_count *cause)
{
    const struct skep_export_past *past = &queue->past;

    for (size_t i = 0; i < past->n_older; i++) {
        if (strcmp(past->older[i].word, cause->word) == 0 && past->older[i].n <= cause->n) {
            return cause->n - past->older[i].n;
        }
    }
    return cause->n;
}

void skep_export_queue_set(struct skep_export_queue *queue, struct skep_overview *overview, int64_t now_ms)
{
    skep_export_overview_free(queue->overview);
    queue->overview = overview;
    queue->read_ms = now_ms;
    queue->error[0] = '\0';
    queue->n_findings = skep_findings(overview, NULL, queue->findings);
    state_keep_past(&queue->past, &overview->account, now_ms);
}

void skep_export_state_set_facts(struct skep_export_state *state, const struct skep_server_facts *facts)
{
    state->facts = *facts;
    state->has_facts = true;
    state->n_findings = skep_findings(NULL, facts, state->findings);
}

void skep_export_sums_take(const struct skep_overview *overview, struct skep_export_sums *sums_out)
{
    const struct skep_overview_account *account = &overview->account;

    *sums_out = (struct skep_export_sums){.at_ms = overview->at_ms,
                                          .n_in = overview->status.n_in,
                                          .n_out = overview->status.n_out,
                                          .counts_puts = overview->status.counts_puts};
    for (size_t i = 0; i < account->n_kernels; i++) {
        sums_out->n_failed += account->kernels[i].n_failed;
        for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
            sums_out->buckets[k] += account->kernels[i].buckets[k];
        }
    }
}

/* ---- history ---- */

static void state_add_point(struct skep_export_queue *queue, int64_t wall_ms, int64_t now_ms)
{
    const struct skep_overview *overview = queue->overview;
    struct skep_export_point point = {.wall_ms = wall_ms};
    struct skep_export_sums sums;

    point.values[SKEP_EXPORT_LEFT] = (float)overview->n_left;
    point.values[SKEP_EXPORT_WAITING] = (float)overview->status.n_waiting;
    point.values[SKEP_EXPORT_HELD] = (float)overview->status.n_held;
    point.values[SKEP_EXPORT_RESULTS] = (float)overview->status.n_results;
    point.values[SKEP_EXPORT_SLOTS] = (float)overview->n_slots;
    point.values[SKEP_EXPORT_BUSY] = (float)overview->n_busy;
    skep_export_sums_take(overview, &sums);
    if (!queue->is_read) {
        sums.at_ms = now_ms; /* nothing happens there, and it was not read this time */
    }
    skep_export_history_add(&queue->history, &point, &sums);
}

void skep_export_state_add_points(struct skep_export_state *state, int64_t now_ms)
{
    struct skep_export_point total = {.wall_ms = state->wall_ms};
    struct skep_export_crew crew;
    int64_t buckets[SKEP_SECONDS_BUCKETS] = {0};

    if (!state->is_up) {
        for (size_t i = 0; i < state->n_queues; i++) {
            skep_export_history_add_gap(&state->queues[i]->history, state->wall_ms);
        }
        skep_export_history_add_gap(&state->history, state->wall_ms);
        return;
    }
    for (size_t i = 0; i < state->n_queues; i++) {
        struct skep_export_queue *queue = state->queues[i];
        const struct skep_export_point *point;

        if (!skep_export_queue_is_fresh(state, queue, now_ms)) {
            skep_export_history_add_gap(&queue->history, state->wall_ms);
            continue;
        }
        state_add_point(queue, state->wall_ms, now_ms);
        point = skep_export_history_last(&queue->history);
        for (int k = 0; k < SKEP_EXPORT_SERIES; k++) {
            total.values[k] += isnan(point->values[k]) ? 0 : point->values[k];
        }
        for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
            buckets[k] += queue->history.step_buckets[k];
        }
    }
    if (skep_export_crew_count(state, now_ms, &crew)) {
        total.values[SKEP_EXPORT_SLOTS] = (float)crew.slots;
        total.values[SKEP_EXPORT_BUSY] = (float)crew.busy;
    }
    skep_export_point_set_quantiles(&total, buckets);
    skep_export_history_add_point(&state->history, &total);
}
