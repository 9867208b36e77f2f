/* SPDX-License-Identifier: MIT */
#include "spent.h"

#include <math.h>
#include <string.h>

#include "settle_write.h"
#include "task/percent.h"

bool skep_settled_is_attempt(const struct skep_settled *settled)
{
    return settled->kind == SKEP_DONE || settled->cause != SKEP_OK;
}

void skep_spent_add_usage(int64_t rows[SKEP_ACCOUNT_JOB_ROWS], const struct skep_usage *usage)
{
    rows[SKEP_ACCOUNT_USER] += llrint(usage->user_s * 1e9);
    rows[SKEP_ACCOUNT_SYSTEM] += llrint(usage->system_s * 1e9);
    rows[SKEP_ACCOUNT_MINOR_FAULTS] += usage->minor_faults;
    rows[SKEP_ACCOUNT_MAJOR_FAULTS] += usage->major_faults;
    rows[SKEP_ACCOUNT_VOLUNTARY] += usage->voluntary_switches;
    rows[SKEP_ACCOUNT_INVOLUNTARY] += usage->involuntary_switches;
}

static void spent_time(struct skep_spent *spent, const struct skep_attempt *attempt, int64_t ended_ns)
{
    int64_t bound_ns = attempt->bound_ns > 0 ? attempt->bound_ns : ended_ns;
    int64_t computed_ns = attempt->computed_ns > 0 ? attempt->computed_ns : ended_ns;

    spent->rows[SKEP_ACCOUNT_WALL] = ended_ns - attempt->began_ns;
    spent->rows[SKEP_ACCOUNT_MAP] = bound_ns - attempt->began_ns;
    spent->rows[SKEP_ACCOUNT_COMPUTE] = computed_ns - bound_ns;
    spent->rows[SKEP_ACCOUNT_COMMIT] = ended_ns - computed_ns;
}

static void spent_name(struct skep_spent *spent, const struct skep_work *work, struct skep_buf *bytes)
{
    spent->name_at = bytes->length;
    if (work->header.has_index) {
        skep_buf_add_u64(bytes, work->header.index);
    } else {
        skep_percent_add(bytes, work->id);
    }
    if (bytes->length > spent->name_at) {
        skep_buf_add_char(bytes, '\0');
        spent->name_n = bytes->length - spent->name_at;
    }
}

void skep_spent_fill(struct skep_spent *spent_out, const struct skep_attempt *attempt,
                     const struct skep_work *work, const struct skep_settled *settled, int64_t ended_ns,
                     struct skep_buf *bytes)
{
    const char *job = skep_settle_job(work);
    size_t mark = bytes->length;

    *spent_out = (struct skep_spent){
        .is_counted = skep_settled_is_attempt(settled),
        .has_run = attempt->began_ns > 0,
        .cause = settled->cause,
        .kernel = work->kernel != NULL ? work->kernel->name : NULL,
        .began_ms = (attempt->began_ns > 0 ? attempt->began_ns : ended_ns) / 1000000,
        .peak_rss_bytes = attempt->usage.peak_rss_bytes,
        .job_at = settled->job_at,
        .job_n = settled->job_n,
    };
    if (spent_out->has_run) {
        spent_time(spent_out, attempt, ended_ns);
        skep_spent_add_usage(spent_out->rows, &attempt->usage);
    }
    if (job == NULL || !spent_out->is_counted) {
        return;
    }
    if (spent_out->job_n == 0) {
        spent_out->job_n = skep_settle_write_text(job, bytes, &spent_out->job_at);
    }
    spent_name(spent_out, work, bytes);
    if (skep_buf_failed(bytes)) {
        bytes->failed = false;
        bytes->length = mark;
        spent_out->job_n = spent_out->name_n = 0;
    }
}
