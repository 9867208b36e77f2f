/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_outs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sweep/out_map.h"

static skep_status outs_read_dtype(const char *text, enum skep_dtype *dtype_out, struct skep_error *err)
{
    *dtype_out = SKEP_DTYPE_NONE;
    if (text == NULL) {
        return SKEP_OK;
    }
    *dtype_out = skep_dtype_parse(text);
    if (*dtype_out == SKEP_DTYPE_NONE) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "--dtype %.40s: wanted f8, f4, i8, i4, i2, i1, u8, u4, u2, u1 or b1", text);
    }
    return SKEP_OK;
}

/* Folders have options of their own; a path that leads away from them would be refused later, and darker. */
static skep_status outs_check_path(const struct skep_sweep_out *out, struct skep_error *err)
{
    if (out->path[0] == '/' || strncmp(out->path, "../", 3) == 0) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "%.100s: arrays are made below the working folder, or below --output DIR",
                              out->path);
    }
    return SKEP_OK;
}

static skep_status outs_parse(struct skep_sweep_setup *setup, const char *text, struct skep_error *err)
{
    struct skep_sweep *sweep = &setup->sweep;
    struct skep_sweep_out *out = &sweep->outs[sweep->n_outs];
    enum skep_dtype dtype;
    skep_status st;

    if (sweep->n_outs == SKEP_SWEEP_MAX_OUTS) {
        return skep_error_set(err, SKEP_E_USAGE, "more than %d --out", SKEP_SWEEP_MAX_OUTS);
    }
    st = skep_out_parse(sweep, text, &setup->arena, out, err);
    if (st == SKEP_OK) {
        st = outs_check_path(out, err);
    }
    if (st == SKEP_OK) {
        st = outs_read_dtype(setup->settings->dtype, &dtype, err);
        out->dtype = dtype;
        out->fill = setup->settings->fill;
        sweep->n_outs++;
    }
    for (int k = 0; st == SKEP_OK && k + 1 < sweep->n_outs; k++) {
        if (strcmp(sweep->outs[k].path, out->path) == 0) {
            st = skep_error_set(err, SKEP_E_USAGE, "two --out are the file %.100s", out->path);
        }
    }
    return st;
}

static bool outs_are_same(const struct skep_sweep_out *a, const struct skep_sweep_out *b)
{
    return a->dtype == b->dtype && a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof a->shape[0]) == 0;
}

/* With the values of both ends: an array has one shape for all of its slices. */
static skep_status outs_complete(struct skep_sweep_setup *setup, struct skep_sweep_out *out,
                                 const struct skep_sweep_facts *facts, struct skep_error *err)
{
    struct skep_sweep_out last = *out;
    char first_shape[96], last_shape[96];
    skep_status st = skep_out_complete(&setup->sweep, out, &facts->values[0], err);

    if (st == SKEP_OK) {
        st = skep_out_complete(&setup->sweep, &last, &facts->values[1], err);
    }
    if (st != SKEP_OK || outs_are_same(out, &last)) {
        return st;
    }
    return skep_error_set(
        err, SKEP_E_BAD_ARGS,
        "%.64s: the value of task %" PRId64 " is %s of shape %s, that of task %" PRId64
        " %s of shape %s; take a part that all have: '%.24s[...]=[0:N]'",
        out->path, facts->indexes[0], skep_dtype_name(facts->values[0].dtype),
        skep_shape_format(facts->values[0].ndim, facts->values[0].shape, first_shape, sizeof first_shape),
        facts->indexes[1], skep_dtype_name(facts->values[1].dtype),
        skep_shape_format(facts->values[1].ndim, facts->values[1].shape, last_shape, sizeof last_shape),
        out->path);
}

/* What the kernel does not say, --dtype does: a number of this kind. */
static skep_status outs_find_value(const struct skep_sweep_setup *setup, struct skep_sweep_facts *facts,
                                   struct skep_error *err)
{
    enum skep_dtype dtype;
    skep_status st;

    if (facts->n_values > 0) {
        return SKEP_OK;
    }
    st = outs_read_dtype(setup->settings->dtype, &dtype, err);
    if (st == SKEP_OK && dtype == SKEP_DTYPE_NONE) {
        st = skep_error_set(
            err, SKEP_E_BAD_ARGS,
            "what %s gives is known only afterwards: if it is a number, say so with --dtype f8; "
            "else take result lines (--results FILE)",
            setup->kernel->name);
    }
    skep_view_init(&facts->values[0], NULL, dtype, 0, NULL);
    facts->values[1] = facts->values[0];
    return st;
}

/* What says how an array is to be, where there is none. */
static skep_status outs_refuse_idle(const struct skep_sweep_settings *settings, struct skep_error *err)
{
    if (settings->dtype != NULL || settings->fill != NULL) {
        return skep_error_set(err, SKEP_E_USAGE, "--%s is said of an array, and there is no --out",
                              settings->dtype != NULL ? "dtype" : "fill");
    }
    return SKEP_OK;
}

skep_status skep_sweep_plan_outs(struct skep_sweep_setup *setup, const struct skep_sweep_facts *facts,
                                 bool *is_hidden_out, struct skep_error *err)
{
    const struct skep_sweep_settings *settings = setup->settings;
    struct skep_sweep_facts known = *facts;
    skep_status st = SKEP_OK;

    *is_hidden_out = settings->outs.n == 0 && settings->reduce != NULL;
    if (settings->outs.n == 0 && settings->reduce == NULL) {
        return outs_refuse_idle(settings, err);
    }
    for (size_t i = 0; st == SKEP_OK && i < settings->outs.n; i++) {
        st = outs_parse(setup, settings->outs.items[i], err);
        if (st != SKEP_OK) {
            skep_error_prefix(err, "--out");
        }
    }
    if (st == SKEP_OK && *is_hidden_out) {
        st = outs_parse(setup, SKEP_SWEEP_HIDDEN_NAME "[{index}]", err);
    }
    if (st == SKEP_OK) {
        st = outs_find_value(setup, &known, err);
    }
    for (int k = 0; st == SKEP_OK && k < setup->sweep.n_outs; k++) {
        st = outs_complete(setup, &setup->sweep.outs[k], &known, err);
    }
    return st;
}
