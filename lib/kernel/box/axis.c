/* SPDX-License-Identifier: MIT */
/* Neighbours as intervals.
 *
 * Let a be finite. fl(a - b), the double nearest to a - b, never grows as b grows, since rounding is monotone
 * (to infinity too). So fabs(a - b) never falls as b moves away from a on either side, and the values closer
 * than a radius stand side by side in the sorted series: the neighbours of a are the places lo ... hi-1. As
 * fabs(a - b) and fabs(b - a) are the same double, hi never falls from one place to the next, and
 *
 *     lo[q] = the first p with hi[p] > q
 *
 * so that one pass with two pointers, which evaluates the very comparison, gives both. An infinity is at
 * distance infinity from all numbers but its own equals, from which it is at distance NaN; it has neighbours
 * only when infinite distances are close, which is when the radius is infinite and the edge inclusive. NaN
 * has none. */
#include "kernel/box/sweep.h"

#include <math.h>

enum {
    POLL_EVERY = 65536, /* places: about a fifth of a millisecond */
};

static inline bool is_close(double distance, double radius, bool is_inclusive)
{
    return is_inclusive ? distance <= radius : distance < radius;
}

static skep_status axis_fill(const struct skep_call *call, struct skep_box_axis *axis, int64_t first,
                             int64_t last, int64_t lo, int64_t hi)
{
    for (int64_t p = first; p < last; p++) {
        if (p % POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        axis->lo[p] = (uint32_t)lo;
        axis->hi[p] = (uint32_t)hi;
    }
    return SKEP_OK;
}

int64_t skep_box_axis_search(const struct skep_box_axis *axis, int64_t p)
{
    const double *sorted = axis->series->sorted;
    int64_t first = p + 1, end = axis->series->finite_last;

    while (first < end) {
        int64_t middle = first + (end - first) / 2;

        if (is_close(sorted[middle] - sorted[p], axis->radius, axis->is_inclusive)) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first;
}

static skep_status axis_find(const struct skep_call *call, const struct skep_box_code *code,
                             struct skep_box_axis *axis)
{
    const struct skep_box_series *series = axis->series;
    int64_t low = series->finite_first, high = series->finite_last, count = series->n_numbers;
    bool is_all = is_close(HUGE_VAL, axis->radius, axis->is_inclusive);
    bool is_any = is_close(0.0, axis->radius, axis->is_inclusive); /* else not even equal values are close */
    skep_status st = axis_fill(call, axis, 0, low, is_all ? low : 0, is_all ? count : 0);

    if (st == SKEP_OK) {
        st = axis_fill(call, axis, high, count, 0, is_all ? high : 0);
    }
    if (st == SKEP_OK) {
        st = axis_fill(call, axis, count, series->n, 0, 0);
    }
    if (st == SKEP_OK && is_any && !is_all) {
        return code->find(call, axis);
    }
    return st == SKEP_OK ? axis_fill(call, axis, low, high, 0, is_all ? count : 0) : st;
}

static skep_status axis_record(const struct skep_call *call, struct skep_box_axis *axis)
{
    struct skep_box_record16 *narrow = axis->records;
    struct skep_box_record32 *wide = axis->records;

    for (int64_t p = 0; p < axis->series->n; p++) {
        uint32_t index = axis->series->order[p];

        if (p % POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        if (axis->is_wide) {
            wide[index] =
                (struct skep_box_record32){.place = (uint32_t)p, .lo = axis->lo[p], .hi = axis->hi[p]};
        } else {
            narrow[index] = (struct skep_box_record16){
                .place = (uint16_t)p, .lo = (uint16_t)axis->lo[p], .hi = (uint16_t)axis->hi[p]};
        }
    }
    return SKEP_OK;
}

skep_status skep_box_axis_init_as(struct skep_call *call, const struct skep_box_code *code,
                                  const struct skep_box_series *series, int64_t first, int64_t n,
                                  double radius, bool is_inclusive, bool is_wide, struct skep_box_axis *axis,
                                  struct skep_error *err)
{
    void *lo, *hi;
    skep_status st;

    *axis = (struct skep_box_axis){
        .values = n > 0 ? series->values + first : NULL,
        .n = n,
        .radius = radius,
        .is_inclusive = is_inclusive,
        .is_wide = is_wide,
        .first = first,
        .series = series,
    };
    st = skep_call_scratch(call, series->n, sizeof *axis->lo, &lo, err);
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, series->n, sizeof *axis->hi, &hi, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, series->n,
                               is_wide ? sizeof(struct skep_box_record32) : sizeof(struct skep_box_record16),
                               &axis->records, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    axis->lo = lo;
    axis->hi = hi;
    st = axis_find(call, code, axis);
    return st == SKEP_OK ? axis_record(call, axis) : st;
}

skep_status skep_box_axis_init(struct skep_call *call, const struct skep_box_series *series, int64_t first,
                               int64_t n, double radius, bool is_inclusive, struct skep_box_axis *axis,
                               struct skep_error *err)
{
    return skep_box_axis_init_as(call, skep_box_code_at(skep_cpu_level()), series, first, n, radius,
                                 is_inclusive, n > SKEP_BOX_NARROW_MAX, axis, err);
}

void skep_box_axis_shift(const struct skep_box_axis *axis, int64_t first, struct skep_box_axis *shifted_out)
{
    *shifted_out = *axis;
    shifted_out->first = first;
    shifted_out->values = axis->n > 0 ? axis->series->values + first : NULL;
}

double skep_box_axis_bytes(int64_t n)
{
    size_t record =
        n > SKEP_BOX_NARROW_MAX ? sizeof(struct skep_box_record32) : sizeof(struct skep_box_record16);

    return (double)(n + 1) * (double)(2 * sizeof(uint32_t) + record) + 192.0;
}
