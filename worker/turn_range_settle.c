/* SPDX-License-Identifier: MIT */
#include "turn_range_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "sweep/order.h"
#include "turn.h"

enum { RANGE_FAIL_MAX = 100 /* of a chunk that cannot begin, one by one; the rest goes back */ };

void skep_turn_range_count(struct skep_range_turn *turn, enum skep_metric metric, int64_t n)
{
    skep_metrics_add(&turn->slot->page->metrics, metric, (uint64_t)n);
}

void skep_turn_range_settle(struct skep_range_turn *turn, int64_t index, const struct skep_outcome *outcome,
                            int64_t ran_ns)
{
    struct skep_slot *slot = turn->slot;
    struct skep_chunk *chunk = turn->chunk;
    struct skep_attempt attempt = {.worker = turn->lane->holder.worker,
                                   .host = slot->host,
                                   .slot = (int)slot->settings->slot,
                                   .finished_ms = skep_wall_ms(),
                                   .now_ms = turn->now_ns / 1000000 + turn->lane->skew_ms,
                                   .usage = skep_turn_usage(slot, ran_ns),
                                   .output = turn->output};
    const struct skep_work *work =
        skep_index_work_at(&turn->work, turn->known, chunk->next - 1, index, outcome->status != SKEP_OK);
    size_t mark = chunk->bytes.length;
    struct skep_settled settled;

    attempt.started_ms = attempt.finished_ms - ran_ns / 1000000;
    skep_chunk_spend_usage(chunk, &attempt.usage);
    skep_settle(&slot->policy, &attempt, work, outcome, &chunk->bytes, &settled);
    settled.result_n = turn->known->sweep.has_results ? settled.result_n : 0;
    if (skep_buf_failed(&chunk->bytes)) { /* a verdict without words is still one */
        chunk->bytes.failed = false;
        chunk->bytes.length = mark;
        settled =
            (struct skep_settled){.kind = settled.kind, .cause = settled.cause, .delay_ms = settled.delay_ms};
        skep_log(SKEP_LOG_ERROR, "no-memory", "slot=%d doing=result bytes=%zu", (int)slot->settings->slot,
                 mark);
    }
    skep_chunk_add_entry(chunk, &settled);
    if (settled.kind != SKEP_DONE) {
        skep_lane_count_verdict(turn->lane, settled.kind);
    }
}

void skep_turn_range_fail(struct skep_range_turn *turn, int64_t index, const struct skep_outcome *outcome,
                          int64_t ran_ns)
{
    if (ran_ns > 0) {
        skep_chunk_spend_position(turn->chunk, turn->chunk->next, index, ran_ns);
    }
    skep_chunk_add_other(turn->chunk, SKEP_ACK_ABSENT, ran_ns > 0 ? ran_ns : -1);
    skep_turn_range_settle(turn, index, outcome, ran_ns);
}

int64_t skep_turn_range_index(const struct skep_range_turn *turn, int64_t position)
{
    return turn->known->is_spec && turn->known->sweep.n > position
               ? skep_order_index(&turn->known->sweep, position)
               : position;
}

void skep_turn_range_fail_some(struct skep_range_turn *turn, skep_status status, const struct skep_error *err)
{
    struct skep_chunk *chunk = turn->chunk;
    const struct skep_outcome outcome = {.status = status, .err = *err};
    struct skep_error why;

    turn->is_over = true;
    turn->output = NULL; /* whatever the last one printed */
    for (int n = 0; n < RANGE_FAIL_MAX && chunk->next < chunk->hi && !skep_chunk_is_full(chunk) &&
                    skep_chunk_reserve(chunk, &why) == SKEP_OK;
         n++) {
        skep_turn_range_fail(turn, skep_turn_range_index(turn, chunk->next), &outcome, 0);
    }
    chunk->sealed = chunk->next;
}

bool skep_turn_range_is_unrun(struct skep_range_turn *turn)
{
    const struct skep_batch *batch = &turn->lane->hand.batch;
    struct skep_chunk *chunk = turn->chunk;
    struct skep_slot *slot = turn->slot;
    const struct skep_attempt attempt = {.worker = turn->lane->holder.worker,
                                         .host = slot->host,
                                         .slot = (int)slot->settings->slot,
                                         .started_ms = skep_wall_ms(),
                                         .finished_ms = skep_wall_ms(),
                                         .now_ms = turn->now_ns / 1000000 + turn->lane->skew_ms};
    const struct skep_work *work;
    struct skep_settled settled;
    struct skep_error err = {0};

    if (chunk->hi - chunk->lo > 1 || (turn->work.header.tries == 0 && batch->crashes == 0) ||
        skep_chunk_reserve(chunk, &err) != SKEP_OK) {
        return false;
    }
    work = skep_index_work_at(&turn->work, turn->known, chunk->next, skep_turn_range_index(turn, chunk->next),
                              true);
    if (!skep_settle_unrun(&slot->policy, &attempt, work, batch->crashes, batch->crash_info, &chunk->bytes,
                           &settled)) {
        return false;
    }
    settled.result_n = turn->known->sweep.has_results ? settled.result_n : 0;
    skep_chunk_add_other(chunk, SKEP_ACK_ABSENT, -1);
    skep_chunk_add_entry(chunk, &settled);
    skep_lane_count_verdict(turn->lane, settled.kind);
    chunk->sealed = chunk->next;
    return true;
}
