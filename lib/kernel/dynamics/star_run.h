/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DYNAMICS_STAR_RUN_H
#define SKEP_KERNEL_DYNAMICS_STAR_RUN_H

#include "kernel/dynamics/star.h"
#include "kernel/dynamics/star_steps.h"

/* Series of stars, in stretches of steps of a fraction of a millisecond; stop is polled between them. Scratch
 * comes from CALL's arena. A state that is not finite is an error when it would be recorded, or at the end.
 */

/* OUT: skep_star_count rows of m.
 *
 *   SKEP_E_NUMERIC, SKEP_E_NOMEM, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_star_run(struct skep_call *call, const struct skep_star_steps *steps,
                                        const struct skep_star_series *series, double *out,
                                        struct skep_error *err);

/* The scratch of that, in bytes. */
double skep_star_run_bytes(const struct skep_star_series *series);

/* Its time, plainly or not. */
double skep_star_run_seconds(const struct skep_star_series *series, bool is_plain);

/* Whether N such series can run side by side, and gain by it. */
bool skep_star_is_pack(const struct skep_star_steps *steps, const struct skep_star_series *series, int n);

/* Side by side, 3 to SKEP_STAR_PACK of them: the same bits as one by one. */
SKEP_MUST_USE skep_status skep_star_run_pack(struct skep_call *call, const struct skep_star_steps *steps,
                                             const struct skep_star_series *series, int n, double *const *out,
                                             struct skep_error *err);

#endif
