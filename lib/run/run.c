/* SPDX-License-Identifier: MIT */
#include "run/run.h"

#include <string.h>

#include "base/clock.h"
#include "npy/slice.h"
#include "run/bind.h"
#include "run/compute.h"
#include "run/value.h"

skep_status skep_run_refuse_kernel(const char *name, struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_UNKNOWN_KERNEL,
                          "no kernel \"%.64s\" in this worker; it has those that `skep kernels` lists", name);
}

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
            work->status = skep_run_refuse_kernel(work->task.kernel, &work->err);
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

/* ---- the call ---- */

struct run_call {
    struct skep_computation computation;
    const struct skep_work *work;
    int64_t bound_ns, computed_ns;
};

static skep_status run_bind(struct skep_computation *c, struct skep_error *err)
{
    const struct skep_work *work = ((struct run_call *)c)->work;
    skep_status st = skep_args_bind(work->kernel, work->task.args, c->run->cache, c->call.arena, &c->args,
                                    &c->call.is_reference, err);

    c->call.args = c->args;
    return st;
}

static skep_status run_compute(struct skep_computation *c, struct skep_error *err)
{
    struct run_call *call = (struct run_call *)c;
    skep_status st;

    call->bound_ns = skep_monotonic_ns();
    st = skep_compute_value(c, err);
    call->computed_ns = skep_monotonic_ns();
    return st;
}

static struct run_call run_call_of(const struct skep_run *run, const struct skep_work *work,
                                   struct skep_arena *arena)
{
    return (struct run_call){
        .work = work,
        .computation = {.run = run,
                        .kernel = work->kernel,
                        .bind = run_bind,
                        .call = {.arena = arena,
                                 .stop = run->stop,
                                 .stream = {work->task.seed, work->header.has_index ? work->header.index : 0},
                                 .attempt = work->header.tries + 1}},
    };
}

skep_status skep_run_cost(const struct skep_run *run, const struct skep_work *work, struct skep_arena *arena,
                          struct skep_cost *cost_out, struct skep_error *err)
{
    struct run_call call = run_call_of(run, work, arena);
    bool is_fault;
    skep_status st;

    /* Costs are told from shapes, but arguments that have to be converted are read. */
    call.computation.finish = skep_compute_cost;
    call.computation.cost_out = cost_out;
    st = skep_compute(&call.computation, &is_fault, err);
    skep_npy_cache_end_task(run->cache);
    return st;
}

void skep_run_work(const struct skep_run *run, const struct skep_work *work, struct skep_arena *arena,
                   struct skep_outcome *outcome_out)
{
    struct skep_outcome *outcome = outcome_out;
    struct skep_value value = {0};
    struct run_call call = run_call_of(run, work, arena);
    bool is_fault;
    skep_status st;

    *outcome = (struct skep_outcome){0};
    call.computation.finish = run_compute;
    call.computation.value_out = &value;
    st = skep_run_check_out(work->task.out, &outcome->err);
    if (st == SKEP_OK) {
        st = skep_compute(&call.computation, &is_fault, &outcome->err);
        st = is_fault ? st : skep_compute_check(&call.computation, st, &outcome->err);
    }
    if (st == SKEP_OK) {
        st = work->task.out != NULL
                 ? skep_run_value_write(run, work->task.out, &value, &outcome->value, &outcome->err)
                 : skep_run_value_inline(&value, &outcome->value, &outcome->err);
    }
    skep_npy_cache_end_task(run->cache);
    outcome->status = st;
    outcome->bound_ns = call.bound_ns;
    outcome->computed_ns = call.computed_ns;
    outcome->retry_after_s = st != SKEP_OK ? call.computation.call.retry_after_s : 0;
}
