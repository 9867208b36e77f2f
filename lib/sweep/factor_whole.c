/* SPDX-License-Identifier: MIT */
/* Factors whose values are the integers from 0 on: axis, times, pairs. */
#include <math.h>

#include "sweep/factor_rows.h"
#include "task/json.h"

/* ---- axis and times ---- */

static skep_status count_check(int64_t n, const char *of_what, struct skep_error *err)
{
    return n >= 1 ? SKEP_OK
                  : skep_error_set(err, SKEP_E_BAD_ARGS, "the number of %s must be at least 1, not %lld",
                                   of_what, (long long)n);
}

static skep_status axis_read(const struct skep_factor_fields *fields, struct skep_factor *factor,
                             struct skep_error *err)
{
    (void)err;
    factor->of = fields->of;
    factor->is_unordered = fields->is_unordered;
    return SKEP_OK;
}

static skep_status axis_check(struct skep_factor *factor, struct skep_error *err)
{
    factor->n = factor->of;
    return count_check(factor->n, "slices", err);
}

static void of_write(struct skep_buf *buf, const struct skep_factor *factor)
{
    skep_json_add_key(buf, "of");
    skep_buf_add_i64(buf, factor->of);
    if (factor->is_unordered) {
        skep_json_add_key(buf, "unordered");
        skep_json_add_bool(buf, true);
    }
}

static void place_set(const struct skep_axis *axis, int64_t place, struct skep_coordinate *at)
{
    (void)axis;
    at->i64 = at->place = place;
}

static skep_status times_check(struct skep_factor *factor, struct skep_error *err)
{
    return count_check(factor->n, "times", err);
}

/* Its count stands where others have the names: its variable is always `time`. */
static void times_write(struct skep_buf *buf, const struct skep_factor *factor)
{
    skep_json_add_key(buf, "times");
    skep_buf_add_i64(buf, factor->n);
}

/* ---- pairs ---- */

static skep_status pairs_check(struct skep_factor *factor, struct skep_error *err)
{
    int64_t n_ordered;

    if (factor->of < 2) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "pairs want at least 2 to choose from, not %lld",
                              (long long)factor->of);
    }
    if (__builtin_mul_overflow(factor->of, factor->of - 1, &n_ordered)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "too many pairs of %lld", (long long)factor->of);
    }
    factor->n = factor->is_unordered ? n_ordered / 2 : n_ordered;
    return SKEP_OK;
}

/* The largest r with r (r + 1) / 2 <= n. For n below 2^41 the double's root is exact: where it should lie
 * below an odd integer it does so by more than 2^-21, and its digits there reach to 2^-31. */
static int64_t triangle_root(int64_t n)
{
    return ((int64_t)sqrt((double)(8 * n + 1)) - 1) / 2;
}

/* Row i of the triangle above the diagonal has of - 1 - i columns. Counted from the end, rows have 1, 2, 3,
 * ... columns, so the row is the root of a triangle number. */
static void unordered_get(int64_t of, int64_t place, int64_t *i_out, int64_t *j_out)
{
    const int64_t behind = of * (of - 1) / 2 - 1 - place;
    const int64_t row = triangle_root(behind);

    *i_out = of - 2 - row;
    *j_out = of - 1 - (behind - row * (row + 1) / 2);
}

static void pairs_set(const struct skep_axis *axis, int64_t place, struct skep_coordinate *at)
{
    const int64_t of = axis->factor->of;
    int64_t i;
    int64_t j;

    if (axis->factor->is_unordered) {
        unordered_get(of, place, &i, &j);
    } else {
        i = place / (of - 1);
        j = place % (of - 1);
        j += j >= i;
    }
    at[0].i64 = at[0].place = i;
    at[1].i64 = at[1].place = j;
}

const struct skep_factor_row skep_factor_axis = {
    .word = "axis",
    .n_variables = 1,
    .needs = SKEP_FACTOR_OF,
    .read = axis_read,
    .check = axis_check,
    .write = of_write,
    .set = place_set,
};

const struct skep_factor_row skep_factor_times = {
    .word = "times",
    .n_variables = 1,
    .check = times_check,
    .write = times_write,
    .set = place_set,
};

const struct skep_factor_row skep_factor_pairs = {
    .word = "pairs",
    .n_variables = 2,
    .needs = SKEP_FACTOR_OF,
    .may = SKEP_FACTOR_UNORDERED,
    .read = axis_read,
    .check = pairs_check,
    .write = of_write,
    .set = pairs_set,
};
