/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_PLAN_ARGS_H
#define SKEP_RUN_PLAN_ARGS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "npy/cache.h"
#include "run/plan_ref.h"
#include "sweep/axes.h"
#include "sweep/sweep.h"

/* The arguments of a sweep's tasks, compiled for a chunk. */

enum skep_plan_way {
    SKEP_PLAN_CONSTANT,  /* the same in every task: bound once */
    SKEP_PLAN_VARIABLE,  /* one variable's value, as it is */
    SKEP_PLAN_REFERENCE, /* a slice of an array that is the same in every task */
    SKEP_PLAN_EXPANDED   /* anything else: filled in and bound as in a plain task, alone */
};

struct skep_plan_arg {
    enum skep_plan_way way;
    const struct skep_arg_spec *spec;
    struct skep_arg *bound;
    const struct skep_node *node; /* as the sweep has it */
    int place;                    /* VARIABLE: in a point */
    struct skep_plan_ref *ref;    /* REFERENCE */
};

struct skep_plan_args {
    struct skep_arg *bound;        /* what the kernel gets, in the order of its row */
    struct skep_plan_arg *varying; /* those that are not CONSTANT, in the same order */
    int n_varying;
    bool is_reference;             /* the plain variant is wanted */
    bool is_plain;                 /* only the way of plain tasks will do, for all of them together */
    bool borrows;                  /* some take arrays from the cache for one task */
    const struct skep_sweep *rest; /* a sweep that has no arguments but those EXPANDED; NULL: none is */
};

/* For tasks whose points are like POINT. Everything is in ARENA, arrays are lent by CACHE. An argument that
 * is wrong at every point makes is_plain, so that it is refused in the words of a plain task. Touches
 * elements of inputs. SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_plan_args_compile(const struct skep_sweep *sweep,
                                                 const struct skep_kernel *kernel,
                                                 const struct skep_point *point, struct skep_npy_cache *cache,
                                                 struct skep_arena *arena, struct skep_plan_args *args_out,
                                                 struct skep_error *err);

/* Let args->bound be those of the task at POINT; memory of ARENA. False: bind them as those of a plain task
 *, which finds the words for what is wrong. */
bool skep_plan_args_set(const struct skep_plan_args *args, const struct skep_point *point,
                        struct skep_npy_cache *cache, struct skep_arena *arena);

#endif
