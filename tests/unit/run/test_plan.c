/* SPDX-License-Identifier: MIT */
/* The life of a plan. That its values and words are those of plain tasks is in test_plan_same.c; filter,
 * inputs and outputs have tests of their own. */
#include "unit/run/plan_fixture.h"
#include "support/heap.h"

#include <unistd.h>

#include "run/fault.h"

static struct skep_npy_cache_stats stats(void)
{
    struct skep_npy_cache_stats s;

    skep_npy_cache_get_stats(cache, &s);
    return s;
}

/* ---- works ---- */

/* What is the same in every task is done once: no reference is looked up again, and the arena does not grow.
 */
static void test_plan__shares_what_is_common(void **state)
{
    size_t used = 0;
    uint64_t views;

    (void)state;
    make_plan(
        "{\"kernel\":\"axpy\",\"args\":{\"a\":\"real.npy[{i}]\",\"x\":\"whole.npy[{i}]\",\"y\":[1,2,3,4,5,"
        "6,7,8]},\"over\":[{\"axis\":\"i\",\"of\":5},{\"times\":100}]}");
    begin(0, 500);
    views = stats().views;
    for (int64_t p = 0; p < 500; p++) {
        assert_int_equal(run_point(p).status, SKEP_OK);
        used = p == 0 ? arena.used_bytes : used;
        assert_int_equal(arena.used_bytes, used);
    }
    assert_int_equal(stats().views, views);
    skep_plan_end(plan);
    assert_int_equal(arena.used_bytes, 0);
}

/* In a steady state the fast ways and the filter leave the heap alone. */
static void test_plan__leaves_the_heap_alone(void **state)
{
    (void)state;
    make_plan("{\"kernel\":\"dot\",\"args\":{\"x\":\"table.npy[{i}]\",\"y\":\"table.npy[{j},:]\"},"
              "\"over\":[{\"pairs\":[\"i\",\"j\"],\"of\":6}],\"filter\":\"i != 3\"}");
    begin(0, sweep.n);
    (void)run_point(0);
    test_heap_begin(0, TEST_HEAP_REST_FAILS);
    for (int64_t p = 0; p < sweep.n; p++) {
        assert_true(run_point(p).status != SKEP_E_NOMEM);
    }
    assert_int_equal(test_heap_requests(), 0);
    test_heap_end();
}

/* A record is that of the plain task, and asking for it does not disturb a value. */
static void test_plan__writes_records(void **state)
{
    struct skep_point_outcome outcome;
    struct skep_buf buf;

    (void)state;
    make_plan(
        "{\"kernel\":\"axpy\",\"args\":{\"a\":\"{r}\",\"x\":\"table.npy[{i}]\",\"y\":[1,2,3,4,5,6,7,8]},"
        "\"over\":[{\"axis\":\"i\",\"of\":6},{\"grid\":\"r\",\"from\":\"0:1:5\"}],\"seed\":\"9\"}");
    begin(0, 30);
    outcome = run_point(6);
    skep_buf_init(&buf, 4096);
    assert_int_equal(skep_plan_record(plan, 13, &buf, NULL), SKEP_OK);
    assert_string_equal(buf.bytes,
                        "{\"kernel\":\"axpy\",\"args\":{\"a\":0.75,\"x\":\"table.npy[2]\",\"y\":[1,2,"
                        "3,4,5,6,7,8]},\"seed\":\"9\"}");
    skep_buf_release(&buf);
    assert_true(skep_view_get_f8(&outcome.value.array, 0) == 0.25 * 1 + 1);
}

/* A file that is replaced is seen by the next chunk. */
static void test_plan__looks_again_in_each_chunk(void **state)
{
    (void)state;
    make_plan("{\"kernel\":\"sum\",\"args\":{\"x\":\"x_0.npy[{i}:]\"},\"over\":[{\"axis\":\"i\",\"of\":2}]}");
    begin(0, 1);
    assert_true(number_at(0) == 6.0 / 8);
    put_numbers("x_0.npy", SKEP_F8, 1, (const int64_t[]){5});
    assert_true(number_at(0) == 6.0 / 8);
    assert_int_equal(skep_plan_check(plan, NULL), SKEP_OK);
    skep_plan_end(plan);
    begin(1, 2);
    assert_true(number_at(1) == 10.0 / 8);
}

/* ---- refuses ---- */

static void check_no_plan(const char *spec, skep_status status, const char *message)
{
    struct skep_error err = {0};

    read_sweep(spec);
    assert_int_equal(skep_plan_new(&run, &sweep, &arena, &plan, &err), status);
    assert_null(plan);
    assert_string_equal(err.text, message);
}

/* What is wrong at every point is said at once, in the words of a plain task. */
static void test_plan__refuses_what_no_point_can_have(void **state)
{
    (void)state;
    check_no_plan("{\"kernel\":\"summ\",\"over\":[{\"times\":3}]}", SKEP_E_UNKNOWN_KERNEL,
                  "no kernel \"summ\" in this worker; it has those that `skep kernels` lists");
    check_no_plan("{\"kernel\":\"sum\",\"args\":{\"y\":1},\"over\":[{\"times\":3}]}", SKEP_E_BAD_ARGS,
                  "unknown argument \"y\": see the arguments with: skep kernels sum");
    check_no_plan("{\"kernel\":\"sum\",\"args\":{},\"over\":[{\"times\":3}]}", SKEP_E_BAD_ARGS,
                  "argument \"x\" is missing");
}

/* The file with a variable's values is not there: no chunk begins, and the next may. */
static void test_plan__refuses_a_chunk(void **state)
{
    struct skep_error err = {0};

    (void)state;
    make_plan("{\"kernel\":\"echo\",\"over\":[{\"grid\":\"x\",\"from\":\"@values.npy\",\"n\":3}]}");
    assert_int_equal(skep_plan_begin(plan, 0, 3, &err), SKEP_E_ARRAY_MISSING);
    assert_memory_equal(err.text, "variable x: @values.npy", 23);
    assert_int_equal(arena.used_bytes, 0);
    put_numbers("values.npy", SKEP_F8, 1, (const int64_t[]){4});
    assert_int_equal(skep_plan_begin(plan, 0, 3, NULL), SKEP_E_INPUT_CHANGED);
    put_numbers("values.npy", SKEP_F8, 1, (const int64_t[]){3});
    begin(0, 3);
    assert_int_equal(run_point(2).status, SKEP_OK);
}

/* ---- breaks ---- */

static void truncate_file(const char *place, off_t bytes)
{
    char *path = test_path(folder, place);

    assert_int_equal(truncate(path, bytes), 0);
    free(path);
}

/* A file that is cut off under a chunk fails those tasks that miss it, and no chunk is believed. */
static void test_plan__survives_a_truncated_file(void **state)
{
    (void)state;
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
    make_plan("{\"kernel\":\"sum\",\"args\":{\"x\":\"long.npy[{n.lo}:{n.hi}]\"},"
              "\"over\":[{\"split\":\"n\",\"from\":\"40000:4\"}]}");
    begin(0, 4);
    (void)number_at(3);
    truncate_file("in/long.npy", 4096 * 8);
    check_failure(3, SKEP_E_INPUT_CHANGED,
                  "argument \"x\": long.npy: was truncated while it was mapped: byte 240128 is gone");
    assert_int_equal(run_point(0).status, SKEP_E_INPUT_CHANGED);
    assert_int_equal(skep_plan_check(plan, NULL), SKEP_E_INPUT_CHANGED);
    skep_plan_end(plan);
    assert_int_equal(arena.used_bytes, 0);
}

/* So is one that holds the values of a variable. */
static void test_plan__survives_truncated_values(void **state)
{
    (void)state;
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
    make_plan("{\"kernel\":\"echo\",\"args\":{\"a\":\"{x}\"},"
              "\"over\":[{\"grid\":\"x\",\"from\":\"@long.npy\",\"n\":40000}],\"filter\":\"x >= 0\"}");
    begin(0, 40000);
    assert_int_equal(run_point(100).status, SKEP_OK);
    truncate_file("in/long.npy", 4096);
    assert_int_equal(run_point(39000).status, SKEP_E_INPUT_CHANGED);
    sweep.filter = NULL;
    assert_int_equal(run_point(39000).status, SKEP_E_INPUT_CHANGED);
    assert_int_equal(skep_plan_record(plan, 39001, &(struct skep_buf){0}, NULL), SKEP_E_INPUT_CHANGED);
    assert_int_equal(skep_plan_check(plan, NULL), SKEP_E_INPUT_CHANGED);
}

/* The life of a plan over all of the sweep: SKEP_OK if all goes well. */
static skep_status make_and_run(void)
{
    struct skep_point_outcome outcome;
    struct skep_arena own;
    skep_status st;

    skep_arena_init(&own, 1 << 20);
    run.cache = NULL;
    st = skep_npy_cache_new(inputs, 16, 1 << 20, &run.cache, NULL);
    if (st == SKEP_OK) {
        st = skep_plan_new(&run, &sweep, &own, &plan, NULL);
    }
    if (st == SKEP_OK) {
        st = skep_plan_begin(plan, 0, sweep.n, NULL);
    }
    for (int64_t p = 0; p < sweep.n && st == SKEP_OK; p++) {
        skep_plan_run(plan, p, 1, &outcome);
        st = outcome.status;
    }
    skep_plan_free(plan);
    plan = NULL;
    skep_npy_cache_free(run.cache);
    skep_arena_release(&own);
    return st;
}

/* Wherever memory gives out, once or for good, it is said (or done another way), and nothing is left behind.
 */
static void test_plan__survives_a_failing_heap(void **state)
{
    static const enum test_heap_mode modes[] = {TEST_HEAP_ONE_FAILS, TEST_HEAP_REST_FAILS};

    (void)state;
    read_sweep(
        "{\"kernel\":\"expr\",\"args\":{\"expr\":\"a+b\",\"vars\":{\"a\":\"table.npy[{i}]\",\"b\":\"{i}\"}},"
        "\"over\":[{\"axis\":\"i\",\"of\":3}],\"filter\":\"i < 3\"}");
    for (size_t m = 0; m < 2; m++) {
        bool has_failed = true;
        for (size_t n = 0; has_failed; n++) {
            skep_status st;
            test_heap_begin(n, modes[m]);
            st = make_and_run();
            assert_int_equal(test_heap_live(), 0);
            has_failed = test_heap_end();
            assert_true(st == SKEP_OK || (has_failed && st == SKEP_E_NOMEM));
        }
    }
}

int main(void)
{
#define PLAN_TEST(fact) cmocka_unit_test_setup_teardown(test_plan__##fact, set_up_plan, tear_down_plan)
    const struct CMUnitTest tests[] = {
        PLAN_TEST(shares_what_is_common),
        PLAN_TEST(leaves_the_heap_alone),
        PLAN_TEST(writes_records),
        PLAN_TEST(looks_again_in_each_chunk),
        PLAN_TEST(refuses_what_no_point_can_have),
        PLAN_TEST(refuses_a_chunk),
        PLAN_TEST(survives_a_truncated_file),
        PLAN_TEST(survives_truncated_values),
        PLAN_TEST(survives_a_failing_heap),
    };
    return cmocka_run_group_tests_name("run/plan", tests, NULL, NULL);
}
