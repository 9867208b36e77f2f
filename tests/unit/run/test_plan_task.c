/* SPDX-License-Identifier: MIT */
/* One task of a chunk; that its value and its words are those of a plain task is in test_plan_same.c. */
#include "unit/run/plan_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "run/plan_parts.h"
#include "sweep/order.h"

/* Let KERNEL run in place of the one that the sweep names, which has the same arguments. */
static void put_kernel(const struct skep_kernel *kernel)
{
    plan->kernel = plan->computation.kernel = kernel;
}

/* What a call said beside its arguments. */
static struct skep_call seen;
static atomic_uint stop;

static skep_status look(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    seen = *call;
    if (skep_call_is_stopped(call)) {
        return SKEP_STOPPED;
    }
    if (call->attempt == 7) {
        call->retry_after_s = 2.5;
        return skep_error_set(err, SKEP_E_KERNEL, "not yet");
    }
    *value_out = (struct skep_value){.kind = SKEP_VALUE_F64, .f64 = (double)call->stream.index - 2};
    return SKEP_OK;
}

static const struct skep_kernel looker = {
    .name = "looker",
    .args = no_args,
    .run = look,
    .reference = look,
    .cost = skep_cost_little,
};

static struct skep_point_outcome run_attempt(int64_t position, unsigned attempt)
{
    struct skep_point_outcome outcome = {0};

    skep_plan_run(plan, position, attempt, &outcome);
    return outcome;
}

/* The kernel gets seed, index and attempt; an order changes where an index comes, not what it computes. */
static void test_plan_task__tells_the_kernel_who_calls(void **state)
{
    static const char *const orders[] = {"index", "random"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char spec[256];
        snprintf(spec, sizeof spec,
                 "{\"kernel\":\"echo\",\"over\":[{\"times\":20}],\"seed\":\"18446744073709551615\","
                 "\"order\":\"%s\"}",
                 orders[i]);
        make_plan(spec);
        put_kernel(&looker);
        begin(5, 15);
        for (int64_t p = 5; p < 15; p++) {
            struct skep_point_outcome outcome = run_attempt(p, 3);
            int64_t index = skep_order_index(&sweep, p);
            assert_int_equal(outcome.status, SKEP_OK);
            assert_int_equal(outcome.index, index);
            assert_true(outcome.value.f64 == (double)index - 2);
            assert_true(seen.stream.seed == UINT64_MAX && seen.stream.index == (uint64_t)index);
            assert_int_equal(seen.attempt, 3);
        }
        skep_plan_end(plan);
    }
}

/* A failure that may be tried again says when; the next task knows nothing of it. */
static void test_plan_task__forgets_a_failure(void **state)
{
    struct skep_point_outcome outcome;

    (void)state;
    make_plan("{\"kernel\":\"echo\",\"over\":[{\"times\":20}]}");
    put_kernel(&looker);
    begin(0, 20);
    skep_plan_run(plan, 0, 7, &outcome);
    assert_int_equal(outcome.status, SKEP_E_KERNEL);
    assert_string_equal(outcome.err.text, "not yet");
    assert_true(outcome.retry_after_s == 2.5);
    skep_plan_run(plan, 1, 1, &outcome);
    assert_int_equal(outcome.status, SKEP_OK);
    assert_true(outcome.retry_after_s == 0 && outcome.err.status == SKEP_OK && outcome.value.f64 == -1);
}

/* Whoever is told to stop says so. */
static void test_plan_task__stops(void **state)
{
    (void)state;
    run.stop = &stop;
    make_plan("{\"kernel\":\"echo\",\"over\":[{\"times\":20}]}");
    put_kernel(&looker);
    begin(0, 20);
    assert_int_equal(run_point(0).status, SKEP_OK);
    atomic_store(&stop, 1);
    assert_int_equal(run_point(1).status, SKEP_STOPPED);
    atomic_store(&stop, 0);
    assert_int_equal(run_point(1).status, SKEP_OK);
}

/* A sweep that stops at a hit is told of it. */
static void test_plan_task__knows_a_hit(void **state)
{
    (void)state;
    make_plan("{\"kernel\":\"echo\",\"over\":[{\"times\":5}],\"stop\":\"first\"}");
    put_kernel(&looker);
    begin(0, 5);
    for (int64_t p = 0; p < 5; p++) {
        assert_int_equal(run_point(p).is_hit, p != 2); /* the value is p - 2 */
    }
    skep_plan_end(plan);
    make_plan("{\"kernel\":\"echo\",\"over\":[{\"times\":5}]}");
    put_kernel(&looker);
    begin(0, 5);
    assert_false(run_point(0).is_hit);
}

/* Arrays that belong to one task are lent to that task alone: more of them than the cache has places. */
static void test_plan_task__lends_for_one_task(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        char name[32];
        snprintf(name, sizeof name, "part_%d.npy", i);
        put_numbers(name, SKEP_F8, 1, (const int64_t[]){i + 1});
    }
    make_plan("{\"kernel\":\"expr\",\"args\":{\"expr\":\"a+b\",\"reduce\":\"sum\",\"vars\":{\"a\":"
              "\"part_{i}.npy\",\"b\":\"real.npy[4]\"}},\"over\":[{\"axis\":\"i\",\"of\":40}]}");
    begin(0, 40);
    for (int64_t i = 0; i < 40; i++) {
        assert_true(number_at(i) == (double)(i * (i + 1)) / 16 + (double)(i + 1) * 0.5);
    }
    assert_int_equal(skep_plan_check(plan, NULL), SKEP_OK);
}

/* Value and cost are told without computing. */
static void test_plan_task__tells_beforehand(void **state)
{
    struct skep_view view;
    struct skep_cost cost = {0};

    (void)state;
    make_plan("{\"kernel\":\"axpy\",\"args\":{\"a\":1,\"x\":\"long.npy[:{n}]\",\"y\":\"long.npy[:{n}]\"},"
              "\"over\":[{\"grid\":\"n\",\"from\":[10,20000,30]}]}");
    begin(0, 3);
    assert_int_equal(skep_plan_value(plan, 1, &view, NULL), SKEP_OK);
    assert_true(view.dtype == SKEP_F8 && view.ndim == 1 && view.shape[0] == 20000);
    assert_int_equal(skep_plan_cost(plan, 1, &cost, NULL), SKEP_OK);
    assert_true(cost.bytes >= 160000 && cost.bytes < 250000);
    skep_plan_end(plan);
    make_plan("{\"kernel\":\"echo\",\"over\":[{\"times\":3}]}");
    begin(0, 3);
    assert_int_equal(skep_plan_value(plan, 1, &view, NULL), SKEP_EMPTY);
}

/* ---- breaks ---- */

/* A kernel beneath which in/table.npy is written to. Fails for the plain variant. */
static skep_status meddle(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    static long seconds = 1000;
    const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    char *path = test_path(folder, "in/table.npy");

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    seconds++;
    free(path);
    *value_out = (struct skep_value){.kind = SKEP_VALUE_BOOL, .boolean = call->args[0].is_given};
    return call->is_reference ? skep_error_set(err, SKEP_E_NUMERIC, "too odd") : SKEP_OK;
}

static const struct skep_arg_spec meddler_args[] = {
    {.name = "x", .kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS}, {0}};

static const struct skep_kernel meddler = {
    .name = "meddler",
    .args = meddler_args,
    .run = meddle,
    .reference = meddle,
    .cost = skep_cost_little,
};

/* What reads a file that changes: of a task's own file at once, of one that the chunk shares when it is
 * checked, and in place of any failure, which may have come of it. */
static void test_plan_task__does_not_believe_a_file_that_changed(void **state)
{
    static const struct {
        const char *args;
        skep_status status, of_chunk;
    } rows[] = {
        {"{\"x\":\"table.npy[{time}]\"}", SKEP_OK, SKEP_E_INPUT_CHANGED},
        {"{\"x\":\"table.npy[{time}]\",\"variant\":\"ref\"}", SKEP_E_INPUT_CHANGED, SKEP_E_INPUT_CHANGED},
        {"{\"x\":{\"path\":\"table.npy\",\"view\":\"[{time}]\"}}", SKEP_E_INPUT_CHANGED, SKEP_OK},
        {"{\"x\":\"real.npy[{time}:]\",\"variant\":\"ref\"}", SKEP_E_NUMERIC, SKEP_OK},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char spec[256];
        struct skep_point_outcome outcome;
        snprintf(spec, sizeof spec, "{\"kernel\":\"sum\",\"args\":%s,\"over\":[{\"times\":2}]}",
                 rows[i].args);
        make_plan(spec);
        put_kernel(&meddler);
        begin(0, 2);
        outcome = run_point(0);
        assert_int_equal(outcome.status, rows[i].status);
        assert_true(outcome.status != SKEP_E_INPUT_CHANGED ||
                    strcmp(outcome.err.text, "table.npy: changed while it was in use") == 0);
        assert_int_equal(skep_plan_check(plan, NULL), rows[i].of_chunk);
        skep_plan_end(plan);
    }
}

int main(void)
{
#define TASK_TEST(fact) cmocka_unit_test_setup_teardown(test_plan_task__##fact, set_up_plan, tear_down_plan)
    const struct CMUnitTest tests[] = {
        TASK_TEST(tells_the_kernel_who_calls),
        TASK_TEST(forgets_a_failure),
        TASK_TEST(stops),
        TASK_TEST(knows_a_hit),
        TASK_TEST(lends_for_one_task),
        TASK_TEST(tells_beforehand),
        TASK_TEST(does_not_believe_a_file_that_changed),
    };
    return cmocka_run_group_tests_name("run/plan_task", tests, NULL, NULL);
}
