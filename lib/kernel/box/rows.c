/* SPDX-License-Identifier: MIT */
#include "kernel/box/rows.h"

#include <string.h>

enum {
    ROWS_LANES = 32,          /* of the widest vectors: what may be read past an end */
    ROWS_POLL_EVERY = 1 << 16 /* comparisons of vectors, or points in passes that do little with each */
};

static size_t rows_stride(int64_t m)
{
    return ((size_t)m + 2 * ROWS_LANES - 1) / (2 * ROWS_LANES) * (2 * ROWS_LANES);
}

double skep_box_rows_bytes(int64_t n, int64_t m)
{
    const double row = (double)rows_stride(m) * (double)sizeof(uint16_t);

    return (4.0 * (double)n + 1) * row + ((double)n + 1 + ROWS_LANES) * (double)sizeof(uint16_t) +
           ((double)n + 1) * (double)sizeof(uint32_t);
}

skep_status skep_box_rows_init(struct skep_call *call, int64_t n, int64_t m, struct skep_box_rows *rows,
                               struct skep_error *err)
{
    uint16_t **const tables[] = {&rows->places, &rows->lows, &rows->lengths, &rows->rows};
    void *room;
    skep_status st = SKEP_OK;

    *rows = (struct skep_box_rows){.n = n, .m = m, .stride = rows_stride(m)};
    for (int t = 0; st == SKEP_OK && t < 4; t++) {
        st = skep_call_scratch(call, n + (t == 3 ? 1 : 0), rows->stride * sizeof(uint16_t), &room, err);
        *tables[t] = room;
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, n + 1 + ROWS_LANES, sizeof(uint16_t), &room, err);
        rows->next_of_place = room;
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, n + 1, sizeof(uint32_t), &room, err);
        rows->list = room;
    }
    return st;
}

skep_status skep_box_rows_set(const struct skep_call *call, struct skep_box_rows *rows, int64_t s,
                              const struct skep_box_axis *axis)
{
    const struct skep_box_record16 *records = (const struct skep_box_record16 *)axis->records + axis->first;

    for (int64_t k = 0; k < rows->n; k++) {
        size_t at = (size_t)k * rows->stride + (size_t)s;

        if (k % ROWS_POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        rows->places[at] = records[k].place;
        rows->lows[at] = records[k].lo;
        rows->lengths[at] = (uint16_t)(records[k].hi - records[k].lo);
    }
    return SKEP_OK;
}

skep_status skep_box_rows_aim(const struct skep_call *call, struct skep_box_rows *rows,
                              const struct skep_box_axis *past, const struct skep_box_axis *next, int64_t gap)
{
    const struct skep_box_record16 *in_past = (const struct skep_box_record16 *)past->records + past->first;
    const struct skep_box_record16 *in_next = (const struct skep_box_record16 *)next->records + next->first;
    const size_t row = rows->stride * sizeof *rows->rows;
    int64_t copied = 0;

    rows->past = past;
    rows->next = next;
    rows->gap = gap;
    /* One place of past belongs to a value that is no point: 0xffff is in no interval. */
    for (int64_t p = 0; p <= rows->n + ROWS_LANES; p++) {
        rows->next_of_place[p] = UINT16_MAX;
    }
    if (past->series->n > rows->n) {
        const struct skep_box_record16 *records = past->records;
        int64_t odd = records[past->first == 0 ? rows->n : 0].place;
        memset(rows->rows + (size_t)odd * rows->stride, 0xff, row);
    }
    for (int64_t k = 0; k < rows->n; k++) {
        size_t place = in_past[k].place;

        rows->next_of_place[place] = in_next[k].place;
        memcpy(rows->rows + place * rows->stride, rows->places + (size_t)k * rows->stride, row);
        copied += (int64_t)row;
        if (copied >= ROWS_POLL_EVERY) {
            copied = 0;
            if (skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
        }
    }
    return SKEP_OK;
}

const struct skep_box_rows_code *skep_box_rows_code_at(enum skep_cpu_level level)
{
#if defined(__x86_64__)
    if (level == SKEP_CPU_AVX512) {
        return &skep_box_rows_code_avx512;
    }
    if (level == SKEP_CPU_AVX2) {
        return &skep_box_rows_code_avx2;
    }
#endif
    (void)level;
    return &skep_box_rows_code_plain;
}

skep_status skep_box_rows_count(const struct skep_call *call, const struct skep_box_rows *rows,
                                skep_box_rows_point point, uint32_t *counts)
{
    const struct skep_box_record16 *in_past =
        (const struct skep_box_record16 *)rows->past->records + rows->past->first;
    int64_t compared = ROWS_POLL_EVERY;

    for (int64_t k = 0; k < rows->n; k++) {
        if (compared >= ROWS_POLL_EVERY) {
            compared = 0;
            if (skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
        }
        point(rows, k, counts);
        compared +=
            (in_past[k].hi - in_past[k].lo + 2 * rows->gap + 1) * (int64_t)(rows->stride / ROWS_LANES);
    }
    return SKEP_OK;
}
