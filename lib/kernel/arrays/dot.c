/* SPDX-License-Identifier: MIT */
/* The inner product of two vectors: the exact sum of the exact products, rounded once.
 *
 * Method: quickly, with what each product and each addition loses summed beside it and a bound on the rest;
 * where that proves only one double to be the nearest, it is the result, and otherwise an exact accumulator
 * decides. n = 0: 0. NaN and infinities as IEEE 754 has them. */
#include "kernel/arrays/reader.h"
#include "kernel/kernel.h"
#include "kernel/math/exact.h"

#include <inttypes.h>
#include <math.h>

enum { ARG_X, ARG_Y };

static const struct skep_arg_spec dot_args[] = {
    {.name = "x",
     .kind = SKEP_ARG_ARRAY,
     .is_required = true,
     .dtype = SKEP_F8,
     .min_ndim = 1,
     .max_ndim = 1,
     .shape_text = "[n]",
     .help = "One vector."},
    {.name = "y",
     .kind = SKEP_ARG_ARRAY,
     .is_required = true,
     .dtype = SKEP_F8,
     .min_ndim = 1,
     .max_ndim = 1,
     .shape_text = "[n]",
     .help = "The other one, of the same length."},
    {0},
};

/* Both vectors, piece by piece. */
struct pair {
    struct skep_reader x, y;
};

static void pair_init(struct pair *pair, const struct skep_call *call, struct skep_reader_room rooms[2])
{
    skep_reader_init(&pair->x, &call->args[ARG_X].view, SKEP_READER_OWN, &rooms[0]);
    skep_reader_init(&pair->y, &call->args[ARG_Y].view, SKEP_READER_OWN, &rooms[1]);
}

static int64_t pair_next(struct pair *pair, const double **x_out, const double **y_out)
{
    const void *x = NULL, *y = NULL;
    int64_t n = skep_reader_next(&pair->x, &x);

    skep_reader_next(&pair->y, &y);
    *x_out = x;
    *y_out = y;
    return n;
}

static skep_status dot_exactly(struct skep_call *call, struct skep_reader_room rooms[2],
                               struct skep_value *value_out)
{
    struct pair pair;
    const double *x, *y;
    struct skep_exact sum;
    int64_t n;

    skep_exact_init(&sum);
    pair_init(&pair, call, rooms);
    do {
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        n = pair_next(&pair, &x, &y);
        for (int64_t i = 0; i < n; i++) {
            skep_exact_add_product(&sum, x[i], y[i]);
        }
    } while (n > 0 && !sum.has_nan);
    *value_out = (struct skep_value){.kind = SKEP_VALUE_F64, .f64 = skep_exact_round(&sum)};
    return SKEP_OK;
}

static bool has_nan_product(const double *x, const double *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (isnan(x[i] * y[i])) {
            return true;
        }
    }
    return false;
}

/* Whether the products are zeros, and did not only underflow. */
static bool are_zeros(const struct skep_spans *spans, const double *x, const double *y, int64_t n)
{
    bool has_nan;

    return spans->absmax(x, n, &has_nan) == 0.0 || spans->absmax(y, n, &has_nan) == 0.0;
}

/* *IS_SURE_OUT: the value is the correctly rounded one. */
static skep_status dot_quickly(struct skep_call *call, struct skep_reader_room rooms[2],
                               struct skep_value *value_out, bool *is_sure_out)
{
    const struct skep_spans *spans = skep_spans_at(skep_cpu_level());
    struct skep_twofold total = {0.0, 0.0, 0.0};
    struct pair pair;
    const double *x, *y;
    int64_t n;

    value_out->kind = SKEP_VALUE_F64;
    pair_init(&pair, call, rooms);
    while ((n = pair_next(&pair, &x, &y)) > 0 && total.slack < HUGE_VAL) {
        struct skep_twofold sum = spans->dot(x, y, n);

        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        if (!(sum.slack < HUGE_VAL) && has_nan_product(x, y, n)) {
            value_out->f64 = NAN;
            *is_sure_out = true;
            return SKEP_OK;
        }
        if (sum.hi != 0.0 || !are_zeros(spans, x, y, n)) {
            total = skep_twofold_add(total, sum);
        }
    }
    *is_sure_out = skep_twofold_round(total, &value_out->f64);
    return SKEP_OK;
}

static skep_status dot_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    int64_t n = call->args[ARG_X].view.shape[0], n_y = call->args[ARG_Y].view.shape[0];
    bool is_sure = false;
    void *rooms;
    skep_status st;

    if (n != n_y) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "x and y want one length, got %" PRId64 " and %" PRId64,
                              n, n_y);
    }
    st = skep_call_scratch(call, 2, sizeof(struct skep_reader_room), &rooms, err);
    if (st == SKEP_OK && skep_call_is_stopped(call)) {
        return SKEP_STOPPED;
    }
    if (st == SKEP_OK && !call->is_reference) {
        st = dot_quickly(call, rooms, value_out, &is_sure);
    }
    return st == SKEP_OK && !is_sure ? dot_exactly(call, rooms, value_out) : st;
}

static void dot_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    double n = (double)call->args[ARG_X].view.shape[0];

    cost_out->bytes = 2.0 * (double)sizeof(struct skep_reader_room);
    cost_out->seconds = 1e-6 + n * (call->is_reference ? 6e-9 : 6e-10);
}

static const char *const dot_description[] = {
    "The inner product of two vectors: the exact sum of the exact products, rounded once to the nearest "
    "double (half an ulp), whatever their order, their magnitude and their cancellation; products that no "
    "double holds count in full.",
    "A NaN, or a product of 0 and an infinity, makes the value NaN; infinite products of one sign give that "
    "infinity, of both signs NaN. An exact value beyond the range of doubles is an infinity. The product of "
    "nothing is 0, and a sum of zeros is +0.",
    "Method: products and sums with what rounding takes off them, in vectors (T. Ogita, S. M. Rump, S. "
    "Oishi, "
    "\"Accurate sum and dot product\", 2005), with a bound on the error. Where that bound leaves no doubt "
    "about "
    "the nearest double, which is nearly always so up to a condition number of 1e9, this is the result; "
    "otherwise the products are summed again in a fixed-point accumulator of 4352 bits (R. M. Neal, \"Fast "
    "exact summation using small and large superaccumulators\", 2015), which is the reference variant.",
    NULL,
};

const struct skep_kernel skep_kernel_dot = {
    .name = "dot",
    .version = 1,
    .summary = "Exact inner product of two vectors",
    .description = dot_description,
    .args = dot_args,
    .value_text = "number",
    .performance = "Time O(n), one pass. One core of an Intel Xeon (Sapphire Rapids class, AVX-512), NumPy "
                   "1.24 beside it: 10^6 elements 0.53 ms (0.54 with OpenBLAS, which is less accurate). "
                   "Where the bound leaves a doubt, 6 ns an element more. 64 KiB.",
    .example = "{\"kernel\":\"dot\",\"args\":{\"x\":[1e20,1,1e20],\"y\":[1,3,-1]}}",
    .run = dot_run,
    .reference = dot_run,
    .cost = dot_cost,
    .value = skep_value_f8,
};
