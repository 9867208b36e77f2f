/* SPDX-License-Identifier: MIT */
#include "sweep/factor.h"

#include <assert.h>
#include <math.h>

#include "base/parse.h"
#include "sweep/factor_rows.h"

static const struct skep_factor_row *const factor_rows[] = {
    [SKEP_FACTOR_GRID] = &skep_factor_grid,     [SKEP_FACTOR_ZIP] = &skep_factor_zip,
    [SKEP_FACTOR_RANGES] = &skep_factor_ranges, [SKEP_FACTOR_SPLIT] = &skep_factor_split,
    [SKEP_FACTOR_AXIS] = &skep_factor_axis,     [SKEP_FACTOR_PAIRS] = &skep_factor_pairs,
    [SKEP_FACTOR_RANDOM] = &skep_factor_random, [SKEP_FACTOR_LINES] = &skep_factor_lines,
    [SKEP_FACTOR_TIMES] = &skep_factor_times,
};
enum { FACTOR_N_KINDS = sizeof factor_rows / sizeof factor_rows[0] };

const struct skep_factor_row *skep_factor_row(enum skep_factor_kind kind)
{
    return (unsigned)kind < FACTOR_N_KINDS ? factor_rows[kind] : NULL;
}

int skep_factor_count_coordinates(const struct skep_factor *factor)
{
    const struct skep_factor_row *row = skep_factor_row(factor->kind);
    int n = factor->n_variables;

    for (int i = 0; row->dots[i] != NULL; i++) {
        n++;
    }
    return n;
}

const char *skep_factor_next_piece(const char *text, size_t n, size_t *at, size_t *n_out)
{
    const char *piece = text + *at;
    const char *colon;

    if (*at > n) {
        return NULL;
    }
    colon = memchr(piece, ':', n - *at);
    *n_out = colon != NULL ? (size_t)(colon - piece) : n - *at;
    *at += *n_out + 1;
    return piece;
}

bool skep_factor_parse_integer(const char *text, size_t n, int64_t *number_out)
{
    double real;

    if (skep_parse_i64(text, n, number_out)) {
        return true;
    }
    if (!skep_parse_f64(text, n, &real) || !(fabs(real) <= 0x1p53) || real != floor(real)) {
        return false;
    }
    *number_out = (int64_t)real;
    return true;
}

skep_status skep_factor_parse(const char *text, size_t n, struct skep_factor *factor, struct skep_error *err)
{
    const struct skep_factor_row *row = skep_factor_row(factor->kind);

    assert(row != NULL && row->parse != NULL);
    return row->parse(text, n, factor, err);
}
