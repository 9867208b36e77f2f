/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <string.h>

#include "monitor/info.h"

static struct skep_buf buf;
static struct skep_arena arena;

static int set_up(void **state)
{
    (void)state;
    skep_buf_init(&buf, 1 << 20);
    skep_arena_init(&arena, 4 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_buf_release(&buf);
    skep_arena_release(&arena);
    return 0;
}

static struct skep_info read_text(const char *text)
{
    struct skep_info info;

    assert_int_equal(skep_info_read(text, strlen(text), &arena, &info, NULL), SKEP_OK);
    return info;
}

static struct skep_info small_info(void)
{
    struct skep_info info;

    skep_info_init(&info);
    info.host = "node17";
    info.pid = 811;
    info.slot = 3;
    info.state = 'R';
    info.is_busy = true;
    info.tasks_per_s = 0.5;
    info.at_ms = 1795255446000;
    info.running = (struct skep_info_running){
        .is_any = true, .kernel = "te_box", .job = "monday", .index = 17, .since_ms = 1795255440000};
    info.node.cores = 64;
    info.node.disk_free_bytes = 0;
    info.node.apart_ms = -12;
    info.node.n_data = 2;
    info.node.data[0] = "";
    info.node.data[1] = "eeg";
    return info;
}

/* The words are those of docs/protocol.md, and what is not known is left out. */
static void test_info__writes_what_is_known(void **state)
{
    const struct skep_info info = small_info();

    (void)state;
    skep_info_write(&buf, &info);
    assert_false(skep_buf_failed(&buf));
    assert_string_equal(
        buf.bytes,
        "{\"v\":2,\"host\":\"node17\",\"pid\":811,\"slot\":3,\"at_ms\":1795255446000,\"state\":\"R\","
        "\"busy\":true,\"tasks_per_s\":0.5,"
        "\"running\":{\"kernel\":\"te_box\",\"job\":\"monday\",\"index\":17,\"since_ms\":1795255440000},"
        "\"node\":{\"cores\":64,\"disk_free_bytes\":0,\"apart_ms\":-12,\"data\":[\"\",\"eeg\"],"
        "\"output\":[]}}");
}

/* What was written is read as it was, names with quotes and control characters too. */
static void test_info__reads_what_it_wrote(void **state)
{
    static const char job[] = "mon\"day\n\x1b[31m";
    struct skep_info info = small_info(), again;

    (void)state;
    info.running.job = job;
    skep_info_write(&buf, &info);
    assert_int_equal(skep_info_read(buf.bytes, buf.length, &arena, &again, NULL), SKEP_OK);
    assert_string_equal(again.host, "node17");
    assert_int_equal(again.pid, 811);
    assert_int_equal(again.agent_pid, -1);
    assert_int_equal(again.state, 'R');
    assert_true(again.is_busy);
    assert_true(again.tasks_per_s == 0.5);
    assert_true(again.running.is_any);
    assert_string_equal(again.running.job, job);
    assert_null(again.running.id);
    assert_int_equal(again.running.index, 17);
    assert_int_equal(again.running.until_ms, 0);
    assert_int_equal(again.node.disk_free_bytes, 0);
    assert_int_equal(again.node.apart_ms, -12);
    assert_int_equal(again.node.n_data, 2);
    assert_string_equal(again.node.data[1], "eeg");
    assert_int_equal(again.node.n_output, 0);
}

/* The metrics go out whole; they are for programs, and are not read back. */
static void test_info__metrics_are_written(void **state)
{
    struct skep_metrics metrics = {0};
    struct skep_info info;

    (void)state;
    skep_info_init(&info);
    skep_metrics_add(&metrics, SKEP_METRIC_TASKS_DONE, 7);
    info.metrics = &metrics;
    skep_info_write(&buf, &info);
    assert_non_null(strstr(buf.bytes, "\"metrics\":{"));
    assert_non_null(strstr(buf.bytes, "\"skep_tasks_done_total\":7"));
    info = read_text(buf.bytes);
    assert_null(info.metrics);
}

/* What workers of the first version said is still read. */
static void test_info__reads_the_first_version(void **state)
{
    struct skep_info info = read_text(
        "{\"host\":\"h\",\"pid\":5,\"slot\":0,\"version\":\"0.4.0\",\"tasks\":12,\"busy\":true,"
        "\"rss_bytes\":4096,\"metrics\":{\"skep_cycles_total\":3},\"at\":\"2026-11-21T10:04:05.123Z\"}");

    (void)state;
    assert_string_equal(info.version, "0.4.0");
    assert_int_equal(info.tasks, 12);
    assert_true(info.is_busy);
    assert_int_equal(info.rss_bytes, 4096);
    assert_int_equal(info.pss_bytes, -1);
    assert_int_equal(info.protocol, 0);
    assert_int_equal(info.at_ms, 0);
    assert_false(info.running.is_any);
    assert_int_equal(info.node.slots, -1);
}

/* Of the wrong kind, out of bounds or unheard of: it is as if it had not been said. */
static void test_info__strange_values_are_unknown(void **state)
{
    struct skep_info info = read_text(
        "{\"host\":7,\"pid\":-3,\"slot\":\"0\",\"busy\":1,\"tasks\":9007199254740993,\"state\":\"RR\","
        "\"tasks_per_s\":-0.5,\"cpu_s\":3,\"cycles\":1.5,\"rss_bytes\":null,\"more\":[],\"running\":[1],"
        "\"node\":{\"apart_ms\":-9007199254740993,\"quota_cores\":1e300,"
        "\"data\":[1,\"a\",null,\"b\"],\"output\":\"c\"}}");

    (void)state;
    assert_null(info.host);
    assert_int_equal(info.pid, -1);
    assert_int_equal(info.slot, -1);
    assert_false(info.is_busy);
    assert_int_equal(info.tasks, -1);
    assert_int_equal(info.state, '?');
    assert_true(info.tasks_per_s == -1);
    assert_true(info.cpu_s == 3);
    assert_int_equal(info.cycles, -1);
    assert_int_equal(info.rss_bytes, -1);
    assert_false(info.running.is_any);
    assert_int_equal(info.node.apart_ms, 0);
    assert_true(info.node.quota_cores == 0);
    assert_int_equal(info.node.n_data, 2);
    assert_string_equal(info.node.data[1], "b");
    assert_int_equal(info.node.n_output, 0);
}

/* Roots beyond the bound are not read. */
static void test_info__many_roots_are_cut(void **state)
{
    struct skep_info info;

    (void)state;
    skep_buf_add_text(&buf, "{\"node\":{\"output\":[\"\"");
    for (int i = 1; i < 2 * SKEP_INFO_ROOTS; i++) {
        skep_buf_printf(&buf, ",\"r%d\"", i);
    }
    skep_buf_add_text(&buf, "]}}");
    info = read_text(buf.bytes);
    assert_int_equal(info.node.n_output, SKEP_INFO_ROOTS);
    assert_string_equal(info.node.output[SKEP_INFO_ROOTS - 1], "r63");
}

/* What is no object, or too large, is refused, and nothing of it is known. */
static void test_info__refuses_what_is_no_object(void **state)
{
    static const char *const texts[] = {"", "7", "[1]", "{\"pid\":1", "{} {}"};
    struct skep_info info;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct skep_error err = {0};
        assert_int_equal(skep_info_read(texts[i], strlen(texts[i]), &arena, &info, &err), SKEP_E_PROTOCOL);
        assert_string_not_equal(err.text, "");
        assert_int_equal(info.pid, -1);
    }
    while (buf.length <= SKEP_INFO_MAX_BYTES) {
        skep_buf_add_char(&buf, ' ');
    }
    skep_buf_add_text(&buf, "{}");
    assert_int_equal(skep_info_read(buf.bytes, buf.length, &arena, &info, NULL), SKEP_E_PROTOCOL);
}

/* Memory is the slot's part of it where that is known; stopped is what a signal or a debugger stops. */
static void test_info__memory_and_state(void **state)
{
    struct skep_info info;

    (void)state;
    skep_info_init(&info);
    assert_int_equal(skep_info_memory_bytes(&info), -1);
    assert_false(skep_info_is_stopped(&info));
    info.rss_bytes = 5000;
    assert_int_equal(skep_info_memory_bytes(&info), 5000);
    info.pss_bytes = 0;
    assert_int_equal(skep_info_memory_bytes(&info), 0);
    info.state = 'T';
    assert_true(skep_info_is_stopped(&info));
    info.state = 't';
    assert_true(skep_info_is_stopped(&info));
    info.state = 'S';
    assert_false(skep_info_is_stopped(&info));
}

static skep_status read_one(void *context)
{
    static const char text[] =
        "{\"host\":\"h\",\"node\":{\"data\":[\"a\",\"b\"]},\"running\":{\"id\":\"7\"}}";
    struct skep_info info;
    skep_status st;

    (void)context;
    skep_arena_init(&arena, 4 << 20);
    st = skep_info_read(text, sizeof text - 1, &arena, &info, NULL);
    skep_arena_release(&arena);
    return st;
}

/* No memory is told as such. */
static void test_info__without_memory(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    test_heap_torture(read_one, NULL);
    skep_arena_init(&arena, 4 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_info__writes_what_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_info__reads_what_it_wrote, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_info__metrics_are_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_info__reads_the_first_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_info__strange_values_are_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_info__many_roots_are_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_info__refuses_what_is_no_object, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_info__memory_and_state, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_info__without_memory, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
