/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/box_cases.h"

enum { ROWS_MAX = 2000 };

static double columns[2][ROWS_MAX];
static double data[2 * ROWS_MAX];

/* Both variants give the counts of the plain loop for the record in COLUMNS. */
static void check(enum box_kind kind, int64_t n, int layout, uint64_t *chance, int round)
{
    double r = box_radius(kind, chance);
    const double radius[2] = {r, r};
    int64_t exclude = box_exclude(n, chance);
    int64_t gap = exclude < n ? exclude + 1 : n; /* more than exclude apart */
    struct kernel_call k;

    kernel_call_init(&k, "mi_box_counts");
    box_set_record(&k, n, 2, ROWS_MAX, columns[0], data, layout);
    kernel_call_arg(&k, "r")->f64 = r;
    kernel_call_arg(&k, "exclude")->i64 = exclude;
    for (int variant = 0; variant < 2; variant++) {
        const int64_t *counts;
        assert_int_equal(variant == 0 ? kernel_call_run(&k) : kernel_call_reference(&k), SKEP_OK);
        assert_int_equal(k.value.kind, SKEP_VALUE_ARRAY);
        assert_int_equal(k.value.array.dtype, SKEP_I8);
        assert_int_equal(k.value.array.ndim, 2);
        assert_int_equal(k.value.array.shape[0], n);
        assert_int_equal(k.value.array.shape[1], 3);
        counts = k.value.array.data;
        for (int64_t i = 0; i < n; i++) {
            int64_t expected[4];
            box_mi_counts(columns[0], columns[1], n, radius, gap, false, i, expected);
            if (memcmp(counts + 3 * i, expected, 3 * sizeof *expected) != 0) {
                fail_msg("round %d, kind %d, n %d, layout %d, r %g, exclude %lld: point %d", round, kind,
                         (int)n, layout, r, (long long)exclude, (int)i);
            }
        }
    }
    kernel_call_release(&k);
}

static void fill(enum box_kind kind, int64_t n, uint64_t *chance)
{
    for (int64_t i = 0; i < n; i++) {
        for (int c = 0; c < 2; c++) {
            columns[c][i] = box_value(kind, i, chance);
        }
    }
}

/* Thousands of small records of every kind, in every order in memory, with every radius and window. */
static void test_mi_box_counts__small(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < box_rounds(6000); round++) {
        enum box_kind kind = (enum box_kind)(round % BOX_KINDS);
        int64_t n = (int64_t)(test_chance(&chance) % (round % 3 == 0 ? 5 : 40));

        fill(kind, n, &chance);
        check(kind, n, (int)(test_chance(&chance) % 4), &chance, round);
    }
}

/* Some larger ones. */
static void test_mi_box_counts__larger(void **state)
{
    uint64_t chance = 2;

    (void)state;
    for (int round = 0; round < box_rounds(2 * BOX_KINDS); round++) {
        enum box_kind kind = (enum box_kind)(round % BOX_KINDS);
        int64_t n = 100 + (int64_t)(test_chance(&chance) % (ROWS_MAX - 100));

        fill(kind, n, &chance);
        check(kind, n, round % 3, &chance, round);
    }
}

/* So many rows that places need more than 16 bits; some of them are compared with all others. */
static void test_mi_box_counts__sampled(void **state)
{
    enum { N = 140000 };
    static double rows[2][N]; /* in Fortran order */
    static const int64_t shape[] = {N, 2};
    const double r[2] = {0.2, 0.2};
    uint64_t chance = 4;
    struct kernel_call k;

    (void)state;
    for (int i = 0; i < N; i++) {
        for (int c = 0; c < 2; c++) {
            rows[c][i] = box_normal(&chance);
        }
    }
    kernel_call_init(&k, "mi_box_counts");
    kernel_call_array(&k, "record", SKEP_F8, 2, shape, rows);
    k.args[0].view.strides[0] = 1;
    k.args[0].view.strides[1] = N;
    kernel_call_arg(&k, "r")->f64 = r[0];
    kernel_call_arg(&k, "exclude")->i64 = 100;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    for (int sample = 0; sample < 30; sample++) {
        int64_t i = sample < 2 ? sample * (N - 1) : (int64_t)(test_chance(&chance) % N);
        int64_t expected[4];
        box_mi_counts(rows[0], rows[1], N, r, 101, false, i, expected);
        assert_memory_equal((const int64_t *)k.value.array.data + 3 * i, expected, 3 * sizeof *expected);
    }
    kernel_call_release(&k);
}

/* A call takes from its arena what its row says beforehand, and is refused with
 * less. */
static void test_mi_box_counts__cost(void **state)
{
    uint64_t chance = 3;

    (void)state;
    for (int layout = 0; layout < 2; layout++) {
        for (int64_t n = 0; n < ROWS_MAX; n = 6 * n + 1) {
            struct kernel_call k;

            fill(BOX_UNIFORM, n, &chance);
            kernel_call_init(&k, "mi_box_counts");
            box_set_record(&k, n, 2, ROWS_MAX, columns[0], data, layout);
            kernel_call_arg(&k, "r")->f64 = 0.1;
            box_assert_cost(&k);
        }
    }
}

/* Too little memory, or a stop, ends the call with its reason. */
static void test_mi_box_counts__refuses(void **state)
{
    static const double zeros[2000];
    static const int64_t shape[] = {1000, 2};
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "mi_box_counts");
    kernel_call_array(&k, "record", SKEP_F8, 2, shape, zeros);
    kernel_call_arg(&k, "r")->f64 = 1;
    k.arena.max_bytes = 10000;
    kernel_call_refused(&k, SKEP_E_NOMEM, "value of shape (1000, 3)");
    k.arena.max_bytes = 26000;
    kernel_call_refused(&k, SKEP_E_NOMEM, "no memory for 8000 bytes");
    kernel_call_release(&k);
    k.arena.max_bytes = 1000000;
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mi_box_counts__small),   cmocka_unit_test(test_mi_box_counts__larger),
        cmocka_unit_test(test_mi_box_counts__sampled), cmocka_unit_test(test_mi_box_counts__cost),
        cmocka_unit_test(test_mi_box_counts__refuses),
    };
    return cmocka_run_group_tests_name("kernel/box/mi_box_counts", tests, NULL, NULL);
}
