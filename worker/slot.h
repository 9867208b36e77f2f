/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_SLOT_H
#define SKEP_WORKER_SLOT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "capture.h"
#include "lane.h"
#include "npy/cache.h"
#include "npy/roots.h"
#include "page.h"
#include "queue/share.h"
#include "run/run.h"
#include "settings.h"
#include "settle.h"
#include "sweeps.h"

/* Which queues to ask again at the next opportunity, besides those that may have work. */
enum skep_look { SKEP_LOOK_NONE, SKEP_LOOK_HELD_OFF, SKEP_LOOK_ALL };

/* What runs, for who asks meanwhile. Strings live as long as it runs. */
struct skep_running {
    struct skep_lane *lane; /* NULL: nothing does */
    const char *kernel, *job;
    const char *id;                 /* of a plain task */
    int64_t index;                  /* of a plain task that has one; -1 */
    int64_t attempt;                /* 1 for the first */
    const struct skep_sweep *sweep; /* NULL: it is one. Else POSITION of this runs */
    int64_t position;
};

/* A slot: the process that computes. It takes a batch or a part of a range job from one of its queues, runs
 * it task by task, settles, and takes the next one.
 *
 * Two threads share it. The main one does all that (slot.c, turn.c, turn_range.c); the pacer (pacer.c)
 * listens to the agent and looks after what waits behind a long task. The lock guards everything but the
 * running kernel. */
struct skep_slot {
    const struct skep_worker_settings *settings;
    struct skep_page *page;
    int control_fd;
    int wake_fd; /* eventfd: wakes the main thread out of every wait */
    int poke_fd; /* eventfd: tells the pacer that there is work */
    int news_fd; /* eventfd of the agent: other slots should look whether what they run is cancelled */
    struct skep_roots *inputs, *outputs;
    struct skep_npy_cache *cache;
    struct skep_run run;
    struct skep_policy policy;
    struct skep_arena arena; /* of one task, or one chunk */
    struct skep_sweeps sweeps;
    char host[65];

    pthread_mutex_t lock;
    size_t n_lanes;
    struct skep_lane lanes[SKEP_MAX_QUEUES];
    struct skep_share share; /* whose turn it is */
    bool is_busy;            /* a batch is being worked on */
    bool is_waiting;         /* the main thread uses the lanes without the lock; nothing is held */
    enum skep_look look;     /* the agent says that something has changed */
    bool is_finishing;       /* take nothing more */
    bool is_leaving_now;     /* start nothing more either */
    struct skep_running running;
    struct skep_capture capture; /* what tasks print */
    int64_t read_along_ms;       /* when it was last looked at while a task ran */
    struct rusage usage;         /* of the main thread, when the last task ended */
    int64_t n_run;               /* tasks so far */
};

/* Returns the slot's exit status (SKEP_SLOT_..., page.h). */
int skep_slot_main(const struct skep_worker_settings *settings);

/* It has run so many tasks, or become so large, that a fresh process should take its place. The first is
 * known between two tasks, the second between two batches. */
bool skep_slot_has_run_enough(const struct skep_slot *slot);

void skep_slot_poke(int event_fd);
void skep_slot_drain(int event_fd);

/* Give everything back and be known nowhere any more. Tries until every server has answered for good, without
 * the lock while it waits for the next try; once the slot is to leave at once, each lane is tried only once.
 */
SKEP_MUST_USE skep_status skep_slot_leave(struct skep_slot *slot, struct skep_error *err);

#endif
