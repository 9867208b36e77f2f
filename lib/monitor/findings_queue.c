/* SPDX-License-Identifier: MIT */
/* What is found in the numbers of a queue and its jobs. */
#include "monitor/findings_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "monitor/rates.h"

bool skep_finding_paused(const struct skep_overview *overview, char *words)
{
    const struct skep_queue_status *status = &overview->status;

    if (!status->is_paused) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "%" PRId64 " wait, %" PRId64 " that workers hold run on",
             status->n_waiting, status->n_held);
    return true;
}

/* Of a paused queue, or one without tasks, nothing is expected. */
bool skep_finding_results_full(const struct skep_overview *overview, char *words)
{
    const struct skep_queue_status *status = &overview->status;
    int64_t n = skep_rates_records(status);

    if (status->is_paused || n == 0 || status->max_results <= 0 || status->n_results < status->max_results) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS,
             "%" PRId64 " results wait, the limit is %" PRId64 "; %" PRId64 " task%s to run",
             status->n_results, status->max_results, n, skep_finding_plural(n));
    return true;
}

bool skep_finding_held_up(const struct skep_overview *overview, char *words)
{
    char name[SKEP_FINDING_NAME_BYTES];
    const struct skep_job *first = NULL;
    int64_t n = 0;

    for (size_t i = 0; i < overview->n_jobs; i++) {
        if (overview->jobs[i].is_held_up && !skep_job_is_over(&overview->jobs[i])) {
            first = first != NULL ? first : &overview->jobs[i];
            n++;
        }
    }
    if (first == NULL) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "job %s%s: nothing more of %s, or of what is behind, is taken",
             skep_finding_name(first->name, strlen(first->name), name), n > 1 ? " and others" : "",
             n > 1 ? "them" : "it");
    return true;
}

bool skep_finding_depth_full(const struct skep_overview *overview, char *words)
{
    const struct skep_queue_status *status = &overview->status;

    if (status->max_depth <= 0 || status->n_waiting < status->max_depth) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "%" PRId64 " tasks wait, %" PRId64 " may", status->n_waiting,
             status->max_depth);
    return true;
}

bool skep_finding_suspects(const struct skep_overview *overview, char *words)
{
    int64_t n = overview->status.n_suspect;

    if (n <= 0) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "%" PRId64 " task%s crashed twice and wait%s to be run alone", n,
             skep_finding_plural(n), n == 1 ? "s" : "");
    return true;
}
