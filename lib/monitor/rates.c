/* SPDX-License-Identifier: MIT */
/* A rate is a difference of two counts over the time between them. Two overviews are timed by their reader's
 * own monotonic clock; the server's sample and its counts by the server's. A count that went back (the server
 * was restored from older data) gives no rate. */
#include "monitor/rates.h"

#include <math.h>

enum {
    RATES_LEAST_MS = 20,        /* closer ones tell of chance */
    RATES_MOST_MS = 1000,       /* and are counted from the first of them so long */
    RATES_SAMPLE_MS = 60 * 1000 /* an older sample is one of a time without workers */
};

/* Counts come from a server: they may be any number. */
static int64_t rates_add(int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static int64_t rates_job_left(const struct skep_job *job)
{
    int64_t total = skep_job_total(job), over = skep_job_over(job);

    return total > over && over >= 0 ? total - over : 0;
}

int64_t skep_rates_records(const struct skep_queue_status *status)
{
    return rates_add(rates_add(status->n_waiting, status->n_delayed), status->n_suspect);
}

/* A range job waits as a few records, so its own count is asked; everything else is a record a task. */
static int64_t rates_left(const struct skep_overview *overview)
{
    const struct skep_queue_status *status = &overview->status;
    int64_t n_records = skep_rates_records(status);
    int64_t n_ranges = 0, n_positions = 0;

    for (size_t i = 0; i < overview->n_jobs; i++) {
        int64_t n = overview->jobs[i].is_range ? rates_job_left(&overview->jobs[i]) : 0;
        n_ranges += n > 0;
        n_positions = rates_add(n_positions, n);
    }
    if (n_ranges == 0) {
        return rates_add(n_records, status->n_held);
    }
    return rates_add(n_positions, n_records > n_ranges ? n_records - n_ranges : 0);
}

static double rates_per_s(int64_t from, int64_t to, int64_t ms)
{
    return to >= from ? ((double)to - (double)from) * 1000 / (double)ms : NAN;
}

static void rates_since(struct skep_overview *overview, int64_t in, int64_t out, int64_t ms)
{
    overview->in_per_s = rates_per_s(in, overview->status.n_in, ms);
    overview->out_per_s = rates_per_s(out, overview->status.n_out, ms);
}

/* Since the earlier one. Of many that lie close together each counts from the same, for a while. */
static void rates_between(struct skep_overview *overview, const struct skep_overview *before)
{
    const struct skep_overview_base *old = &before->base;
    bool is_close = overview->at_ms - before->at_ms < RATES_LEAST_MS;
    int64_t ms;

    overview->base = is_close && overview->at_ms - old->at_ms < RATES_MOST_MS
                         ? *old
                         : (struct skep_overview_base){before->at_ms, before->status.n_in,
                                                       before->status.n_out, before->status.counts_puts};
    ms = overview->at_ms - overview->base.at_ms;
    if (ms < RATES_LEAST_MS) {
        overview->in_per_s = before->in_per_s;
        overview->out_per_s = before->out_per_s;
        return;
    }
    rates_since(overview, overview->base.n_in, overview->base.n_out, ms);
    if (overview->status.counts_puts != overview->base.counts_puts) {
        overview->in_per_s = NAN; /* the first range job has come, or the last one gone */
    }
}

double skep_rates_eta(int64_t n_left, int64_t n_held, double out_per_s)
{
    if (n_left == 0) {
        return 0;
    }
    if (out_per_s > 0) {
        return (double)n_left / out_per_s;
    }
    /* Long tasks: that none has ended lately says nothing while some run. */
    return isnan(out_per_s) || n_held > 0 ? NAN : INFINITY;
}

void skep_rates_fill(struct skep_overview *overview, const struct skep_overview *before)
{
    const struct skep_queue_status *status = &overview->status;
    const struct skep_queue_pace *pace = &status->pace;
    int64_t sample_ms = pace->at_ms > 0 ? status->now_ms - pace->at_ms : 0;

    overview->n_left = rates_left(overview);
    overview->in_per_s = overview->out_per_s = NAN;
    overview->base =
        (struct skep_overview_base){overview->at_ms, status->n_in, status->n_out, status->counts_puts};
    if (before != NULL) {
        rates_between(overview, before);
    } else if (sample_ms >= RATES_LEAST_MS && sample_ms <= RATES_SAMPLE_MS) {
        rates_since(overview, pace->n_in, pace->n_out, sample_ms);
    }
    if (status->n_slots == 0 && isnan(overview->out_per_s)) {
        overview->out_per_s = 0; /* nobody takes anything out */
    }
    overview->eta_s = skep_rates_eta(overview->n_left, status->n_held, overview->out_per_s);
}
