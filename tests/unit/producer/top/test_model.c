/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>

#include "top_model.h"

static struct skep_top_model model;

static void expect_near(double got, double wanted)
{
    if (!(fabs(got - wanted) < 1e-9)) {
        fail_msg("wanted %.12g, got %.12g", wanted, got);
    }
}

static int tear_down(void **state)
{
    (void)state;
    skep_top_model_release(&model);
    return 0;
}

/* Queues come and go; what was seen of those that stay is kept. */
static void test_model__list(void **state)
{
    const char *const before[] = {"a", "c", "d"}, *const after[] = {"b", "c", "e"};
    struct skep_top_seen *seen = top_make_seen("c");

    (void)state;
    top_begin(&model, before, 3);
    skep_top_queue_see(skep_top_model_find(&model, "c"), seen);
    skep_top_queue_see(skep_top_model_find(&model, "a"), top_make_seen("a"));
    assert_int_equal(skep_top_model_list(&model, after, 3), SKEP_OK);
    assert_int_equal(model.n_queues, 3);
    assert_ptr_equal(skep_top_model_find(&model, "c")->seen, seen);
    assert_null(skep_top_model_find(&model, "b")->seen);
    assert_null(skep_top_model_find(&model, "a"));
    assert_int_equal(skep_top_model_list(&model, NULL, 0), SKEP_OK);
    assert_null(skep_top_model_find(&model, "c"));
}

/* See queue "q" with one job that is so far, AT_MS. */
static const struct skep_top_seen *see(int64_t done, int64_t at_ms)
{
    struct skep_top_seen *seen = top_make_seen("q");
    struct skep_job job = top_job("j", 1000, done, 0);

    seen->overview.at_ms = at_ms;
    top_add_jobs(seen, &job, 1);
    skep_top_queue_see(skep_top_model_find(&model, "q"), seen);
    return seen;
}

/* A job's rate is what came between two looks; later ones move it smoothly towards what is new. */
static void test_model__job_rate(void **state)
{
    const char *const names[] = {"q"};
    double rate;

    (void)state;
    top_begin(&model, names, 1);
    assert_true(isnan(see(0, 1000)->job_per_s[0]));
    expect_near(see(20, 3000)->job_per_s[0], 10);
    rate = see(20, 5000)->job_per_s[0]; /* nothing came for 2 s of the 5 that it forgets in */
    expect_near(rate, 10 * exp(-2.0 / 5));
    rate = see(0, 7000)->job_per_s[0]; /* put again */
    expect_near(rate, 10 * exp(-4.0 / 5));
}

/* See queue "q" with so many gone out, AT_MS. */
static const struct skep_overview *see_out(int64_t n_out, int64_t at_ms)
{
    struct skep_top_seen *seen = top_make_seen("q");

    seen->overview.at_ms = at_ms;
    seen->overview.status.n_out = n_out;
    seen->overview.out_per_s = 0; /* known: what it is, is reckoned here */
    seen->overview.n_left = 100;
    skep_top_queue_see(skep_top_model_find(&model, "q"), seen);
    return &seen->overview;
}

/* Rates are those of the last ten seconds: of every task that takes three, one comes every other look. */
static void test_model__steady(void **state)
{
    const char *const names[] = {"q"};
    const struct skep_overview *overview;

    (void)state;
    top_begin(&model, names, 1);
    (void)see_out(0, 0);
    expect_near(see_out(4, 2000)->out_per_s, 2);
    expect_near(see_out(4, 4000)->out_per_s, 1);
    (void)see_out(8, 8000);
    overview = see_out(10, 10000);
    expect_near(overview->out_per_s, 1);
    expect_near(overview->eta_s, 100);
    expect_near(see_out(13, 12000)->out_per_s, 0.9);      /* since the look at 2 s */
    expect_near(see_out(14, 60000)->out_per_s, 1.0 / 48); /* a long gap: since the last look */
    assert_true(isnan(see_out(0, 62000)->out_per_s));     /* restored from older data */
    for (int i = 0; i < 3 * SKEP_TOP_PACE; i++) {
        overview = see_out(i, 100000 + 10 * i);
    }
    expect_near(overview->out_per_s, 100);
    assert_int_equal(model.queues[0].seen->n_pace, SKEP_TOP_PACE);
}

/* At the first look the counts that the server has kept are the ones before. */
static void test_model__steady_from_the_first(void **state)
{
    const char *const names[] = {"q"};
    struct skep_top_seen *seen = top_make_seen("q");

    (void)state;
    top_begin(&model, names, 1);
    seen->overview.out_per_s = 3;
    seen->overview.status.n_out = 60;
    seen->overview.status.pace = (struct skep_queue_pace){.at_ms = TOP_SERVER_MS - 20000, .n_out = 10};
    skep_top_queue_see(&model.queues[0], seen);
    expect_near(model.queues[0].seen->overview.out_per_s, 2.5);
}

/* The history is what rates were, and does not grow. */
static void test_model__history(void **state)
{
    const char *const names[] = {"q"};
    double rates[SKEP_TOP_HISTORY + 7];
    const struct skep_top_seen *seen;

    (void)state;
    top_begin(&model, names, 1);
    for (int i = 0; i < SKEP_TOP_HISTORY + 7; i++) {
        rates[i] = see_out(i * i, 2000 * i)->out_per_s;
    }
    seen = model.queues[0].seen;
    assert_int_equal(seen->n_out, SKEP_TOP_HISTORY);
    for (int i = 0; i < SKEP_TOP_HISTORY; i++) {
        expect_near(seen->out_per_s[i], rates[i + 7]);
    }
    assert_true(rates[20] > rates[19]);
}

/* The worst of a queue is its own, the first of the most severe. */
static void test_model__worst(void **state)
{
    struct skep_top_seen *seen = top_make_seen("q");

    (void)state;
    assert_null(skep_top_worst(seen));
    top_add_finding(seen, SKEP_FINDING_EVICTION, "the server's");
    assert_null(skep_top_worst(seen));
    top_add_finding(seen, SKEP_FINDING_PAUSED, "note");
    top_add_finding(seen, SKEP_FINDING_STALLED, "bad");
    top_add_finding(seen, SKEP_FINDING_NO_WORKERS, "bad, too");
    assert_string_equal(skep_top_worst(seen)->words, "bad");
    skep_top_seen_free(seen);
}

/* Sums leave out what is not known, and are not known when nothing is. */
static void test_model__sum(void **state)
{
    const char *const names[] = {"a", "b", "c"};
    struct skep_top_seen *a = top_make_seen("a"), *b = top_make_seen("b");
    struct skep_top_sum sum;

    (void)state;
    top_begin(&model, names, 3);
    assert_true(isnan(skep_top_sum_all(&model).out_per_s));
    top_add_slots(a, 3);
    a->overview.n_busy = 1;
    a->overview.status.n_waiting = 10;
    a->overview.n_left = 1000000;
    b->overview.status.n_waiting = 5;
    b->overview.out_per_s = 2.5;
    skep_top_queue_see(&model.queues[0], a);
    skep_top_queue_see(&model.queues[1], b);
    sum = skep_top_sum_all(&model);
    assert_int_equal(sum.n_seen, 2);
    assert_int_equal(sum.n_waiting, 15);
    assert_int_equal(sum.n_left, 1000000);
    assert_int_equal(sum.n_slots, 3);
    assert_int_equal(sum.n_busy, 1);
    expect_near(sum.out_per_s, 2.5);
    assert_true(isnan(sum.in_per_s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_model__list, tear_down),
        cmocka_unit_test_teardown(test_model__job_rate, tear_down),
        cmocka_unit_test_teardown(test_model__steady, tear_down),
        cmocka_unit_test_teardown(test_model__steady_from_the_first, tear_down),
        cmocka_unit_test_teardown(test_model__history, tear_down),
        cmocka_unit_test(test_model__worst),
        cmocka_unit_test_teardown(test_model__sum, tear_down),
    };

    return cmocka_run_group_tests_name("producer/top/model", tests, NULL, NULL);
}
