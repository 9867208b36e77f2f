/* SPDX-License-Identifier: MIT */
/* A call that is too short for the clock is repeated until the lot takes BENCH_LEAST_S, and the time divided.
 * Each call begins with the arena as it was after the arguments were bound, whose pages stay, as in a slot
 * that computes one task after the other. */
#include "producer/tools/bench_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "producer/tools/bench_watch.h"
#include "run/bind.h"
#include "run/compute.h"
#include "sweep/compare.h"

#define BENCH_LEAST_S 2e-3

/* One variant in its turn. */
struct bench_side {
    enum skep_bench_way way;
    int64_t repeat;
    double spent_s;
    int n_runs;
    double runs_s[SKEP_BENCH_RUNS];
};

struct bench_body {
    struct skep_computation computation;
    struct skep_bench *bench;
    struct skep_bench_watch watch;
    double patience_s;
    struct skep_arena_mark mark; /* behind the arguments */
    struct skep_call calls[SKEP_BENCH_SIDE_BY_SIDE];
    struct skep_value values[SKEP_BENCH_SIDE_BY_SIDE];
    struct bench_side sides[SKEP_BENCH_WAYS];
};

/* ---- calls ---- */

static bool bench_has_way(const struct skep_bench *bench, enum skep_bench_way way)
{
    const struct skep_kernel *kernel = bench->kernel;

    switch (way) {
    case SKEP_BENCH_REFERENCE:
        return kernel->reference != kernel->run && !bench->leaves_reference && !bench->has_given_up;
    case SKEP_BENCH_MANY:
        return kernel->run_many != NULL;
    default:
        return true;
    }
}

static void bench_rewind(struct bench_body *body)
{
    skep_arena_rewind(body->computation.call.arena, &body->mark, SIZE_MAX);
}

/* What becomes of a call that was stopped, unless the user did it. */
static skep_status bench_judge(struct bench_body *body, enum skep_bench_way way, skep_status st,
                               struct skep_error *err)
{
    if (st != SKEP_STOPPED || !skep_bench_watch_was_late(&body->watch)) {
        return st;
    }
    skep_error_clear(err);
    if (way == SKEP_BENCH_REFERENCE) {
        body->bench->has_given_up = true;
        return SKEP_EMPTY;
    }
    return skep_error_set(err, SKEP_E_TIMEOUT,
                          "a call takes longer than %g s: smaller arguments tell as much, or more --seconds",
                          body->patience_s);
}

static skep_status bench_call(struct bench_body *body, enum skep_bench_way way, struct skep_error *err)
{
    const struct skep_kernel *kernel = body->bench->kernel;
    struct skep_call *call = &body->calls[0];

    if (way == SKEP_BENCH_MANY) {
        return kernel->run_many(body->calls, SKEP_BENCH_SIDE_BY_SIDE, body->values, err);
    }
    call->is_reference = way == SKEP_BENCH_REFERENCE;
    return (call->is_reference ? kernel->reference : kernel->run)(call, &body->values[0], err);
}

/* The time of a call, over side->repeat of them. */
static skep_status bench_time(struct bench_body *body, struct bench_side *side, double *seconds_out,
                              struct skep_error *err)
{
    int64_t began_ns = skep_monotonic_ns();
    skep_status st = SKEP_OK;

    skep_bench_watch_allow(&body->watch, body->patience_s);
    for (int64_t i = 0; i < side->repeat && st == SKEP_OK; i++) {
        bench_rewind(body);
        st = bench_call(body, side->way, err);
    }
    st = bench_judge(body, side->way, st, err);
    *seconds_out = (double)(skep_monotonic_ns() - began_ns) * 1e-9;
    side->spent_s += *seconds_out;
    *seconds_out /= (double)side->repeat;
    return st;
}

/* Enough repetitions for the clock; the first ones warm the caches up, too. */
static skep_status bench_choose_repeat(struct bench_body *body, struct bench_side *side,
                                       struct skep_error *err)
{
    double seconds = 0;
    skep_status st;

    side->repeat = 1;
    while ((st = bench_time(body, side, &seconds, err)) == SKEP_OK &&
           seconds * (double)side->repeat < BENCH_LEAST_S) {
        side->repeat *= 2;
    }
    side->spent_s = 0;
    if (seconds >= body->bench->seconds) { /* once is enough */
        side->runs_s[side->n_runs++] = seconds;
        side->spent_s = seconds;
    }
    return st;
}

static int bench_compare_seconds(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static struct skep_bench_time bench_read_side(struct bench_side *side)
{
    double calls = side->way == SKEP_BENCH_MANY ? SKEP_BENCH_SIDE_BY_SIDE : 1;
    double *s = side->runs_s;
    int n = side->n_runs;

    qsort(s, (size_t)n, sizeof *s, bench_compare_seconds);
    return (struct skep_bench_time){
        .n_calls = n * side->repeat * (int64_t)calls,
        .median_s = (n % 2 == 1 ? s[n / 2] : (s[n / 2 - 1] + s[n / 2]) / 2) / calls,
        .least_s = s[0] / calls,
    };
}

static bool bench_is_stopped(const struct skep_bench *bench)
{
    return bench->stop != NULL && atomic_load_explicit(bench->stop, memory_order_relaxed) != 0;
}

/* In turn, until each has had its time. */
static skep_status bench_measure(struct bench_body *body, struct skep_error *err)
{
    bool is_over = false;
    skep_status st = SKEP_OK;

    while (!is_over && st == SKEP_OK) {
        is_over = true;
        for (int way = 0; way < SKEP_BENCH_WAYS && st == SKEP_OK; way++) {
            struct bench_side *side = &body->sides[way];
            if (side->repeat > 0 && side->n_runs < SKEP_BENCH_RUNS &&
                (side->n_runs == 0 || side->spent_s < body->bench->seconds)) {
                st = bench_is_stopped(body->bench) ? SKEP_STOPPED
                                                   : bench_time(body, side, &side->runs_s[side->n_runs], err);
                side->n_runs += st == SKEP_OK;
                side->repeat = st == SKEP_EMPTY ? 0 : side->repeat;
                st = st == SKEP_EMPTY ? SKEP_OK : st;
                is_over = false;
            }
        }
    }
    return st;
}

/* ---- values ---- */

/* VALUE as an array, its number in ROOM; false: it is text or nothing. */
static bool bench_value_view(const struct skep_value *value, struct skep_value *room, struct skep_view *view)
{
    *room = *value;
    switch (value->kind) {
    case SKEP_VALUE_ARRAY:
        *view = value->array;
        return true;
    case SKEP_VALUE_F64:
        *view = (struct skep_view){.data = &room->f64, .dtype = SKEP_F8};
        return true;
    case SKEP_VALUE_I64:
        *view = (struct skep_view){.data = &room->i64, .dtype = SKEP_I8};
        return true;
    case SKEP_VALUE_U64:
        *view = (struct skep_view){.data = &room->u64, .dtype = SKEP_U8};
        return true;
    case SKEP_VALUE_BOOL:
        *view = (struct skep_view){.data = &room->boolean, .dtype = SKEP_B1};
        return true;
    default:
        return false;
    }
}

static double bench_bytes(const struct skep_view *view)
{
    return view->ndim > 0 ? (double)skep_view_count(view) * (double)skep_dtype_size(view->dtype) : 0;
}

/* Both values side by side: neither call is rewound for the other. */
static skep_status bench_compare(struct bench_body *body, struct skep_error *err)
{
    struct skep_bench *bench = body->bench;
    struct skep_value fast, rooms[2];
    struct skep_view views[2];
    struct skep_comparison comparison;
    skep_status st;

    bench_rewind(body);
    skep_bench_watch_allow(&body->watch, body->patience_s);
    st = bench_judge(body, SKEP_BENCH_FAST, bench_call(body, SKEP_BENCH_FAST, err), err);
    fast = body->values[0];
    if (st != SKEP_OK || !bench_value_view(&fast, &rooms[0], &views[0])) {
        return st;
    }
    bench->data_bytes += bench_bytes(&views[0]);
    if (!bench_has_way(bench, SKEP_BENCH_REFERENCE)) {
        return SKEP_OK;
    }
    skep_bench_watch_allow(&body->watch, body->patience_s);
    st = bench_judge(body, SKEP_BENCH_REFERENCE, bench_call(body, SKEP_BENCH_REFERENCE, err), err);
    if (st == SKEP_OK && bench_value_view(&body->values[0], &rooms[1], &views[1])) {
        skep_compare(&views[0], &views[1], &comparison);
        bench->is_compared = true;
        bench->n_different = comparison.has_same_shape ? comparison.n_different : skep_view_count(&views[0]);
        bench->max_abs = comparison.max_abs;
        bench->max_rel = comparison.max_rel;
    }
    return st == SKEP_EMPTY ? SKEP_OK : st; /* given up */
}

static void bench_count_data(struct bench_body *body)
{
    const struct skep_arg_spec *specs = body->bench->kernel->args;

    for (size_t i = 0; specs[i].name != NULL; i++) {
        const struct skep_arg *arg = &body->computation.args[i];
        if (arg->is_given && specs[i].kind == SKEP_ARG_ARRAY) {
            body->bench->data_bytes += bench_bytes(&arg->view);
        }
        for (int64_t k = 0; arg->is_given && specs[i].kind == SKEP_ARG_ARRAYS && k < arg->arrays.n; k++) {
            body->bench->data_bytes += bench_bytes(&arg->arrays.items[k].view);
        }
    }
}

/* ---- the computation ---- */

static skep_status bench_bind(struct skep_computation *c, struct skep_error *err)
{
    struct skep_bench *bench = ((struct bench_body *)c)->bench;
    skep_status st = skep_args_bind(bench->kernel, bench->args, bench->cache, bench->arena, &c->args,
                                    &c->call.is_reference, err);

    c->call.args = c->args;
    if (bench->bound != NULL) {
        bench->bound(bench->bound_context);
    }
    return st;
}

static skep_status bench_finish(struct skep_computation *c, struct skep_error *err)
{
    struct bench_body *body = (struct bench_body *)c;
    struct skep_bench *bench = body->bench;
    skep_status st;

    for (int i = 0; i < SKEP_BENCH_SIDE_BY_SIDE; i++) {
        body->calls[i] = c->call;
        body->calls[i].is_reference = false;
        body->calls[i].stream.index = (uint64_t)i;
    }
    bench->kernel->cost(&body->calls[0], &bench->cost);
    bench->cost.bytes += (double)bench->arena->used_bytes;
    bench_count_data(body);
    st = skep_call_check_room(&body->calls[0], bench->kernel, err);
    body->mark = skep_arena_mark(bench->arena);
    if (st == SKEP_OK) {
        st = bench_compare(body, err);
    }
    for (int way = 0; way < SKEP_BENCH_WAYS && st == SKEP_OK; way++) {
        if (bench_has_way(bench, (enum skep_bench_way)way)) {
            body->sides[way].way = (enum skep_bench_way)way;
            st = bench_choose_repeat(body, &body->sides[way], err);
            if (st == SKEP_EMPTY) { /* given up, where there is nothing to compare */
                body->sides[way].repeat = 0;
                st = SKEP_OK;
            }
        }
    }
    return st == SKEP_OK ? bench_measure(body, err) : st;
}

skep_status skep_bench_run(struct skep_bench *bench, struct skep_error *err)
{
    const struct skep_run run = {.cache = bench->cache};
    struct bench_body *body = skep_calloc(1, sizeof *body);
    bool is_fault;
    skep_status st;

    if (body == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the benchmark");
    }
    *body = (struct bench_body){
        .computation = {.run = &run,
                        .kernel = bench->kernel,
                        .bind = bench_bind,
                        .finish = bench_finish,
                        .call = {.arena = bench->arena,
                                 .stop = &body->watch.word,
                                 .stream = {.seed = bench->seed},
                                 .attempt = 1}},
        .bench = bench,
        .patience_s = fmax(SKEP_BENCH_PATIENCE_S, SKEP_BENCH_PATIENCE * bench->seconds),
    };
    st = skep_bench_watch_begin(&body->watch, bench->stop, err);
    if (st != SKEP_OK) {
        skep_free(body);
        return st;
    }
    st = skep_compute(&body->computation, &is_fault, err);
    skep_bench_watch_end(&body->watch);
    st = is_fault ? st : skep_compute_check(&body->computation, st, err);
    for (int way = 0; way < SKEP_BENCH_WAYS && st == SKEP_OK; way++) {
        if (body->sides[way].n_runs > 0) {
            bench->times[way] = bench_read_side(&body->sides[way]);
        }
    }
    skep_npy_cache_end_task(bench->cache);
    skep_free(body);
    return st;
}
