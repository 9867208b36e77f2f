/* SPDX-License-Identifier: MIT */
/* An ack is applied in the order that leaves only truth behind, whenever it stops: slices that travelled are
 * written first, then checksums and done bits, and a sync makes slices safe before the bits that say so.
 *
 * Slices that a worker wrote by itself are believed where this machine's page cache has them or the worker
 * synced them; where no checksums came they are summed from there. From another machine, or from before a
 * power cut, they are read back; what is not there is a hole. */
#include <inttypes.h>
#include <stdio.h>

#include "sweep/ack.h"
#include "sweep/crc32c.h"
#include "sweep/gather.h"
#include "sweep/order.h"

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

static skep_status gatherer_write_values(struct skep_gatherer *gatherer, const struct skep_ack *ack, int k,
                                         struct skep_error *err)
{
    const unsigned char *values = ack->outs[k].values;
    struct gather_run run = {0};
    skep_status st = SKEP_OK;

    gatherer->needs_sync = true;
    gatherer->value_bytes += ack->n_done * gatherer->maps[k].slice_bytes;

    for (int64_t p = ack->lo; p < ack->hi && st == SKEP_OK; p++) {
        int64_t index = skep_order_index(gatherer->sweep, p);
        int64_t slice;
        if (skep_ack_state(ack, p) != SKEP_ACK_DONE) {
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

static void gatherer_note_lost(struct skep_gatherer *gatherer, const struct skep_ack *ack, int k,
                               int64_t index)
{
    char worker[80];

    gatherer->n_lost++;
    snprintf(gatherer->lost, sizeof gatherer->lost, "%.60s, index %" PRId64 ": what %s wrote is not there",
             gatherer->sweep->outs[k].path, index, worker_words(ack, worker, sizeof worker));
}

/* A stretch whose one checksum does not fit what is there: on this machine somebody wrote other bytes. */
static void gatherer_note_stretch(struct skep_gatherer *gatherer, const struct skep_ack *ack, int k,
                                  bool is_ours)
{
    char worker[80];
    char *words = is_ours ? gatherer->conflict : gatherer->lost;

    *(is_ours ? &gatherer->n_conflicts : &gatherer->n_lost) += ack->n_done;
    snprintf(words, sizeof gatherer->conflict,
             "%.60s, tasks %" PRId64 " to %" PRId64 ": not all that %s wrote is there",
             gatherer->sweep->outs[k].path, ack->lo, ack->hi - 1, worker_words(ack, worker, sizeof worker));
}

/* The checksum of what is in the array. */
static skep_status gatherer_sum(struct skep_gatherer *gatherer, int k, int64_t index, uint32_t *crc_out,
                                struct skep_error *err)
{
    const void *bytes;
    skep_status st =
        skep_window_get(&gatherer->window, skep_out_map_at(&gatherer->maps[k], index), &bytes, err);

    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", gatherer->sweep->outs[k].path);
        return st;
    }
    *crc_out = skep_crc32c(0, bytes, (size_t)gatherer->maps[k].slice_bytes);
    return SKEP_OK;
}

/* The checksums of all that is done, from the array; OUT->crcs gets them where together they are the one that
 * came, else stays NULL. */
static skep_status gatherer_sum_stretch(struct skep_gatherer *gatherer, const struct skep_ack *ack, int k,
                                        struct skep_ack_out *out, struct skep_error *err)
{
    const size_t n = (size_t)ack->n_done * sizeof(uint32_t);
    unsigned char *crcs;
    skep_status st = SKEP_OK;
    int64_t d = 0;

    skep_buf_reset(&gatherer->sums);
    crcs = (unsigned char *)skep_buf_reserve(&gatherer->sums, n);
    if (crcs == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the checksums of %lld tasks",
                              (long long)ack->n_done);
    }
    for (int64_t p = ack->lo; p < ack->hi && st == SKEP_OK; p++) {
        uint32_t crc = 0;
        if (skep_ack_state(ack, p) == SKEP_ACK_DONE) {
            st = gatherer_sum(gatherer, k, skep_order_index(gatherer->sweep, p), &crc, err);
            skep_ack_put_crc(crcs, d++, crc);
        }
    }
    out->crcs = st == SKEP_OK && skep_crc32c(0, crcs, n) == out->together ? crcs : NULL;
    return st;
}

/* An index that is done, as OUT says. What may be lost is read back. */
static skep_status gatherer_mark_done(struct skep_gatherer *gatherer, const struct skep_ack *ack, int k,
                                      int64_t index, uint32_t crc, bool is_believed, struct skep_error *err)
{
    uint32_t found = crc;
    skep_status st = is_believed ? SKEP_OK : gatherer_sum(gatherer, k, index, &found, err);

    if (st != SKEP_OK) {
        return st;
    }
    if (found != crc) {
        gatherer_note_lost(gatherer, ack, k, index);
    } else {
        gatherer_mark(gatherer, ack, k, index, crc);
    }
    return SKEP_OK;
}

static skep_status gatherer_mark_out(struct skep_gatherer *gatherer, const struct skep_ack *ack, int k,
                                     struct skep_error *err)
{
    struct skep_ack_out out = ack->outs[k];
    bool is_ours = ack->boot != 0 && ack->boot == gatherer->boot;
    bool is_believed = is_ours || out.flags != 0; /* in the array, synced, or summed below */
    skep_status st = SKEP_OK;
    int64_t d = 0;

    skep_window_move(&gatherer->window, &gatherer->arrays[k]);
    if (out.flags & SKEP_ACK_SUMMED_TOGETHER) {
        st = gatherer_sum_stretch(gatherer, ack, k, &out, err);
        if (st == SKEP_OK && out.crcs == NULL) {
            gatherer_note_stretch(gatherer, ack, k, is_ours);
        }
    }
    for (int64_t p = ack->lo; p < ack->hi && st == SKEP_OK; p++) {
        enum skep_ack_state state = skep_ack_state(ack, p);
        int64_t index = skep_order_index(gatherer->sweep, p);
        if (state == SKEP_ACK_SKIPPED) {
            gatherer_mark(gatherer, ack, k, index, gatherer->fill_crcs[k]);
        } else if (state == SKEP_ACK_DONE && out.crcs != NULL) {
            st = gatherer_mark_done(gatherer, ack, k, index, skep_ack_crc(&out, d++), is_believed, err);
        }
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
    gatherer->needs_sync = gatherer->needs_sync || ack.boot == 0 || ack.boot != gatherer->boot;
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
