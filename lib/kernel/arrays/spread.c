/* SPDX-License-Identifier: MIT */
#include "kernel/arrays/spread.h"

#include <math.h>
#include <string.h>

/* ---- elements as doubles ---- */

static double difference_i8(int64_t x, int64_t offset)
{
    return x >= offset ? (double)((uint64_t)x - (uint64_t)offset) : -(double)((uint64_t)offset - (uint64_t)x);
}

static double difference_u8(uint64_t x, uint64_t offset)
{
    return x >= offset ? (double)(x - offset) : -(double)(offset - x);
}

/* The spread does not depend on where 0 is, so 64-bit numbers are counted from the first of them: close ones
 * then are exact. */
static const double *spread_doubles(enum skep_dtype dtype, const void *x, int64_t n, bool is_first,
                                    int64_t *offset, double *room)
{
    if (dtype != SKEP_I8 && dtype != SKEP_U8) {
        return skep_reader_convert(x, dtype, n, SKEP_READER_DOUBLES, room);
    }
    if (is_first) {
        memcpy(offset, x, sizeof *offset);
    }
    for (int64_t i = 0; i < n; i++) {
        room[i] = dtype == SKEP_I8 ? difference_i8(((const int64_t *)x)[i], *offset)
                                   : difference_u8(((const uint64_t *)x)[i], (uint64_t)*offset);
    }
    return room;
}

/* ---- in one pass ---- */

void skep_spread_init(const struct skep_reduce *reduce, void *state)
{
    (void)reduce;
    *(struct skep_spread *)state = (struct skep_spread){.n = 0};
}

/* *HI + *LO += X, both parts rounded once. */
static void add_to(double *hi, double *lo, double x)
{
    double lost = skep_two_sum(*hi, x, hi);

    *lo += lost;
}

static void spread_merge(struct skep_spread *spread, int64_t n, const struct skep_moments *m)
{
    double shift = m->shift / (double)n; /* of the piece's mean from its centre */
    double squares = m->squares - m->shift * shift;
    double distance; /* of the piece's mean from the others' */
    double lost, share;

    squares = squares > 0.0 ? squares : squares == squares ? 0.0 : squares;
    if (spread->n == 0) {
        spread->mean_lo = skep_two_sum(m->centre, shift, &spread->mean);
        spread->squares = squares;
        spread->n = n;
        return;
    }
    lost = skep_two_sum(m->centre, -spread->mean, &distance);
    distance += lost + (shift - spread->mean_lo);
    share = (double)n / (double)(spread->n + n);
    add_to(&spread->squares, &spread->squares_lo, squares);
    add_to(&spread->squares, &spread->squares_lo, distance * distance * ((double)spread->n * share));
    add_to(&spread->mean, &spread->mean_lo, distance * share);
    spread->n += n;
}

void skep_spread_add(const struct skep_reduce *reduce, void *state, const void *x, int64_t n)
{
    struct skep_spread *spread = state;
    double room[SKEP_SPAN];
    const double *doubles;
    struct skep_moments moments;

    if (spread->has_specials) {
        return;
    }
    doubles = spread_doubles(reduce->dtype, x, n, spread->n == 0, &spread->offset, room);
    reduce->spans->moments(doubles, n, &moments);
    if (!(moments.squares < HUGE_VAL) && skep_find_specials(doubles, n) != 0) {
        spread->has_specials = true;
        return;
    }
    spread_merge(spread, n, &moments);
}

bool skep_spread_read(const struct skep_spread *spread, int64_t ddof, struct skep_variance *variance_out)
{
    double squares = spread->squares + spread->squares_lo;

    *variance_out = (struct skep_variance){.square = NAN};
    if (spread->has_specials || spread->n <= ddof) {
        return true;
    }
    variance_out->square = squares / (double)(spread->n - ddof);
    /* Squares underflow where the elements are small; where they are not, the smallest distances between two
     * of them are not either. */
    return squares < 0x1p1000 && (squares > 0x1p-900 || fabs(spread->mean) > 0x1p-390);
}

/* ---- plainly ---- */

enum { PASS_TOP, PASS_MEAN, PASS_SQUARES };

void skep_spread_plain_init(const struct skep_reduce *reduce, void *state)
{
    struct skep_spread_plain *spread = state;

    (void)reduce;
    memset(spread, 0, sizeof *spread);
    skep_exact_init(&spread->sum);
}

static void spread_plain_add_one(struct skep_spread_plain *spread, double x)
{
    double scaled = ldexp(x, -spread->exponent);
    double distance, rest;
    struct skep_twofold square = {0.0, 0.0, 0.0};

    switch (spread->pass) {
    case PASS_TOP:
        spread->n++;
        spread->has_specials |= !isfinite(x);
        spread->top = fabs(x) > spread->top ? fabs(x) : spread->top;
        break;
    case PASS_MEAN:
        skep_exact_add(&spread->sum, scaled);
        break;
    default:
        rest = skep_two_sum(scaled, -spread->mean, &distance) - spread->mean_lo;
        square.hi = distance * distance;
        square.lo = fma(distance, distance, -square.hi) + 2.0 * distance * rest + rest * rest;
        spread->squares = skep_twofold_add(spread->squares, square);
        break;
    }
}

void skep_spread_plain_add(const struct skep_reduce *reduce, void *state, const void *x, int64_t n)
{
    struct skep_spread_plain *spread = state;
    double room[SKEP_SPAN];
    bool is_first = spread->pass == PASS_TOP && spread->n == 0;
    const double *doubles = spread_doubles(reduce->dtype, x, n, is_first, &spread->offset, room);

    for (int64_t i = 0; i < n; i++) {
        spread_plain_add_one(spread, doubles[i]);
    }
}

bool skep_spread_plain_again(struct skep_spread_plain *spread)
{
    if (spread->has_specials || spread->top == 0.0) {
        return false;
    }
    switch (spread->pass++) {
    case PASS_TOP:
        frexp(spread->top, &spread->exponent);
        return true;
    case PASS_MEAN:
        spread->mean = skep_exact_round_quotient(&spread->sum, (uint64_t)spread->n);
        skep_exact_add_product(&spread->sum, -spread->mean, (double)spread->n);
        spread->mean_lo = skep_exact_round_quotient(&spread->sum, (uint64_t)spread->n);
        return true;
    default:
        return false;
    }
}

void skep_spread_plain_read(const struct skep_spread_plain *spread, int64_t ddof,
                            struct skep_variance *variance_out)
{
    *variance_out = (struct skep_variance){.square = NAN};
    if (!spread->has_specials && spread->n > ddof) {
        variance_out->square = (spread->squares.hi + spread->squares.lo) / (double)(spread->n - ddof);
        variance_out->exponent = spread->exponent;
    }
}

/* ---- the value ---- */

double skep_variance_var(struct skep_variance variance)
{
    return ldexp(variance.square, 2 * variance.exponent);
}

double skep_variance_std(struct skep_variance variance)
{
    return ldexp(sqrt(variance.square), variance.exponent);
}

skep_status skep_spread_finish(const struct skep_reduce *reduce, void *state, skep_variance_of of,
                               struct skep_reduced *out)
{
    struct skep_variance variance;

    if (!skep_spread_read(state, reduce->ddof, &variance)) {
        out->step = SKEP_REDUCE_UNSURE;
    }
    out->value = (struct skep_scalar){.kind = SKEP_VALUE_F64, .f64 = of(variance)};
    return SKEP_OK;
}

skep_status skep_spread_plain_finish(const struct skep_reduce *reduce, void *state, skep_variance_of of,
                                     struct skep_reduced *out)
{
    struct skep_variance variance;

    if (skep_spread_plain_again(state)) {
        out->step = SKEP_REDUCE_AGAIN;
        return SKEP_OK;
    }
    skep_spread_plain_read(state, reduce->ddof, &variance);
    out->value = (struct skep_scalar){.kind = SKEP_VALUE_F64, .f64 = of(variance)};
    return SKEP_OK;
}
