/* SPDX-License-Identifier: MIT */
#include "producer/run/restarts.h"

#include <stdio.h>

#include "producer/run/child.h"
#include "queue/admin.h"
#include "queue/beat.h"

enum { RESTARTS_MOST = 5 };

skep_status skep_restarts_count(struct skep_restarts *restarts, const char *who, int status, uint64_t n_done,
                                char *note, size_t note_bytes, struct skep_error *err)
{
    char how[96];

    if (n_done != restarts->n_done) {
        restarts->n_done = n_done;
        restarts->n = 0;
        skep_backoff_reset(&restarts->backoff);
    }
    skep_child_describe(status, how, sizeof how);
    if (++restarts->n > RESTARTS_MOST) {
        return skep_error_set(err, SKEP_E_UNREACHABLE,
                              "%s ended %d times without a result in between, now with %s", who, restarts->n,
                              how);
    }
    snprintf(note, note_bytes, "%s ended with %s and is started again", who, how);
    return SKEP_OK;
}

skep_status skep_restarts_reap(struct skep_conn *conn, const struct skep_keys *keys, struct skep_error *err)
{
    struct skep_queue_status status;
    skep_status st = skep_conn_is_open(conn) ? SKEP_OK : skep_conn_connect(conn, err);

    if (st == SKEP_OK) {
        st = skep_queue_status_read(conn, keys, &status, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    for (size_t i = 0; i < status.n_slots && st == SKEP_OK; i++) {
        const struct skep_death death = {.worker = status.slots[i].worker,
                                         .observed = -1,
                                         .running = SKEP_RUNNING_NONE,
                                         .info = "cause=lost-worker its skep run ended"};
        int64_t moved;
        st = skep_reap(conn, keys, &death, &moved, err);
    }
    skep_queue_status_release(&status);
    return st;
}
