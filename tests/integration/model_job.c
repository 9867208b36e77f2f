/* SPDX-License-Identifier: MIT */
/* Jobs of the model, and what is cancelled. */
#include "model_parts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct model_job *model_seek_job(struct model *model, const char *name)
{
    for (size_t i = 0; i < model->n_jobs; i++) {
        if (strcmp(model->jobs[i].name, name) == 0) {
            return &model->jobs[i];
        }
    }
    return NULL;
}

const struct model_job *model_find_job(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->n_jobs; i++) {
        if (strcmp(model->jobs[i].name, name) == 0) {
            return &model->jobs[i];
        }
    }
    return NULL;
}

static int64_t model_job_over(const struct model_job *job)
{
    return job->n[0] + job->n[1] + job->n[2];
}

/* The place of a cancellation, or the number of all. */
static size_t model_seek_cancel(const struct model *model, const char *what, const char *name)
{
    char field[MODEL_NAME_BYTES];
    size_t i = 0;

    snprintf(field, sizeof field, "%s:%s", what, name);
    while (i < model->n_cancels && strcmp(model->cancels[i], field) != 0) {
        i++;
    }
    return i;
}

bool model_is_cancelled(const struct model *model, const char *what, const char *name)
{
    return model_seek_cancel(model, what, name) < model->n_cancels;
}

void model_uncancel(struct model *model, const char *what, const char *name)
{
    size_t i = model_seek_cancel(model, what, name);

    if (i < model->n_cancels) {
        memmove(model->cancels[i], model->cancels[model->n_cancels - 1], sizeof model->cancels[i]);
        model->n_cancels--;
    }
}

void model_note(struct model *model, const char *what, const char *name)
{
    if (!model_is_cancelled(model, what, name)) {
        assert(model->n_cancels < MODEL_CANCELS_MAX);
        snprintf(model->cancels[model->n_cancels++], MODEL_NAME_BYTES, "%s:%s", what, name);
    }
}

int64_t model_cancel(struct model *model, enum skep_cancel_kind kind, const char *name)
{
    const char *what = kind == SKEP_CANCEL_JOB ? "job" : "id";
    struct model_job *job = kind == SKEP_CANCEL_JOB ? model_seek_job(model, name) : NULL;

    if (job != NULL) {
        job->is_cancelled = true;
        if (model_job_over(job) >= (int64_t)model_push_offset(model, name)) {
            return 0;
        }
    }
    model_note(model, what, name);
    return 1;
}

void model_fade_cancellations(struct model *model)
{
    for (size_t i = 0; i < model->n_cancels;) {
        const char *field = model->cancels[i];
        const char *job = strncmp(field, "id:", 3) == 0 ? NULL : strchr(field, ':') + 1;
        if (job != NULL && model_seek_job(model, job) != NULL) {
            i++;
        } else {
            memmove(model->cancels[i], model->cancels[model->n_cancels - 1], sizeof model->cancels[i]);
            model->n_cancels--;
        }
    }
}

static void model_clear_job(struct model *model, const char *name)
{
    struct model_job *job = model_seek_job(model, name);

    if (job != NULL) {
        *job = model->jobs[--model->n_jobs];
    }
    model_forget_push(model, name);
}

skep_status model_forget_job(struct model *model, const char *name, bool is_forced)
{
    struct model_job *job = model_seek_job(model, name);
    int64_t n_put = (int64_t)model_push_offset(model, name);
    bool is_over = job != NULL && model_job_over(job) >= (job->is_cancelled ? n_put : job->n_announced);

    bool is_note_alone = job == NULL && n_put == 0;
    bool is_range = job != NULL && job->spec != NULL, is_open = is_range && model_job_over(job) < n_put;

    if (is_note_alone && !model_is_cancelled(model, "job", name)) {
        return SKEP_EMPTY;
    }
    if (!is_over && !is_forced) {
        return SKEP_E_CONFLICT;
    }
    if (is_open && !job->is_to_be_forgotten) {
        job->is_cancelled = job->is_to_be_forgotten = true;
        model_note(model, "job", name);
        return SKEP_OK;
    }
    if (is_open) {
        assert(model->n_tombs < MODEL_TOMBS_MAX);
        snprintf(model->tombs[model->n_tombs++], MODEL_NAME_BYTES, "%s", name);
    }
    if (is_over || is_note_alone || is_range) {
        model_uncancel(model, "job", name);
        model_uncancel(model, "from", name);
    }
    model_clear_job(model, name);
    return SKEP_OK;
}

void model_count(struct model *model, const char *name, int what, int64_t n)
{
    struct model_job *job = name != NULL ? model_seek_job(model, name) : NULL;

    if (job != NULL && n > 0) {
        job->n[what] += n;
        job->is_told[what] = true;
    }
}

void model_end_cancellation(struct model *model, const char *name)
{
    const struct model_job *job = name != NULL ? model_seek_job(model, name) : NULL;
    int64_t n_put = job != NULL ? (int64_t)model_push_offset(model, name) : 0;
    bool is_cancelled = job != NULL && model_is_cancelled(model, "job", name);

    if (n_put == 0 || !(is_cancelled || model_is_cancelled(model, "from", name)) ||
        model_job_over(job) < (is_cancelled ? n_put : job->n_announced)) {
        return;
    }
    model->n_dropped++;
    model_uncancel(model, "job", name);
    model_uncancel(model, "from", name);
    if (job->is_to_be_forgotten) {
        model_clear_job(model, name);
    }
}
