/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_RUN_PLAN_FIXTURE_H
#define SKEP_TESTS_UNIT_RUN_PLAN_FIXTURE_H

/* For tests of plans: sweeps over a few files in in/, and the plain tasks that they stand for. */
#include "unit/run/run_fixture.h"

#include "npy/write.h"
#include "run/plan.h"

static struct skep_arena spec_arena, plain_arena; /* the plan's is `arena` */
static struct skep_sweep sweep;
static struct skep_plan *plan;

/* in/NAME: 0, 1, 2, ... of DTYPE, divided by 8 where that has fractions. */
static inline void put_numbers(const char *name, enum skep_dtype dtype, int ndim, const int64_t *shape)
{
    int64_t n = skep_shape_count(ndim, shape);
    struct skep_roots *roots;
    struct skep_view view;
    double *f8 = calloc((size_t)n + 1, sizeof *f8);
    int64_t *i8 = (int64_t *)f8;
    int32_t *i4 = (int32_t *)f8;

    for (int64_t i = 0; i < n; i++) {
        if (dtype == SKEP_F8) {
            f8[i] = (double)i / 8;
        } else if (dtype == SKEP_I8) {
            i8[i] = i;
        } else {
            i4[i] = (int32_t)i;
        }
    }
    assert_int_equal(skep_roots_new(&roots, NULL), SKEP_OK);
    add_root(roots, "in");
    skep_view_init(&view, f8, dtype, ndim, shape);
    assert_int_equal(skep_npy_write(roots, name, strlen(name), &view, false, NULL), SKEP_OK);
    skep_roots_free(roots);
    free(f8);
}

static inline int set_up_plan(void **state)
{
    (void)set_up(state);
    put_numbers("table.npy", SKEP_F8, 2, (const int64_t[]){6, 8});
    put_numbers("whole.npy", SKEP_I4, 2, (const int64_t[]){6, 8});
    put_numbers("long.npy", SKEP_F8, 1, (const int64_t[]){40000});
    put_numbers("huge.npy", SKEP_F8, 1, (const int64_t[]){200000}); /* more than the cache maps at once */
    put_numbers("x_0.npy", SKEP_F8, 1, (const int64_t[]){4});
    put_numbers("x_1.npy", SKEP_F8, 1, (const int64_t[]){7});
    put_numbers("some.npy", SKEP_I8, 1, (const int64_t[]){5});
    put_numbers("real.npy", SKEP_F8, 1, (const int64_t[]){5});
    skep_arena_init(&spec_arena, 16 << 20);
    skep_arena_init(&plain_arena, 16 << 20);
    plan = NULL;
    return 0;
}

static inline int tear_down_plan(void **state)
{
    skep_plan_free(plan);
    skep_arena_release(&spec_arena);
    skep_arena_release(&plain_arena);
    return tear_down(state);
}

static inline void read_sweep(const char *spec)
{
    const struct skep_limits limits = {0};
    struct skep_error err = {0};

    skep_arena_reset(&spec_arena, SIZE_MAX);
    if (skep_sweep_parse(spec, strlen(spec), &limits, &spec_arena, &sweep, &err) != SKEP_OK) {
        fail_msg("%s: %s", spec, err.text);
    }
}

static inline void make_plan(const char *spec)
{
    struct skep_error err = {0};

    read_sweep(spec);
    skep_plan_free(plan);
    if (skep_plan_new(&run, &sweep, &arena, &plan, &err) != SKEP_OK) {
        fail_msg("%s: %s", spec, err.text);
    }
}

static inline void begin(int64_t lo, int64_t hi)
{
    struct skep_error err = {0};

    if (skep_plan_begin(plan, lo, hi, &err) != SKEP_OK) {
        fail_msg("begin: %s", err.text);
    }
}

static inline struct skep_point_outcome run_point(int64_t position)
{
    struct skep_point_outcome outcome = {0};

    skep_plan_run(plan, position, 1, &outcome);
    return outcome;
}

/* The value of a task, which is a number. */
static inline double number_at(int64_t position)
{
    struct skep_point_outcome outcome = run_point(position);

    if (outcome.status != SKEP_OK) {
        fail_msg("position %lld: %s", (long long)position, outcome.err.text);
    }
    assert_int_equal(outcome.value.kind, SKEP_VALUE_F64);
    return outcome.value.f64;
}

static inline void check_failure(int64_t position, skep_status status, const char *message)
{
    struct skep_point_outcome outcome = run_point(position);

    assert_int_equal(outcome.status, status);
    assert_string_equal(outcome.err.text, message);
}

/* ---- beside plain tasks ---- */

/* What the plain task of POSITION comes to. */
static inline struct skep_outcome plain_outcome(int64_t position, int64_t index)
{
    struct skep_outcome outcome;
    struct skep_work work;
    struct skep_error err = {0};
    struct skep_buf buf;

    skep_arena_reset(&plain_arena, SIZE_MAX);
    skep_buf_init(&buf, 1 << 20);
    skep_buf_printf(&buf, "#skep i=%lld\n", (long long)index);
    if (skep_plan_record(plan, position, &buf, &err) != SKEP_OK) { /* no plain task says that */
        outcome = (struct skep_outcome){.status = err.status, .err = err};
        skep_buf_release(&buf);
        return outcome;
    }
    skep_work_read(&run, buf.bytes, buf.length, &plain_arena, &work);
    if (work.status != SKEP_OK) {
        fail_msg("%s: %s", buf.bytes, work.err.text);
    }
    skep_run_work(&run, &work, &plain_arena, &outcome);
    skep_buf_release(&buf);
    return outcome;
}

static inline bool is_same_view(const struct skep_view *a, const struct skep_view *b)
{
    size_t bytes = (size_t)skep_view_count(a) * skep_dtype_size(a->dtype);

    return a->dtype == b->dtype && a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof a->shape[0]) == 0 &&
           (bytes == 0 || memcmp(a->data, b->data, bytes) == 0);
}

static inline bool is_same_value(const struct skep_result_value *a, const struct skep_result_value *b)
{
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case SKEP_RESULT_ARRAY:
        return is_same_view(&a->view, &b->view);
    case SKEP_RESULT_JSON:
        return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
    case SKEP_RESULT_BOOL:
        return a->boolean == b->boolean;
    case SKEP_RESULT_NULL:
        return true;
    default:
        return a->u64 == b->u64; /* bits */
    }
}

/* The tasks at all positions, in chunks of CHUNK, and their plain tasks: the same values or words. Returns
 * how many succeeded. */
static inline int64_t check_same(const char *spec, int64_t chunk)
{
    int64_t n_ok = 0;

    make_plan(spec);
    for (int64_t lo = 0; lo < sweep.n; lo += chunk) {
        int64_t hi = lo + chunk < sweep.n ? lo + chunk : sweep.n;
        begin(lo, hi);
        for (int64_t p = lo; p < hi; p++) {
            struct skep_point_outcome outcome = run_point(p);
            struct skep_outcome plain = plain_outcome(p, outcome.index);
            struct skep_result_value value = {.kind = SKEP_RESULT_NULL};
            if (outcome.status == SKEP_OK) { /* a sweep's value may be too large for a line */
                outcome.status = skep_plan_result(plan, &outcome.value, &value, &outcome.err);
            }
            if (outcome.status != plain.status || strcmp(outcome.err.text, plain.err.text) != 0) {
                fail_msg("%s at %lld: \"%s\", but plainly \"%s\"", spec, (long long)p, outcome.err.text,
                         plain.err.text);
            }
            if (outcome.status != SKEP_OK) {
                continue;
            }
            if (!is_same_value(&value, &plain.value)) {
                fail_msg("%s at %lld: another value", spec, (long long)p);
            }
            n_ok++;
        }
        assert_int_equal(skep_plan_check(plan, NULL), SKEP_OK);
        skep_plan_end(plan);
    }
    return n_ok;
}

#endif
