/* SPDX-License-Identifier: MIT */
#include "reaper.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "crash.h"
#include "index_work.h"
#include "queue/beat.h"
#include "sweep/order.h"

enum {
    REAPER_KEEP_BYTES = 1 << 20,
    REAPER_MAX_BYTES = 256 << 20,
    REAPER_MAX_MOURNED = 4 /* for each slot and queue */
};

skep_status skep_reaper_init(struct skep_reaper *reaper, struct skep_crew *crew, const struct skep_keys *keys,
                             struct skep_error *err)
{
    *reaper = (struct skep_reaper){
        .crew = crew,
        .keys = keys,
        .policy = skep_settle_policy(crew->settings),
        .run = {.limits = {.record_bytes = (size_t)crew->settings->record_bytes}},
        .max_mourned = REAPER_MAX_MOURNED * (size_t)crew->n * crew->settings->queues.n,
    };
    skep_arena_init(&reaper->arena, REAPER_MAX_BYTES);
    skep_buf_init(&reaper->bytes, REAPER_MAX_BYTES);
    reaper->mourned = skep_calloc(reaper->max_mourned, sizeof *reaper->mourned);
    return reaper->mourned != NULL ? SKEP_OK
                                   : skep_error_set(err, SKEP_E_NOMEM, "no memory for %d slots", crew->n);
}

void skep_reaper_release(struct skep_reaper *reaper)
{
    for (size_t i = 0; i < reaper->n_mourned; i++) {
        skep_obituary_release(&reaper->mourned[i]);
    }
    skep_arena_release(&reaper->arena);
    skep_buf_release(&reaper->bytes);
    skep_free(reaper->mourned);
    reaper->mourned = NULL;
}

void skep_reaper_mourn(struct skep_reaper *reaper, const struct skep_obituary *obituary)
{
    if (reaper->n_mourned < reaper->max_mourned) {
        reaper->mourned[reaper->n_mourned++] = *obituary;
    } else {
        struct skep_obituary forgotten = *obituary;
        skep_obituary_release(&forgotten);
    }
}

/* *IS_OURS_OUT: nobody else was first. */
static skep_status reaper_reap(struct skep_conn *conn, const struct skep_keys *keys,
                               const struct skep_death *death, bool *is_ours_out, struct skep_error *err)
{
    struct skep_death told = *death;
    char line[SKEP_CRASH_BYTES];
    int64_t moved;
    skep_status st;

    told.info = skep_crash_write(death->info, death->worker, skep_wall_ms(), line);
    st = skep_reap(conn, keys, &told, &moved, err);
    *is_ours_out = st == SKEP_OK && moved >= 0;
    if (*is_ours_out) {
        skep_log(SKEP_LOG_WARN, "slot-reaped", "queue=%s worker=%s tasks=%" PRId64 " %s", keys->name,
                 death->worker, moved, death->info);
    }
    return st;
}

/* ---- the verdict on a task whose slot we had to end ---- */

static double reaper_mib(int64_t bytes)
{
    return (double)bytes / (1 << 20);
}

/* Why it was ended, with the limit and the memory that the slot had. */
static struct skep_outcome reaper_outcome(const struct skep_reaper *reaper,
                                          const struct skep_obituary *obituary, const struct skep_work *work)
{
    double peak_mib = reaper_mib(obituary->peak_bytes);
    struct skep_outcome outcome = {0};
    struct skep_error why = {0};

    switch (obituary->ended_for) {
    case SKEP_STOP_CANCEL:
        outcome.status = skep_error_set(&outcome.err, SKEP_E_CANCELLED,
                                        "cancelled while it ran; it did not stop, and its slot was ended");
        break;
    case SKEP_STOP_MEMORY:
        outcome.status = skep_error_set(
            &outcome.err, SKEP_E_MEMORY_LIMIT,
            "its slot had %.1f MiB of memory of its own and was ended; --task-memory is %.1f MiB "
            "(peak resident %.1f MiB)",
            reaper_mib(obituary->own_bytes), reaper_mib((int64_t)reaper->crew->settings->task_memory_bytes),
            peak_mib);
        break;
    default:
        (void)skep_settle_timeout(&reaper->policy, work->task.timeout_s, &why);
        outcome.status = skep_error_set(
            &outcome.err, SKEP_E_TIMEOUT,
            "%.160s; it did not stop, and its slot was ended (peak resident %.1f MiB)", why.text, peak_mib);
    }
    return outcome;
}

/* An index of a range job. What is left of its tries the agent leaves to whoever takes it: a dead
 * letter tells what a task was, which takes its job's inputs to say. */
static void reaper_settle_index(struct skep_reaper *reaper, const struct skep_attempt *attempt,
                                const struct skep_work *work, const struct skep_outcome *outcome,
                                struct skep_settled *settled)
{
    if (outcome->status == SKEP_E_CANCELLED) {
        *settled = (struct skep_settled){.kind = SKEP_CANCEL, .cause = outcome->status};
    } else {
        skep_settle_again(&reaper->policy, attempt, work, outcome, &reaper->bytes, settled);
    }
}

/* What ran when the slot ended. */
struct reaper_task {
    struct skep_work work;
    int64_t index; /* -1: none, or not known */
    char id[SKEP_RANGE_JOB_BYTES + 24];
};

/* The task at POSITION, as far as its line and its spec tell. */
static void reaper_read_index(struct skep_reaper *reaper, const char *bytes, size_t n, int64_t position,
                              struct reaper_task *task)
{
    struct skep_header header;
    struct skep_sweep sweep = {0};
    const char *spec;
    size_t spec_n;
    struct skep_error err = {0};

    if (skep_header_parse(bytes, n, &reaper->arena, &header, &spec, &spec_n, &err) == SKEP_OK &&
        skep_sweep_parse(spec, spec_n, &reaper->run.limits, &reaper->arena, &sweep, &err) != SKEP_OK) {
        sweep = (struct skep_sweep){0}; /* it was forgotten: the policy's bounds are its own */
    }
    task->work = skep_index_work_of(&sweep, &header, position);
    if (sweep.n > position && header.job != NULL) {
        task->index = skep_order_index(&sweep, position);
        (void)skep_settle_name_index(header.job, task->index, task->id, sizeof task->id);
    }
}

/* It lives in memory of the reaper.
 *   SKEP_E_NOMEM */
static skep_status reaper_read_task(struct skep_reaper *reaper, const struct skep_obituary *obituary,
                                    struct skep_bytes record, struct reaper_task *task,
                                    struct skep_error *err)
{
    const char *copy;

    skep_arena_reset(&reaper->arena, REAPER_KEEP_BYTES);
    copy = skep_arena_strndup(&reaper->arena, record.bytes, record.n);
    if (copy == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a record of %zu bytes", record.n);
    }
    task->index = -1;
    task->id[0] = '\0';
    if (obituary->position >= 0) {
        reaper_read_index(reaper, copy, record.n, obituary->position, task);
        return SKEP_OK;
    }
    skep_work_read(&reaper->run, copy, record.n, &reaper->arena, &task->work);
    task->index = task->work.header.has_index ? (int64_t)task->work.header.index : -1;
    if (!task->work.is_id_made_up) {
        snprintf(task->id, sizeof task->id, "%s", task->work.id);
    }
    return SKEP_OK;
}

/* What the task printed before the end. */
static skep_status reaper_tell_last_words(const struct skep_reaper *reaper, struct skep_conn *conn,
                                          const struct skep_obituary *obituary,
                                          const struct reaper_task *task, struct skep_error *err)
{
    const struct skep_logs_entry entry = {
        .job = skep_settle_job(&task->work),
        .id = task->id,
        .index = task->index,
        .attempt = task->work.header.tries + 1,
        .worker = obituary->worker,
        .host = reaper->crew->host,
        .slot = obituary->slot,
    };

    return skep_last_words_tell(obituary->last_words, conn, &reaper->keys[obituary->lane], &entry, err);
}

/* What the attempt has used, as far as an agent knows. */
static const struct skep_account_news *reaper_account(struct skep_reaper *reaper,
                                                      const struct reaper_task *task,
                                                      const struct skep_attempt *attempt,
                                                      const struct skep_settled *settled)
{
    int64_t now_ns = attempt->computed_ns;
    struct skep_work work = task->work;
    struct skep_spent spent;

    work.header.has_index = task->index >= 0;
    work.header.index = (uint64_t)task->index;
    skep_spent_fill(&spent, attempt, &work, settled, now_ns, &reaper->bytes);
    skep_account_begin(&reaper->account, attempt->host, attempt->slot);
    skep_account_add(&reaper->account, &spent, reaper->bytes.bytes);
    return skep_account_tell(&reaper->account, NULL, attempt->worker, now_ns / 1000000);
}

/* The verdict on it, for DEATH, in memory of the reaper.
 *   SKEP_E_NOMEM */
static skep_status reaper_judge(struct skep_reaper *reaper, const struct skep_obituary *obituary,
                                const struct reaper_task *task, struct skep_verdict *verdict_out,
                                struct skep_death *death, struct skep_error *err)
{
    const struct skep_work *work = &task->work;
    int64_t now_ns = skep_monotonic_ns();
    int64_t ran_ns = obituary->ran_ms * 1000000 < now_ns ? obituary->ran_ms * 1000000 : 0;
    struct skep_attempt attempt = {
        .worker = obituary->worker,
        .host = reaper->crew->host,
        .slot = obituary->slot,
        .started_ms = obituary->died_ms - obituary->ran_ms,
        .finished_ms = obituary->died_ms,
        .now_ms = obituary->died_ms,
        .usage = {.run_s = (double)obituary->ran_ms / 1000, .peak_rss_bytes = obituary->peak_bytes},
        .output = obituary->last_words != NULL ? obituary->last_words->tails.of : NULL,
        .began_ns = now_ns - ran_ns,
        .bound_ns = now_ns - ran_ns,
        .computed_ns = now_ns,
    };
    struct skep_outcome outcome = reaper_outcome(reaper, obituary, work);
    struct skep_settled settled;

    skep_buf_reset(&reaper->bytes);
    if (obituary->position < 0) {
        skep_settle(&reaper->policy, &attempt, work, &outcome, &reaper->bytes, &settled);
    } else {
        reaper_settle_index(reaper, &attempt, work, &outcome, &settled);
    }
    if (skep_buf_failed(&reaper->bytes)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the verdict on a task");
    }
    if (reaper->crew->settings->keeps_accounts) {
        death->account = reaper_account(reaper, task, &attempt, &settled);
    }
    *verdict_out = skep_settled_verdict(&settled, &reaper->bytes);
    death->verdict = verdict_out;
    return SKEP_OK;
}

/* What ran is looked up where something is to be said of it. SKEP_EMPTY: it was settled before the end came,
 * or is others' by now. */
static skep_status reaper_look_up(struct skep_reaper *reaper, struct skep_conn *conn,
                                  const struct skep_obituary *obituary, struct skep_death *death,
                                  struct skep_verdict *verdict, struct skep_error *err)
{
    struct reaper_task task;
    struct skep_bytes record;
    skep_status st = skep_peek_running(conn, &reaper->keys[obituary->lane], obituary->worker,
                                       obituary->running, &record, err);

    if (st == SKEP_OK) {
        st = reaper_read_task(reaper, obituary, record, &task, err);
    }
    if (st == SKEP_OK && obituary->last_words != NULL) {
        st = reaper_tell_last_words(reaper, conn, obituary, &task, err);
    }
    if (st == SKEP_OK && obituary->ended_for != SKEP_STOP_NONE) {
        st = reaper_judge(reaper, obituary, &task, verdict, death, err);
    }
    return st;
}

static skep_status reaper_bury(struct skep_reaper *reaper, struct skep_conn *conn,
                               const struct skep_obituary *obituary, struct skep_error *err)
{
    const struct skep_keys *keys = &reaper->keys[obituary->lane];
    struct skep_death death = {
        .worker = obituary->worker,
        .observed = -1,
        .running = obituary->running,
        .position = obituary->position,
        .info = obituary->info,
    };
    struct skep_verdict verdict;
    bool is_ours;
    skep_status st;

    if (obituary->ended_for != SKEP_STOP_NONE || obituary->last_words != NULL) {
        st = reaper_look_up(reaper, conn, obituary, &death, &verdict, err);
        if (st == SKEP_EMPTY) {
            death.running = SKEP_RUNNING_NONE;
        } else if (st != SKEP_OK) {
            return st;
        }
    }
    st = reaper_reap(conn, keys, &death, &is_ours, err);
    if (is_ours && death.verdict != NULL) {
        skep_settle_count(&reaper->crew->metrics, verdict.kind);
    }
    return st;
}

skep_status skep_reaper_bury_all(struct skep_reaper *reaper, struct skep_conn *conn, struct skep_error *err)
{
    size_t n = reaper->n_mourned;
    skep_status st = SKEP_OK;

    reaper->n_mourned = 0;
    for (size_t i = 0; i < n; i++) {
        struct skep_obituary *obituary = &reaper->mourned[i];
        struct skep_error why = {0};
        skep_status one = st == SKEP_OK ? reaper_bury(reaper, conn, obituary, &why) : st;
        if (one == SKEP_OK) {
            skep_obituary_release(obituary);
            continue;
        }
        reaper->mourned[reaper->n_mourned++] = *obituary;
        if (one == SKEP_E_UNWELL && skep_conn_is_open(conn)) {
            skep_log(SKEP_LOG_WARN, "redis-retry", "queue=%s doing=reap reason=\"%s\"",
                     reaper->keys[obituary->lane].name, skep_error_text(&why, one));
        } else if (st == SKEP_OK) {
            *err = why;
            st = one;
        }
    }
    return st;
}

skep_status skep_reaper_declare_lost(const struct skep_reaper *reaper, struct skep_conn *conn,
                                     const struct skep_keys *keys, const char *worker, int64_t beat,
                                     struct skep_error *err)
{
    char info[160];
    bool is_ours;
    const struct skep_death death = {
        .worker = worker, .observed = beat, .running = SKEP_RUNNING_HEAD, .position = -1, .info = info};

    snprintf(info, sizeof info, "cause=lost-worker silent for %d ms, seen from host=%s", SKEP_LEASE_MS,
             reaper->crew->host);
    return reaper_reap(conn, keys, &death, &is_ours, err);
}
