/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

/* The arguments of KERNEL that have the names of arguments of STAR become theirs. */
static void copy_args(const struct kernel_call *star, struct kernel_call *to)
{
    for (size_t i = 0; i < skep_kernel_count_args(star->kernel); i++) {
        for (size_t j = 0; j < skep_kernel_count_args(to->kernel); j++) {
            if (strcmp(star->kernel->args[i].name, to->kernel->args[j].name) == 0) {
                to->args[j] = star->args[i];
            }
        }
    }
}

/* What te_box gives from column J to column I of the series of SERIES, with the options of STAR. */
static double te_box_of(const struct kernel_call *star, const struct kernel_call *series, int64_t i,
                        int64_t j)
{
    const struct skep_view *s = &series->value.array;
    struct kernel_call te;
    double value;

    kernel_call_init(&te, "te_box");
    copy_args(star, &te);
    kernel_call_array(&te, "x", SKEP_F8, 1, s->shape, (const double *)s->data + i);
    kernel_call_array(&te, "y", SKEP_F8, 1, s->shape, (const double *)s->data + j);
    te.args[0].view.strides[0] = s->strides[0];
    te.args[1].view.strides[0] = s->strides[0];
    assert_int_equal(kernel_call_run(&te), SKEP_OK);
    value = te.value.f64;
    kernel_call_release(&te);
    return value;
}

/* The value of STAR has the bits of te_box over the columns of star_rk4, in the order that the row says. */
static void check_value(const struct kernel_call *star)
{
    const double *value = star->value.array.data;
    struct kernel_call series;
    int64_t m, pair = 0, p = star->value.array.shape[1];

    kernel_call_init(&series, "star_rk4");
    copy_args(star, &series);
    series.call.stream = star->call.stream;
    assert_int_equal(kernel_call_run(&series), SKEP_OK);
    m = series.value.array.shape[1];
    assert_int_equal(star->value.array.ndim, 2);
    assert_int_equal(star->value.array.shape[0], 2);
    assert_int_equal(p, m * (m - 1) / 2);
    for (int64_t a = 0; a < m; a++) {
        for (int64_t b = a + 1; b < m; b++, pair++) {
            double forth = te_box_of(star, &series, b, a), back = te_box_of(star, &series, a, b);
            assert_memory_equal(&value[pair], &forth, sizeof forth);
            assert_memory_equal(&value[p + pair], &back, sizeof back);
        }
    }
    kernel_call_release(&series);
}

static void star_init(struct kernel_call *k, double lambda, int64_t steps, int64_t skip, int64_t every)
{
    kernel_call_init(k, "star_te");
    kernel_call_arg(k, "lambda")->f64 = lambda;
    kernel_call_arg(k, "steps")->i64 = steps;
    kernel_call_arg(k, "skip")->i64 = skip;
    kernel_call_arg(k, "every")->i64 = every;
    k->call.stream = (struct skep_stream_key){7, 3};
}

/* Both variants give the bits of star_rk4 and te_box, one after the other, whatever the options. */
static void test_star_te__is_star_rk4_and_te_box(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < 40; round++) {
        struct kernel_call k;

        star_init(&k, 3 * test_chance_f8(&chance), 400, 100, 1 + round % 5);
        kernel_call_arg(&k, "m")->i64 = 2 + round % 5;
        kernel_call_arg(&k, "sigma")->f64 = round % 3 == 0 ? 0 : test_chance_f8(&chance);
        kernel_call_arg(&k, "r")->f64 = test_chance_f8(&chance);
        kernel_call_arg(&k, "exclude")->i64 = round % 4 * 5;
        kernel_call_word(&k, "observe", round % 7 == 0 ? "phase" : "sin");
        kernel_call_word(&k, "edge", round % 2 == 0 ? "strict" : "inclusive");
        kernel_call_word(&k, "base", round % 2 == 0 ? "2" : "e");
        kernel_call_arg(&k, "normalise")->boolean = round % 3 == 1;
        kernel_call_word(&k, "next_width", round % 2 == 0 ? "own" : "past");
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        check_value(&k);
        assert_int_equal(kernel_call_reference(&k), SKEP_OK);
        check_value(&k);
        kernel_call_release(&k);
    }
}

/* With nothing but a coupling it runs, and shows what drives what: the faster hub its leaves, they each other
 * through it. Without coupling there is no flow but that of chance. */
static void test_star_te__default_example(void **state)
{
    static const double noise = 0.5;
    double hub[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct kernel_call k;
        const double *value;

        kernel_call_init(&k, "star_te");
        kernel_call_arg(&k, "lambda")->f64 = i == 0 ? 0 : 1.2;
        kernel_call_array(&k, "noise", SKEP_F8, 0, NULL, &noise);
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        assert_int_equal(k.value.array.shape[1], 6);
        value = k.value.array.data;
        hub[i] = (value[0] + value[1] + value[2]) / 3;
        kernel_call_release(&k);
    }
    print_message("hub to leaf: %.6f without coupling, %.6f with\n", hub[0], hub[1]);
    assert_true(fabs(hub[0]) < 0.01 && hub[1] > 0.1);
}

/* Noise as a number is sigma. */
static void test_star_te__noise_is_sigma(void **state)
{
    static const double noise = 0.25;
    struct kernel_call by_noise, by_sigma;

    (void)state;
    star_init(&by_noise, 1, 1000, 0, 1);
    kernel_call_array(&by_noise, "noise", SKEP_F8, 0, NULL, &noise);
    star_init(&by_sigma, 1, 1000, 0, 1);
    kernel_call_arg(&by_sigma, "sigma")->f64 = noise;
    assert_int_equal(kernel_call_run(&by_noise), SKEP_OK);
    assert_int_equal(kernel_call_run(&by_sigma), SKEP_OK);
    assert_memory_equal(by_noise.value.array.data, by_sigma.value.array.data, 12 * sizeof(double));
    assert_true(((const double *)by_noise.value.array.data)[0] != 0);
    kernel_call_release(&by_noise);
    kernel_call_release(&by_sigma);
}

/* A call takes from its arena what its row says beforehand. */
static void test_star_te__cost(void **state)
{
    (void)state;
    for (int round = 0; round < 8; round++) {
        struct kernel_call k;
        struct skep_cost cost;

        star_init(&k, 1, round % 2 == 0 ? 2 : 3000, 0, 1);
        kernel_call_arg(&k, "m")->i64 = 2 + round;
        kernel_call_arg(&k, "sigma")->f64 = round % 3;
        kernel_call_arg(&k, "normalise")->boolean = round % 4 == 0;
        k.kernel->cost(&k.call, &cost);
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        assert_true((double)k.arena.used_bytes <= cost.bytes + 4096);
        assert_true(cost.bytes <= 1.1 * (double)k.arena.used_bytes + 4096);
        kernel_call_release(&k);
    }
}

/* Refused are too few states and what star_rk4 refuses; a stop is obeyed in either half. */
static void test_star_te__refuses(void **state)
{
    static const double line[3];
    static const int64_t shape[] = {3};
    struct kernel_call k;

    (void)state;
    star_init(&k, 1, 1000, 0, 1000);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "2 recorded states at least; steps, skip and every give 1");
    star_init(&k, NAN, 1000, 0, 1);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "lambda is not finite");
    star_init(&k, 1, 3, 0, 1);
    kernel_call_array(&k, "noise", SKEP_F8, 1, shape, line);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "noise wants shape [steps,m] = (3, 4), got (3,)");
    star_init(&k, 1, 1000000000, 0, 1000);
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_star_te__is_star_rk4_and_te_box),
        cmocka_unit_test(test_star_te__default_example),
        cmocka_unit_test(test_star_te__noise_is_sigma),
        cmocka_unit_test(test_star_te__cost),
        cmocka_unit_test(test_star_te__refuses),
    };
    return cmocka_run_group_tests_name("kernel/star_te", tests, NULL, NULL);
}
