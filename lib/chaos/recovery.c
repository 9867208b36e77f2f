/* SPDX-License-Identifier: MIT */
#include "chaos/recovery.h"

#include <stdbool.h>
#include <string.h>

#include "base/parse.h"

void skep_recovery_release(struct skep_recovery *recovery)
{
    for (size_t i = 0; i < SKEP_RECOVERY_N_KINDS; i++) {
        skep_times_release(&recovery->times[i]);
    }
    *recovery = (struct skep_recovery){0};
}

/* HOST:PID:TIME:CHANCE, read from the end. */
pid_t skep_recovery_pid(const char *worker)
{
    const char *end = worker + strlen(worker), *begin;
    int64_t pid = 0;

    for (int i = 0; i < 2; i++) {
        end = memrchr(worker, ':', (size_t)(end - worker));
        if (end == NULL) {
            return 0;
        }
    }
    begin = memrchr(worker, ':', (size_t)(end - worker));
    if (begin == NULL || !skep_parse_i64(begin + 1, (size_t)(end - begin) - 1, &pid)) {
        return 0;
    }
    return (pid_t)pid;
}

static bool recovery_waits_for(const struct skep_recovery *recovery, const char *worker)
{
    for (size_t i = 0; i < recovery->n; i++) {
        if (strcmp(recovery->deaths[i].worker, worker) == 0) {
            return true;
        }
    }
    return false;
}

void skep_recovery_expect(struct skep_recovery *recovery, enum skep_recovery_kind kind, const pid_t *pids,
                          size_t n_pids, const struct skep_queue_status *status, int64_t now_ms)
{
    for (size_t s = 0; s < status->n_slots; s++) {
        const char *worker = status->slots[s].worker;
        pid_t pid = skep_recovery_pid(worker);
        for (size_t i = 0; i < n_pids; i++) {
            if (pids[i] == pid && recovery->n < SKEP_RECOVERY_MAX && !recovery_waits_for(recovery, worker)) {
                struct skep_recovery_death *death = &recovery->deaths[recovery->n++];
                *death = (struct skep_recovery_death){.kind = kind, .since_ms = now_ms};
                memcpy(death->worker, worker, strlen(worker) + 1);
            }
        }
    }
}

static bool recovery_is_registered(const struct skep_queue_status *status, const char *worker)
{
    for (size_t s = 0; s < status->n_slots; s++) {
        if (strcmp(status->slots[s].worker, worker) == 0) {
            return true;
        }
    }
    return false;
}

void skep_recovery_look(struct skep_recovery *recovery, const struct skep_queue_status *status,
                        int64_t now_ms)
{
    size_t n_kept = 0;

    for (size_t i = 0; i < recovery->n; i++) {
        const struct skep_recovery_death *death = &recovery->deaths[i];
        if (recovery_is_registered(status, death->worker)) {
            recovery->deaths[n_kept++] = *death;
        } else {
            skep_times_add(&recovery->times[death->kind], now_ms - death->since_ms);
        }
    }
    recovery->n = n_kept;
}
