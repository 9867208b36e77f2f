/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_PAGE_H
#define SKEP_WORKER_PAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "metrics/metrics.h"
#include "output.h"
#include "queue/keys.h"
#include "queues.h"
#include "run/fault_record.h"

/* One page of memory that an agent and one of its slots share: what the slot does, readable even after its
 * death, and the word that stops a kernel. The slot writes, the agent reads; the agent's commands go through
 * the control pipe. */

/* Why a kernel is to stop. Once the deadline has passed and the kernel did not listen, the agent ends its
 * slot; what becomes of the task is decided by this word. */
enum skep_stop {
    SKEP_STOP_NONE,
    SKEP_STOP_NOW,     /* give everything back */
    SKEP_STOP_TIMEOUT, /* the task has used up its time */
    SKEP_STOP_CANCEL,  /* somebody has cancelled it; the deadline is now */
    SKEP_STOP_LOST,    /* it is not this slot's any more: somebody has taken that part of its range */
    SKEP_STOP_MEMORY   /* it has used up its memory: the agent's reason for a kill, never on the page */
};

/* What a slot is to one of its queues. */
struct skep_page_lane {
    char worker[SKEP_WORKER_NAME_BYTES]; /* valid once is_registered is set */
    atomic_int is_registered;
    atomic_int is_held_off;   /* it waits until the queue is no longer paused or full, and wants to be told */
    _Atomic int64_t n_cycles; /* applied, of this incarnation */
    _Atomic int64_t cycle_ms; /* when the last one was, Redis TIME; 0: there was none */
    _Atomic int64_t n_done, n_failed; /* tasks, attempts */
};

/* What runs, for people: see skep_page_tell. */
enum { SKEP_PAGE_KERNEL_BYTES = 65, SKEP_PAGE_TEXT_BYTES = 257 };
struct skep_page_names {
    int lane; /* of the task that they belong to, as is `number`: skep_page.running */
    int64_t number;
    int64_t index; /* of a range job; -1: it is none */
    char kernel[SKEP_PAGE_KERNEL_BYTES], job[SKEP_PAGE_TEXT_BYTES], id[SKEP_PAGE_TEXT_BYTES];
};

struct skep_page {
    /* written by the slot */
    struct skep_page_lane lanes[SKEP_MAX_QUEUES]; /* in the order of the settings */
    _Atomic int running_lane;                     /* valid while running is not -1; set before it */
    _Atomic int64_t running;     /* number of the task that runs in its lane (skep_holder.n_settled counts
                                    alike), -1: none */
    _Atomic int64_t position;    /* which one of a range has that number; else -1. Valid as running_lane is,
                                    and changes while running does not */
    _Atomic int64_t started_ms;  /* monotonic: since when it runs; valid as running_lane is */
    _Atomic int64_t deadline_ms; /* monotonic; 0: none */
    atomic_uint names_turn;      /* odd while names are being written */
    struct skep_page_names names;
    struct skep_metrics metrics;    /* of this slot */
    struct skep_fault_record fault; /* by its handler of faults, on the way to its death */
    atomic_uint stop;               /* enum skep_stop; kernels poll it */
    struct skep_output_marks outputs[SKEP_OUTPUTS];
    /* written by the agent */
    atomic_int log_level; /* enum skep_log_level; the slot's log follows it */
};

/* What runs: what one is blamed for, or ended for. */
struct skep_page_task {
    int lane;
    int64_t number;   /* skep_page.running; -1: nothing runs */
    int64_t position; /* of a range; else -1 */
};

/* What ran at one instant, until when it may (0: as long as it likes), and since when. False: nothing did, or
 * it was just between two tasks. */
bool skep_page_look(const struct skep_page *page, struct skep_page_task *task_out, int64_t *deadline_ms_out,
                    int64_t *started_ms_out);

/* Names for what runs, written by one thread and read by another process, which may see an older state but no
 * mixture. False: nothing was told, it belongs to another task, or the writer is in the midst of it. Texts
 * that do not fit are cut; NULL is "". */
struct skep_page_told {
    struct skep_page_task task;
    int64_t index;
    const char *kernel, *job, *id;
};
void skep_page_tell(struct skep_page *page, const struct skep_page_told *told);
bool skep_page_hear(const struct skep_page *page, const struct skep_page_task *task,
                    struct skep_page_names *names_out);

bool skep_page_task_is(const struct skep_page_task *a, const struct skep_page_task *b);

/* Commands on the control pipe, one byte each. Its end (the agent is dead) means the same as
 * SKEP_CONTROL_NOW. */
enum skep_control {
    SKEP_CONTROL_FINISH = 'F', /* finish what runs, give the rest back, leave */
    SKEP_CONTROL_NOW = 'N',    /* give everything back, leave */
    SKEP_CONTROL_LOOK = 'L'    /* something has changed: ask the queues again; is what runs cancelled? */
};

/* How a slot ends, for its agent. */
enum {
    SKEP_SLOT_LEFT = 0,
    SKEP_SLOT_REFUSED = 3, /* the server refuses us: somebody must change something */
    SKEP_SLOT_BROKEN = 4,  /* cannot even start: a folder is missing, no memory */
    SKEP_SLOT_IDLE = 5,    /* of a gatherer: there was nothing for it to do */
    SKEP_SLOT_FENCED = 10  /* declared dead: start another one */
};

#endif
