/* SPDX-License-Identifier: MIT */
#include "hearing.h"

#include "base/log.h"
#include "queue/holder.h"
#include "queue/redis_error.h"

static bool hearing_is_forgotten(const struct skep_reply *reply)
{
    return reply->kind == SKEP_REPLY_ERROR &&
           skep_redis_error_find(reply->bytes, reply->length)->action == SKEP_REDIS_SEND_SCRIPT;
}

skep_status skep_hearing_read(struct skep_conn *conn, const struct skep_reply *reply,
                              struct skep_beat *beat_out, struct skep_error *err)
{
    if (!hearing_is_forgotten(reply)) {
        return skep_beat_read(conn, reply, beat_out, err);
    }
    return skep_conn_pending(conn) > 0 ? SKEP_E_UNWELL : skep_beat_read(conn, reply, beat_out, NULL);
}

static const char *hearing_name(const struct skep_child *child, size_t lane)
{
    const struct skep_page_lane *page = &child->page->lanes[lane];

    return atomic_load_explicit(&page->is_registered, memory_order_acquire) ? page->worker : "";
}

/* A slot may have been declared dead by others while it was cut off or stopped. One that is just registering
 * is not in the set yet either: it is left alone for a lease. */
static void hearing_fenced(struct skep_crew *crew, size_t lane, const struct skep_reply *name, int64_t now_ms)
{
    for (int i = 0; i < crew->n; i++) {
        struct skep_child *child = &crew->members[i].child;
        if (child->pid != 0 && now_ms - child->started_ms > SKEP_LEASE_MS &&
            skep_reply_is(name, hearing_name(child, lane))) {
            skep_log(SKEP_LOG_WARN, "slot-fenced", "slot=%d worker=%s", i, hearing_name(child, lane));
            child->is_fenced = true;
            skep_metrics_add(&crew->metrics, SKEP_METRIC_FENCED, 1);
            skep_child_kill(child);
        }
    }
}

/* Idle slots wait for the queue's list. What else they should know of, they are told. */
static void hearing_wake(const struct skep_crew *crew, size_t lane)
{
    for (int i = 0; i < crew->n; i++) {
        const struct skep_child *child = &crew->members[i].child;
        if (child->pid != 0 && atomic_load(&child->page->lanes[lane].is_held_off)) {
            skep_child_command(child, SKEP_CONTROL_LOOK);
        }
    }
}

/* One idle slot: for a suspect, which is run alone, and for tasks that wait although somebody is idle, whose
 * line is then dead without his knowing. */
static void hearing_wake_one(const struct skep_crew *crew, int *next_to_wake)
{
    for (int k = 0; k < crew->n; k++) {
        int i = (*next_to_wake + k) % crew->n;
        const struct skep_child *child = &crew->members[i].child;
        if (child->pid != 0 && atomic_load(&child->page->running) < 0) {
            skep_child_command(child, SKEP_CONTROL_LOOK);
            *next_to_wake = i + 1;
            return;
        }
    }
}

/* What runs may be what was cancelled: each slot looks for itself. */
static void hearing_cancels(const struct skep_crew *crew, size_t lane)
{
    for (int i = 0; i < crew->n; i++) {
        const struct skep_child *child = &crew->members[i].child;
        if (child->pid != 0 && atomic_load(&child->page->running) >= 0 &&
            (size_t)atomic_load(&child->page->running_lane) == lane) {
            skep_child_command(child, SKEP_CONTROL_LOOK);
        }
    }
}

void skep_hearing_beat(struct skep_crew *crew, size_t lane, const struct skep_beat *beat, int *next_to_wake,
                       int64_t now_ms)
{
    for (size_t i = 0; i < beat->fenced->n; i++) {
        hearing_fenced(crew, lane, &beat->fenced->items[i], now_ms);
    }
    if ((beat->flags & (SKEP_FLAG_PAUSED | SKEP_FLAG_RESULTS_FULL)) == 0) {
        hearing_wake(crew, lane);
        if ((beat->flags & SKEP_FLAG_SUSPECT) != 0 || beat->depth > 0) {
            hearing_wake_one(crew, next_to_wake);
        }
    }
    if ((beat->flags & SKEP_FLAG_CANCELS) != 0) {
        hearing_cancels(crew, lane);
    }
}
