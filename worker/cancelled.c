/* SPDX-License-Identifier: MIT */
#include "cancelled.h"

#include <assert.h>
#include <string.h>

#include "queue/cancel.h"

enum { CANCELLED_ARENA_KEEP = 1 << 20 };

/* Copied, because a record's own strings live until the next one is read. NULL stays NULL. */
static bool cancelled_copy(struct skep_batch *batch, const char *text, const char **copy_out)
{
    *copy_out = text != NULL ? skep_arena_strndup(&batch->arena, text, strlen(text)) : NULL;
    return text == NULL || *copy_out != NULL;
}

skep_status skep_cancelled_mark(struct skep_slot *slot, struct skep_lane *lane, struct skep_error *err)
{
    struct skep_batch *batch = &lane->hand.batch;
    struct skep_cancel_query queries[SKEP_BATCH_MAX];
    skep_status st;

    batch->has_cancelled = false;
    if ((lane->reply.flags & SKEP_FLAG_CANCELS) == 0) {
        return SKEP_OK;
    }
    for (size_t i = 0; i < batch->n_tasks; i++) {
        struct skep_work work;
        skep_arena_reset(&slot->arena, CANCELLED_ARENA_KEEP);
        skep_work_read(&slot->run, batch->tasks[i].bytes, batch->tasks[i].n, &slot->arena, &work);
        if (!cancelled_copy(batch, skep_settle_job(&work), &queries[i].job) ||
            !cancelled_copy(batch, work.id, &queries[i].id)) {
            return skep_error_set(err, SKEP_E_NOMEM, "no memory for the names of %zu tasks", batch->n_tasks);
        }
    }
    st = skep_cancel_check(lane->conn, &lane->holder.keys, queries, batch->n_tasks, err);
    for (size_t i = 0; i < batch->n_tasks && st == SKEP_OK; i++) {
        batch->is_cancelled[i] = queries[i].is_cancelled;
        batch->has_cancelled = batch->has_cancelled || queries[i].is_cancelled;
    }
    return st;
}

skep_status skep_cancelled_is_running(struct skep_slot *slot, bool *is_cancelled_out, struct skep_error *err)
{
    const struct skep_running *running = &slot->running;
    struct skep_lane *lane = running->lane;
    struct skep_cancel_query query = {
        .job = running->job, .id = running->sweep == NULL ? running->id : NULL, .from = -1};
    skep_status st = SKEP_OK;

    assert(lane != NULL);
    *is_cancelled_out = false;
    if (lane->holder.is_pending) { /* that one has to be answered before anything else is asked */
        st = skep_lane_tell(lane, 1, err);
    }
    if (st == SKEP_OK) {
        st = skep_cancel_check(lane->conn, &lane->holder.keys, &query, 1, err);
    }
    *is_cancelled_out = st == SKEP_OK && (query.is_cancelled || (running->sweep != NULL && query.from >= 0 &&
                                                                 running->position >= query.from));
    return st;
}
