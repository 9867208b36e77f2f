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

static void model_announce(struct model *model, const char *name, uint64_t n_announced)
{
    struct model_job *job = model_seek_job(model, name);

    if (job == NULL) {
        assert(model->n_jobs < MODEL_JOBS_MAX);
        job = &model->jobs[model->n_jobs++];
        *job = (struct model_job){0};
        snprintf(job->name, sizeof job->name, "%s", name);
    }
    job->n_announced = (int64_t)n_announced;
}

enum model_state model_put(struct model *model, const struct model_piece *piece, uint64_t *offset_out)
{
    struct model_push *push = model_find_push(model, piece->id);
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
    if (push == NULL) {
        assert(model->n_pushes < MODEL_PUSHES_MAX);
        push = &model->pushes[model->n_pushes++];
        snprintf(push->id, sizeof push->id, "%s", piece->id);
    }
    if (piece->n_announced > 0) {
        model_announce(model, piece->id, piece->n_announced);
    }
    for (size_t i = 0; i < piece->n; i++) {
        records_push_tail(&model->queue, record_make(piece->records[i].bytes, piece->records[i].n));
    }
    model->stat.put += (int64_t)piece->n;
    *offset_out = push->n = piece->offset + piece->n;
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
    if (job != NULL && job->n[1] > 0) {
        job->n[1]--;
    }
}

int64_t model_sift(struct model *model, bool requeues, const char *wanted,
                   void (*gone)(void *context, const struct record *letter), void *context)
{
    size_t n = model->dead.n;
    int64_t matched = 0;

    for (size_t i = 0; i < n; i++) {
        struct record letter = records_pop_head(&model->dead);
        if (!letter_matches(&letter, wanted)) {
            records_push_tail(&model->dead, letter);
            continue;
        }
        matched++;
        if (requeues) {
            model_unfail(model, &letter);
            const char *body = (const char *)memchr(letter.bytes, '\n', letter.n) + 1;
            records_push_tail(&model->queue, record_make(body, letter.n - (size_t)(body - letter.bytes)));
        } else {
            gone(context, &letter);
        }
        free(letter.bytes);
    }
    *(requeues ? &model->stat.requeued : &model->stat.purged) += matched;
    return matched;
}
