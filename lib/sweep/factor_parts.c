/* SPDX-License-Identifier: MIT */
/* Factors that cut a whole into parts: ranges (from where to where) and split (how much). Equal parts differ
 * by at most one, and the larger ones come last. */
#include <math.h>
#include <string.h>

#include "sweep/factor_rows.h"
#include "task/json.h"
#include "task/text.h"

static const int64_t parts_most = INT64_C(1) << 62; /* so that no difference overflows */

static skep_status parts_refuse(const char *wanted, const char *text, size_t n, struct skep_error *err)
{
    char excerpt[SKEP_EXCERPT_BYTES];

    return skep_error_set(err, SKEP_E_BAD_ARGS, "wanted %s in integers, got %s", wanted,
                          skep_text_excerpt(text, n, excerpt, sizeof excerpt));
}

static skep_status ranges_parse(const char *text, size_t n, struct skep_factor *factor,
                                struct skep_error *err)
{
    const char *slash = memchr(text, '/', n);
    const size_t n_range = slash != NULL ? (size_t)(slash - text) : n;
    size_t at = 0;
    size_t n_lo = 0;
    size_t n_hi = 0;
    size_t n_parts = 0;
    const char *lo = skep_factor_next_piece(text, n_range, &at, &n_lo);
    const char *hi = skep_factor_next_piece(text, n_range, &at, &n_hi);
    const char *parts = skep_factor_next_piece(text, n_range, &at, &n_parts);
    int64_t number = 0;

    if (slash != NULL && parts == NULL) {
        parts = slash + 1;
        n_parts = n - n_range - 1;
    } else if (slash != NULL || at <= n_range) {
        parts = NULL;
    }
    if (hi == NULL || parts == NULL || !skep_factor_parse_integer(lo, n_lo, &factor->lo) ||
        !skep_factor_parse_integer(hi, n_hi, &factor->hi) ||
        !skep_factor_parse_integer(parts, n_parts, &number)) {
        return parts_refuse("LO:HI:PARTS or LO:HI/STEP", text, n, err);
    }
    if (number < 1) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%s must be at least 1, not %lld",
                              slash != NULL ? "the step" : "the number of parts", (long long)number);
    }
    factor->step = slash != NULL ? number : 0;
    factor->n = number;
    return SKEP_OK;
}

static skep_status split_parse(const char *text, size_t n, struct skep_factor *factor, struct skep_error *err)
{
    size_t at = 0;
    size_t n_total = 0;
    size_t n_parts = 0;
    const char *total = skep_factor_next_piece(text, n, &at, &n_total);
    const char *parts = skep_factor_next_piece(text, n, &at, &n_parts);

    if (parts == NULL || at <= n || !skep_factor_parse_integer(total, n_total, &factor->hi) ||
        !skep_factor_parse_integer(parts, n_parts, &factor->n)) {
        return parts_refuse("TOTAL:PARTS", text, n, err);
    }
    return SKEP_OK;
}

static skep_status parts_check(struct skep_factor *factor, struct skep_error *err)
{
    const int64_t lo = factor->lo;
    const int64_t hi = factor->hi;

    if (lo < -parts_most || hi > parts_most) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "only integers up to 2^62 are allowed");
    }
    if (lo >= hi) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "nothing lies from %lld up to %lld", (long long)lo,
                              (long long)hi);
    }
    if (factor->step > 0) {
        factor->n = (hi - lo) / factor->step + ((hi - lo) % factor->step != 0);
    }
    if (factor->n < 1) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "the number of parts must be at least 1, not %lld",
                              (long long)factor->n);
    }
    if (factor->n > hi - lo) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%lld parts of %lld: some would be empty",
                              (long long)factor->n, (long long)(hi - lo));
    }
    return SKEP_OK;
}

static void ranges_write(struct skep_buf *buf, const struct skep_factor *factor)
{
    skep_json_add_key(buf, "from");
    skep_buf_printf(buf, "\"%lld:%lld%c%lld\"", (long long)factor->lo, (long long)factor->hi,
                    factor->step > 0 ? '/' : ':', (long long)(factor->step > 0 ? factor->step : factor->n));
}

static void split_write(struct skep_buf *buf, const struct skep_factor *factor)
{
    skep_json_add_key(buf, "from");
    skep_buf_printf(buf, "\"%lld:%lld\"", (long long)factor->hi, (long long)factor->n);
}

/* [*LO_OUT, *HI_OUT): part number PLACE. */
static void parts_get(const struct skep_factor *factor, int64_t place, int64_t *lo_out, int64_t *hi_out)
{
    const int64_t whole = factor->hi - factor->lo;

    if (factor->step > 0) {
        *lo_out = factor->lo + place * factor->step;
        *hi_out = place == factor->n - 1 ? factor->hi : *lo_out + factor->step;
    } else {
        const int64_t size = whole / factor->n;
        const int64_t n_small = factor->n - whole % factor->n; /* parts without one of the remainder */

        *lo_out = factor->lo + place * size + (place > n_small ? place - n_small : 0);
        *hi_out = *lo_out + size + (place >= n_small);
    }
}

static void ranges_set(const struct skep_axis *axis, int64_t place, struct skep_coordinate *at)
{
    parts_get(axis->factor, place, &at[0].i64, &at[1].i64);
    at[0].place = at[1].place = place;
}

static void split_set(const struct skep_axis *axis, int64_t place, struct skep_coordinate *at)
{
    parts_get(axis->factor, place, &at[1].i64, &at[2].i64);
    at[0].i64 = at[2].i64 - at[1].i64;
    at[0].place = at[1].place = at[2].place = place;
}

const struct skep_factor_row skep_factor_ranges = {
    .word = "ranges",
    .n_variables = 2,
    .needs = SKEP_FACTOR_FROM,
    .parse = ranges_parse,
    .check = parts_check,
    .write = ranges_write,
    .set = ranges_set,
};

const struct skep_factor_row skep_factor_split = {
    .word = "split",
    .n_variables = 1,
    .dots = {".lo", ".hi"},
    .needs = SKEP_FACTOR_FROM,
    .parse = split_parse,
    .check = parts_check,
    .write = split_write,
    .set = split_set,
};
