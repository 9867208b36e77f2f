/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "producer/ask/logs_view.h"

static struct skep_buf buf;

static int set_up(void **state)
{
    (void)state;
    skep_buf_init(&buf, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_buf_release(&buf);
    return 0;
}

static struct skep_logs_entry entry_of(const char *id, const char *text, size_t n)
{
    return (struct skep_logs_entry){.id = id,
                                    .job = "job",
                                    .index = 7,
                                    .attempt = 1,
                                    .worker = "w",
                                    .host = "h",
                                    .slot = 2,
                                    .stream = "stdout",
                                    .text = text,
                                    .text_n = n,
                                    .total_n = n,
                                    .at_ms = INT64_C(1772150645123)};
}

static void check_lines(const struct skep_logs_entry *entry, const char *expected)
{
    skep_buf_reset(&buf);
    skep_logs_view_add(&buf, entry);
    assert_string_equal(buf.bytes, expected);
}

static void check_text(const char *text, size_t n, const char *expected)
{
    const struct skep_logs_entry entry = entry_of("job.7", text, n);

    check_lines(&entry, expected);
}

/* Every line says whose it is, whether the last one was ended or not. */
static void test_logs_view__lines(void **state)
{
    struct skep_logs_entry entry = entry_of("job.7", "one\n", 4);

    (void)state;
    check_text("one", 3, "[job.7 stdout] one\n");
    check_text("one\ntwo\n", 8, "[job.7 stdout] one\n[job.7 stdout] two\n");
    check_text("\n\nx", 3, "[job.7 stdout] \n[job.7 stdout] \n[job.7 stdout] x\n");
    check_text("dos\r\n", 5, "[job.7 stdout] dos\n");
    entry.attempt = 2;
    entry.stream = "stderr";
    check_lines(&entry, "[job.7 stderr, attempt 2] one\n");
    entry.attempt = 1;
    entry.id = NULL;
    check_lines(&entry, "[job.? stderr] one\n");
    entry.job = NULL;
    check_lines(&entry, "[? stderr] one\n");
}

/* What is missing is told where it is missing. */
static void test_logs_view__what_is_missing(void **state)
{
    struct skep_logs_entry entry = entry_of("a", "end\n", 4);

    (void)state;
    entry.total_n = 1234571;
    entry.n_lost = 17;
    check_lines(&entry, "[a stdout] (1,234,567 bytes before this were not kept)\n"
                        "[a stdout] end\n"
                        "[a stdout] (17 outputs of this slot after it were too many to be kept)\n");
}

/* Nothing that was printed, and no name, drives a terminal: escapes, controls of eight bits, direction marks,
 * bytes that are no characters. Tabs and letters of all languages stay. */
static void test_logs_view__hostile_bytes(void **state)
{
    const struct skep_logs_entry entry = entry_of("evil\x1b]0;x\x07\nid", "x", 1);

    (void)state;
    check_text("\x1b[2J\x07", 5, "[job.7 stdout] \\x1b[2J\\x07\n");
    check_text("\xc2\x9b"
               "31m",
               5, "[job.7 stdout] \\xc2\\x9b31m\n");
    check_text("\xe2\x80\xae"
               "abc",
               6, "[job.7 stdout] \\xe2\\x80\\xaeabc\n");
    check_text("a\0b\xff\x7f", 5, "[job.7 stdout] a\\x00b\\xff\\x7f\n");
    check_text("\t\xc3\xa9\t\xe2\x82\xac", 7, "[job.7 stdout] \t\xc3\xa9\t\xe2\x82\xac\n");
    check_text("10 %\rdone", 9, "[job.7 stdout] 10 %\\rdone\n");
    check_lines(&entry, "[evil\\x1b]0;x\\x07\\nid stdout] x\n");
}

/* For programs it is an object a line. */
static void test_logs_view__json(void **state)
{
    struct skep_logs_entry entry = entry_of("job.7", "a \"b\"\n\xff", 7);

    (void)state;
    skep_logs_view_add_json(&buf, &entry);
    assert_string_equal(buf.bytes,
                        "{\"id\":\"job.7\",\"job\":\"job\",\"index\":7,\"attempt\":1,\"worker\":\"w\","
                        "\"host\":\"h\",\"slot\":2,\"at\":\"2026-02-27T00:04:05.123Z\","
                        "\"stream\":\"stdout\",\"text\":\"a \\\"b\\\"\\n\xef\xbf\xbd\",\"bytes\":7}\n");
    skep_buf_reset(&buf);
    entry = (struct skep_logs_entry){
        .index = -1, .slot = -1, .worker = "", .host = "", .stream = "stderr", .text = "", .n_lost = 3};
    skep_logs_view_add_json(&buf, &entry);
    assert_string_equal(buf.bytes, "{\"stream\":\"stderr\",\"text\":\"\",\"bytes\":0,\"lost\":3}\n");
}

static bool is_chosen(const char *operand, const char *id, const struct skep_logs_entry *entry)
{
    struct skep_logs_choice choice = {.index = -1, .id = id};
    char text[64] = "";

    if (operand != NULL) {
        snprintf(text, sizeof text, "%s", operand);
        skep_logs_choice_parse(&choice, text);
    }
    return skep_logs_is_chosen(&choice, entry);
}

/* A job, one index of it, a task by its id; all that is asked for must be true. */
static void test_logs_view__choices(void **state)
{
    struct skep_logs_entry entry = entry_of("job.7", "x", 1);

    (void)state;
    assert_true(is_chosen(NULL, NULL, &entry));
    assert_true(is_chosen("job", NULL, &entry));
    assert_false(is_chosen("jo", NULL, &entry));
    assert_true(is_chosen("job:7", NULL, &entry));
    assert_false(is_chosen("job:70", NULL, &entry));
    assert_false(is_chosen("job:", NULL, &entry)); /* a job of that name */
    assert_false(is_chosen("job:-7", NULL, &entry));
    assert_true(is_chosen(NULL, "job.7", &entry));
    assert_false(is_chosen(NULL, "job.8", &entry));
    assert_false(is_chosen("other", "job.7", &entry));
    entry.job = NULL;
    assert_false(is_chosen("job", NULL, &entry));
    entry.job = "a:b";
    assert_true(is_chosen("a:b", NULL, &entry));
    assert_true(is_chosen("a:b:7", NULL, &entry));
    entry.id = NULL;
    assert_false(is_chosen(NULL, "job.7", &entry));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_logs_view__lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_logs_view__what_is_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_logs_view__hostile_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_logs_view__json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_logs_view__choices, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("producer/logs_view", tests, NULL, NULL);
}
