/* SPDX-License-Identifier: MIT */
#include "producer/top/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "monitor/rates.h"

/* A job's rate is smoothed over about this long: a number that jumps cannot be read. */
static const double model_smooth_s = 5;

enum { MODEL_RATED_JOBS = 200 /* those that are not over come first */ };

void skep_top_seen_free(struct skep_top_seen *seen)
{
    if (seen != NULL) {
        skep_overview_release(&seen->overview);
        skep_free(seen->job_per_s);
        skep_free(seen);
    }
}

void skep_top_model_release(struct skep_top_model *model)
{
    for (size_t i = 0; i < model->n_queues; i++) {
        skep_top_seen_free(model->queues[i].seen);
    }
    skep_free(model->queues);
    *model = (struct skep_top_model){0};
}

/* ---- names ---- */

/* Both are sorted: what is in both is moved. */
static void model_move(struct skep_top_model *model, struct skep_top_queue *queues, size_t n)
{
    size_t old = 0;

    for (size_t i = 0; i < n; i++) {
        while (old < model->n_queues && strcmp(model->queues[old].name, queues[i].name) < 0) {
            skep_top_seen_free(model->queues[old++].seen);
        }
        if (old < model->n_queues && strcmp(model->queues[old].name, queues[i].name) == 0) {
            queues[i] = model->queues[old++];
        }
    }
    while (old < model->n_queues) {
        skep_top_seen_free(model->queues[old++].seen);
    }
}

skep_status skep_top_model_list(struct skep_top_model *model, const char *const *names, size_t n)
{
    struct skep_top_queue *queues = skep_calloc(n + 1, sizeof *queues);

    if (queues == NULL) {
        return SKEP_E_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        size_t length = strnlen(names[i], SKEP_QUEUE_NAME_MAX);
        memcpy(queues[i].name, names[i], length);
    }
    model_move(model, queues, n);
    skep_free(model->queues);
    model->queues = queues;
    model->n_queues = n;
    model->is_listed = true;
    return SKEP_OK;
}

static int model_compare(const void *name, const void *queue)
{
    return strcmp(name, ((const struct skep_top_queue *)queue)->name);
}

struct skep_top_queue *skep_top_model_find(const struct skep_top_model *model, const char *name)
{
    return model->n_queues == 0
               ? NULL
               : bsearch(name, model->queues, model->n_queues, sizeof *model->queues, model_compare);
}

/* ---- what is new ---- */

/* How fast JOB goes: what is over now and was not before, and what was reckoned then. */
static double model_rate(const struct skep_top_seen *before, const struct skep_job *job, double elapsed_s)
{
    const struct skep_overview *old = &before->overview;

    for (size_t i = 0; i < old->n_jobs; i++) {
        double news, was, part;
        if (strcmp(old->jobs[i].name, job->name) != 0) {
            continue;
        }
        news = (double)(skep_job_over(job) - skep_job_over(&old->jobs[i])) / elapsed_s;
        was = before->job_per_s != NULL ? before->job_per_s[i] : NAN;
        part = 1 - exp(-elapsed_s / model_smooth_s);
        news = news > 0 ? news : 0; /* put again: its counts began anew */
        return isnan(was) ? news : was + part * (news - was);
    }
    return NAN;
}

static void model_rate_jobs(struct skep_top_seen *seen, const struct skep_top_seen *before)
{
    size_t n = seen->overview.n_jobs;
    double elapsed_s = before != NULL ? (double)(seen->overview.at_ms - before->overview.at_ms) / 1000 : 0;

    seen->job_per_s = n > 0 ? skep_calloc(n, sizeof *seen->job_per_s) : NULL;
    for (size_t i = 0; i < n && seen->job_per_s != NULL; i++) {
        seen->job_per_s[i] = before != NULL && elapsed_s > 0 && i < MODEL_RATED_JOBS
                                 ? model_rate(before, &seen->overview.jobs[i], elapsed_s)
                                 : NAN;
    }
}

static struct skep_top_pace model_pace(const struct skep_overview *overview)
{
    const struct skep_queue_status *status = &overview->status;

    return (struct skep_top_pace){overview->at_ms, status->n_in, status->n_out, status->counts_puts};
}

/* The counts of before that still matter, and those of now. The first ones are those that the server has
 * kept. */
static void model_keep_pace(struct skep_top_seen *seen, const struct skep_top_seen *before)
{
    const struct skep_queue_status *status = &seen->overview.status;
    int64_t horizon_ms = seen->overview.at_ms - SKEP_TOP_PACE_MS;
    size_t first = 0;

    if (before == NULL && !isnan(seen->overview.out_per_s) && status->pace.at_ms > 0) {
        seen->pace[seen->n_pace++] =
            (struct skep_top_pace){seen->overview.at_ms - (status->now_ms - status->pace.at_ms),
                                   status->pace.n_in, status->pace.n_out, status->counts_puts};
    }
    while (before != NULL && first + 1 < before->n_pace &&
           (before->pace[first + 1].at_ms <= horizon_ms || before->n_pace - first >= SKEP_TOP_PACE)) {
        first++;
    }
    for (; before != NULL && first < before->n_pace; first++) {
        seen->pace[seen->n_pace++] = before->pace[first];
    }
    seen->pace[seen->n_pace++] = model_pace(&seen->overview);
}

static double model_per_s(int64_t from, int64_t to, int64_t ms)
{
    return to >= from && ms > 0 ? ((double)to - (double)from) * 1000 / (double)ms : NAN;
}

/* Rates of the last ten seconds instead of those of the last two. */
static void model_steady(struct skep_top_seen *seen)
{
    const struct skep_top_pace *first = &seen->pace[0], *last = &seen->pace[seen->n_pace - 1];
    struct skep_overview *overview = &seen->overview;

    if (seen->n_pace < 2 || isnan(overview->out_per_s)) {
        return;
    }
    overview->out_per_s = model_per_s(first->n_out, last->n_out, last->at_ms - first->at_ms);
    if (first->counts_puts == last->counts_puts) {
        overview->in_per_s = model_per_s(first->n_in, last->n_in, last->at_ms - first->at_ms);
    }
    overview->eta_s = skep_rates_eta(overview->n_left, overview->status.n_held, overview->out_per_s);
}

void skep_top_queue_see(struct skep_top_queue *queue, struct skep_top_seen *seen)
{
    struct skep_top_seen *before = queue->seen;

    model_rate_jobs(seen, before);
    model_keep_pace(seen, before);
    model_steady(seen);
    if (before != NULL) {
        size_t kept = before->n_out < SKEP_TOP_HISTORY ? before->n_out : SKEP_TOP_HISTORY - 1;
        memcpy(seen->out_per_s, before->out_per_s + (before->n_out - kept), kept * sizeof seen->out_per_s[0]);
        seen->n_out = kept;
    }
    seen->out_per_s[seen->n_out++] = seen->overview.out_per_s;
    queue->seen = seen;
    queue->trouble[0] = '\0';
    skep_top_seen_free(before);
}

/* ---- what it comes to ---- */

const struct skep_finding *skep_top_worst(const struct skep_top_seen *seen)
{
    const struct skep_finding *worst = NULL;

    for (size_t i = 0; i < seen->n_findings; i++) {
        const struct skep_finding *finding = &seen->findings[i];
        if (!skep_finding_is_of_server(finding->kind) &&
            (worst == NULL || skep_finding_severity(finding->kind) > skep_finding_severity(worst->kind))) {
            worst = finding;
        }
    }
    return worst;
}

static double model_add_rate(double sum, bool is_first, double rate)
{
    return isnan(rate) ? (is_first ? NAN : sum) : (is_first || isnan(sum) ? rate : sum + rate);
}

void skep_top_sum_add(struct skep_top_sum *sum, const struct skep_top_seen *seen)
{
    const struct skep_queue_status *status = &seen->overview.status;
    bool is_first = sum->n_seen++ == 0;

    sum->n_slots += status->n_slots;
    sum->n_busy += seen->overview.n_busy;
    sum->n_left += seen->overview.n_left;
    sum->n_waiting += status->n_waiting;
    sum->n_held += status->n_held;
    sum->n_delayed += status->n_delayed;
    sum->n_suspect += status->n_suspect;
    sum->n_dead += status->n_dead;
    sum->n_results += status->n_results;
    sum->in_per_s = model_add_rate(sum->in_per_s, is_first, seen->overview.in_per_s);
    sum->out_per_s = model_add_rate(sum->out_per_s, is_first, seen->overview.out_per_s);
}

struct skep_top_sum skep_top_sum_all(const struct skep_top_model *model)
{
    struct skep_top_sum sum = {0};

    for (size_t i = 0; i < model->n_queues; i++) {
        if (model->queues[i].seen != NULL) {
            skep_top_sum_add(&sum, model->queues[i].seen);
        }
    }
    if (sum.n_seen == 0) {
        sum.in_per_s = sum.out_per_s = NAN;
    }
    return sum;
}
