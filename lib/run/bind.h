/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_BIND_H
#define SKEP_RUN_BIND_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "npy/cache.h"
#include "task/record.h"

/* From a task's `args` to what the kernel's row declares: every argument is checked and converted before the
 * kernel runs. *ARGS_OUT (arena) is in the row's order. CACHE may be NULL, for producers that look at a
 * record before it goes: references are then taken on trust (only their syntax is checked, and what they
 * would have given is arbitrary), the rest is checked all the same.
 *
 *   SKEP_E_BAD_ARGS        unknown, missing, of the wrong type, shape or range; ERR names argument, wanted,
 *                          got
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_IO   a reference that does not lead to an array
 *   SKEP_E_NOMEM, SKEP_E_LIMIT   the arena cannot hold a converted or copied array */
SKEP_MUST_USE skep_status skep_args_bind(const struct skep_kernel *kernel, const struct skep_node *args,
                                         struct skep_npy_cache *cache, struct skep_arena *arena,
                                         struct skep_arg **args_out, bool *is_reference_out,
                                         struct skep_error *err);

#endif
