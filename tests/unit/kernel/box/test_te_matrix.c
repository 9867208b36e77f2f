/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/box_cases.h"

enum { SAMPLES_MAX = 300, COLUMNS_MAX = 6 };

static double data[SAMPLES_MAX * COLUMNS_MAX];

/* The array (n, m) in C order, in Fortran order or backwards. */
static void set_columns(struct kernel_call *k, int64_t n, int64_t m, int layout)
{
    const int64_t shape[] = {n, m};
    struct skep_view *view;

    kernel_call_array(k, "s", SKEP_F8, 2, shape, data);
    view = &k->args[0].view;
    if (layout == 1) {
        view->strides[0] = 1;
        view->strides[1] = n;
    } else if (layout == 2 && n * m > 0) {
        view->data = data + n * m - 1;
        view->strides[0] = -m;
        view->strides[1] = -1;
    }
}

/* What te_box gives from column J to column I with the options of K. */
static double te_box_of(const struct kernel_call *k, int64_t i, int64_t j)
{
    const struct skep_view *s = &k->args[0].view;
    struct kernel_call single;
    const int64_t columns[2] = {i, j};
    double value;

    kernel_call_init(&single, "te_box");
    for (int a = 0; a < 2; a++) {
        struct skep_view *view = &single.args[a].view;
        skep_view_init(view, (const double *)s->data + columns[a] * s->strides[1], SKEP_F8, 1, &s->shape[0]);
        view->strides[0] = s->strides[0];
    }
    for (size_t a = 2; a < skep_kernel_count_args(single.kernel); a++) {
        single.args[a] = k->args[a - 1];
    }
    assert_int_equal(kernel_call_run(&single), SKEP_OK);
    value = single.value.f64;
    kernel_call_release(&single);
    return value;
}

static void set_options(struct kernel_call *k, enum box_kind kind, int64_t n, uint64_t *chance)
{
    kernel_call_arg(k, "r")->f64 = box_radius(kind, chance);
    kernel_call_arg(k, "exclude")->i64 = box_exclude(n, chance);
    kernel_call_word(k, "edge", test_chance(chance) % 2 == 0 ? "inclusive" : "strict");
    kernel_call_word(k, "base", test_chance(chance) % 2 == 0 ? "e" : "2");
    kernel_call_arg(k, "normalise")->boolean = test_chance(chance) % 2 == 0;
    kernel_call_word(k, "next_width", test_chance(chance) % 2 == 0 ? "own" : "past");
}

/* Each entry has the bits of te_box, in both variants, for columns of every kind in any order in memory with
 * any options; the diagonal is 0. */
static void test_te_matrix__is_te_box(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < box_rounds(400); round++) {
        enum box_kind kind = (enum box_kind)(round % BOX_KINDS);
        int64_t n = 2 + (int64_t)(test_chance(&chance) % (round % 20 != 0 ? 40 : SAMPLES_MAX - 2));
        int64_t m = 1 + (int64_t)(test_chance(&chance) % COLUMNS_MAX);
        struct kernel_call k;

        for (int64_t i = 0; i < n * m; i++) {
            data[i] = box_value(kind, i, &chance);
        }
        kernel_call_init(&k, "te_matrix");
        set_columns(&k, n, m, round % 3);
        set_options(&k, kind, n, &chance);
        for (int variant = 0; variant < 2; variant++) {
            const double *value;
            assert_int_equal(variant == 0 ? kernel_call_run(&k) : kernel_call_reference(&k), SKEP_OK);
            assert_int_equal(k.value.array.dtype, SKEP_F8);
            assert_int_equal(k.value.array.ndim, 2);
            assert_true(k.value.array.shape[0] == m && k.value.array.shape[1] == m);
            value = k.value.array.data;
            for (int64_t e = 0; e < m * m; e++) {
                double expected = e / m == e % m ? 0.0 : te_box_of(&k, e / m, e % m);
                if (memcmp(&value[e], &expected, sizeof expected) != 0) {
                    fail_msg("round %d, variant %d: entry %d is %.17g, not %.17g", round, variant, (int)e,
                             value[e], expected);
                }
            }
        }
        kernel_call_release(&k);
    }
}

/* A chain of columns, each driven by the one before it, shows in the entries next to the diagonal. */
static void test_te_matrix__direction(void **state)
{
    enum { N = 3000, M = 3 };
    static double s[N][M];
    static const int64_t shape[] = {N, M};
    uint64_t chance = 2;
    struct kernel_call k;
    const double *value;

    (void)state;
    for (int t = 1; t < N; t++) {
        for (int c = 0; c < M; c++) {
            s[t][c] = (c > 0 ? 0.9 * s[t - 1][c - 1] : 0) + 0.5 * box_normal(&chance);
        }
    }
    kernel_call_init(&k, "te_matrix");
    kernel_call_array(&k, "s", SKEP_F8, 2, shape, s);
    kernel_call_arg(&k, "r")->f64 = 0.5;
    kernel_call_arg(&k, "exclude")->i64 = 1;
    kernel_call_arg(&k, "normalise")->boolean = true;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    value = k.value.array.data;
    for (int i = 0; i < M; i++) {
        for (int j = 0; j < M; j++) {
            assert_true(i == j + 1 ? value[i * M + j] > 0.15 : value[i * M + j] < 0.05);
        }
    }
    kernel_call_release(&k);
}

/* A call takes from its arena what its row says beforehand, and is refused with less. */
static void test_te_matrix__cost(void **state)
{
    uint64_t chance = 3;

    (void)state;
    for (int64_t i = 0; i < SAMPLES_MAX * COLUMNS_MAX; i++) {
        data[i] = box_normal(&chance);
    }
    for (int round = 0; round < 12; round++) {
        int64_t n = round % 2 == 0 ? SAMPLES_MAX : 2;
        struct kernel_call k;

        kernel_call_init(&k, "te_matrix");
        set_columns(&k, n, round % 5, round % 3);
        kernel_call_arg(&k, "r")->f64 = 0.3;
        kernel_call_arg(&k, "normalise")->boolean = round % 4 == 0;
        box_assert_cost(&k);
    }
}

/* No columns make an empty matrix; fewer than two rows are refused; a stop is obeyed. */
static void test_te_matrix__refuses(void **state)
{
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "te_matrix");
    set_columns(&k, 10, 0, 0);
    kernel_call_arg(&k, "r")->f64 = 0.3;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.array.shape[0] == 0 && k.value.array.shape[1] == 0);
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    set_columns(&k, 1, 3, 0);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "s needs 2 rows at least, it has 1");
    set_columns(&k, 10, 3, 0);
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_te_matrix__is_te_box),
        cmocka_unit_test(test_te_matrix__direction),
        cmocka_unit_test(test_te_matrix__cost),
        cmocka_unit_test(test_te_matrix__refuses),
    };
    return cmocka_run_group_tests_name("kernel/box/te_matrix", tests, NULL, NULL);
}
