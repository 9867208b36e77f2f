/* SPDX-License-Identifier: MIT */
#include "chaos/times.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"

void skep_times_release(struct skep_times *times)
{
    skep_free(times->values);
    *times = (struct skep_times){0};
}

void skep_times_add(struct skep_times *times, int64_t value)
{
    if (times->n == times->room) {
        size_t room = times->room > 0 ? 2 * times->room : 64;
        int64_t *grown = skep_realloc(times->values, room * sizeof *grown);
        if (grown == NULL) {
            return;
        }
        times->values = grown;
        times->room = room;
    }
    times->values[times->n++] = value;
}

static int times_compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

int64_t skep_times_percentile(struct skep_times *times, double share)
{
    double rank = ceil(share * (double)times->n);

    if (times->n == 0) {
        return 0;
    }
    qsort(times->values, times->n, sizeof *times->values, times_compare);
    return times->values[rank < 1 ? 0 : (size_t)rank - 1];
}
