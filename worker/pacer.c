/* SPDX-License-Identifier: MIT */
#include "pacer.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "cancelled.h"
#include "sweep/order.h"
#include "title.h"
#include "turn_output.h"

enum {
    PACER_TICK_MS = 100,
    PACER_TELL_MS = 1000,         /* a finished result waits no longer than about this */
    PACER_TELL_SOON_MS = 200,     /* what is done of a range: idle slots take half of what seems to be left */
    PACER_LAST_WORDS_MS = 1000,   /* a kernel that is told to stop has so long to do so */
    PACER_LAST_EXCHANGE_MS = 3000 /* and an exchange that is under way so long to end */
};

/* ---- what waits behind a long task ---- */

/* The first reason to stop is the one that counts. */
static void pacer_stop(struct skep_slot *slot, unsigned why)
{
    unsigned none = SKEP_STOP_NONE;

    atomic_compare_exchange_strong(&slot->page->stop, &none, why);
}

/* Settle what is finished; of the running lane the next N_KEPT tasks stay, the first of which runs. With the
 * lock. */
static void pacer_tell(struct skep_slot *slot, struct skep_lane *lane, size_t n_kept)
{
    struct skep_error err = {0};
    bool is_running = lane == slot->running.lane;
    skep_status st = skep_lane_tell(lane, is_running ? n_kept : 0, &err);

    if (st == SKEP_E_FENCED && is_running) {
        _exit(SKEP_SLOT_FENCED); /* what it computes is somebody else's by now */
    }
    if (is_running && slot->running.sweep != NULL && slot->running.position >= lane->hand.chunk.hi) {
        pacer_stop(slot, SKEP_STOP_LOST);
    }
    if (st != SKEP_OK && !skep_lane_forgive(lane, st, "tell", &err)) {
        lane->retry_at_ms = skep_monotonic_ms() + PACER_TELL_MS; /* the main thread will hear it, too */
    }
}

static bool pacer_is_news_old(const struct skep_slot *slot, const struct skep_lane *lane, int64_t now_ms)
{
    if (!skep_lane_has_news(lane) || !skep_lane_is_due(lane, now_ms)) {
        return false;
    }
    if (lane != slot->running.lane) {
        return true; /* its server was unwell when its turn was over */
    }
    return now_ms - lane->hand.batch.started_ms >= PACER_TELL_MS &&
           (skep_hand_has_news(&lane->hand, 1) || lane->holder.is_pending);
}

static bool pacer_is_progress_old(const struct skep_slot *slot, const struct skep_lane *lane, int64_t now_ms)
{
    return lane == slot->running.lane && lane->hand.is_range && skep_lane_is_due(lane, now_ms) &&
           now_ms - lane->hand.batch.started_ms >= PACER_TELL_SOON_MS &&
           skep_hand_has_news(&lane->hand, SKEP_KEEP_ALL);
}

/* What runs, for ps and for who asks the agent. */
static void pacer_name_running(const struct skep_slot *slot)
{
    const struct skep_running *running = &slot->running;
    struct skep_page_told told = {
        .task = {.lane = (int)(running->lane - slot->lanes), .number = skep_lane_number(running->lane)},
        .index = -1,
        .kernel = running->kernel,
        .job = running->job,
        .id = running->id};
    char id[SKEP_RANGE_JOB_BYTES + 24];

    if (running->sweep == NULL) {
        snprintf(id, sizeof id, "%.48s", running->id);
    } else {
        told.index = skep_order_index(running->sweep, running->position);
        skep_settle_name_index(running->job, told.index, id, sizeof id);
    }
    skep_page_tell(slot->page, &told);
    skep_title_set("skep-worker: slot %d %s %s %s", (int)slot->settings->slot, running->lane->queue,
                   running->kernel, id);
}

/* Ten times a second while a batch is being worked on. */
static void pacer_tick(struct skep_slot *slot)
{
    int64_t now_ms = skep_monotonic_ms();
    int64_t deadline_ms = atomic_load_explicit(&slot->page->deadline_ms, memory_order_relaxed);

    if (slot->running.lane == NULL) {
        return;
    }
    pacer_name_running(slot);
    if (deadline_ms > 0 && now_ms >= deadline_ms) {
        pacer_stop(slot, SKEP_STOP_TIMEOUT);
    }
    skep_turn_read_along(slot, now_ms);
    for (size_t i = 0; i < slot->n_lanes; i++) {
        struct skep_lane *lane = &slot->lanes[i];
        if (pacer_is_news_old(slot, lane, now_ms)) {
            pacer_tell(slot, lane, 1);
            lane->hand.batch.started_ms = now_ms;
        } else if (pacer_is_progress_old(slot, lane, now_ms)) {
            pacer_tell(slot, lane, SKEP_KEEP_ALL);
        }
    }
}

/* ---- what the agent says ---- */

/* The agent is gone, or wants us gone: the kernel is told, and if it does not listen, the process ends
 * without it. Everything finished is told and everything else given back, the running task too: nobody is to
 * blame. */
static void pacer_end_now(struct skep_slot *slot)
{
    struct timespec until;
    int64_t until_ms;

    pthread_mutex_lock(&slot->lock);
    slot->is_finishing = true;
    slot->is_leaving_now = true;
    atomic_store_explicit(&slot->page->stop, SKEP_STOP_NOW, memory_order_relaxed);
    pthread_mutex_unlock(&slot->lock);
    skep_slot_poke(slot->wake_fd);
    skep_sleep_ms(PACER_LAST_WORDS_MS); /* the main thread leaves in the meantime, and the process ends */
    until_ms = skep_wall_ms() + PACER_LAST_EXCHANGE_MS; /* the lock knows wall time only */
    until = (struct timespec){.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    if (pthread_mutex_timedlock(&slot->lock, &until) != 0) {
        _exit(SKEP_SLOT_BROKEN); /* what it holds is the agent's to give back */
    }
    if (!slot->is_waiting) {
        struct skep_error err = {0};
        skep_status st = skep_slot_leave(slot, &err);
        if (st != SKEP_OK) {
            skep_log(SKEP_LOG_WARN, "leave-failed", "slot=%d reason=\"%s\"", (int)slot->settings->slot,
                     skep_error_text(&err, st));
            _exit(SKEP_SLOT_BROKEN);
        }
    }
    _exit(SKEP_SLOT_LEFT);
}

static void pacer_finish(struct skep_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    slot->is_finishing = true;
    if (slot->running.lane != NULL) {
        /* What was not started goes to others now, not when this task is done. */
        pacer_tell(slot, slot->running.lane, 1);
    }
    pthread_mutex_unlock(&slot->lock);
    skep_slot_poke(slot->wake_fd);
}

/* Somebody has cancelled something. What runs is told to stop; from now on the agent counts the time that it
 * takes for that. */
static void pacer_look_at_running(struct skep_slot *slot)
{
    struct skep_error err = {0};
    bool is_cancelled;
    skep_status st = skep_cancelled_is_running(slot, &is_cancelled, &err);

    if (st == SKEP_E_FENCED) {
        _exit(SKEP_SLOT_FENCED);
    }
    if (st != SKEP_OK) { /* the agent will ask again */
        (void)skep_lane_forgive(slot->running.lane, st, "cancel", &err);
    } else if (is_cancelled) {
        pacer_stop(slot, SKEP_STOP_CANCEL);
        atomic_store(&slot->page->deadline_ms, skep_monotonic_ms());
    }
}

/* A slot at work has no need to ask an idle queue again: its wait tells. One that is held off has. */
static void pacer_look(struct skep_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    if (slot->running.lane != NULL) {
        slot->look = slot->look == SKEP_LOOK_ALL ? SKEP_LOOK_ALL : SKEP_LOOK_HELD_OFF;
        pacer_look_at_running(slot);
    } else {
        slot->look = SKEP_LOOK_ALL;
    }
    pthread_mutex_unlock(&slot->lock);
    skep_slot_poke(slot->wake_fd);
}

static void pacer_obey(struct skep_slot *slot)
{
    char command;
    ssize_t n = read(slot->control_fd, &command, 1);

    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n != 1 || command == SKEP_CONTROL_NOW) {
        pacer_end_now(slot);
    } else if (command == SKEP_CONTROL_FINISH) {
        pacer_finish(slot);
    } else if (command == SKEP_CONTROL_LOOK) {
        pacer_look(slot);
    }
}

/* ---- the thread ---- */

static void *pacer_main(void *argument)
{
    struct skep_slot *slot = argument;
    struct pollfd fds[] = {{.fd = slot->control_fd, .events = POLLIN},
                           {.fd = slot->poke_fd, .events = POLLIN}};
    bool is_busy = false;

    for (;;) {
        int n = poll(fds, 2, is_busy ? PACER_TICK_MS : -1);
        if (n > 0 && fds[0].revents != 0) {
            pacer_obey(slot);
        }
        if (n > 0 && fds[1].revents != 0) {
            skep_slot_drain(slot->poke_fd);
        }
        pthread_mutex_lock(&slot->lock);
        is_busy = slot->is_busy;
        if (is_busy) {
            pacer_tick(slot);
        }
        pthread_mutex_unlock(&slot->lock);
    }
    return NULL;
}

skep_status skep_pacer_start(struct skep_slot *slot, struct skep_error *err)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, pacer_main, slot) != 0) {
        return skep_error_set(err, SKEP_E_NOMEM, "no second thread");
    }
    pthread_detach(thread);
    return SKEP_OK;
}
