/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <stdio.h>
#include <string.h>

#include "task/record.h"

static struct skep_arena arena;
static struct skep_error err;

static int set_up(void **state)
{
    (void)state;
    skep_arena_init(&arena, 16 * 1024 * 1024);
    err = (struct skep_error){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    return 0;
}

static struct skep_task parse(const char *text)
{
    struct skep_task task = {0};

    if (skep_task_parse(text, strlen(text), NULL, &arena, &task, &err) != SKEP_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    return task;
}

/* The message with which TEXT is refused. */
static const char *refusal(const char *text)
{
    struct skep_task task = {.kernel = "untouched"};

    skep_error_clear(&err);
    if (skep_task_parse(text, strlen(text), NULL, &arena, &task, &err) != SKEP_E_BAD_RECORD) {
        fail_msg("not refused: %s", text);
    }
    assert_string_equal(task.kernel, "untouched");
    return err.text;
}

/* A record of one more field, whose value is VALUE. */
static const char *with_field(const char *key, const char *value)
{
    static char text[8192];

    snprintf(text, sizeof text, "{\"kernel\":\"echo\",\"%s\":%s}", key, value);
    return text;
}

/* What a person types: a kernel and its arguments; all else is absent. */
static void test_record__reads_the_shortest(void **state)
{
    const struct skep_task task = parse("{\"kernel\":\"sum\",\"args\":{\"x\":\"data/a.npy[0:1000]\"}}");

    (void)state;
    assert_string_equal(task.kernel, "sum");
    assert_string_equal(skep_node_get(task.args, "x")->text, "data/a.npy[0:1000]");
    assert_null(task.id);
    assert_null(task.job);
    assert_null(task.out);
    assert_null(task.meta);
    assert_false(task.has_retries);
    assert_true(task.timeout_s == 0 && task.backoff_s == 0);
    assert_true(task.not_before_ms == 0 && task.expires_ms == 0 && task.seed == 0);
    assert_null(parse("{\"kernel\":\"sum\"}").args);
}

/* Each field finds its place. */
static void test_record__reads_every_field(void **state)
{
    const struct skep_task task =
        parse("{\"id\":\"t 1\",\"job\":\"sweep\",\"kernel\":\"te_box\",\"args\":{},\"out\":\"te.npy[3]\","
              "\"retries\":2,\"timeout_s\":1.5,\"backoff_s\":3,\"not_before\":1795255445.25,"
              "\"expires\":\"2026-11-21T10:04:06Z\",\"seed\":42,\"meta\":[1,{\"a\":null}]}");

    (void)state;
    assert_string_equal(task.id, "t 1");
    assert_string_equal(task.job, "sweep");
    assert_string_equal(task.kernel, "te_box");
    assert_int_equal(task.args->n_children, 0);
    assert_string_equal(task.out, "te.npy[3]");
    assert_true(task.has_retries);
    assert_int_equal(task.retries, 2);
    assert_true(task.timeout_s == 1.5);
    assert_true(task.backoff_s == 3);
    assert_int_equal(task.not_before_ms, INT64_C(1795255445250));
    assert_int_equal(task.expires_ms, INT64_C(1795255446000));
    assert_int_equal(task.seed, 42);
    assert_int_equal(task.meta->n_children, 2);
}

/* Both ends of each range are inside. */
static void test_record__takes_the_ends_of_ranges(void **state)
{
    char longest[300];
    char path[4200];

    (void)state;
    assert_int_equal(parse(with_field("retries", "0")).retries, 0);
    assert_true(parse(with_field("retries", "0")).has_retries);
    assert_int_equal(parse(with_field("retries", "1000")).retries, 1000);
    assert_true(parse(with_field("timeout_s", "1e-300")).timeout_s == 1e-300);
    assert_true(parse(with_field("seed", "0")).seed == 0);
    assert_true(parse(with_field("seed", "9223372036854775807")).seed == INT64_MAX);
    assert_true(parse(with_field("seed", "\"18446744073709551615\"")).seed == UINT64_MAX);
    assert_true(parse(with_field("seed", "\"9007199254740993\"")).seed == 9007199254740993);
    assert_int_equal(parse(with_field("not_before", "0.001")).not_before_ms, 1);
    assert_int_equal(parse(with_field("expires", "253402300799.999")).expires_ms, INT64_C(253402300799999));
    snprintf(longest, sizeof longest, "\"%0256d\"", 7);
    assert_int_equal(strlen(parse(with_field("id", longest)).id), 256);
    snprintf(path, sizeof path, "\"%04096d\"", 7);
    assert_int_equal(strlen(parse(with_field("out", path)).out), 4096);
    assert_string_equal(parse(with_field("job", "\"\\u00fcber \\ud83d\\udc1d\"")).job,
                        "\xC3\xBC"
                        "ber \xF0\x9F\x90\x9D");
    assert_int_equal(parse(with_field("meta", "null")).meta->kind, SKEP_NODE_NULL);
    assert_string_equal(parse("{\"kernel\":\"A.z_9-\"}").kernel, "A.z_9-");
}

/* What does not fit a field is refused with the key, what was wanted and what came. */
static void test_record__refuses_wrong_values(void **state)
{
#define NAME    "1 to 256 bytes of printable text"
#define SECONDS "a number of seconds above 0"
#define TIME    "seconds since 1970 or a time like \"2026-11-21T10:04:05Z\""
    static const struct {
        const char *key, *value, *wanted, *got;
    } rows[] = {
        {"id", "7", NAME, "7"},
        {"id", "null", NAME, "null"},
        {"id", "\"\"", NAME, "the text \"\""},
        {"id", "\"a\\nb\"", NAME, "the text \"a?b\""},
        {"id", "\"\\u001b[2J\"", NAME, "the text \"?[2J\""},
        {"id", "\"\\u009b\"", NAME, "the text \"?\""},
        {"job", "[\"a\"]", NAME, "an array of 1"},
        {"args", "[1,2]", "an object", "an array of 2"},
        {"args", "null", "an object", "null"},
        {"out", "true", "a path of 1 to 4096 bytes of printable text", "true"},
        {"retries", "-1", "an integer from 0 to 1000", "-1"},
        {"retries", "1001", "an integer from 0 to 1000", "1001"},
        {"retries", "3.0", "an integer from 0 to 1000", "3.0"},
        {"retries", "\"3\"", "an integer from 0 to 1000", "the text \"3\""},
        {"timeout_s", "0", SECONDS, "0"},
        {"timeout_s", "-0.5", SECONDS, "-0.5"},
        {"timeout_s", "\"inf\"", SECONDS, "the text \"inf\""},
        {"backoff_s", "0.0", SECONDS, "0.0"},
        {"backoff_s", "{}", SECONDS, "an object"},
        {"not_before", "0", TIME, "0"},
        {"not_before", "-5", TIME, "-5"},
        {"not_before", "1e-9", TIME, "1e-09"},
        {"not_before", "\"tomorrow\"", TIME, "the text \"tomorrow\""},
        {"expires", "1795255445123000", TIME, "1795255445123000"}, /* ms for seconds */
        {"expires", "\"2026-11-31T00:00:00Z\"", TIME, "the text \"2026-11-31T00:00:00Z\""},
        {"expires", "1e300", TIME, "1e+300"},
        {"seed", "-1", "an integer from 0 to 2^64 - 1", "-1"},
        {"seed", "1.0", "an integer from 0 to 2^64 - 1", "1.0"},
        {"seed", "\"0x10\"", "an integer from 0 to 2^64 - 1", "the text \"0x10\""},
        {"seed", "\"\"", "an integer from 0 to 2^64 - 1", "the text \"\""},
        {"seed", "\"18446744073709551616\"", "an integer from 0 to 2^64 - 1",
         "the text \"18446744073709551616\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char words[512];
        snprintf(words, sizeof words, "\"%s\": wanted %s, got %s", rows[i].key, rows[i].wanted, rows[i].got);
        assert_string_equal(refusal(with_field(rows[i].key, rows[i].value)), words);
    }
}

/* One byte beyond the longest is too long, and a long text is not repeated in full. */
static void test_record__refuses_long_texts(void **state)
{
    char text[5000];

    (void)state;
    snprintf(text, sizeof text, "\"%0257d\"", 7);
    assert_non_null(strstr(refusal(with_field("id", text)), "got the text \"000"));
    assert_non_null(strstr(err.text, "...\""));
    snprintf(text, sizeof text, "\"%04097d\"", 7);
    assert_non_null(strstr(refusal(with_field("out", text)), "\"out\": wanted a path"));
    snprintf(text, sizeof text, "{\"kernel\":\"%065d\"}", 7);
    assert_non_null(strstr(refusal(text), "\"kernel\": wanted a name of 1 to 64"));
}

/* A record without a kernel, or with a name that is none, is refused. */
static void test_record__wants_a_kernel(void **state)
{
    static const char *const wrong[] = {"\"\"",        "\"a b\"", "\"a/b\"",    "\"a\\u0000b\"",
                                        "\"\\u00e9\"", "7",       "[\"echo\"]", "null"};

    (void)state;
    assert_string_equal(refusal("{}"), "no \"kernel\"");
    assert_string_equal(refusal("{\"args\":{\"kernel\":\"sum\"}}"), "no \"kernel\"");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "{\"kernel\":%s}", wrong[i]);
        (void)refusal(text);
    }
    assert_string_equal(refusal("{\"kernel\":\"a b\"}"),
                        "\"kernel\": wanted a name of 1 to 64 of A-Z a-z 0-9 _ . -, got the text \"a b\"");
}

/* A key that is none is a typing mistake: the nearest that is one is suggested. */
static void test_record__suggests_keys(void **state)
{
    static const struct {
        const char *wrong, *right;
    } rows[] = {{"kernal", "kernel"},
                {"Kernel", "kernel"},
                {"KERNEL", "kernel"},
                {"arg", "args"},
                {"timeout", "timeout_s"},
                {"timeout_ms", "timeout_s"},
                {"notBefore", "not_before"},
                {"expire", "expires"},
                {"retry", "retries"},
                {"seeds", "seed"},
                {"backoff", "backoff_s"},
                {"output", "out"},
                {"meed", "seed"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64];
        char words[128];
        snprintf(text, sizeof text, "{\"%s\":1}", rows[i].wrong);
        snprintf(words, sizeof words, "unknown key \"%s\": did you mean \"%s\"?", rows[i].wrong,
                 rows[i].right);
        assert_string_equal(refusal(text), words);
    }
}

/* A key that resembles none gets the list of those there are, and is harmless to show. */
static void test_record__lists_keys(void **state)
{
    (void)state;
    assert_string_equal(
        refusal("{\"priority\":1}"),
        "unknown key \"priority\": there are kernel, args, id, job, out, seed, meta, retries, "
        "timeout_s, backoff_s, not_before, expires");
    assert_non_null(strstr(refusal("{\"\\u001b[2Jxxxx\":1}"), "unknown key \"?[2Jxxxx\""));
    assert_non_null(strstr(refusal("{\"\":1}"), "unknown key \"\""));
    assert_non_null(strstr(refusal("{\"a key that is longer than any key of ours and goes on and on\":1}"),
                           "unknown key \"a key that is longer than any key of ours and goes on and ...\""));
}

/* What is no JSON object is no record. */
static void test_record__refuses_what_is_no_object(void **state)
{
    (void)state;
    assert_string_equal(refusal(""), "empty");
    assert_string_equal(refusal("  \n"), "empty");
    assert_string_equal(refusal("[1,2]"), "a record is an object, got an array of 2");
    assert_string_equal(refusal("\"sum\""), "a record is an object, got the text \"sum\"");
    assert_string_equal(refusal("{\"kernel\":\"sum\",\"kernel\":\"sum\"}"),
                        "the key \"kernel\" is there twice");
    assert_string_equal(refusal("{\"kernel\":\"sum\",\"args\":{\"x\":1,\"x\":2}}"),
                        "the key \"x\" is there twice");
    assert_non_null(
        strstr(refusal("{\"kernel\":\"sum\"} {\"kernel\":\"sum\"}"), "something follows the end"));
}

static skep_status parse_and_drop(void *context)
{
    struct skep_arena own;
    struct skep_task task;
    skep_status st;

    skep_arena_init(&own, 16 * 1024 * 1024);
    st = skep_task_parse(context, strlen(context), NULL, &own, &task, NULL);
    skep_arena_release(&own);
    return st;
}

/* Whichever request for memory fails, the outcome is that, and nothing leaks. */
static void test_record__survives_a_failing_heap(void **state)
{
    char text[] = "{\"kernel\":\"echo\",\"args\":{\"x\":[1,2,3]},\"meta\":{\"a\":\"b\"}}";

    (void)state;
    test_heap_torture(parse_and_drop, text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_record__reads_the_shortest),
        TEST(test_record__reads_every_field),
        TEST(test_record__takes_the_ends_of_ranges),
        TEST(test_record__refuses_wrong_values),
        TEST(test_record__refuses_long_texts),
        TEST(test_record__wants_a_kernel),
        TEST(test_record__suggests_keys),
        TEST(test_record__lists_keys),
        TEST(test_record__refuses_what_is_no_object),
        TEST(test_record__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
