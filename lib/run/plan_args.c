/* SPDX-License-Identifier: MIT */
/* Four ways for an argument to come by its value, from the fastest to the one that can do everything. The
 * fast ways never say what is wrong: where one of them does not get through, the task is bound again as a
 * plain task is, and fails (or not) with its words. */
#include "run/plan_args.h"

#include <string.h>

#include "run/bind_parts.h"
#include "sweep/expand.h"

/* ---- what changes from task to task ---- */

/* Whether NODE holds a brace: else it is the same in every task. */
static bool args_has_brace(const struct skep_node *node)
{
    if (node->kind == SKEP_NODE_TEXT) {
        return strpbrk(node->text, "{}") != NULL;
    }
    if (node->kind != SKEP_NODE_ARRAY && node->kind != SKEP_NODE_OBJECT) {
        return false;
    }
    for (size_t i = 0; i < node->n_children; i++) {
        if (args_has_brace(&node->children[i])) {
            return true;
        }
    }
    return false;
}

/* The compiler's hands. */
struct compiler {
    const struct skep_sweep *sweep;
    const struct skep_point *point;
    struct skep_npy_cache *cache;
    struct skep_arena *arena;
    struct skep_plan_args *args;
    struct skep_node *rest; /* children of the object of all EXPANDED */
    size_t n_rest;
};

/* Try to make ARG a reference. SKEP_EMPTY: it is none, or its array cannot be had as a whole. */
static skep_status compile_reference(const struct compiler *c, struct skep_plan_arg *arg)
{
    struct skep_plan_ref *ref;
    skep_status st;

    if (arg->node->kind != SKEP_NODE_TEXT ||
        (arg->spec->kind != SKEP_ARG_ARRAY && arg->spec->kind != SKEP_ARG_F64)) {
        return SKEP_EMPTY;
    }
    ref = skep_arena_alloc(c->arena, sizeof *ref);
    if (ref == NULL) {
        return SKEP_E_NOMEM;
    }
    st = skep_plan_ref_read(arg->node, c->point, c->arena, ref);
    if (st == SKEP_OK && arg->spec->kind == SKEP_ARG_F64 && ref->slice.n == 0) {
        return SKEP_EMPTY; /* a number's text is a reference only with a slice */
    }
    if (st == SKEP_OK) {
        st = skep_npy_cache_whole(c->cache, ref->path, ref->path_n, &ref->whole, NULL);
    }
    arg->ref = ref;
    return st;
}

static skep_status compile_varying(struct compiler *c, struct skep_plan_arg *arg)
{
    skep_status st;

    arg->place = arg->node->kind == SKEP_NODE_TEXT
                     ? skep_template_is_variable(arg->node->text, arg->node->length, c->point)
                     : -1;
    if (arg->place >= 0) {
        arg->way = SKEP_PLAN_VARIABLE;
        c->args->borrows |= c->point->at[arg->place].kind == SKEP_OF_TEXT;
        return SKEP_OK;
    }
    st = compile_reference(c, arg);
    if (st == SKEP_E_NOMEM) {
        return st;
    }
    arg->way = SKEP_PLAN_REFERENCE;
    if (st != SKEP_OK) {
        arg->way = SKEP_PLAN_EXPANDED;
        c->args->borrows = true;
        c->rest[c->n_rest++] = *arg->node;
    }
    return SKEP_OK;
}

static skep_status compile_one(struct compiler *c, const struct skep_arg_spec *spec, struct skep_arg *bound)
{
    struct skep_error ignored = {0};
    const struct binding b = {spec, c->cache, c->arena, &ignored};
    struct skep_plan_arg arg = {.spec = spec, .bound = bound};
    skep_status st;

    arg.node = skep_bind_is_whole(spec) ? c->sweep->args : skep_node_get(c->sweep->args, spec->name);
    if (arg.node == NULL || !args_has_brace(arg.node)) {
        st = skep_bind_argument(&b, arg.node, bound);
        c->args->is_plain |= st != SKEP_OK;
        return SKEP_OK;
    }
    if (skep_bind_is_whole(spec)) {
        c->args->is_plain = true;
        return SKEP_OK;
    }
    st = compile_varying(c, &arg);
    c->args->varying[c->args->n_varying++] = arg;
    return st;
}

/* The sweep that has only the arguments to be expanded. */
static skep_status compile_rest(const struct compiler *c)
{
    struct skep_sweep *sweep;
    struct skep_node *args;

    if (c->n_rest == 0) {
        return SKEP_OK;
    }
    sweep = skep_arena_alloc(c->arena, sizeof *sweep);
    args = skep_arena_calloc(c->arena, 1, sizeof *args);
    if (sweep == NULL || args == NULL) {
        return SKEP_E_NOMEM;
    }
    *args = (struct skep_node){.kind = SKEP_NODE_OBJECT};
    args->children = c->rest;
    args->n_children = c->n_rest;
    *sweep = *c->sweep;
    sweep->args = args;
    c->args->rest = sweep;
    return SKEP_OK;
}

skep_status skep_plan_args_compile(const struct skep_sweep *sweep, const struct skep_kernel *kernel,
                                   const struct skep_point *point, struct skep_npy_cache *cache,
                                   struct skep_arena *arena, struct skep_plan_args *args_out,
                                   struct skep_error *err)
{
    size_t n = skep_kernel_count_args(kernel);
    struct compiler c = {.sweep = sweep, .point = point, .cache = cache, .arena = arena, .args = args_out};
    skep_status st = SKEP_OK;

    *args_out = (struct skep_plan_args){
        .bound = skep_arena_calloc(arena, n, sizeof *args_out->bound),
        .varying = skep_arena_calloc(arena, n, sizeof *args_out->varying),
    };
    c.rest = skep_arena_calloc(arena, n, sizeof *c.rest);
    if (args_out->bound == NULL || args_out->varying == NULL || c.rest == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no room for the arguments");
    }
    /* Names, and a variant that is the same everywhere. */
    args_out->is_plain = skep_bind_check_names(kernel, sweep->args, &args_out->is_reference, NULL) != SKEP_OK;
    for (size_t i = 0; i < n && st == SKEP_OK && !args_out->is_plain; i++) {
        st = compile_one(&c, &kernel->args[i], &args_out->bound[i]);
    }
    if (st == SKEP_OK) {
        st = compile_rest(&c);
    }
    return st == SKEP_OK ? SKEP_OK : skep_error_set(err, st, "no room for the arguments");
}

/* ---- one task ---- */

static skep_status set_variable(const struct skep_plan_arg *arg, const struct binding *b,
                                const struct skep_point *point)
{
    struct skep_node node = {.kind = SKEP_NODE_NULL};

    skep_expand_value(&point->at[arg->place], &node);
    return skep_bind_argument(b, &node, arg->bound);
}

static skep_status set_reference(const struct skep_plan_arg *arg, const struct binding *b,
                                 const struct skep_point *point)
{
    struct skep_plan_ref *ref = arg->ref;
    struct skep_view element;
    skep_status st;

    if (!skep_plan_ref_set(ref, point)) {
        return SKEP_EMPTY;
    }
    arg->bound->is_given = true;
    if (arg->spec->kind == SKEP_ARG_ARRAY) {
        st = skep_slice_apply(&ref->slice, &ref->whole, &arg->bound->view, NULL);
        return st == SKEP_OK ? skep_bind_array_view(b, &arg->bound->view) : st;
    }
    st = skep_slice_apply(&ref->slice, &ref->whole, &element, NULL);
    return st == SKEP_OK ? skep_bind_f64_view(b, &element, arg->bound) : st;
}

bool skep_plan_args_set(const struct skep_plan_args *args, const struct skep_point *point,
                        struct skep_npy_cache *cache, struct skep_arena *arena)
{
    const struct skep_node *expanded = NULL;
    skep_status st = SKEP_OK;

    for (int i = 0; i < args->n_varying; i++) {
        args->varying[i].bound->is_given = false; /* what is not bound yet has no part in a fault */
    }
    if (args->rest != NULL) {
        st = skep_expand_args(args->rest, point, arena, &expanded, NULL);
    }
    for (int i = 0; i < args->n_varying && st == SKEP_OK; i++) {
        const struct skep_plan_arg *arg = &args->varying[i];
        const struct binding b = {arg->spec, cache, arena, NULL};

        if (arg->way == SKEP_PLAN_VARIABLE) {
            st = set_variable(arg, &b, point);
        } else if (arg->way == SKEP_PLAN_REFERENCE) {
            st = set_reference(arg, &b, point);
        } else {
            st = skep_bind_argument(&b, skep_node_get(expanded, arg->spec->name), arg->bound);
        }
    }
    return st == SKEP_OK;
}
