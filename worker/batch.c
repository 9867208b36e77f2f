/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include <assert.h>

enum { BATCH_KEEP_BYTES = 1 << 20 };

void skep_batch_init(struct skep_batch *batch)
{
    batch->first = batch->n_settled = batch->n_tasks = 0;
    skep_arena_init(&batch->arena, SIZE_MAX / 4);
    skep_buf_init(&batch->bytes, 400u << 20);
}

void skep_batch_release(struct skep_batch *batch)
{
    skep_arena_release(&batch->arena);
    skep_buf_release(&batch->bytes);
}

skep_status skep_batch_fill(struct skep_batch *batch, const struct skep_cycle_reply *reply, int64_t now_ms,
                            struct skep_error *err)
{
    assert(batch->first == batch->n_tasks);
    skep_arena_reset(&batch->arena, BATCH_KEEP_BYTES);
    if (batch->bytes.capacity > 4 * BATCH_KEEP_BYTES) {
        skep_buf_release(&batch->bytes);
    } else {
        skep_buf_reset(&batch->bytes);
    }
    batch->first = batch->n_settled = batch->n_tasks = 0;
    batch->started_ms = now_ms;
    batch->n_tasks = reply->n_tasks; /* whatever happens: what cannot be run can be given back */
    batch->has_cancelled = false;
    batch->crashes = reply->crashes;
    batch->crash_info = skep_arena_strndup(&batch->arena, reply->crash_info, strlen(reply->crash_info));
    for (size_t i = 0; i < reply->n_tasks; i++) {
        const char *copy = skep_arena_strndup(&batch->arena, reply->tasks[i].bytes, reply->tasks[i].n);
        if (copy == NULL || batch->crash_info == NULL) {
            return skep_error_set(err, SKEP_E_NOMEM, "no memory for a batch of %zu tasks", reply->n_tasks);
        }
        batch->tasks[i] = (struct skep_bytes){copy, reply->tasks[i].n};
    }
    return SKEP_OK;
}

struct skep_cycle skep_batch_make_cycle(struct skep_batch *batch, size_t n_kept)
{
    size_t n_verdicts = batch->n_settled - batch->first;
    size_t n_open = batch->n_tasks - batch->n_settled;
    struct skep_cycle cycle = {.verdicts = batch->verdicts, .n_verdicts = n_verdicts};

    for (size_t i = 0; i < n_verdicts; i++) {
        batch->verdicts[i] = skep_settled_verdict(&batch->settled[batch->first + i], &batch->bytes);
    }
    cycle.n_back = n_open > n_kept ? n_open - n_kept : 0;
    return cycle;
}

void skep_batch_gave_back(struct skep_batch *batch, size_t n)
{
    assert(batch->n_settled + n <= batch->n_tasks);
    batch->n_tasks -= n;
}

void skep_batch_told(struct skep_batch *batch, size_t n)
{
    assert(batch->first + n <= batch->n_settled);
    batch->first += n;
}
