/* SPDX-License-Identifier: MIT */
#include "kernel/box/count.h"

#include <inttypes.h>

skep_status skep_box_series_init(struct skep_call *call, struct skep_box_work *work, const double *values,
                                 int64_t n, struct skep_box_series *series, struct skep_error *err)
{
    (void)call;
    if (n > INT32_MAX) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "at most 2^31 - 1 points can be counted, not %" PRId64,
                              n);
    }
    *series = (struct skep_box_series){.values = values, .n = n};
    return SKEP_OK;
}

skep_status skep_box_axis_init(struct skep_call *call, const struct skep_box_series *series, int64_t first,
                               int64_t n, double radius, bool is_inclusive, struct skep_box_axis *axis,
                               struct skep_error *err)
{
    (void)call;
    (void)err;
    *axis = (struct skep_box_axis){
        .values = n > 0 ? series->values + first : NULL,
        .n = n,
        .radius = radius,
        .is_inclusive = is_inclusive,
    };
    return SKEP_OK;
}

skep_status skep_box_work_init(struct skep_call *call, int64_t n, struct skep_box_work *work,
                               struct skep_error *err)
{
    (void)call;
    if (n > INT32_MAX) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "at most 2^31 - 1 points can be counted, not %" PRId64,
                              n);
    }
    *work = (struct skep_box_work){.n = n};
    return SKEP_OK;
}

skep_status skep_box_count2(struct skep_call *call, struct skep_box_work *work, const struct skep_box_axis *a,
                            const struct skep_box_axis *b, int64_t gap, const struct skep_box_counts2 *counts,
                            struct skep_error *err)
{
    (void)work;
    (void)err;
    return skep_box_plain2(call, a, b, gap, counts);
}

skep_status skep_box_count3(struct skep_call *call, struct skep_box_work *work, const struct skep_box_axis *a,
                            const struct skep_box_axis *b, const struct skep_box_axis *c, int64_t gap,
                            const struct skep_box_counts3 *counts, struct skep_error *err)
{
    (void)work;
    (void)err;
    return skep_box_plain3(call, a, b, c, gap, counts);
}

double skep_box_series_bytes(int64_t n)
{
    (void)n;
    return 0.0;
}

double skep_box_axis_bytes(int64_t n)
{
    (void)n;
    return 0.0;
}

double skep_box_work_bytes(int64_t n)
{
    (void)n;
    return 0.0;
}

double skep_box_count_seconds(int axes, int64_t n, int64_t gap)
{
    (void)gap;
    return skep_box_plain_seconds(axes, n);
}
