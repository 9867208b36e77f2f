/* SPDX-License-Identifier: MIT */
/* What is told of queues. */
#include <math.h>
#include <string.h>

#include "families.h"
#include "text.h"

/* ---- numbers ---- */

#define FAMILIES_NUMBER(name, value)                                                                         \
    static double families_##name(const struct skep_export_queue *queue, int64_t now_ms)                     \
    {                                                                                                        \
        const struct skep_overview *o = queue->overview;                                                     \
        (void)now_ms;                                                                                        \
        return (double)(value);                                                                              \
    }
FAMILIES_NUMBER(waiting, o->status.n_waiting)
FAMILIES_NUMBER(left, o->n_left)
FAMILIES_NUMBER(held, o->status.n_held)
FAMILIES_NUMBER(delayed, o->status.n_delayed)
FAMILIES_NUMBER(suspect, o->status.n_suspect)
FAMILIES_NUMBER(dead, o->status.n_dead)
FAMILIES_NUMBER(results, o->status.n_results)
FAMILIES_NUMBER(oldest, o->oldest_ms >= 0 ? (double)o->oldest_ms / 1e3 : NAN)
FAMILIES_NUMBER(cycle_age, o->cycle_age_ms >= 0 ? (double)o->cycle_age_ms / 1e3 : NAN)
FAMILIES_NUMBER(paused, o->status.is_paused)
FAMILIES_NUMBER(max_depth, o->status.max_depth)
FAMILIES_NUMBER(max_results, o->status.max_results)
FAMILIES_NUMBER(hosts, o->n_hosts)
FAMILIES_NUMBER(workers, o->n_workers)
FAMILIES_NUMBER(slots, o->n_slots)
FAMILIES_NUMBER(busy, o->n_busy)
FAMILIES_NUMBER(out, o->status.n_out)
FAMILIES_NUMBER(reconnects, o->account.reconnects)
#define FAMILIES_STAT(name, help) FAMILIES_NUMBER(stat_##name, o->status.stat.name)
SKEP_STAT_MAP(FAMILIES_STAT)
#undef FAMILIES_STAT
#undef FAMILIES_NUMBER

/* Memory is known of those slots that have told. */
static double families_memory(const struct skep_export_queue *queue, int64_t now_ms)
{
    double bytes = 0;

    (void)now_ms;
    for (size_t i = 0; i < queue->overview->n_slots; i++) {
        const struct skep_overview_slot *slot = &queue->overview->slots[i];
        if (slot->has_info && skep_info_memory_bytes(&slot->info) > 0) {
            bytes += (double)skep_info_memory_bytes(&slot->info);
        }
    }
    return bytes;
}

/* ---- with more labels ---- */

typedef void families_of_queue(struct skep_buf *buf, const char *name, const struct skep_export_queue *queue);

static void families_each(struct skep_buf *buf, const struct skep_export_family *family,
                          const struct skep_export_state *state, int64_t now_ms, families_of_queue *write)
{
    for (size_t i = 0; i < state->n_queues; i++) {
        if (skep_export_family_tells(state, state->queues[i], now_ms)) {
            write(buf, family->name, state->queues[i]);
        }
    }
}

static void families_attempts_of(struct skep_buf *buf, const char *name,
                                 const struct skep_export_queue *queue)
{
    for (size_t i = 0; i < queue->overview->account.n_kernels; i++) {
        const struct skep_overview_kernel *kernel = &queue->overview->account.kernels[i];
        struct skep_export_labels labels = {
            3, {{"queue", queue->name}, {"kernel", kernel->name}, {"outcome", "done"}}};
        skep_export_text_sample(buf, name, "", &labels, (double)kernel->n_done);
        labels.items[2].value = "failed";
        skep_export_text_sample(buf, name, "", &labels, (double)kernel->n_failed);
    }
}

static void families_seconds_of(struct skep_buf *buf, const char *name, const struct skep_export_queue *queue)
{
    for (size_t i = 0; i < queue->overview->account.n_kernels; i++) {
        const struct skep_overview_kernel *kernel = &queue->overview->account.kernels[i];
        const struct skep_export_labels labels = {2, {{"queue", queue->name}, {"kernel", kernel->name}}};
        const struct skep_export_histogram histogram = {SKEP_SECONDS_BOUNDS, skep_seconds_bound,
                                                        kernel->buckets, (double)kernel->ns / 1e9};
        skep_export_text_histogram(buf, name, &labels, &histogram);
    }
}

static void families_counts_of(struct skep_buf *buf, const char *name, const struct skep_export_queue *queue,
                               const char *label, const struct skep_overview_count *counts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct skep_export_labels labels = {2, {{"queue", queue->name}, {label, counts[i].word}}};
        skep_export_text_sample(buf, name, "", &labels, (double)counts[i].n);
    }
}

static void families_causes_of(struct skep_buf *buf, const char *name, const struct skep_export_queue *queue)
{
    families_counts_of(buf, name, queue, "cause", queue->overview->account.causes,
                       queue->overview->account.n_causes);
}

static void families_errors_of(struct skep_buf *buf, const char *name, const struct skep_export_queue *queue)
{
    families_counts_of(buf, name, queue, "error", queue->overview->account.errors,
                       queue->overview->account.n_errors);
}

static void families_cycles_of(struct skep_buf *buf, const char *name, const struct skep_export_queue *queue)
{
    const struct skep_overview_account *account = &queue->overview->account;
    const struct skep_export_labels labels = {1, {{"queue", queue->name}}};
    const struct skep_export_histogram histogram = {SKEP_SECONDS_BOUNDS, skep_seconds_bound,
                                                    account->cycle_buckets, (double)account->cycles_ns / 1e9};

    skep_export_text_histogram(buf, name, &labels, &histogram);
}

static double families_size_bound(int k)
{
    return (double)skep_size_bound(k);
}

static void families_batches_of(struct skep_buf *buf, const char *name, const struct skep_export_queue *queue)
{
    const struct skep_overview_account *account = &queue->overview->account;
    const struct skep_export_labels labels = {1, {{"queue", queue->name}}};
    const struct skep_export_histogram histogram = {SKEP_SIZE_BOUNDS, families_size_bound,
                                                    account->batch_buckets, (double)account->batch_tasks};

    skep_export_text_histogram(buf, name, &labels, &histogram);
}

/* Every state has a sample, so that one that becomes 0 does not vanish. */
static void families_jobs_of(struct skep_buf *buf, const char *name, const struct skep_export_queue *queue)
{
    static const char *const states[] = {"uncounted", "pushing",    "running",   "done",
                                         "failed",    "cancelling", "cancelled", NULL};

    for (size_t k = 0; states[k] != NULL; k++) {
        const struct skep_export_labels labels = {2, {{"queue", queue->name}, {"state", states[k]}}};
        double n = 0;
        for (size_t i = 0; i < queue->overview->n_jobs; i++) {
            n += strcmp(skep_job_state(&queue->overview->jobs[i]), states[k]) == 0;
        }
        skep_export_text_sample(buf, name, "", &labels, n);
    }
}

static void families_findings_of(struct skep_buf *buf, const char *name,
                                 const struct skep_export_queue *queue)
{
    for (size_t i = 0; i < queue->n_findings; i++) {
        enum skep_finding_kind kind = queue->findings[i].kind;
        const struct skep_export_labels labels = {
            3,
            {{"queue", queue->name},
             {"finding", skep_finding_word(kind)},
             {"severity", skep_severity_word(skep_finding_severity(kind))}}};
        skep_export_text_sample(buf, name, "", &labels, 1);
    }
}

#define FAMILIES_WRITE(name)                                                                                 \
    static void families_write_##name(struct skep_buf *buf, const struct skep_export_family *family,         \
                                      const struct skep_export_state *state, int64_t now_ms)                 \
    {                                                                                                        \
        families_each(buf, family, state, now_ms, families_##name##_of);                                     \
    }
FAMILIES_WRITE(attempts)
FAMILIES_WRITE(seconds)
FAMILIES_WRITE(causes)
FAMILIES_WRITE(errors)
FAMILIES_WRITE(cycles)
FAMILIES_WRITE(batches)
FAMILIES_WRITE(jobs)
FAMILIES_WRITE(findings)
#undef FAMILIES_WRITE

/* Whether it can be read is told of every queue, as long as the others can be. */
static void families_write_queue_up(struct skep_buf *buf, const struct skep_export_family *family,
                                    const struct skep_export_state *state, int64_t now_ms)
{
    for (size_t i = 0; i < state->n_queues && skep_export_is_fresh(state, now_ms); i++) {
        const struct skep_export_labels labels = {1, {{"queue", state->queues[i]->name}}};
        bool is_up = skep_export_family_tells(state, state->queues[i], now_ms);
        skep_export_text_sample(buf, family->name, "", &labels, is_up);
    }
}

#define GAUGE(name, word, text)                                                                              \
    {                                                                                                        \
        "skep_queue_" word, "gauge", "queue", (text), NULL, families_##name, NULL                            \
    }
#define COUNTER(name, word, text)                                                                            \
    {                                                                                                        \
        "skep_queue_" word "_total", "counter", "queue", (text), NULL, families_##name, NULL                 \
    }
#define WRITES(name, word, kind, labels, text)                                                               \
    {                                                                                                        \
        "skep_" word, (kind), (labels), (text), NULL, NULL, families_write_##name                            \
    }

const struct skep_export_family skep_export_queue_families[] = {
    WRITES(queue_up, "queue_up", "gauge", "queue",
           "1: this queue could be read; 0: it could not for 3 s, and nothing else is told of it"),
    GAUGE(waiting, "waiting_records",
          "records that wait in the list; a sweep is one record, however many tasks it has"),
    GAUGE(left, "left_tasks", "tasks that are not over, as well as is known: of sweeps, all that are left"),
    GAUGE(held, "held_tasks", "tasks that slots hold; most of them wait for the one that runs"),
    GAUGE(delayed, "delayed_records", "records that are due later"),
    GAUGE(suspect, "suspect_records", "records that crashed twice and are tried alone"),
    GAUGE(dead, "dead_letters", "dead letters that are there now"),
    GAUGE(results, "results", "results that nobody has collected"),
    GAUGE(oldest, "oldest_seconds", "age of the record at the head; none when it does not say"),
    GAUGE(cycle_age, "last_cycle_age_seconds",
          "since any slot finished a cycle: the sign of progress; none without slots"),
    GAUGE(paused, "paused", "1: somebody has paused it"),
    GAUGE(max_depth, "max_depth", "producers wait when so many records wait; 0: no limit"),
    GAUGE(max_results, "max_results", "workers take nothing when there are so many results; 0: no limit"),
    GAUGE(hosts, "hosts", "machines with workers on it"),
    GAUGE(workers, "workers", "workers on it: agents, one a machine as a rule"),
    GAUGE(slots, "slots", "processes that compute"),
    GAUGE(busy, "slots_busy", "of these, running a task"),
    GAUGE(memory, "memory_bytes",
          "memory of the slots; what several share counts once (PSS) where the system tells"),
    COUNTER(out, "out", "tasks that went out, however they ended"),
#define FAMILIES_STAT_ROW(name, help) COUNTER(stat_##name, #name, help),
    SKEP_STAT_MAP(FAMILIES_STAT_ROW)
#undef FAMILIES_STAT_ROW
        COUNTER(reconnects, "reconnects", "connections to Redis that workers made anew"),
    WRITES(findings, "queue_finding", "gauge", "queue, finding, severity",
           "1: this was found of the queue (no sample: it was not); the list is that of `skep status`"),
    WRITES(jobs, "queue_jobs", "gauge", "queue, state", "announced jobs that have not been forgotten"),
    WRITES(attempts, "task_attempts_total", "counter", "queue, kernel, outcome",
           "attempts that ended, of a sweep its tasks; outcome: done, failed"),
    WRITES(causes, "task_failures_total", "counter", "queue, cause",
           "attempts that failed, by cause (docs/protocol.md has the list)"),
    WRITES(seconds, "task_seconds", "histogram", "queue, kernel, le", "time of attempts in the kernel"),
    WRITES(cycles, "cycle_seconds", "histogram", "queue, le",
           "round trips to Redis in which slots settle a batch and take the next"),
    WRITES(batches, "batch_tasks", "histogram", "queue, le", "how many tasks slots took at once"),
    WRITES(errors, "queue_redis_errors_total", "counter", "queue, error",
           "requests of workers that Redis refused or could not serve, by the word of the failure"),
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};
