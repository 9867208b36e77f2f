/* SPDX-License-Identifier: MIT */
#include "model_range.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_parts.h"

/* ---- lines ---- */

bool model_range_read(const struct record *record, struct model_range *range_out)
{
    const char *end = memchr(record->bytes, '\n', record->n), *job;
    size_t job_n;
    int used = 0;

    if (end == NULL ||
        sscanf(record->bytes, "#skep r=%13" SCNd64 ":%13" SCNd64 "%n", &range_out->lo, &range_out->hi,
               &used) != 2 ||
        range_out->lo >= range_out->hi) {
        return false;
    }
    range_out->rest = record->bytes + used;
    range_out->rest_n = record->n - (size_t)used;
    job = memmem(range_out->rest, (size_t)(end - range_out->rest), " j=", 3);
    if (job == NULL) {
        return false;
    }
    job += 3;
    job_n = strcspn(job, " \n");
    assert(job_n < sizeof range_out->job);
    memcpy(range_out->job, job, job_n);
    range_out->job[job_n] = '\0';
    return true;
}

static bool range_is_forgotten(const struct model *model, const char *name)
{
    bool is_forgotten = false;

    for (size_t i = 0; i < model->n_tombs; i++) {
        is_forgotten = is_forgotten || strcmp(model->tombs[i], name) == 0;
    }
    return is_forgotten;
}

static struct model_job *range_job(struct model *model, const char *name)
{
    struct model_job *job = model_seek_job(model, name);

    return job != NULL && job->spec != NULL ? job : NULL;
}

bool model_range_seek(struct model *model, const struct record *record, struct model_range *range_out)
{
    return model_range_read(record, range_out) &&
           (range_job(model, range_out->job) != NULL || range_is_forgotten(model, range_out->job));
}

struct record model_range_line(int64_t lo, int64_t hi, const char *rest, size_t rest_n)
{
    char text[1024];
    int n = snprintf(text, sizeof text, "#skep r=%" PRId64 ":%" PRId64, lo, hi);

    assert((size_t)n + rest_n < sizeof text);
    memcpy(text + n, rest, rest_n);
    return record_make(text, (size_t)n + rest_n);
}

const struct record *model_range_given(struct model *model, const struct record *line)
{
    static char text[2048];
    static struct record given;
    struct model_range range;
    size_t n = strcspn(line->bytes, "\n");
    bool is_range = model_range_read(line, &range);
    const struct model_job *job = range_job(model, range.job);

    assert(is_range);
    memcpy(text, line->bytes, n);
    given = (struct record){
        text, n + (size_t)snprintf(text + n, sizeof text - n, "\n%s", job != NULL ? job->spec : "")};
    return &given;
}

/* ---- moves ---- */

enum model_state model_range_put(struct model *model, const struct skep_range_put *put, int64_t n_before,
                                 const struct skep_range *pieces, size_t n, int64_t now_ms,
                                 int64_t *n_put_out)
{
    struct model_job *job = model_seek_job(model, put->job);
    int64_t n_new = 0, stored = (int64_t)model_push_offset(model, put->job);
    char rest[64];

    for (size_t i = 0; i < n; i++) {
        n_new += pieces[i].hi - pieces[i].lo;
    }
    *n_put_out = job != NULL ? stored - put->n_done : 0;
    *n_put_out = *n_put_out < 0 ? 0 : *n_put_out;
    if (range_is_forgotten(model, put->job) || (job != NULL && strcmp(job->spec, put->spec) != 0)) {
        return MODEL_OTHER;
    }
    if (job != NULL && *n_put_out >= n_before + n_new) {
        return MODEL_REPLAY;
    }
    if ((job != NULL && job->is_cancelled) || model_is_cancelled(model, "job", put->job)) {
        return MODEL_CANCELLED;
    }
    if (*n_put_out != n_before) {
        return MODEL_GAP;
    }
    if (model->max_depth > 0 && (int64_t)(model->queue.n + n) > model->max_depth) {
        return MODEL_FULL;
    }
    if (job == NULL) {
        job = model_announce(model, put->job, (uint64_t)put->n);
        job->spec = put->spec;
        job->stop = put->stop;
        job->hit = -1;
        job->begun_ms = now_ms;
        job->n[0] = put->n_done;
        job->is_told[0] = put->n_done > 0;
    }
    snprintf(rest, sizeof rest, " j=%s q=%" PRId64 "\n", put->job, job->begun_ms);
    for (size_t i = 0; i < n; i++) {
        records_push_tail(&model->queue, model_range_line(pieces[i].lo, pieces[i].hi, rest, strlen(rest)));
    }
    *n_put_out = n_before + n_new;
    model_set_push(model, put->job, (uint64_t)(put->n_done + *n_put_out));
    model->stat.put += n_new;
    return MODEL_OK;
}

/* From where on nobody wants the positions of a job; HI or more: all up to HI are wanted. */
int64_t model_range_stop(struct model *model, const char *name, int64_t hi)
{
    const struct model_job *job = model_seek_job(model, name);

    if (model_is_cancelled(model, "job", name) || range_is_forgotten(model, name)) {
        return 0;
    }
    return model_is_cancelled(model, "from", name) && job != NULL && job->from < hi ? job->from : hi;
}

static void range_forgive(struct model *model, const char *job, int64_t position)
{
    char rest[MODEL_NAME_BYTES + 8];
    struct record line;

    snprintf(rest, sizeof rest, " j=%s\n", job);
    line = model_range_line(position, position + 1, rest, strlen(rest));
    model_forgive(model, &line);
    free(line.bytes);
}

void model_range_drop(struct model *model, const char *job, int64_t lo, int64_t hi)
{
    if (hi <= lo) {
        return;
    }
    if (hi == lo + 1) {
        range_forgive(model, job, lo);
    }
    model->stat.cancelled += hi - lo;
    model->n_positions_dropped += (uint64_t)(hi - lo);
    model_count(model, job, 2, hi - lo);
    model_end_cancellation(model, job);
}

/* Only what has never failed or crashed: its line has a job and a time, and nothing more. */
static bool range_may_merge(const struct model_range *range)
{
    char text[128];
    int n = snprintf(text, sizeof text, " j=%s q=", range->job);
    size_t digits;

    if (range->rest_n < (size_t)n || memcmp(range->rest, text, (size_t)n) != 0) {
        return false;
    }
    digits = strspn(range->rest + n, "0123456789");
    return digits > 0 && range->rest_n == (size_t)n + digits + 1 && range->rest[(size_t)n + digits] == '\n';
}

void model_range_give_back(struct model *model, const struct model_range *range, int64_t lo, int64_t hi)
{
    struct model_range head;
    bool merges = range_may_merge(range) && model->queue.n > 0 &&
                  model_range_read(&model->queue.items[0], &head) && head.lo == hi &&
                  head.rest_n == range->rest_n && memcmp(head.rest, range->rest, range->rest_n) == 0;
    struct record line = model_range_line(lo, merges ? head.hi : hi, range->rest, range->rest_n);

    if (merges) {
        free(records_pop_head(&model->queue).bytes);
    }
    records_push_head(&model->queue, line);
}

/* ---- the cycle ---- */

static const struct skep_range_verdict range_nothing = {.upto = -1, .back = -1, .hit = -1};

bool model_range_is_cut(const struct model_worker *worker, const struct skep_cycle *cycle)
{
    struct model_range range;
    bool is_range = model_range_read(&worker->held.items[0], &range);

    assert(is_range);
    return cycle->range != NULL && cycle->range->upto > range.hi;
}

static void range_hit(struct model *model, const char *name, const struct skep_range_verdict *v)
{
    struct model_job *job = model_seek_job(model, name);

    if (v->hit < 0 || job == NULL || job->stop == NULL || (job->hit >= 0 && v->hit >= job->hit)) {
        return;
    }
    job->hit = v->hit;
    job->winner = v->hit_index;
    job->from = strcmp(job->stop, "any") == 0 ? 0 : v->hit + 1;
    model_note(model, "from", name);
}

/* What became of the positions that the verdict is on. */
static void range_settle_told(struct model *model, struct model_range *range,
                              const struct skep_range_verdict *v, int64_t upto, int64_t now_ms)
{
    int64_t stop = model_range_stop(model, range->job, INT64_MAX), n_stopped = 0, told;
    bool is_tried_again = false;

    for (size_t i = 0; i < v->n_results; i++) {
        records_push_tail(&model->out, record_make(v->results[i].bytes, v->results[i].n));
    }
    for (size_t i = 0; i < v->n_dead; i++) {
        if (v->dead[i].result.bytes != NULL) {
            records_push_tail(&model->out, record_make(v->dead[i].result.bytes, v->dead[i].result.n));
        }
    }
    for (size_t i = 0; i < v->n_retries; i++) {
        struct record line = {(char *)v->retries[i].record.bytes, v->retries[i].record.n};
        struct model_range one;
        bool is_stopped = model_range_read(&line, &one) && one.lo >= stop;
        n_stopped += is_stopped;
        if (!is_stopped) {
            model_delay(model, &v->retries[i].record, now_ms + v->retries[i].delay_ms);
            is_tried_again = true;
        }
    }
    for (size_t i = 0; i < v->n_dead; i++) {
        records_push_tail(&model->dead, record_make(v->dead[i].record.bytes, v->dead[i].record.n));
    }
    model_drop_letters(model, v->n_dead);
    told = v->n_done + v->n_failed + (int64_t)v->n_retries;
    model->stat.done += v->n_done;
    model->stat.dead += v->n_failed;
    model->stat.retried += (int64_t)v->n_retries - n_stopped;
    model->stat.cancelled += n_stopped;
    model->n_positions_dropped += (uint64_t)n_stopped;
    if (range->hi == range->lo + 1 && upto == range->hi && !is_tried_again) {
        range_forgive(model, range->job, range->lo);
    }
    if (v != &range_nothing) {
        model_count(model, range->job, 0, v->n_done);
        model_count(model, range->job, 1, v->n_failed);
        model_count(model, range->job, 2, n_stopped);
        model_end_cancellation(model, range->job);
    }
    model_range_drop(model, range->job, range->lo + told, upto);
}

void model_range_settle(struct model *model, struct model_worker *worker, const struct skep_cycle *cycle,
                        int64_t now_ms)
{
    const struct skep_range_verdict *v = cycle->range != NULL ? cycle->range : &range_nothing;
    struct record line = records_pop_head(&worker->held);
    struct model_range range = {0};
    int64_t upto, keep, wanted, left;
    bool is_range = model_range_read(&line, &range);

    assert(is_range);
    upto = v->upto > range.lo ? v->upto : range.lo;
    keep = cycle->n_back > 0 ? 0 : v->back >= 0 && v->back < range.hi ? v->back : range.hi;
    keep = keep > upto ? keep : upto;
    range_hit(model, range.job, v);
    wanted = model_range_stop(model, range.job, range.hi);
    wanted = wanted > upto ? wanted : upto;
    range_settle_told(model, &range, v, upto, now_ms);
    model_range_drop(model, range.job, wanted, range.hi);
    left = wanted < keep ? wanted : keep;
    model->stat.given_back += wanted - left;
    worker->n_last = 0;
    if (left < wanted && worker->has_suspect) {
        records_push_head(&model->suspect, record_make(line.bytes, line.n));
        left = upto;
    } else if (left < wanted) {
        model_range_give_back(model, &range, left, wanted);
    }
    if (left > upto) {
        records_push_tail(&worker->held, model_range_line(upto, left, range.rest, range.rest_n));
    } else {
        worker->n_settled++;
        worker->has_range = false;
        worker->has_suspect = false;
    }
    free(line.bytes);
}

bool model_range_head(struct model *model, struct records *list, struct model_range *range_out, bool *is_more)
{
    *is_more = false;
    for (int i = 0; i < 100; i++) {
        struct record line;
        int64_t stop;
        if (list->n == 0 || !model_range_seek(model, &list->items[0], range_out)) {
            return false;
        }
        stop = model_range_stop(model, range_out->job, range_out->hi);
        stop = stop > range_out->lo ? stop : range_out->lo;
        if (stop == range_out->hi) {
            return true;
        }
        line = records_pop_head(list);
        if (stop > range_out->lo) {
            records_push_head(list,
                              model_range_line(range_out->lo, stop, range_out->rest, range_out->rest_n));
        }
        model->stat.taken += range_out->hi - stop;
        model_range_drop(model, range_out->job, stop, range_out->hi);
        free(line.bytes);
        if (stop > range_out->lo) {
            return model_range_seek(model, &list->items[0], range_out);
        }
    }
    *is_more = true;
    return false;
}
