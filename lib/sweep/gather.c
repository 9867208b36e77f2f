/* SPDX-License-Identifier: MIT */
/* An ack is applied in the order that leaves only truth behind, whenever it stops: slices that travelled are
 * written first, then checksums and done bits, and a sync makes slices safe before the bits that say so.
 *
 * Slices that a worker wrote by itself are believed where this machine's page cache has them or the worker
 * synced them. From another machine, or from before a power cut, they are read back; what is not there is a
 * hole. */
#include "sweep/gather.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sweep/ack.h"
#include "sweep/crc32c.h"
#include "sweep/fill.h"
#include "sweep/order.h"

/* ---- opening ---- */

static skep_status gatherer_check_token(const struct skep_sweep *sweep, int k, const char *token,
                                        struct skep_error *err)
{
    return strcmp(token, sweep->token) == 0
               ? SKEP_OK
               : skep_error_set(err, SKEP_E_CONFLICT, "%.100s: its sidecar is of another job",
                                sweep->outs[k].path);
}

/* Nothing is locked or changed before all outputs are known to be ours. */
static skep_status gatherer_look(const struct skep_sweep *sweep, const struct skep_roots *roots,
                                 struct skep_error *err)
{
    struct skep_sidecar_look look;
    skep_status st = SKEP_OK;

    for (int k = 0; k < sweep->n_outs && st == SKEP_OK; k++) {
        st = skep_sidecar_look(roots, sweep->outs[k].path, &look, err);
        if (st == SKEP_OK) {
            st = gatherer_check_token(sweep, k, look.token, err);
        }
    }
    return st;
}

static skep_status gatherer_open_out(struct skep_gatherer *gatherer, int k, struct skep_error *err)
{
    const struct skep_sweep_out *out = &gatherer->sweep->outs[k];
    const struct skep_sidecar_facts *facts;
    struct skep_fill fill;
    skep_status st = skep_out_map_init(&gatherer->maps[k], gatherer->sweep, k, err);

    if (st == SKEP_OK) {
        st = skep_fill_parse(&fill, out->fill, out->dtype, err);
    }
    if (st == SKEP_OK) {
        st = skep_sidecar_open(gatherer->roots, out->path, true, &gatherer->sidecars[k], err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    facts = skep_sidecar_facts(gatherer->sidecars[k]);
    if (facts->n_all != gatherer->sweep->n_all || facts->out != k) {
        return skep_error_set(err, SKEP_E_CONFLICT, "%.100s: its sidecar is of another output", out->path);
    }
    gatherer->fill_crcs[k] = skep_fill_crc(&fill, gatherer->maps[k].slice_bytes);
    st = gatherer_check_token(gatherer->sweep, k, facts->token, err);
    return st == SKEP_OK ? skep_array_open(&gatherer->arrays[k], gatherer->roots, out, true, err) : st;
}

skep_status skep_gatherer_open(struct skep_gatherer *gatherer, const struct skep_sweep *sweep,
                               const struct skep_roots *roots, struct skep_error *err)
{
    skep_status st;

    *gatherer = (struct skep_gatherer){.sweep = sweep, .roots = roots, .boot = skep_here_boot()};
    skep_buf_init(&gatherer->slice, (size_t)PTRDIFF_MAX / 2);
    for (int k = 0; k < SKEP_SWEEP_MAX_OUTS; k++) {
        gatherer->arrays[k].fd = -1;
    }
    st = gatherer_look(sweep, roots, err);
    for (int k = 0; k < sweep->n_outs && st == SKEP_OK; k++) {
        st = gatherer_open_out(gatherer, k, err);
    }
    if (st != SKEP_OK) {
        skep_gatherer_close(gatherer);
    }
    return st;
}

void skep_gatherer_close(struct skep_gatherer *gatherer)
{
    for (int k = 0; k < SKEP_SWEEP_MAX_OUTS; k++) {
        skep_sidecar_close(gatherer->sidecars[k]);
        gatherer->sidecars[k] = NULL;
        skep_array_close(&gatherer->arrays[k]);
    }
    skep_buf_release(&gatherer->slice);
}

/* ---- applying ---- */

/* The values that travelled are what their checksums say: whole, and not a stranger's. */
static skep_status gatherer_check_values(const struct skep_gatherer *gatherer, const struct skep_ack *ack,
                                         struct skep_error *err)
{
    for (int k = 0; k < ack->n_outs; k++) {
        const struct skep_ack_out *out = &ack->outs[k];
        const size_t n = (size_t)gatherer->maps[k].slice_bytes;
        for (int64_t d = 0; out->values != NULL && d < ack->n_done; d++) {
            if (skep_crc32c(0, out->values + (size_t)d * n, n) != skep_ack_crc(out, d)) {
                return skep_error_set(err, SKEP_E_PROTOCOL, "an ack whose values do not fit their checksums");
            }
        }
    }
    return SKEP_OK;
}

/* Slices that follow one another in the ack and in the array: one write. */
struct gather_run {
    int64_t slice, n;
    const unsigned char *values;
};

static skep_status gatherer_write_run(const struct skep_gatherer *gatherer, int k,
                                      const struct gather_run *run, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (run->n > 0) {
        st = skep_array_write(&gatherer->arrays[k], run->slice, run->n, run->values, err);
    }
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", gatherer->sweep->outs[k].path);
    }
    return st;
}

static skep_status gatherer_write_values(const struct skep_gatherer *gatherer, const struct skep_ack *ack,
                                         int k, struct skep_error *err)
{
    const unsigned char *values = ack->outs[k].values;
    struct gather_run run = {0};
    skep_status st = SKEP_OK;

    for (int64_t p = ack->lo; p < ack->hi && st == SKEP_OK; p++) {
        int64_t index = skep_order_index(gatherer->sweep, p);
        int64_t slice;
        if (ack->states[p - ack->lo] != SKEP_ACK_DONE) {
            continue;
        }
        if (!skep_sidecar_is_done(gatherer->sidecars[k], index)) {
            slice = skep_out_map_at(&gatherer->maps[k], index);
            if (run.n == 0 || slice != run.slice + run.n ||
                values != run.values + run.n * gatherer->maps[k].slice_bytes) {
                st = gatherer_write_run(gatherer, k, &run, err);
                run = (struct gather_run){.slice = slice, .values = values};
            }
            run.n++;
        }
        values += gatherer->maps[k].slice_bytes;
    }
    return st == SKEP_OK ? gatherer_write_run(gatherer, k, &run, err) : st;
}

/* Control characters of a stranger stay out of words. */
static const char *worker_words(const struct skep_ack *ack, char *text, size_t size)
{
    size_t n = ack->worker_n < size - 1 ? ack->worker_n : size - 1;

    for (size_t i = 0; i < n; i++) {
        text[i] = (char)(ack->worker[i] >= ' ' && ack->worker[i] <= '~' ? ack->worker[i] : '?');
    }
    text[n] = '\0';
    return text;
}

static void gatherer_note_conflict(struct skep_gatherer *gatherer, const struct skep_ack *ack, int k,
                                   int64_t index, uint32_t crc)
{
    char worker[80];

    gatherer->n_conflicts++;
    snprintf(gatherer->conflict, sizeof gatherer->conflict,
             "%.60s, index %" PRId64 ": computed twice with different bytes, %08" PRIx32 " and now %08" PRIx32
             " by %s",
             gatherer->sweep->outs[k].path, index, skep_sidecar_crc(gatherer->sidecars[k], index), crc,
             worker_words(ack, worker, sizeof worker));
}

static void gatherer_mark(struct skep_gatherer *gatherer, const struct skep_ack *ack, int k, int64_t index,
                          uint32_t crc)
{
    switch (skep_sidecar_mark(gatherer->sidecars[k], index, crc)) {
    case SKEP_MARK_NEW:
        break;
    case SKEP_MARK_SEEN:
        gatherer->n_duplicates++;
        break;
    case SKEP_MARK_OTHER:
        gatherer_note_conflict(gatherer, ack, k, index, crc);
        break;
    }
}

/* Whether the slice is in the array. */
static skep_status gatherer_read_back(struct skep_gatherer *gatherer, const struct skep_ack *ack, int k,
                                      int64_t index, uint32_t crc, bool *is_there_out, struct skep_error *err)
{
    const size_t n = (size_t)gatherer->maps[k].slice_bytes;
    char worker[80];
    char *bytes;
    skep_status st;

    skep_buf_reset(&gatherer->slice);
    bytes = skep_buf_reserve(&gatherer->slice, n);
    if (bytes == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a slice of %zu bytes", n);
    }
    st = skep_array_read(&gatherer->arrays[k], skep_out_map_at(&gatherer->maps[k], index), 1, bytes, err);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", gatherer->sweep->outs[k].path);
        return st;
    }
    *is_there_out = skep_crc32c(0, bytes, n) == crc;
    if (!*is_there_out) {
        gatherer->n_lost++;
        snprintf(gatherer->lost, sizeof gatherer->lost,
                 "%.60s, index %" PRId64 ": what %s wrote is not there", gatherer->sweep->outs[k].path, index,
                 worker_words(ack, worker, sizeof worker));
    }
    return st;
}

static skep_status gatherer_mark_out(struct skep_gatherer *gatherer, const struct skep_ack *ack, int k,
                                     struct skep_error *err)
{
    const struct skep_ack_out *out = &ack->outs[k];
    bool is_believed = out->flags != 0 || (ack->boot != 0 && ack->boot == gatherer->boot);
    skep_status st = SKEP_OK;
    int64_t d = 0;

    for (int64_t p = ack->lo; p < ack->hi && st == SKEP_OK; p++) {
        unsigned char state = ack->states[p - ack->lo];
        int64_t index = skep_order_index(gatherer->sweep, p);
        bool is_there = true;
        if (state == SKEP_ACK_SKIPPED) {
            gatherer_mark(gatherer, ack, k, index, gatherer->fill_crcs[k]);
        }
        if (state != SKEP_ACK_DONE) {
            continue;
        }
        if (!is_believed) {
            st = gatherer_read_back(gatherer, ack, k, index, skep_ack_crc(out, d), &is_there, err);
        }
        if (st == SKEP_OK && is_there) {
            gatherer_mark(gatherer, ack, k, index, skep_ack_crc(out, d));
        }
        d++;
    }
    return st;
}

skep_status skep_gatherer_apply(struct skep_gatherer *gatherer, const void *bytes, size_t n,
                                struct skep_error *err)
{
    int64_t slice_bytes[SKEP_SWEEP_MAX_OUTS];
    struct skep_ack ack;
    skep_status st;
    int k;

    for (k = 0; k < gatherer->sweep->n_outs; k++) {
        slice_bytes[k] = gatherer->maps[k].slice_bytes;
    }
    st = skep_ack_read(bytes, n, gatherer->sweep, slice_bytes, &ack, err);
    if (st == SKEP_OK) {
        st = gatherer_check_values(gatherer, &ack, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    gatherer->is_dirty = true;
    for (k = 0; k < ack.n_outs && st == SKEP_OK; k++) {
        st = ack.outs[k].values != NULL ? gatherer_write_values(gatherer, &ack, k, err) : SKEP_OK;
    }
    for (k = 0; k < ack.n_outs && st == SKEP_OK; k++) {
        st = gatherer_mark_out(gatherer, &ack, k, err);
    }
    for (k = 0; k < ack.n_outs && st == SKEP_OK; k++) {
        st = skep_sidecar_flush(gatherer->sidecars[k], err);
    }
    return st;
}

/* ---- syncing ---- */

static skep_status gatherer_sync_arrays(struct skep_gatherer *gatherer, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (gatherer->is_broken) {
        return skep_error_set(err, SKEP_E_OUTPUT, "the outputs could not be synced before");
    }
    for (int k = 0; k < gatherer->sweep->n_outs && st == SKEP_OK; k++) {
        st = skep_array_sync(&gatherer->arrays[k], err);
        if (st != SKEP_OK) {
            /* What the system could not write it has forgotten: a second sync would claim success. */
            gatherer->is_broken = true;
            skep_error_prefix(err, "%.100s", gatherer->sweep->outs[k].path);
        }
    }
    return st;
}

skep_status skep_gatherer_sync(struct skep_gatherer *gatherer, struct skep_error *err)
{
    const struct skep_sweep *sweep = gatherer->sweep;
    skep_status st = SKEP_OK;
    int k;

    for (k = 0; k < sweep->n_outs && st == SKEP_OK; k++) {
        st = skep_array_check(&gatherer->arrays[k], gatherer->roots, sweep->outs[k].path, err);
    }
    if (st == SKEP_OK && gatherer->is_dirty) {
        st = gatherer_sync_arrays(gatherer, err);
    }
    for (k = 0; k < sweep->n_outs && st == SKEP_OK; k++) {
        st = skep_sidecar_sync(gatherer->sidecars[k], err);
    }
    gatherer->is_dirty = gatherer->is_dirty && st != SKEP_OK;
    return st;
}

/* ---- what is there ---- */

/* The first index at or behind FROM that is not done in some output; n_all: there is none. */
static int64_t gatherer_next_hole(const struct skep_gatherer *gatherer, int64_t from)
{
    int64_t least = gatherer->sweep->n_all;

    for (int k = 0; k < gatherer->sweep->n_outs; k++) {
        int64_t next = skep_sidecar_next_hole(gatherer->sidecars[k], from);
        least = next < least ? next : least;
    }
    return least;
}

/* The first that is done in all of them. */
static int64_t gatherer_next_done(const struct skep_gatherer *gatherer, int64_t from)
{
    int n_agreed = 0;

    for (int k = 0; n_agreed < gatherer->sweep->n_outs; k = (k + 1) % gatherer->sweep->n_outs) {
        int64_t next = skep_sidecar_next_done(gatherer->sidecars[k], from);
        n_agreed = next == from ? n_agreed + 1 : 1;
        from = next;
    }
    return from;
}

int64_t skep_gatherer_count_done(const struct skep_gatherer *gatherer)
{
    int64_t n_all = gatherer->sweep->n_all;
    int64_t count = 0;

    if (gatherer->sweep->n_outs == 1) {
        return skep_sidecar_count_done(gatherer->sidecars[0]);
    }
    for (int64_t at = 0; gatherer->sweep->n_outs > 0 && at < n_all;) {
        int64_t from = gatherer_next_done(gatherer, at);
        at = from < n_all ? gatherer_next_hole(gatherer, from) : n_all;
        count += at - from;
    }
    return count;
}

static bool gatherer_is_hole(const struct skep_gatherer *gatherer, int64_t position)
{
    int64_t index = skep_order_index(gatherer->sweep, position);

    for (int k = 0; k < gatherer->sweep->n_outs; k++) {
        if (!skep_sidecar_is_done(gatherer->sidecars[k], index)) {
            return true;
        }
    }
    return false;
}

bool skep_gatherer_next_hole(const struct skep_gatherer *gatherer, int64_t from, int64_t *lo_out,
                             int64_t *hi_out)
{
    const struct skep_sweep *sweep = gatherer->sweep;
    int64_t lo = from;
    int64_t hi;

    if (sweep->order == SKEP_ORDER_INDEX) {
        lo = gatherer_next_hole(gatherer, from);
        hi = lo < sweep->n ? gatherer_next_done(gatherer, lo) : lo;
        hi = hi < sweep->n ? hi : sweep->n;
    } else {
        while (lo < sweep->n && !gatherer_is_hole(gatherer, lo)) {
            lo++;
        }
        for (hi = lo; hi < sweep->n && gatherer_is_hole(gatherer, hi);) {
            hi++;
        }
    }
    *lo_out = lo;
    *hi_out = hi;
    return lo < sweep->n;
}
