/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_COMPUTE_H
#define SKEP_RUN_COMPUTE_H

#include "run/fault.h"
#include "run/run.h"

/* The words for a kernel that is not there. SKEP_E_UNKNOWN_KERNEL */
skep_status skep_run_refuse_kernel(const char *name, struct skep_error *err);

/* From arguments to a value, or to whatever else is wanted of a call: what plain tasks and those of a sweep
 * have in common. */
struct skep_computation;
typedef skep_status (*skep_compute_step)(struct skep_computation *c, struct skep_error *err);

struct skep_computation {
    const struct skep_run *run;
    const struct skep_kernel *kernel;
    struct skep_call call;        /* arena, stop, stream and attempt are the caller's; the rest is bind's */
    skep_compute_step bind;       /* sets args (as soon as there are any), call.args, call.is_reference */
    skep_compute_step finish;     /* what is done with the call: skep_compute_value, or something else */
    struct skep_arg *args;        /* as far as they are bound */
    struct skep_value *value_out; /* of skep_compute_value */
    struct skep_cost *cost_out;   /* of skep_compute_cost */
};

/* A finish: look whether there is room, and run the kernel. */
skep_status skep_compute_value(struct skep_computation *c, struct skep_error *err);

/* A finish: what the call asks for, the memory of its arguments counted in. */
skep_status skep_compute_cost(struct skep_computation *c, struct skep_error *err);

/* bind and finish, protected against faults (run/fault.h), whose words then name the argument.
 * *IS_FAULT_OUT: a fault in an input ended it, and those words are better than what the cache has to say. */
SKEP_MUST_USE skep_status skep_compute(struct skep_computation *c, bool *is_fault_out,
                                       struct skep_error *err);

/* What ST and ERR of skep_compute are worth after a look at the files that were read: one that has changed is
 * what is wrong, whatever the kernel made of it.
 *
 *   SKEP_E_INPUT_CHANGED, else ST */
SKEP_MUST_USE skep_status skep_compute_check(const struct skep_computation *c, skep_status st,
                                             struct skep_error *err);

#endif
