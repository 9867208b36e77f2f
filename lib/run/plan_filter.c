/* SPDX-License-Identifier: MIT */
/* Each variable that the text may name becomes an array of its values at the positions of a block, and the
 * kernel does the rest. A block that fails as a whole is computed again, one position after the other, so
 * that only those fail that cannot be computed. */
#include "run/plan_filter.h"

#include <string.h>

#include "run/bind.h"
#include "run/plan_parts.h"
#include "sweep/order.h"

enum filter_verdict { FILTER_NO, FILTER_YES, FILTER_ALONE };

struct filtering {
    struct skep_plan *plan;
    int64_t lo, n; /* 0 positions: only look whether it could be done */
    uint8_t *verdicts;
};

/* Whether the text may name a variable: it stands in there somewhere. None that has a dot can be named. */
static bool filter_may_name(const char *filter, const char *name)
{
    return strstr(filter, name) != NULL;
}

static enum skep_dtype filter_dtype(enum skep_value_of kind)
{
    return kind == SKEP_OF_INT ? SKEP_I8 : kind == SKEP_OF_REAL ? SKEP_F8 : SKEP_B1;
}

/* An array of N elements for each variable. To be told what names there are (N = 0), all of them. */
static skep_status filter_make_columns(const struct filtering *f, struct skep_array_item *items,
                                       int64_t *n_items_out, int *places)
{
    const struct skep_point *point = &f->plan->point;
    int64_t n = 0;

    for (int k = 0; k < point->n; k++) {
        const struct skep_coordinate *at = &point->at[k];
        enum skep_dtype dtype = filter_dtype(at->kind);
        void *data;

        if (at->kind == SKEP_OF_TEXT || strchr(at->name, '.') != NULL ||
            (f->n > 0 && !filter_may_name(f->plan->sweep->filter, at->name))) {
            continue;
        }
        data = skep_arena_alloc(f->plan->arena, (size_t)f->n * skep_dtype_size(dtype));
        if (data == NULL) {
            return SKEP_E_NOMEM;
        }
        items[n] = (struct skep_array_item){.name = at->name};
        skep_view_init(&items[n].view, data, dtype, 1, &f->n);
        places[n++] = k;
    }
    *n_items_out = n;
    return SKEP_OK;
}

static void filter_put(const struct skep_coordinate *at, const struct skep_view *column, int64_t i)
{
    void *data = (void *)(uintptr_t)column->data; /* ours: filter_make_columns has made it */

    if (at->kind == SKEP_OF_INT) {
        ((int64_t *)data)[i] = at->i64;
    } else if (at->kind == SKEP_OF_REAL) {
        ((double *)data)[i] = at->f64;
    } else {
        ((uint8_t *)data)[i] = at->boolean;
    }
}

static void filter_fill(const struct filtering *f, const struct skep_array_item *items, int64_t n_items,
                        const int *places)
{
    for (int64_t i = 0; i < f->n; i++) {
        skep_plan_locate(f->plan, f->lo + i, skep_order_index(f->plan->sweep, f->lo + i));
        for (int64_t k = 0; k < n_items; k++) {
            filter_put(&f->plan->point.at[places[k]], &items[k].view, i);
        }
    }
}

/* The arguments of the kernel, by the names in its row. */
static skep_status filter_bind(const struct filtering *f, const struct skep_array_item *items, int64_t n,
                               struct skep_call *call, struct skep_error *err)
{
    const struct skep_kernel *kernel = f->plan->filter.kernel;
    const char *text = f->plan->sweep->filter;
    const struct skep_node expr = {
        .kind = SKEP_NODE_TEXT, .name = "expr", .text = text, .length = strlen(text)};
    const struct skep_node args = {.kind = SKEP_NODE_OBJECT, .children = &expr, .n_children = 1};
    struct skep_arg *bound;
    skep_status st = skep_args_bind(kernel, &args, NULL, f->plan->arena, &bound, &call->is_reference, err);

    for (size_t i = 0; st == SKEP_OK && kernel->args[i].name != NULL; i++) {
        if (strcmp(kernel->args[i].name, "vars") == 0) {
            bound[i].is_given = true;
            bound[i].arrays.items = items;
            bound[i].arrays.n = n;
        }
    }
    call->args = bound;
    return st;
}

static skep_status filter_take(const struct filtering *f, const struct skep_value *value,
                               struct skep_error *err)
{
    const char *what = "a number";

    if (value->kind == SKEP_VALUE_ARRAY && value->array.dtype == SKEP_B1) {
        skep_view_copy(&value->array, f->verdicts);
        return SKEP_OK;
    }
    if (value->kind == SKEP_VALUE_BOOL) {
        memset(f->verdicts, value->boolean ? FILTER_YES : FILTER_NO, (size_t)f->n);
        return SKEP_OK;
    }
    if (value->kind == SKEP_VALUE_ARRAY) {
        what = skep_dtype_name(value->array.dtype);
    }
    return skep_error_set(err, SKEP_E_BAD_ARGS,
                          "\"%.100s\" is %s, not true or false: compare it with something",
                          f->plan->sweep->filter, what);
}

static skep_status filter_body(void *context, struct skep_error *err)
{
    const struct filtering *f = context;
    struct skep_call call = {.arena = f->plan->arena, .attempt = 1};
    struct skep_array_item *items =
        skep_arena_calloc(f->plan->arena, (size_t)f->plan->point.n, sizeof *items);
    int places[sizeof f->plan->point.at / sizeof f->plan->point.at[0]];
    struct skep_value value = {0};
    int64_t n_items = 0;
    skep_status st = items != NULL ? filter_make_columns(f, items, &n_items, places) : SKEP_E_NOMEM;

    if (st != SKEP_OK) {
        return skep_error_set(err, st, "no room for a block of the filter");
    }
    filter_fill(f, items, n_items, places);
    st = filter_bind(f, items, n_items, &call, err);
    if (st == SKEP_OK) {
        st = f->plan->filter.kernel->run(&call, &value, err);
    }
    return st == SKEP_OK ? filter_take(f, &value, err) : st;
}

static skep_status filter_compute(struct skep_plan *plan, int64_t lo, int64_t n, uint8_t *verdicts,
                                  struct skep_error *err)
{
    const struct skep_fault_realm realm = {plan->run->cache, plan->arena};
    struct filtering f = {plan, lo, n, verdicts};
    struct skep_fault fault;
    skep_status st = skep_fault_call(&realm, filter_body, &f, &fault, err);

    if (st != SKEP_OK) {
        skep_error_prefix(err, "filter");
    }
    return st;
}

skep_status skep_plan_filter_begin(struct skep_plan *plan, struct skep_error *err)
{
    struct skep_plan_filter *filter = &plan->filter;
    skep_status st;

    filter->n = 0;
    if (plan->sweep->filter == NULL || filter->kernel != NULL) {
        return SKEP_OK;
    }
    filter->kernel = skep_kernel_find("expr");
    if (filter->kernel == NULL) {
        return skep_error_set(err, SKEP_E_UNKNOWN_KERNEL,
                              "filter: this worker does not have the kernel \"expr\"");
    }
    st = filter_compute(plan, 0, 0, filter->verdicts, err);
    if (st != SKEP_OK) {
        filter->kernel = NULL;
    }
    return st;
}

/* The block that holds POSITION, which a walk in either direction stays in for a while. */
static void filter_move(struct skep_plan *plan, int64_t position)
{
    struct skep_plan_filter *filter = &plan->filter;
    int64_t lo = position - (position - plan->lo) % SKEP_PLAN_FILTER_BLOCK;
    int64_t left = plan->hi - lo;

    filter->lo = lo;
    filter->n = left < SKEP_PLAN_FILTER_BLOCK ? left : SKEP_PLAN_FILTER_BLOCK;
    if (filter_compute(plan, lo, filter->n, filter->verdicts, NULL) != SKEP_OK) {
        memset(filter->verdicts, FILTER_ALONE, (size_t)filter->n);
    }
}

skep_status skep_plan_filter_test(struct skep_plan *plan, int64_t position, struct skep_error *err)
{
    struct skep_plan_filter *filter = &plan->filter;
    uint8_t verdict;
    skep_status st = SKEP_OK;

    if (plan->sweep->filter == NULL) {
        return SKEP_OK;
    }
    if (position < filter->lo || position >= filter->lo + filter->n) {
        filter_move(plan, position);
    }
    verdict = filter->verdicts[position - filter->lo];
    if (verdict == FILTER_ALONE) {
        st = filter_compute(plan, position, 1, &verdict, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    return verdict == FILTER_YES ? SKEP_OK : SKEP_EMPTY;
}
