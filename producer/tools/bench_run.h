/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_BENCH_RUN_H
#define SKEP_PRODUCER_BENCH_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "npy/cache.h"
#include "task/node.h"

/* A kernel's variants, called again and again with the same arguments, in turn, so that a noisy machine is
 * noisy for all. */

enum skep_bench_way {
    SKEP_BENCH_FAST,
    SKEP_BENCH_REFERENCE, /* the plain variant; left out where it is the fast one, too */
    SKEP_BENCH_MANY,      /* SKEP_BENCH_SIDE_BY_SIDE calls at once, of kernels that can */
    SKEP_BENCH_WAYS
};

enum { SKEP_BENCH_SIDE_BY_SIDE = 64, SKEP_BENCH_RUNS = 101 };

/* A variant of which a call takes longer than this many times the seconds (and no less than so many) is given
 * up: the reference is then left out. */
enum { SKEP_BENCH_PATIENCE = 10, SKEP_BENCH_PATIENCE_S = 10 };

struct skep_bench_time {
    int64_t n_calls; /* 0: this variant is not there */
    double median_s, least_s;
};

struct skep_bench {
    /* in */
    const struct skep_kernel *kernel;
    const struct skep_node *args;
    uint64_t seed;
    double seconds;          /* for each variant */
    bool leaves_reference;   /* out */
    const atomic_uint *stop; /* the user's; NULL: none */
    struct skep_npy_cache *cache;
    struct skep_arena *arena;
    void (*bound)(void *context); /* the arguments are open: files may go. NULL: nobody wants to know */
    void *bound_context;
    /* out */
    struct skep_bench_time times[SKEP_BENCH_WAYS];
    struct skep_cost cost;   /* what the model says of the fast one, its arguments counted in */
    double data_bytes;       /* of array arguments and an array value */
    bool has_given_up;       /* the reference took too long */
    bool is_compared;        /* fast and reference; not JSON */
    int64_t n_different;     /* elements */
    double max_abs, max_rel; /* the greatest difference */
};

/* Fails as the binding of arguments (run/bind.h) and the kernel do.
 *
 *   SKEP_E_TIMEOUT   a call of the fast variant takes too long
 *   SKEP_STOPPED     the user wants to stop */
SKEP_MUST_USE skep_status skep_bench_run(struct skep_bench *bench, struct skep_error *err);

#endif
