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
static const struct skep_top_seen *see(int64_t done, int64_t at_ms, double out_per_s)
{
    struct skep_top_seen *seen = top_make_seen("q");
    struct skep_job job = top_job("j", 1000, done, 0);

    seen->overview.at_ms = at_ms;
    seen->overview.out_per_s = out_per_s;
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
    assert_true(isnan(see(0, 1000, 5)->job_per_s[0]));
    expect_near(see(20, 3000, 6)->job_per_s[0], 10);
    rate = see(20, 5000, 7)->job_per_s[0]; /* nothing came for 2 s of the 8 that it forgets in */
    expect_near(rate, 10 * exp(-2.0 / 8));
    rate = see(0, 7000, NAN)->job_per_s[0]; /* put again */
    expect_near(rate, 10 * exp(-4.0 / 8));
    assert_int_equal(model.queues[0].seen->n_out, 4);
    expect_near(model.queues[0].seen->out_per_s[1], 6);
}

/* The history does not grow. */
static void test_model__history(void **state)
{
    const char *const names[] = {"q"};
    const struct skep_top_seen *seen = NULL;

    (void)state;
    top_begin(&model, names, 1);
    for (int i = 0; i < SKEP_TOP_HISTORY + 7; i++) {
        seen = see(0, 1000 * i, i);
    }
    assert_int_equal(seen->n_out, SKEP_TOP_HISTORY);
    expect_near(seen->out_per_s[0], 7);
    expect_near(seen->out_per_s[SKEP_TOP_HISTORY - 1], SKEP_TOP_HISTORY + 6);
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
    a->overview.status.slots[1].n_held = 2;
    a->overview.status.n_waiting = 10;
    b->overview.status.n_waiting = 5;
    b->overview.out_per_s = 2.5;
    skep_top_queue_see(&model.queues[0], a);
    skep_top_queue_see(&model.queues[1], b);
    sum = skep_top_sum_all(&model);
    assert_int_equal(sum.n_seen, 2);
    assert_int_equal(sum.n_waiting, 15);
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
        cmocka_unit_test_teardown(test_model__history, tear_down),
        cmocka_unit_test(test_model__worst),
        cmocka_unit_test_teardown(test_model__sum, tear_down),
    };

    return cmocka_run_group_tests_name("producer/top/model", tests, NULL, NULL);
}
