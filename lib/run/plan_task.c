/* SPDX-License-Identifier: MIT */
/* One task of a chunk: its arguments, the compiled way or the plain one, and the call. */
#include <assert.h>

#include "kernel/hit.h"
#include "run/bind.h"
#include "run/plan_parts.h"
#include "sweep/expand.h"
#include "sweep/order.h"

static struct skep_plan *plan_of(struct skep_computation *c)
{
    return (struct skep_plan *)((char *)c - offsetof(struct skep_plan, computation));
}

/* The compiled arguments. SKEP_EMPTY: they are not to be had that way. */
static skep_status plan_bind(struct skep_computation *c, struct skep_error *err)
{
    struct skep_plan *plan = plan_of(c);

    (void)err;
    c->args = NULL;
    skep_plan_locate(plan, plan->wanted, (int64_t)c->call.stream.index);
    c->args = plan->args.bound;
    c->call.args = plan->args.bound;
    c->call.is_reference = plan->args.is_reference;
    plan->goes_plainly =
        plan->args.is_plain || !skep_plan_args_set(&plan->args, &plan->point, plan->run->cache, plan->arena);
    return plan->goes_plainly ? SKEP_EMPTY : SKEP_OK;
}

/* Those that the record of a plain task would give. */
static skep_status plan_bind_plainly(struct skep_computation *c, struct skep_error *err)
{
    struct skep_plan *plan = plan_of(c);
    const struct skep_node *args;
    skep_status st;

    c->args = NULL;
    st = skep_expand_args(plan->sweep, &plan->point, plan->arena, &args, err);
    if (st == SKEP_OK) {
        st = skep_args_bind(plan->kernel, args, plan->run->cache, plan->arena, &c->args,
                            &c->call.is_reference, err);
    }
    c->call.args = c->args;
    return st;
}

/* The call for the task at POSITION, and FINISH with it; one way or the other. */
static skep_status plan_compute(struct skep_plan *plan, int64_t position, int64_t index,
                                skep_compute_step finish, struct skep_error *err)
{
    struct skep_computation *c = &plan->computation;
    bool is_fault;
    skep_status st;

    plan->wanted = position;
    plan->goes_plainly = false;
    c->bind = plan_bind;
    c->finish = finish;
    c->call.stream.index = (uint64_t)index;
    c->call.retry_after_s = 0;
    st = skep_compute(c, &is_fault, err);
    if (plan->goes_plainly) {
        skep_arena_rewind(plan->arena, &plan->mark, SKEP_PLAN_KEEP_BYTES);
        c->bind = plan_bind_plainly;
        st = skep_compute(c, &is_fault, err);
    }
    /* What was lent to this task alone is looked at now; what the chunk holds, when something is wrong. */
    if (!is_fault && (st != SKEP_OK || plan->goes_plainly || plan->args.borrows)) {
        st = skep_compute_check(c, st, err);
    }
    if (plan->goes_plainly || plan->args.borrows) {
        skep_npy_cache_end_task(plan->run->cache);
    }
    return st;
}

void skep_plan_run(struct skep_plan *plan, int64_t position, unsigned attempt,
                   struct skep_point_outcome *outcome_out)
{
    struct skep_point_outcome *outcome = outcome_out;
    struct skep_computation *c = &plan->computation;
    skep_status st;

    assert(plan->is_open);
    skep_error_clear(&outcome->err);
    outcome->value.kind = SKEP_VALUE_NULL;
    outcome->is_hit = false;
    outcome->retry_after_s = 0;
    outcome->index = skep_order_index(plan->sweep, position);
    skep_arena_rewind(plan->arena, &plan->mark, SKEP_PLAN_KEEP_BYTES);
    st = skep_plan_filter_test(plan, position, &outcome->err);
    if (st == SKEP_OK) {
        c->call.attempt = attempt;
        c->value_out = &outcome->value;
        st = plan_compute(plan, position, outcome->index, skep_compute_value, &outcome->err);
        outcome->retry_after_s = st != SKEP_OK ? c->call.retry_after_s : 0;
    }
    if (st == SKEP_OK && plan->sweep->stop != SKEP_SWEEP_STOP_NONE) {
        outcome->is_hit = skep_value_is_hit(&outcome->value);
    }
    outcome->status = st;
}

/* ---- beforehand ---- */

static skep_status plan_tell_value(struct skep_computation *c, struct skep_error *err)
{
    (void)err;
    return c->kernel->value(&c->call, plan_of(c)->told);
}

/* FINISH with the call, in place of running it. */
static skep_status plan_ask(struct skep_plan *plan, int64_t position, skep_compute_step finish,
                            struct skep_error *err)
{
    assert(plan->is_open);
    skep_arena_rewind(plan->arena, &plan->mark, SKEP_PLAN_KEEP_BYTES);
    plan->computation.call.attempt = 1;
    return plan_compute(plan, position, skep_order_index(plan->sweep, position), finish, err);
}

skep_status skep_plan_value(struct skep_plan *plan, int64_t position, struct skep_view *value_out,
                            struct skep_error *err)
{
    plan->told = value_out;
    return plan_ask(plan, position, plan_tell_value, err);
}

skep_status skep_plan_cost(struct skep_plan *plan, int64_t position, struct skep_cost *cost_out,
                           struct skep_error *err)
{
    plan->computation.cost_out = cost_out;
    return plan_ask(plan, position, skep_compute_cost, err);
}
