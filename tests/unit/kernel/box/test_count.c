/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/box_data.h"

#include <stdlib.h>

enum { COUNTS = 4, ARENA_BYTES = 1 << 28 };

/* A case and the room for its answers. */
struct count_case {
    int64_t n, gap;
    int n_axes;
    bool is_inclusive;
    bool is_shifted; /* the third axis is the first one step later */
    double radius[3];
    double *values[3];          /* n + 1 each */
    uint32_t *expected, *found; /* [COUNTS][n] */
    struct skep_arena arena;
    atomic_uint stop;
    struct skep_call call;
};

static void case_init(struct count_case *c, int64_t n)
{
    *c = (struct count_case){.n = n, .n_axes = 3};
    for (int k = 0; k < 3; k++) {
        c->values[k] = calloc((size_t)n + 1, sizeof(double));
        assert_non_null(c->values[k]);
    }
    c->expected = calloc((size_t)n + 1, COUNTS * sizeof(uint32_t));
    c->found = calloc((size_t)n + 1, COUNTS * sizeof(uint32_t));
    assert_non_null(c->expected);
    assert_non_null(c->found);
    skep_arena_init_guarded(&c->arena, ARENA_BYTES);
    c->call = (struct skep_call){.arena = &c->arena, .stop = &c->stop};
}

static void case_release(struct count_case *c)
{
    for (int k = 0; k < 3; k++) {
        free(c->values[k]);
    }
    free(c->expected);
    free(c->found);
    skep_arena_release(&c->arena);
}

static void case_fill(struct count_case *c, enum box_data_kind kind, uint64_t *chance)
{
    for (int k = 0; k < 3; k++) {
        c->radius[k] = box_data_radius(kind, chance);
        for (int64_t i = 0; i <= c->n; i++) {
            c->values[k][i] = box_data_value(kind, i + 100 * k, chance);
        }
    }
    c->is_inclusive = test_chance(chance) % 2 == 0;
    c->is_shifted = test_chance(chance) % 2 == 0;
    c->n_axes = test_chance(chance) % 3 == 0 ? 2 : 3;
    if (c->is_shifted && test_chance(chance) % 2 == 0) {
        c->radius[2] = c->radius[0];
    }
}

static struct skep_box_counts3 case_counts(const struct count_case *c, uint32_t *counts)
{
    return (struct skep_box_counts3){
        .abc = c->n_axes == 3 ? counts : NULL,
        .ab = counts + c->n,
        .ac = counts + 2 * c->n, /* b alone on two axes */
        .a = counts + 3 * c->n,
    };
}

static const double *case_values(const struct count_case *c, int axis)
{
    return axis == 2 && c->is_shifted ? c->values[0] + 1 : c->values[axis];
}

/* The counts as the contract says them, by a loop of this test. */
static void case_expect(const struct count_case *c)
{
    struct skep_box_counts3 out = case_counts(c, c->expected);

    memset(c->expected, 0, (size_t)c->n * COUNTS * sizeof(uint32_t));
    for (int64_t i = 0; i < c->n; i++) {
        for (int64_t j = 0; j < c->n; j++) {
            bool is_close[3];

            for (int k = 0; k < 3; k++) {
                double distance = fabs(case_values(c, k)[i] - case_values(c, k)[j]);
                is_close[k] = c->is_inclusive ? distance <= c->radius[k] : distance < c->radius[k];
            }
            if ((j > i ? j - i : i - j) < c->gap) {
                continue;
            }
            out.a[i] += is_close[0];
            out.ab[i] += is_close[0] && is_close[1];
            if (c->n_axes == 3) {
                out.ac[i] += is_close[0] && is_close[2];
                out.abc[i] += is_close[0] && is_close[1] && is_close[2];
            } else {
                out.ac[i] += is_close[1];
            }
        }
    }
}

static void case_compare(const struct count_case *c, const char *what)
{
    for (int64_t i = 0; i < COUNTS * c->n; i++) {
        if (c->found[i] != c->expected[i] && (i >= c->n || c->n_axes == 3)) {
            fail_msg("%s: n %d gap %d axes %d inclusive %d shifted %d: count %d of point %d is %u, not %u",
                     what, (int)c->n, (int)c->gap, c->n_axes, c->is_inclusive, c->is_shifted, (int)(i / c->n),
                     (int)(i % c->n), c->found[i], c->expected[i]);
        }
    }
}

/* The axes of the case, prepared. */
static void case_prepare(struct count_case *c, const struct skep_box_code *code, bool is_wide,
                         struct skep_box_work *work, struct skep_box_series series[3],
                         struct skep_box_axis axes[3])
{
    struct skep_error err = {0};
    int64_t room = is_wide && c->n <= SKEP_BOX_NARROW_MAX ? SKEP_BOX_NARROW_MAX + 1 : c->n + 1;

    assert_int_equal(skep_box_work_init(&c->call, room, work, &err), SKEP_OK);
    for (int k = 0; k < c->n_axes; k++) {
        bool is_same = k == 2 && c->is_shifted;
        int64_t first = is_same ? 1 : 0;
        int64_t n = c->n + (c->is_shifted && k == 0 ? 1 : 0);

        if (!is_same) {
            assert_int_equal(skep_box_series_init(&c->call, work, c->values[k], n, &series[k], &err),
                             SKEP_OK);
        }
        if (is_same && !(c->radius[2] < c->radius[0]) && !(c->radius[2] > c->radius[0]) &&
            !isnan(c->radius[0]) && !isnan(c->radius[2])) {
            skep_box_axis_shift(&axes[0], 1, &axes[2]);
        } else {
            assert_int_equal(skep_box_axis_init_as(&c->call, code, is_same ? &series[0] : &series[k], first,
                                                   c->n, c->radius[k], c->is_inclusive, is_wide, &axes[k],
                                                   &err),
                             SKEP_OK);
        }
    }
}

/* Count in every way with the code of one level and records of one width. */
static void case_check_with(struct count_case *c, enum skep_cpu_level level, bool is_wide)
{
    const struct skep_box_code *code = skep_box_code_at(level);
    struct skep_box_counts3 found = case_counts(c, c->found);
    struct skep_box_work work;
    struct skep_box_series series[3];
    struct skep_box_axis axes[3];

    skep_arena_reset(&c->arena, ARENA_BYTES);
    case_prepare(c, code, is_wide, &work, series, axes);
    for (int way = SKEP_BOX_CHEAPEST; way <= SKEP_BOX_FAR; way++) {
        if (way == SKEP_BOX_FAR && c->n > SKEP_BOX_NARROW_MAX) {
            continue; /* far too long */
        }
        memset(c->found, 0xee, (size_t)c->n * COUNTS * sizeof(uint32_t));
        assert_int_equal(skep_box_count_as(&c->call, &work, code, (enum skep_box_way)way, &axes[0], &axes[1],
                                           c->n_axes == 3 ? &axes[2] : NULL, c->gap, &found),
                         SKEP_OK);
        case_compare(c, skep_cpu_level_name(level));
    }
}

static void case_check(struct count_case *c)
{
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        for (int is_wide = c->n > SKEP_BOX_NARROW_MAX; is_wide < 2; is_wide++) {
            if (skep_cpu_has((enum skep_cpu_level)level)) {
                case_check_with(c, (enum skep_cpu_level)level, is_wide != 0);
            }
        }
    }
}

static int64_t times(int64_t rounds)
{
    return getenv("SKEP_TEST_LONG") != NULL ? 20 * rounds : rounds;
}

/* Thousands of small sets of every kind, with every relation of the gap to their size. */
static void test_count__small_sets(void **state)
{
    uint64_t chance = 2;

    (void)state;
    for (int64_t round = 0; round < times(3000); round++) {
        struct count_case c;

        case_init(&c, (int64_t)(test_chance(&chance) % 40));
        c.gap = (int64_t)(test_chance(&chance) % (uint64_t)(c.n + 3));
        case_fill(&c, (enum box_data_kind)(round % BOX_DATA_KINDS), &chance);
        case_expect(&c);
        case_check(&c);
        case_release(&c);
    }
}

/* Sets of many rows and columns of the table, and windows that move often. */
static void test_count__larger_sets(void **state)
{
    static const int64_t gaps[] = {0, 1, 2, 65, 500};
    uint64_t chance = 3;

    (void)state;
    for (int64_t round = 0; round < times(40); round++) {
        struct count_case c;

        case_init(&c, (int64_t)(test_chance(&chance) % 1500));
        c.gap = gaps[test_chance(&chance) % 5];
        case_fill(&c, (enum box_data_kind)(round % BOX_DATA_KINDS), &chance);
        case_expect(&c);
        case_check(&c);
        case_release(&c);
    }
}

/* The counts of some points of a large set, by the loop of this test. */
static void case_check_some(struct count_case *c, enum skep_cpu_level level, bool is_wide, int64_t step)
{
    struct skep_box_counts3 found = case_counts(c, c->found);
    struct skep_box_work work;
    struct skep_box_series series[3];
    struct skep_box_axis axes[3];

    skep_arena_reset(&c->arena, ARENA_BYTES);
    case_prepare(c, skep_box_code_at(level), is_wide, &work, series, axes);
    assert_int_equal(skep_box_count_as(&c->call, &work, skep_box_code_at(level), SKEP_BOX_SWEEP, &axes[0],
                                       &axes[1], &axes[2], c->gap, &found),
                     SKEP_OK);
    for (int64_t i = 0; i < c->n; i += step) {
        uint32_t abc = 0, ab = 0, ac = 0, a = 0;

        for (int64_t j = 0; j < c->n; j++) {
            bool is_close[3];

            for (int k = 0; k < 3; k++) {
                double distance = fabs(case_values(c, k)[i] - case_values(c, k)[j]);
                is_close[k] = c->is_inclusive ? distance <= c->radius[k] : distance < c->radius[k];
            }
            if (llabs(i - j) >= c->gap) {
                a += is_close[0];
                ab += is_close[0] && is_close[1];
                ac += is_close[0] && is_close[2];
                abc += is_close[0] && is_close[1] && is_close[2];
            }
        }
        if (found.abc[i] != abc || found.ab[i] != ab || found.ac[i] != ac || found.a[i] != a) {
            fail_msg("n %d, %s, wide %d: point %d", (int)c->n, skep_cpu_level_name(level), is_wide, (int)i);
        }
    }
}

/* Sets on both sides of what 16 bits can hold, and where rows and columns of the table get wider: some of
 * their points. */
static void test_count__large_sets(void **state)
{
    static const int64_t sizes[] = {5000,  16300, 32700, 65279, 65280,  65533,
                                    65534, 65535, 65536, 70000, 140000, 270000};
    static const enum box_data_kind kinds[] = {BOX_DATA_UNIFORM, BOX_DATA_DECIMAL, BOX_DATA_OSCILLATOR,
                                               BOX_DATA_SPARSE};
    uint64_t chance = 4;

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        for (int level = getenv("SKEP_TEST_LONG") != NULL ? SKEP_CPU_PLAIN : SKEP_CPU_AVX2;
             level < SKEP_CPU_LEVEL_COUNT; level++) {
            struct count_case c;

            if (!skep_cpu_has((enum skep_cpu_level)level)) {
                continue;
            }
            case_init(&c, sizes[s]);
            case_fill(&c, kinds[(s + (size_t)level) % 4], &chance);
            c.gap = (int64_t)s * 7;
            c.n_axes = 3;
            for (int k = 0; k < 3; k++) {
                c.radius[k] = 0.1 * (double)(1 + s % 5);
            }
            case_check_some(&c, (enum skep_cpu_level)level, c.n > SKEP_BOX_NARROW_MAX, c.n / times(20));
            case_release(&c);
        }
    }
}

/* The case of the tests below. */
static void case_ordinary(struct count_case *c, int64_t n)
{
    uint64_t chance = 5;

    case_init(c, n);
    case_fill(c, BOX_DATA_UNIFORM, &chance);
    c->n_axes = 3;
    c->gap = 3;
    c->is_shifted = true;
    c->radius[0] = c->radius[1] = c->radius[2] = 0.2;
}

/* What is not wanted is not written. */
static void test_count__only_what_is_wanted(void **state)
{
    struct count_case c;
    struct skep_box_work work;
    struct skep_box_series series[3];
    struct skep_box_axis axes[3];
    struct skep_box_counts3 some;
    struct skep_box_counts2 pair;
    struct skep_error err = {0};

    (void)state;
    case_ordinary(&c, 900);
    case_expect(&c);
    case_prepare(&c, skep_box_code_at(skep_cpu_level()), false, &work, series, axes);
    some = (struct skep_box_counts3){.abc = c.found};
    assert_int_equal(skep_box_count3(&c.call, &work, &axes[0], &axes[1], &axes[2], c.gap, &some, &err),
                     SKEP_OK);
    some = (struct skep_box_counts3){.ac = c.found + 2 * c.n, .a = c.found + 3 * c.n};
    assert_int_equal(skep_box_count3(&c.call, &work, &axes[0], &axes[1], &axes[2], c.gap, &some, &err),
                     SKEP_OK);
    pair = (struct skep_box_counts2){.ab = c.found + c.n};
    assert_int_equal(skep_box_count2(&c.call, &work, &axes[0], &axes[1], c.gap, &pair, &err), SKEP_OK);
    case_compare(&c, "in three calls");
    case_release(&c);
}

/* The plain loops are those of the contract too. */
static void test_count__plain_loops(void **state)
{
    uint64_t chance = 6;

    (void)state;
    for (int round = 0; round < 100; round++) {
        struct count_case c;
        struct skep_box_axis axes[3];
        struct skep_box_counts3 found;

        case_init(&c, (int64_t)(test_chance(&chance) % 50));
        c.gap = (int64_t)(test_chance(&chance) % (uint64_t)(c.n + 3));
        case_fill(&c, (enum box_data_kind)(round % BOX_DATA_KINDS), &chance);
        case_expect(&c);
        for (int k = 0; k < 3; k++) {
            axes[k] = (struct skep_box_axis){.values = case_values(&c, k),
                                             .n = c.n,
                                             .radius = c.radius[k],
                                             .is_inclusive = c.is_inclusive};
        }
        found = case_counts(&c, c.found);
        if (c.n_axes == 3) {
            assert_int_equal(skep_box_plain3(&c.call, &axes[0], &axes[1], &axes[2], c.gap, &found), SKEP_OK);
        } else {
            const struct skep_box_counts2 pair = {.ab = found.ab, .a = found.a, .b = found.ac};
            assert_int_equal(skep_box_plain2(&c.call, &axes[0], &axes[1], c.gap, &pair), SKEP_OK);
        }
        case_compare(&c, "plain");
        case_release(&c);
    }
}

/* Told to stop, every part stops. */
static void test_count__stops(void **state)
{
    struct count_case c;
    struct skep_box_work work;
    struct skep_box_series series[3];
    struct skep_box_axis axes[3];
    struct skep_box_counts3 found;
    struct skep_error err = {0};

    (void)state;
    case_ordinary(&c, 900);
    case_prepare(&c, skep_box_code_at(skep_cpu_level()), false, &work, series, axes);
    found = case_counts(&c, c.found);
    atomic_store(&c.stop, 1);
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        for (int way = SKEP_BOX_CHEAPEST; way <= SKEP_BOX_FAR && skep_cpu_has((enum skep_cpu_level)level);
             way++) {
            assert_int_equal(skep_box_count_as(&c.call, &work, skep_box_code_at((enum skep_cpu_level)level),
                                               (enum skep_box_way)way, &axes[0], &axes[1], &axes[2], c.gap,
                                               &found),
                             SKEP_STOPPED);
        }
    }
    assert_int_equal(skep_box_series_init(&c.call, &work, c.values[0], c.n, &series[0], &err), SKEP_STOPPED);
    assert_int_equal(skep_box_axis_init(&c.call, &series[1], 0, c.n, 0.5, false, &axes[0], &err),
                     SKEP_STOPPED);
    assert_int_equal(skep_box_plain3(&c.call, &axes[0], &axes[1], &axes[2], c.gap, &found), SKEP_STOPPED);
    case_release(&c);
}

/* The bytes that the cost functions name are those that are taken, or a few more. */
static void test_count__bytes_as_told(void **state)
{
    static const int64_t sizes[] = {0, 1, 2, 1000, 16384, 65534, 65535};

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct count_case c;
        struct skep_box_work work;
        struct skep_box_series series;
        struct skep_box_axis axis;
        struct skep_error err = {0};
        double told, taken;

        case_init(&c, sizes[s]);
        assert_int_equal(skep_box_work_init(&c.call, c.n, &work, &err), SKEP_OK);
        assert_int_equal(skep_box_series_init(&c.call, &work, c.values[0], c.n, &series, &err), SKEP_OK);
        assert_int_equal(skep_box_axis_init(&c.call, &series, 0, c.n, 0.5, false, &axis, &err), SKEP_OK);
        told = skep_box_work_bytes(c.n) + skep_box_series_bytes(c.n) + skep_box_axis_bytes(c.n);
        taken = (double)c.arena.used_bytes;
        assert_true(taken <= told && told <= taken + 1024.0);
        case_release(&c);
    }
}

/* What does not fit is refused: too many points, too little memory. */
static void test_count__refuses(void **state)
{
    struct skep_arena arena;
    struct skep_call call = {.arena = &arena};
    struct skep_box_work work;
    struct skep_box_series series;
    struct skep_box_axis axis;
    struct skep_error err = {0};
    double values[100] = {0};
    size_t most = 0;
    skep_status st;

    (void)state;
    skep_arena_init(&arena, 1 << 20);
    assert_int_equal(skep_box_work_init(&call, (int64_t)1 << 31, &work, &err), SKEP_E_BAD_ARGS);
    assert_non_null(strstr(err.text, "2^31"));
    do {
        skep_error_clear(&err);
        skep_arena_release(&arena);
        skep_arena_init(&arena, most);
        st = skep_box_work_init(&call, 100, &work, &err);
        if (st == SKEP_OK) {
            st = skep_box_series_init(&call, &work, values, 100, &series, &err);
        }
        if (st == SKEP_OK) {
            st = skep_box_axis_init(&call, &series, 0, 100, 0.5, false, &axis, &err);
        }
        most += 64;
    } while (st == SKEP_E_NOMEM);
    assert_int_equal(st, SKEP_OK);
    skep_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count__small_sets),    cmocka_unit_test(test_count__larger_sets),
        cmocka_unit_test(test_count__large_sets),    cmocka_unit_test(test_count__only_what_is_wanted),
        cmocka_unit_test(test_count__plain_loops),   cmocka_unit_test(test_count__refuses),
        cmocka_unit_test(test_count__bytes_as_told), cmocka_unit_test(test_count__stops),
    };
    return cmocka_run_group_tests_name("kernel/box/count", tests, NULL, NULL);
}
