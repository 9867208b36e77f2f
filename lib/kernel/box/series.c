/* SPDX-License-Identifier: MIT */
/* Sorting a series.
 *
 * Ordinary data are put on a scale of 2^16 to 2^22 steps between their least and their largest value, sorted
 * by the step in two rounds of radix sort, and what lies in the wrong order within a step is put right by
 * insertion. That is quick when few values share a step. Where it is not (heavy tails, infinities, NaN), a
 * radix sort of all 64 bits does it, leaving out the rounds in which all values agree. */
#include "kernel/box/count.h"

#include <math.h>
#include <string.h>

enum {
    STEP_BITS_LEAST = 8, /* of a round on the scale */
    STEP_BITS_MOST = 11,
    STEP_COUNT = 1 << STEP_BITS_MOST,
    SCALE_INDEX_BITS = 32 - STEP_BITS_MOST, /* so many values that index and digit share 32 bits */
    BYTE_COUNT = 256,
    POLL_EVERY = 65536,   /* elements of a round: about a fifth of a millisecond */
    MOVES_PER_VALUE = 4,  /* insertion gives up when it moves more than that */
    MOVES_AT_LEAST = 1024 /* ... and this many in all */
};

/* ---- on a scale ---- */

struct scale {
    double least, factor;
    int bits; /* of a digit; a step has two */
};

/* Least and greatest of N values, and a DOUBT that is 0 unless one of them is not finite. */
struct range {
    double least, most, doubt;
};

static inline void range_take(struct range *range, double value)
{
    range->least = value < range->least ? value : range->least;
    range->most = value > range->most ? value : range->most;
    range->doubt += value * 0.0;
}

static inline void range_join(struct range *range, const struct range *other)
{
    range_take(range, other->least);
    range_take(range, other->most);
    range->doubt += other->doubt;
}

/* Four at a time, since each comparison waits for the one before it. */
static void range_take_run(struct range *range, const double *values, int64_t n)
{
    struct range a = *range, b = a, c = a, d = a;
    int64_t i = 0;

    for (; i + 4 <= n; i += 4) {
        range_take(&a, values[i]);
        range_take(&b, values[i + 1]);
        range_take(&c, values[i + 2]);
        range_take(&d, values[i + 3]);
    }
    for (; i < n; i++) {
        range_take(&a, values[i]);
    }
    range_join(&a, &b);
    range_join(&c, &d);
    range_join(&a, &c);
    *range = a;
}

/* The scale, and whether the values are finite and can be told apart on it: *IS_FIT_OUT. */
static skep_status scale_find(const struct skep_call *call, const double *values, int64_t n,
                              struct scale *scale, bool *is_fit_out)
{
    struct range range = {values[0], values[0], 0.0};

    for (int64_t i = 0; i < n; i += POLL_EVERY) {
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        range_take_run(&range, values + i, n - i < POLL_EVERY ? n - i : POLL_EVERY);
    }
    scale->bits = STEP_BITS_LEAST;
    while (scale->bits < STEP_BITS_MOST && n >> (scale->bits + 3) != 0) {
        scale->bits++;
    }
    scale->least = range.least;
    scale->factor = (ldexp(1.0, 2 * scale->bits) - 1.0) / (range.most - range.least);
    *is_fit_out = range.doubt == 0.0 && isfinite(range.most - range.least) && isfinite(scale->factor);
    return SKEP_OK;
}

/* The step of a value: it never falls as the value grows, since each operation is monotone. */
static inline uint32_t scale_step(const struct scale *scale, double value)
{
    return (uint32_t)(int32_t)((value - scale->least) * scale->factor);
}

static void counts_to_places(uint32_t *counts, uint32_t n)
{
    uint32_t place = 0;

    for (uint32_t k = 0; k < n; k++) {
        uint32_t count = counts[k];
        counts[k] = place;
        place += count;
    }
}

/* Note the steps of values FIRST ... LAST-1 and count their digits. */
static inline void scale_count(const struct scale *scale, const double *values, int64_t first, int64_t last,
                               uint32_t *steps, uint32_t *low, uint32_t *high)
{
    const struct scale s = *scale;
    uint32_t mask = ((uint32_t)1 << s.bits) - 1;

    for (int64_t i = first; i < last; i++) {
        uint32_t step = scale_step(&s, values[i]);

        low[step & mask]++;
        high[step >> s.bits]++;
        steps[i] = step;
    }
}

/* The two rounds. The first leaves the high digit above the index. */
static inline void scale_round_low(int bits, const uint32_t *steps, int64_t first, int64_t last,
                                   uint32_t *places, uint32_t *pairs)
{
    uint32_t mask = ((uint32_t)1 << bits) - 1;

    for (int64_t i = first; i < last; i++) {
        pairs[places[steps[i] & mask]++] = steps[i] >> bits << SCALE_INDEX_BITS | (uint32_t)i;
    }
}

static inline void scale_round_high(const uint32_t *pairs, int64_t first, int64_t last, uint32_t *places,
                                    uint32_t *order)
{
    for (int64_t i = first; i < last; i++) {
        order[places[pairs[i] >> SCALE_INDEX_BITS]++] = pairs[i] & (((uint32_t)1 << SCALE_INDEX_BITS) - 1);
    }
}

/* Order the values by their steps. Uses series->sorted for the steps and PAIRS for digits and indices. */
static skep_status scale_sort(const struct skep_call *call, const struct scale *scale, uint32_t *pairs,
                              struct skep_box_series *series)
{
    uint32_t low[STEP_COUNT], high[STEP_COUNT];
    uint32_t *steps = (uint32_t *)(void *)series->sorted;
    uint32_t count = (uint32_t)1 << scale->bits;

    memset(low, 0, count * sizeof *low);
    memset(high, 0, count * sizeof *high);
    for (int round = 0; round < 3; round++) {
        for (int64_t first = 0; first < series->n; first += POLL_EVERY) {
            int64_t last = first + POLL_EVERY < series->n ? first + POLL_EVERY : series->n;

            if (skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
            if (round == 0) {
                scale_count(scale, series->values, first, last, steps, low, high);
            } else if (round == 1) {
                scale_round_low(scale->bits, steps, first, last, low, pairs);
            } else {
                scale_round_high(pairs, first, last, high, series->order);
            }
        }
        if (round == 0) {
            counts_to_places(low, count);
            counts_to_places(high, count);
        }
    }
    return SKEP_OK;
}

/* Fill series->sorted from series->order and put it right by insertion. *IS_DONE_OUT: whether that was little
 * work. */
static skep_status scale_insert(const struct skep_call *call, struct skep_box_series *series,
                                bool *is_done_out)
{
    int64_t n = series->n;
    int64_t moves_left = MOVES_PER_VALUE * n + MOVES_AT_LEAST;
    uint32_t *order = series->order;
    double *sorted = series->sorted;

    *is_done_out = false;
    for (int64_t p = 0; p < n; p++) {
        uint32_t index = order[p];
        double value = series->values[index];
        int64_t to = p;

        if (p % POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        while (to > 0 && sorted[to - 1] > value && moves_left > 0) {
            sorted[to] = sorted[to - 1];
            order[to] = order[to - 1];
            to--;
            moves_left--;
        }
        sorted[to] = value;
        order[to] = index;
        if (moves_left <= 0) {
            return SKEP_OK;
        }
    }
    *is_done_out = true;
    return SKEP_OK;
}

/* ---- by all bits ---- */

/* An integer that grows with the value; NaN of either sign comes last. */
static inline uint64_t bits_key(double value)
{
    uint64_t bits;

    if (isnan(value)) {
        return UINT64_MAX;
    }
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 != 0 ? ~bits : bits | (uint64_t)1 << 63;
}

struct bits_array {
    uint64_t *keys;
    uint32_t *index;
};

static skep_status bits_round(const struct skep_call *call, const struct bits_array *from,
                              struct bits_array *to, int64_t n, int shift, uint32_t *places)
{
    for (int64_t i = 0; i < n; i++) {
        uint32_t place = places[(from->keys[i] >> shift) % BYTE_COUNT]++;

        if (i % POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        to->keys[place] = from->keys[i];
        to->index[place] = from->index[i];
    }
    return SKEP_OK;
}

static skep_status bits_sort(const struct skep_call *call, const struct skep_box_work *work,
                             struct skep_box_series *series)
{
    uint32_t counts[8][BYTE_COUNT] = {{0}};
    struct bits_array here = {(uint64_t *)(void *)series->sorted, series->order};
    struct bits_array there = {work->keys, work->index};
    int64_t n = series->n;

    for (int64_t i = 0; i < n; i++) {
        uint64_t key = bits_key(series->values[i]);

        if (i % POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        for (int byte = 0; byte < 8; byte++) {
            counts[byte][(key >> 8 * byte) % BYTE_COUNT]++;
        }
        here.keys[i] = key;
        here.index[i] = (uint32_t)i;
    }
    for (int byte = 0; byte < 8; byte++) {
        struct bits_array swap = here;
        skep_status st;

        if (counts[byte][(here.keys[0] >> 8 * byte) % BYTE_COUNT] == n) {
            continue; /* all agree */
        }
        counts_to_places(counts[byte], BYTE_COUNT);
        st = bits_round(call, &here, &there, n, 8 * byte, counts[byte]);
        if (st != SKEP_OK) {
            return st;
        }
        here = there;
        there = swap;
    }
    for (int64_t p = 0; p < n; p++) {
        if (p % POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        series->order[p] = here.index[p];
        series->sorted[p] = series->values[series->order[p]];
    }
    return SKEP_OK;
}

/* ---- both ---- */

/* How many of the sorted values, NaN last, are less than LIMIT, or equal to it (is_equal). */
static int64_t series_count_below(const struct skep_box_series *series, double limit, bool is_equal)
{
    int64_t first = 0, last = series->n;

    while (first < last) {
        int64_t middle = first + (last - first) / 2;
        double value = series->sorted[middle];

        if (value < limit || (is_equal && value == limit)) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return first;
}

skep_status skep_box_series_init(struct skep_call *call, struct skep_box_work *work, const double *values,
                                 int64_t n, struct skep_box_series *series, struct skep_error *err)
{
    struct scale scale;
    void *order, *sorted;
    bool is_fit = false, is_done = false;
    skep_status st = skep_call_scratch(call, n, sizeof *series->order, &order, err);

    if (st == SKEP_OK) {
        st = skep_call_scratch(call, n + SKEP_BOX_BEYOND, sizeof *series->sorted, &sorted, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    *series = (struct skep_box_series){.values = values, .n = n, .order = order, .sorted = sorted};
    for (int k = 0; k < SKEP_BOX_BEYOND; k++) {
        series->sorted[n + k] = NAN;
    }
    if (n > 0 && n >> SCALE_INDEX_BITS == 0) {
        st = scale_find(call, values, n, &scale, &is_fit);
    }
    if (st == SKEP_OK && is_fit) {
        st = scale_sort(call, &scale, work->index, series);
        if (st == SKEP_OK) {
            st = scale_insert(call, series, &is_done);
        }
    }
    if (st == SKEP_OK && n > 0 && !is_done) {
        st = bits_sort(call, work, series);
    }
    if (st != SKEP_OK) {
        return st;
    }
    series->finite_first = series_count_below(series, -HUGE_VAL, true);
    series->finite_last = series_count_below(series, HUGE_VAL, false);
    series->n_numbers = series_count_below(series, HUGE_VAL, true);
    return SKEP_OK;
}

double skep_box_series_bytes(int64_t n)
{
    return (double)n * (sizeof(uint32_t) + sizeof(double)) + 256.0;
}
