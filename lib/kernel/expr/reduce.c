/* SPDX-License-Identifier: MIT */
#include "kernel/expr/reduce.h"

#include <math.h>
#include <string.h>

#include "kernel/expr/scalar.h"

static bool is_sum(enum skep_expr_reduce how)
{
    return how == SKEP_EXPR_REDUCE_SUM || how == SKEP_EXPR_REDUCE_MEAN;
}

/* Of two truth values the lesser is their and, the greater their or. */
static enum skep_expr_op extreme_op(enum skep_expr_reduce how, enum skep_dtype dtype)
{
    if (dtype == SKEP_B1) {
        return how == SKEP_EXPR_REDUCE_MIN ? SKEP_EXPR_AND : SKEP_EXPR_OR;
    }
    return how == SKEP_EXPR_REDUCE_MIN ? SKEP_EXPR_MINIMUM : SKEP_EXPR_MAXIMUM;
}

enum skep_dtype skep_expr_reduce_dtype(enum skep_expr_reduce how, enum skep_dtype dtype)
{
    if (!is_sum(how)) {
        return dtype;
    }
    return dtype == SKEP_F4 || dtype == SKEP_F8 ? SKEP_F8 : SKEP_I8;
}

void skep_expr_reduction_init(struct skep_expr_reduction *r, enum skep_expr_reduce how, enum skep_dtype dtype,
                              enum skep_cpu_level level, bool is_quick, void *block)
{
    r->how = how;
    r->dtype = dtype;
    r->is_quick = is_quick;
    if (!is_sum(how)) {
        r->loop = skep_expr_loops_at(level)->ops[extreme_op(how, dtype)][dtype][SKEP_EXPR_FORM_ALL];
        r->block = block;
        r->n_block = 0;
        return;
    }
    r->reduce.dtype = dtype;
    r->reduce.spans = skep_spans_at(level);
    if (is_quick) {
        skep_total_init(&r->reduce, &r->total);
    } else {
        skep_total_exact_init(&r->reduce, &r->exact);
    }
}

void skep_expr_reduction_add(struct skep_expr_reduction *r, const void *x, int64_t skipped, int64_t n,
                             int64_t n_padded)
{
    int64_t size = (int64_t)skep_dtype_size(r->dtype);

    if (is_sum(r->how) && r->is_quick) {
        skep_total_add(&r->reduce, &r->total, (const char *)x + skipped * size, n);
    } else if (is_sum(r->how)) {
        skep_total_exact_add(&r->reduce, &r->exact, (const char *)x + skipped * size, n);
    } else if (r->n_block == 0) {
        memcpy(r->block, x, (size_t)(n_padded * size));
        r->n_block = n_padded;
    } else {
        r->loop(r->block, r->block, x, NULL, n_padded);
    }
}

/* ---- reading ---- */

/* The extreme of the block: its second half against the first until one step is left, then one element after
 * the other. */
static struct skep_value read_extreme(struct skep_expr_reduction *r)
{
    enum skep_expr_op op = extreme_op(r->how, r->dtype);
    int64_t size = (int64_t)skep_dtype_size(r->dtype);
    union skep_expr_number x[2];
    struct skep_view view;

    while (r->n_block > SKEP_EXPR_STEP) {
        int64_t half = (r->n_block / SKEP_EXPR_STEP + 1) / 2 * SKEP_EXPR_STEP;
        r->loop(r->block, r->block, r->block + half * size, NULL, r->n_block - half);
        r->n_block = half;
    }
    skep_view_init(&view, r->block, r->dtype, 1, &r->n_block);
    x[0] = skep_expr_load(&view, 0);
    for (int64_t i = 1; i < r->n_block; i++) {
        x[1] = skep_expr_load(&view, i);
        x[0] = skep_expr_apply(op, r->dtype, x);
    }
    return skep_expr_number_value(r->dtype, x[0]);
}

static double mean_of_whole(skep_wide whole, int64_t count)
{
    struct skep_exact sum;

    if (count == 0) {
        return NAN;
    }
    skep_exact_init(&sum);
    skep_exact_add_whole(&sum, whole);
    return skep_exact_round_quotient(&sum, (uint64_t)count);
}

static skep_status read_whole(const struct skep_expr_reduction *r, int64_t count,
                              struct skep_value *value_out, struct skep_error *err)
{
    skep_wide whole = r->is_quick ? r->total.whole : r->exact.whole;

    if (r->how == SKEP_EXPR_REDUCE_MEAN) {
        *value_out = (struct skep_value){.kind = SKEP_VALUE_F64, .f64 = mean_of_whole(whole, count)};
        return SKEP_OK;
    }
    if (whole > INT64_MAX || whole < INT64_MIN) {
        return skep_error_set(err, SKEP_E_NUMERIC, "expr: the sum leaves the range of i8, -2^63 to 2^63 - 1");
    }
    *value_out = (struct skep_value){.kind = SKEP_VALUE_I64, .i64 = (int64_t)whole};
    return SKEP_OK;
}

static double read_quick(const struct skep_expr_reduction *r, int64_t count, bool *is_unsure_out)
{
    struct skep_twofold sum = r->total.sum;
    double value = 0.0;

    if (r->total.specials != 0) {
        return skep_specials_sum(r->total.specials);
    }
    if (r->how == SKEP_EXPR_REDUCE_MEAN) {
        sum = skep_twofold_divide(sum, (double)count);
    }
    *is_unsure_out = !skep_twofold_round(sum, &value);
    return value;
}

skep_status skep_expr_reduction_read(struct skep_expr_reduction *r, int64_t count,
                                     struct skep_value *value_out, bool *is_unsure_out,
                                     struct skep_error *err)
{
    *is_unsure_out = false;
    if (!is_sum(r->how)) {
        if (count == 0) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "reduce: the %s of no elements",
                                  r->how == SKEP_EXPR_REDUCE_MIN ? "min" : "max");
        }
        *value_out = read_extreme(r);
        return SKEP_OK;
    }
    if (r->dtype != SKEP_F8) {
        return read_whole(r, count, value_out, err);
    }
    value_out->kind = SKEP_VALUE_F64;
    if (count == 0) {
        value_out->f64 = r->how == SKEP_EXPR_REDUCE_SUM ? 0.0 : NAN;
    } else if (r->is_quick) {
        value_out->f64 = read_quick(r, count, is_unsure_out);
    } else {
        value_out->f64 = r->how == SKEP_EXPR_REDUCE_SUM
                             ? skep_exact_round(&r->exact.sum)
                             : skep_exact_round_quotient(&r->exact.sum, (uint64_t)count);
    }
    return SKEP_OK;
}
