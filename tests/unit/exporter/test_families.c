/* SPDX-License-Identifier: MIT */
#include "known.h"

#include <ctype.h>
#include <stdbool.h>

#include "ops/exporter/families.h"

static struct skep_export_state state;
static struct skep_buf buf;

static int set_up(void **context)
{
    (void)context;
    skep_buf_init(&buf, 1 << 20);
    known_begin(&state);
    return 0;
}

static int tear_down(void **context)
{
    (void)context;
    skep_buf_release(&buf);
    skep_export_state_release(&state);
    return 0;
}

static void write_all(int64_t now_ms)
{
    skep_buf_reset(&buf);
    skep_export_families_write(&buf, &state, now_ms);
    assert_false(skep_buf_failed(&buf));
}

static bool ends_in(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* Names are Prometheus': lower case, prefixed, _total for all that only grows and nothing else; each once. */
static void test_families__have_proper_names(void **context)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    const char *names[256];
    size_t n = 0;

    (void)context;
    for (int table = 0; table < 2; table++) {
        const struct skep_export_family *row = table == 0 ? skep_export_families : skep_export_queue_families;
        for (; row->name != NULL; row++) {
            bool is_kind = false;
            assert_int_equal(strncmp(row->name, "skep_", 5), 0);
            for (const char *at = row->name; *at != '\0'; at++) {
                assert_true(islower((unsigned char)*at) || isdigit((unsigned char)*at) || *at == '_');
            }
            for (size_t k = 0; k < 3; k++) {
                is_kind = is_kind || strcmp(row->kind, kinds[k]) == 0;
            }
            assert_true(is_kind);
            assert_int_equal(ends_in(row->name, "_total"), strcmp(row->kind, "counter") == 0);
            assert_true(strlen(row->help) > 8 && !ends_in(row->help, "."));
            assert_int_equal((row->of_state != NULL) + (row->of_queue != NULL) + (row->write != NULL), 1);
            for (size_t k = 0; k < n; k++) {
                assert_string_not_equal(names[k], row->name);
            }
            names[n++] = row->name;
        }
    }
    assert_true(n > 40);
}

/* No label is unbounded: these are all there are. */
static void test_families__have_bounded_labels(void **context)
{
    static const char allowed[] =
        " version aof fsync eviction error queue finding severity state kernel outcome "
        "cause le ";

    (void)context;
    for (int table = 0; table < 2; table++) {
        const struct skep_export_family *row = table == 0 ? skep_export_families : skep_export_queue_families;
        for (; row->name != NULL; row++) {
            char labels[128], word[64], *rest = labels, *label;
            snprintf(labels, sizeof labels, "%s", row->labels);
            while ((label = strsep(&rest, ", ")) != NULL) {
                snprintf(word, sizeof word, " %s ", label);
                assert_true(*label == '\0' || strstr(allowed, word) != NULL);
            }
        }
    }
}

/* What is known of a queue is told, by kernel and cause where it is counted so. */
static void test_families__tell_of_a_queue(void **context)
{
    (void)context;
    write_all(KNOWN_NOW_MS + 500);
    known_has_line(buf.bytes, "skep_up 1");
    known_has_line(buf.bytes, "skep_read_age_seconds 0.5");
    known_has_line(buf.bytes, "skep_queue_up{queue=\"q\"} 1");
    known_has_line(buf.bytes, "skep_queue_waiting_records{queue=\"q\"} 4");
    known_has_line(buf.bytes, "skep_queue_left_tasks{queue=\"q\"} 6");
    known_has_line(buf.bytes, "skep_queue_oldest_seconds{queue=\"q\"} 1.5");
    known_has_line(buf.bytes, "skep_queue_last_cycle_age_seconds{queue=\"q\"} 0.25");
    known_has_line(buf.bytes, "skep_queue_done_total{queue=\"q\"} 40");
    known_has_line(buf.bytes, "skep_queue_slots{queue=\"q\"} 2");
    known_has_line(buf.bytes, "skep_queue_slots_busy{queue=\"q\"} 1");
    known_has_line(buf.bytes, "skep_queue_memory_bytes{queue=\"q\"} 1000");
    known_has_line(buf.bytes, "skep_queue_jobs{queue=\"q\",state=\"running\"} 1");
    known_has_line(buf.bytes, "skep_task_attempts_total{queue=\"q\",kernel=\"te_box\",outcome=\"failed\"} 2");
    known_has_line(buf.bytes, "skep_task_failures_total{queue=\"q\",cause=\"timeout\"} 3");
    known_has_line(buf.bytes, "skep_task_seconds_bucket{queue=\"q\",kernel=\"te_box\",le=\"1.048576\"} 0");
    known_has_line(buf.bytes, "skep_task_seconds_bucket{queue=\"q\",kernel=\"te_box\",le=\"4.194304\"} 12");
    known_has_line(buf.bytes, "skep_task_seconds_bucket{queue=\"q\",kernel=\"te_box\",le=\"+Inf\"} 12");
    known_has_line(buf.bytes, "skep_task_seconds_sum{queue=\"q\",kernel=\"te_box\"} 4");
    assert_null(strstr(buf.bytes, "\"mon\"")); /* no name of a job, a host or a worker */
    assert_null(strstr(buf.bytes, "\"bee"));
}

/* Each family has its head once, with its samples behind it. */
static void test_families__have_one_head(void **context)
{
    (void)context;
    write_all(KNOWN_NOW_MS);
    for (int table = 0; table < 2; table++) {
        const struct skep_export_family *row = table == 0 ? skep_export_families : skep_export_queue_families;
        for (; row->name != NULL; row++) {
            char head[128];
            const char *first;
            snprintf(head, sizeof head, "# TYPE %s %s\n", row->name, row->kind);
            first = strstr(buf.bytes, head);
            assert_non_null(first);
            assert_null(strstr(first + 1, head));
        }
    }
}

/* What Redis does not answer any more is not told as if it were true. */
static void test_families__are_silent_about_the_past(void **context)
{
    (void)context;
    state.is_up = false;
    write_all(KNOWN_NOW_MS + 10000);
    known_has_line(buf.bytes, "skep_up 0");
    known_has_line(buf.bytes, "skep_read_age_seconds 10");
    assert_null(strstr(buf.bytes, "queue=\"q\""));
}

/* A queue that alone cannot be read says so, and nothing else. */
static void test_families__say_that_a_queue_is_unread(void **context)
{
    (void)context;
    snprintf(state.queues[0]->error, sizeof state.queues[0]->error, "WRONGTYPE");
    state.read_ms = KNOWN_NOW_MS + 5000;
    write_all(KNOWN_NOW_MS + 5000);
    known_has_line(buf.bytes, "skep_up 1");
    known_has_line(buf.bytes, "skep_queue_up{queue=\"q\"} 0");
    assert_null(strstr(buf.bytes, "skep_queue_slots{"));
}

/* What was found has a sample each, and what was not has none. */
static void test_families__tell_what_was_found(void **context)
{
    struct skep_export_queue *queue = state.queues[0];

    (void)context;
    write_all(KNOWN_NOW_MS);
    assert_null(strstr(buf.bytes, "skep_queue_finding{"));
    queue->n_findings = 1;
    queue->findings[0].kind = SKEP_FINDING_STALLED;
    state.n_findings = 1;
    state.findings[0].kind = SKEP_FINDING_NO_AOF;
    state.has_facts = true;
    write_all(KNOWN_NOW_MS);
    known_has_line(buf.bytes, "skep_queue_finding{queue=\"q\",finding=\"stalled\",severity=\"bad\"} 1");
    known_has_line(buf.bytes, "skep_server_finding{finding=\"no-aof\",severity=\"warning\"} 1");
}

/* Ages that are not known have no sample: a 0 would say that all is well. */
static void test_families__leave_out_what_is_not_known(void **context)
{
    (void)context;
    state.queues[0]->overview->oldest_ms = -1;
    state.queues[0]->overview->cycle_age_ms = -1;
    write_all(KNOWN_NOW_MS);
    assert_null(strstr(buf.bytes, "skep_queue_oldest_seconds{"));
    assert_null(strstr(buf.bytes, "skep_queue_last_cycle_age_seconds{"));
    assert_null(strstr(buf.bytes, "NaN"));
}

/* The description has a line for each row. */
static void test_families__describe_themselves(void **context)
{
    (void)context;
    skep_export_families_describe(&buf);
    known_has_line(buf.bytes, "skep_up\tgauge\t-\t1: Redis and the queues in it could be read just now");
    known_has_line(buf.bytes, "skep_queue_put_total\tcounter\tqueue\trecords that `skep` pushed");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_families__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(have_proper_names),   TEST(have_bounded_labels),         TEST(tell_of_a_queue),
        TEST(have_one_head),       TEST(are_silent_about_the_past),   TEST(say_that_a_queue_is_unread),
        TEST(tell_what_was_found), TEST(leave_out_what_is_not_known), TEST(describe_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
