/* SPDX-License-Identifier: MIT */
#include "kernel/expr/reduce.h"

#include "kernel/expr/scalar.h"

static bool is_sum(enum skep_expr_reduce how)
{
    return how == SKEP_EXPR_REDUCE_SUM || how == SKEP_EXPR_REDUCE_MEAN;
}

enum skep_dtype skep_expr_reduce_dtype(enum skep_expr_reduce how, enum skep_dtype dtype)
{
    if (!is_sum(how)) {
        return dtype;
    }
    return dtype == SKEP_F4 || dtype == SKEP_F8 ? SKEP_F8 : SKEP_I8;
}

void skep_expr_reduction_init(struct skep_expr_reduction *r, enum skep_expr_reduce how, enum skep_dtype dtype)
{
    r->how = how;
    r->dtype = dtype;
    r->whole = 0;
    r->is_empty = true;
    if (is_sum(how)) {
        skep_exact_init(&r->sum);
    }
}

static void add_extreme(struct skep_expr_reduction *r, const void *x, int64_t n)
{
    enum skep_expr_op op = r->how == SKEP_EXPR_REDUCE_MIN ? SKEP_EXPR_MINIMUM : SKEP_EXPR_MAXIMUM;
    struct skep_view view;

    skep_view_init(&view, x, r->dtype, 1, &n);
    for (int64_t i = 0; i < n; i++) {
        union skep_expr_number pair[2] = {r->extreme, skep_expr_load(&view, i)};
        r->extreme = r->is_empty ? pair[1] : skep_expr_apply(op, r->dtype, pair);
        r->is_empty = false;
    }
}

void skep_expr_reduction_add(struct skep_expr_reduction *r, const void *x, int64_t n)
{
    if (!is_sum(r->how)) {
        add_extreme(r, x, n);
    } else if (r->dtype == SKEP_F8) {
        skep_exact_add_run(&r->sum, x, 1, n);
    } else {
        for (int64_t i = 0; i < n; i++) {
            r->whole += ((const int64_t *)x)[i];
        }
    }
}

static skep_status read_sum(struct skep_expr_reduction *r, struct skep_value *value_out,
                            struct skep_error *err)
{
    if (r->dtype == SKEP_F8) {
        value_out->kind = SKEP_VALUE_F64;
        value_out->f64 = skep_exact_round(&r->sum);
        return SKEP_OK;
    }
    if (r->whole > INT64_MAX || r->whole < INT64_MIN) {
        return skep_error_set(err, SKEP_E_NUMERIC, "expr: the sum leaves the range of i8, -2^63 to 2^63 - 1");
    }
    value_out->kind = SKEP_VALUE_I64;
    value_out->i64 = (int64_t)r->whole;
    return SKEP_OK;
}

skep_status skep_expr_reduction_read(struct skep_expr_reduction *r, int64_t count,
                                     struct skep_value *value_out, struct skep_error *err)
{
    static const char *const words[] = {"", "sum", "mean", "min", "max"};

    if (r->how == SKEP_EXPR_REDUCE_SUM) {
        return read_sum(r, value_out, err);
    }
    if (count == 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "reduce: the %s of no elements", words[r->how]);
    }
    if (r->how == SKEP_EXPR_REDUCE_MEAN) {
        if (r->dtype == SKEP_I8) {
            skep_exact_add_whole(&r->sum, r->whole);
        }
        value_out->kind = SKEP_VALUE_F64;
        value_out->f64 = skep_exact_round_quotient(&r->sum, (uint64_t)count);
        return SKEP_OK;
    }
    *value_out = skep_expr_number_value(r->dtype, r->extreme);
    return SKEP_OK;
}
