/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <string.h>

#include "metrics/metrics.h"

struct row {
    const char *kind;
    const char *word;
    const char *help;
};

#define ROW(name, kind, word, help) {#kind, word, help},
static const struct row rows[] = {SKEP_METRIC_MAP(ROW)};
#undef ROW

/* Counters add up, gauges hold what they were set to, and all begin at zero. */
static void test_metrics__count(void **state)
{
    struct skep_metrics metrics = {0};

    (void)state;
    assert_int_equal(skep_metrics_get(&metrics, SKEP_METRIC_TASKS_DONE), 0);
    skep_metrics_add(&metrics, SKEP_METRIC_TASKS_DONE, 5);
    skep_metrics_add(&metrics, SKEP_METRIC_TASKS_DONE, UINT64_C(1) << 40);
    skep_metrics_set(&metrics, SKEP_METRIC_SLOTS_BUSY, 4);
    skep_metrics_set(&metrics, SKEP_METRIC_SLOTS_BUSY, 3);
    assert_int_equal(skep_metrics_get(&metrics, SKEP_METRIC_TASKS_DONE), 1099511627781);
    assert_int_equal(skep_metrics_get(&metrics, SKEP_METRIC_SLOTS_BUSY), 3);
    assert_int_equal(skep_metrics_get(&metrics, SKEP_METRIC_TASKS_TAKEN), 0);
}

/* An agent sums its slots, value by value. */
static void test_metrics__add_all(void **state)
{
    struct skep_metrics sum = {0};
    struct skep_metrics slot = {0};

    (void)state;
    for (int i = 0; i < SKEP_METRIC_COUNT; i++) {
        slot.values[i] = (uint64_t)i + 1;
    }
    skep_metrics_add_all(&sum, &slot);
    skep_metrics_add_all(&sum, &slot);
    for (int i = 0; i < SKEP_METRIC_COUNT; i++) {
        assert_int_equal(skep_metrics_get(&sum, (enum skep_metric)i), 2 * (i + 1));
    }
}

/* The object has every word once, in the order of the rows, and time in seconds. */
static void test_metrics__json(void **state)
{
    struct skep_metrics metrics = {0};
    struct skep_buf buf;

    (void)state;
    skep_metrics_add(&metrics, SKEP_METRIC_TASKS_TAKEN, 12);
    skep_metrics_add(&metrics, SKEP_METRIC_RUN_TIME, 3000000042);
    skep_metrics_add(&metrics, SKEP_METRIC_CYCLES, UINT64_MAX);
    skep_metrics_set(&metrics, SKEP_METRIC_SLOTS, 8);
    skep_buf_init(&buf, 10000);
    skep_metrics_write_json(&buf, &metrics);
    assert_string_equal(buf.bytes, "{\"skep_tasks_taken_total\":12,"
                                   "\"skep_tasks_done_total\":0,"
                                   "\"skep_tasks_failed_total\":0,"
                                   "\"skep_tasks_retried_total\":0,"
                                   "\"skep_tasks_buried_total\":0,"
                                   "\"skep_tasks_cancelled_total\":0,"
                                   "\"skep_tasks_given_back_total\":0,"
                                   "\"skep_chunks_total\":0,\"skep_tasks_cut_total\":0,"
                                   "\"skep_output_bytes_total\":0,"
                                   "\"skep_run_seconds_total\":3.000000042,"
                                   "\"skep_cycles_total\":18446744073709551615,"
                                   "\"skep_cycle_replays_total\":0,"
                                   "\"skep_reconnects_total\":0,"
                                   "\"skep_redis_errors_total\":0,"
                                   "\"skep_fenced_total\":0,"
                                   "\"skep_slots\":8,"
                                   "\"skep_slots_busy\":0,"
                                   "\"skep_slot_crashes_total\":0}");
    skep_buf_release(&buf);
}

/* The description has a line for each metric: word, kind, help. */
static void test_metrics__describe(void **state)
{
    struct skep_buf buf;
    const char *line;

    (void)state;
    skep_buf_init(&buf, 10000);
    skep_metrics_describe(&buf);
    line = buf.bytes;
    for (int i = 0; i < SKEP_METRIC_COUNT; i++) {
        size_t n_word = strlen(rows[i].word);
        const char *kind = strcmp(rows[i].kind, "GAUGE") == 0 ? " gauge " : " counter ";
        assert_memory_equal(line, rows[i].word, n_word);
        assert_memory_equal(line + n_word, kind, strlen(kind));
        line = strchr(line, '\n') + 1;
    }
    assert_string_equal(line, "");
    skep_buf_release(&buf);
}

/* The words follow the rules of Prometheus: its letters, _total for what only grows and for nothing else. */
static void test_metrics__words_keep_the_rules(void **state)
{
    (void)state;
    for (int i = 0; i < SKEP_METRIC_COUNT; i++) {
        size_t n = strlen(rows[i].word);
        bool is_total = n > 6 && strcmp(rows[i].word + n - 6, "_total") == 0;
        assert_int_equal(strspn(rows[i].word, "abcdefghijklmnopqrstuvwxyz_"), n);
        assert_memory_equal(rows[i].word, "skep_", 5);
        assert_int_equal(is_total, strcmp(rows[i].kind, "GAUGE") != 0);
        assert_int_equal(strstr(rows[i].word, "_seconds_") != NULL, strcmp(rows[i].kind, "SECONDS") == 0);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(rows[i].word, rows[j].word);
        }
    }
}

static skep_status print_all(void *context)
{
    struct skep_metrics metrics = {0};
    struct skep_buf buf;
    skep_status st;

    (void)context;
    skep_buf_init(&buf, 10000);
    skep_metrics_describe(&buf);
    skep_metrics_write_json(&buf, &metrics);
    st = skep_buf_failed(&buf) ? SKEP_E_NOMEM : SKEP_OK;
    skep_buf_release(&buf);
    return st;
}

/* Without memory the buffer knows, and nothing is left behind. */
static void test_metrics__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(print_all, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics__count),
        cmocka_unit_test(test_metrics__add_all),
        cmocka_unit_test(test_metrics__json),
        cmocka_unit_test(test_metrics__describe),
        cmocka_unit_test(test_metrics__words_keep_the_rules),
        cmocka_unit_test(test_metrics__survives_a_failing_heap),
    };
    return cmocka_run_group_tests_name("metrics/metrics", tests, NULL, NULL);
}
