/* SPDX-License-Identifier: MIT */
/* How many elements of an array are finite, or of one of its axes. n = 0: 0. */
#include "kernel/arrays/reduce.h"

#include <math.h>

static void count_finite_init(const struct skep_reduce *reduce, void *state)
{
    (void)reduce;
    *(int64_t *)state = 0;
}

static void count_finite_add(const struct skep_reduce *reduce, void *state, const void *x, int64_t n)
{
    *(int64_t *)state += reduce->dtype == SKEP_F8 ? reduce->spans->count_finite(x, n) : n;
}

static void count_finite_add_plain(const struct skep_reduce *reduce, void *state, const void *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        *(int64_t *)state += reduce->dtype == SKEP_F8 ? isfinite(((const double *)x)[i]) != 0 : 1;
    }
}

static skep_status count_finite_finish(const struct skep_reduce *reduce, void *state,
                                       struct skep_reduced *out, struct skep_error *err)
{
    (void)reduce;
    (void)err;
    out->value = (struct skep_scalar){.kind = SKEP_VALUE_I64, .i64 = *(int64_t *)state};
    return SKEP_OK;
}

static const struct skep_reduction count_finite_plain = {
    .value_dtype = skep_reduce_to_i8,
    .state_size = sizeof(int64_t),
    .init = count_finite_init,
    .add = count_finite_add_plain,
    .finish = count_finite_finish,
    .seconds = 1e-9,
};

static const struct skep_reduction count_finite_fast = {
    .value_dtype = skep_reduce_to_i8,
    .state_size = sizeof(int64_t),
    .init = count_finite_init,
    .add = count_finite_add,
    .finish = count_finite_finish,
    .seconds = 3e-10,
};

SKEP_REDUCE_FUNCTIONS(count_finite, &count_finite_fast, &count_finite_plain)

static const char *const count_finite_description[] = {
    "How many elements are finite, neither NaN nor an infinity: numpy.count_nonzero(numpy.isfinite(x)). "
    "Among whole numbers and b1 all are.",
    "Method: one pass in vectors.",
    NULL,
};

const struct skep_kernel skep_kernel_count_finite = {
    .name = "count_finite",
    .version = 1,
    .summary = "How many elements are finite, in an array or along an axis",
    .description = count_finite_description,
    .args = skep_reduce_args_plain,
    .value_text = "i8 number, or i8 array without the axis",
    .performance = "As count_nan.",
    .example = "{\"kernel\":\"count_finite\",\"args\":{\"x\":[[1.5,2.5],[3.5,4.5]],\"axis\":0}}",
    .run = count_finite_run,
    .reference = count_finite_reference,
    .cost = count_finite_cost,
    .value = count_finite_value,
};
