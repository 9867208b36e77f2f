/* SPDX-License-Identifier: MIT */
/* Sorting a series.
 *
 * Ordinary data are put on a scale of 2^22 steps between their least and their largest value, sorted by the
 * step in two rounds of radix sort, and what lies in the wrong order within a step is put right by insertion.
 * That is quick when few values share a step. Where it is not (heavy tails, infinities, NaN), a radix sort of
 * all 64 bits does it, leaving out the rounds in which all values agree. */
#include "kernel/box/count.h"

#include <math.h>
#include <string.h>

enum {
    STEP_BITS = 11, /* of a round on the scale */
    STEP_COUNT = 1 << STEP_BITS,
    BYTE_COUNT = 256,
    POLL_EVERY = 65536,   /* elements of a round: about a fifth of a millisecond */
    MOVES_PER_VALUE = 4,  /* insertion gives up when it moves more than that */
    MOVES_AT_LEAST = 1024 /* ... and this many in all */
};

/* ---- on a scale ---- */

struct scale {
    double least, factor;
};

/* Whether the values are finite and can be told apart on a scale: *IS_FIT_OUT. */
static skep_status scale_find(const struct skep_call *call, const double *values, int64_t n,
                              struct scale *scale, bool *is_fit_out)
{
    double least = values[0], most = values[0];
    double doubt = 0.0; /* NaN as soon as anything is not finite */

    for (int64_t i = 0; i < n; i++) {
        if (i % POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        least = values[i] < least ? values[i] : least;
        most = values[i] > most ? values[i] : most;
        doubt += values[i] * 0.0;
    }
    scale->least = least;
    scale->factor = (STEP_COUNT * (double)STEP_COUNT - 1.0) / (most - least);
    *is_fit_out = doubt == 0.0 && isfinite(most - least) && isfinite(scale->factor);
    return SKEP_OK;
}

/* The step of a value: it never falls as the value grows, since each operation is monotone. */
static inline uint32_t scale_step(const struct scale *scale, double value)
{
    return (uint32_t)(int32_t)((value - scale->least) * scale->factor);
}

static void counts_to_places(uint32_t *counts, int n)
{
    uint32_t place = 0;

    for (int k = 0; k < n; k++) {
        uint32_t count = counts[k];
        counts[k] = place;
        place += count;
    }
}

/* Order the values by their steps. Uses series->sorted and KEYS for pairs of step and index. */
static skep_status scale_sort(const struct skep_call *call, const struct scale *scale, uint64_t *keys,
                              struct skep_box_series *series)
{
    uint32_t low[STEP_COUNT] = {0}, high[STEP_COUNT] = {0};
    uint64_t *pairs = (uint64_t *)(void *)series->sorted;
    int64_t n = series->n;

    for (int64_t i = 0; i < n; i++) {
        uint32_t step = scale_step(scale, series->values[i]);

        if (i % POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        low[step % STEP_COUNT]++;
        high[step / STEP_COUNT]++;
        pairs[i] = (uint64_t)step << 32 | (uint32_t)i;
    }
    counts_to_places(low, STEP_COUNT);
    counts_to_places(high, STEP_COUNT);
    for (int64_t i = 0; i < n; i++) {
        if (i % POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        keys[low[(pairs[i] >> 32) % STEP_COUNT]++] = pairs[i];
    }
    for (int64_t i = 0; i < n; i++) {
        if (i % POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        series->order[high[keys[i] >> (32 + STEP_BITS)]++] = (uint32_t)keys[i];
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
    if (n > 0) {
        st = scale_find(call, values, n, &scale, &is_fit);
    }
    if (st == SKEP_OK && is_fit) {
        st = scale_sort(call, &scale, work->keys, series);
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
