/* SPDX-License-Identifier: MIT */
/* The sum of an array, or of one of its axes.
 *
 * Method: whole numbers in 128 bits, doubles and floats in an exact accumulator (exact.h), read once at the
 * end. Shapes: x of any rank; without axis a number, with it the shape of x without that axis. n = 0: the sum
 * is 0. NaN: goes through, or is skipped when asked. Infinities as in IEEE 754. Accuracy: the exact sum of
 * the elements, rounded once (half an ulp), whatever their order and magnitude. */
#include "kernel/kernel.h"

#include <inttypes.h>
#include <math.h>

#include "kernel/math/exact.h"
#include "kernel/arrays/walk.h"

enum { ARG_X, ARG_AXIS, ARG_NAN };
enum { NAN_PROPAGATE, NAN_SKIP };

enum {
    SUM_SIDE_BY_SIDE = 16,   /* results that grow together, so that memory is read as it lies along axis 0 */
    SUM_SLICE_OF_MANY = 64,  /* elements of each of these before the next one's turn */
    SUM_SLICE_OF_ONE = 16384 /* elements between two looks at stop */
};

__extension__ typedef __int128 sum_wide; /* 2^63 elements of 64 bits do not overflow it */

struct sum_total {
    sum_wide whole;
    struct skep_exact exact;
};

static const char *const nan_choices[] = {"propagate", "skip", NULL};

static const struct skep_arg_spec sum_args[] = {
    {.name = "x",
     .kind = SKEP_ARG_ARRAY,
     .is_required = true,
     .min_ndim = 0,
     .max_ndim = SKEP_MAX_DIMS,
     .shape_text = "[...]",
     .help = "What is summed."},
    {.name = "axis",
     .kind = SKEP_ARG_I64,
     .help = "The axis to sum along, negative from the last one on; absent: all elements."},
    {.name = "nan",
     .kind = SKEP_ARG_CHOICE,
     .default_text = "propagate",
     .choices = nan_choices,
     .help = "A NaN makes the sum NaN (propagate) or is left out (skip)."},
    {0},
};

/* ---- adding ---- */

static void total_init(struct sum_total *total, bool is_float)
{
    total->whole = 0;
    if (is_float) {
        skep_exact_init(&total->exact);
    }
}

#define ADD_WHOLE(type)                                                                                      \
    do {                                                                                                     \
        const type *x = (const type *)view->data + at;                                                       \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            whole += x[i * stride];                                                                          \
        }                                                                                                    \
    } while (0)

static void total_add_whole(struct sum_total *total, const struct skep_view *view, int64_t at, int64_t stride,
                            int64_t n)
{
    sum_wide whole = 0;

    switch (view->dtype) {
    case SKEP_B1:
        for (int64_t i = 0; i < n; i++) {
            whole += ((const uint8_t *)view->data)[at + i * stride] != 0;
        }
        break;
    case SKEP_I1:
        ADD_WHOLE(int8_t);
        break;
    case SKEP_I2:
        ADD_WHOLE(int16_t);
        break;
    case SKEP_I4:
        ADD_WHOLE(int32_t);
        break;
    case SKEP_I8:
        ADD_WHOLE(int64_t);
        break;
    case SKEP_U1:
        ADD_WHOLE(uint8_t);
        break;
    case SKEP_U2:
        ADD_WHOLE(uint16_t);
        break;
    case SKEP_U4:
        ADD_WHOLE(uint32_t);
        break;
    case SKEP_U8:
        ADD_WHOLE(uint64_t);
        break;
    default:
        break;
    }
    total->whole += whole;
}

static void total_add_float(struct sum_total *total, const struct skep_view *view, int64_t at, int64_t stride,
                            int64_t n, bool skips_nan)
{
    if (view->dtype == SKEP_F8 && !skips_nan) {
        skep_exact_add_run(&total->exact, (const double *)view->data + at, stride, n);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        double x = view->dtype == SKEP_F8 ? ((const double *)view->data)[at + i * stride]
                                          : (double)((const float *)view->data)[at + i * stride];
        if (!skips_nan || !isnan(x)) {
            skep_exact_add(&total->exact, x);
        }
    }
}

/* Add to each of N totals the run of WALK's length that starts at its element of AT. */
static skep_status sum_runs(const struct skep_call *call, const struct skep_walk *walk, const int64_t *at,
                            int n, struct sum_total *totals)
{
    const struct skep_view *view = walk->view;
    bool is_float = skep_dtype_kind(view->dtype) == 'f';
    bool skips_nan = call->args[ARG_NAN].choice == NAN_SKIP;
    int64_t slice = n == 1 ? SUM_SLICE_OF_ONE : SUM_SLICE_OF_MANY;

    for (int64_t k = 0; k < walk->length; k += slice) {
        int64_t m = walk->length - k < slice ? walk->length - k : slice;

        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        for (int i = 0; i < n; i++) {
            if (is_float) {
                total_add_float(&totals[i], view, at[i] + k * walk->stride, walk->stride, m, skips_nan);
            } else {
                total_add_whole(&totals[i], view, at[i] + k * walk->stride, walk->stride, m);
            }
        }
    }
    return SKEP_OK;
}

/* ---- reading ---- */

static skep_status total_read(struct sum_total *total, char kind, struct skep_value *value_out,
                              struct skep_error *err)
{
    if (kind == 'f') {
        *value_out = (struct skep_value){.kind = SKEP_VALUE_F64, .f64 = skep_exact_round(&total->exact)};
        return SKEP_OK;
    }
    if (kind == 'u') {
        *value_out = (struct skep_value){.kind = SKEP_VALUE_U64, .u64 = (uint64_t)total->whole};
        if (total->whole > (sum_wide)UINT64_MAX) {
            return skep_error_set(err, SKEP_E_NUMERIC, "the sum exceeds 2^64 - 1, the range of u8");
        }
        return SKEP_OK;
    }
    *value_out = (struct skep_value){.kind = SKEP_VALUE_I64, .i64 = (int64_t)total->whole};
    if (total->whole > INT64_MAX || total->whole < INT64_MIN) {
        return skep_error_set(err, SKEP_E_NUMERIC, "the sum leaves the range of i8, -2^63 to 2^63 - 1");
    }
    return SKEP_OK;
}

static void store(void *data, int64_t at, const struct skep_value *value)
{
    if (value->kind == SKEP_VALUE_F64) {
        ((double *)data)[at] = value->f64;
    } else if (value->kind == SKEP_VALUE_U64) {
        ((uint64_t *)data)[at] = value->u64;
    } else {
        ((int64_t *)data)[at] = value->i64;
    }
}

/* ---- the two shapes of the task ---- */

static skep_status sum_all(struct skep_call *call, const struct skep_view *view, struct skep_value *value_out,
                           struct skep_error *err)
{
    char kind = skep_dtype_kind(view->dtype);
    struct sum_total total;
    struct skep_view flat;
    struct skep_walk walk;
    skep_status st = SKEP_OK;

    if (skep_view_is_contiguous(view)) {
        int64_t count = skep_view_count(view);
        skep_view_init(&flat, view->data, view->dtype, 1, &count);
        view = &flat;
    }
    total_init(&total, kind == 'f');
    skep_walk_init(&walk, view, view->ndim - 1);
    if (walk.n_runs > 0) {
        do {
            st = sum_runs(call, &walk, &walk.at, 1, &total);
        } while (st == SKEP_OK && skep_walk_step(&walk));
    }
    return st == SKEP_OK ? total_read(&total, kind, value_out, err) : st;
}

/* The sums of the next runs of WALK, SUM_SIDE_BY_SIDE at most, into DATA from element DONE on. */
static skep_status sum_next_runs(struct skep_call *call, struct skep_walk *walk, int64_t done, void *data,
                                 struct skep_error *err)
{
    char kind = skep_dtype_kind(walk->view->dtype);
    int n = walk->n_runs - done < SUM_SIDE_BY_SIDE ? (int)(walk->n_runs - done) : SUM_SIDE_BY_SIDE;
    struct sum_total totals[SUM_SIDE_BY_SIDE];
    int64_t at[SUM_SIDE_BY_SIDE] = {0};
    skep_status st;

    for (int i = 0; i < n; i++) {
        total_init(&totals[i], kind == 'f');
        at[i] = walk->at;
        skep_walk_step(walk);
    }
    st = sum_runs(call, walk, at, n, totals);
    for (int i = 0; st == SKEP_OK && i < n; i++) {
        struct skep_value value;
        st = total_read(&totals[i], kind, &value, err);
        store(data, done + i, &value);
    }
    return st;
}

static skep_status sum_axis(struct skep_call *call, const struct skep_view *view, int axis,
                            struct skep_value *value_out, struct skep_error *err)
{
    char kind = skep_dtype_kind(view->dtype);
    int64_t shape[SKEP_MAX_DIMS];
    int ndim = 0;
    struct skep_walk walk;
    void *data;
    skep_status st;

    for (int i = 0; i < view->ndim; i++) {
        if (i != axis) {
            shape[ndim++] = view->shape[i];
        }
    }
    st = skep_call_output(call,
                          kind == 'f'   ? SKEP_F8
                          : kind == 'u' ? SKEP_U8
                                        : SKEP_I8,
                          ndim, shape, &data, value_out, err);
    skep_walk_init(&walk, view, axis);
    for (int64_t done = 0; st == SKEP_OK && done < walk.n_runs; done += SUM_SIDE_BY_SIDE) {
        st = skep_call_is_stopped(call) ? SKEP_STOPPED : sum_next_runs(call, &walk, done, data, err);
    }
    return st;
}

static skep_status sum_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_view *view = &call->args[ARG_X].view;
    int64_t axis = call->args[ARG_AXIS].i64;
    int64_t n_axes = view->ndim > 0 ? view->ndim : 1; /* NumPy lets a single number have one axis */

    if (!call->args[ARG_AXIS].is_given) {
        return sum_all(call, view, value_out, err);
    }
    if (axis < -n_axes || axis >= n_axes) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "axis %" PRId64 " is out of range for an array of %d axes", axis, view->ndim);
    }
    if (view->ndim <= 1) {
        return sum_all(call, view, value_out, err);
    }
    return sum_axis(call, view, (int)(axis < 0 ? axis + n_axes : axis), value_out, err);
}

static const char *const sum_description[] = {
    "The sum of all elements, or along one axis, as numpy.sum defines it but for the rounding: it is the "
    "exact "
    "sum of the elements, rounded once to the nearest double (half an ulp), whatever their order, their "
    "magnitude "
    "and their cancellation. f4 is summed exactly too, and its sum is f8.",
    "b1 counts the true elements. Whole numbers are summed exactly; a sum that does not fit into 64 bits "
    "(signed "
    "for b1 and i1-i8, unsigned for u1-u8) is an error. Only the whole sum counts: part sums may leave the "
    "range "
    "and come back.",
    "A NaN makes the sum NaN, or is left out with nan \"skip\". Infinities of one sign give that infinity, "
    "of "
    "both signs NaN. An exact sum beyond the range of doubles is an infinity. The sum of nothing is 0, and a "
    "sum "
    "of zeros is +0.",
    "Method: a fixed-point accumulator of 2176 bits (R. M. Neal, \"Fast exact summation using small and "
    "large "
    "superaccumulators\", 2015). There is one variant.",
    NULL,
};

const struct skep_kernel skep_kernel_sum = {
    .name = "sum",
    .version = 1,
    .summary = "Exact sum of an array or along an axis",
    .description = sum_description,
    .args = sum_args,
    .value_text = "number, or array without the axis: i8 for b1 and i1-i8, u8 for u1-u8, f8 for f4 and f8",
    .example = "{\"kernel\":\"sum\",\"args\":{\"x\":[[1,2,3],[4,5,6]],\"axis\":0}}",
    .run = sum_run,
    .reference = sum_run,
    .cost = skep_cost_little,
};
