/* SPDX-License-Identifier: MIT */
#include "model.h"

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

static void model_unregister(struct model *model, struct model_worker *worker)
{
    assert(worker->held.n == 0);
    records_release(&worker->held);
    model->n_workers--;
    *worker = model->workers[model->n_workers];
}

size_t model_n_held(const struct model *model)
{
    size_t n = 0;

    for (size_t i = 0; i < model->n_workers; i++) {
        n += model->workers[i].held.n;
    }
    return n;
}

/* ---- crashes ---- */

static struct model_crash *model_find_crash(struct model *model, const struct record *record)
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

static unsigned model_count_crash(struct model *model, const struct record *record, const char *info)
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

static void model_forgive(struct model *model, const struct record *record)
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

/* Equal bytes can wait there only once: the second record goes to the queue. */
static void model_delay(struct model *model, const struct skep_bytes *bytes, int64_t due_ms)
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

/* What is due at NOW_MS is looked up before anything is changed... */
static void model_find_due(struct model *model, int64_t now_ms)
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

/* ... and goes to the head of the queue, the earliest first. */
static void model_promote(struct model *model)
{
    model->stat.promoted += (int64_t)model->due.n;
    while (model->due.n > 0) {
        records_push_head(&model->queue, records_pop_tail(&model->due));
    }
}

static int64_t model_next_due(const struct model *model, int64_t now_ms)
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

/* ---- jobs ---- */

static struct model_job *model_seek_job(struct model *model, const char *name)
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

static void model_uncancel(struct model *model, const char *what, const char *name)
{
    size_t i = model_seek_cancel(model, what, name);

    if (i < model->n_cancels) {
        memmove(model->cancels[i], model->cancels[model->n_cancels - 1], sizeof model->cancels[i]);
        model->n_cancels--;
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
    if (!model_is_cancelled(model, what, name)) {
        assert(model->n_cancels < MODEL_CANCELS_MAX);
        snprintf(model->cancels[model->n_cancels++], MODEL_NAME_BYTES, "%s:%s", what, name);
    }
    return 1;
}

void model_fade_cancellations(struct model *model)
{
    for (size_t i = 0; i < model->n_cancels;) {
        const char *field = model->cancels[i];
        if (strncmp(field, "job:", 4) == 0 && model_seek_job(model, field + 4) != NULL) {
            i++;
        } else {
            memmove(model->cancels[i], model->cancels[model->n_cancels - 1], sizeof model->cancels[i]);
            model->n_cancels--;
        }
    }
}

skep_status model_forget_job(struct model *model, const char *name, bool is_forced)
{
    struct model_job *job = model_seek_job(model, name);
    int64_t n_put = (int64_t)model_push_offset(model, name);
    bool is_over = job != NULL && model_job_over(job) >= (job->is_cancelled ? n_put : job->n_announced);

    bool is_note_alone = job == NULL && n_put == 0;

    if (is_note_alone && !model_is_cancelled(model, "job", name)) {
        return SKEP_EMPTY;
    }
    if (!is_over && !is_forced) {
        return SKEP_E_CONFLICT;
    }
    if (is_over || is_note_alone) {
        model_uncancel(model, "job", name);
    }
    if (job != NULL) {
        *job = model->jobs[--model->n_jobs];
    }
    model_forget_push(model, name);
    return SKEP_OK;
}

/* Whoever was over: 0 done, 1 failed for good, 2 cancelled. */
static void model_count(struct model *model, const char *name, int what, int64_t n)
{
    struct model_job *job = name != NULL ? model_seek_job(model, name) : NULL;

    if (job != NULL) {
        job->n[what] += n;
        job->is_told[what] = true;
    }
}

/* A cancelled job of which nothing is left need not be looked for. */
static void model_end_cancellation(struct model *model, const char *name)
{
    const struct model_job *job = name != NULL ? model_seek_job(model, name) : NULL;
    int64_t n_put = job != NULL ? (int64_t)model_push_offset(model, name) : 0;

    if (n_put > 0 && model_job_over(job) >= n_put && model_is_cancelled(model, "job", name)) {
        model->n_dropped++;
        model_uncancel(model, "job", name);
    }
}

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
static void model_drop_letters(struct model *model, size_t n)
{
    int64_t most = model->max_dead < 0 ? SKEP_MAX_DEAD : model->max_dead;
    size_t n_most = n + 1000;

    while (n > 0 && most > 0 && (int64_t)model->dead.n > most && n_most-- > 0) {
        records_push_tail(&model->dropped, records_pop_head(&model->dead));
        model->stat.dead_dropped++;
    }
}

/* What becomes of one task. Dead letters that are too many are left to the caller. */
static void model_settle_task(struct model *model, const struct skep_verdict *v, struct record task,
                              int64_t now_ms)
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

/* A suspect that was not run stays one. */
static void model_give_back(struct model *model, struct model_worker *worker, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct records *home = worker->has_suspect ? &model->suspect : &model->queue;
        records_push_head(home, records_pop_tail(&worker->held));
    }
    model->stat.given_back += (int64_t)n;
}

static void model_take(struct model *model, struct model_worker *worker, size_t want)
{
    size_t share = (model->queue.n + 2 * model->n_workers - 1) / (2 * model->n_workers);

    worker->n_last = 0;
    if (worker->has_suspect && worker->held.n > 0) {
        return; /* it is run alone */
    }
    worker->has_suspect = want > 0 && model->suspect.n > 0 && worker->held.n == 0;
    if (worker->has_suspect) {
        records_push_tail(&worker->held, records_pop_head(&model->suspect));
        worker->n_last = 1;
    } else {
        while (worker->n_last < want && worker->n_last < share) {
            records_push_tail(&worker->held, records_pop_head(&model->queue));
            worker->n_last++;
        }
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
    reply->tasks = worker->held.items + (worker->held.n - worker->n_last);
    if (worker->has_suspect && worker->n_last > 0) {
        const struct model_crash *crash = model_find_crash(model, reply->tasks);
        reply->flags |= SKEP_FLAG_SUSPECT;
        reply->crashes = crash != NULL ? crash->n : 0;
        reply->crash_info = crash != NULL ? crash->info : "";
    }
}

enum model_state model_cycle(struct model *model, const struct model_request *request, int64_t now_ms,
                             struct model_reply *reply_out)
{
    const struct skep_cycle *cycle = request->cycle;
    struct model_worker *worker = model_find_worker(model, request->worker);

    *reply_out = (struct model_reply){.crash_info = ""};
    if (worker == NULL) {
        model->stat.fenced += !(cycle->leaves && cycle->n_verdicts == 0 && cycle->n_back == 0);
        for (size_t i = 0; i < cycle->n_verdicts; i++) {
            const struct skep_verdict *v = &cycle->verdicts[i];
            model->stat.fenced_results += v->kind != SKEP_RETRY && v->result.bytes != NULL;
        }
        return MODEL_FENCED;
    }
    if (request->number == worker->n_cycles) {
        worker->beat++;
        model->stat.replays++;
        model_answer(model, worker, now_ms, reply_out);
        return MODEL_REPLAY;
    }
    if (request->number != worker->n_cycles + 1 || request->n_held != worker->held.n) {
        model->stat.out_of_step++;
        return MODEL_STEP;
    }
    worker->beat++;
    worker->n_cycles++;
    model_find_due(model, now_ms);
    model_settle(model, worker, cycle, now_ms);
    model_give_back(model, worker, cycle->n_back);
    model_promote(model);
    model_take(model, worker, cycle->leaves || model_is_held_off(model) ? 0 : cycle->want);
    model_answer(model, worker, now_ms, reply_out);
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
    }
    model->stat.reaped++;
    model_unregister(model, worker);
    return moved;
}

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

/* ---- keys ---- */

size_t model_n_keys(const struct model *model)
{
    static const struct skep_stat no_stat;
    size_t n = 1;

    n += model->queue.n > 0;
    n += model->out.n > 0;
    n += model->dead.n > 0;
    n += model->suspect.n > 0;
    n += model->n_delayed > 0;
    n += model->n_workers > 0 ? 2 : 0;
    for (size_t i = 0; i < model->n_workers; i++) {
        n += model->workers[i].held.n > 0;
    }
    n += model->n_crashes > 0;
    n += model->n_pushes > 0;
    n += model->n_jobs > 0;
    n += model->n_cancels > 0;
    n += memcmp(&model->stat, &no_stat, sizeof no_stat) != 0 || model->reader_call > 0;
    n += model->is_pause_set || model->max_depth >= 0 || model->max_results >= 0 || model->max_dead >= 0;
    n += model->mark[0] != '\0';
    return n;
}
