/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/arrays/bins.h"

static void hist_init(struct kernel_call *k, int64_t n, const double *x)
{
    kernel_call_init(k, "hist");
    kernel_call_array(k, "x", SKEP_F8, 1, &n, x);
}

static void hist_range(struct kernel_call *k, const double range[2])
{
    int64_t two = 2;

    kernel_call_array(k, "range", SKEP_F8, 1, &two, range);
}

static double edge_at(const struct kernel_call *k, int64_t i)
{
    return ((const double *)k->value.array.data)[i];
}

static double count_at(const struct kernel_call *k, int64_t i)
{
    return ((const double *)k->value.array.data)[k->value.array.shape[1] + i];
}

/* Both variants succeed, agree, and take the memory that the row says. */
static void hist_run(struct kernel_call *k)
{
    static double first[50000];
    struct skep_cost cost;
    size_t size;

    for (int variant = 0; variant < 2; variant++) {
        skep_arena_reset(&k->arena, SIZE_MAX);
        if ((variant == 0 ? kernel_call_reference(k) : kernel_call_run(k)) != SKEP_OK) {
            fail_msg("%s", k->err.text);
        }
        k->kernel->cost(&k->call, &cost);
        assert_true((double)k->arena.used_bytes == cost.bytes);
        assert_int_equal(k->value.array.ndim, 2);
        assert_int_equal(k->value.array.shape[0], 2);
        size = (size_t)skep_view_count(&k->value.array) * sizeof(double);
        assert_true(size <= sizeof first);
        if (variant == 0) {
            memcpy(first, k->value.array.data, size);
        }
    }
    assert_memory_equal(first, k->value.array.data, size);
}

/* Element K of set SET, as the script that asked NumPy made it. */
static double element(int set, int64_t k)
{
    double h = (double)(k * 7919 % 1009);

    switch (set) {
    case 0:
        return h / 16.0;
    case 1:
        return (double)(k * 7919 % 1009 % 101) / 100.0; /* on edges, as far as decimals are */
    case 2:
        return (double)(k * 7919 % 1009 % 11) - 5.0; /* on edges exactly */
    case 3:
        return 1e9 + h * 1e-7; /* some units in the last place apart */
    case 4:
        return (h - 500.0) * (h - 500.0) * (h - 500.0) / 1e6;
    default:
        return 1.0 + (double)(k * 7919 % 1009 % 20) * 0x1p-52; /* fewer doubles than bins */
    }
}

static double elements[3000];

static void fill(int set, int64_t n)
{
    for (int64_t k = 0; k < n; k++) {
        elements[k] = element(set, k);
    }
}

/* Counts as a number: c[0] 1000003^(n-1) + c[1] 1000003^(n-2) ... modulo 2^64. */
static uint64_t digest(const struct kernel_call *k)
{
    uint64_t sum = 0;

    for (int64_t i = 0; i + 1 < k->value.array.shape[1]; i++) {
        sum = sum * 1000003 + (uint64_t)count_at(k, i);
    }
    return sum;
}

/* What numpy.histogram of NumPy 1.24 gives: the digest of the counts, and two edges. */
static const struct {
    int set;
    int64_t n;
    int bins;
    bool has_range;
    double range[2];
    uint64_t digest;
    double second_edge, last_edge_but_one;
} grids[] = {
    {0,
     3000,
     10,
     false,
     {0x0.0p+0, 0x0.0p+0},
     0xdfc82f124cfeacb6U,
     0x1.9333333333333p+2,
     0x1.c599999999999p+5},
    {1,
     3000,
     10,
     true,
     {0x0.0p+0, 0x1.0000000000000p+0},
     0xdcf4edfffd43f802U,
     0x1.999999999999ap-4,
     0x1.ccccccccccccdp-1},
    {1,
     3000,
     100,
     true,
     {0x0.0p+0, 0x1.0000000000000p+0},
     0x91a28db42e46c608U,
     0x1.47ae147ae147bp-7,
     0x1.fae147ae147aep-1},
    {1,
     2999,
     7,
     true,
     {0x1.999999999999ap-4, 0x1.ccccccccccccdp-1},
     0x982fcf21f853d767U,
     0x1.b6db6db6db6dcp-3,
     0x1.9249249249249p-1},
    {2,
     2500,
     10,
     false,
     {0x0.0p+0, 0x0.0p+0},
     0xd132548446e0c7e8U,
     -0x1.0000000000000p+2,
     0x1.0000000000000p+2},
    {2,
     2500,
     5,
     true,
     {-0x1.4000000000000p+2, 0x1.4000000000000p+2},
     0x98c23788623d2f24U,
     -0x1.8000000000000p+1,
     0x1.8000000000000p+1},
    {3,
     3000,
     1000,
     false,
     {0x0.0p+0, 0x0.0p+0},
     0xa3580bb353a46692U,
     0x1.dcd6500000001p+29,
     0x1.dcd650000034dp+29},
    {3,
     3000,
     10,
     true,
     {0x1.dcd6500000000p+29, 0x1.dcd6500000347p+29},
     0xccd45cb72696483cU,
     0x1.dcd6500000054p+29,
     0x1.dcd65000002f3p+29},
    {4,
     3000,
     333,
     false,
     {0x0.0p+0, 0x0.0p+0},
     0xe305bf07a51afafcU,
     -0x1.f0ec7be75e08bp+6,
     0x1.04a7a7f9065c1p+7},
    {5,
     500,
     10,
     false,
     {0x0.0p+0, 0x0.0p+0},
     0x3e0bb127e493d634U,
     0x1.0000000000002p+0,
     0x1.0000000000011p+0},
    {5,
     500,
     64,
     false,
     {0x0.0p+0, 0x0.0p+0},
     0xb61f5ad5ed5eaf96U,
     0x1.0000000000000p+0,
     0x1.0000000000013p+0},
    {0, 1, 10, false, {0x0.0p+0, 0x0.0p+0}, 0xc2578e765af15351U, -0x1.999999999999ap-2, 0x1.999999999999ap-2},
    {0, 0, 3, false, {0x0.0p+0, 0x0.0p+0}, 0x0U, 0x1.5555555555555p-2, 0x1.5555555555555p-1},
    {4,
     3000,
     20000,
     true,
     {-0x1.9000000000000p+6, 0x1.9000000000000p+5},
     0xeb6666c197c8d3c9U,
     -0x1.8ff851eb851ecp+6,
     0x1.8ff0a3d70a3d8p+5},
};

/* Counts and edges are NumPy's, for elements on edges and next to them, and for more bins than doubles. */
static void test_hist__bins_of_one_width(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof grids / sizeof grids[0]; i++) {
        struct kernel_call k;
        double bins = grids[i].bins;
        double in_bins = 0;

        fill(grids[i].set, grids[i].n);
        hist_init(&k, grids[i].n, elements);
        kernel_call_array(&k, "bins", SKEP_F8, 0, NULL, &bins);
        if (grids[i].has_range) {
            hist_range(&k, grids[i].range);
        }
        hist_run(&k);
        if (digest(&k) != grids[i].digest) {
            fail_msg("case %zu: 0x%llx", i, (unsigned long long)digest(&k));
        }
        assert_int_equal(k.value.array.shape[1], grids[i].bins + 1);
        assert_true(edge_at(&k, 1) == grids[i].second_edge);
        assert_true(edge_at(&k, grids[i].bins - 1) == grids[i].last_edge_but_one);
        for (int b = 0; b <= grids[i].bins; b++) {
            in_bins += count_at(&k, b);
        }
        assert_true(in_bins == (double)grids[i].n);
        kernel_call_release(&k);
    }
}

static void check_edges(int set, int64_t n, int64_t n_edges, const double *edges, const double *counts)
{
    struct kernel_call k;

    fill(set, n);
    hist_init(&k, n, elements);
    kernel_call_array(&k, "bins", SKEP_F8, 1, &n_edges, edges);
    hist_run(&k);
    for (int64_t i = 0; i < n_edges; i++) {
        assert_true(edge_at(&k, i) == edges[i]);
        if (i + 1 < n_edges && count_at(&k, i) != counts[i]) {
            fail_msg("bin %d: %g, not %g", (int)i, count_at(&k, i), counts[i]);
        }
    }
    kernel_call_release(&k);
}

/* Counts between given edges are NumPy's, also where edges are equal. */
static void test_hist__given_edges(void **state)
{
    static const double uneven[] = {0, .1, .2, .3, .5, .5, .7, 1};
    static const double uneven_counts[] = {297, 297, 297, 596, 0, 594, 919};
    static const double halves[] = {-5, 0, 5}, halves_counts[] = {1140, 1360};
    static const double point[] = {-3, -3}, point_counts[] = {229};
    static const double square_counts[] = {
        6,   15,  24,  33,  41,  54, 62, 71, 80, 89, 101, 110, 120, 127, 137, 149, 157, 167, 176, 184,
        196, 205, 214, 223, 232, 27, 0,  0,  0,  0,  0,   0,   0,   0,   0,   0,   0,   0,   0,   0};
    double squares[41];

    (void)state;
    for (int i = 0; i <= 40; i++) {
        squares[i] = (double)(i * i) / 10;
    }
    check_edges(1, 3000, 8, uneven, uneven_counts);
    check_edges(2, 2500, 3, halves, halves_counts);
    check_edges(2, 2500, 2, point, point_counts);
    check_edges(0, 3000, 41, squares, square_counts);
}

/* What is outside, NaN or infinite is counted at the end of the second row. */
static void test_hist__outside(void **state)
{
    static const double x[] = {NAN, -1, 0, 0.5, 1, 1.5, HUGE_VAL, -HUGE_VAL, NAN};
    static const double range[] = {0, 1}, edges[] = {0, 1};
    int64_t two = 2;
    double one = 1;
    struct kernel_call k;

    (void)state;
    hist_init(&k, 9, x);
    kernel_call_array(&k, "bins", SKEP_F8, 0, NULL, &one);
    hist_range(&k, range);
    hist_run(&k);
    assert_true(count_at(&k, 0) == 3 && count_at(&k, 1) == 6);
    kernel_call_array(&k, "bins", SKEP_F8, 1, &two, edges);
    hist_run(&k);
    assert_true(count_at(&k, 0) == 3 && count_at(&k, 1) == 6);
    kernel_call_release(&k);
}

/* Every dtype is counted, through any strides. */
static void test_hist__dtypes_and_strides(void **state)
{
    static const int16_t x[] = {5, 100, 4, 100, 3, 100, 2, 100, 1, 100};
    static const int64_t shape[] = {5};
    double bins = 2;
    struct kernel_call k;

    (void)state;
    hist_init(&k, 0, NULL);
    kernel_call_array(&k, "x", SKEP_I2, 1, shape, &x[8]); /* x[8::-2] */
    kernel_call_arg(&k, "x")->view.strides[0] = -2;
    kernel_call_array(&k, "bins", SKEP_F8, 0, NULL, &bins);
    hist_run(&k);
    assert_true(edge_at(&k, 0) == 1 && edge_at(&k, 1) == 3 && edge_at(&k, 2) == 5);
    assert_true(count_at(&k, 0) == 2 && count_at(&k, 1) == 3 && count_at(&k, 2) == 0);
    kernel_call_release(&k);
}

static void fill_random(double *x, int64_t n, double first, double last, int bins, uint64_t *chance)
{
    for (int64_t i = 0; i < n; i++) {
        uint64_t what = test_chance(chance);
        x[i] = first + (last - first) * (test_chance_f8(chance) * 1.1 - 0.05);
        if (what % 3 == 0) { /* on an edge, or next to it */
            x[i] = first + (double)(what / 8 % (uint64_t)(bins + 1)) * ((last - first) / bins);
            x[i] = what % 2 == 0 ? nextafter(x[i], what % 4 == 0 ? HUGE_VAL : -HUGE_VAL) : x[i];
        }
        x[i] = what % 50 == 7 ? NAN : x[i];
    }
}

/* At every level bins of one width count what the plain loop does, on edges and next to them; so do bins
 * between the same edges by search. */
static void test_hist__levels_agree(void **state)
{
    static double x[SKEP_SPAN], edges[401];
    static int64_t plain[401], counts[401 * SKEP_BINS_TABLES];
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < 300; round++) {
        int bins = 1 + (int)(test_chance(&chance) % 400);
        double first = ldexp(test_chance_f8(&chance) - 0.5, (int)(test_chance(&chance) % 40));
        double last = first + ldexp(test_chance_f8(&chance) + 0.1, (int)(test_chance(&chance) % 50) - 10);
        int64_t n = 1 + (int64_t)(test_chance(&chance) % SKEP_SPAN);
        struct skep_bins b;

        fill_random(x, n, first, last, bins, &chance);
        assert_true(skep_bins_init_grid(&b, first, last, bins, edges, counts));
        skep_bins_add_plain(&b, x, n);
        for (int i = 0; i <= bins; i++) {
            plain[i] = skep_bins_read(&b, i);
        }
        for (int level = 0; level <= SKEP_CPU_LEVEL_COUNT; level++) {
            if (level == SKEP_CPU_LEVEL_COUNT) {
                skep_bins_init_edges(&b, edges, bins, counts);
            } else if (skep_cpu_has((enum skep_cpu_level)level)) {
                skep_bins_init_grid(&b, first, last, bins, edges, counts);
            } else {
                continue;
            }
            skep_bins_add(&b, skep_spans_at((enum skep_cpu_level)(level % SKEP_CPU_LEVEL_COUNT)), x, n);
            for (int i = 0; i <= bins; i++) {
                assert_int_equal(skep_bins_read(&b, i), plain[i]);
            }
        }
    }
}

/* Bins, edges and ranges that make no sense are refused with what was given. */
static void test_hist__refuses(void **state)
{
    static const double x[] = {1, NAN, HUGE_VAL}, down[] = {1, 0}, half_nan[] = {0, NAN};
    static const double wide[] = {-1.7e308, 1.7e308}, narrow[] = {0, 0x1p-1074};
    double bins[] = {0, 2.5, -1, 1e12, NAN};
    int64_t one = 1, two = 2;
    struct kernel_call k;

    (void)state;
    hist_init(&k, 3, x);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "x: holds NaN or an infinity");
    kernel_call_array(&k, "x", SKEP_F8, 1, &one, &x[2]);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "x: holds NaN or an infinity");
    hist_range(&k, down);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "range: wants two finite numbers, the first not above");
    hist_range(&k, half_nan);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "got 0 and nan");
    hist_range(&k, wide);
    kernel_call_refused(&k, SKEP_E_NUMERIC, "cannot be divided into 10 bins");
    hist_range(&k, narrow);
    kernel_call_refused(&k, SKEP_E_NUMERIC, "cannot be divided into 10 bins");
    for (int i = 0; i < 5; i++) {
        kernel_call_array(&k, "bins", SKEP_F8, 0, NULL, &bins[i]);
        kernel_call_refused(&k, SKEP_E_BAD_ARGS, "bins: wants a whole number from 1 to 268435456, got");
    }
    kernel_call_array(&k, "bins", SKEP_F8, 1, &one, bins);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "bins: wants 2 to 268435456 edges, got 1");
    kernel_call_array(&k, "bins", SKEP_F8, 1, &two, down);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "edge 0 is 1 and the next 0");
    kernel_call_array(&k, "bins", SKEP_F8, 1, &two, half_nan);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "edges must not decrease");
    kernel_call_release(&k);
}

/* Told to stop, it stops; what has no room is refused at once. */
static void test_hist__stops_and_needs_room(void **state)
{
    static const double x[4];
    double many = 1e8;
    struct kernel_call k;

    (void)state;
    hist_init(&k, 4, x);
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    kernel_call_array(&k, "bins", SKEP_F8, 0, NULL, &many);
    kernel_call_refused(&k, SKEP_E_NOMEM, "value of shape (2, 100000001)");
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hist__bins_of_one_width),
        cmocka_unit_test(test_hist__given_edges),
        cmocka_unit_test(test_hist__outside),
        cmocka_unit_test(test_hist__dtypes_and_strides),
        cmocka_unit_test(test_hist__levels_agree),
        cmocka_unit_test(test_hist__refuses),
        cmocka_unit_test(test_hist__stops_and_needs_room),
    };
    return cmocka_run_group_tests_name("kernel/hist", tests, NULL, NULL);
}
