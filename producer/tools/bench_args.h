/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_BENCH_ARGS_H
#define SKEP_PRODUCER_BENCH_ARGS_H

#include <limits.h>

#include "base/arena.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "npy/roots.h"
#include "task/node.h"

/* The arguments of a benchmark, as a task has them: what the command line gives, NAME=VALUE, and for what it
 * does not, the kernel's own example (as far as it must be given, where anything is). `random[SHAPE]` and
 * `normal[SHAPE]` stand for an array of such numbers, the same ones each time, which is made in a folder of
 * its own. */
struct skep_bench_args {
    const struct skep_node *args; /* an object; memory of the arena */
    uint64_t seed;                /* the example's */
    char folder[PATH_MAX];        /* of the arrays made; "": there are none */
    int n_made;
};

/* ROOTS gets that folder under a name of its own. skep_bench_args_remove in any case.
 *
 *   SKEP_E_USAGE   not NAME=VALUE, a name twice, no shape that can be made
 *   SKEP_E_OUTPUT, SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_bench_args_read(const struct skep_kernel *kernel, const char *const *operands,
                                               size_t n, struct skep_roots *roots, struct skep_arena *arena,
                                               struct skep_bench_args *args_out, struct skep_error *err);

/* Remove the arrays: whoever has opened them keeps them. */
void skep_bench_args_remove(struct skep_bench_args *args);

#endif
