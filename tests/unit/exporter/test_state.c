/* SPDX-License-Identifier: MIT */
#include "known.h"

#include <math.h>

#include "support/heap.h"

static struct skep_export_state state;

static int tear_down(void **context)
{
    (void)context;
    skep_export_state_release(&state);
    return 0;
}

/* What is known of a queue that is still there stays; others come and go. */
static void test_state__renews_the_list(void **context)
{
    static const char *const more[] = {"a", "q", "z"};
    static const char *const fewer[] = {"z"};
    struct skep_export_queue *queue = known_begin(&state);

    (void)context;
    assert_int_equal(skep_export_state_set_queues(&state, more, 3, KNOWN_NOW_MS + 1), SKEP_OK);
    assert_int_equal(state.n_queues, 3);
    assert_ptr_equal(skep_export_state_find(&state, "q"), queue);
    assert_non_null(queue->overview);
    assert_null(skep_export_state_find(&state, "a")->overview);
    assert_null(skep_export_state_find(&state, "b"));
    assert_null(skep_export_state_find(&state, ""));
    assert_int_equal(skep_export_state_set_queues(&state, fewer, 1, KNOWN_NOW_MS + 2), SKEP_OK);
    assert_null(skep_export_state_find(&state, "q"));
    assert_int_equal(skep_export_state_set_queues(&state, fewer, 0, KNOWN_NOW_MS + 3), SKEP_OK);
    assert_int_equal(state.n_queues, 0);
}

/* Old news is no news: of the server after 3 s, of one queue when it alone cannot be read; a quiet one that
 * is read more seldom is no such queue. */
static void test_state__knows_what_is_old(void **context)
{
    struct skep_export_queue *queue = known_begin(&state);

    (void)context;
    assert_true(skep_export_is_fresh(&state, KNOWN_NOW_MS + 3000));
    assert_false(skep_export_is_fresh(&state, KNOWN_NOW_MS + 3001));
    assert_false(skep_export_queue_is_fresh(&state, queue, KNOWN_NOW_MS + 3001));
    state.read_ms = KNOWN_NOW_MS + 9000;
    assert_true(skep_export_queue_is_fresh(&state, queue, KNOWN_NOW_MS + 9000));
    snprintf(queue->error, sizeof queue->error, "WRONGTYPE");
    assert_false(skep_export_queue_is_fresh(&state, queue, KNOWN_NOW_MS + 9000));
    state.read_ms = -1;
    assert_false(skep_export_is_fresh(&state, KNOWN_NOW_MS));
}

/* Where readings are further apart than that, two of them must have failed. */
static void test_state__waits_for_seldom_readings(void **context)
{
    (void)context;
    known_begin(&state);
    state.period_ms = 10000;
    assert_int_equal(skep_export_late_ms(&state), 21000);
    assert_true(skep_export_is_fresh(&state, KNOWN_NOW_MS + 21000));
    state.period_ms = 1000;
    assert_int_equal(skep_export_late_ms(&state), 3000);
    state.period_ms = 50;
    assert_int_equal(skep_export_late_ms(&state), 3000);
}

/* Failures count as recent for ten to twenty minutes. */
static void test_state__remembers_recent_failures(void **context)
{
    static const int64_t minute_ms = 60000;
    struct skep_export_queue *queue = known_begin(&state);
    const struct skep_overview_count *cause = &queue->overview->account.causes[0];

    (void)context;
    assert_int_equal(skep_export_queue_recent(queue, cause), 0); /* they failed before we looked */
    for (int minute = 1; minute <= 25; minute++) {
        struct skep_overview *overview = known_overview();
        overview->account.causes[0].n = 3 + minute;
        skep_export_queue_set(queue, overview, KNOWN_NOW_MS + minute * minute_ms);
        cause = &queue->overview->account.causes[0];
        if (minute <= 10) {
            assert_int_equal(skep_export_queue_recent(queue, cause), minute);
        } else {
            assert_in_range(skep_export_queue_recent(queue, cause), 10, 20);
        }
    }
    assert_int_equal(skep_export_queue_recent(queue, &(struct skep_overview_count){"crash", 2}), 2);
}

/* All queues together have the sums of what is known of each. */
static void test_state__adds_up_history(void **context)
{
    static const char *const names[] = {"p", "q"};
    struct skep_export_queue *one = known_begin(&state), *other;
    const struct skep_export_point *total;

    (void)context;
    assert_int_equal(skep_export_state_set_queues(&state, names, 2, KNOWN_NOW_MS), SKEP_OK);
    skep_export_state_add_points(&state, KNOWN_NOW_MS);
    total = skep_export_history_last(&state.history);
    assert_true(total->values[SKEP_EXPORT_LEFT] == 6 && total->values[SKEP_EXPORT_WAITING] == 4);
    assert_true(isnan(skep_export_history_last(&state.queues[0]->history)->values[SKEP_EXPORT_LEFT]));
    other = skep_export_state_find(&state, "p");
    for (int i = 0; i < 2; i++) {
        struct skep_export_queue *queue = i == 0 ? one : other;
        struct skep_overview *overview = known_overview();
        overview->at_ms += 2000;
        overview->status.n_out = 50;
        overview->account.kernels[1].buckets[11] += 1;
        queue->is_read = true;
        skep_export_queue_set(queue, overview, KNOWN_NOW_MS + 2000);
    }
    skep_export_state_add_points(&state, KNOWN_NOW_MS + 2000);
    total = skep_export_history_last(&state.history);
    assert_true(total->values[SKEP_EXPORT_LEFT] == 12);
    assert_true(total->values[SKEP_EXPORT_OUT] == 25); /* of the new one no rate is known yet */
    assert_true(total->values[SKEP_EXPORT_P50] > 1 && total->values[SKEP_EXPORT_P50] < 4.2F);
    state.is_up = false;
    skep_export_state_add_points(&state, KNOWN_NOW_MS + 4000);
    assert_true(isnan(skep_export_history_last(&state.history)->values[SKEP_EXPORT_LEFT]));
}

/* Errors are counted by their words, and of too many different ones only the first. */
static void test_state__counts_errors(void **context)
{
    static char words[SKEP_EXPORT_ERROR_WORDS + 5][8];

    (void)context;
    known_begin(&state);
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < SKEP_EXPORT_ERROR_WORDS + 5; i++) {
            snprintf(words[i], sizeof words[i], "w%d", i);
            skep_export_state_count_error(&state, words[i]);
        }
    }
    assert_int_equal(state.n_errors, SKEP_EXPORT_ERROR_WORDS);
    assert_int_equal(state.errors[3].n, 2);
}

/* Without memory for a longer list the old one stays as it was. */
static skep_status renew(void *context)
{
    static const char *const more[] = {"a", "b", "q"};
    skep_status st;

    st = skep_export_state_set_queues(context, more, 3, 0);
    if (st != SKEP_OK) {
        assert_int_equal(state.n_queues, 1);
        assert_string_equal(state.queues[0]->name, "q");
        return st;
    }
    assert_int_equal(state.n_queues, 3);
    return skep_export_state_set_queues(context, more + 2, 1, 0);
}

static void test_state__survives_without_memory(void **context)
{
    bool was_met = true;

    (void)context;
    known_begin(&state);
    for (size_t n = 0; was_met; n++) {
        assert_true(n < 100);
        test_heap_begin(n, TEST_HEAP_ONE_FAILS);
        (void)renew(&state);
        was_met = test_heap_end();
        static const char *const one[] = {"q"};
        assert_int_equal(skep_export_state_set_queues(&state, one, 1, 0), SKEP_OK);
        assert_non_null(state.queues[0]->overview);
    }
}

#define TEST(name) cmocka_unit_test_teardown(test_state__##name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(renews_the_list),           TEST(knows_what_is_old), TEST(waits_for_seldom_readings),
        TEST(remembers_recent_failures), TEST(adds_up_history),   TEST(counts_errors),
        TEST(survives_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
