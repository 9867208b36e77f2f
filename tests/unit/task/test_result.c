/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <math.h>
#include <string.h>

#include "task/json_read.h"
#include "task/result.h"

static struct skep_buf buf;
static struct skep_arena arena;

static int set_up(void **state)
{
    (void)state;
    skep_buf_init(&buf, 1 << 20);
    skep_arena_init(&arena, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_buf_release(&buf);
    skep_arena_release(&arena);
    return 0;
}

static const char *written(const struct skep_result *result)
{
    skep_buf_reset(&buf);
    skep_result_write(&buf, result);
    return buf.bytes;
}

static struct skep_result full_result(void)
{
    return (struct skep_result){.id = "t-1",
                                .has_index = true,
                                .index = 12,
                                .job = "sweep",
                                .kernel = "sum",
                                .kernel_version = 2,
                                .is_ok = true,
                                .value = {.kind = SKEP_RESULT_F64, .f64 = 0.1},
                                .attempt = 1,
                                .worker = "host-1-2-3",
                                .slot = 3,
                                .host = "host",
                                .queued_ms = 1795255445123,
                                .started_ms = 1795255446000,
                                .finished_ms = 1795255446001,
                                .usage = {0.001234567, 0.001, 0.25, 4096, 7, 1, 3, 2}};
}

#define WHERE                                                                                                \
    "\"attempt\":1,\"worker\":\"host-1-2-3\",\"slot\":3,\"host\":\"host\","                                  \
    "\"queued\":\"2026-11-21T10:04:05.123Z\",\"started\":\"2026-11-21T10:04:06.000Z\","                      \
    "\"finished\":\"2026-11-21T10:04:06.001Z\",\"run_s\":0.001234567,\"user_s\":0.001,\"system_s\":0.25,"    \
    "\"peak_rss_bytes\":4096,\"minor_faults\":7,\"major_faults\":1,\"voluntary_switches\":3,"                \
    "\"involuntary_switches\":2"

/* A result that went well has every field in its place. */
static void test_result__writes_success(void **state)
{
    struct skep_result result = full_result();
    const struct skep_node *meta;

    (void)state;
    assert_int_equal(skep_json_parse("{\"row\": 3}", 10, NULL, &arena, &meta, NULL), SKEP_OK);
    result.meta = meta;
    assert_string_equal(written(&result),
                        "{\"id\":\"t-1\",\"index\":12,\"job\":\"sweep\",\"kernel\":\"sum\",\"version\":2,"
                        "\"ok\":true,\"value\":0.1," WHERE ",\"meta\":{\"row\":3}}");
}

/* A failure has its cause, from the closed list, and its words. */
static void test_result__writes_failure(void **state)
{
    struct skep_result result = full_result();

    (void)state;
    result.is_ok = false;
    result.cause = SKEP_E_BAD_ARGS;
    result.message = "\"r\": wanted a number";
    assert_string_equal(written(&result),
                        "{\"id\":\"t-1\",\"index\":12,\"job\":\"sweep\",\"kernel\":\"sum\",\"version\":2,"
                        "\"ok\":false,\"error\":{\"cause\":\"bad-args\",\"message\":\"\\\"r\\\": wanted a "
                        "number\"}," WHERE "}");
    result.message = NULL;
    assert_non_null(strstr(written(&result), "\"message\":\"the arguments do not fit the kernel\""));
}

/* What its attempt has printed comes with it: bytes that are no text become a mark for that, and where only
 * the end is there it says how much there was. */
static void test_result__writes_what_was_printed(void **state)
{
    struct skep_result_output output[SKEP_RESULT_OUTPUTS] = {{.text = "a\n\"b\"\xff", .n = 6, .total_n = 6}};
    struct skep_result result = full_result();

    (void)state;
    result.output = output;
    assert_non_null(
        strstr(written(&result), "\"involuntary_switches\":2,\"stdout\":\"a\\n\\\"b\\\"\xef\xbf\xbd\"}"));
    output[SKEP_RESULT_STDOUT] = (struct skep_result_output){0};
    output[SKEP_RESULT_STDERR] = (struct skep_result_output){.text = "end", .n = 3, .total_n = 100000};
    assert_non_null(
        strstr(written(&result), "\"involuntary_switches\":2,\"stderr\":\"end\",\"stderr_bytes\":100000}"));
    assert_null(strstr(buf.bytes, "stdout"));
}

/* What is not known is absent, but for times, which are null. */
static void test_result__leaves_out_what_is_not_known(void **state)
{
    const struct skep_result result = {.id = "t", .is_ok = false, .cause = SKEP_E_BAD_RECORD, .message = "m"};

    (void)state;
    assert_string_equal(written(&result),
                        "{\"id\":\"t\",\"ok\":false,\"error\":{\"cause\":\"bad-record\",\"message\":\"m\"},"
                        "\"attempt\":0,\"slot\":0,\"queued\":null,\"started\":null,\"finished\":null,"
                        "\"run_s\":0.0,\"user_s\":0.0,\"system_s\":0.0,\"peak_rss_bytes\":0,"
                        "\"minor_faults\":0,\"major_faults\":0,\"voluntary_switches\":0,"
                        "\"involuntary_switches\":0}");
}

/* A time that no calendar has, from a header somebody made up, is null. */
static void test_result__writes_impossible_times_as_null(void **state)
{
    struct skep_result result = full_result();

    (void)state;
    result.queued_ms = INT64_MAX;
    result.started_ms = -1;
    assert_non_null(strstr(written(&result), "\"queued\":null,\"started\":null,\"finished\":\"2026"));
}

static const char *value_of(const struct skep_result_value *value)
{
    struct skep_result result = {.id = "t", .is_ok = true, .value = *value};
    char *end;

    written(&result);
    end = strstr(buf.bytes, ",\"attempt\"");
    assert_non_null(end);
    *end = '\0';
    return buf.bytes + strlen("{\"id\":\"t\",\"ok\":true,\"value\":");
}

/* Each kind of value has its JSON. */
static void test_result__writes_every_kind_of_value(void **state)
{
    static const int64_t data[] = {1, 2, 3, 4};
    struct skep_result_value value = {.kind = SKEP_RESULT_NULL};

    (void)state;
    assert_string_equal(value_of(&value), "null");
    value = (struct skep_result_value){.kind = SKEP_RESULT_BOOL, .boolean = true};
    assert_string_equal(value_of(&value), "true");
    value = (struct skep_result_value){.kind = SKEP_RESULT_I64, .i64 = INT64_MIN};
    assert_string_equal(value_of(&value), "-9223372036854775808");
    value = (struct skep_result_value){.kind = SKEP_RESULT_U64, .u64 = UINT64_MAX};
    assert_string_equal(value_of(&value), "\"18446744073709551615\"");
    value = (struct skep_result_value){.kind = SKEP_RESULT_F64, .f64 = NAN};
    assert_string_equal(value_of(&value), "\"nan\"");
    value = (struct skep_result_value){.kind = SKEP_RESULT_JSON, .text = "{\"a\":[1]}", .length = 9};
    assert_string_equal(value_of(&value), "{\"a\":[1]}");
    value = (struct skep_result_value){.kind = SKEP_RESULT_ARRAY};
    skep_view_init(&value.view, data, SKEP_I8, 2, (int64_t[]){2, 2});
    assert_string_equal(value_of(&value), "[[1,2],[3,4]]");
    value = (struct skep_result_value){.kind = SKEP_RESULT_FILE, .text = "out/\"te\".npy", .length = 12};
    skep_view_init(&value.view, NULL, SKEP_F8, 2, (int64_t[]){2, 6});
    assert_string_equal(value_of(&value),
                        "{\"path\":\"out/\\\"te\\\".npy\",\"dtype\":\"f8\",\"shape\":[2,6]}");
}

/* A result is one line, whatever ids and messages hold. */
static void test_result__is_one_line(void **state)
{
    struct skep_result result = full_result();

    (void)state;
    result.is_ok = false;
    result.id = "a\nb";
    result.cause = SKEP_E_KERNEL;
    result.message = "first\nsecond\r\xFF\x1B";
    written(&result);
    assert_null(strpbrk(buf.bytes, "\r\n\x1B"));
    assert_non_null(strstr(buf.bytes, "\"first\\nsecond\\r\xEF\xBF\xBD\\u001b\""));
}

static skep_status write_and_drop(void *context)
{
    struct skep_buf own;
    bool failed;

    skep_buf_init(&own, 100000);
    skep_result_write(&own, context);
    failed = skep_buf_failed(&own);
    skep_buf_release(&own);
    return failed ? SKEP_E_NOMEM : SKEP_OK;
}

/* Whichever request for memory fails, the buffer says so at the end. */
static void test_result__survives_a_failing_heap(void **state)
{
    struct skep_result result = full_result();

    (void)state;
    test_heap_torture(write_and_drop, &result);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_result__writes_success),
        TEST(test_result__writes_failure),
        TEST(test_result__writes_what_was_printed),
        TEST(test_result__leaves_out_what_is_not_known),
        TEST(test_result__writes_impossible_times_as_null),
        TEST(test_result__writes_every_kind_of_value),
        TEST(test_result__is_one_line),
        TEST(test_result__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
