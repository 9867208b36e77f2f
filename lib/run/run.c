/* SPDX-License-Identifier: MIT */
#include "run/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "npy/slice.h"
#include "npy/write.h"
#include "run/bind.h"
#include "run/fault.h"

enum { RUN_INLINE_MAX_COUNT = 4096 };

void skep_work_read(const struct skep_run *run, const char *bytes, size_t n, struct skep_arena *arena,
                    struct skep_work *work_out)
{
    struct skep_work *work = work_out;
    char made_up[SKEP_ID_BYTES];

    *work = (struct skep_work){.body = bytes, .body_n = n};
    work->status = skep_header_parse(bytes, n, arena, &work->header, &work->body, &work->body_n, &work->err);
    if (work->status != SKEP_OK) {
        work->body = bytes; /* a line that is not ours is the record's: a dead letter keeps every byte */
        work->body_n = n;
    } else {
        work->status =
            skep_task_parse(work->body, work->body_n, &run->limits, arena, &work->task, &work->err);
    }
    if (work->status == SKEP_OK) {
        work->kernel = skep_kernel_find(work->task.kernel);
        if (work->kernel == NULL) {
            work->status =
                skep_error_set(&work->err, SKEP_E_UNKNOWN_KERNEL,
                               "no kernel \"%.64s\" in this worker; it has those that `skep kernels` lists",
                               work->task.kernel);
        }
    }
    work->id = work->task.id != NULL ? work->task.id : work->header.id;
    if (work->id == NULL) {
        skep_task_make_id(made_up);
        work->id = skep_arena_strndup(arena, made_up, strlen(made_up));
        work->is_id_made_up = true;
    }
    if (work->id == NULL) {
        work->id = "unknown";
        work->status = skep_error_set(&work->err, SKEP_E_NOMEM, "no room to read the record");
    }
}

skep_status skep_outcome_cause(skep_status status)
{
    return status == SKEP_E_NOMEM || status == SKEP_E_LIMIT ? SKEP_E_MEMORY_LIMIT : status;
}

/* ---- where the value goes ---- */

skep_status skep_run_check_out(const char *out, struct skep_error *err)
{
    struct skep_slice slice;
    size_t path_n;
    skep_status st;

    if (out == NULL) {
        return SKEP_OK;
    }
    st = skep_ref_parse(out, strlen(out), &path_n, &slice, err);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "out");
        return SKEP_E_BAD_ARGS;
    }
    if (slice.n > 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "out: a slice of an output array belongs to a sweep; "
                              "a plain task writes a whole .npy file");
    }
    if (path_n < 5 || memcmp(out + path_n - 4, ".npy", 4) != 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "out: \"%.80s\" must end in .npy", out);
    }
    return SKEP_OK;
}

/* A scalar as a 0-dimensional array; false for what is no number. */
static bool run_scalar_view(const struct skep_value *value, struct skep_view *view_out)
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
    default:
        return false;
    }
}

static skep_status run_write_out(const struct skep_run *run, const char *out, const struct skep_value *value,
                                 struct skep_result_value *result, struct skep_error *err)
{
    skep_status st;

    result->kind = SKEP_RESULT_FILE;
    result->text = out;
    result->length = strlen(out);
    if (value->kind == SKEP_VALUE_ARRAY) {
        result->view = value->array;
    } else if (!run_scalar_view(value, &result->view)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "out: the value of this kernel is no array");
    }
    st = skep_npy_write(run->outputs, out, strlen(out), &result->view, run->syncs_outputs, err);
    skep_error_prefix(err, "out");
    return st;
}

/* Whether VIEW has few enough elements, and lists of lists: (1000000000, 0) has none, and a billion. */
static bool run_fits_inline(const struct skep_view *view)
{
    int64_t n = 1;

    for (int i = 0; i < view->ndim && view->shape[i] > 0; i++) {
        if (view->shape[i] > RUN_INLINE_MAX_COUNT / n) {
            return false;
        }
        n *= view->shape[i];
    }
    return true;
}

static skep_status run_inline(const struct skep_value *value, struct skep_result_value *result,
                              struct skep_error *err)
{
    char shape[128];

    switch (value->kind) {
    case SKEP_VALUE_NULL:
        result->kind = SKEP_RESULT_NULL;
        break;
    case SKEP_VALUE_BOOL:
        result->kind = SKEP_RESULT_BOOL;
        result->boolean = value->boolean;
        break;
    case SKEP_VALUE_I64:
        result->kind = SKEP_RESULT_I64;
        result->i64 = value->i64;
        break;
    case SKEP_VALUE_U64:
        result->kind = SKEP_RESULT_U64;
        result->u64 = value->u64;
        break;
    case SKEP_VALUE_F64:
        result->kind = SKEP_RESULT_F64;
        result->f64 = value->f64;
        break;
    case SKEP_VALUE_JSON:
        result->kind = SKEP_RESULT_JSON;
        result->text = value->json.text;
        result->length = value->json.length;
        break;
    case SKEP_VALUE_ARRAY:
        if (!run_fits_inline(&value->array)) {
            return skep_error_set(
                err, SKEP_E_BAD_ARGS,
                "the value is %s of shape %s, too large for a result (%d elements): give the task an "
                "\"out\": \"NAME.npy\"",
                skep_dtype_name(value->array.dtype),
                skep_shape_format(value->array.ndim, value->array.shape, shape, sizeof shape),
                RUN_INLINE_MAX_COUNT);
        }
        result->kind = SKEP_RESULT_ARRAY;
        result->view = value->array;
        break;
    }
    return SKEP_OK;
}

/* ---- the call ---- */

/* From arguments to value; a fault may end it at any touch of an array. */
struct computation {
    const struct skep_run *run;
    const struct skep_work *work;
    struct skep_arena *arena;
    struct skep_value *value_out;
    struct skep_arg *args; /* as far as they are bound */
    double retry_after_s;  /* what the kernel asks for if it fails */
};

/* The arguments as the kernel wants them, and the call around them. */
static skep_status run_open_call(struct computation *c, struct skep_call *call, struct skep_error *err)
{
    const struct skep_work *work = c->work;
    skep_status st;

    *call = (struct skep_call){
        .arena = c->arena,
        .stop = c->run->stop,
        .stream = {work->task.seed, work->header.has_index ? work->header.index : 0},
        .attempt = work->header.tries + 1,
    };
    st = skep_args_bind(work->kernel, work->task.args, c->run->cache, c->arena, &c->args, &call->is_reference,
                        err);
    call->args = c->args;
    return st;
}

static skep_status run_compute(void *context, struct skep_error *err)
{
    struct computation *c = context;
    const struct skep_kernel *kernel = c->work->kernel;
    struct skep_call call;
    skep_status st = run_open_call(c, &call, err);

    if (st == SKEP_OK) {
        st = skep_call_check_room(&call, kernel, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    st = (call.is_reference ? kernel->reference : kernel->run)(&call, c->value_out, err);
    c->retry_after_s = call.retry_after_s;
    return st;
}

/* Costs are told from shapes, but arguments that have to be converted are read. */
struct estimate {
    struct computation computation;
    struct skep_cost *cost_out;
};

static skep_status run_estimate(void *context, struct skep_error *err)
{
    struct estimate *e = context;
    struct skep_call call;
    skep_status st = run_open_call(&e->computation, &call, err);

    if (st == SKEP_OK) {
        e->computation.work->kernel->cost(&call, e->cost_out);
        e->cost_out->bytes += (double)e->computation.arena->used_bytes;
    }
    return st;
}

skep_status skep_run_cost(const struct skep_run *run, const struct skep_work *work, struct skep_arena *arena,
                          struct skep_cost *cost_out, struct skep_error *err)
{
    const struct skep_fault_realm realm = {run->cache, arena};
    struct estimate estimate = {{.run = run, .work = work, .arena = arena}, cost_out};
    struct skep_fault fault;
    skep_status st = skep_fault_call(&realm, run_estimate, &estimate, &fault, err);

    skep_npy_cache_end_task(run->cache);
    return st;
}

/* How far ADDRESS is from the elements of VIEW. */
static uintptr_t run_distance(const struct skep_view *view, uintptr_t address)
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
static bool run_is_nearer(const struct computation *c, const struct skep_fault *fault,
                          const struct skep_view *view, uintptr_t *nearest)
{
    struct skep_npy_place place;
    uintptr_t distance;

    if (view->data == NULL || !skep_npy_cache_find_address(c->run->cache, view->data, &place) ||
        strcmp(place.path, fault->place.path) != 0) {
        return false;
    }
    distance = run_distance(view, (uintptr_t)fault->address);
    if (distance >= *nearest) {
        return false;
    }
    *nearest = distance;
    return true;
}

/* The array argument that a fault is nearest to: one file may be several arguments. NULL: none. */
static const char *run_find_argument(const struct computation *c, const struct skep_fault *fault)
{
    const struct skep_arg_spec *specs = c->work->kernel->args;
    const char *name = NULL;
    uintptr_t nearest = UINTPTR_MAX;

    for (size_t i = 0; c->args != NULL && specs[i].name != NULL; i++) {
        const struct skep_arg *arg = &c->args[i];
        int64_t n_items = arg->is_given && specs[i].kind == SKEP_ARG_ARRAYS ? arg->arrays.n : 0;

        if (arg->is_given && specs[i].kind == SKEP_ARG_ARRAY &&
            run_is_nearer(c, fault, &arg->view, &nearest)) {
            name = specs[i].name;
        }
        for (int64_t k = 0; k < n_items; k++) {
            if (run_is_nearer(c, fault, &arg->arrays.items[k].view, &nearest)) {
                name = specs[i].name;
            }
        }
    }
    return name;
}

/* Arguments and kernel, and whether the files they read stayed as they were. */
static skep_status run_call(struct computation *c, struct skep_error *err)
{
    const struct skep_fault_realm realm = {c->run->cache, c->arena};
    struct skep_fault fault;
    struct skep_error changed = {0};
    const char *name;
    skep_status st = skep_fault_call(&realm, run_compute, c, &fault, err);

    if (fault.place.path != NULL) {
        name = run_find_argument(c, &fault);
        if (name != NULL) {
            skep_error_prefix(err, "argument \"%s\"", name);
        }
        return st;
    }
    /* A file that changes makes a kernel fail, too, with words that lead astray. */
    if (st != SKEP_STOPPED && skep_npy_cache_check(c->run->cache, &changed) != SKEP_OK) {
        *err = changed;
        return changed.status;
    }
    return st;
}

void skep_run_work(const struct skep_run *run, const struct skep_work *work, struct skep_arena *arena,
                   struct skep_outcome *outcome_out)
{
    struct skep_outcome *outcome = outcome_out;
    struct skep_value value = {0};
    struct computation computation = {.run = run, .work = work, .arena = arena, .value_out = &value};
    skep_status st;

    *outcome = (struct skep_outcome){0};
    st = skep_run_check_out(work->task.out, &outcome->err);
    if (st == SKEP_OK) {
        st = run_call(&computation, &outcome->err);
    }
    if (st == SKEP_OK) {
        st = work->task.out != NULL
                 ? run_write_out(run, work->task.out, &value, &outcome->value, &outcome->err)
                 : run_inline(&value, &outcome->value, &outcome->err);
    }
    skep_npy_cache_end_task(run->cache);
    outcome->status = st;
    outcome->retry_after_s = st != SKEP_OK ? computation.retry_after_s : 0;
}
