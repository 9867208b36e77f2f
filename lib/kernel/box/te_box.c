/* SPDX-License-Identifier: MIT */
/* Transfer entropy by the box kernel.
 *
 *     T = 1/(n-1) sum over i of log( c_xyz[i] c_x[i] / (c_xy[i] c_xx'[i]) )
 *
 * with the counts of te_box_counts over the n-1 points (x[i+1], x[i], y[i]); a point without a neighbour in
 * all three columns adds 0. Source: T. Schreiber, "Measuring information transfer", Phys. Rev. Lett. 85, 461
 * (2000); J. T. Lizier's JIDT (Frontiers in Robotics and AI 1:11, 2014) is the published program to agree
 * with.
 *
 * Shapes: x and y (n), n >= 2; value a number, in nats (base e) or bits (base 2).
 * NaN: is nobody's neighbour, so a point with a NaN adds 0. Ties at distance r are neighbours where the edge
 * is inclusive, else not. Accuracy: each logarithm within a few ulp; they are summed without rounding, so
 * order plays no part. */
#include "kernel/kernel.h"

#include <inttypes.h>

#include "kernel/math/elementary.h"
#include "kernel/math/exact.h"
#include "kernel/box/te_count.h"

enum { ARG_X, ARG_Y, ARG_R, ARG_EXCLUDE, ARG_EDGE, ARG_NORMALISE, ARG_BASE };
enum { EDGE_STRICT, EDGE_INCLUSIVE };
enum { BASE_E, BASE_2 };

enum { TE_BLOCK = 256 }; /* points whose counts are kept at a time */

#define LN_2 0x1.62e42fefa39efp-1

static const char *const edge_choices[] = {"strict", "inclusive", NULL};
static const char *const base_choices[] = {"e", "2", NULL};

static const struct skep_arg_spec te_box_args[] = {
    {.name = "x",
     .kind = SKEP_ARG_ARRAY,
     .is_required = true,
     .dtype = SKEP_F8,
     .min_ndim = 1,
     .max_ndim = 1,
     .shape_text = "[n]",
     .help = "The target: the series whose next value is predicted."},
    {.name = "y",
     .kind = SKEP_ARG_ARRAY,
     .is_required = true,
     .dtype = SKEP_F8,
     .min_ndim = 1,
     .max_ndim = 1,
     .shape_text = "[n]",
     .help = "The source, as long as x."},
    {.name = "r",
     .kind = SKEP_ARG_F64,
     .is_required = true,
     .help = "Radius of the box, in units of the series, or of their standard deviations (normalise)."},
    {.name = "exclude",
     .kind = SKEP_ARG_I64,
     .default_text = "0",
     .least = 0,
     .most = 0x1p63,
     .unit = "samples",
     .help = "Points less than this far apart in time are no neighbours (Theiler's window); 0 counts a point "
             "as its own neighbour, 1 does not."},
    {.name = "edge",
     .kind = SKEP_ARG_CHOICE,
     .default_text = "strict",
     .choices = edge_choices,
     .help = "Whether distance r itself is outside (strict, <) or inside (inclusive, <=)."},
    {.name = "normalise",
     .kind = SKEP_ARG_BOOL,
     .default_text = "false",
     .help = "Multiply r with the standard deviation (n-1 in the denominator) of each column of points."},
    {.name = "base",
     .kind = SKEP_ARG_CHOICE,
     .default_text = "e",
     .choices = base_choices,
     .help = "Base of the logarithm: e gives nats, 2 gives bits."},
    {0},
};

static skep_status te_box_open(struct skep_call *call, struct skep_te_record *record, struct skep_error *err)
{
    const struct skep_arg *args = call->args;
    const struct skep_view *x = &args[ARG_X].view;
    const struct skep_view *y = &args[ARG_Y].view;
    double r = args[ARG_R].f64;
    const double *values;
    skep_status st;

    if (x->shape[0] != y->shape[0]) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "x has %" PRId64 " elements and y has %" PRId64,
                              x->shape[0], y->shape[0]);
    }
    if (x->shape[0] < 2) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "x and y need 2 elements at least, they have %" PRId64,
                              x->shape[0]);
    }
    *record = (struct skep_te_record){
        .radius = {r, r, r},
        .n = x->shape[0] - 1,
        .exclude = args[ARG_EXCLUDE].i64,
        .is_inclusive = args[ARG_EDGE].choice == EDGE_INCLUSIVE,
    };
    st = skep_te_column(call, x, 0, x->strides[0], x->shape[0], &values, err);
    if (st != SKEP_OK) {
        return st;
    }
    record->columns[SKEP_TE_NEXT] = values + 1;
    record->columns[SKEP_TE_PAST] = values;
    st = skep_te_column(call, y, 0, y->strides[0], record->n, &record->columns[SKEP_TE_SOURCE], err);
    if (st == SKEP_OK && args[ARG_NORMALISE].boolean) {
        st = skep_te_scale(call, record);
    }
    return st;
}

/* The logarithm that a point adds. The products are exact up to counts of 2^26, and cannot overflow. */
static double te_box_term(const int64_t counts[SKEP_TE_COUNTS])
{
    if (counts[SKEP_TE_ALL] == 0) {
        return 0.0; /* the other counts are at least as large, so none of them is 0 below */
    }
    return skep_ln(((double)counts[SKEP_TE_ALL] * (double)counts[SKEP_TE_IN_PAST]) /
                   ((double)counts[SKEP_TE_PAST_SOURCE] * (double)counts[SKEP_TE_NEXT_PAST]));
}

static skep_status te_box_compute(struct skep_call *call, skep_te_count count, struct skep_value *value_out,
                                  struct skep_error *err)
{
    struct skep_te_record record;
    struct skep_exact sum;
    int64_t counts[TE_BLOCK][SKEP_TE_COUNTS];
    double mean;
    skep_status st = te_box_open(call, &record, err);

    skep_exact_init(&sum);
    for (int64_t first = 0; st == SKEP_OK && first < record.n; first += TE_BLOCK) {
        int64_t n = record.n - first < TE_BLOCK ? record.n - first : TE_BLOCK;

        st = count(call, &record, first, first + n, counts);
        for (int64_t i = 0; st == SKEP_OK && i < n; i++) {
            skep_exact_add(&sum, te_box_term(counts[i]));
        }
    }
    if (st != SKEP_OK) {
        return st;
    }
    mean = skep_exact_round(&sum) / (double)record.n;
    *value_out = (struct skep_value){
        .kind = SKEP_VALUE_F64,
        .f64 = call->args[ARG_BASE].choice == BASE_2 ? mean / LN_2 : mean,
    };
    return SKEP_OK;
}

static skep_status te_box_fast(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    return te_box_compute(call, skep_te_count_fast, value_out, err);
}

static skep_status te_box_plain(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    return te_box_compute(call, skep_te_count_plain, value_out, err);
}

static const char *const te_box_description[] = {
    "The mean over the n-1 points (x[i+1], x[i], y[i]) of log(c_xyz c_x / (c_xy c_xx')), where for each "
    "point "
    "c_xyz counts its neighbours in all three columns, c_x those in x[i], c_xy those in x[i] and y[i], c_xx' "
    "those in x[i+1] and x[i]; a point without a neighbour in all three adds 0. This is the box-kernel "
    "estimate "
    "of T. Schreiber, \"Measuring information transfer\", Phys. Rev. Lett. 85, 461 (2000), as in JIDT (J. T. "
    "Lizier, 2014).",
    "Neighbours are points at least exclude apart in time whose columns each differ by fabs(a - b) < r (<= "
    "with "
    "edge \"inclusive\"), compared as doubles: the counts are those of the plain double loop for every "
    "input. A "
    "difference that is NaN makes no neighbour, so points with a NaN add 0. r <= 0 (< 0 when inclusive), a "
    "NaN "
    "for r and exclude >= n-1 leave no neighbours and give 0.",
    "With normalise, r is multiplied with the standard deviation of each of the three columns of points, "
    "with "
    "one less than their number in the denominator; a NaN or an infinity anywhere in a column then leaves no "
    "neighbours at all, and the value is 0. Fewer than two samples are refused.",
    "The logarithms are summed without rounding. The time grows with n^2.",
    NULL,
};

const struct skep_kernel skep_kernel_te_box = {
    .name = "te_box",
    .version = 1,
    .summary = "Transfer entropy from y to x by the box kernel",
    .description = te_box_description,
    .args = te_box_args,
    .value_text = "number: the transfer entropy, in nats or bits",
    .example = "{\"kernel\":\"te_box\",\"args\":{\"x\":[0,1,0,0,1,1,0,1,1,0,0,1],"
               "\"y\":[1,0,0,1,1,0,1,1,0,0,1,0],\"r\":0.5,\"base\":2}}",
    .run = te_box_fast,
    .reference = te_box_plain,
    .cost = skep_cost_little,
};
