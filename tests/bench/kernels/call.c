/* SPDX-License-Identifier: MIT */
#include "bench/kernels/call.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "bench/kernels/inputs.h"
#include "npy/cache.h"
#include "run/bind.h"
#include "task/json_read.h"

enum { CALL_MAX_MANY = 64 };

static const size_t arena_bytes = (size_t)8 << 30;

struct bench_call {
    const struct skep_kernel *kernel;
    struct skep_roots *roots;
    struct skep_npy_cache *cache;
    struct skep_arena bound; /* what the arguments are made of */
    struct skep_arena arena;
    int n;
    struct skep_call calls[CALL_MAX_MANY];
    struct skep_value values[CALL_MAX_MANY];
};

struct bench_call *bench_call_new(const char *folder, const char *kernel, const char *args, int many)
{
    struct bench_call *call = calloc(1, sizeof *call);
    struct skep_error err = {0};
    const struct skep_node *node;
    struct skep_arg *bound;
    bool is_reference;

    if (call == NULL || many > CALL_MAX_MANY) {
        bench_die("%s: no room for %d calls", kernel, many);
    }
    call->kernel = skep_kernel_find(kernel);
    if (call->kernel == NULL) {
        bench_die("no kernel %s", kernel);
    }
    bench_need(skep_roots_new(&call->roots, &err), &err, folder);
    bench_need(skep_roots_add(call->roots, folder, &err), &err, folder);
    bench_need(skep_npy_cache_new(call->roots, 64, (uint64_t)1 << 36, &call->cache, &err), &err, folder);
    skep_arena_init(&call->bound, arena_bytes);
    skep_arena_init_guarded(&call->arena, arena_bytes);
    bench_need(skep_json_parse(args, strlen(args), NULL, &call->bound, &node, &err), &err, args);
    bench_need(skep_args_bind(call->kernel, node, call->cache, &call->bound, &bound, &is_reference, &err),
               &err, kernel);
    call->n = many > 0 ? many : 1;
    for (int i = 0; i < call->n; i++) {
        call->calls[i] = (struct skep_call){
            .args = bound, .arena = &call->arena, .attempt = 1, .stream = {1, (uint64_t)i}};
    }
    return call;
}

void bench_call_free(struct bench_call *call)
{
    if (call != NULL) {
        skep_npy_cache_free(call->cache);
        skep_roots_free(call->roots);
        skep_arena_release(&call->bound);
        skep_arena_release(&call->arena);
        free(call);
    }
}

const struct skep_value *bench_call_run(struct bench_call *call, skep_kernel_run run)
{
    struct skep_error err = {0};

    skep_arena_reset(&call->arena, arena_bytes);
    if (run == NULL && call->n > 1 && call->kernel->run_many != NULL) {
        bench_need(call->kernel->run_many(call->calls, call->n, call->values, &err), &err,
                   call->kernel->name);
        return call->values;
    }
    for (int i = 0; i < call->n; i++) {
        bench_need((run != NULL ? run : call->kernel->run)(&call->calls[i], &call->values[i], &err), &err,
                   call->kernel->name);
    }
    return call->values;
}

skep_kernel_run bench_call_reference(const struct bench_call *call)
{
    return call->kernel->reference;
}

struct skep_value bench_value_copy(const struct skep_value *value)
{
    struct skep_value copy = *value;

    if (value->kind == SKEP_VALUE_ARRAY) {
        const struct skep_view *view = &value->array;
        size_t bytes = (size_t)skep_view_count(view) * skep_dtype_size(view->dtype);
        void *room = malloc(bytes > 0 ? bytes : 1);
        if (room == NULL) {
            bench_die("no room for a copy of a value");
        }
        skep_view_copy(view, room);
        copy.array.data = room;
    }
    return copy;
}

void bench_value_free(struct skep_value *copy)
{
    if (copy->kind == SKEP_VALUE_ARRAY) {
        free((void *)(uintptr_t)copy->array.data);
    }
    *copy = (struct skep_value){0};
}

bool bench_value_view(const struct skep_value *value, struct skep_view *view_out)
{
    switch (value->kind) {
    case SKEP_VALUE_BOOL:
        skep_view_init(view_out, &value->boolean, SKEP_B1, 0, NULL);
        return true;
    case SKEP_VALUE_I64:
        skep_view_init(view_out, &value->i64, SKEP_I8, 0, NULL);
        return true;
    case SKEP_VALUE_U64:
        skep_view_init(view_out, &value->u64, SKEP_U8, 0, NULL);
        return true;
    case SKEP_VALUE_F64:
        skep_view_init(view_out, &value->f64, SKEP_F8, 0, NULL);
        return true;
    case SKEP_VALUE_ARRAY:
        *view_out = value->array;
        return true;
    default:
        return false;
    }
}

bool bench_is_close(const struct skep_value *value, const struct skep_value *expected, double rtol,
                    double *worst_out)
{
    struct skep_view a, b;
    double largest = 0.0;
    int64_t n;

    *worst_out = 0.0;
    if (!bench_value_view(value, &a) || !bench_value_view(expected, &b)) {
        return true;
    }
    n = skep_view_count(&a);
    if (n != skep_view_count(&b)) {
        *worst_out = INFINITY;
        return false;
    }
    for (int64_t i = 0; i < n; i++) {
        double x = skep_view_get_f8(&a, i), y = skep_view_get_f8(&b, i);
        if (x != y && !(isnan(x) && isnan(y))) {
            *worst_out = fmax(*worst_out, isnan(x) || isnan(y) ? INFINITY : fabs(x - y));
        }
        if (isfinite(y)) {
            largest = fmax(largest, fabs(y));
        }
    }
    if (*worst_out > 0.0) {
        *worst_out /= largest > 0.0 ? largest : 1.0;
    }
    return *worst_out <= rtol;
}
