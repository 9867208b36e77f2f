/* SPDX-License-Identifier: MIT */
/* The plain double loop over pairs of points: the truth that all other counts are tested against. */
#include "kernel/box/count.h"

#include <math.h>
#include <stdlib.h>

enum { PLAIN_POLL_EVERY = 65536 /* pairs: about a third of a millisecond */ };

static bool is_close(const struct skep_box_axis *axis, int64_t i, int64_t j)
{
    double distance = fabs(axis->values[i] - axis->values[j]);

    return axis->is_inclusive ? distance <= axis->radius : distance < axis->radius;
}

static void put(uint32_t *counts, int64_t i, uint32_t count)
{
    if (counts != NULL) {
        counts[i] = count;
    }
}

skep_status skep_box_plain2(const struct skep_call *call, const struct skep_box_axis *a,
                            const struct skep_box_axis *b, int64_t gap, const struct skep_box_counts2 *counts)
{
    for (int64_t i = 0; i < a->n; i++) {
        uint32_t in_a = 0, in_b = 0, in_ab = 0;

        for (int64_t j = 0; j < a->n; j++) {
            bool is_a, is_b;

            if (j % PLAIN_POLL_EVERY == 0 && skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
            if (llabs(j - i) < gap) {
                continue;
            }
            is_a = is_close(a, i, j);
            is_b = is_close(b, i, j);
            in_a += is_a;
            in_b += is_b;
            in_ab += is_a && is_b;
        }
        put(counts->a, i, in_a);
        put(counts->b, i, in_b);
        put(counts->ab, i, in_ab);
    }
    return SKEP_OK;
}

skep_status skep_box_plain3(const struct skep_call *call, const struct skep_box_axis *a,
                            const struct skep_box_axis *b, const struct skep_box_axis *c, int64_t gap,
                            const struct skep_box_counts3 *counts)
{
    for (int64_t i = 0; i < a->n; i++) {
        uint32_t in_a = 0, in_ab = 0, in_ac = 0, in_abc = 0;

        for (int64_t j = 0; j < a->n; j++) {
            bool is_a, is_b, is_c;

            if (j % PLAIN_POLL_EVERY == 0 && skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
            if (llabs(j - i) < gap) {
                continue;
            }
            is_a = is_close(a, i, j);
            is_b = is_close(b, i, j);
            is_c = is_close(c, i, j);
            in_a += is_a;
            in_ab += is_a && is_b;
            in_ac += is_a && is_c;
            in_abc += is_a && is_b && is_c;
        }
        put(counts->a, i, in_a);
        put(counts->ab, i, in_ab);
        put(counts->ac, i, in_ac);
        put(counts->abc, i, in_abc);
    }
    return SKEP_OK;
}

double skep_box_plain_seconds(int axes, int64_t n)
{
    return 1e-9 * axes * (double)n * (double)n;
}
