/* SPDX-License-Identifier: MIT */
#include "sweep/gather.h"

#include <string.h>

#include "sweep/ack.h"
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
    skep_window_init(&gatherer->window);
    skep_buf_init(&gatherer->sums, (size_t)SKEP_ACK_MAX_POSITIONS * sizeof(uint32_t));
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
    skep_window_release(&gatherer->window);
    skep_buf_release(&gatherer->sums);
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
    if (st == SKEP_OK) {
        gatherer->is_dirty = gatherer->needs_sync = false;
        gatherer->value_bytes = 0;
    }
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
