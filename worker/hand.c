/* SPDX-License-Identifier: MIT */
#include "hand.h"

#include <assert.h>

void skep_hand_init(struct skep_hand *hand)
{
    hand->is_range = false;
    skep_batch_init(&hand->batch);
    skep_chunk_init(&hand->chunk);
}

void skep_hand_release(struct skep_hand *hand)
{
    skep_batch_release(&hand->batch);
    skep_chunk_release(&hand->chunk);
}

skep_status skep_hand_fill(struct skep_hand *hand, const struct skep_cycle_reply *reply, int64_t now_ms,
                           struct skep_error *err)
{
    char job[SKEP_RANGE_JOB_BYTES];
    struct skep_range range;
    skep_status st;

    assert(skep_hand_is_empty(hand));
    hand->is_range = reply->range_hi >= 0 && reply->n_tasks == 1 &&
                     skep_range_read_line(reply->tasks[0].bytes, reply->tasks[0].n, &range, job);
    if (hand->is_range) {
        skep_chunk_fill(&hand->chunk, &range, job);
    }
    st = skep_batch_fill(&hand->batch, reply, now_ms, err);
    if (hand->is_range) {
        hand->batch.n_tasks = 0; /* its record can be read, and is no task */
    }
    return st;
}

bool skep_hand_is_empty(const struct skep_hand *hand)
{
    return hand->is_range ? skep_chunk_is_empty(&hand->chunk) : hand->batch.first == hand->batch.n_tasks;
}

int64_t skep_hand_count_taken(const struct skep_hand *hand)
{
    return hand->is_range ? hand->chunk.hi - hand->chunk.lo : (int64_t)hand->batch.n_tasks;
}

bool skep_hand_has_news(const struct skep_hand *hand, size_t n_kept)
{
    const struct skep_batch *batch = &hand->batch;

    return hand->is_range ? skep_chunk_has_news(&hand->chunk, n_kept)
                          : batch->first < batch->n_settled || batch->n_settled + n_kept < batch->n_tasks;
}

struct skep_cycle skep_hand_make_cycle(struct skep_hand *hand, size_t n_kept)
{
    return hand->is_range ? skep_chunk_make_cycle(&hand->chunk, n_kept)
                          : skep_batch_make_cycle(&hand->batch, n_kept);
}

void skep_hand_account(struct skep_hand *hand, struct skep_account *account)
{
    const struct skep_batch *batch = &hand->batch;

    if (hand->is_range) {
        skep_chunk_account(&hand->chunk, account);
        return;
    }
    for (size_t i = batch->first; i < batch->n_settled; i++) {
        skep_account_add(account, &batch->spents[i], batch->bytes.bytes);
    }
}

int64_t skep_hand_gave_back(struct skep_hand *hand, const struct skep_cycle *cycle)
{
    if (hand->is_range) {
        return skep_chunk_gave_back(&hand->chunk);
    }
    skep_batch_gave_back(&hand->batch, cycle->n_back);
    return (int64_t)cycle->n_back;
}

void skep_hand_told(struct skep_hand *hand, size_t n)
{
    if (hand->is_range) {
        skep_chunk_told(&hand->chunk);
    } else {
        skep_batch_told(&hand->batch, n);
    }
}

int64_t skep_hand_cut(struct skep_hand *hand, int64_t range_hi)
{
    return hand->is_range ? skep_chunk_cut(&hand->chunk, range_hi) : 0;
}
