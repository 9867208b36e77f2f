/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_KERNEL_DYNAMICS_STAR_DATA_H
#define SKEP_TESTS_UNIT_KERNEL_DYNAMICS_STAR_DATA_H

#include "unit/kernel/kernel_call.h"

/* A call of star_rk4 from THETA0 of M nodes, or NULL. */
static inline void star_init(struct kernel_call *k, const double *theta0, int64_t m, double omega_c,
                             double omega_e, double lambda, double dt, int64_t steps)
{
    kernel_call_init(k, "star_rk4");
    if (theta0 != NULL) {
        kernel_call_array(k, "theta0", SKEP_F8, 1, &m, theta0);
    }
    kernel_call_arg(k, "omega_c")->f64 = omega_c;
    kernel_call_arg(k, "omega_e")->f64 = omega_e;
    kernel_call_arg(k, "lambda")->f64 = lambda;
    kernel_call_arg(k, "dt")->f64 = dt;
    kernel_call_arg(k, "steps")->i64 = steps;
}

/* Run, check the shape and lend the states. */
static inline const double *star_run(struct kernel_call *k, int64_t rows, int64_t m)
{
    skep_status st = kernel_call_run(k);

    if (st != SKEP_OK) {
        fail_msg("%s", skep_error_text(&k->err, st));
    }
    assert_int_equal(k->value.kind, SKEP_VALUE_ARRAY);
    assert_int_equal(k->value.array.dtype, SKEP_F8);
    assert_int_equal(k->value.array.ndim, 2);
    assert_int_equal(k->value.array.shape[0], rows);
    assert_int_equal(k->value.array.shape[1], m);
    return k->value.array.data;
}

#endif
