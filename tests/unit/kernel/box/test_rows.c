/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/box_cases.h"

#include "kernel/box/rows.h"

enum { N_MAX = 300, M_MAX = 150 };

static double values[M_MAX][N_MAX + 1];
static uint32_t counts[M_MAX * N_MAX];

struct fixture {
    struct skep_arena arena;
    atomic_uint stop;
    struct skep_call call;
    struct skep_error err;
    int64_t n, m;
    double r[M_MAX], r_next;
    struct skep_box_work work;
    struct skep_box_series series[M_MAX];
    struct skep_box_axis axes[M_MAX], next; /* next of column 0 */
    struct skep_box_rows rows;
};

/* N points of M columns of a kind, each with a radius of its own; column 0 is the target. */
static void open_fixture(struct fixture *f, enum box_kind kind, int64_t n, int64_t m, uint64_t *chance)
{
    size_t before;

    memset(f, 0, sizeof *f);
    f->n = n;
    f->m = m;
    f->r_next = box_radius(kind, chance);
    skep_arena_init_guarded(&f->arena, (size_t)256 << 20);
    f->call = (struct skep_call){.arena = &f->arena, .stop = &f->stop};
    assert_int_equal(skep_box_work_init(&f->call, n + 1, &f->work, &f->err), SKEP_OK);
    before = f->arena.used_bytes;
    assert_int_equal(skep_box_rows_init(&f->call, n, m, &f->rows, &f->err), SKEP_OK);
    assert_true((double)(f->arena.used_bytes - before) == skep_box_rows_bytes(n, m));
    for (int64_t s = 0; s < m; s++) {
        f->r[s] = box_radius(kind, chance);
        for (int64_t k = 0; k <= n; k++) {
            values[s][k] = box_value(kind, k, chance);
        }
        assert_int_equal(skep_box_series_init(&f->call, &f->work, values[s], n + 1, &f->series[s], &f->err),
                         SKEP_OK);
        assert_int_equal(
            skep_box_axis_init(&f->call, &f->series[s], 0, n, f->r[s], false, &f->axes[s], &f->err), SKEP_OK);
        assert_int_equal(skep_box_rows_set(&f->call, &f->rows, s, &f->axes[s]), SKEP_OK);
    }
    assert_int_equal(skep_box_axis_init(&f->call, &f->series[0], 1, n, f->r_next, false, &f->next, &f->err),
                     SKEP_OK);
}

/* The counts of source S at point K, by the plain loop. */
static void check_point(const struct fixture *f, int64_t gap, int64_t s, int64_t k, bool is_joint,
                        const char *level)
{
    const double r[3] = {f->r_next, f->r[0], f->r[s]};
    int64_t expected[4];

    box_te_counts(values[0] + 1, values[0], values[s], f->n, r, gap, false, k, expected);
    if (counts[s * f->n + k] != expected[is_joint ? 0 : 2]) {
        fail_msg("%s: n %d, m %d, gap %d, source %d, point %d: %u, not %d", level, (int)f->n, (int)f->m,
                 (int)gap, (int)s, (int)k, counts[s * f->n + k], (int)expected[is_joint ? 0 : 2]);
    }
}

/* Both counts are those of the plain loop at every level, for points of every kind, few sources and many,
 * with and without a gap. */
static void test_rows__counts(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < box_rounds(60); round++) {
        int64_t n = 1 + (int64_t)(test_chance(&chance) % (round % 10 == 9 ? N_MAX : 60));
        int64_t m = 1 + (int64_t)(test_chance(&chance) % (round % 3 == 0 ? M_MAX : 8));
        int64_t gap = box_exclude(n, &chance);
        struct fixture f;

        gap = gap < n ? gap : n;
        open_fixture(&f, (enum box_kind)(round % BOX_KINDS), n, m, &chance);
        assert_int_equal(skep_box_rows_aim(&f.call, &f.rows, &f.axes[0], &f.next, gap), SKEP_OK);
        for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
            const struct skep_box_rows_code *code = skep_box_rows_code_at((enum skep_cpu_level)level);

            for (int is_joint = 0; is_joint < 2 && skep_cpu_has((enum skep_cpu_level)level); is_joint++) {
                assert_int_equal(
                    skep_box_rows_count(&f.call, &f.rows, is_joint ? code->joint : code->left, counts),
                    SKEP_OK);
                for (int sample = 0; sample < 500; sample++) {
                    int64_t s = (int64_t)(test_chance(&chance) % (uint64_t)m);
                    int64_t k = (int64_t)(test_chance(&chance) % (uint64_t)n);
                    check_point(&f, gap, s, k, is_joint, skep_cpu_level_name((enum skep_cpu_level)level));
                }
            }
        }
        skep_arena_release(&f.arena);
    }
}

/* Without room there are no rows; a stop is obeyed. */
static void test_rows__refuses(void **state)
{
    uint64_t chance = 2;
    struct skep_box_rows rows;
    struct fixture f;
    size_t before;

    (void)state;
    open_fixture(&f, BOX_UNIFORM, 100, 3, &chance);
    before = f.arena.used_bytes;
    for (double bytes = 0; bytes < skep_box_rows_bytes(100, 3); bytes += 500) {
        f.arena.max_bytes = f.arena.used_bytes + (size_t)bytes - (f.arena.used_bytes - before);
        if (f.arena.max_bytes > f.arena.used_bytes) {
            assert_int_equal(skep_box_rows_init(&f.call, 100, 3, &rows, &f.err), SKEP_E_NOMEM);
        }
    }
    atomic_store(&f.stop, 1);
    assert_int_equal(skep_box_rows_set(&f.call, &f.rows, 0, &f.axes[0]), SKEP_STOPPED);
    f.rows.past = &f.axes[0];
    f.rows.next = &f.next;
    assert_int_equal(skep_box_rows_count(&f.call, &f.rows, skep_box_rows_code_plain.joint, counts),
                     SKEP_STOPPED);
    skep_arena_release(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows__counts),
        cmocka_unit_test(test_rows__refuses),
    };
    return cmocka_run_group_tests_name("kernel/box/rows", tests, NULL, NULL);
}
