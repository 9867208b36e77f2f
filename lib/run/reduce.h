/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_REDUCE_H
#define SKEP_RUN_REDUCE_H

#include "base/buf.h"
#include "base/error.h"
#include "npy/roots.h"
#include "sweep/sweep.h"

/* What is left of a sweep's array when it is complete: one value, computed from the finished file by one
 * process, so that its bits depend neither on the number of workers nor on the order in which they came.
 *
 * A reduction is written NAME or NAME:ARG=VALUE,... ("sum", "sum:nan=skip", "hist:bins=4,range=[0,8]"):
 *
 *   sum mean var min max argmin argmax hist   the kernels of these names over the whole array (`skep kernels`
 *                                             has their arguments): the same bits as a task that names te.npy
 *   any all        whether some element, every element is a hit: neither 0 nor NaN
 *   count, first   how many are; the place of the first in C order, or null */

/* Whether it could be computed: known, and its arguments are the kernel's.
 *
 *   SKEP_E_BAD_ARGS   ERR says what is wrong */
SKEP_MUST_USE skep_status skep_reduce_check(const char *reduce, struct skep_error *err);

/* Reduce the array PATH under ROOTS and append the value as JSON.
 *
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_INPUT_CHANGED, SKEP_E_IO   the file
 *   SKEP_E_BAD_ARGS, SKEP_E_NUMERIC, ...                                          what the kernel says
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_reduce_array(const char *reduce, const struct skep_roots *roots,
                                            const char *path, struct skep_buf *json, struct skep_error *err);

/* The value of sweep->reduce over the complete outputs of SWEEP: of the one there is, or a list of one for
 * each. Fails as skep_reduce_array. */
SKEP_MUST_USE skep_status skep_reduce_sweep(const struct skep_sweep *sweep, const struct skep_roots *roots,
                                            struct skep_buf *json, struct skep_error *err);

#endif
