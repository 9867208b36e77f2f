/* SPDX-License-Identifier: MIT */
/* What the slots do in the model: cycles, beats, deaths. */
#include "model_parts.h"

#include <stdlib.h>

/* ---- the cycle ---- */

static bool model_is_held_off(const struct model *model)
{
    return model->is_paused || (model->max_results > 0 && (int64_t)model->out.n >= model->max_results);
}

static unsigned model_flags(const struct model *model)
{
    bool is_full = model->max_results > 0 && (int64_t)model->out.n >= model->max_results;

    return (model->is_paused ? SKEP_FLAG_PAUSED : 0u) | (is_full ? SKEP_FLAG_RESULTS_FULL : 0u) |
           (model->n_cancels > 0 ? SKEP_FLAG_CANCELS : 0u);
}

/* The oldest letters go when N new ones made them too many; a limit that was lowered is reached in steps. */
void model_drop_letters(struct model *model, size_t n)
{
    int64_t most = model->max_dead < 0 ? SKEP_MAX_DEAD : model->max_dead;
    size_t n_most = n + 1000;

    while (n > 0 && most > 0 && (int64_t)model->dead.n > most && n_most-- > 0) {
        records_push_tail(&model->dropped, records_pop_head(&model->dead));
        model->stat.dead_dropped++;
    }
}

/* What becomes of one task. Dead letters that are too many are left to the caller. */
void model_settle_task(struct model *model, const struct skep_verdict *v, struct record task, int64_t now_ms)
{
    if (v->kind == SKEP_RETRY) {
        model_delay(model, &v->record, now_ms + v->delay_ms);
        model->stat.retried++;
    } else {
        model_forgive(model, &task);
        model_count(model, v->job, v->kind == SKEP_DONE ? 0 : v->kind == SKEP_BURY ? 1 : 2, 1);
        if (v->result.bytes != NULL) {
            records_push_tail(&model->out, record_make(v->result.bytes, v->result.n));
        }
    }
    if (v->kind == SKEP_BURY) {
        records_push_tail(&model->dead, record_make(v->record.bytes, v->record.n));
        model->stat.dead++;
    }
    if (v->kind == SKEP_CANCEL) {
        model->stat.cancelled++;
        if (v->id != NULL) {
            model_uncancel(model, "id", v->id);
        }
    }
    model->stat.done += v->kind == SKEP_DONE;
    free(task.bytes);
}

/* Verdicts on the first tasks, in their order. */
static void model_settle(struct model *model, struct model_worker *worker, const struct skep_cycle *cycle,
                         int64_t now_ms)
{
    size_t n_dead = 0;

    for (size_t i = 0; i < cycle->n_verdicts; i++) {
        model_settle_task(model, &cycle->verdicts[i], records_pop_head(&worker->held), now_ms);
        n_dead += cycle->verdicts[i].kind == SKEP_BURY;
        worker->n_settled++;
    }
    for (size_t i = 0; i < cycle->n_verdicts; i++) {
        if (cycle->verdicts[i].kind != SKEP_RETRY) {
            model_end_cancellation(model, cycle->verdicts[i].job);
        }
    }
    model_drop_letters(model, n_dead);
}

void model_account(struct model *model, const struct skep_account_news *news)
{
    for (size_t i = 0; news != NULL && i < news->n_jobs; i++) {
        struct model_job *job = model_seek_job(model, news->jobs[i].job);
        if (job != NULL) {
            model_account_add(&job->account, &news->jobs[i]);
        }
    }
    if (news != NULL) {
        model_sums_add(&model->account, news->adds, news->n_adds);
        model->has_account = model->has_account || news->n_adds > 0;
    }
}

/* A suspect that was not run stays one. */
static void model_give_back(struct model *model, struct model_worker *worker, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct records *home = worker->has_suspect ? &model->suspect : &model->queue;
        records_push_head(home, records_pop_tail(&worker->held));
    }
    model->stat.given_back += (int64_t)n;
}

/* A suspect, into an empty hand; false: none was. */
static bool model_take_suspect(struct model *model, struct model_worker *worker,
                               const struct skep_cycle *cycle)
{
    struct model_range range;
    bool is_more, is_range;

    if (worker->held.n > 0 || model->suspect.n == 0) {
        return false;
    }
    is_range = model_range_head(model, &model->suspect, &range, &is_more);
    if (is_more || model->suspect.n == 0 || (is_range && cycle->range_want == 0)) {
        return false;
    }
    records_push_tail(&worker->held, records_pop_head(&model->suspect));
    worker->has_suspect = true;
    worker->has_range = is_range;
    worker->n_last = 1;
    model->stat.taken++;
    return true;
}

static void model_take(struct model *model, struct model_worker *worker, const struct skep_cycle *cycle,
                       size_t want)
{
    size_t share;

    worker->n_last = 0;
    if ((worker->has_suspect || worker->has_range) && worker->held.n > 0) {
        return; /* it is run alone */
    }
    worker->has_suspect = worker->has_range = false;
    if (want == 0 || model_take_suspect(model, worker, cycle) || !model_range_take(model, worker, cycle)) {
        return;
    }
    share = (model->queue.n + 2 * model->n_workers - 1) / (2 * model->n_workers);
    while (worker->n_last < want && worker->n_last < share) {
        struct model_range range;
        if (worker->n_last > 0 && model_range_seek(model, &model->queue.items[0], &range)) {
            break;
        }
        records_push_tail(&worker->held, records_pop_head(&model->queue));
        worker->n_last++;
    }
    model->stat.taken += (int64_t)worker->n_last;
}

/* What the last cycle of WORKER took, and what stands around it. */
static void model_answer(struct model *model, const struct model_worker *worker, int64_t now_ms,
                         struct model_reply *reply)
{
    reply->due_ms = model_next_due(model, now_ms);
    reply->depth = model->queue.n;
    reply->flags = model_flags(model);
    reply->crash_info = "";
    reply->n_tasks = worker->n_last;
    reply->tasks = worker->n_last > 0 ? &worker->held.items[worker->held.n - worker->n_last] : NULL;
    reply->range_hi = -1;
    if (worker->has_suspect && worker->n_last > 0) {
        const struct model_crash *crash = model_find_crash(model, reply->tasks);
        reply->flags |= SKEP_FLAG_SUSPECT;
        reply->crashes = crash != NULL ? crash->n : 0;
        reply->crash_info = crash != NULL ? crash->info : "";
    }
    if (worker->has_range) {
        struct model_range range;
        (void)model_range_read(&worker->held.items[0], &range);
        reply->range_hi = range.hi;
        reply->tasks = worker->n_last > 0 ? model_range_given(model, &worker->held.items[0]) : NULL;
    }
}

int64_t model_count_results(const struct skep_cycle *cycle)
{
    int64_t n = cycle->range != NULL ? (int64_t)cycle->range->n_results : 0;

    for (size_t i = 0; i < cycle->n_verdicts; i++) {
        const struct skep_verdict *v = &cycle->verdicts[i];
        n += v->kind != SKEP_RETRY && v->result.bytes != NULL;
    }
    for (size_t i = 0; cycle->range != NULL && i < cycle->range->n_dead; i++) {
        n += cycle->range->dead[i].result.bytes != NULL;
    }
    return n;
}

enum model_state model_cycle(struct model *model, const struct model_request *request, int64_t now_ms,
                             struct model_reply *reply_out)
{
    const struct skep_cycle *cycle = request->cycle;
    struct model_worker *worker = model_find_worker(model, request->worker);
    unsigned flags; /* before anything is taken, and with it perhaps the last of a cancelled job */

    *reply_out = (struct model_reply){.crash_info = ""};
    if (worker == NULL) {
        model->stat.fenced +=
            !(cycle->leaves && cycle->n_verdicts == 0 && cycle->n_back == 0 && !request->has_range);
        model->stat.fenced_results += model_count_results(cycle);
        return MODEL_FENCED;
    }
    if (request->number == worker->n_cycles) {
        worker->beat++;
        model->stat.replays++;
        model_answer(model, worker, now_ms, reply_out);
        return MODEL_REPLAY;
    }
    if (request->number != worker->n_cycles + 1 || request->n_held != worker->held.n ||
        request->has_range != worker->has_range) {
        model->stat.out_of_step++;
        return MODEL_STEP;
    }
    if (worker->has_range && model_range_is_cut(worker, cycle)) {
        model_answer(model, worker, now_ms, reply_out);
        return MODEL_CUT;
    }
    worker->beat++;
    worker->n_cycles++;
    model_find_due(model, now_ms);
    if (worker->has_range) {
        model_range_settle(model, worker, cycle, now_ms);
    } else {
        model_settle(model, worker, cycle, now_ms);
        model_give_back(model, worker, cycle->n_back);
    }
    model_account(model, cycle->account);
    model_promote(model);
    flags = model_flags(model);
    model_take(model, worker, cycle, cycle->leaves || model_is_held_off(model) ? 0 : cycle->want);
    model_answer(model, worker, now_ms, reply_out);
    reply_out->flags = flags | (reply_out->flags & SKEP_FLAG_SUSPECT);
    if (cycle->leaves && worker->held.n == 0) {
        model_unregister(model, worker);
    }
    return MODEL_OK;
}

unsigned model_touch(struct model *model, const char *const *workers, size_t n, int64_t now_ms)
{
    model_find_due(model, now_ms);
    for (size_t i = 0; i < n; i++) {
        struct model_worker *worker = model_find_worker(model, workers[i]);
        if (worker != NULL) {
            worker->beat++;
        }
    }
    model_promote(model);
    model->has_pace = true;
    return model_flags(model) | (model->suspect.n > 0 ? SKEP_FLAG_SUSPECT : 0u);
}

/* ---- death ---- */

/* The place of the task that ran in what WORKER holds; it may be none of them. */
static int64_t model_place(const struct model_worker *worker, int64_t running)
{
    return running >= 0 ? running - (int64_t)worker->n_settled : running == SKEP_RUNNING_HEAD ? 0 : -1;
}

const struct record *model_peek(struct model *model, const char *name, int64_t running)
{
    const struct model_worker *worker = model_find_worker(model, name);
    int64_t at = worker != NULL ? model_place(worker, running) : -1;

    return at >= 0 && at < (int64_t)worker->held.n ? &worker->held.items[at] : NULL;
}

/* One task out of the hand of a dead slot: the one that ran has crashed, the others are nobody's fault. */
static void model_move(struct model *model, const struct model_worker *worker, struct record task,
                       bool has_crashed, const char *info)
{
    unsigned n = has_crashed ? model_count_crash(model, &task, info) : 0;

    model->stat.crashes += has_crashed;
    model->stat.crash_moved++;
    if (n >= MODEL_SUSPECT_CRASHES) {
        records_push_tail(&model->suspect, task);
    } else if (worker->has_suspect) {
        records_push_head(&model->suspect, task);
    } else {
        records_push_head(&model->queue, task);
    }
}

int64_t model_reap(struct model *model, const struct skep_death *death, int64_t now_ms)
{
    struct model_worker *worker = model_find_worker(model, death->worker);
    struct record settled = {0};
    int64_t moved = 0, at;

    if (worker == NULL || (death->observed >= 0 && death->observed != worker->beat)) {
        return -1;
    }
    at = model_place(worker, death->running);
    if (worker->has_range) {
        moved = model_range_reap(model, worker, death, at == 0, now_ms);
        model->stat.reaped++;
        model_unregister(model, worker);
        return moved;
    }
    for (int64_t i = (int64_t)worker->held.n - 1; i >= 0; i--) {
        struct record task = records_pop_tail(&worker->held);
        if (i == at && death->verdict != NULL) {
            settled = task;
        } else {
            model_move(model, worker, task, i == at, death->info);
            moved++;
        }
    }
    if (settled.bytes != NULL) {
        model_settle_task(model, death->verdict, settled, now_ms);
        model_drop_letters(model, death->verdict->kind == SKEP_BURY);
        if (death->verdict->kind != SKEP_RETRY) {
            model_end_cancellation(model, death->verdict->job);
        }
        model_account(model, death->account);
    }
    model->stat.reaped++;
    model_unregister(model, worker);
    return moved;
}
