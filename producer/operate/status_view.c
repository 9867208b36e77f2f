/* SPDX-License-Identifier: MIT */
#include "producer/operate/status_view.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "monitor/rates.h"
#include "producer/cli/words.h"
#include "producer/operate/status_workers.h"
#include "producer/cli/short.h"

enum { STATUS_SHOWN_JOBS = 10, STATUS_JOB_NAME = 100 };

const char *skep_status_state(const struct skep_queue_status *status)
{
    int64_t n_to_do = skep_rates_records(status);

    if (status->is_paused) {
        return "paused";
    }
    if (status->max_results > 0 && status->n_results >= status->max_results) {
        return skep_finding_word(SKEP_FINDING_RESULTS_FULL);
    }
    if (status->n_slots == 0 && n_to_do > 0) {
        return skep_finding_word(SKEP_FINDING_NO_WORKERS);
    }
    return n_to_do > 0 || status->n_held > 0 ? "running" : "idle";
}

/* ---- what is found ---- */

static bool status_is_found(const struct skep_status_look *look, enum skep_finding_kind kind)
{
    for (size_t i = 0; i < look->n_findings; i++) {
        if (look->findings[i].kind == kind) {
            return true;
        }
    }
    return false;
}

/* Where its numbers say that it runs, what is found may know better. */
const char *skep_status_look_state(const struct skep_status_look *look)
{
    const char *state = skep_status_state(&look->overview->status);

    if (strcmp(state, "running") != 0) {
        return state;
    }
    for (size_t i = 0; i < look->n_findings; i++) {
        enum skep_finding_kind kind = look->findings[i].kind;
        if (kind == SKEP_FINDING_NO_WORKERS || kind == SKEP_FINDING_STALLED) {
            return skep_finding_word(kind);
        }
    }
    return state;
}

/* What can be done about a state; "" when nothing need be. */
static const char *status_advice(const struct skep_status_look *look)
{
    const struct skep_queue_status *status = &look->overview->status;

    if (status->is_paused) {
        return skep_finding_help(SKEP_FINDING_PAUSED);
    }
    if (status->max_results > 0 && status->n_results >= status->max_results) {
        return skep_finding_help(SKEP_FINDING_RESULTS_FULL);
    }
    if (status->n_slots == 0 || status_is_found(look, SKEP_FINDING_NO_WORKERS)) {
        return skep_finding_help(SKEP_FINDING_NO_WORKERS);
    }
    return status_is_found(look, SKEP_FINDING_STALLED) ? skep_finding_help(SKEP_FINDING_STALLED) : "";
}

static void status_write_finding(struct skep_buf *buf, const struct skep_finding *finding)
{
    skep_buf_printf(buf, "%s: %s: %s\n    %s\n", skep_severity_word(skep_finding_severity(finding->kind)),
                    skep_finding_word(finding->kind), finding->words, skep_finding_help(finding->kind));
}

/* ---- numbers ---- */

static void status_write_row(struct skep_buf *buf, const char *name, int64_t number, const char *help)
{
    char text[SKEP_WORDS_BYTES];

    skep_buf_printf(buf, "  %-9s %14s   %s\n", name, skep_words_number(number, text), help);
}

static void status_write_limit(struct skep_buf *buf, const char *what, int64_t most)
{
    char text[SKEP_WORDS_BYTES];

    if (most > 0) {
        skep_buf_printf(buf, "  limit: %s %s\n", skep_words_number(most, text), what);
    }
}

static void status_write_numbers(struct skep_buf *buf, const struct skep_queue_status *status)
{
    status_write_row(buf, "waiting", status->n_waiting, "tasks that nobody has taken yet");
    status_write_row(buf, "held", status->n_held, "taken by workers");
    status_write_row(buf, "delayed", status->n_delayed, "due later: failed once, or not to start yet");
    status_write_row(buf, "suspect", status->n_suspect, "crashed twice: each is run alone");
    status_write_row(buf, "dead", status->n_dead, "failed for good (skep dead ls)");
    status_write_row(buf, "results", status->n_results, "to be collected (skep results)");
    status_write_row(buf, "done", status->stat.done, "succeeded since ever");
    status_write_limit(buf, "tasks may wait", status->max_depth);
    status_write_limit(buf, "results may wait", status->max_results);
    if (status->stat.dead_dropped > 0) {
        status_write_row(buf, "dropped", status->stat.dead_dropped,
                         "dead letters beyond the limit, the oldest (skep limits)");
    }
}

/* "in 12.5/s, out 11.0/s; 1,234 tasks left, done in 1m52s; the oldest has waited 3m20s" */
static void status_write_pace(struct skep_buf *buf, const struct skep_overview *overview)
{
    char text[SKEP_WORDS_BYTES], eta[SKEP_SHORT_BYTES];
    const double rates[] = {overview->in_per_s, overview->out_per_s};

    for (int i = 0; i < 2; i++) {
        skep_buf_add_text(buf, i == 0 ? "  in " : ", out ");
        skep_buf_add_text(buf, rates[i] >= 0 ? skep_short_rate(rates[i], eta) : "not known yet");
        skep_buf_add_text(buf, rates[i] >= 0 ? "/s" : "");
    }
    if (overview->n_left > 0) {
        skep_buf_printf(buf, "; %s task%s left", skep_words_number(overview->n_left, text),
                        skep_words_plural((uint64_t)overview->n_left));
    }
    if (overview->n_left > 0 && isinf(overview->eta_s)) {
        skep_buf_add_text(buf, ", and never over as it is");
    } else if (overview->n_left > 0 && overview->eta_s >= 0) {
        skep_buf_printf(buf, ", over in %s", skep_short_seconds(overview->eta_s, eta));
    }
    if (overview->oldest_ms >= 0) {
        skep_buf_printf(buf, "; the oldest has waited %s", skep_short_age(overview->oldest_ms, eta));
    }
    skep_buf_add_char(buf, '\n');
}

/* ---- jobs ---- */

/* Why nothing moves, where it is a job's outputs. */
static const char *status_job_waits(const struct skep_job *job)
{
    if (skep_job_is_over(job)) {
        return "; its arrays wait for a gatherer";
    }
    return job->is_held_up
               ? "; held up, and what is behind it: its values wait for a gatherer (`skep resume`, or "
                 "a worker that sees its arrays)"
               : "";
}

/* What is left of the jobs that are not over: a record that waits may be a sweep of any number of tasks. */
static void status_write_jobs(struct skep_buf *buf, const struct skep_overview *overview)
{
    char left[SKEP_WORDS_BYTES], total[SKEP_WORDS_BYTES];
    size_t n_open = 0;

    for (size_t i = 0; i < overview->n_jobs; i++) {
        const struct skep_job *job = &overview->jobs[i];
        if (!skep_status_job_is_open(job) || n_open++ >= STATUS_SHOWN_JOBS) {
            continue;
        }
        skep_buf_add_text(buf, "  job ");
        skep_words_add_harmless(buf, job->name, strlen(job->name), STATUS_JOB_NAME);
        skep_buf_printf(buf, ": %s of %s tasks left%s\n",
                        skep_words_number(skep_job_total(job) - skep_job_over(job), left),
                        skep_words_number(skep_job_total(job), total), status_job_waits(job));
    }
    if (n_open > STATUS_SHOWN_JOBS) {
        skep_buf_printf(buf, "  and %zu more jobs (skep job ls)\n", n_open - STATUS_SHOWN_JOBS);
    }
}

bool skep_status_job_is_open(const struct skep_job *job)
{
    return job->is_announced && (!skep_job_is_over(job) || job->is_gathering);
}

void skep_status_write_text(struct skep_buf *buf, const struct skep_status_look *look)
{
    const struct skep_overview *overview = look->overview;
    const char *advice = status_advice(look);

    skep_buf_printf(buf, "queue %s: %s%s%s\n", overview->keys.name, skep_status_look_state(look),
                    advice[0] != '\0' ? "; " : "", advice);
    status_write_numbers(buf, &overview->status);
    status_write_pace(buf, overview);
    status_write_jobs(buf, overview);
    skep_status_write_workers(buf, overview);
    for (size_t i = 0; i < look->n_findings; i++) {
        status_write_finding(buf, &look->findings[i]);
    }
}

/* ---- a line of a table ---- */

void skep_status_write_head(struct skep_buf *buf, int width)
{
    skep_buf_printf(buf, "%-*s %11s %7s %8s %8s %7s %11s %6s %7s %7s %7s %7s  %s\n", width, "QUEUE",
                    "WAITING", "HELD", "DELAYED", "SUSPECT", "DEAD", "RESULTS", "SLOTS", "IN/S", "OUT/S",
                    "OLDEST", "ETA", "STATE");
}

/* The state says some of what is found. */
static bool status_is_said_by_state(enum skep_finding_kind kind)
{
    return kind == SKEP_FINDING_PAUSED || kind == SKEP_FINDING_RESULTS_FULL ||
           kind == SKEP_FINDING_NO_WORKERS || kind == SKEP_FINDING_STALLED;
}

void skep_status_write_line(struct skep_buf *buf, const struct skep_status_look *look, int width)
{
    const struct skep_overview *overview = look->overview;
    const struct skep_queue_status *status = &overview->status;
    char in[SKEP_SHORT_BYTES], out[SKEP_SHORT_BYTES], oldest[SKEP_SHORT_BYTES], eta[SKEP_SHORT_BYTES];

    skep_short_age(overview->oldest_ms, oldest);
    skep_short_seconds(overview->n_left > 0 ? overview->eta_s : NAN, eta);
    skep_buf_printf(buf,
                    "%-*s %11" PRId64 " %7" PRId64 " %8" PRId64 " %8" PRId64 " %7" PRId64 " %11" PRId64
                    " %6zu %7s %7s %7s %7s  %s",
                    width, overview->keys.name, status->n_waiting, status->n_held, status->n_delayed,
                    status->n_suspect, status->n_dead, status->n_results, status->n_slots,
                    skep_short_rate(overview->in_per_s, in), skep_short_rate(overview->out_per_s, out),
                    oldest, eta, skep_status_look_state(look));
    for (size_t i = 0; i < look->n_findings; i++) {
        enum skep_finding_kind kind = look->findings[i].kind;
        if (!skep_finding_is_of_server(kind) && !status_is_said_by_state(kind)) {
            skep_buf_printf(buf, ", %s", skep_finding_word(kind));
        }
    }
    skep_buf_add_char(buf, '\n');
}

void skep_status_write_server(struct skep_buf *buf, const struct skep_status_look *look)
{
    for (size_t i = 0; i < look->n_findings; i++) {
        if (skep_finding_is_of_server(look->findings[i].kind)) {
            status_write_finding(buf, &look->findings[i]);
        }
    }
}
