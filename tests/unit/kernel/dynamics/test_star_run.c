/* SPDX-License-Identifier: MIT */
#include "unit/kernel/dynamics/star_data.h"

#include <math.h>

#include "kernel/math/philox.h"

/* Given increments are added to every node after each step, and what is recorded has them. */
static void test_star_run__given_noise(void **state)
{
    static const double theta0[] = {1, 2, 3};
    /* Rows of four, of which three are used: a view with gaps. */
    static const double noise[] = {0.5, 0.25, 1, 99, -1, 2, 4, 99, 8, 16, -32, 99};
    static const double sums[] = {1.5, 2.25, 4, 0.5, 4.25, 8, 8.5, 20.25, -24};
    static const int64_t shape[] = {3, 3};
    struct kernel_call k;

    (void)state;
    star_init(&k, theta0, 3, 0, 0, 0, 0.001, 3);
    kernel_call_array(&k, "noise", SKEP_F8, 2, shape, noise);
    kernel_call_arg(&k, "noise")->view.strides[0] = 4;
    assert_memory_equal(star_run(&k, 3, 3), sums, sizeof sums);
    kernel_call_release(&k);
}

/* With sigma, leaves get sigma sqrt(dt) times the normals of stream 1 in order, and the hub nothing. */
static void test_star_run__own_noise(void **state)
{
    enum { STEPS = 50 };
    static const double theta0[] = {0, 0, 0, 0};
    struct skep_philox philox;
    double normals[3 * STEPS];
    double theta[4] = {0};
    struct kernel_call k;
    const double *out;

    (void)state;
    star_init(&k, theta0, 4, 0, 0, 0, 0.25, STEPS);
    kernel_call_arg(&k, "sigma")->f64 = 0.75;
    k.call.stream = (struct skep_stream_key){3, 4};
    out = star_run(&k, STEPS, 4);
    skep_philox_init(&philox, k.call.stream, 1);
    skep_philox_fill_normal(&philox, normals, 3 * STEPS);
    for (int step = 0; step < STEPS; step++) {
        for (int j = 1; j < 4; j++) {
            theta[j] += 0.375 * normals[3 * step + j - 1];
        }
        assert_memory_equal(out + 4 * step, theta, sizeof theta);
    }
    kernel_call_release(&k);
}

/* ---- side by side ---- */

enum { CALLS_MAX = 40 };

/* N calls that differ in numbers, starts and streams; some in the kind of noise if MIXED. */
static void calls_init(struct kernel_call *k, int n, int64_t m, int64_t steps, bool has_sigma, bool is_mixed)
{
    for (int i = 0; i < n; i++) {
        star_init(&k[i], NULL, 0, 3 + i, 1 - 0.25 * i, 0.5 * i, 0.001 * (1 + i % 5), steps);
        kernel_call_arg(&k[i], "m")->i64 = m;
        kernel_call_arg(&k[i], "skip")->i64 = 3;
        kernel_call_arg(&k[i], "every")->i64 = 2;
        kernel_call_arg(&k[i], "sigma")->f64 = has_sigma || (is_mixed && i == n - 1) ? 0.1 + i : 0;
        k[i].call.stream = (struct skep_stream_key){77, (uint64_t)i};
    }
}

/* Together they give what each gives alone, to the bit, and the memory that the rows told is about enough. */
static void check_many(struct kernel_call *k, int n)
{
    struct skep_call calls[CALLS_MAX];
    struct skep_value values[CALLS_MAX];
    struct skep_error err = {0};

    for (int i = 0; i < n; i++) {
        calls[i] = k[i].call;
        calls[i].arena = &k[0].arena;
    }
    assert_int_equal(k->kernel->run_many(calls, n, values, &err), SKEP_OK);
    for (int i = 0; i < n; i++) {
        struct kernel_call alone = k[i];
        size_t bytes = (size_t)skep_view_count(&values[i].array) * sizeof(double);
        skep_arena_init(&alone.arena, (size_t)1 << 24);
        alone.call.arena = &alone.arena;
        assert_int_equal(kernel_call_run(&alone), SKEP_OK);
        assert_int_equal(values[i].array.ndim, 2);
        assert_int_equal(values[i].array.shape[0], alone.value.array.shape[0]);
        assert_int_equal(values[i].array.shape[1], alone.value.array.shape[1]);
        assert_memory_equal(values[i].array.data, alone.value.array.data, bytes);
        kernel_call_release(&alone);
    }
}

static void calls_release(struct kernel_call *k, int n)
{
    for (int i = 0; i < n; i++) {
        kernel_call_release(&k[i]);
    }
}

/* Any number of series of any number of nodes, with and without noise, phases and sines. */
static void test_star_run__side_by_side(void **state)
{
    static const int numbers[] = {1, 2, 3, 7, 15, 16, 17, 19, 40};
    static const int nodes[] = {2, 3, 4, 5, 6, 9, 10, 11, 24, 25, 40};
    static struct kernel_call k[CALLS_MAX];

    (void)state;
    for (size_t c = 0; c < sizeof numbers / sizeof numbers[0]; c++) {
        for (size_t m = 0; m < sizeof nodes / sizeof nodes[0]; m++) {
            int n = numbers[c];
            calls_init(k, n, nodes[m], nodes[m] == 4 ? 200 : 12, (c + m) % 2 == 0, false);
            for (int i = 0; i < n; i++) {
                kernel_call_word(&k[i], "observe", m % 3 == 0 ? "sin" : "phase");
            }
            check_many(k, n);
            calls_release(k, n);
        }
    }
}

/* Series with given noise, and from given starts through strided views. */
static void test_star_run__side_by_side_given(void **state)
{
    enum { N = 9, STEPS = 600, M = 4 };
    static const int64_t shape[] = {STEPS, M};
    static const int64_t m = M;
    static double noise[N * STEPS * M];
    static struct kernel_call k[CALLS_MAX];

    (void)state;
    for (int i = 0; i < N * STEPS * M; i++) {
        noise[i] = (double)(i * 7919 % 10007) * 1e-6 - 0.005;
    }
    calls_init(k, N, M, STEPS, false, false);
    for (int i = 0; i < N; i++) {
        kernel_call_array(&k[i], "noise", SKEP_F8, 2, shape,
                          noise + i * STEPS * M + (i % 2 != 0 ? M - 1 : 0));
        if (i % 2 != 0) {
            kernel_call_arg(&k[i], "noise")->view.strides[1] = -1;
        }
        kernel_call_array(&k[i], "theta0", SKEP_F8, 1, &m, noise + i);
        kernel_call_arg(&k[i], "theta0")->view.strides[0] = 3;
    }
    check_many(k, N);
    calls_release(k, N);
}

/* Series that cannot go side by side are run one by one. */
static void test_star_run__unlike_series(void **state)
{
    static const char *const names[] = {"m", "steps", "skip", "every"};
    static struct kernel_call k[CALLS_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        calls_init(k, 5, 4, 20, true, false);
        kernel_call_arg(&k[2], names[i])->i64 += 1;
        check_many(k, 5);
        calls_release(k, 5);
    }
    calls_init(k, 5, 4, 20, false, true);
    check_many(k, 5);
    calls_release(k, 5);
    calls_init(k, 5, 4, 20, false, false);
    kernel_call_word(&k[4], "observe", "sin");
    check_many(k, 5);
    calls_release(k, 5);
}

/* One that fails makes the lot fail: by its arguments, its numbers, at the end, by memory, by a stop. */
static void test_star_run__side_by_side_fails(void **state)
{
    static struct kernel_call k[CALLS_MAX];
    struct skep_call calls[CALLS_MAX];
    struct skep_value values[CALLS_MAX];

    (void)state;
    for (int what = 0; what < 5; what++) {
        static const skep_status want[] = {SKEP_E_BAD_ARGS, SKEP_E_NUMERIC, SKEP_E_NUMERIC, SKEP_E_NOMEM,
                                           SKEP_STOPPED};
        struct skep_error err = {0};
        calls_init(k, 6, 4, 20, false, false);
        kernel_call_arg(&k[5], "dt")->f64 = what == 0 ? NAN : what <= 2 ? 1e307 : 0.1;
        kernel_call_arg(&k[5], "omega_c")->f64 = what == 1 || what == 2 ? 10 : 1;
        for (int i = 0; i < 6; i++) {
            kernel_call_arg(&k[i], "skip")->i64 = what == 2 ? 20 : 3;
            calls[i] = k[i].call;
            calls[i].arena = &k[0].arena;
            calls[i].stop = &k[0].stop;
        }
        k[0].arena.max_bytes = what == 3 ? 2000 : 1 << 20;
        atomic_store(&k[0].stop, what == 4);
        assert_int_equal(k->kernel->run_many(calls, 6, values, &err), want[what]);
        calls_release(k, 6);
    }
}

/* What a call takes from the arena is what its row told. */
static void test_star_run__cost(void **state)
{
    (void)state;
    for (int64_t m = 2; m <= 4096; m = 3 * m - 1) {
        for (int has_sigma = 0; has_sigma < 2; has_sigma++) {
            for (int64_t steps = 0; steps < 600; steps = 5 * steps + 20) {
                struct kernel_call k;
                struct skep_cost cost;
                calls_init(&k, 1, m, m > 300 ? steps % 7 : steps, has_sigma, false);
                assert_int_equal(kernel_call_run(&k), SKEP_OK);
                k.kernel->cost(&k.call, &cost);
                assert_true(cost.bytes == (double)k.arena.used_bytes && cost.seconds > 0);
                kernel_call_release(&k);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_star_run__given_noise),   cmocka_unit_test(test_star_run__own_noise),
        cmocka_unit_test(test_star_run__side_by_side),  cmocka_unit_test(test_star_run__side_by_side_given),
        cmocka_unit_test(test_star_run__unlike_series), cmocka_unit_test(test_star_run__side_by_side_fails),
        cmocka_unit_test(test_star_run__cost),
    };
    return cmocka_run_group_tests_name("kernel/star_run", tests, NULL, NULL);
}
