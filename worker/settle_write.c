/* SPDX-License-Identifier: MIT */
#include "settle_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/entropy.h"

static void settle_write_result(const struct skep_attempt *attempt, const struct skep_work *work,
                                const struct skep_outcome *outcome, struct skep_buf *bytes,
                                struct skep_settled *settled)
{
    struct skep_result result = {
        .id = work->id,
        .has_index = work->header.has_index,
        .index = work->header.index,
        .job = skep_settle_job(work),
        .kernel = work->task.kernel,
        .kernel_version = work->kernel != NULL ? work->kernel->version : 0,
        .is_ok = outcome->status == SKEP_OK,
        .value = outcome->value,
        .cause = outcome->status,
        .message = skep_error_text(&outcome->err, outcome->status),
        .attempt = work->header.tries + 1,
        .worker = attempt->worker,
        .slot = attempt->slot,
        .host = attempt->host,
        .queued_ms = work->header.queued_ms,
        .started_ms = attempt->started_ms,
        .finished_ms = attempt->finished_ms,
        .usage = attempt->usage,
        .meta = work->task.meta,
        .output = attempt->output,
    };

    settled->result_at = bytes->length;
    skep_result_write(bytes, &result);
    settled->result_n = bytes->length - settled->result_at;
}

size_t skep_settle_write_text(const char *text, struct skep_buf *bytes, size_t *at_out)
{
    *at_out = bytes->length;
    skep_buf_add(bytes, text, strlen(text) + 1);
    return bytes->length - *at_out;
}

void skep_settle_write_end(const struct skep_attempt *attempt, const struct skep_work *work,
                           const struct skep_outcome *outcome, struct skep_buf *bytes,
                           struct skep_settled *settled)
{
    const char *job = skep_settle_job(work);

    settle_write_result(attempt, work, outcome, bytes, settled);
    if (job != NULL) {
        settled->job_n = skep_settle_write_text(job, bytes, &settled->job_at);
    }
}

void skep_settle_add_event(struct skep_header *header, const struct skep_attempt *attempt,
                           const struct skep_outcome *outcome)
{
    struct skep_header_event event = {
        .attempt = header->tries + 1,
        .at_ms = attempt->finished_ms,
        .cause = skep_status_word(outcome->status),
        .worker = attempt->worker,
        .message = skep_error_text(&outcome->err, outcome->status),
    };

    skep_header_add_event(header, &event);
}

void skep_settle_write_retry(const struct skep_work *work, const struct skep_header *header,
                             struct skep_buf *bytes, struct skep_settled *settled)
{
    struct skep_header again = *header;
    char unique[24];

    snprintf(unique, sizeof unique, "%016" PRIx64, skep_entropy_u64());
    again.unique = unique;
    again.id = work->task.id == NULL && !header->is_range ? work->id : NULL;
    settled->record_at = bytes->length;
    skep_header_write(bytes, &again);
    if (!header->is_range) {
        skep_buf_add(bytes, work->body, work->body_n);
    }
    settled->record_n = bytes->length - settled->record_at;
}

void skep_settle_write_dead(const struct skep_attempt *attempt, const struct skep_work *work,
                            const struct skep_outcome *outcome, struct skep_buf *bytes,
                            struct skep_settled *settled)
{
    struct skep_header dead = work->header;
    struct skep_header fresh = {
        .is_range = work->header.is_range,
        .lo = work->header.lo,
        .hi = work->header.hi,
        .has_index = work->header.has_index,
        .index = work->header.index,
        .queued_ms = work->header.queued_ms,
        .id = work->header.id,
        .job = work->header.job,
    };

    skep_settle_add_event(&dead, attempt, outcome);
    dead.is_range = false;
    dead.id = work->id;
    dead.job = skep_settle_job(work);
    dead.kernel = work->task.kernel;
    dead.cause = skep_status_word(outcome->status);
    dead.at_ms = attempt->finished_ms;
    dead.tries = work->header.tries + 1;
    dead.unique = NULL;
    settled->record_at = bytes->length;
    skep_header_write(bytes, &dead);
    skep_header_write(bytes, &fresh);
    skep_buf_add(bytes, work->body, work->body_n);
    settled->record_n = bytes->length - settled->record_at;
}
