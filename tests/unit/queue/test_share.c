/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "queue/share.h"

#include <math.h>

/* Serve N_TURNS times, each queue with tasks of its own length, and sum the time that each one got. */
static void serve(struct skep_share *share, int n_turns, const double *task_s, double *got_s)
{
    for (int i = 0; i < n_turns; i++) {
        int next = skep_share_next(share);
        assert_in_range(next, 0, (int)share->n - 1);
        skep_share_spend(share, (size_t)next, task_s[next]);
        got_s[next] += task_s[next];
    }
}

static void all_have_work(struct skep_share *share)
{
    for (size_t i = 0; i < share->n; i++) {
        skep_share_set_work(share, i, true);
    }
}

/* Time is shared by weight, however long the tasks of each queue are: no queue is further from its part than
 * its longest task, or that of another one. */
static void test_share__time_goes_by_weight(void **state)
{
    static const unsigned weights[] = {4, 1, 2};
    static const double task_s[] = {0.003, 10.0, 0.5};
    struct skep_share share;
    double got_s[3] = {0}, total_s;

    (void)state;
    skep_share_init(&share, 3, weights, false, 0);
    all_have_work(&share);
    serve(&share, 100000, task_s, got_s);
    total_s = got_s[0] + got_s[1] + got_s[2];
    for (int i = 0; i < 3; i++) {
        assert_true(fabs(got_s[i] - total_s * weights[i] / 7) <= 4 * 10.0);
    }
}

/* A queue alone gets everything, and owes nothing for it when another one comes. */
static void test_share__a_queue_alone_gets_everything(void **state)
{
    static const unsigned weights[] = {1, 1};
    static const double task_s[] = {1.0, 1.0};
    struct skep_share share;
    double got_s[2] = {0};

    (void)state;
    skep_share_init(&share, 2, weights, false, 0);
    skep_share_set_work(&share, 0, true);
    serve(&share, 1000, task_s, got_s);
    assert_true(got_s[0] == 1000.0 && got_s[1] == 0.0);
    skep_share_set_work(&share, 1, true);
    assert_int_equal(skep_share_next(&share), 1); /* it comes at once */
    got_s[0] = got_s[1] = 0;
    serve(&share, 100, task_s, got_s);
    assert_true(fabs(got_s[0] - 50) <= 1 && fabs(got_s[1] - 50) <= 1); /* and takes no more than its part */
}

/* A queue that comes during an hour of another one is next, and then takes no more than its part: the hour
 * was nobody else's. What both have waited for counts in full. */
static void test_share__who_comes_late_has_no_hour_to_claim(void **state)
{
    static const unsigned weights[] = {1, 1};
    static const double task_s[] = {1.0, 1.0};
    struct skep_share share;
    double got_s[2] = {0};

    (void)state;
    skep_share_init(&share, 2, weights, false, 0);
    skep_share_set_work(&share, 0, true);
    skep_share_spend(&share, 0, 3600.0);
    skep_share_set_work(&share, 1, true);
    assert_int_equal(skep_share_next(&share), 1);
    serve(&share, 100, task_s, got_s);
    assert_true(fabs(got_s[0] - 50) <= 1);
    skep_share_spend(&share, 0, 3600.0);
    got_s[0] = got_s[1] = 0;
    serve(&share, 3600, task_s, got_s);
    assert_true(got_s[0] <= 1);
}

/* After a time in which nobody had work all begin anew. */
static void test_share__idle_time_settles_all_debts(void **state)
{
    static const unsigned weights[] = {1, 1, 1};
    struct skep_share share;

    (void)state;
    skep_share_init(&share, 3, weights, false, 0);
    skep_share_set_work(&share, 2, true);
    skep_share_spend(&share, 2, 3600.0);
    skep_share_set_work(&share, 2, false);
    all_have_work(&share);
    skep_share_spend(&share, 0, 1.0);
    skep_share_spend(&share, 1, 1.0);
    assert_int_equal(skep_share_next(&share), 2);
}

/* Who had too much before a pause still waits for the others after it. */
static void test_share__a_pause_pays_no_debts(void **state)
{
    static const unsigned weights[] = {1, 1};
    struct skep_share share;

    (void)state;
    skep_share_init(&share, 2, weights, false, 0);
    all_have_work(&share);
    skep_share_spend(&share, 0, 100.0);
    skep_share_set_work(&share, 0, false);
    skep_share_set_work(&share, 0, true);
    for (int i = 0; i < 99; i++) {
        assert_int_equal(skep_share_next(&share), 1);
        skep_share_spend(&share, 1, 1.0);
    }
}

/* In strict order the first that has work is served, whatever it had already. */
static void test_share__strict_is_strict(void **state)
{
    static const unsigned weights[] = {1, 1000, 1};
    struct skep_share share;

    (void)state;
    skep_share_init(&share, 3, weights, true, 5);
    skep_share_set_work(&share, 1, true);
    skep_share_set_work(&share, 2, true);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(skep_share_next(&share), 1);
        skep_share_spend(&share, 1, 1000.0);
    }
    skep_share_set_work(&share, 0, true);
    assert_int_equal(skep_share_next(&share), 0);
    skep_share_set_work(&share, 0, false);
    skep_share_set_work(&share, 1, false);
    assert_int_equal(skep_share_next(&share), 2);
}

/* Eight slots that start at the same moment start with different queues, by weight: six of eight with the one
 * that weighs three times as much. It makes no difference to what follows. */
static void test_share__slots_start_apart(void **state)
{
    static const unsigned weights[] = {3, 1};
    static const double task_s[] = {1.0, 1.0};
    int n_first[2] = {0};

    (void)state;
    for (unsigned turn = 0; turn < 8; turn++) {
        struct skep_share share;
        double got_s[2] = {0};
        skep_share_init(&share, 2, weights, false, turn);
        all_have_work(&share);
        n_first[skep_share_next(&share)]++;
        serve(&share, 400, task_s, got_s);
        assert_true(fabs(got_s[0] - 300) <= 2);
    }
    assert_int_equal(n_first[0], 6);
    assert_int_equal(n_first[1], 2);
}

/* Nobody is served when nobody has work. */
static void test_share__nobody_has_work(void **state)
{
    static const unsigned weights[] = {1, 1};
    struct skep_share share;

    (void)state;
    skep_share_init(&share, 2, weights, false, 0);
    assert_int_equal(skep_share_next(&share), -1);
    skep_share_set_work(&share, 1, true);
    skep_share_set_work(&share, 1, false);
    assert_int_equal(skep_share_next(&share), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share__time_goes_by_weight),
        cmocka_unit_test(test_share__a_queue_alone_gets_everything),
        cmocka_unit_test(test_share__who_comes_late_has_no_hour_to_claim),
        cmocka_unit_test(test_share__idle_time_settles_all_debts),
        cmocka_unit_test(test_share__a_pause_pays_no_debts),
        cmocka_unit_test(test_share__strict_is_strict),
        cmocka_unit_test(test_share__slots_start_apart),
        cmocka_unit_test(test_share__nobody_has_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
