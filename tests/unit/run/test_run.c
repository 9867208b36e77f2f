/* SPDX-License-Identifier: MIT */
/* A task from its record to its value: what is refused is in test_run_refuses.c, inputs that change under a
 * kernel are in test_run_inputs.c. */
#include "unit/run/run_fixture.h"
#include "support/heap.h"

#include <math.h>

/* ---- a kernel of the test ---- */

/* What the call said beside its arguments. */
static struct skep_call seen;

static skep_status look(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    (void)err;
    seen = *call;
    *value_out = (struct skep_value){.kind = SKEP_VALUE_NULL};
    return SKEP_OK;
}

static skep_status look_plainly(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    (void)!look(call, value_out, err);
    value_out->kind = SKEP_VALUE_BOOL;
    return SKEP_OK;
}

static const struct skep_kernel looker = {
    .name = "looker",
    .args = no_args,
    .run = look,
    .reference = look_plainly,
    .cost = skep_cost_little,
};

/* ---- reading ---- */

/* A record is read: its kernel found, its own lines apart from its body. */
static void test_run__reads_a_record(void **state)
{
    static const char record[] = "#skep i=12 q=1732190400000 try=2\n{\"kernel\":\"sum\",\"id\":\"t\"}";
    struct skep_work work = read_work(record);

    (void)state;
    assert_int_equal(work.status, SKEP_OK);
    assert_ptr_equal(work.kernel, skep_kernel_find("sum"));
    assert_string_equal(work.id, "t");
    assert_false(work.is_id_made_up);
    assert_true(work.header.index == 12 && work.header.tries == 2);
    assert_ptr_equal(work.body, strchr(record, '\n') + 1);
    assert_int_equal(work.body_n, strlen(work.body));
}

/* The id is the record's own, else the one that was made up before, else a new one. */
static void test_run__finds_an_id(void **state)
{
    struct skep_work first = read_work("{\"kernel\":\"echo\"}");
    struct skep_work second = read_work("{\"kernel\":\"echo\"}");

    (void)state;
    assert_string_equal(read_work("#skep id=made\n{\"kernel\":\"echo\",\"id\":\"own\"}").id, "own");
    assert_string_equal(read_work("#skep id=made\n{\"kernel\":\"echo\"}").id, "made");
    assert_true(first.is_id_made_up && second.is_id_made_up);
    assert_string_not_equal(first.id, second.id);
}

/* What cannot be read says so, and has an id and a body all the same. */
static void test_run__says_what_is_no_task(void **state)
{
    static const struct {
        const char *record;
        skep_status status;
        const char *body;
    } rows[] = {
        {"", SKEP_E_BAD_RECORD, ""},
        {"nonsense", SKEP_E_BAD_RECORD, "nonsense"},
        {"\xff\xfe", SKEP_E_BAD_RECORD, "\xff\xfe"},
        {"{}", SKEP_E_BAD_RECORD, "{}"},
        {"#skep no pairs\n{}", SKEP_E_BAD_RECORD, "#skep no pairs\n{}"},
        {"#skep i=1\n", SKEP_E_BAD_RECORD, ""},
        {"{\"kernel\":\"summ\"}", SKEP_E_UNKNOWN_KERNEL, "{\"kernel\":\"summ\"}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_work work = read_work(rows[i].record);
        assert_int_equal(work.status, rows[i].status);
        assert_true(work.err.text[0] != '\0');
        assert_true(work.id[0] != '\0');
        assert_int_equal(work.body_n, strlen(rows[i].body));
        assert_memory_equal(work.body, rows[i].body, work.body_n);
    }
    assert_string_equal(read_work("{\"kernel\":\"summ\"}").err.text,
                        "no kernel \"summ\" in this worker; it has those that `skep kernels` lists");
}

/* ---- works ---- */

/* A kernel of the table computes over a file, a slice of it, and an inline list. */
static void test_run__computes(void **state)
{
    (void)state;
    assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy\"}}", NULL).value.f64 == 150);
    assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy[1]\"}}", NULL).value.f64 == 50);
    assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":[0.5,0.25]}}", NULL).value.f64 == 0.75);
    assert_true(success_of("{\"kernel\":\"sum\",\"args\":{\"x\":\"@golden/f8-big.npy\"}}", NULL).value.f64 ==
                150);
}

/* Seed, place in the batch, attempt and variant reach the kernel. */
static void test_run__tells_the_kernel_who_calls(void **state)
{
    (void)state;
    (void)success_of("#skep i=7 try=2\n{\"kernel\":\"echo\",\"seed\":\"18446744073709551615\"}", &looker);
    assert_true(seen.stream.seed == UINT64_MAX && seen.stream.index == 7);
    assert_int_equal(seen.attempt, 3);
    assert_false(seen.is_reference);
    (void)success_of("{\"kernel\":\"echo\"}", &looker);
    assert_true(seen.stream.seed == 0 && seen.stream.index == 0);
    assert_int_equal(seen.attempt, 1);
    assert_int_equal(success_of("{\"kernel\":\"echo\",\"args\":{\"variant\":\"ref\"}}", &looker).value.kind,
                     SKEP_RESULT_BOOL);
    assert_true(seen.is_reference);
}

/* Every kind of value becomes the same kind of result. */
static void test_run__gives_every_kind_of_value(void **state)
{
    struct skep_outcome outcome;

    (void)state;
    wanted_value = (struct skep_value){.kind = SKEP_VALUE_NULL};
    assert_int_equal(success_of("{\"kernel\":\"echo\"}", &giver).value.kind, SKEP_RESULT_NULL);
    wanted_value = (struct skep_value){.kind = SKEP_VALUE_BOOL, .boolean = true};
    outcome = success_of("{\"kernel\":\"echo\"}", &giver);
    assert_true(outcome.value.kind == SKEP_RESULT_BOOL && outcome.value.boolean);
    wanted_value = (struct skep_value){.kind = SKEP_VALUE_I64, .i64 = INT64_MIN};
    outcome = success_of("{\"kernel\":\"echo\"}", &giver);
    assert_true(outcome.value.kind == SKEP_RESULT_I64 && outcome.value.i64 == INT64_MIN);
    wanted_value = (struct skep_value){.kind = SKEP_VALUE_U64, .u64 = UINT64_MAX};
    outcome = success_of("{\"kernel\":\"echo\"}", &giver);
    assert_true(outcome.value.kind == SKEP_RESULT_U64 && outcome.value.u64 == UINT64_MAX);
    outcome = success_of("{\"kernel\":\"echo\",\"args\":{\"a\":[1]}}", NULL);
    assert_int_equal(outcome.value.kind, SKEP_RESULT_JSON);
    assert_int_equal(outcome.value.length, strlen("{\"a\":[1]}"));
    assert_memory_equal(outcome.value.text, "{\"a\":[1]}", outcome.value.length);
}

/* NaN and the infinities go in and come out, alone and in arrays. */
static void test_run__carries_what_json_cannot_say(void **state)
{
    struct skep_outcome outcome;

    (void)state;
    assert_true(isnan(success_of("{\"kernel\":\"echo\",\"args\":{\"v\":\"nan\"}}", &same).value.f64));
    assert_true(success_of("{\"kernel\":\"echo\",\"args\":{\"v\":\"-inf\"}}", &same).value.f64 == -INFINITY);
    outcome = success_of("{\"kernel\":\"echo\",\"args\":{\"x\":[1,\"inf\",\"nan\"]}}", &same);
    assert_int_equal(outcome.value.kind, SKEP_RESULT_ARRAY);
    assert_true(skep_view_get_f8(&outcome.value.view, 1) == INFINITY);
    assert_true(isnan(skep_view_get_f8(&outcome.value.view, 2)));
}

/* 4096 elements travel inline; one more wants an out. */
static void test_run__wants_an_out_for_what_is_large(void **state)
{
    static const double zeros[4097];
    int64_t shape[] = {64, 64};

    (void)state;
    wanted_value.kind = SKEP_VALUE_ARRAY;
    skep_view_init(&wanted_value.array, zeros, SKEP_F8, 2, shape);
    assert_int_equal(success_of("{\"kernel\":\"echo\"}", &giver).value.kind, SKEP_RESULT_ARRAY);
    shape[0] = 4097;
    skep_view_init(&wanted_value.array, zeros, SKEP_F8, 1, shape);
    check_outcome(
        "{\"kernel\":\"echo\"}", &giver, SKEP_E_BAD_ARGS,
        "the value is f8 of shape (4097,), too large for a result (4096 elements): give the task an "
        "\"out\": \"NAME.npy\"");
    (void)success_of("{\"kernel\":\"echo\",\"out\":\"large.npy\"}", &giver);
}

/* Lists without elements take room in a result, too: 4096 travel inline, and no more. */
static void test_run__wants_an_out_for_many_empty_lists(void **state)
{
    static const double none[1];
    int64_t shape[] = {4096, 0, INT64_C(1) << 50};

    (void)state;
    wanted_value.kind = SKEP_VALUE_ARRAY;
    skep_view_init(&wanted_value.array, none, SKEP_F8, 3, shape);
    assert_int_equal(success_of("{\"kernel\":\"echo\"}", &giver).value.kind, SKEP_RESULT_ARRAY);
    shape[0] = INT64_C(1) << 40;
    skep_view_init(&wanted_value.array, none, SKEP_F8, 2, shape);
    check_outcome("{\"kernel\":\"echo\"}", &giver, SKEP_E_BAD_ARGS,
                  "the value is f8 of shape (1099511627776, 0), too large for a result (4096 elements): "
                  "give the task an \"out\": \"NAME.npy\"");
}

/* out/NAME holds what NumPy's file GOLDEN_NAME holds. */
static void check_written(const char *name, const char *golden_name)
{
    size_t n, n_wanted;
    char *got, *wanted = test_read_file(GOLDEN, golden_name, &n_wanted);
    char place[64];

    snprintf(place, sizeof place, "out/%s", name);
    got = test_read_file(folder, place, &n);
    assert_int_equal(n, n_wanted);
    assert_memory_equal(got, wanted, n);
    free(got);
    free(wanted);
}

/* A value with an out goes to that file, byte for byte as NumPy would write it; the result says what it is. A
 * number is an array without axes. */
static void test_run__writes_out(void **state)
{
    struct skep_outcome outcome =
        success_of("{\"kernel\":\"echo\",\"out\":\"x.npy\",\"args\":{\"x\":\"a.npy\"}}", &same);

    (void)state;
    check_written("x.npy", "version-1.npy");
    assert_int_equal(outcome.value.kind, SKEP_RESULT_FILE);
    assert_int_equal(outcome.value.length, strlen("x.npy"));
    assert_memory_equal(outcome.value.text, "x.npy", outcome.value.length);
    assert_int_equal(outcome.value.view.dtype, SKEP_F8);
    assert_true(outcome.value.view.ndim == 2 && outcome.value.view.shape[1] == 4);
    (void)success_of("{\"kernel\":\"echo\",\"out\":\"new/folder/y.npy\",\"args\":{\"v\":2.5}}", &same);
    check_written("new/folder/y.npy", "zero-d.npy");
}

static skep_status stopped_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    (void)err;
    *value_out = (struct skep_value){.kind = SKEP_VALUE_NULL};
    return skep_call_is_stopped(call) ? SKEP_STOPPED : SKEP_OK;
}

/* A kernel that is told to stop is heard. */
static void test_run__hands_a_stop_through(void **state)
{
    const struct skep_kernel stopper = {
        .name = "stopper",
        .args = no_args,
        .run = stopped_run,
        .reference = stopped_run,
        .cost = skep_cost_little,
    };
    atomic_uint stop = 0;

    (void)state;
    run.stop = &stop;
    assert_int_equal(outcome_of("{\"kernel\":\"echo\"}", &stopper).status, SKEP_OK);
    atomic_store(&stop, 1);
    assert_int_equal(outcome_of("{\"kernel\":\"echo\"}", &stopper).status, SKEP_STOPPED);
}

/* What a kernel asks for when it fails is told; what it asks for when it does not is nobody's business. */
static void test_run__a_kernel_may_ask_for_a_wait(void **state)
{
    struct skep_outcome outcome =
        outcome_of("{\"kernel\":\"fail\",\"args\":{\"times\":1,\"retry_after\":2.5}}", NULL);

    (void)state;
    assert_int_equal(outcome.status, SKEP_E_KERNEL);
    assert_true(outcome.retry_after_s == 2.5);
    outcome = outcome_of("{\"kernel\":\"fail\",\"args\":{\"times\":0,\"retry_after\":2.5}}", NULL);
    assert_true(outcome.status == SKEP_OK && outcome.retry_after_s == 0);
    outcome = outcome_of("{\"kernel\":\"fail\"}", NULL);
    assert_true(outcome.status == SKEP_E_KERNEL && outcome.retry_after_s == 0);
}

/* ---- breaks ---- */

/* A record read and run on a heap of its own; whatever the heap refuses. */
static skep_status read_and_run(void *context)
{
    static const char record[] =
        "{\"kernel\":\"sum\",\"args\":{\"x\":{\"path\":\"narrow.npy\",\"view\":\"0\"}}}";
    struct skep_outcome outcome = {.status = SKEP_OK};
    struct skep_arena own;
    struct skep_work work;

    (void)context;
    skep_arena_init(&own, 1 << 20);
    run.cache = NULL;
    outcome.status = skep_npy_cache_new(inputs, 16, 1 << 20, &run.cache, NULL);
    if (outcome.status == SKEP_OK) {
        skep_work_read(&run, record, strlen(record), &own, &work);
        outcome.status = work.status;
    }
    if (outcome.status == SKEP_OK) {
        skep_run_work(&run, &work, &own, &outcome);
    }
    assert_true(outcome.status != SKEP_OK || outcome.value.f64 == 2);
    skep_npy_cache_free(run.cache);
    skep_arena_release(&own);
    return outcome.status;
}

/* However the heap fails: the outcome says so and nothing is left behind. */
static void test_run__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(read_and_run, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_run__reads_a_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__finds_an_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__says_what_is_no_task, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__computes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__tells_the_kernel_who_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__gives_every_kind_of_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__carries_what_json_cannot_say, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__wants_an_out_for_what_is_large, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__wants_an_out_for_many_empty_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__writes_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__hands_a_stop_through, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__a_kernel_may_ask_for_a_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__survives_a_failing_heap, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
