/* SPDX-License-Identifier: MIT */
#include "settle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/entropy.h"
#include "crash.h"
#include "settle_write.h"
#include "task/timestamp.h"

enum { SETTLE_CRASH_LIMIT = 3, SETTLE_TOLD_CRASHES = 5, SETTLE_RETRY_AFTER_MAX_S = 30 * 86400 };

/* What the task itself may allocate, or what its slot may have: whichever is met first. */
static uint64_t settle_memory_bytes(const struct skep_worker_settings *settings)
{
    uint64_t slot_bytes = settings->task_memory_bytes;

    return slot_bytes > 0 && slot_bytes < settings->memory_bytes ? slot_bytes : settings->memory_bytes;
}

struct skep_policy skep_settle_policy(const struct skep_worker_settings *settings)
{
    return (struct skep_policy){
        .retries = (unsigned)settings->retries,
        .backoff_s = settings->backoff_s,
        .backoff_max_s = settings->backoff_max_s,
        .crashes = SETTLE_CRASH_LIMIT,
        .task_time_s = settings->task_time_s,
        .memory_bytes = settle_memory_bytes(settings),
    };
}

double skep_settle_time_s(const struct skep_policy *policy, double own_s)
{
    double most_s = policy->task_time_s;

    return own_s > 0 && (most_s <= 0 || own_s <= most_s) ? own_s : most_s;
}

skep_status skep_settle_timeout(const struct skep_policy *policy, double own_s, struct skep_error *err)
{
    double limit_s = skep_settle_time_s(policy, own_s);
    bool is_own = own_s > 0 && own_s <= limit_s;

    skep_error_clear(err);
    return skep_error_set(err, SKEP_E_TIMEOUT, "it ran longer than %s of %g s",
                          is_own ? "its timeout_s" : "the worker's --task-time", limit_s);
}

const char *skep_settle_job(const struct skep_work *work)
{
    return work->header.job != NULL ? work->header.job : work->task.job;
}

/* ---- the verdicts ---- */

static void settle_bury(const struct skep_attempt *attempt, const struct skep_work *work,
                        const struct skep_outcome *outcome, struct skep_buf *bytes,
                        struct skep_settled *settled)
{
    settled->kind = SKEP_BURY;
    settled->cause = outcome->status;
    skep_settle_write_end(attempt, work, outcome, bytes, settled);
    skep_settle_write_dead(attempt, work, outcome, bytes, settled);
}

static void settle_cancel(const struct skep_attempt *attempt, const struct skep_work *work,
                          const struct skep_outcome *outcome, struct skep_buf *bytes,
                          struct skep_settled *settled)
{
    settled->kind = SKEP_CANCEL;
    settled->cause = outcome->status;
    skep_settle_write_end(attempt, work, outcome, bytes, settled);
    settled->id_n = skep_settle_write_text(work->id, bytes, &settled->id_at);
}

/* Anywhere between nothing and twice the last bound ("full jitter"): tasks that failed together do not come
 * back together. What the kernel asks for comes before that, for the same reason. */
static int64_t settle_delay_ms(const struct skep_policy *policy, const struct skep_work *work,
                               double retry_after_s)
{
    double bound_s = work->task.backoff_s > 0 ? work->task.backoff_s : policy->backoff_s;

    for (unsigned i = 0; i < work->header.tries && bound_s < policy->backoff_max_s; i++) {
        bound_s *= 2;
    }
    if (bound_s > policy->backoff_max_s) {
        bound_s = policy->backoff_max_s;
    }
    bound_s *= (double)(skep_entropy_u64() >> 11) * 0x1p-53;
    if (retry_after_s > 0) { /* not a NaN */
        bound_s += retry_after_s < SETTLE_RETRY_AFTER_MAX_S ? retry_after_s : SETTLE_RETRY_AFTER_MAX_S;
    }
    return (int64_t)(bound_s * 1000);
}

static unsigned settle_retries(const struct skep_policy *policy, const struct skep_work *work)
{
    return work->task.has_retries ? work->task.retries : policy->retries;
}

static void settle_retry(const struct skep_policy *policy, const struct skep_attempt *attempt,
                         const struct skep_work *work, const struct skep_outcome *outcome,
                         struct skep_buf *bytes, struct skep_settled *settled)
{
    struct skep_header header = work->header;

    skep_settle_add_event(&header, attempt, outcome);
    header.tries++;
    settled->kind = SKEP_RETRY;
    settled->cause = outcome->status;
    settled->delay_ms = settle_delay_ms(policy, work, outcome->retry_after_s);
    skep_settle_write_retry(work, &header, bytes, settled);
}

void skep_settle_again(const struct skep_policy *policy, const struct skep_attempt *attempt,
                       const struct skep_work *work, const struct skep_outcome *outcome,
                       struct skep_buf *bytes, struct skep_settled *settled_out)
{
    *settled_out = (struct skep_settled){.kind = SKEP_RETRY};
    settle_retry(policy, attempt, work, outcome, bytes, settled_out);
}

/* The same words with limit and peak, where memory was refused while the task ran. */
static void settle_tell_memory(const struct skep_policy *policy, const struct skep_attempt *attempt,
                               const struct skep_outcome *outcome, struct skep_outcome *told)
{
    const double mib = 1024 * 1024;

    if (told->status == outcome->status || policy->memory_bytes == 0) {
        return;
    }
    skep_error_clear(&told->err);
    (void)skep_error_set(&told->err, told->status, "%.150s (limit %.1f MiB, peak resident %.1f MiB)",
                         skep_error_text(&outcome->err, outcome->status), (double)policy->memory_bytes / mib,
                         (double)attempt->usage.peak_rss_bytes / mib);
}

void skep_settle(const struct skep_policy *policy, const struct skep_attempt *attempt,
                 const struct skep_work *work, const struct skep_outcome *outcome, struct skep_buf *bytes,
                 struct skep_settled *settled_out)
{
    struct skep_outcome told = *outcome;

    *settled_out = (struct skep_settled){.kind = SKEP_DONE};
    told.status = skep_outcome_cause(outcome->status);
    settle_tell_memory(policy, attempt, outcome, &told);
    if (told.status == SKEP_OK) {
        skep_settle_write_end(attempt, work, &told, bytes, settled_out);
    } else if (told.status == SKEP_E_CANCELLED) {
        settle_cancel(attempt, work, &told, bytes, settled_out);
    } else if (skep_status_kind(told.status) == SKEP_TRANSIENT &&
               work->header.tries < settle_retries(policy, work)) {
        settle_retry(policy, attempt, work, &told, bytes, settled_out);
    } else {
        settle_bury(attempt, work, &told, bytes, settled_out);
    }
}

void skep_settle_cancelled(const struct skep_attempt *attempt, const struct skep_work *work,
                           struct skep_buf *bytes, struct skep_settled *settled_out)
{
    struct skep_outcome outcome = {.status = SKEP_E_CANCELLED};

    (void)skep_error_set(&outcome.err, SKEP_E_CANCELLED, "cancelled before it ran");
    *settled_out = (struct skep_settled){.kind = SKEP_CANCEL};
    settle_cancel(attempt, work, &outcome, bytes, settled_out);
    settled_out->cause = SKEP_OK; /* there was no attempt */
}

static skep_status settle_expired(const struct skep_work *work, struct skep_error *err)
{
    char until[SKEP_TIMESTAMP_BYTES];

    skep_timestamp_format(work->task.expires_ms, until);
    if (work->task.not_before_ms >= work->task.expires_ms) {
        return skep_error_set(err, SKEP_E_EXPIRED,
                              "it was to run only until %s, and not before a time that comes later", until);
    }
    return skep_error_set(err, SKEP_E_EXPIRED, "it was to run only until %s and was taken too late", until);
}

/* It took its slots with it as often as it may. Every time is in its history, and then the verdict. */
static void settle_bury_crashed(const struct skep_attempt *attempt, const struct skep_work *work,
                                unsigned crashes, const char *crash_info, struct skep_buf *bytes,
                                struct skep_settled *settled)
{
    struct skep_crash known[SETTLE_TOLD_CRASHES];
    size_t n = skep_crash_read(crash_info, known, SETTLE_TOLD_CRASHES);
    const struct skep_crash *last = &known[n - 1];
    struct skep_work crashed = *work;
    struct skep_outcome outcome = {.status = last->cause};

    for (size_t i = 0; i < n; i++) {
        const struct skep_header_event event = {
            .attempt = work->header.tries + 1,
            .at_ms = known[i].at_ms,
            .cause = skep_status_word(known[i].cause),
            .worker = known[i].worker,
            .message = known[i].words,
        };
        skep_header_add_event(&crashed.header, &event);
    }
    (void)skep_error_set(&outcome.err, last->cause, "%s %u times; the last time: %s",
                         last->cause == SKEP_E_LOST_WORKER ? "the worker that ran it vanished or crashed"
                                                           : "the slot that ran it died",
                         crashes, last->words);
    settle_bury(attempt, &crashed, &outcome, bytes, settled);
}

/* Of an agent's verdicts: limit.c knows no other ends that are tried again. */
static skep_status settle_find_cause(const char *word)
{
    return strcmp(word, skep_status_word(SKEP_E_TIMEOUT)) == 0 ? SKEP_E_TIMEOUT : SKEP_E_MEMORY_LIMIT;
}

/* The last of its tries was one whose slot had to be ended, by an agent, who knows no spec: the verdict of
 * then is given now. */
static void settle_bury_used_up(const struct skep_work *work, struct skep_buf *bytes,
                                struct skep_settled *settled)
{
    struct skep_work last = *work;
    const struct skep_header_event *event = &work->header.events[work->header.n_events - 1];
    const struct skep_attempt attempt = {
        .worker = event->worker, .started_ms = event->at_ms, .finished_ms = event->at_ms};
    struct skep_outcome outcome = {.status = settle_find_cause(event->cause)};

    (void)skep_error_set(&outcome.err, outcome.status, "%s", event->message);
    last.header.n_events--;
    last.header.tries--;
    settle_bury(&attempt, &last, &outcome, bytes, settled);
    settled->cause = SKEP_OK; /* the attempt was counted then */
}

bool skep_settle_unrun(const struct skep_policy *policy, const struct skep_attempt *attempt,
                       const struct skep_work *work, unsigned crashes, const char *crash_info,
                       struct skep_buf *bytes, struct skep_settled *settled_out)
{
    struct skep_outcome outcome = {.status = work->status, .err = work->err};

    *settled_out = (struct skep_settled){.kind = SKEP_BURY};
    if (crashes >= policy->crashes) {
        settle_bury_crashed(attempt, work, crashes, crash_info, bytes, settled_out);
        return true;
    }
    if (work->header.is_range && work->header.tries > settle_retries(policy, work) &&
        work->header.n_events > 0) {
        settle_bury_used_up(work, bytes, settled_out);
        return true;
    }
    if (work->status == SKEP_OK && work->task.expires_ms > 0 &&
        (attempt->now_ms >= work->task.expires_ms || work->task.not_before_ms >= work->task.expires_ms)) {
        outcome.status = settle_expired(work, &outcome.err);
    } else if (work->status == SKEP_OK && work->task.not_before_ms > attempt->now_ms) {
        settled_out->kind = SKEP_RETRY;
        settled_out->delay_ms = work->task.not_before_ms - attempt->now_ms;
        skep_settle_write_retry(work, &work->header, bytes, settled_out);
        return true;
    }
    if (outcome.status == SKEP_OK) {
        return false;
    }
    outcome.status = skep_outcome_cause(outcome.status);
    settle_bury(attempt, work, &outcome, bytes, settled_out);
    return true;
}

struct skep_verdict skep_settled_verdict(const struct skep_settled *settled, const struct skep_buf *bytes)
{
    const struct skep_settled *s = settled;
    const char *at = bytes->bytes;

    return (struct skep_verdict){
        .kind = s->kind,
        .result = {s->result_n > 0 ? at + s->result_at : NULL, s->result_n},
        .record = {s->record_n > 0 ? at + s->record_at : NULL, s->record_n},
        .delay_ms = s->delay_ms,
        .job = s->job_n > 0 ? at + s->job_at : NULL,
        .id = s->id_n > 0 ? at + s->id_at : NULL,
    };
}

const char *skep_settle_name_index(const char *job, int64_t index, char *text, size_t size)
{
    snprintf(text, size, "%s.%" PRId64, job, index);
    return text;
}

void skep_settle_count(struct skep_metrics *metrics, enum skep_verdict_kind kind)
{
    static const enum skep_metric words[] = {
        [SKEP_DONE] = SKEP_METRIC_TASKS_DONE,
        [SKEP_RETRY] = SKEP_METRIC_TASKS_RETRIED,
        [SKEP_BURY] = SKEP_METRIC_TASKS_BURIED,
        [SKEP_CANCEL] = SKEP_METRIC_TASKS_CANCELLED,
    };

    skep_metrics_add(metrics, words[kind], 1);
    if (kind == SKEP_RETRY || kind == SKEP_BURY) {
        skep_metrics_add(metrics, SKEP_METRIC_TASKS_FAILED, 1);
    }
}
