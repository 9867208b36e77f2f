/* SPDX-License-Identifier: MIT */
/* What the model remembers: its lists, workers, crashes and delayed tasks; and how many keys that is. */
#include "model_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void model_init(struct model *model)
{
    *model = (struct model){.max_depth = -1, .max_results = -1, .max_dead = -1};
}

void model_release(struct model *model)
{
    records_release(&model->queue);
    records_release(&model->out);
    records_release(&model->dead);
    records_release(&model->suspect);
    records_release(&model->due);
    records_release(&model->dropped);
    for (size_t i = 0; i < model->n_workers; i++) {
        records_release(&model->workers[i].held);
    }
    for (size_t i = 0; i < model->n_delayed; i++) {
        free(model->delayed[i].record.bytes);
    }
    free(model->delayed);
    model_init(model);
}

void model_copy(const struct model *from, struct model *to)
{
    *to = *from;
    records_copy(&from->queue, &to->queue);
    records_copy(&from->out, &to->out);
    records_copy(&from->dead, &to->dead);
    records_copy(&from->suspect, &to->suspect);
    records_copy(&from->due, &to->due);
    records_copy(&from->dropped, &to->dropped);
    for (size_t i = 0; i < from->n_workers; i++) {
        records_copy(&from->workers[i].held, &to->workers[i].held);
    }
    to->delayed_capacity = from->n_delayed;
    to->delayed = calloc(from->n_delayed + 1, sizeof *to->delayed);
    assert(to->delayed != NULL);
    for (size_t i = 0; i < from->n_delayed; i++) {
        const struct model_delayed *d = &from->delayed[i];
        to->delayed[i] = (struct model_delayed){record_make(d->record.bytes, d->record.n), d->due_ms};
    }
}

/* ---- workers ---- */

struct model_worker *model_find_worker(struct model *model, const char *name)
{
    for (size_t i = 0; i < model->n_workers; i++) {
        if (strcmp(model->workers[i].name, name) == 0) {
            return &model->workers[i];
        }
    }
    return NULL;
}

void model_register(struct model *model, const char *name)
{
    struct model_worker *worker;

    if (model_find_worker(model, name) != NULL) {
        return;
    }
    assert(model->n_workers < MODEL_WORKERS_MAX);
    worker = &model->workers[model->n_workers++];
    *worker = (struct model_worker){0};
    snprintf(worker->name, sizeof worker->name, "%s", name);
}

void model_unregister(struct model *model, struct model_worker *worker)
{
    assert(worker->held.n == 0);
    records_release(&worker->held);
    model->n_workers--;
    *worker = model->workers[model->n_workers];
}

int64_t model_n_held(const struct model *model)
{
    int64_t n = 0;

    for (size_t i = 0; i < model->n_workers; i++) {
        const struct model_worker *worker = &model->workers[i];
        n += worker->has_range ? model_range_size(worker) : (int64_t)worker->held.n;
    }
    return n;
}

/* ---- crashes ---- */

struct model_crash *model_find_crash(struct model *model, const struct record *record)
{
    char key[RECORD_KEY_BYTES];

    if (model->n_crashes == 0) {
        return NULL;
    }
    record_crash_key(record, key);
    for (size_t i = 0; i < model->n_crashes; i++) {
        if (strcmp(model->crashes[i].key, key) == 0) {
            return &model->crashes[i];
        }
    }
    return NULL;
}

bool model_has_crashed(struct model *model, const struct record *record)
{
    return model_find_crash(model, record) != NULL;
}

unsigned model_count_crash(struct model *model, const struct record *record, const char *info)
{
    enum { KEPT_BYTES = 2000 };
    struct model_crash *crash = model_find_crash(model, record);
    char told[KEPT_BYTES + 1] = "";
    size_t told_n;

    if (crash == NULL) {
        assert(model->n_crashes < MODEL_CRASHES_MAX);
        crash = &model->crashes[model->n_crashes++];
        *crash = (struct model_crash){0};
        record_crash_key(record, crash->key);
    }
    told_n = strlen(crash->info);
    snprintf(told, sizeof told, "%s", crash->info + (told_n > KEPT_BYTES ? told_n - KEPT_BYTES : 0));
    snprintf(crash->info, sizeof crash->info, "%s%s%.64s", told, crash->n > 0 ? "\n" : "", info);
    return ++crash->n;
}

void model_forgive(struct model *model, const struct record *record)
{
    struct model_crash *crash = model_find_crash(model, record);

    if (crash != NULL) {
        *crash = model->crashes[--model->n_crashes];
    }
}

/* ---- delayed tasks ---- */

static int delayed_compare(const void *a, const void *b)
{
    const struct model_delayed *x = a, *y = b;
    size_t n = x->record.n < y->record.n ? x->record.n : y->record.n;
    int order = x->due_ms < y->due_ms ? -1 : x->due_ms > y->due_ms;

    if (order == 0) {
        order = memcmp(x->record.bytes, y->record.bytes, n);
    }
    return order != 0 ? order : x->record.n < y->record.n ? -1 : x->record.n > y->record.n;
}

bool model_is_delayed(const struct model *model, const struct skep_bytes *bytes)
{
    bool waits = false;

    for (size_t i = 0; i < model->n_delayed; i++) {
        waits = waits || record_is(&model->delayed[i].record, bytes->bytes, bytes->n);
    }
    for (size_t i = 0; i < model->due.n; i++) {
        waits = waits || record_is(&model->due.items[i], bytes->bytes, bytes->n);
    }
    return waits;
}

void model_delay(struct model *model, const struct skep_bytes *bytes, int64_t due_ms)
{
    struct record record = record_make(bytes->bytes, bytes->n);

    if (model_is_delayed(model, bytes)) {
        records_push_tail(&model->queue, record);
        return;
    }
    if (model->n_delayed == model->delayed_capacity) {
        model->delayed_capacity = 2 * model->delayed_capacity + 16;
        model->delayed = realloc(model->delayed, model->delayed_capacity * sizeof *model->delayed);
        assert(model->delayed != NULL);
    }
    model->delayed[model->n_delayed++] = (struct model_delayed){record, due_ms};
    qsort(model->delayed, model->n_delayed, sizeof *model->delayed, delayed_compare);
}

void model_find_due(struct model *model, int64_t now_ms)
{
    size_t n = 0;

    while (n < model->n_delayed && n < SKEP_BATCH_MAX && model->delayed[n].due_ms <= now_ms) {
        records_push_tail(&model->due, model->delayed[n].record);
        n++;
    }
    model->n_delayed -= n;
    if (n > 0) {
        memmove(model->delayed, model->delayed + n, model->n_delayed * sizeof *model->delayed);
    }
}

void model_promote(struct model *model)
{
    model->stat.promoted += (int64_t)model->due.n;
    while (model->due.n > 0) {
        records_push_head(&model->queue, records_pop_tail(&model->due));
    }
}

int64_t model_next_due(const struct model *model, int64_t now_ms)
{
    int64_t left;

    if (model->n_delayed == 0) {
        return -1;
    }
    left = model->delayed[0].due_ms - now_ms;
    return left > 0 ? left : 0;
}

void model_leap(struct model *model, int64_t ms)
{
    for (size_t i = 0; i < model->n_delayed; i++) {
        model->delayed[i].due_ms -= ms;
    }
}

/* ---- keys ---- */

size_t model_n_keys(const struct model *model)
{
    static const struct skep_stat no_stat;
    bool has_specs = model->n_tombs > 0;
    size_t n = 1;

    for (size_t i = 0; i < model->n_jobs; i++) {
        has_specs = has_specs || model->jobs[i].spec != NULL;
    }
    n += has_specs;
    n += model->queue.n > 0;
    n += model->out.n > 0;
    n += model->dead.n > 0;
    n += model->suspect.n > 0;
    n += model->n_delayed > 0;
    n += model->n_workers > 0 ? 2 : 0;
    for (size_t i = 0; i < model->n_workers; i++) {
        n += model->workers[i].held.n > 0;
    }
    n += model->has_account;
    for (size_t i = 0; i < model->n_jobs; i++) {
        n += model->jobs[i].account.is_told;
        n += model->jobs[i].account.n_slow > 0;
    }
    n += model->n_crashes > 0;
    n += model->n_pushes > 0;
    n += model->n_jobs > 0;
    n += model->n_cancels > 0;
    n += memcmp(&model->stat, &no_stat, sizeof no_stat) != 0 || model->reader_call > 0 || model->has_pace;
    n += model->is_pause_set || model->max_depth >= 0 || model->max_results >= 0 || model->max_dead >= 0;
    n += model->mark[0] != '\0';
    return n;
}
