/* SPDX-License-Identifier: MIT */
#include "sweep/out_map.h"

#include <assert.h>
#include <string.h>

#include "npy/slice.h"
#include "sweep/factor.h"
#include "sweep/fill.h"
#include "sweep/out_proof.h"

static skep_status out_too_large(const struct skep_sweep_out *out, struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s: no file holds so many bytes", out->path);
}

/* ---- the map ---- */

/* Factors whose steps are those of the index need not be taken apart. */
static void map_join_factors(struct skep_out_map *map)
{
    const int64_t step = map->n_factors > 0 ? map->factors[0].by : 0;
    uint64_t radix = 1;

    for (int i = 0; i < map->n_factors; i++) {
        const struct skep_out_factor *factor = &map->factors[i];
        bool is_pairs = factor->factor->kind == SKEP_FACTOR_PAIRS;
        if ((uint64_t)factor->by != (uint64_t)step * radix ||
            (is_pairs && (step != 0 || factor->by_second != 0))) {
            return;
        }
        radix *= (uint64_t)factor->n;
    }
    map->by_index += step;
    map->n_factors = 0;
}

static void map_fill(struct skep_out_map *map, const struct skep_out_proof *proof,
                     const int64_t *axis_strides)
{
    const struct skep_sweep *sweep = proof->sweep;
    const struct skep_out_digit *index = skep_out_proof_find(proof, NULL);
    int n_at = proof->out->n_at;
    int64_t by[SKEP_MAX_DIMS];

    map->n = skep_affine_count(sweep);
    for (int v = 0; v < map->n; v++) {
        for (int d = 0; d < n_at; d++) {
            by[d] = proof->at[d].by[v];
        }
        map->strides[v] = skep_out_dot(n_at, by, axis_strides);
    }
    for (int d = 0; d < n_at; d++) {
        by[d] = proof->at[d].constant;
    }
    map->start = skep_out_dot(n_at, by, axis_strides);
    map->base = skep_out_dot(n_at, proof->constant, axis_strides);
    map->by_index = index != NULL ? index->stride : 0;
    for (int f = sweep->n_factors - 1; f >= 0; f--) {
        const struct skep_out_digit *digit = skep_out_proof_find(proof, &sweep->factors[f]);
        bool is_pairs = sweep->factors[f].kind == SKEP_FACTOR_PAIRS;
        if (digit != NULL) {
            map->factors[map->n_factors++] = (struct skep_out_factor){
                &sweep->factors[f], sweep->factors[f].n, digit->stride, is_pairs ? digit[1].stride : 0};
        }
    }
    map_join_factors(map);
}

/* Prove what OUT says, its shape too, and write down the map. */
static skep_status proof_finish(struct skep_out_proof *proof, struct skep_out_map *map,
                                struct skep_error *err)
{
    const struct skep_sweep_out *out = proof->out;
    int64_t strides[SKEP_MAX_DIMS];
    int64_t n_slices = 1;
    int64_t count, bytes;
    skep_status st;

    count =
        out->ndim >= out->n_at && out->ndim <= SKEP_MAX_DIMS ? skep_shape_count(out->ndim, out->shape) : -1;
    if (count < 0 || __builtin_mul_overflow(count, (int64_t)skep_dtype_size(out->dtype), &bytes)) {
        return out_too_large(proof->out, err);
    }
    for (int d = out->n_at - 1; d >= 0; d--) {
        if (proof->most[d] >= out->shape[d]) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s: the index '%.40s' goes up to %lld of %lld",
                                  out->path, out->at[d], (long long)proof->most[d], (long long)out->shape[d]);
        }
        strides[d] = n_slices;
        if (__builtin_mul_overflow(n_slices, out->shape[d], &n_slices)) {
            return out_too_large(proof->out, err);
        }
    }
    st = skep_out_proof_check(proof, strides, err);
    if (st != SKEP_OK) {
        return st;
    }
    memset(map, 0, sizeof *map);
    map_fill(map, proof, strides);
    map->n_slices = n_slices;
    map->slice_count = count / n_slices;
    map->slice_bytes = bytes / n_slices;
    return SKEP_OK;
}

skep_status skep_out_map_init(struct skep_out_map *map, const struct skep_sweep *sweep, int k,
                              struct skep_error *err)
{
    struct skep_out_proof proof;
    skep_status st;

    for (int i = 0; i < sweep->n_outs; i++) {
        if (i != k && strcmp(sweep->outs[i].path, sweep->outs[k].path) == 0) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s is an output twice", sweep->outs[k].path);
        }
    }
    if (skep_dtype_size(sweep->outs[k].dtype) == 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s: an output without a dtype", sweep->outs[k].path);
    }
    st = skep_out_proof_init(&proof, sweep, &sweep->outs[k], err);
    return st == SKEP_OK ? proof_finish(&proof, map, err) : st;
}

/* ---- completing ---- */

/* Append the axes of a slice, what OF leaves of a value, to those of the index. */
static skep_status out_add_slice_axes(struct skep_sweep_out *out, const struct skep_view *value,
                                      struct skep_error *err)
{
    struct skep_view slice = *value;
    struct skep_slice items;
    size_t path_n;
    int64_t at;
    skep_status st = SKEP_OK;

    if (out->of != NULL) {
        st = skep_ref_parse(out->of, strlen(out->of), &path_n, &items, err);
        if (st == SKEP_OK) {
            st = skep_slice_locate(&items, value, &slice, &at, err);
        }
    }
    if (st != SKEP_OK) {
        char shape[64];
        skep_shape_format(value->ndim, value->shape, shape, sizeof shape);
        skep_error_prefix(err, "%.60s=%.40s of a value of shape %s", out->path, out->of, shape);
        return st;
    }
    if (out->n_at + slice.ndim > SKEP_MAX_DIMS) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s: more than %d axes", out->path, SKEP_MAX_DIMS);
    }
    memcpy(out->shape + out->n_at, slice.shape, (size_t)slice.ndim * sizeof slice.shape[0]);
    out->ndim = out->n_at + slice.ndim;
    return SKEP_OK;
}

/* What was asked for stays where no value is lost; reals are rounded, which is why one asks for them. */
static skep_status out_choose_dtype(struct skep_sweep_out *out, enum skep_dtype value, struct skep_error *err)
{
    if (out->dtype == SKEP_DTYPE_NONE) {
        out->dtype = value;
    } else if (!skep_dtype_fits(value, out->dtype)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "%.100s: values are %s, which %s does not hold: --dtype %s, or none", out->path,
                              skep_dtype_name(value), skep_dtype_name(out->dtype), skep_dtype_name(value));
    }
    return SKEP_OK;
}

skep_status skep_out_complete(const struct skep_sweep *sweep, struct skep_sweep_out *out,
                              const struct skep_view *value, struct skep_error *err)
{
    struct skep_out_proof proof;
    struct skep_out_map map;
    struct skep_fill fill;
    skep_status st = skep_out_proof_init(&proof, sweep, out, err);

    for (int d = 0; st == SKEP_OK && d < out->n_at; d++) {
        out->shape[d] = proof.room[d] + 1;
    }
    if (st == SKEP_OK) {
        st = out_add_slice_axes(out, value, err);
    }
    if (st == SKEP_OK) {
        st = out_choose_dtype(out, value->dtype, err);
    }
    if (st == SKEP_OK) {
        out->fill = out->fill != NULL ? out->fill : skep_fill_default(out->dtype);
        st = skep_fill_parse(&fill, out->fill, out->dtype, err);
    }
    return st == SKEP_OK ? proof_finish(&proof, &map, err) : st;
}

/* ---- asking ---- */

int64_t skep_out_map_slice(const struct skep_out_map *map, const struct skep_point *point)
{
    uint64_t slice = (uint64_t)map->start;

    assert(point->n == map->n);
    for (int v = 0; v < map->n; v++) {
        slice += (uint64_t)map->strides[v] * (uint64_t)point->at[v].place;
    }
    return (int64_t)slice;
}

static int64_t pairs_slice(const struct skep_out_factor *factor, int64_t place)
{
    const struct skep_axis axis = {.factor = factor->factor};
    struct skep_coordinate at[2];

    skep_factor_row(SKEP_FACTOR_PAIRS)->set(&axis, place, at);
    return factor->by * at[0].place + factor->by_second * at[1].place;
}

int64_t skep_out_map_at(const struct skep_out_map *map, int64_t index)
{
    int64_t slice = map->base + map->by_index * index;

    for (int i = 0; i < map->n_factors; i++) {
        const struct skep_out_factor *factor = &map->factors[i];
        int64_t rest = index / factor->n;
        int64_t place = index - rest * factor->n;
        slice += factor->factor->kind == SKEP_FACTOR_PAIRS ? pairs_slice(factor, place) : factor->by * place;
        index = rest;
    }
    return slice;
}
