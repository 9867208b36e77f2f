/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_RECOVERY_H
#define SKEP_CHAOS_RECOVERY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "chaos/times.h"
#include "queue/admin.h"

/* How long the tasks of a killed slot are in nobody's hands: from the kill until the slot is no longer
 * registered, which is the instant at which its tasks are back. Two kinds: a slot alone, whose agent sees it
 * die, and a whole worker, whose death others must conclude. */
enum skep_recovery_kind { SKEP_RECOVERY_SLOT, SKEP_RECOVERY_WORKER, SKEP_RECOVERY_N_KINDS };

enum { SKEP_RECOVERY_MAX = 512 };

struct skep_recovery_death {
    char worker[SKEP_WORKER_NAME_BYTES];
    enum skep_recovery_kind kind;
    int64_t since_ms;
};

struct skep_recovery {
    struct skep_recovery_death deaths[SKEP_RECOVERY_MAX]; /* not yet recovered */
    size_t n;
    struct skep_times times[SKEP_RECOVERY_N_KINDS];
};

void skep_recovery_release(struct skep_recovery *recovery);

/* These processes are being killed at NOW_MS. STATUS names the slots that are registered; others are not
 * waited for. */
void skep_recovery_expect(struct skep_recovery *recovery, enum skep_recovery_kind kind, const pid_t *pids,
                          size_t n_pids, const struct skep_queue_status *status, int64_t now_ms);

/* STATUS was read at NOW_MS. */
void skep_recovery_look(struct skep_recovery *recovery, const struct skep_queue_status *status,
                        int64_t now_ms);

/* The process within the name of a slot, or 0. */
pid_t skep_recovery_pid(const char *worker);

#endif
