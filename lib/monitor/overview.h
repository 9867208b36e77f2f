/* SPDX-License-Identifier: MIT */
#ifndef SKEP_MONITOR_OVERVIEW_H
#define SKEP_MONITOR_OVERVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/info.h"
#include "queue/admin.h"
#include "queue/job.h"
#include "queue/server_facts.h"

/* Everything that is known of one queue at one instant: what status, top, the exporter and why show. Asking
 * costs the same however long the queue is. */

struct skep_overview_slot {
    const struct skep_slot_status *status;
    struct skep_bytes told; /* what its agent says, as it came; n 0: nothing */
    bool has_info;          /* and it can be read; else it has just begun, or its agent is silent */
    struct skep_info info;  /* but busy, and running something, it is only while it holds something */
    /* Since its last cycle, and since its agent's last beat; -1: not known. At least so long where it is
     * observed: from an earlier overview on. */
    int64_t cycle_age_ms, beat_age_ms;
    bool is_silent; /* nobody speaks for it any more: nothing that it says of itself is news */
};

/* What is taken together by kernel, cause, or kind (metrics/account.h). */
struct skep_overview_kernel {
    char name[32];
    int64_t n_done, n_failed, ns, buckets[SKEP_SECONDS_BUCKETS];
};
struct skep_overview_count {
    char word[32];
    int64_t n;
};
enum { SKEP_OVERVIEW_KERNELS = 64, SKEP_OVERVIEW_CAUSES = 32, SKEP_OVERVIEW_ERRORS = 32 };

struct skep_overview_account {
    size_t n_kernels, n_causes, n_errors;
    struct skep_overview_kernel kernels[SKEP_OVERVIEW_KERNELS];
    struct skep_overview_count causes[SKEP_OVERVIEW_CAUSES], errors[SKEP_OVERVIEW_ERRORS];
    int64_t cycles, cycles_ns, cycle_buckets[SKEP_SECONDS_BUCKETS];
    int64_t batches, batch_tasks, batch_buckets[SKEP_SIZE_BUCKETS];
    int64_t reconnects;
};

/* What rates are counted from. */
struct skep_overview_base {
    int64_t at_ms; /* monotonic */
    int64_t n_in, n_out;
    bool counts_puts;
};

struct skep_overview {
    struct skep_keys keys;
    int64_t at_ms; /* monotonic, when it was read */
    struct skep_queue_status status;
    size_t n_slots;                    /* = status.n_slots */
    struct skep_overview_slot *slots;  /* by name: those of a machine stand together */
    size_t n_workers, n_hosts, n_busy; /* agents; machines; slots that hold something */
    size_t n_jobs;
    struct skep_job *jobs;      /* those that are not over first, then by name */
    int64_t n_left;             /* tasks that are not over, as well as is known: of range jobs, their tasks */
    double in_per_s, out_per_s; /* NaN: not known (yet) */
    struct skep_overview_base base;
    double eta_s;         /* until n_left are over at that rate; NaN: not known, infinite: never */
    int64_t oldest_ms;    /* age of the record at the head; -1: it does not say, or there is none */
    int64_t cycle_age_ms; /* of the most recent cycle of any slot; -1: there is no slot, or not known */
    int64_t stalled_ms;   /* so long, at least, tasks that may run have waited, slots been idle and no
                             cycle has ended; 0: it is not so, or not known yet */
    struct skep_overview_account account;
    struct skep_arena arena;
};

/* What to ask for beyond the numbers of the queue. RANGES: the jobs, but only where there are range jobs:
 * n_left needs them there. */
enum {
    SKEP_OVERVIEW_INFOS = 1,
    SKEP_OVERVIEW_JOBS = 2,
    SKEP_OVERVIEW_ACCOUNT = 4,
    SKEP_OVERVIEW_ALL = 7,
    SKEP_OVERVIEW_RANGES = 8
};

/* Read it. BEFORE (NULL: none) is an earlier one of the same queue, from this process: rates and ages of
 * cycles are then those between the two, else those of the server's last samples. How smooth rates are is the
 * caller's choice: one that lies ten seconds back gives those of ten seconds. Waits for replies.
 * *OVERVIEW_OUT is large: keep it on the heap. skep_overview_release in any case.
 *
 *   failures of the line and of the server */
SKEP_MUST_USE skep_status skep_overview_read(struct skep_conn *conn, const struct skep_keys *keys,
                                             unsigned what, const struct skep_overview *before,
                                             struct skep_overview *overview_out, struct skep_error *err);
void skep_overview_release(struct skep_overview *overview); /* zeroed is fine */

/* Behind the slots of the machine that slot FIRST is on, whose name begins theirs: FIRST is its first one. */
size_t skep_overview_host_end(const struct skep_overview *overview, size_t first);

#endif
