/* SPDX-License-Identifier: MIT */
#include "kernel/sketches/states.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/arrays/walk.h"

/* ---- looking at them ---- */

static skep_status states_refuse(const struct skep_array_item *item, int64_t i, const char *wanted,
                                 struct skep_error *err)
{
    char shape[128];

    if (item->is_number) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "merge[%" PRId64 "] must be %s, not a number", i, wanted);
    }
    return skep_error_set(err, SKEP_E_BAD_ARGS, "merge[%" PRId64 "] must be %s, got %s of shape %s", i,
                          wanted, skep_dtype_name(item->view.dtype),
                          skep_shape_format(item->view.ndim, item->view.shape, shape, sizeof shape));
}

/* The shape of one state of ITEM is that of the states before. */
static skep_status states_add(struct skep_states *states, const struct skep_array_item *item, int64_t i,
                              struct skep_error *err)
{
    const struct skep_view *view = &item->view;
    char kind = skep_dtype_kind(view->dtype);
    const int64_t *shape = view->shape + view->ndim - states->ndim;
    char wanted[96];

    if (item->is_number || view->ndim < states->ndim || (kind != 'i' && kind != 'u')) {
        return states_refuse(
            item, i,
            states->ndim == 1 ? "an array of whole numbers" : "an array of whole numbers with two axes", err);
    }
    if (i == 0) {
        memcpy(states->shape, shape, (size_t)states->ndim * sizeof *shape);
    } else if (memcmp(states->shape, shape, (size_t)states->ndim * sizeof *shape) != 0) {
        char text[64];
        snprintf(wanted, sizeof wanted, "a state of shape %s as merge[0] is",
                 skep_shape_format(states->ndim, states->shape, text, sizeof text));
        return states_refuse(item, i, wanted, err);
    }
    return SKEP_OK;
}

skep_status skep_states_init(struct skep_states *states, const struct skep_arg *x,
                             const struct skep_arg *merge, int ndim, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    *states = (struct skep_states){.arg = merge, .ndim = ndim};
    if (!x->is_given && !merge->is_given) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "give x, or states to merge, or both");
    }
    states->n_arrays = merge->is_given ? merge->arrays.n : 0;
    for (int64_t i = 0; i < states->n_arrays && st == SKEP_OK; i++) {
        st = states_add(states, &merge->arrays.items[i], i, err);
    }
    return st;
}

/* ---- reading them ---- */

#define READ(type)                                                                                           \
    do {                                                                                                     \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            out[i] = (int64_t)((const type *)view->data)[at + i * stride];                                   \
        }                                                                                                    \
    } while (0)

/* A u8 above 2^63 - 1 becomes negative, and no state may hold a negative number. */
static void states_widen(const struct skep_view *view, int64_t at, int64_t stride, int64_t n, int64_t *out)
{
    switch (view->dtype) {
    case SKEP_I1:
        READ(int8_t);
        break;
    case SKEP_I2:
        READ(int16_t);
        break;
    case SKEP_I4:
        READ(int32_t);
        break;
    case SKEP_I8:
        READ(int64_t);
        break;
    case SKEP_U1:
        READ(uint8_t);
        break;
    case SKEP_U2:
        READ(uint16_t);
        break;
    case SKEP_U4:
        READ(uint32_t);
        break;
    default:
        READ(uint64_t);
        break;
    }
}

static skep_status states_check(const struct skep_states *states, int64_t item, const int64_t *elements,
                                int64_t n, struct skep_error *err)
{
    for (int64_t i = 0; i < n; i++) {
        if (elements[i] < 0 || elements[i] > states->most) {
            return skep_error_set(err, SKEP_E_BAD_ARGS,
                                  "merge[%" PRId64
                                  "] is no state of this kernel: its elements would go from 0 to "
                                  "%" PRId64 ", and it holds %" PRId64,
                                  item, states->most, elements[i]);
        }
    }
    return SKEP_OK;
}

/* The states of one array, last axis by last axis. */
static skep_status states_read_item(const struct skep_call *call, const struct skep_states *states,
                                    int64_t item, skep_states_take take, void *context,
                                    struct skep_error *err)
{
    const struct skep_view *view = &states->arg->arrays.items[item].view;
    int64_t rows = states->ndim == 2 ? states->shape[0] : 1;
    int64_t elements[SKEP_STATES_PIECE];
    struct skep_walk walk;
    skep_status st = SKEP_OK;
    int64_t row = 0;

    if (skep_view_count(view) == 0) {
        return SKEP_OK;
    }
    skep_walk_init(&walk, view, view->ndim - 1);
    do {
        for (int64_t k = 0; k < walk.length && st == SKEP_OK; k += SKEP_STATES_PIECE) {
            int64_t n = walk.length - k < SKEP_STATES_PIECE ? walk.length - k : SKEP_STATES_PIECE;
            if (skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
            states_widen(view, walk.at + k * walk.stride, walk.stride, n, elements);
            st = states_check(states, item, elements, n, err);
            if (st == SKEP_OK) {
                st = take(context, row % rows * walk.length + k, elements, n, err);
            }
        }
        row++;
    } while (st == SKEP_OK && skep_walk_step(&walk));
    return st;
}

skep_status skep_states_read(const struct skep_call *call, const struct skep_states *states,
                             skep_states_take take, void *context, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (int64_t i = 0; i < states->n_arrays && st == SKEP_OK; i++) {
        st = states_read_item(call, states, i, take, context, err);
    }
    return st;
}

double skep_sketch_count(const struct skep_arg *x)
{
    return x->is_given ? (double)skep_view_count(&x->view) : 0.0;
}
