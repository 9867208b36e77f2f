/* SPDX-License-Identifier: MIT */
#include "producer/top/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

const struct skep_top_seen *skep_top_chosen(const struct skep_top_model *model,
                                            const struct skep_top_state *state)
{
    const struct skep_top_queue *queue = skep_top_model_find(model, state->queue);

    return queue != NULL ? queue->seen : NULL;
}

/* ---- what passes the filter ---- */

static bool rows_match(const char *filter, const char *text)
{
    return text != NULL && strcasestr(text, filter) != NULL;
}

static bool rows_match_slot(const char *filter, const struct skep_overview_slot *slot)
{
    const struct skep_info_running *running = &slot->info.running;

    return rows_match(filter, slot->status->worker) || rows_match(filter, slot->info.host) ||
           rows_match(filter, slot->info.version) || rows_match(filter, running->kernel) ||
           rows_match(filter, running->job) || rows_match(filter, running->id);
}

/* It says what it runs: between two tasks it does not. */
static bool rows_runs(const struct skep_overview_slot *slot)
{
    const struct skep_info_running *running = &slot->info.running;

    return slot->status->n_held > 0 && slot->has_info && running->is_any &&
           (running->kernel != NULL || running->job != NULL || running->id != NULL);
}

static bool rows_keep(const struct skep_top_model *model, const struct skep_top_seen *seen,
                      const struct skep_top_state *state, size_t i)
{
    bool is_all = state->filter[0] == '\0';

    switch (state->view) {
    case SKEP_TOP_QUEUES:
        return is_all || rows_match(state->filter, model->queues[i].name);
    case SKEP_TOP_QUEUE:
        return is_all || rows_match(state->filter, seen->overview.jobs[i].name);
    case SKEP_TOP_TASKS:
        return rows_runs(&seen->overview.slots[i]) &&
               (is_all || rows_match_slot(state->filter, &seen->overview.slots[i]));
    case SKEP_TOP_WORKERS:
    case SKEP_TOP_VIEWS:
        break;
    }
    return is_all || rows_match_slot(state->filter, &seen->overview.slots[i]);
}

/* ---- in which order ---- */

static int rows_compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* What has run for longest comes first. */
static int rows_compare_tasks(const void *a, const void *b, void *context)
{
    const struct skep_overview *overview = context;
    size_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    int order =
        rows_compare_i64(overview->slots[i].info.running.since_ms, overview->slots[k].info.running.since_ms);

    return order != 0 ? order : strcmp(overview->slots[i].status->worker, overview->slots[k].status->worker);
}

/* By host, agent and slot; those that say nothing come last. */
static int rows_compare_workers(const void *a, const void *b, void *context)
{
    const struct skep_overview *overview = context;
    const struct skep_overview_slot *left = &overview->slots[*(const uint32_t *)a];
    const struct skep_overview_slot *right = &overview->slots[*(const uint32_t *)b];
    int order = (int)right->has_info - (int)left->has_info;

    if (order == 0 && left->has_info && left->info.host != NULL && right->info.host != NULL) {
        order = strcmp(left->info.host, right->info.host);
    }
    if (order == 0 && left->has_info) {
        order = rows_compare_i64(left->info.agent_pid, right->info.agent_pid);
    }
    if (order == 0 && left->has_info) {
        order = rows_compare_i64(left->info.slot, right->info.slot);
    }
    return order != 0 ? order : strcmp(left->status->worker, right->status->worker);
}

void skep_top_rows_list(const struct skep_top_model *model, const struct skep_top_state *state,
                        struct skep_top_rows *rows_out)
{
    const struct skep_top_seen *seen = skep_top_chosen(model, state);
    size_t n = state->view == SKEP_TOP_QUEUES  ? model->n_queues
               : seen == NULL                  ? 0
               : state->view == SKEP_TOP_QUEUE ? seen->overview.n_jobs
                                               : seen->overview.n_slots;

    *rows_out = (struct skep_top_rows){.items = skep_calloc(n + 1, sizeof *rows_out->items)};
    if (rows_out->items == NULL) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (rows_keep(model, seen, state, i)) {
            rows_out->items[rows_out->n++] = (uint32_t)i;
        }
    }
    if (rows_out->n > 1 && (state->view == SKEP_TOP_TASKS || state->view == SKEP_TOP_WORKERS)) {
        qsort_r(rows_out->items, rows_out->n, sizeof *rows_out->items,
                state->view == SKEP_TOP_TASKS ? rows_compare_tasks : rows_compare_workers,
                (void *)(uintptr_t)&seen->overview);
    }
}

void skep_top_rows_release(struct skep_top_rows *rows)
{
    skep_free(rows->items);
    *rows = (struct skep_top_rows){0};
}

/* ---- where the bar is ---- */

/* The bar stays on the queue, whatever comes and goes around it. */
static void rows_follow_queue(struct skep_top_state *state, const struct skep_top_model *model,
                              const struct skep_top_rows *rows)
{
    struct skep_top_place *place = &state->places[SKEP_TOP_QUEUES];
    size_t i = 0;

    while (i < rows->n && strcmp(model->queues[rows->items[i]].name, state->queue) != 0) {
        i++;
    }
    if (i < rows->n) {
        place->chosen = i;
    } else if (rows->n > 0) {
        place->chosen = place->chosen < rows->n ? place->chosen : rows->n - 1;
        memcpy(state->queue, model->queues[rows->items[place->chosen]].name, sizeof state->queue);
    }
}

void skep_top_settle(struct skep_top_state *state, const struct skep_top_model *model,
                     const struct skep_top_rows *rows, size_t page)
{
    struct skep_top_place *place = &state->places[state->view];

    if (state->view == SKEP_TOP_QUEUES) {
        rows_follow_queue(state, model, rows);
    } else if (state->queue[0] == '\0' && model->n_queues > 0) {
        memcpy(state->queue, model->queues[0].name, sizeof state->queue);
    }
    page = page > 0 ? page : 1;
    if (place->chosen >= rows->n) {
        place->chosen = rows->n > 0 ? rows->n - 1 : 0;
    }
    if (place->chosen < place->first) {
        place->first = place->chosen;
    }
    if (place->chosen >= place->first + page) {
        place->first = place->chosen - page + 1;
    }
    if (place->first + page > rows->n) { /* no blank rows while there is something above */
        place->first = rows->n > page ? rows->n - page : 0;
    }
    state->n_rows = rows->n;
    state->page = page;
}
