/* SPDX-License-Identifier: MIT */
#include "run/compute.h"

#include <string.h>

skep_status skep_compute_value(struct skep_computation *c, struct skep_error *err)
{
    const struct skep_kernel *kernel = c->kernel;
    skep_status st = skep_call_check_room(&c->call, kernel, err);

    if (st != SKEP_OK) {
        return st;
    }
    return (c->call.is_reference ? kernel->reference : kernel->run)(&c->call, c->value_out, err);
}

skep_status skep_compute_cost(struct skep_computation *c, struct skep_error *err)
{
    (void)err;
    c->kernel->cost(&c->call, c->cost_out);
    c->cost_out->bytes += (double)c->call.arena->used_bytes;
    return SKEP_OK;
}

/* ---- whose fault it was ---- */

/* How far ADDRESS is from the elements of VIEW. */
static uintptr_t compute_distance(const struct skep_view *view, uintptr_t address)
{
    uintptr_t size = skep_dtype_size(view->dtype);
    uintptr_t from = (uintptr_t)view->data;
    uintptr_t to = from + size;

    for (int i = 0; i < view->ndim && view->shape[i] > 0; i++) {
        int64_t reach = (view->shape[i] - 1) * view->strides[i];
        *(reach < 0 ? &from : &to) += (uintptr_t)reach * size;
    }
    if (address < from) {
        return from - address;
    }
    return address >= to ? address - to + 1 : 0;
}

/* Whether VIEW is of the file of the fault, and nearer to it than *NEAREST, which then becomes its distance.
 */
static bool compute_is_nearer(const struct skep_computation *c, const struct skep_fault *fault,
                              const struct skep_view *view, uintptr_t *nearest)
{
    struct skep_npy_place place;
    uintptr_t distance;

    if (view->data == NULL || !skep_npy_cache_find_address(c->run->cache, view->data, &place) ||
        strcmp(place.path, fault->place.path) != 0) {
        return false;
    }
    distance = compute_distance(view, (uintptr_t)fault->address);
    if (distance >= *nearest) {
        return false;
    }
    *nearest = distance;
    return true;
}

/* The array argument that a fault is nearest to: one file may be several arguments. NULL: none. */
static const char *compute_find_argument(const struct skep_computation *c, const struct skep_fault *fault)
{
    const struct skep_arg_spec *specs = c->kernel->args;
    const char *name = NULL;
    uintptr_t nearest = UINTPTR_MAX;

    for (size_t i = 0; c->args != NULL && specs[i].name != NULL; i++) {
        const struct skep_arg *arg = &c->args[i];
        int64_t n_items = arg->is_given && specs[i].kind == SKEP_ARG_ARRAYS ? arg->arrays.n : 0;

        if (arg->is_given && specs[i].kind == SKEP_ARG_ARRAY &&
            compute_is_nearer(c, fault, &arg->view, &nearest)) {
            name = specs[i].name;
        }
        for (int64_t k = 0; k < n_items; k++) {
            if (compute_is_nearer(c, fault, &arg->arrays.items[k].view, &nearest)) {
                name = specs[i].name;
            }
        }
    }
    return name;
}

/* ---- the call ---- */

static skep_status compute_body(void *context, struct skep_error *err)
{
    struct skep_computation *c = context;
    skep_status st = c->bind(c, err);

    return st == SKEP_OK ? c->finish(c, err) : st;
}

skep_status skep_compute(struct skep_computation *c, bool *is_fault_out, struct skep_error *err)
{
    const struct skep_fault_realm realm = {c->run->cache, c->call.arena};
    struct skep_fault fault;
    const char *name = NULL;
    skep_status st = skep_fault_call(&realm, compute_body, c, &fault, err);

    *is_fault_out = fault.place.path != NULL;
    if (*is_fault_out) {
        name = compute_find_argument(c, &fault);
    }
    if (name != NULL) {
        skep_error_prefix(err, "argument \"%s\"", name);
    }
    return st;
}

skep_status skep_compute_check(const struct skep_computation *c, skep_status st, struct skep_error *err)
{
    struct skep_error changed = {0};

    if (st == SKEP_STOPPED || skep_npy_cache_check(c->run->cache, &changed) == SKEP_OK) {
        return st;
    }
    *err = changed;
    return changed.status;
}
