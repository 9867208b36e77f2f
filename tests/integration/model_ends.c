/* SPDX-License-Identifier: MIT */
/* Both ends of the model: producers put tasks in, consumers take results and dead letters out. */
#include "model_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- producers ---- */

static struct model_push *model_find_push(struct model *model, const char *id)
{
    for (size_t i = 0; i < model->n_pushes; i++) {
        if (strcmp(model->pushes[i].id, id) == 0) {
            return &model->pushes[i];
        }
    }
    return NULL;
}

uint64_t model_push_offset(struct model *model, const char *id)
{
    const struct model_push *push = model_find_push(model, id);

    return push != NULL ? push->n : 0;
}

struct model_job *model_announce(struct model *model, const char *name, uint64_t n_announced)
{
    struct model_job *job = model_seek_job(model, name);

    if (job == NULL) {
        assert(model->n_jobs < MODEL_JOBS_MAX);
        job = &model->jobs[model->n_jobs++];
        *job = (struct model_job){0};
        snprintf(job->name, sizeof job->name, "%s", name);
    }
    job->n_announced = (int64_t)n_announced;
    return job;
}

void model_set_push(struct model *model, const char *id, uint64_t n)
{
    struct model_push *push = model_find_push(model, id);

    if (push == NULL) {
        assert(model->n_pushes < MODEL_PUSHES_MAX);
        push = &model->pushes[model->n_pushes++];
        snprintf(push->id, sizeof push->id, "%s", id);
    }
    push->n = n;
}

enum model_state model_put(struct model *model, const struct model_piece *piece, uint64_t *offset_out)
{
    const struct model_job *job = model_seek_job(model, piece->id);

    *offset_out = model_push_offset(model, piece->id);
    if (*offset_out >= piece->offset + piece->n) {
        return MODEL_REPLAY;
    }
    if (piece->n_announced > 0 &&
        ((job != NULL && job->is_cancelled) || model_is_cancelled(model, "job", piece->id))) {
        return MODEL_CANCELLED;
    }
    if (*offset_out != piece->offset) {
        return MODEL_GAP;
    }
    if (model->max_depth > 0 && (int64_t)(model->queue.n + piece->n) > model->max_depth) {
        return MODEL_FULL;
    }
    if (piece->n_announced > 0) {
        (void)model_announce(model, piece->id, piece->n_announced);
    }
    for (size_t i = 0; i < piece->n; i++) {
        records_push_tail(&model->queue, record_make(piece->records[i].bytes, piece->records[i].n));
    }
    model->stat.put += (int64_t)piece->n;
    *offset_out = piece->offset + piece->n;
    model_set_push(model, piece->id, *offset_out);
    return MODEL_OK;
}

void model_forget_push(struct model *model, const char *id)
{
    struct model_push *push = model_find_push(model, id);

    if (push != NULL) {
        *push = model->pushes[--model->n_pushes];
    }
}

/* ---- consumers ---- */

enum model_state model_collect(struct model *model, const char *token, uint64_t call, size_t n_stored,
                               bool leaves)
{
    bool is_reader = strcmp(model->reader, token) == 0;

    if (model->mark[0] != '\0' && strcmp(model->mark, token) != 0) {
        return MODEL_BUSY;
    }
    if (n_stored > 0 && !(is_reader && model->reader_call == call)) {
        if (!is_reader || model->reader_call + 1 != call || n_stored > model->out.n) {
            return MODEL_LOST;
        }
        records_drop(&model->out, n_stored);
        model->stat.collected += (int64_t)n_stored;
    }
    snprintf(model->reader, sizeof model->reader, "%s", token);
    model->reader_call = call;
    snprintf(model->mark, sizeof model->mark, "%s", leaves ? "" : token);
    return MODEL_OK;
}

/* ---- dead letters ---- */

static bool letter_matches(const struct record *letter, const char *wanted)
{
    const char *end = memchr(letter->bytes, '\n', letter->n);
    char line[512];

    snprintf(line, sizeof line, "%.*s ", end != NULL ? (int)(end - letter->bytes) : (int)letter->n,
             letter->bytes);
    return strstr(line, wanted) != NULL;
}

/* A letter that is requeued has not failed after all: its job hears of it. The line may say %20 in a name. */
static void model_unfail(struct model *model, const struct record *letter)
{
    const char *end = memchr(letter->bytes, '\n', letter->n);
    const char *at = memmem(letter->bytes, (size_t)(end - letter->bytes), " j=", 3);
    struct model_job *job;
    char name[MODEL_NAME_BYTES];
    size_t n = 0;

    if (at == NULL) {
        return;
    }
    for (at += 3; *at != ' ' && *at != '\n'; at++) {
        bool is_space = strncmp(at, "%20", 3) == 0;
        name[n++] = is_space ? ' ' : *at;
        at += is_space ? 2 : 0;
    }
    name[n] = '\0';
    job = model_seek_job(model, name);
    if (job != NULL) {
        struct record body = {(char *)end + 1, letter->n - (size_t)(end + 1 - letter->bytes)};
        struct model_range range;
        int64_t n_tasks = body.n > 0 && model_range_read(&body, &range) ? range.hi - range.lo : 1;
        job->n[1] -= n_tasks < job->n[1] ? n_tasks : job->n[1];
    }
}

/* The record of a letter as it goes back to the queue; false: it does not. One of a range job is that of one
 * position as long as its job is there; of none, when that was forgotten; and stays a letter, when another
 * job of that name was put since. */
static bool model_revive(struct model *model, const struct record *letter, struct record *record_out)
{
    const char *body = (const char *)memchr(letter->bytes, '\n', letter->n) + 1;
    struct record record = {(char *)body, letter->n - (size_t)(body - letter->bytes)};
    struct model_range range;
    const struct model_job *job;
    const char *queued;
    char text[1024];
    size_t n;

    *record_out = record_make(record.bytes, record.n);
    if (record.n == 0 || !model_range_read(&record, &range)) {
        return true;
    }
    job = model_seek_job(model, range.job);
    queued = memmem(range.rest, strcspn(range.rest, "\n"), " q=", 3);
    if (job != NULL && job->spec != NULL) {
        return queued == NULL || strtoll(queued + 3, NULL, 10) == job->begun_ms;
    }
    free(record_out->bytes);
    n = (size_t)snprintf(text, sizeof text, "#skep");
    body = (const char *)memmem(range.rest, range.rest_n, " j=", 3);
    memcpy(text + n, range.rest, (size_t)(body - range.rest));
    n += (size_t)(body - range.rest);
    body += 3 + strlen(range.job);
    memcpy(text + n, body, range.rest_n - (size_t)(body - range.rest));
    *record_out = record_make(text, n + range.rest_n - (size_t)(body - range.rest));
    return true;
}

int64_t model_sift(struct model *model, bool requeues, const char *wanted,
                   void (*gone)(void *context, const struct record *letter), void *context)
{
    size_t n = model->dead.n;
    int64_t matched = 0;

    for (size_t i = 0; i < n; i++) {
        struct record letter = records_pop_head(&model->dead), record = {0};
        bool matches = letter_matches(&letter, wanted);
        if (matches && requeues && !model_revive(model, &letter, &record)) {
            free(record.bytes);
            matches = false;
        }
        if (!matches) {
            records_push_tail(&model->dead, letter);
            continue;
        }
        matched++;
        if (requeues) {
            model_unfail(model, &letter);
            records_push_tail(&model->queue, record);
        } else {
            gone(context, &letter);
        }
        free(letter.bytes);
    }
    *(requeues ? &model->stat.requeued : &model->stat.purged) += matched;
    return matched;
}
