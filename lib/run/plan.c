/* SPDX-License-Identifier: MIT */
/* A chunk of a sweep's tasks. What they have in common is made once and held: arrays by the cache, everything
 * else by the arena, which goes back to a mark behind it before each task.
 *
 *     arena   | before the chunk | axes, constants, ... | task |
 *             ^ before                                  ^ mark
 */
#include "run/plan.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "kernel/hit.h"
#include "run/bind_parts.h"
#include "run/plan_parts.h"
#include "sweep/expand.h"
#include "sweep/order.h"

enum { PLAN_KEEP_BYTES = 64 << 20 };

/* ---- a job ---- */

/* What is wrong at every point is said at once. A variant that is a variable is not known yet. */
static skep_status plan_check_args(const struct skep_kernel *kernel, const struct skep_node *args,
                                   struct skep_error *err)
{
    const struct skep_node *variant = skep_node_get(args, "variant");
    bool is_open = variant != NULL && variant->kind == SKEP_NODE_TEXT && strpbrk(variant->text, "{}") != NULL;
    bool is_reference;
    skep_status st = is_open ? SKEP_OK : skep_bind_check_names(kernel, args, &is_reference, err);

    for (const struct skep_arg_spec *spec = kernel->args; spec->name != NULL && st == SKEP_OK; spec++) {
        const struct binding b = {.spec = spec, .err = err};
        struct skep_arg arg;
        if (spec->is_required && !skep_bind_is_whole(spec) && skep_node_get(args, spec->name) == NULL) {
            st = skep_bind_argument(&b, NULL, &arg); /* says that it is missing */
        }
    }
    return st;
}

static skep_status plan_set_up(struct skep_plan *plan, struct skep_error *err)
{
    const struct skep_sweep *sweep = plan->sweep;
    skep_status st;

    plan->kernel = skep_kernel_find(sweep->kernel);
    if (plan->kernel == NULL) {
        return skep_run_refuse_kernel(sweep->kernel, err);
    }
    st = plan_check_args(plan->kernel, sweep->args, err);
    for (int k = 0; k < sweep->n_outs && st == SKEP_OK; k++) {
        st = skep_plan_set_up_out(plan, k, err);
    }
    plan->computation = (struct skep_computation){
        .run = plan->run,
        .kernel = plan->kernel,
        .call = {.arena = plan->arena, .stop = plan->run->stop, .stream = {.seed = sweep->seed}},
    };
    return st;
}

skep_status skep_plan_new(const struct skep_run *run, const struct skep_sweep *sweep,
                          struct skep_arena *arena, struct skep_plan **plan_out, struct skep_error *err)
{
    struct skep_plan *plan = skep_calloc(1, sizeof *plan);
    skep_status st;

    *plan_out = NULL;
    if (plan == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the plan of a sweep");
    }
    plan->run = run;
    plan->sweep = sweep;
    plan->arena = arena;
    plan->position = -1;
    st = plan_set_up(plan, err);
    if (st != SKEP_OK) {
        skep_plan_free(plan);
        return st;
    }
    *plan_out = plan;
    return SKEP_OK;
}

void skep_plan_free(struct skep_plan *plan)
{
    if (plan != NULL) {
        skep_plan_end(plan);
        skep_free(plan);
    }
}

const struct skep_sweep *skep_plan_sweep(const struct skep_plan *plan)
{
    return plan->sweep;
}

const struct skep_kernel *skep_plan_kernel(const struct skep_plan *plan)
{
    return plan->kernel;
}

/* ---- a chunk ---- */

static void plan_locate_index(struct skep_plan *plan, int64_t position, int64_t index)
{
    plan->position = -1; /* should this be left half way */
    skep_axes_point(plan->axes, index, &plan->point);
    plan->position = position;
}

void skep_plan_locate(struct skep_plan *plan, int64_t position)
{
    plan_locate_index(plan, position, skep_order_index(plan->sweep, position));
}

struct opening {
    struct skep_plan *plan;
    int64_t lo;
};

static skep_status plan_open_chunk(void *context, struct skep_error *err)
{
    const struct opening *opening = context;
    struct skep_plan *plan = opening->plan;
    struct skep_npy_cache *cache = plan->run->cache;
    skep_status st = skep_axes_open(plan->sweep, cache, plan->arena, &plan->axes, err);

    if (st != SKEP_OK) {
        return st;
    }
    skep_plan_locate(plan, opening->lo);
    return skep_plan_args_compile(plan->sweep, plan->kernel, &plan->point, cache, plan->arena, &plan->args,
                                  err);
}

static skep_status plan_check_inputs(struct skep_plan *plan, struct skep_error *err)
{
    const struct skep_sweep *sweep = plan->sweep;
    skep_status st = SKEP_OK;

    for (int i = 0; i < sweep->n_inputs && st == SKEP_OK; i++) {
        st = skep_plan_input_check(&sweep->inputs[i], plan->run->inputs, &plan->inputs[i], err);
    }
    return st;
}

skep_status skep_plan_begin(struct skep_plan *plan, int64_t lo, int64_t hi, struct skep_error *err)
{
    const struct skep_fault_realm realm = {plan->run->cache, plan->arena};
    struct opening opening = {plan, lo};
    struct skep_fault fault;
    skep_status st;

    assert(lo >= 0 && lo < hi && hi <= plan->sweep->n && !plan->is_open);
    plan->is_open = true;
    plan->lo = lo;
    plan->hi = hi;
    plan->before = skep_arena_mark(plan->arena);
    skep_npy_cache_begin_batch(plan->run->cache);
    st = skep_fault_call(&realm, plan_open_chunk, &opening, &fault, err);
    skep_npy_cache_hold(plan->run->cache);
    if (st == SKEP_OK) {
        st = plan_check_inputs(plan, err); /* after they were opened: it is these files that are looked at */
    }
    plan->mark = skep_arena_mark(plan->arena);
    if (st == SKEP_OK) {
        st = skep_plan_filter_begin(plan, err);
    }
    if (st != SKEP_OK) {
        skep_plan_end(plan);
    }
    return st;
}

skep_status skep_plan_check(struct skep_plan *plan, struct skep_error *err)
{
    skep_status st = skep_npy_cache_check(plan->run->cache, err);

    return st == SKEP_OK ? plan_check_inputs(plan, err) : st;
}

void skep_plan_end(struct skep_plan *plan)
{
    if (!plan->is_open) {
        return;
    }
    skep_npy_cache_let_go(plan->run->cache);
    skep_npy_cache_end_task(plan->run->cache);
    skep_arena_rewind(plan->arena, &plan->before, PLAN_KEEP_BYTES);
    plan->is_open = false;
    plan->position = -1;
}

/* ---- a task ---- */

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
    plan_locate_index(plan, plan->wanted, (int64_t)c->call.stream.index);
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
        skep_arena_rewind(plan->arena, &plan->mark, PLAN_KEEP_BYTES);
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
    skep_arena_rewind(plan->arena, &plan->mark, PLAN_KEEP_BYTES);
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

/* ---- beside tasks ---- */

struct locating {
    struct skep_plan *plan;
    int64_t position;
};

static skep_status plan_locate_body(void *context, struct skep_error *err)
{
    const struct locating *locating = context;

    (void)err;
    skep_plan_locate(locating->plan, locating->position);
    return SKEP_OK;
}

static skep_status plan_locate_safely(struct skep_plan *plan, int64_t position, struct skep_error *err)
{
    const struct skep_fault_realm realm = {plan->run->cache, plan->arena};
    struct locating locating = {plan, position};
    struct skep_fault fault;

    assert(plan->is_open);
    if (plan->position == position) {
        return SKEP_OK;
    }
    return skep_fault_call(&realm, plan_locate_body, &locating, &fault, err);
}

skep_status skep_plan_record(struct skep_plan *plan, int64_t position, struct skep_buf *buf,
                             struct skep_error *err)
{
    struct skep_arena_mark mark = skep_arena_mark(plan->arena);
    skep_status st = plan_locate_safely(plan, position, err);

    if (st == SKEP_OK) {
        st = skep_expand_record(plan->sweep, &plan->point, plan->arena, buf, err);
    }
    skep_arena_rewind(plan->arena, &mark, PLAN_KEEP_BYTES);
    return st;
}

bool skep_plan_skips(struct skep_plan *plan, int64_t position)
{
    struct skep_arena_mark mark = skep_arena_mark(plan->arena);
    skep_status st = skep_plan_filter_test(plan, position, NULL);

    skep_arena_rewind(plan->arena, &mark, PLAN_KEEP_BYTES);
    return st == SKEP_EMPTY;
}

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
    skep_arena_rewind(plan->arena, &plan->mark, PLAN_KEEP_BYTES);
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
