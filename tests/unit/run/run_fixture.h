/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_RUN_RUN_FIXTURE_H
#define SKEP_TESTS_UNIT_RUN_RUN_FIXTURE_H

/* For tests that take a task from its record to its value. The record names a kernel of the table; where the
 * test wants to see what a kernel gets, or to give back what it likes, it puts a kernel of its own in its
 * place. */
#include "support/test.h"
#include "support/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "npy/file.h"
#include "run/run.h"

#define GOLDEN SKEP_TESTS_DIR "/golden/npy"

static char *folder; /* in/ and out/ and, outside of both, secret.npy */
static struct skep_arena arena;
static struct skep_roots *inputs, *outputs;
static struct skep_npy_cache *cache;
static struct skep_run run;
static int n_calls; /* of the test's own kernels */

static inline void add_root(struct skep_roots *roots, const char *name)
{
    char *path = test_path(folder, name);

    assert_int_equal(skep_roots_add(roots, path, NULL), SKEP_OK);
    free(path);
}

static inline void make_folder(const char *name)
{
    char *path = test_path(folder, name);

    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
}

/* NumPy's file NAME as in/AS, with MORE bytes behind it. */
static inline void copy_golden_and_more(const char *name, const char *as, size_t more)
{
    size_t n;
    char *bytes = test_read_file(GOLDEN, name, &n);
    char *both = calloc(1, n + more);
    char place[64];

    memcpy(both, bytes, n);
    snprintf(place, sizeof place, "in/%s", as);
    test_write_file(folder, place, both, n + more);
    free(both);
    free(bytes);
}

static inline void copy_golden(const char *name, const char *as)
{
    copy_golden_and_more(name, as, 0);
}

/* The same, too large to be read instead of mapped. */
static inline void copy_golden_mapped(const char *name, const char *as)
{
    copy_golden_and_more(name, as, SKEP_NPY_SMALL_BYTES);
}

static inline int set_up(void **state)
{
    (void)state;
    folder = test_make_folder();
    make_folder("in");
    make_folder("out");
    copy_golden("f8-little.npy", "a.npy");
    copy_golden("f4-little.npy", "narrow.npy");
    skep_arena_init(&arena, 16 << 20);
    assert_int_equal(skep_roots_new(&inputs, NULL), SKEP_OK);
    assert_int_equal(skep_roots_new(&outputs, NULL), SKEP_OK);
    add_root(inputs, "in");
    add_root(outputs, "out");
    assert_int_equal(skep_roots_add(inputs, "golden=" GOLDEN, NULL), SKEP_OK);
    assert_int_equal(skep_npy_cache_new(inputs, 16, 1 << 20, &cache, NULL), SKEP_OK);
    run = (struct skep_run){.inputs = inputs, .outputs = outputs, .cache = cache};
    n_calls = 0;
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    skep_npy_cache_free(cache);
    skep_roots_free(inputs);
    skep_roots_free(outputs);
    skep_arena_release(&arena);
    test_remove_folder(folder);
    return 0;
}

static inline struct skep_work read_work(const char *record)
{
    struct skep_work work;

    skep_work_read(&run, record, strlen(record), &arena, &work);
    return work;
}

/* What becomes of RECORD; KERNEL, if not NULL, takes the place of the one it names. */
static inline struct skep_outcome outcome_of(const char *record, const struct skep_kernel *kernel)
{
    struct skep_work work = read_work(record);
    struct skep_outcome outcome;

    if (work.status != SKEP_OK) {
        fail_msg("%s: %s", record, work.err.text);
    }
    work.kernel = kernel != NULL ? kernel : work.kernel;
    skep_run_work(&run, &work, &arena, &outcome);
    return outcome;
}

static inline struct skep_outcome success_of(const char *record, const struct skep_kernel *kernel)
{
    struct skep_outcome outcome = outcome_of(record, kernel);

    if (outcome.status != SKEP_OK) {
        fail_msg("%s: %s", record, outcome.err.text);
    }
    return outcome;
}

static inline void check_outcome(const char *record, const struct skep_kernel *kernel, skep_status status,
                                 const char *message)
{
    struct skep_outcome outcome = outcome_of(record, kernel);

    assert_int_equal(outcome.status, status);
    assert_string_equal(outcome.err.text, message);
}

/* One row: args.x is REFERENCE, and the outcome is STATUS, its message beginning and ending so. */
static inline void check_reference(const char *reference, skep_status status, const char *begins,
                                   const char *ends)
{
    char record[256];
    struct skep_outcome outcome;
    size_t n;

    snprintf(record, sizeof record, "{\"kernel\":\"sum\",\"args\":{\"x\":\"%s\"}}", reference);
    outcome = outcome_of(record, NULL);
    n = strlen(outcome.err.text);
    assert_int_equal(outcome.status, status);
    assert_memory_equal(outcome.err.text, begins, strlen(begins));
    assert_true(n >= strlen(ends));
    assert_string_equal(outcome.err.text + n - strlen(ends), ends);
}

/* ---- kernels of the tests ---- */

/* Gives back its one argument: a number as it is, an array as a copy. */
static const struct skep_arg_spec same_args[] = {
    {.name = "v", .kind = SKEP_ARG_F64},
    {.name = "x", .kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS},
    {0}};

static inline skep_status same_run(struct skep_call *call, struct skep_value *value_out,
                                   struct skep_error *err)
{
    const struct skep_view *x = &call->args[1].view;
    void *data;
    skep_status st;

    n_calls++;
    if (!call->args[1].is_given) {
        *value_out = (struct skep_value){.kind = SKEP_VALUE_F64, .f64 = call->args[0].f64};
        return SKEP_OK;
    }
    st = skep_call_output(call, x->dtype, x->ndim, x->shape, &data, value_out, err);
    if (st == SKEP_OK) {
        skep_view_copy(x, data);
    }
    return st;
}

static const struct skep_kernel same = {
    .name = "same",
    .args = same_args,
    .run = same_run,
    .reference = same_run,
    .cost = skep_cost_little,
};

static const struct skep_arg_spec no_args[] = {{0}};

/* Gives whatever the test wants. */
static struct skep_value wanted_value;

static inline skep_status give_run(struct skep_call *call, struct skep_value *value_out,
                                   struct skep_error *err)
{
    (void)call;
    (void)err;
    n_calls++;
    *value_out = wanted_value;
    return SKEP_OK;
}

static const struct skep_kernel giver = {
    .name = "giver",
    .args = no_args,
    .run = give_run,
    .reference = give_run,
    .cost = skep_cost_little,
};

#endif
