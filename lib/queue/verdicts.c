/* SPDX-License-Identifier: MIT */
#include "queue/verdicts.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "queue/range.h"

/* What the verdicts on the tasks of one job add up to. */
struct job_sum {
    const char *job;
    unsigned n_done, n_failed, n_cancelled;
};

enum { VERDICTS_MAX = 1000, VERDICTS_COUNTS = 5, JOB_TABLE = 2048 /* a power of two above VERDICTS_MAX */ };

struct verdict_sums {
    size_t n_out, n_retry, n_dead, n_cancel, n_jobs;
    struct job_sum jobs[VERDICTS_MAX];
    unsigned short table[JOB_TABLE]; /* 0: free; else a place in jobs, plus one */
};

static size_t job_hash(const char *job)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (; *job != '\0'; job++) {
        hash = (hash ^ (unsigned char)*job) * 16777619u;
    }
    return (hash ^ hash >> 16) & (JOB_TABLE - 1);
}

static struct job_sum *sums_find_job(struct verdict_sums *sums, const char *job)
{
    size_t at = job_hash(job);

    while (sums->table[at] != 0 && strcmp(sums->jobs[sums->table[at] - 1].job, job) != 0) {
        at = (at + 1) & (JOB_TABLE - 1);
    }
    if (sums->table[at] == 0) {
        sums->jobs[sums->n_jobs++] = (struct job_sum){.job = job};
        sums->table[at] = (unsigned short)sums->n_jobs;
    }
    return &sums->jobs[sums->table[at] - 1];
}

static bool verdict_has_result(const struct skep_verdict *v)
{
    return v->kind != SKEP_RETRY && v->result.bytes != NULL;
}

static void sums_make(const struct skep_verdict *verdicts, size_t n, struct verdict_sums *sums)
{
    struct job_sum *job = NULL;

    assert(n <= VERDICTS_MAX);
    sums->n_out = sums->n_retry = sums->n_dead = sums->n_cancel = sums->n_jobs = 0;
    memset(sums->table, 0, sizeof sums->table);
    for (size_t i = 0; i < n; i++) {
        const struct skep_verdict *v = &verdicts[i];
        sums->n_out += verdict_has_result(v);
        sums->n_retry += v->kind == SKEP_RETRY;
        sums->n_dead += v->kind == SKEP_BURY;
        sums->n_cancel += v->kind == SKEP_CANCEL;
        if (v->job == NULL || v->kind == SKEP_RETRY) {
            continue;
        }
        if (job == NULL || strcmp(job->job, v->job) != 0) { /* mostly a batch is of one job */
            job = sums_find_job(sums, v->job);
        }
        job->n_done += v->kind == SKEP_DONE;
        job->n_failed += v->kind == SKEP_BURY;
        job->n_cancelled += v->kind == SKEP_CANCEL;
    }
}

size_t skep_verdicts_count(const struct skep_verdict *verdicts, size_t n)
{
    struct verdict_sums sums;

    sums_make(verdicts, n, &sums);
    return VERDICTS_COUNTS + sums.n_out + 3 * sums.n_retry + sums.n_dead + sums.n_cancel + 4 * sums.n_jobs;
}

static void add_counts(struct skep_conn *conn, const struct verdict_sums *sums)
{
    const size_t counts[VERDICTS_COUNTS] = {sums->n_out, sums->n_retry, sums->n_dead, sums->n_cancel,
                                            sums->n_jobs};

    for (size_t i = 0; i < VERDICTS_COUNTS; i++) {
        skep_conn_arg_u64(conn, counts[i]);
    }
}

static void add_jobs(struct skep_conn *conn, const struct verdict_sums *sums)
{
    for (size_t i = 0; i < sums->n_jobs; i++) {
        skep_conn_arg_text(conn, sums->jobs[i].job);
        skep_conn_arg_u64(conn, sums->jobs[i].n_done);
        skep_conn_arg_u64(conn, sums->jobs[i].n_failed);
        skep_conn_arg_u64(conn, sums->jobs[i].n_cancelled);
    }
}

void skep_verdicts_add(struct skep_conn *conn, const struct skep_verdict *verdicts, size_t n)
{
    struct verdict_sums sums;

    sums_make(verdicts, n, &sums);
    add_counts(conn, &sums);
    for (size_t i = 0; i < n; i++) {
        if (verdict_has_result(&verdicts[i])) {
            skep_conn_arg(conn, verdicts[i].result.bytes, verdicts[i].result.n);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (verdicts[i].kind == SKEP_RETRY) {
            skep_conn_arg_u64(conn, i);
            skep_conn_arg_i64(conn, verdicts[i].delay_ms);
            skep_conn_arg(conn, verdicts[i].record.bytes, verdicts[i].record.n);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (verdicts[i].kind == SKEP_BURY) {
            skep_conn_arg(conn, verdicts[i].record.bytes, verdicts[i].record.n);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (verdicts[i].kind == SKEP_CANCEL) {
            skep_conn_arg_text(conn, verdicts[i].id != NULL ? verdicts[i].id : "");
        }
    }
    add_jobs(conn, &sums);
}

/* ---- ranges ---- */

static size_t range_count_results(const struct skep_range_verdict *verdict)
{
    size_t n = verdict->n_results;

    for (size_t i = 0; i < verdict->n_dead; i++) {
        n += verdict_has_result(&verdict->dead[i]);
    }
    return n;
}

size_t skep_range_verdict_count(const struct skep_range_verdict *verdict)
{
    return verdict == NULL ? VERDICTS_COUNTS
                           : VERDICTS_COUNTS + range_count_results(verdict) + 3 * verdict->n_retries +
                                 verdict->n_dead + 4;
}

static void range_add_results(struct skep_conn *conn, const struct skep_range_verdict *verdict)
{
    for (size_t i = 0; i < verdict->n_results; i++) {
        skep_conn_arg(conn, verdict->results[i].bytes, verdict->results[i].n);
    }
    for (size_t i = 0; i < verdict->n_dead; i++) {
        if (verdict_has_result(&verdict->dead[i])) {
            skep_conn_arg(conn, verdict->dead[i].result.bytes, verdict->dead[i].result.n);
        }
    }
}

static void range_add_retry(struct skep_conn *conn, const struct skep_verdict *retry)
{
    struct skep_range range = {0};
    char job[SKEP_RANGE_JOB_BYTES];
    bool is_range = skep_range_read_line(retry->record.bytes, retry->record.n, &range, job);

    assert(is_range && range.hi == range.lo + 1);
    (void)is_range;
    skep_conn_arg_i64(conn, range.lo);
    skep_conn_arg_i64(conn, retry->delay_ms);
    skep_conn_arg(conn, retry->record.bytes, retry->record.n);
}

void skep_range_verdict_add(struct skep_conn *conn, const struct skep_range_verdict *verdict, const char *job)
{
    if (verdict == NULL) {
        for (size_t i = 0; i < VERDICTS_COUNTS; i++) {
            skep_conn_arg_u64(conn, 0);
        }
        return;
    }
    skep_conn_arg_u64(conn, range_count_results(verdict));
    skep_conn_arg_u64(conn, verdict->n_retries);
    skep_conn_arg_u64(conn, verdict->n_dead);
    skep_conn_arg_u64(conn, 0);
    skep_conn_arg_u64(conn, 1);
    range_add_results(conn, verdict);
    for (size_t i = 0; i < verdict->n_retries; i++) {
        range_add_retry(conn, &verdict->retries[i]);
    }
    for (size_t i = 0; i < verdict->n_dead; i++) {
        skep_conn_arg(conn, verdict->dead[i].record.bytes, verdict->dead[i].record.n);
    }
    skep_conn_arg_text(conn, job);
    skep_conn_arg_i64(conn, verdict->n_done);
    skep_conn_arg_i64(conn, verdict->n_failed);
    skep_conn_arg_u64(conn, 0);
}
