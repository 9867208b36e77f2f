/* SPDX-License-Identifier: MIT */
#include "slot.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "limit.h"
#include "pacer.h"
#include "set_up.h"
#include "title.h"
#include "turn.h"

enum { SLOT_NAMES_BYTES = 64 };

void skep_slot_drain(int event_fd)
{
    uint64_t count;

    if (read(event_fd, &count, sizeof count) < 0 && errno != EAGAIN) {
        skep_log(SKEP_LOG_WARN, "eventfd", "errno=%d", errno);
    }
}

void skep_slot_poke(int event_fd)
{
    uint64_t one = 1;

    if (write(event_fd, &one, sizeof one) < 0 && errno != EAGAIN) {
        skep_log(SKEP_LOG_WARN, "eventfd", "errno=%d", errno);
    }
}

/* ---- waiting ---- */

/* For poll: until the first lane whose server was unwell is to be tried again; -1: there is none. */
static int slot_retry_in_ms(const struct skep_slot *slot)
{
    int64_t now_ms = skep_monotonic_ms();
    int64_t in_ms = -1;

    for (size_t i = 0; i < slot->n_lanes; i++) {
        const struct skep_lane *lane = &slot->lanes[i];
        int64_t left_ms = skep_lane_is_due(lane, now_ms) ? 0 : lane->retry_at_ms - now_ms;
        if (lane->state == SKEP_LANE_NEW || lane->state == SKEP_LANE_OPEN) {
            in_ms = in_ms < 0 || left_ms < in_ms ? left_ms : in_ms;
        }
    }
    return (int)in_ms;
}

static bool slot_is_held_off(const struct skep_slot *slot)
{
    bool is_any = false;

    for (size_t i = 0; i < slot->n_lanes; i++) {
        if (slot->lanes[i].state != SKEP_LANE_HELD_OFF) {
            return false;
        }
        is_any = true;
    }
    return is_any;
}

/* No lane has anything: sleep until one has, until one that was unwell is to be tried again, or until the
 * agent has a word for us. Without the lock: the pacer leaves the lanes alone meanwhile. */
static void slot_sleep(struct skep_slot *slot)
{
    struct skep_holder *holders[SKEP_MAX_QUEUES];
    char names[SLOT_NAMES_BYTES];
    size_t n = 0;
    int timeout_ms = slot_retry_in_ms(slot);

    for (size_t i = 0; i < slot->n_lanes; i++) {
        if (slot->lanes[i].state == SKEP_LANE_IDLE) {
            holders[n++] = &slot->lanes[i].holder;
        }
    }
    slot->is_busy = false;
    skep_metrics_set(&slot->page->metrics, SKEP_METRIC_SLOTS_BUSY, 0);
    slot->is_waiting = true;
    pthread_mutex_unlock(&slot->lock);
    skep_title_set("skep-worker: slot %d %s %s", (int)slot->settings->slot,
                   skep_queues_join(&slot->settings->queues, names, sizeof names),
                   slot_is_held_off(slot) ? "held off" : "idle");
    if (skep_holder_wait(holders, n, slot->wake_fd, timeout_ms) == SKEP_STOPPED) {
        skep_slot_drain(slot->wake_fd);
    }
    pthread_mutex_lock(&slot->lock);
    slot->is_waiting = false;
}

/* ---- whose turn ---- */

/* Which lanes may have work: some have been waited for, and the agent may know more. */
static skep_status slot_look(struct skep_slot *slot, struct skep_error *err)
{
    int64_t now_ms = skep_monotonic_ms();

    for (size_t i = 0; i < slot->n_lanes; i++) {
        struct skep_lane *lane = &slot->lanes[i];
        skep_status st;
        if (lane->state == SKEP_LANE_LEFT && !slot->is_finishing) {
            /* The pacer heard it. A lane that is gone is not opened again: a fresh slot has all of them. */
            return skep_error_set(err, SKEP_E_FENCED, "%s: this slot was declared dead", lane->queue);
        }
        if (slot->look == SKEP_LOOK_ALL ||
            (slot->look == SKEP_LOOK_HELD_OFF && lane->state == SKEP_LANE_HELD_OFF)) {
            skep_lane_wake(lane);
        }
        st = skep_lane_look(lane, err);
        if (st != SKEP_OK && !skep_lane_forgive(lane, st, "wait", err)) {
            return st;
        }
        skep_share_set_work(&slot->share, i,
                            (lane->state == SKEP_LANE_NEW || lane->state == SKEP_LANE_OPEN) &&
                                skep_lane_is_due(lane, now_ms));
    }
    slot->look = SKEP_LOOK_NONE;
    return SKEP_OK;
}

/* Another lane's turn begins: what was finished in the others is told before, in so far as their servers are
 * well. */
static skep_status slot_tell_others(struct skep_slot *slot, const struct skep_lane *next,
                                    struct skep_error *err)
{
    int64_t now_ms = skep_monotonic_ms();

    for (size_t i = 0; i < slot->n_lanes; i++) {
        struct skep_lane *lane = &slot->lanes[i];
        skep_status st;
        if (lane == next || !skep_lane_has_news(lane) || !skep_lane_is_due(lane, now_ms)) {
            continue;
        }
        st = skep_lane_tell(lane, 0, err);
        if (st != SKEP_OK && !skep_lane_forgive(lane, st, "tell", err)) {
            return st;
        }
    }
    return SKEP_OK;
}

/* ---- recycling ---- */

bool skep_slot_has_run_enough(const struct skep_slot *slot)
{
    int64_t limit = slot->settings->recycle_tasks;

    return limit > 0 && slot->n_run >= limit;
}

static int64_t slot_task_limit(const struct skep_slot *slot)
{
    return slot->settings->recycle_tasks > 0 ? slot->settings->recycle_tasks - slot->n_run : INT64_MAX;
}

/* Inputs that are mapped do not count: they are the system's to drop. */
static bool slot_is_too_large(const struct skep_slot *slot)
{
    uint64_t limit = slot->settings->recycle_rss_bytes;

    return limit > 0 && (uint64_t)skep_limits_own_bytes(getpid()) > limit;
}

/* Whether it should make way for a fresh process. */
static bool slot_is_worn(const struct skep_slot *slot)
{
    const char *why = skep_slot_has_run_enough(slot) ? "tasks" : slot_is_too_large(slot) ? "memory" : NULL;

    if (why != NULL) {
        skep_log(SKEP_LOG_INFO, "slot-recycle", "slot=%d reason=%s tasks=%" PRId64, (int)slot->settings->slot,
                 why, slot->n_run);
    }
    return why != NULL;
}

/* ---- turns ---- */

/* One turn of one lane. Fails only for good. */
static skep_status slot_serve(struct skep_slot *slot, struct skep_lane *lane, struct skep_error *err)
{
    const char *doing = "register";
    skep_status st = slot_tell_others(slot, lane, err);

    if (st != SKEP_OK) {
        return st;
    }
    if (lane->state == SKEP_LANE_NEW) {
        st = skep_lane_register(lane, err);
    }
    if (st == SKEP_OK) {
        doing = "cycle";
        st = skep_lane_take(lane, slot_task_limit(slot), err);
    }
    if (st == SKEP_OK && !skep_hand_is_empty(&lane->hand)) {
        doing = "run";
        st = skep_turn_run(slot, lane, err);
        slot->is_finishing = slot->is_finishing || slot_is_worn(slot);
    }
    return st == SKEP_OK || skep_lane_forgive(lane, st, doing, err) ? SKEP_OK : st;
}

static skep_status slot_loop(struct skep_slot *slot, struct skep_error *err)
{
    while (!slot->is_finishing) {
        skep_status st = slot_look(slot, err);
        int next = skep_share_next(&slot->share);

        if (st == SKEP_OK && next < 0) {
            slot_sleep(slot);
        } else if (st == SKEP_OK) {
            st = slot_serve(slot, &slot->lanes[next], err);
        }
        if (st != SKEP_OK) {
            return st;
        }
    }
    return SKEP_OK;
}

/* ---- leaving ---- */

static bool slot_has_left(const struct skep_slot *slot)
{
    for (size_t i = 0; i < slot->n_lanes; i++) {
        if (slot->lanes[i].state != SKEP_LANE_LEFT) {
            return false;
        }
    }
    return true;
}

/* One try for each lane that is due; the first failure that is final is told after the last. */
static skep_status slot_leave_once(struct skep_slot *slot, struct skep_error *err)
{
    int64_t now_ms = skep_monotonic_ms();
    skep_status worst = SKEP_OK;

    for (size_t i = 0; i < slot->n_lanes; i++) {
        struct skep_lane *lane = &slot->lanes[i];
        struct skep_error why = {0};
        skep_status st;
        if (lane->state == SKEP_LANE_LEFT || (!slot->is_leaving_now && !skep_lane_is_due(lane, now_ms))) {
            continue;
        }
        st = skep_lane_leave(lane, &why);
        if (st != SKEP_OK && (slot->is_leaving_now || !skep_lane_forgive(lane, st, "leave", &why))) {
            lane->state = SKEP_LANE_LEFT; /* there is nothing more that we could do */
            worst = worst == SKEP_OK ? st : worst;
            if (worst == st) {
                *err = why;
            }
        }
    }
    return worst;
}

skep_status skep_slot_leave(struct skep_slot *slot, struct skep_error *err)
{
    struct pollfd wake = {.fd = slot->wake_fd, .events = POLLIN};
    skep_status worst = SKEP_OK;

    for (;;) {
        skep_status st = slot_leave_once(slot, err);
        worst = worst == SKEP_OK ? st : worst;
        if (slot_has_left(slot)) {
            return worst;
        }
        pthread_mutex_unlock(&slot->lock);
        if (poll(&wake, 1, slot_retry_in_ms(slot)) > 0) {
            skep_slot_drain(slot->wake_fd);
        }
        pthread_mutex_lock(&slot->lock);
    }
}

/* ---- from birth to death ---- */

static int slot_exit_status(const struct skep_slot *slot, skep_status st, const struct skep_error *err)
{
    int number = (int)slot->settings->slot;

    switch (st) {
    case SKEP_OK:
        return SKEP_SLOT_LEFT;
    case SKEP_E_FENCED:
        skep_log(SKEP_LOG_WARN, "slot-fenced", "slot=%d reason=\"%s\"", number, err->text);
        return SKEP_SLOT_FENCED;
    case SKEP_E_REFUSED:
    case SKEP_E_PROTOCOL:
        skep_log(SKEP_LOG_ERROR, "slot-refused", "slot=%d reason=\"%s\"", number, err->text);
        return SKEP_SLOT_REFUSED;
    default:
        skep_log(slot->is_leaving_now ? SKEP_LOG_WARN : SKEP_LOG_ERROR, "slot-failed",
                 "slot=%d reason=\"%s\"", number, skep_error_text(err, st));
        return SKEP_SLOT_BROKEN;
    }
}

/* From the first registration to the last word. With the lock, which is kept at the end: the pacer must not
 * start anything any more. */
static skep_status slot_live(struct skep_slot *slot, struct skep_error *err)
{
    struct skep_error why = {0};
    skep_status st, left;

    pthread_mutex_lock(&slot->lock);
    st = slot_loop(slot, err);
    slot->is_finishing = true;
    if (st != SKEP_OK) {
        slot->is_leaving_now = true; /* what another lane holds goes back, if that is possible at once */
    }
    left = skep_slot_leave(slot, &why);
    if (st == SKEP_OK && left != SKEP_OK) {
        *err = why;
        st = left;
    }
    return st;
}

int skep_slot_main(const struct skep_worker_settings *settings)
{
    static struct skep_slot slot; /* large, and there is one per process */
    char names[SLOT_NAMES_BYTES];
    struct skep_error err = {0};
    skep_status st;

    skep_title_set("skep-worker: slot %d %s starting", (int)settings->slot,
                   skep_queues_join(&settings->queues, names, sizeof names));
    slot.settings = settings;
    slot.control_fd = (int)settings->control_fd;
    pthread_mutex_init(&slot.lock, NULL);
    st = skep_slot_set_up(&slot, &err);
    if (st == SKEP_OK) {
        st = skep_pacer_start(&slot, &err);
    }
    if (st == SKEP_OK) {
        st = slot_live(&slot, &err);
    }
    return slot_exit_status(&slot, st, &err);
}
