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
#include "run/bind_parts.h"
#include "run/plan_parts.h"
#include "sweep/expand.h"
#include "sweep/order.h"

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

/* ---- a chunk ---- */

void skep_plan_locate(struct skep_plan *plan, int64_t position, int64_t index)
{
    plan->position = -1; /* should this be left half way */
    skep_axes_point(plan->axes, index, &plan->point);
    plan->position = position;
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
    skep_plan_locate(plan, opening->lo, skep_order_index(plan->sweep, opening->lo));
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
    skep_arena_rewind(plan->arena, &plan->before, SKEP_PLAN_KEEP_BYTES);
    plan->is_open = false;
    plan->position = -1;
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
    skep_plan_locate(locating->plan, locating->position,
                     skep_order_index(locating->plan->sweep, locating->position));
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
    skep_arena_rewind(plan->arena, &mark, SKEP_PLAN_KEEP_BYTES);
    return st;
}

bool skep_plan_skips(struct skep_plan *plan, int64_t position)
{
    struct skep_arena_mark mark = skep_arena_mark(plan->arena);
    skep_status st = skep_plan_filter_test(plan, position, NULL);

    skep_arena_rewind(plan->arena, &mark, SKEP_PLAN_KEEP_BYTES);
    return st == SKEP_EMPTY;
}
