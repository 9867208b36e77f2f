/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_KERNEL_BOX_CASES_H
#define SKEP_TESTS_UNIT_KERNEL_BOX_CASES_H

#include "unit/kernel/kernel_call.h"

#include <math.h>

/* Series, radii and windows that make the box kernels err if anything can, and the counts that the contract
 * wants of them, by the plainest of loops. */
enum box_kind {
    BOX_UNIFORM,
    BOX_OSCILLATOR,
    BOX_HEAVY, /* Cauchy: most values near 0, some far away */
    BOX_CONSTANT,
    BOX_TIED,      /* few different values */
    BOX_QUANTISED, /* multiples of 1/4: distances equal the radius all the time */
    BOX_DECIMAL,   /* multiples of 0.1, where rounding decides about ties */
    BOX_DENORMAL,  /* a few of the smallest doubles */
    BOX_SPECIAL,   /* NaN, infinities, zeros of both signs, denormals, the largest double */
    BOX_OFFSET,    /* far from zero: differences are exact, values are coarse */
    BOX_KINDS
};

static inline double box_value(enum box_kind kind, int64_t i, uint64_t *chance)
{
    static const double special[] = {NAN,  HUGE_VAL, -HUGE_VAL, 0.0, -0.0,     0x1p-1074,
                                     -0.5, 0.5,      0.25,      1.0, 0x1p1023, -0x1.fffffffffffffp+1023};

    switch (kind) {
    case BOX_OSCILLATOR:
        return sin(0.37 * (double)i) + 0.1 * test_chance_f8(chance);
    case BOX_HEAVY:
        return tan(3.1415926 * (test_chance_f8(chance) - 0.5));
    case BOX_CONSTANT:
        return 1.5;
    case BOX_TIED:
        return (double)(test_chance(chance) % 3);
    case BOX_QUANTISED:
        return (double)(test_chance(chance) % 9) * 0.25;
    case BOX_DECIMAL:
        return (double)(test_chance(chance) % 20) * 0.1;
    case BOX_DENORMAL:
        return ((double)(test_chance(chance) % 7) - 3) * 0x1p-1074;
    case BOX_SPECIAL:
        return special[test_chance(chance) % (sizeof special / sizeof special[0])];
    case BOX_OFFSET:
        return 1e15 + (double)(test_chance(chance) % 40) * 0.125;
    default:
        return test_chance_f8(chance);
    }
}

static inline double box_radius(enum box_kind kind, uint64_t *chance)
{
    static const double radii[] = {0.25, 0.5,      1.0, 0.3,       0.1,      0.2,   0.0,
                                   -1.0, HUGE_VAL, NAN, 0x1p-1074, 0x1p1023, 1e-300};
    uint64_t pick = test_chance(chance);

    if (kind == BOX_DENORMAL && pick % 4 != 0) {
        return (double)(pick % 5) * 0x1p-1074;
    }
    if ((kind == BOX_UNIFORM || kind == BOX_OSCILLATOR || kind == BOX_HEAVY) && pick % 4 != 0) {
        return test_chance_f8(chance) * test_chance_f8(chance);
    }
    return radii[test_chance(chance) % (sizeof radii / sizeof radii[0])];
}

static inline int64_t box_exclude(int64_t n, uint64_t *chance)
{
    const int64_t windows[] = {0, 0, 0, 1, 1, 2, 5, n / 2, n - 1, n, n + 1, INT64_MAX};
    int64_t window = windows[test_chance(chance) % (sizeof windows / sizeof windows[0])];

    return window < 0 ? 0 : window;
}

static inline bool box_close(double a, double b, double r, bool is_inclusive)
{
    return is_inclusive ? fabs(a - b) <= r : fabs(a - b) < r;
}

/* Whether points I and J are at least GAP apart. */
static inline bool box_pair(int64_t i, int64_t j, int64_t gap)
{
    return (j > i ? j - i : i - j) >= gap;
}

/* Transfer entropy's counts of point I: all three; past; past and source; next and past. */
static inline void box_te_counts(const double *next, const double *past, const double *source, int64_t n,
                                 const double r[3], int64_t gap, bool is_inclusive, int64_t i,
                                 int64_t counts[4])
{
    counts[0] = counts[1] = counts[2] = counts[3] = 0;
    for (int64_t j = 0; j < n; j++) {
        if (box_pair(i, j, gap)) {
            bool a = box_close(next[i], next[j], r[0], is_inclusive);
            bool b = box_close(past[i], past[j], r[1], is_inclusive);
            bool c = box_close(source[i], source[j], r[2], is_inclusive);
            counts[0] += a && b && c;
            counts[1] += b;
            counts[2] += b && c;
            counts[3] += a && b;
        }
    }
}

/* Mutual information's counts of point I: both; x; y; and the pairs it is in. */
static inline void box_mi_counts(const double *x, const double *y, int64_t n, const double r[2], int64_t gap,
                                 bool is_inclusive, int64_t i, int64_t counts[4])
{
    counts[0] = counts[1] = counts[2] = counts[3] = 0;
    for (int64_t j = 0; j < n; j++) {
        if (box_pair(i, j, gap)) {
            bool a = box_close(x[i], x[j], r[0], is_inclusive);
            bool b = box_close(y[i], y[j], r[1], is_inclusive);
            counts[0] += a && b;
            counts[1] += a;
            counts[2] += b;
            counts[3]++;
        }
    }
}

/* The logarithm that such counts add to transfer entropy, or to mutual information. */
static inline long double box_term(long double joint, long double given, long double left, long double right)
{
    return joint == 0 ? 0 : logl(joint) + logl(given) - logl(left) - logl(right);
}

/* Standard normal numbers, by Box and Muller. */
static inline double box_normal(uint64_t *chance)
{
    double radius = sqrt(-2 * log(1 - test_chance_f8(chance)));
    return radius * cos(6.283185307179586 * test_chance_f8(chance));
}

/* The series that the numbers of JIDT's conventions were computed for: x is driven by itself and by y. */
static inline void box_jidt_series(int n, double *x, double *y)
{
    uint64_t state = 12345;

    x[0] = y[0] = 0;
    for (int t = 1; t < n; t++) {
        double noise[2];
        for (int k = 0; k < 2; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            noise[k] = (double)(state >> 11) * 0x1p-53;
        }
        x[t] = 0.5 * x[t - 1] + 0.4 * y[t - 1] + (noise[0] - 0.5);
        y[t] = 0.6 * y[t - 1] + (noise[1] - 0.5);
    }
}

/* Whether VALUE is EXPECTED within a relative 1e-12, or 1e-17 where long double knows no better. */
static inline void box_assert_close(double value, long double expected, const char *what, int round)
{
    if (!(fabsl((long double)value - expected) <= 1e-12L * fabsl(expected) + 1e-17L)) {
        fail_msg("%s, round %d: %.17g, not %.17Lg", what, round, value, expected);
    }
}

/* The arguments x, y and r of an estimate. */
static inline void box_set_series(struct kernel_call *k, const double *x, const double *y, const int64_t *n,
                                  double r)
{
    kernel_call_array(k, "x", SKEP_F8, 1, n, x);
    kernel_call_array(k, "y", SKEP_F8, 1, n, y);
    kernel_call_arg(k, "r")->f64 = r;
}

/* The argument `record`: M COLUMNS, one behind the other with room for ROWS_MAX each, laid out in DATA in C
 * order (0), in Fortran order (1), backwards (2), or with all rows in one place (3; COLUMNS then become what
 * the record holds). */
static inline void box_set_record(struct kernel_call *k, int64_t n, int m, int64_t rows_max, double *columns,
                                  double *data, int layout)
{
    const int64_t shape[] = {n, m};
    struct skep_view *view;

    kernel_call_array(k, "record", SKEP_F8, 2, shape, data);
    view = &k->args[0].view;
    if (layout == 1) {
        view->strides[0] = 1;
        view->strides[1] = n;
    } else if (layout == 2 && n > 0) {
        view->data = data + m * n - 1;
        view->strides[0] = -m;
        view->strides[1] = -1;
    } else if (layout == 3) {
        view->strides[0] = 0;
    }
    for (int c = 0; c < m; c++) {
        double *column = columns + c * rows_max;
        for (int64_t i = 0; i < n; i++) {
            data[(const double *)view->data - data + i * view->strides[0] + c * view->strides[1]] =
                column[layout == 3 ? n - 1 : i];
        }
        for (int64_t i = 0; layout == 3 && i < n; i++) {
            column[i] = column[n - 1];
        }
    }
}

static inline double box_run_value(struct kernel_call *k)
{
    assert_int_equal(kernel_call_run(k), SKEP_OK);
    assert_int_equal(k->value.kind, SKEP_VALUE_F64);
    return k->value.f64;
}

/* A call that just ran took what COST said, or a little less. */
static inline void box_assert_bytes(const struct kernel_call *k, const struct skep_cost *cost)
{
    double used = (double)k->arena.used_bytes;

    if (!(used <= cost->bytes && cost->bytes <= 1.1 * used + 8192)) {
        fail_msg("%s: %g bytes were taken, not %g", k->kernel->name, used, cost->bytes);
    }
    assert_true(cost->seconds >= 0);
}

/* With ever more memory a call is refused for want of it until what COST says is there. */
static inline void box_assert_room(struct kernel_call *k, const struct skep_cost *cost)
{
    size_t enough = k->arena.max_bytes;
    skep_status st = SKEP_E_NOMEM;

    for (size_t bytes = 0; st != SKEP_OK; bytes += 1 + (size_t)cost->bytes / 8) {
        k->arena.max_bytes = bytes;
        st = kernel_call_run(k);
        if (st != SKEP_OK) {
            assert_int_equal(st, SKEP_E_NOMEM);
            assert_true((double)bytes < cost->bytes);
        }
        kernel_call_release(k);
    }
    k->arena.max_bytes = enough;
}

/* What the row says that K takes is what both variants take, and the fast one is refused with less. */
static inline void box_assert_cost(struct kernel_call *k)
{
    struct skep_cost cost;

    k->call.is_reference = false;
    k->kernel->cost(&k->call, &cost);
    assert_int_equal(kernel_call_run(k), SKEP_OK);
    box_assert_bytes(k, &cost);
    kernel_call_release(k);
    box_assert_room(k, &cost);
    k->call.is_reference = true;
    k->kernel->cost(&k->call, &cost);
    assert_int_equal(kernel_call_reference(k), SKEP_OK);
    box_assert_bytes(k, &cost);
    kernel_call_release(k);
}

/* How many times a property is tried: more when SKEP_TEST_LONG is set. */
static inline int box_rounds(int rounds)
{
    return getenv("SKEP_TEST_LONG") != NULL ? 20 * rounds : rounds;
}

#endif
