/* SPDX-License-Identifier: MIT */
#include "bench/kernels/plain.h"

#include <math.h>

/* Compares the other columns only where the first is close: quick while r is small. */
skep_status plain_te_box(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    const double *x = call->args[0].view.data;
    const double *y = call->args[1].view.data;
    const double r = call->args[2].f64;
    const int64_t n = call->args[0].view.shape[0] - 1;
    double sum = 0;

    (void)err;
    for (int64_t i = 0; i < n; i++) {
        int64_t all = 0, past = 0, past_source = 0, next_past = 0;

        for (int64_t j = 0; j < n; j++) {
            if (fabs(x[i] - x[j]) < r) {
                int is_source = fabs(y[i] - y[j]) < r;
                int is_next = fabs(x[i + 1] - x[j + 1]) < r;
                past++;
                past_source += is_source;
                next_past += is_next;
                all += is_source & is_next;
            }
        }
        sum += log((double)all * (double)past / ((double)past_source * (double)next_past));
    }
    *value_out = (struct skep_value){.kind = SKEP_VALUE_F64, .f64 = sum / (double)n};
    return SKEP_OK;
}
