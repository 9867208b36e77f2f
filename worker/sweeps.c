/* SPDX-License-Identifier: MIT */
#include "sweeps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "sweep/sidecar.h"

enum {
    SWEEPS_ARENA_BYTES = 256 << 20, /* of one spec: its lists of values and the like */
    SWEEPS_LOOK_MS = 1000,
    SWEEPS_BLOCK_BYTES = 4096 /* what filesystems shared by machines write as a whole */
};

void skep_sweeps_init(struct skep_sweeps *sweeps, const struct skep_run *run, struct skep_arena *arena)
{
    *sweeps = (struct skep_sweeps){.run = run, .arena = arena};
    for (int i = 0; i < SKEP_SWEEPS_MAX; i++) {
        skep_arena_init(&sweeps->known[i].arena, SWEEPS_ARENA_BYTES);
    }
}

static void sweeps_close_outs(struct skep_known_sweep *known)
{
    for (int k = 0; k < known->sweep.n_outs; k++) {
        if (known->outs[k].reach != SKEP_REACH_TRAVELS) {
            skep_array_close(&known->outs[k].array);
            known->outs[k].reach = SKEP_REACH_TRAVELS;
        }
    }
}

static void sweeps_forget(struct skep_known_sweep *known)
{
    struct skep_arena arena = known->arena;

    sweeps_close_outs(known);
    skep_plan_free(known->plan);
    skep_free(known->spec);
    skep_arena_reset(&arena, 0);
    *known = (struct skep_known_sweep){.arena = arena};
}

void skep_sweeps_release(struct skep_sweeps *sweeps)
{
    for (int i = 0; i < SKEP_SWEEPS_MAX; i++) {
        sweeps_forget(&sweeps->known[i]);
        skep_arena_release(&sweeps->known[i].arena);
    }
}

/* ---- reading ---- */

static bool sweeps_is_spec(const struct skep_sweeps *sweeps, struct skep_known_sweep *known)
{
    const struct skep_node *root;
    struct skep_error err = {0};

    return skep_json_parse(known->spec, known->spec_n, &sweeps->run->limits, &known->arena, &root, &err) ==
               SKEP_OK &&
           skep_sweep_is_spec(root);
}

static skep_status sweeps_read(const struct skep_sweeps *sweeps, struct skep_known_sweep *known)
{
    skep_status st;

    if (known->spec == NULL) {
        return skep_error_set(&known->err, SKEP_E_NOMEM, "no memory for a spec of %zu bytes", known->spec_n);
    }
    known->is_spec = sweeps_is_spec(sweeps, known);
    if (!known->is_spec) {
        return skep_error_set(&known->err, SKEP_E_BAD_RECORD,
                              "the queue does not know job %s any more: its record is gone", known->job);
    }
    st = skep_sweep_parse(known->spec, known->spec_n, &sweeps->run->limits, &known->arena, &known->sweep,
                          &known->err);
    for (int k = 0; st == SKEP_OK && k < known->sweep.n_outs; k++) {
        st = skep_out_map_init(&known->outs[k].map, &known->sweep, k, &known->err);
        known->slice_bytes[k] = known->outs[k].map.slice_bytes;
    }
    return st == SKEP_OK ? skep_plan_new(sweeps->run, &known->sweep, sweeps->arena, &known->plan, &known->err)
                         : st;
}

static struct skep_known_sweep *sweeps_find(struct skep_sweeps *sweeps, size_t lane, const char *job,
                                            const char *spec, size_t spec_n)
{
    for (int i = 0; i < SKEP_SWEEPS_MAX; i++) {
        struct skep_known_sweep *known = &sweeps->known[i];
        if (known->lane == lane && strcmp(known->job, job) == 0 && known->status != SKEP_E_NOMEM &&
            known->spec_n == spec_n && (spec_n == 0 || memcmp(known->spec, spec, spec_n) == 0)) {
            return known;
        }
    }
    return NULL;
}

static struct skep_known_sweep *sweeps_find_oldest(struct skep_sweeps *sweeps)
{
    struct skep_known_sweep *oldest = &sweeps->known[0];

    for (int i = 1; i < SKEP_SWEEPS_MAX; i++) {
        oldest = sweeps->known[i].used_at < oldest->used_at ? &sweeps->known[i] : oldest;
    }
    return oldest;
}

struct skep_known_sweep *skep_sweeps_get(struct skep_sweeps *sweeps, size_t lane, const char *job,
                                         const char *spec, size_t spec_n)
{
    struct skep_known_sweep *known = sweeps_find(sweeps, lane, job, spec, spec_n);

    if (known == NULL) {
        known = sweeps_find_oldest(sweeps);
        sweeps_forget(known);
        snprintf(known->job, sizeof known->job, "%s", job);
        known->lane = lane;
        known->spec_n = spec_n;
        known->spec = skep_malloc(spec_n + 1);
        if (known->spec != NULL) {
            memcpy(known->spec, spec, spec_n);
            known->spec[spec_n] = '\0';
        }
        skep_tuner_init(&known->tuner);
        known->status = sweeps_read(sweeps, known);
        if (known->status != SKEP_OK && known->is_spec) {
            skep_log(SKEP_LOG_WARN, "sweep-refused", "job=%s reason=\"%s\"", known->job,
                     skep_error_text(&known->err, known->status));
        }
    }
    known->used_at = ++sweeps->n_uses;
    return known;
}

/* ---- outputs ---- */

static enum skep_reach sweeps_reach(const struct skep_roots *roots, const struct skep_known_sweep *known,
                                    int k, struct skep_array *array)
{
    const struct skep_sweep_out *out = &known->sweep.outs[k];
    struct skep_sidecar_look look;
    struct skep_error err = {0};

    if (skep_sidecar_look(roots, out->path, &look, &err) != SKEP_OK ||
        strcmp(look.token, known->sweep.token) != 0 ||
        skep_array_open(array, roots, out, true, &err) != SKEP_OK) {
        return SKEP_REACH_TRAVELS;
    }
    if (look.is_here) {
        return SKEP_REACH_HERE;
    }
    if (array->slice_bytes % SWEEPS_BLOCK_BYTES == 0 && array->data_offset % SWEEPS_BLOCK_BYTES == 0) {
        return SKEP_REACH_SYNCED;
    }
    skep_array_close(array);
    return SKEP_REACH_TRAVELS;
}

void skep_sweeps_look(struct skep_sweeps *sweeps, struct skep_known_sweep *known, int64_t now_ms)
{
    const struct skep_roots *roots = sweeps->run->outputs;

    if (known->looked_at_ms != 0 && now_ms - known->looked_at_ms < SWEEPS_LOOK_MS) {
        return;
    }
    known->looked_at_ms = now_ms;
    for (int k = 0; k < known->sweep.n_outs; k++) {
        struct skep_known_out *out = &known->outs[k];
        struct skep_array array = {.fd = -1};
        enum skep_reach reach = sweeps_reach(roots, known, k, &array);
        if (out->reach != SKEP_REACH_TRAVELS) {
            skep_array_close(&out->array);
        }
        out->array = array;
        out->reach = reach;
    }
}
