/* SPDX-License-Identifier: MIT */
/* An index is taken apart from its last factor to the first, each place handed to the row of its factor. What
 * is the same at every index (names, kinds, extents) is worked out once and copied. */
#include "sweep/axes.h"

#include <assert.h>
#include <string.h>

#include "sweep/factor.h"
#include "sweep/grid.h"
#include "task/text.h"

struct skep_axes {
    const struct skep_sweep *sweep;
    struct skep_axis axes[SKEP_SWEEP_MAX_FACTORS];
    size_t point_bytes; /* of PROTO, that are in use */
    struct skep_point proto;
};

/* ---- opening ---- */

/* Elements of a u8 above 2^63 - 1 have no place in a coordinate. */
static skep_status view_check_unsigned(const struct skep_view *view, struct skep_error *err)
{
    const uint64_t *data = view->data;

    for (int64_t i = 0; view->dtype == SKEP_U8 && i < view->shape[0]; i++) {
        if (data[i * view->strides[0]] > INT64_MAX) {
            return skep_error_set(err, SKEP_E_ARRAY_INVALID, "element %lld is above 2^63 - 1", (long long)i);
        }
    }
    return SKEP_OK;
}

static skep_status grid_open(const struct skep_grid *grid, struct skep_npy_cache *cache,
                             struct skep_arena *arena, struct skep_view *view_out, struct skep_error *err)
{
    char shape[64];
    skep_status st;

    assert(cache != NULL);
    st = skep_npy_cache_view(cache, grid->ref, strlen(grid->ref), arena, view_out, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (view_out->ndim != 1) {
        return skep_error_set(err, SKEP_E_ARRAY_INVALID, "wanted an array with one axis, got %s of shape %s",
                              skep_dtype_name(view_out->dtype),
                              skep_shape_format(view_out->ndim, view_out->shape, shape, sizeof shape));
    }
    if (view_out->shape[0] != grid->n) {
        return skep_error_set(err, SKEP_E_INPUT_CHANGED, "%lld values, but there were %lld when it was put",
                              (long long)view_out->shape[0], (long long)grid->n);
    }
    return view_check_unsigned(view_out, err);
}

static skep_status axis_open_views(struct skep_axis *axis, struct skep_npy_cache *cache,
                                   struct skep_arena *arena, struct skep_error *err)
{
    const struct skep_factor *factor = axis->factor;
    struct skep_view *views = NULL;

    for (int i = 0; i < factor->n_variables; i++) {
        skep_status st;

        if (factor->grids[i].kind != SKEP_GRID_ARRAY) {
            continue;
        }
        if (views == NULL) {
            views = skep_arena_calloc(arena, (size_t)factor->n_variables, sizeof *views);
            if (views == NULL) {
                return skep_error_set(err, SKEP_E_NOMEM, "no memory for the views of a factor");
            }
        }
        st = grid_open(&factor->grids[i], cache, arena, &views[i], err);
        if (st != SKEP_OK) {
            skep_error_prefix(err, "variable %s: @%s", factor->variables[i], factor->grids[i].ref);
            return st;
        }
    }
    axis->views = views;
    return SKEP_OK;
}

static const char *name_with_dot(const char *variable, const char *dot, struct skep_arena *arena)
{
    const size_t n = strlen(variable);
    const size_t n_dot = strlen(dot);
    char *name = skep_arena_alloc_small(arena, n + n_dot + 1);

    if (name != NULL) {
        memcpy(name, variable, n);
        memcpy(name + n, dot, n_dot + 1);
    }
    return name;
}

static skep_status axis_describe(const struct skep_axis *axis, struct skep_arena *arena,
                                 struct skep_coordinate *at, struct skep_error *err)
{
    const struct skep_factor *factor = axis->factor;
    const struct skep_factor_row *row = skep_factor_row(factor->kind);

    for (int i = 0; i < axis->n_coordinates; i++) {
        at[i].name = i < factor->n_variables
                         ? factor->variables[i]
                         : name_with_dot(factor->variables[0], row->dots[i - factor->n_variables], arena);
        if (at[i].name == NULL) {
            return skep_error_set(err, SKEP_E_NOMEM, "no memory for the name of a variable");
        }
        at[i].extent = factor->kind == SKEP_FACTOR_PAIRS ? factor->of : factor->n;
        at[i].kind = factor->kind == SKEP_FACTOR_RANDOM ? SKEP_OF_REAL : SKEP_OF_INT;
        if (row->has_grids) {
            skep_status st = skep_grid_kind(&factor->grids[i], axis->views == NULL ? NULL : &axis->views[i],
                                            &at[i].kind, err);
            if (st != SKEP_OK) {
                return st;
            }
        }
    }
    return SKEP_OK;
}

static skep_status axes_open_factor(struct skep_axes *axes, int number, struct skep_npy_cache *cache,
                                    struct skep_arena *arena, struct skep_error *err)
{
    struct skep_axis *axis = &axes->axes[number];
    skep_status st;

    *axis = (struct skep_axis){
        .factor = &axes->sweep->factors[number],
        .number = number,
        .seed = axes->sweep->seed,
        .n_coordinates = skep_factor_count_coordinates(&axes->sweep->factors[number]),
    };
    st = axis_open_views(axis, cache, arena, err);
    if (st == SKEP_OK) {
        st = axis_describe(axis, arena, &axes->proto.at[axes->proto.n], err);
    }
    axes->proto.n += axis->n_coordinates;
    return st;
}

skep_status skep_axes_open(const struct skep_sweep *sweep, struct skep_npy_cache *cache,
                           struct skep_arena *arena, struct skep_axes **axes_out, struct skep_error *err)
{
    struct skep_axes *axes = skep_arena_alloc(arena, sizeof *axes);

    if (axes == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the axes of a sweep");
    }
    axes->sweep = sweep;
    axes->proto.n = 0;
    for (int i = 0; i < sweep->n_factors; i++) {
        skep_status st = axes_open_factor(axes, i, cache, arena, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    axes->proto.at[axes->proto.n++] =
        (struct skep_coordinate){.name = "index", .kind = SKEP_OF_INT, .extent = sweep->n_all};
    axes->point_bytes =
        offsetof(struct skep_point, at) + (size_t)axes->proto.n * sizeof(struct skep_coordinate);
    *axes_out = axes;
    return SKEP_OK;
}

/* ---- asking ---- */

void skep_axes_point(const struct skep_axes *axes, int64_t index, struct skep_point *point_out)
{
    struct skep_coordinate *at = &point_out->at[axes->proto.n - 1];
    int64_t left = index;

    assert(index >= 0 && index < axes->sweep->n_all);
    memcpy(point_out, &axes->proto, axes->point_bytes);
    point_out->index = index;
    at->i64 = at->place = index;
    for (int i = axes->sweep->n_factors - 1; i >= 0; i--) {
        const struct skep_axis *axis = &axes->axes[i];
        const int64_t n = axis->factor->n;
        const int64_t rest = left / n;

        at -= axis->n_coordinates;
        skep_factor_row(axis->factor->kind)->set(axis, left - rest * n, at);
        left = rest;
    }
}

int skep_point_find(const struct skep_point *point, const char *name, size_t n)
{
    for (int i = 0; i < point->n; i++) {
        if (strncmp(point->at[i].name, name, n) == 0 && point->at[i].name[n] == '\0') {
            return i;
        }
    }
    return -1;
}
