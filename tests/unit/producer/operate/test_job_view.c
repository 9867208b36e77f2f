/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "producer/operate/job_view.h"
#include "task/json.h"

static struct skep_buf buf;

static int set_up(void **state)
{
    (void)state;
    skep_buf_init(&buf, 64 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_buf_release(&buf);
    return 0;
}

static const struct skep_job running = {
    .name = "monday",
    .is_announced = true,
    .n_announced = 12345,
    .n_put = 12345,
    .n_done = 1000,
    .n_failed = 20,
    .n_cancelled = 3,
    .put_ms = 1732190400000,
    .now_ms = 1732190400000 + 95000,
};

/* For people: the state first, then what became of the tasks, and what is left. */
static void test_job_view__text(void **state)
{
    (void)state;
    skep_job_write_text(&buf, "sweep", &running);
    assert_string_equal(buf.bytes,
                        "job monday of queue sweep: running\n"
                        "  tasks             12,345   announced by its push\n"
                        "  put               12,345   of them in the queue, or taken from it since\n"
                        "  done               1,000   succeeded\n"
                        "  failed                20   for good (skep dead ls)\n"
                        "  cancelled              3   dropped (skep cancel)\n"
                        "  left              11,322   not over yet\n"
                        "last push 1 min 35 s ago\n");
}

/* For programs: numbers as numbers, times as text or null. */
static void test_job_view__json(void **state)
{
    (void)state;
    skep_job_write_json(&buf, "sweep", &running);
    assert_string_equal(buf.bytes,
                        "{\"job\":\"monday\",\"queue\":\"sweep\",\"state\":\"running\",\"tasks\":12345,"
                        "\"put\":12345,\"done\":1000,\"failed\":20,\"cancelled\":3,\"left\":11322,"
                        "\"pushed_at\":\"2024-11-21T12:00:00.000Z\",\"cancelled_at\":null}");
}

/* What a state means is said where its word does not. */
static void test_job_view__explains(void **state)
{
    static const struct {
        struct skep_job job;
        const char *words;
    } rows[] = {
        {{.is_announced = true, .n_announced = 5, .n_put = 3}, "pushing; records are missing"},
        {{.is_announced = true, .n_announced = 5, .n_put = 3, .cancelled_ms = 1},
         "cancelling; what is left of it"},
        {{.n_put = 3}, "uncounted; it was pushed without --job"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        skep_buf_reset(&buf);
        skep_job_write_text(&buf, "q", &rows[i].job);
        assert_non_null(strstr(buf.bytes, rows[i].words));
    }
}

/* One sentence, with only what there is to say. */
static void test_job_view__sentence(void **state)
{
    struct skep_job one = {.name = "a", .is_announced = true, .n_announced = 1, .n_put = 1, .n_done = 1};

    (void)state;
    skep_job_write_sentence(&buf, &running);
    assert_string_equal(buf.bytes, "job monday: 1,000 of 12,345 tasks done, 20 failed for good, 3 cancelled");
    skep_buf_reset(&buf);
    skep_job_write_sentence(&buf, &one);
    assert_string_equal(buf.bytes, "job a: 1 of 1 task done");
}

/* A name that drives terminals cannot; as JSON it is what it is. */
static void test_job_view__hostile_names(void **state)
{
    static const struct skep_job evil = {.name = "\033[2J\n\"\xff", .n_put = 1};

    (void)state;
    skep_job_write_text(&buf, "q", &evil);
    skep_job_write_line(&buf, &evil);
    skep_job_write_sentence(&buf, &evil);
    assert_null(memchr(buf.bytes, '\033', buf.length));
    assert_null(memchr(buf.bytes, '\xff', buf.length));
    assert_non_null(strstr(buf.bytes, "\\x1b[2J\\n\"\\xff"));
    skep_buf_reset(&buf);
    skep_job_write_json(&buf, "q", &evil);
    assert_null(memchr(buf.bytes, '\033', buf.length));
    assert_null(memchr(buf.bytes, '\n', buf.length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_job_view__text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_job_view__json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_job_view__explains, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_job_view__sentence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_job_view__hostile_names, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
