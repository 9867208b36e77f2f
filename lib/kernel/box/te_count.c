/* SPDX-License-Identifier: MIT */
#include "kernel/box/te_count.h"

#include <math.h>
#include <string.h>

enum {
    /* Points that are compared with all of a block before the next ones come: three columns of them fit into
     * 32 KiB of first-level cache beside the counts. */
    TE_TILE = 1024,
    TE_POLL_EVERY = 65536 /* pairs of the plain loop: about a third of a millisecond */
};

/* ---- the plain double loop ---- */

static bool is_close(const struct skep_te_record *record, int column, int64_t i, int64_t j)
{
    double distance = fabs(record->columns[column][i] - record->columns[column][j]);

    return record->is_inclusive ? distance <= record->radius[column] : distance < record->radius[column];
}

skep_status skep_te_count_plain(const struct skep_call *call, const struct skep_te_record *record,
                                int64_t first, int64_t last, int64_t (*counts)[SKEP_TE_COUNTS])
{
    for (int64_t i = first; i < last; i++) {
        int64_t *c = counts[i - first];

        memset(c, 0, sizeof *counts);
        for (int64_t j = 0; j < record->n; j++) {
            bool next, past, source;

            if (j % TE_POLL_EVERY == 0 && skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
            if (llabs(j - i) < record->exclude) {
                continue;
            }
            next = is_close(record, SKEP_TE_NEXT, i, j);
            past = is_close(record, SKEP_TE_PAST, i, j);
            source = is_close(record, SKEP_TE_SOURCE, i, j);
            c[SKEP_TE_ALL] += next && past && source;
            c[SKEP_TE_IN_PAST] += past;
            c[SKEP_TE_PAST_SOURCE] += past && source;
            c[SKEP_TE_NEXT_PAST] += next && past;
        }
    }
    return SKEP_OK;
}

/* ---- the same in tiles ---- */

/* Count the points LO ... HI-1 that are a pair with point I: all, or those left and right of a gap around I.
 */
static void count_tile(const struct skep_te_record *record, skep_te_span span, int64_t i, int64_t lo,
                       int64_t hi, int64_t counts[SKEP_TE_COUNTS])
{
    const double point[SKEP_TE_COLUMNS] = {record->columns[SKEP_TE_NEXT][i], record->columns[SKEP_TE_PAST][i],
                                           record->columns[SKEP_TE_SOURCE][i]};
    int64_t left_end, right_start;

    if (record->exclude == 0) {
        span(record->columns, lo, hi, point, record->radius, counts);
        return;
    }
    left_end = i - record->exclude + 1;
    right_start = i + record->exclude;
    if (lo < left_end) {
        span(record->columns, lo, left_end < hi ? left_end : hi, point, record->radius, counts);
    }
    if (right_start < hi) {
        span(record->columns, right_start > lo ? right_start : lo, hi, point, record->radius, counts);
    }
}

skep_status skep_te_count_with(const struct skep_te_spans *spans, const struct skep_call *call,
                               const struct skep_te_record *record, int64_t first, int64_t last,
                               int64_t (*counts)[SKEP_TE_COUNTS])
{
    skep_te_span span = record->is_inclusive ? spans->inclusive : spans->strict;

    memset(counts, 0, (size_t)(last - first) * sizeof *counts);
    if (record->exclude >= record->n) {
        return SKEP_OK; /* no two points are so far apart; below, sums with exclude cannot overflow */
    }
    for (int64_t lo = 0; lo < record->n; lo += TE_TILE) {
        int64_t hi = record->n - lo < TE_TILE ? record->n : lo + TE_TILE;

        for (int64_t i = first; i < last; i++) {
            if (skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
            count_tile(record, span, i, lo, hi, counts[i - first]);
        }
    }
    return SKEP_OK;
}

skep_status skep_te_count_fast(const struct skep_call *call, const struct skep_te_record *record,
                               int64_t first, int64_t last, int64_t (*counts)[SKEP_TE_COUNTS])
{
    return skep_te_count_with(skep_te_spans_at(skep_cpu_level()), call, record, first, last, counts);
}
