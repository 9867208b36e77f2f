/* SPDX-License-Identifier: MIT */
/* Progress, not PING: a count that does not move tells what a connection that answers cannot. Who reads twice
 * sees with its own clock whether a count has moved. Who reads once has what the slots said of themselves,
 * which may be ten seconds old: it is believed where the counts are still those that it goes with. */
#include "monitor/motion.h"

#include <stdlib.h>
#include <string.h>

enum { MOTION_TOLD_MS = 30000 /* what is told lives so long, and a new slot is told of before that */ };

static int motion_compare(const void *worker, const void *slot)
{
    return strcmp(worker, ((const struct skep_overview_slot *)slot)->status->worker);
}

const struct skep_overview_slot *skep_motion_find(const struct skep_overview *overview, const char *worker)
{
    return overview->n_slots == 0
               ? NULL
               : bsearch(worker, overview->slots, overview->n_slots, sizeof *overview->slots, motion_compare);
}

static int64_t motion_most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The age of a count that was FROM at the age BEFORE_MS (-1: not known) and is TO now, MS later. */
static int64_t motion_age(int64_t from, int64_t to, int64_t before_ms, int64_t ms)
{
    return from != to ? 0 : motion_most(before_ms, 0) + ms;
}

/* What a slot told of its last cycle, if that still is the last one. */
static void motion_told(const struct skep_overview *overview, struct skep_overview_slot *slot)
{
    int64_t now_ms = overview->status.now_ms;
    const struct skep_info *info = &slot->info;

    slot->cycle_age_ms = slot->beat_age_ms = -1;
    if (slot->has_info && info->cycle_ms > 0 && info->cycles == slot->status->n_cycles) {
        slot->cycle_age_ms = motion_most(now_ms - info->cycle_ms, 0);
    }
}

/* When a slot was registered, by its machine's clock: the third part of its name. 0: it does not say. */
static int64_t motion_began_ms(const char *worker)
{
    const char *pid = strchr(worker, ':'), *began = pid != NULL ? strchr(pid + 1, ':') : NULL;
    char *end;
    int64_t ms = began != NULL ? strtoll(began + 1, &end, 16) : 0;

    return began != NULL && *end == ':' && ms > 0 ? ms : 0;
}

/* At one look: the last that was told is old, or it went away by itself. */
static bool motion_looks_silent(const struct skep_queue_status *status, const struct skep_overview_slot *slot)
{
    int64_t began_ms = motion_began_ms(slot->status->worker);

    if (slot->has_info) {
        return slot->info.at_ms > 0 && status->now_ms - slot->info.at_ms > SKEP_SILENT_MS;
    }
    return began_ms > 0 && status->now_ms - began_ms > MOTION_TOLD_MS;
}

static void motion_slot(struct skep_overview *overview, const struct skep_overview *before,
                        struct skep_overview_slot *slot)
{
    const struct skep_overview_slot *old =
        before != NULL ? skep_motion_find(before, slot->status->worker) : NULL;

    motion_told(overview, slot);
    if (old != NULL) {
        int64_t ms = motion_most(overview->at_ms - before->at_ms, 0);
        int64_t cycle_ms = motion_age(old->status->n_cycles, slot->status->n_cycles, old->cycle_age_ms, ms);
        slot->cycle_age_ms = motion_most(slot->cycle_age_ms, cycle_ms);
        slot->beat_age_ms = motion_age(old->status->beat, slot->status->beat, old->beat_age_ms, ms);
        slot->is_silent = slot->beat_age_ms >= SKEP_SILENT_MS ||
                          (old->is_silent && old->status->beat == slot->status->beat);
    } else {
        slot->is_silent = motion_looks_silent(&overview->status, slot);
    }
}

/* The least of all; not known when it is not of one that lives. */
static int64_t motion_last_cycle(const struct skep_overview *overview)
{
    int64_t least = -1;

    for (size_t i = 0; i < overview->n_slots; i++) {
        const struct skep_overview_slot *slot = &overview->slots[i];
        if (slot->cycle_age_ms < 0 && !slot->is_silent) {
            return -1;
        }
        if (slot->cycle_age_ms >= 0 && (least < 0 || slot->cycle_age_ms < least)) {
            least = slot->cycle_age_ms;
        }
    }
    return least;
}

/* ---- stalled ---- */

/* Tasks that may run wait, and a slot that lives has nothing to do. */
static bool motion_is_idle_in_vain(const struct skep_overview *overview)
{
    const struct skep_queue_status *status = &overview->status;
    bool is_full = status->max_results > 0 && status->n_results >= status->max_results;

    if (status->is_paused || is_full || (status->n_waiting <= 0 && status->n_suspect <= 0)) {
        return false;
    }
    for (size_t i = 0; i < overview->n_jobs; i++) {
        if (overview->jobs[i].is_held_up) {
            return false; /* that is a finding of its own */
        }
    }
    for (size_t i = 0; i < overview->n_slots; i++) {
        if (overview->slots[i].status->n_held == 0 && !overview->slots[i].is_silent) {
            return true;
        }
    }
    return false;
}

/* How long, at least, the tasks at the head have waited, as the server alone tells: the age of the oldest; or
 * nothing has come in since the sample. */
static int64_t motion_waited(const struct skep_queue_status *status)
{
    bool is_quiet = status->pace.at_ms > 0 && status->pace.n_in == status->n_in;

    return motion_most(motion_most(status->oldest_ms, 0), is_quiet ? status->now_ms - status->pace.at_ms : 0);
}

static int64_t motion_stalled(const struct skep_overview *overview, const struct skep_overview *before)
{
    int64_t waited;

    if (overview->cycle_age_ms < 0 || !motion_is_idle_in_vain(overview)) {
        return 0;
    }
    if (before == NULL) {
        waited = motion_waited(&overview->status);
    } else {
        waited = motion_is_idle_in_vain(before)
                     ? before->stalled_ms + motion_most(overview->at_ms - before->at_ms, 0)
                     : 0;
    }
    return waited < overview->cycle_age_ms ? waited : overview->cycle_age_ms;
}

void skep_motion_fill(struct skep_overview *overview, const struct skep_overview *before)
{
    for (size_t i = 0; i < overview->n_slots; i++) {
        motion_slot(overview, before, &overview->slots[i]);
    }
    overview->cycle_age_ms = motion_last_cycle(overview);
    overview->stalled_ms = motion_stalled(overview, before);
}

int64_t skep_motion_cycle_at_most(const struct skep_overview *overview, const struct skep_overview_slot *slot)
{
    bool has_moved = slot->has_info && slot->info.at_ms > 0 && slot->status->n_cycles > slot->info.cycles;

    if (slot->cycle_age_ms >= 0 || !has_moved) {
        return slot->cycle_age_ms;
    }
    return motion_most(overview->status.now_ms - slot->info.at_ms, 0);
}
