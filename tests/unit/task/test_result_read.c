/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <string.h>

#include "task/result.h"
#include "task/result_read.h"

static struct skep_arena arena;
static struct skep_error err;

static int set_up(void **state)
{
    (void)state;
    skep_arena_init(&arena, 64 * 1024 * 1024);
    err = (struct skep_error){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    return 0;
}

static struct skep_result_summary read_result(const char *text)
{
    struct skep_result_summary outcome = {0};

    if (skep_result_read(text, strlen(text), &arena, &outcome, &err) != SKEP_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    return outcome;
}

/* A success has its value, and whatever else stands there is at hand. */
static void test_result_read__reads_success(void **state)
{
    const struct skep_result_summary outcome = read_result(
        "{\"id\":\"t-1\",\"index\":12,\"job\":\"sweep\",\"kernel\":\"sum\",\"version\":2,\"ok\":true,"
        "\"value\":[1,2.5],\"run_s\":0.25,\"from_the_future\":{}}\n");

    (void)state;
    assert_string_equal(outcome.id, "t-1");
    assert_true(outcome.has_index);
    assert_int_equal(outcome.index, 12);
    assert_string_equal(outcome.job, "sweep");
    assert_string_equal(outcome.kernel, "sum");
    assert_true(outcome.is_ok);
    assert_int_equal(outcome.value->n_children, 2);
    assert_null(outcome.cause);
    assert_null(outcome.message);
    assert_true(skep_node_get(outcome.root, "run_s")->f64 == 0.25);
}

/* A failure has its cause and its words; what is absent is so. */
static void test_result_read__reads_failure(void **state)
{
    const struct skep_result_summary outcome =
        read_result("{\"id\":\"t\",\"ok\":false,\"error\":{\"cause\":\"timeout\",\"message\":\"too long\"}}");

    (void)state;
    assert_false(outcome.is_ok);
    assert_string_equal(outcome.cause, "timeout");
    assert_string_equal(outcome.message, "too long");
    assert_null(outcome.value);
    assert_false(outcome.has_index);
    assert_null(outcome.job);
    assert_null(outcome.kernel);
}

/* What the writer writes the reader reads, an array larger than any record included. */
static void test_result_read__reads_what_was_written(void **state)
{
    static double data[4096];
    struct skep_result result = {.id = "t",
                                 .has_index = true,
                                 .index = 7,
                                 .kernel = "star_rk4",
                                 .is_ok = true,
                                 .value = {.kind = SKEP_RESULT_ARRAY},
                                 .worker = "w"};
    struct skep_result_summary outcome;
    struct skep_view view;
    struct skep_buf buf;

    (void)state;
    for (int i = 0; i < 4096; i++) {
        data[i] = (i - 2000) / 7.0 * (i % 2 == 0 ? 1e-12 : 1e12);
    }
    skep_view_init(&result.value.view, data, SKEP_F8, 2, (int64_t[]){1024, 4});
    skep_buf_init(&buf, 1 << 20);
    skep_result_write(&buf, &result);
    assert_true(buf.length > 65536);
    outcome = read_result(buf.bytes);
    skep_buf_release(&buf);
    assert_int_equal(outcome.index, 7);
    assert_string_equal(outcome.kernel, "star_rk4");
    assert_int_equal(skep_node_to_view(outcome.value, &arena, &view, NULL), SKEP_OK);
    assert_int_equal(view.shape[0], 1024);
    assert_memory_equal(view.data, data, sizeof data);
}

/* What is no result is refused with the key that is wrong. */
static void test_result_read__refuses_what_is_no_result(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"", "empty"},
        {"[]", "a result is an object, got an array"},
        {"{}", "\"id\": wanted a text, got nothing"},
        {"{\"id\":7}", "\"id\": wanted a text, got 7"},
        {"{\"id\":\"t\"}", "\"ok\": wanted true or false, got nothing"},
        {"{\"id\":\"t\",\"ok\":1,\"value\":1}", "\"ok\": wanted true or false, got 1"},
        {"{\"id\":\"t\",\"ok\":true}", "ok, but no \"value\""},
        {"{\"id\":\"t\",\"ok\":false}", "\"error\": \"cause\": wanted a text, got nothing"},
        {"{\"id\":\"t\",\"ok\":false,\"error\":7}", "\"error\": \"cause\": wanted a text, got nothing"},
        {"{\"id\":\"t\",\"ok\":false,\"error\":{\"cause\":\"io\"}}",
         "\"error\": \"message\": wanted a text, got nothing"},
        {"{\"id\":\"t\",\"index\":-1,\"ok\":true,\"value\":1}",
         "\"index\": wanted an integer from 0, got -1"},
        {"{\"id\":\"t\",\"index\":1.0,\"ok\":true,\"value\":1}",
         "\"index\": wanted an integer from 0, got 1.0"},
        {"{\"id\":\"t\",\"job\":1,\"ok\":true,\"value\":1}", "\"job\": wanted a text, got 1"},
        {"{\"id\":\"t\",\"kernel\":null,\"ok\":true,\"value\":1}", "\"kernel\": wanted a text, got null"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_result_summary outcome = {.id = "untouched"};
        skep_error_clear(&err);
        assert_int_equal(skep_result_read(rows[i].text, strlen(rows[i].text), &arena, &outcome, &err),
                         SKEP_E_BAD_RECORD);
        assert_string_equal(err.text, rows[i].words);
        assert_string_equal(outcome.id, "untouched");
    }
}

static skep_status read_and_drop(void *context)
{
    struct skep_arena own;
    struct skep_result_summary outcome;
    skep_status st;

    skep_arena_init(&own, 1 << 20);
    st = skep_result_read(context, strlen(context), &own, &outcome, NULL);
    skep_arena_release(&own);
    return st;
}

/* Whichever request for memory fails, the outcome is that, and nothing leaks. */
static void test_result_read__survives_a_failing_heap(void **state)
{
    char text[] = "{\"id\":\"t\",\"ok\":true,\"value\":[1,2,3]}";

    (void)state;
    test_heap_torture(read_and_drop, text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_result_read__reads_success),           TEST(test_result_read__reads_failure),
        TEST(test_result_read__reads_what_was_written),  TEST(test_result_read__refuses_what_is_no_result),
        TEST(test_result_read__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
