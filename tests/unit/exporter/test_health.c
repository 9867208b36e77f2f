/* SPDX-License-Identifier: MIT */
#include "known.h"

#include "ops/exporter/health.h"

static struct skep_export_state state;
static struct skep_buf buf;

static int set_up(void **context)
{
    (void)context;
    skep_buf_init(&buf, 1 << 20);
    return 0;
}

static int tear_down(void **context)
{
    (void)context;
    skep_buf_release(&buf);
    skep_export_state_release(&state);
    return 0;
}

static void find(struct skep_finding *findings, size_t *n, enum skep_finding_kind kind, const char *words)
{
    findings[*n].kind = kind;
    snprintf(findings[*n].words, sizeof findings[*n].words, "%s", words);
    (*n)++;
}

/* Nothing bad was found: green. So it is with what somebody wished, and with what may become bad. */
static void test_health__is_green(void **context)
{
    struct skep_export_queue *queue = known_begin(&state);

    (void)context;
    assert_true(skep_export_is_healthy(&state, KNOWN_NOW_MS));
    find(queue->findings, &queue->n_findings, SKEP_FINDING_PAUSED, "x");
    find(queue->findings, &queue->n_findings, SKEP_FINDING_SUSPECTS, "x");
    find(state.findings, &state.n_findings, SKEP_FINDING_NO_AOF, "x");
    assert_true(skep_export_is_healthy(&state, KNOWN_NOW_MS));
    assert_null(skep_export_queue_ailment(&state, queue, KNOWN_NOW_MS));
    skep_export_health_write(&buf, &state, KNOWN_NOW_MS);
    assert_string_equal(buf.bytes, "{\"ok\":true,\"reasons\":[]}");
}

/* A bad finding of a queue or of the server makes it red, and is told with its words and what helps. */
static void test_health__is_red(void **context)
{
    struct skep_export_queue *queue = known_begin(&state);

    (void)context;
    find(queue->findings, &queue->n_findings, SKEP_FINDING_PAUSED, "x");
    find(queue->findings, &queue->n_findings, SKEP_FINDING_STALLED, "2 \"slots\"");
    find(state.findings, &state.n_findings, SKEP_FINDING_READ_ONLY, "a replica");
    assert_false(skep_export_is_healthy(&state, KNOWN_NOW_MS));
    assert_string_equal(skep_export_queue_ailment(&state, queue, KNOWN_NOW_MS), "stalled");
    skep_export_health_write(&buf, &state, KNOWN_NOW_MS);
    assert_string_equal(
        buf.bytes, "{\"ok\":false,\"reasons\":[{\"queue\":null,\"finding\":\"read-only\",\"severity\":"
                   "\"bad\",\"words\":\"a "
                   "replica\",\"help\":\"this server is a replica: name its master\"},"
                   "{\"queue\":\"q\",\"finding\":\"stalled\",\"severity\":\"bad\",\"words\":\"2 "
                   "\\\"slots\\\"\",\"help\":"
                   "\"slots are idle, tasks wait, and no cycle has finished: `skep why --worker W`\"}]}");
}

/* Redis that cannot be read for 3 s is red, whatever was known before, and that alone is told. */
static void test_health__is_red_without_redis(void **context)
{
    struct skep_export_queue *queue = known_begin(&state);

    (void)context;
    find(queue->findings, &queue->n_findings, SKEP_FINDING_STALLED, "x");
    snprintf(state.error, sizeof state.error, "unix:///x: refused");
    assert_false(skep_export_is_healthy(&state, KNOWN_NOW_MS + 3001));
    skep_export_health_write(&buf, &state, KNOWN_NOW_MS + 3001);
    assert_non_null(strstr(buf.bytes,
                           "[{\"queue\":null,\"finding\":\"unread\",\"severity\":\"bad\",\"words\":"
                           "\"unix:///x: refused\","));
    assert_null(strstr(buf.bytes, "stalled"));
}

/* Before the first reading nothing is known, and that is not health. */
static void test_health__is_red_at_first(void **context)
{
    (void)context;
    skep_export_state_init(&state, KNOWN_NOW_MS);
    assert_false(skep_export_is_healthy(&state, KNOWN_NOW_MS));
}

/* A queue that alone cannot be read is red after 3 s; one that has just been found is not yet. */
static void test_health__is_red_for_one_queue(void **context)
{
    struct skep_export_queue *queue = known_begin(&state);

    (void)context;
    snprintf(queue->error, sizeof queue->error, "WRONGTYPE");
    state.read_ms = KNOWN_NOW_MS + 3000;
    assert_true(skep_export_is_healthy(&state, KNOWN_NOW_MS + 3000));
    state.read_ms = KNOWN_NOW_MS + 3001;
    assert_string_equal(skep_export_queue_ailment(&state, queue, KNOWN_NOW_MS + 3001), "unread");
    assert_false(skep_export_is_healthy(&state, KNOWN_NOW_MS + 3001));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_health__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_green),
        TEST(is_red),
        TEST(is_red_at_first),
        TEST(is_red_without_redis),
        TEST(is_red_for_one_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
