/* SPDX-License-Identifier: MIT */
#include "gather/gathering.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "queue/range.h"
#include "run/reduce.h"

/* Syncs take at most a tenth of the time, as long as they take less than that of a second. */
enum {
    GATHERING_SYNC_SHARE = 10,
    GATHERING_SYNC_MS = 1000,
    GATHERING_VALUE_BYTES = 4 << 20, /* that travelled: they are in the server's memory till they are safe */
    GATHERING_FLOWS_MS = 100
};

skep_status skep_gathering_open(struct skep_gathering *gathering, struct skep_conn *conn, const char *queue,
                                const char *job, const struct skep_sweep *sweep,
                                const struct skep_roots *roots, struct skep_error *err)
{
    skep_status st;

    *gathering = (struct skep_gathering){.conn = conn, .sweep = sweep, .roots = roots};
    st = skep_gatherer_open(&gathering->files, sweep, roots, err);
    if (st != SKEP_OK) {
        return st;
    }
    gathering->is_open = true;
    st = skep_acks_init(&gathering->acks, conn, queue, job, err);
    if (st != SKEP_OK) {
        skep_gatherer_close(&gathering->files);
        gathering->is_open = false;
    }
    return st;
}

/* What is applied is on the disk behind this. */
static skep_status gathering_sync(struct skep_gathering *gathering, struct skep_error *err)
{
    int64_t began_ms = skep_monotonic_ms();
    skep_status st = skep_gatherer_sync(&gathering->files, err);
    int64_t now_ms = skep_monotonic_ms();
    int64_t rest_ms = GATHERING_SYNC_SHARE * (now_ms - began_ms);

    gathering->sync_at_ms = now_ms + (rest_ms < GATHERING_SYNC_MS ? rest_ms : GATHERING_SYNC_MS);
    return st;
}

/* Stops at the first ack that cannot be applied: it and those behind it are read again. */
static skep_status gathering_apply(struct skep_gathering *gathering, const struct skep_bytes *acks, size_t n,
                                   struct skep_error *err)
{
    for (size_t i = 0; i < n; i++) {
        skep_status st = skep_gatherer_apply(&gathering->files, acks[i].bytes, acks[i].n, err);
        if (st == SKEP_E_PROTOCOL) {
            skep_log(SKEP_LOG_WARN, "ack-dropped", "job=%s reason=\"%s\"", gathering->acks.job, err->text);
            skep_error_clear(err);
            gathering->n_bad++;
        } else if (st != SKEP_OK) {
            return st;
        }
        gathering->n_in_hand++;
        gathering->n_applied++;
    }
    return SKEP_OK;
}

/* Values in hand must be safe before they are confirmed; and whatever was applied should be soon. */
static bool gathering_is_sync_due(const struct skep_gathering *gathering)
{
    const struct skep_gatherer *files = &gathering->files;

    return (files->is_dirty && skep_monotonic_ms() >= gathering->sync_at_ms) ||
           files->value_bytes >= GATHERING_VALUE_BYTES;
}

skep_status skep_gathering_step(struct skep_gathering *gathering, struct skep_error *err)
{
    struct skep_bytes acks[SKEP_ACKS_WANT];
    size_t n = 0;
    skep_status st = gathering_is_sync_due(gathering) ? gathering_sync(gathering, err) : SKEP_OK;

    if (st == SKEP_OK && gathering->files.needs_sync) {
        return SKEP_EMPTY;
    }
    if (st == SKEP_OK) {
        st = skep_acks_read(&gathering->acks, gathering->n_in_hand, acks, &n, err);
    }
    if (st == SKEP_OK) {
        gathering->n_in_hand = 0;
        st = gathering_apply(gathering, acks, n, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    gathering->came_at_ms = n > 0 ? skep_monotonic_ms() : gathering->came_at_ms;
    gathering->is_over = gathering->acks.is_over && n == 0;
    return n > 0 ? SKEP_OK : SKEP_EMPTY;
}

int skep_gathering_rest_ms(const struct skep_gathering *gathering)
{
    return skep_monotonic_ms() - gathering->came_at_ms < GATHERING_FLOWS_MS ? SKEP_GATHERING_SHORT_REST_MS
                                                                            : SKEP_GATHERING_REST_MS;
}

skep_status skep_gathering_begin_anew(struct skep_gathering *gathering, struct skep_error *err)
{
    char queue[SKEP_QUEUE_NAME_MAX + 1], job[SKEP_RANGE_JOB_BYTES];
    skep_status st = gathering_sync(gathering, err);

    if (skep_conn_is_open(gathering->conn)) { /* ours may be on the new server, too, and would keep us out */
        (void)!skep_acks_leave(&gathering->acks, 0, NULL);
    }
    memcpy(queue, gathering->acks.keys.name, sizeof queue);
    memcpy(job, gathering->acks.job, sizeof job);
    gathering->is_over = false;
    gathering->n_in_hand = 0; /* safe, and nothing that the new server knows of */
    return st == SKEP_OK ? skep_acks_init(&gathering->acks, gathering->conn, queue, job, err) : st;
}

/* ---- the end ---- */

static bool gathering_has_holes(const struct skep_gathering *gathering)
{
    int64_t lo, hi;

    return skep_gatherer_next_hole(&gathering->files, 0, &lo, &hi);
}

static skep_status gathering_set_complete(struct skep_gathering *gathering, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (int k = 0; st == SKEP_OK && k < gathering->sweep->n_outs; k++) {
        st = skep_sidecar_set_complete(gathering->files.sidecars[k], true, err);
    }
    return st;
}

static void gathering_reduce(const struct skep_gathering *gathering, struct skep_buf *value)
{
    struct skep_error why = {0};
    skep_status st = skep_reduce_sweep(gathering->sweep, gathering->roots, value, &why);

    if (st != SKEP_OK || skep_buf_failed(value)) {
        skep_log(SKEP_LOG_ERROR, "reduce-failed", "job=%s reason=\"%s\"", gathering->acks.job,
                 skep_error_text(&why, st != SKEP_OK ? st : SKEP_E_NOMEM));
        skep_buf_reset(value);
    }
}

skep_status skep_gathering_complete(struct skep_gathering *gathering, struct skep_buf *value,
                                    struct skep_error *err)
{
    skep_status st = gathering_sync(gathering, err);

    skep_buf_reset(value);
    if (st == SKEP_OK && !gathering_has_holes(gathering)) {
        st = gathering_set_complete(gathering, err);
        if (st == SKEP_OK && gathering->sweep->reduce != NULL) {
            gathering_reduce(gathering, value);
        }
    }
    return st;
}

skep_status skep_gathering_finish(struct skep_gathering *gathering, struct skep_buf *value,
                                  struct skep_error *err)
{
    skep_status st = skep_gathering_complete(gathering, value, err);

    if (st == SKEP_OK) {
        st = skep_acks_leave(&gathering->acks, gathering->n_in_hand, err);
    }
    if (st == SKEP_OK) {
        st = skep_range_finish(gathering->conn, &gathering->acks.keys, gathering->acks.job,
                               value->length > 0 ? value->bytes : NULL, value->length, err);
    }
    return st;
}

void skep_gathering_close(struct skep_gathering *gathering)
{
    struct skep_error why = {0};

    if (!gathering->is_open) {
        return;
    }
    if (gathering_sync(gathering, &why) == SKEP_OK && skep_conn_is_open(gathering->conn)) {
        /* When it is not told the mark runs out, and the acks come again: they change nothing then. */
        (void)!skep_acks_leave(&gathering->acks, gathering->n_in_hand, &why);
    }
    skep_gatherer_close(&gathering->files);
    gathering->is_open = false;
}
