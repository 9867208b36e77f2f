/* SPDX-License-Identifier: MIT */
/* How ranges change hands in the model: taken, stolen, out of the hand of the dead. And where all positions
 * are. */
#include "model_range.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_parts.h"

static int64_t range_half(int64_t n)
{
    return (n + 1) / 2;
}

static void range_hold(struct model *model, struct model_worker *worker, struct record line, int64_t n)
{
    records_push_tail(&worker->held, line);
    worker->has_range = true;
    worker->n_last = 1;
    model->stat.taken += n;
}

/* At most what is wanted, and a fair share, off the head of the queue. */
static void range_cut(struct model *model, struct model_worker *worker, const struct skep_cycle *cycle,
                      const struct model_range *range)
{
    int64_t n = range->hi - range->lo, n_slots = 2 * (int64_t)model->n_workers;
    int64_t want = strcmp(cycle->range_job, range->job) == 0 ? cycle->range_want : 1;
    int64_t share = (n + n_slots - 1) / n_slots;
    struct record line = records_pop_head(&model->queue);

    want = want < share ? want : share;
    if (n <= want) {
        range_hold(model, worker, line, n);
        return;
    }
    records_push_head(&model->queue,
                      model_range_line(range->lo + want, range->hi, range->rest, range->rest_n));
    range_hold(model, worker, model_range_line(range->lo, range->lo + want, range->rest, range->rest_n),
               want);
    free(line.bytes);
}

/* The larger, then the lower, then the first by name. */
static bool range_is_better(const struct model_range *a, const struct model_range *b)
{
    int64_t a_n = a->hi - a->lo, b_n = b->hi - b->lo;

    if (a_n != b_n) {
        return a_n > b_n;
    }
    return a->lo != b->lo ? a->lo < b->lo : strcmp(a->job, b->job) < 0;
}

static void range_steal(struct model *model, struct model_worker *thief)
{
    struct model_worker *victim = NULL;
    struct model_range best, range;
    struct record line;
    int64_t stop, middle;

    for (size_t i = 0; i < model->n_workers; i++) {
        struct model_worker *w = &model->workers[i];
        if (w != thief && w->has_range && model_range_seek(model, &w->held.items[0], &range) &&
            range.hi - range.lo > 1 && (victim == NULL || range_is_better(&range, &best))) {
            victim = w;
            best = range;
        }
    }
    stop = victim != NULL ? model_range_stop(model, best.job, best.hi) : 0;
    if (victim == NULL || stop - best.lo < 2) {
        return;
    }
    middle = best.lo + range_half(stop - best.lo);
    line = records_pop_head(&victim->held);
    records_push_tail(&victim->held, model_range_line(best.lo, middle, best.rest, best.rest_n));
    range_hold(model, thief, model_range_line(middle, stop, best.rest, best.rest_n), stop - middle);
    model->stat.given_back += stop - middle;
    model->n_stolen++;
    model_range_drop(model, best.job, stop, best.hi);
    free(line.bytes);
}

bool model_range_take(struct model *model, struct model_worker *worker, const struct skep_cycle *cycle)
{
    struct model_range range;
    bool is_empty = worker->held.n == 0, is_more;

    if (model->queue.n > 0 && model_range_seek(model, &model->queue.items[0], &range)) {
        if (cycle->range_want == 0 || !is_empty) {
            return false;
        }
        if (model_range_head(model, &model->queue, &range, &is_more)) {
            range_cut(model, worker, cycle, &range);
            return false;
        }
        return !is_more;
    }
    if (is_empty && cycle->steals && cycle->range_want > 0 && model->queue.n == 0) {
        range_steal(model, worker);
        return false;
    }
    return true;
}

/* ---- death ---- */

int64_t model_range_size(const struct model_worker *worker)
{
    struct model_range range;
    bool is_range = worker->has_range && model_range_read(&worker->held.items[0], &range);

    assert(is_range);
    return range.hi - range.lo;
}

/* The crashed position in a line of its own, which says how often it crashed. */
static void range_blame(struct model *model, const struct model_range *range, int64_t position,
                        const char *info)
{
    struct record plain = model_range_line(position, position + 1, range->rest, range->rest_n), line;
    unsigned n = model_count_crash(model, &plain, info);
    char text[1024];
    size_t head = strcspn(plain.bytes, "\n"), cut = head, behind = head;
    const char *before = memmem(plain.bytes, head, " c=", 3);

    if (before != NULL) {
        cut = (size_t)(before - plain.bytes);
        behind = cut + 3 + strspn(before + 3, "0123456789");
    }
    head -= behind - cut;
    memcpy(text, plain.bytes, cut);
    memcpy(text + cut, plain.bytes + behind, plain.n - behind);
    behind = plain.n - (behind - cut); /* the whole length now */
    line = record_make(text, behind + 16);
    line.n = head + (size_t)snprintf(line.bytes + head, 16, " c=%u", n);
    memcpy(line.bytes + line.n, text + head, behind - head);
    line.n += behind - head;
    free(plain.bytes);
    model->stat.crashes++;
    if (n >= MODEL_SUSPECT_CRASHES) {
        records_push_tail(&model->suspect, line);
    } else {
        records_push_head(&model->queue, line);
    }
}

static int64_t range_go_back(struct model *model, struct model_worker *worker,
                             const struct model_range *range, const struct record *line)
{
    if (worker->has_suspect) {
        records_push_head(&model->suspect, record_make(line->bytes, line->n));
    } else {
        model_range_give_back(model, range, range->lo, range->hi);
    }
    return range->hi - range->lo;
}

int64_t model_range_reap(struct model *model, struct model_worker *worker, const struct skep_death *death,
                         bool is_task, int64_t now_ms)
{
    struct record line = records_pop_head(&worker->held);
    struct model_range range = {0};
    bool is_range = model_range_read(&line, &range);
    bool is_known = death->running >= 0 && death->position >= 0;
    int64_t p = death->position, n = range.hi - range.lo, middle = range.lo + range_half(n);

    assert(is_range);
    if (!is_task || (is_known && (p < range.lo || p >= range.hi))) {
        n = range_go_back(model, worker, &range, &line);
    } else if (!is_known && n > 1) {
        records_push_head(&model->queue, model_range_line(middle, range.hi, range.rest, range.rest_n));
        records_push_head(&model->queue, model_range_line(range.lo, middle, range.rest, range.rest_n));
        model->n_halved++;
    } else {
        p = is_known ? p : range.lo;
        if (p + 1 < range.hi) {
            model_range_give_back(model, &range, p + 1, range.hi);
        }
        if (death->verdict != NULL) {
            struct record task = model_range_line(p, p + 1, range.rest, range.rest_n);
            model_settle_task(model, death->verdict, task, now_ms);
            model_end_cancellation(model, death->verdict->job);
            model_account(model, death->account);
            n--;
        } else {
            range_blame(model, &range, p, death->info);
        }
        if (p > range.lo) {
            model_range_give_back(model, &range, range.lo, p);
        }
    }
    worker->has_range = false;
    model->stat.crash_moved += n;
    free(line.bytes);
    return n;
}

/* ---- where everything is ---- */

enum { CHECK_POSITIONS_MAX = 2048 };

struct range_places {
    struct model *model;
    const struct model_job *job;
    unsigned char places[CHECK_POSITIONS_MAX];
    int64_t n_open;
};

static void places_add(struct range_places *p, const struct record *record)
{
    struct model_range range;

    if (!model_range_seek(p->model, record, &range) || strcmp(range.job, p->job->name) != 0) {
        return;
    }
    for (int64_t i = range.lo; i < range.hi; i++) {
        assert(i < CHECK_POSITIONS_MAX);
        p->places[i]++;
        p->n_open++;
    }
}

static void places_add_all(struct range_places *p, const struct records *list)
{
    for (size_t i = 0; i < list->n; i++) {
        places_add(p, &list->items[i]);
    }
}

bool model_range_check(struct model *model, char *words, size_t size)
{
    for (size_t k = 0; k < model->n_jobs; k++) {
        const struct model_job *job = &model->jobs[k];
        struct range_places p = {.model = model, .job = job};
        int64_t n_put = (int64_t)model_push_offset(model, job->name);
        if (job->spec == NULL) {
            continue;
        }
        places_add_all(&p, &model->queue);
        places_add_all(&p, &model->suspect);
        for (size_t i = 0; i < model->n_workers; i++) {
            places_add_all(&p, &model->workers[i].held);
        }
        for (size_t i = 0; i < model->n_delayed; i++) {
            places_add(&p, &model->delayed[i].record);
        }
        for (int i = 0; i < CHECK_POSITIONS_MAX; i++) {
            if (p.places[i] > 1) {
                snprintf(words, size, "position %d of %s is in %u places", i, job->name, p.places[i]);
                return false;
            }
        }
        if (p.n_open + job->n[0] + job->n[1] + job->n[2] != n_put) {
            snprintf(words, size,
                     "of %s %" PRId64 " are put, %" PRId64 " open, %" PRId64 " done, %" PRId64
                     " failed, %" PRId64 " cancelled",
                     job->name, n_put, p.n_open, job->n[0], job->n[1], job->n[2]);
            return false;
        }
    }
    return true;
}
