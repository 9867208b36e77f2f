/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_BENCH_KERNELS_PLAIN_H
#define SKEP_TESTS_BENCH_KERNELS_PLAIN_H

#include "kernel/kernel.h"

/* Peers in C: what a user would write, in the shape of a row's run. One file for each folder of lib/kernel,
 * compiled with -O2 whatever the build. */

/* plain_box.c: with its defaults, of series without gaps. */
skep_status plain_te_box(struct skep_call *call, struct skep_value *value_out, struct skep_error *err);

/* plain_numbers.c */
skep_status plain_prime_count(struct skep_call *call, struct skep_value *value_out, struct skep_error *err);
skep_status plain_prime_segments(struct skep_call *call, struct skep_value *value_out,
                                 struct skep_error *err);

#endif
