/* SPDX-License-Identifier: MIT */
/* A spec, whatever it is, is refused with words or becomes a plan; and at some of its positions the plan's
 * outcome is that of the plain task, in value and words. Files t.npy (6, 8) and v.npy (5,) are there. Kernels
 * that may compute for as long as their numbers say are left out. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "npy/write.h"
#include "run/fault.h"
#include "run/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 4 << 20, SPEC_BYTES = 4096 };

static char folder[] = P_tmpdir "/skep-fuzz-XXXXXX";
static struct skep_roots *roots;
static struct skep_npy_cache *cache;
static struct skep_run run;

static void need(int condition)
{
    if (!condition) {
        abort();
    }
}

static void make_file(const char *name, int ndim, const int64_t *shape)
{
    double numbers[64];
    struct skep_view view;

    for (int i = 0; i < 64; i++) {
        numbers[i] = i - 3;
    }
    skep_view_init(&view, numbers, SKEP_F8, ndim, shape);
    need(skep_npy_write(roots, name, strlen(name), &view, false, NULL) == SKEP_OK);
}

static void tear_down(void)
{
    need(chdir(folder) == 0 && unlink("t.npy") == 0 && unlink("v.npy") == 0 && rmdir(folder) == 0);
}

/* Once: a folder of its own. */
static void set_up(void)
{
    need(mkdtemp(folder) != NULL && atexit(tear_down) == 0);
    need(skep_roots_new(&roots, NULL) == SKEP_OK && skep_roots_add(roots, folder, NULL) == SKEP_OK);
    make_file("t.npy", 2, (const int64_t[]){6, 8});
    make_file("v.npy", 1, (const int64_t[]){5});
    need(skep_npy_cache_new(roots, 16, 1 << 20, &cache, NULL) == SKEP_OK);
    need(skep_fault_install(NULL) == SKEP_OK);
    run = (struct skep_run){.inputs = roots, .outputs = roots, .cache = cache};
}

static int is_allowed(const char *kernel)
{
    static const char *const allowed[] = {"echo", "sum", "mean", "dot", "axpy", "hist", "expr"};

    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        if (strcmp(kernel, allowed[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Memory may be short on one way and not on the other. */
static int is_memory(skep_status status)
{
    return status == SKEP_E_NOMEM || status == SKEP_E_LIMIT;
}

static void compare(struct skep_point_outcome *outcome, const struct skep_plan *plan,
                    const struct skep_outcome *plain)
{
    struct skep_result_value value = {.kind = SKEP_RESULT_NULL};

    if (outcome->status == SKEP_OK) {
        outcome->status = skep_plan_result(plan, &outcome->value, &value, &outcome->err);
    }
    if (is_memory(outcome->status) || is_memory(plain->status)) {
        return;
    }
    need(outcome->status == plain->status && strcmp(outcome->err.text, plain->err.text) == 0);
    if (outcome->status == SKEP_OK) {
        struct skep_buf ours, theirs;
        skep_buf_init(&ours, 16 << 20);
        skep_buf_init(&theirs, 16 << 20);
        skep_result_write_value(&ours, &value);
        skep_result_write_value(&theirs, &plain->value);
        need(ours.length == theirs.length && memcmp(ours.bytes, theirs.bytes, ours.length) == 0);
        skep_buf_release(&ours);
        skep_buf_release(&theirs);
    }
}

/* The plain task of POSITION, if it can be one. */
static void run_both(struct skep_plan *plan, int64_t position)
{
    struct skep_point_outcome outcome;
    struct skep_outcome plain;
    struct skep_work work;
    struct skep_arena arena;
    struct skep_buf record;

    skep_plan_run(plan, position, 1, &outcome);
    skep_arena_init(&arena, 2 * ARENA_BYTES);
    skep_buf_init(&record, 16 << 20);
    skep_buf_printf(&record, "#skep i=%lld\n", (long long)outcome.index);
    if (outcome.status != SKEP_EMPTY && strncmp(outcome.err.text, "filter", 6) != 0 &&
        skep_plan_record(plan, position, &record, NULL) == SKEP_OK && !skep_buf_failed(&record)) {
        skep_work_read(&run, record.bytes, record.length, &arena, &work);
        if (work.status == SKEP_OK) {
            skep_run_work(&run, &work, &arena, &plain);
            compare(&outcome, plan, &plain);
        }
    }
    skep_buf_release(&record);
    skep_arena_release(&arena);
}

static void run_some(struct skep_plan *plan, int64_t n)
{
    const int64_t starts[] = {0, n / 2, n - 1};

    for (size_t i = 0; i < 3; i++) {
        int64_t hi = starts[i] + 3 < n ? starts[i] + 3 : n;
        if (skep_plan_begin(plan, starts[i], hi, NULL) == SKEP_OK) {
            for (int64_t p = starts[i]; p < hi; p++) {
                run_both(plan, p);
            }
            (void)!skep_plan_check(plan, NULL);
            skep_plan_end(plan);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct skep_limits limits = {0};
    static struct skep_sweep sweep;
    struct skep_arena of_spec, of_plan;
    struct skep_plan *plan = NULL;

    if (roots == NULL) {
        set_up();
    }
    if (size > SPEC_BYTES) {
        return 0;
    }
    skep_arena_init(&of_spec, ARENA_BYTES);
    skep_arena_init(&of_plan, ARENA_BYTES);
    if (skep_sweep_parse((const char *)data, size, &limits, &of_spec, &sweep, NULL) == SKEP_OK &&
        is_allowed(sweep.kernel) && skep_plan_new(&run, &sweep, &of_plan, &plan, NULL) == SKEP_OK) {
        run_some(plan, sweep.n);
    }
    skep_plan_free(plan);
    skep_arena_release(&of_plan);
    skep_arena_release(&of_spec);
    return 0;
}
