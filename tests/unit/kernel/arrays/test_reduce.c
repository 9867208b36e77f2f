/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

__extension__ typedef __int128 wide;

/* All reductions over views of every kind, against plain loops over the elements one by one. Elements are
 * whole multiples of 2^-12 with 30 bits at most, so that their sums and the sums of their squares are exact
 * in 128 bits. */

enum { POOL = 40000, MOST = 20000, UNIT = 4096 };

static const char *const names[] = {"sum",    "mean",   "var",    "std",   "min",       "max",
                                    "argmin", "argmax", "absmax", "norm2", "count_nan", "count_finite"};
enum { SUM, MEAN, VAR, STD, MIN, MAX, ARGMIN, ARGMAX, ABSMAX, NORM2, COUNT_NAN, COUNT_FINITE, N_NAMES };

/* An element as a whole number of units, or special. */
struct element {
    wide units;
    double special; /* NaN or an infinity; 0: neither */
};

/* ---- views ---- */

static void *pool; /* POOL elements of the view's dtype */

static double chance_f8(uint64_t *chance, int n_specials)
{
    static const double specials[] = {NAN, HUGE_VAL, -HUGE_VAL};

    if (n_specials > 0 && test_chance(chance) % 10 == 0) {
        return specials[test_chance(chance) % (uint64_t)n_specials];
    }
    return ((double)(test_chance(chance) % 65536) - 32768.0) / UNIT * (double)(1 + test_chance(chance) % 3);
}

static void fill_pool(enum skep_dtype dtype, uint64_t *chance)
{
    int n_specials = (int)(test_chance(chance) % 4);
    bool is_plain = test_chance(chance) % 2 == 0;

    for (int i = 0; i < POOL; i++) {
        double x = chance_f8(chance, is_plain ? 0 : n_specials);
        uint64_t bits = test_chance(chance);
        switch (dtype) {
        case SKEP_F8:
            ((double *)pool)[i] = x;
            break;
        case SKEP_F4:
            ((float *)pool)[i] = (float)x;
            break;
        case SKEP_I8:
            ((int64_t *)pool)[i] = (int64_t)(bits % 200000) - 100000;
            break;
        case SKEP_U8:
            ((uint64_t *)pool)[i] = bits % 200000;
            break;
        case SKEP_I4:
            ((int32_t *)pool)[i] = (int32_t)(bits % 200000) - 100000;
            break;
        case SKEP_U4:
            ((uint32_t *)pool)[i] = (uint32_t)(bits % 200000);
            break;
        case SKEP_I2:
        case SKEP_U2:
            ((uint16_t *)pool)[i] = (uint16_t)bits;
            break;
        default:
            ((uint8_t *)pool)[i] = (uint8_t)(bits % 5 == 0 ? 0 : bits);
            break;
        }
    }
}

/* A view of random rank and shape; its axes lie in any order in the pool, forwards or backwards, with gaps or
 * on one spot. */
static void make_view(struct skep_view *view, enum skep_dtype dtype, uint64_t *chance)
{
    static const int64_t sizes[] = {1, 2, 3, 5, 17, 33, 70};
    int64_t shape[4], stride = 1, offset = 0, count = 1;
    int ndim = (int)(test_chance(chance) % 5);
    int first = (int)(test_chance(chance) % 4);

    for (int i = 0; i < ndim; i++) {
        shape[i] = test_chance(chance) % 40 == 0 ? 0 : sizes[test_chance(chance) % 7];
        shape[i] = test_chance(chance) % 20 == 0 ? 2500 : shape[i];
        shape[i] = count * shape[i] > MOST / 4 ? 1 : shape[i];
        count *= shape[i] > 0 ? shape[i] : 1;
    }
    skep_view_init(view, pool, dtype, ndim, shape);
    for (int k = 0; k < ndim && test_chance(chance) % 5 > 0; k++) { /* else: C order from here on */
        int i = (k + first) % ndim;
        int64_t step = 1 + (int64_t)(test_chance(chance) % 8 == 0);

        view->strides[i] = test_chance(chance) % 12 == 0 ? 0 : stride * step;
        stride *= step * (shape[i] > 0 ? shape[i] : 1);
        if (stride > POOL) {
            skep_view_init(view, pool, dtype, ndim, shape);
            return;
        }
    }
    for (int i = 0; i < ndim; i++) {
        offset += shape[i] > 0 ? (shape[i] - 1) * view->strides[i] : 0;
    }
    if (offset >= POOL) {
        skep_view_init(view, pool, dtype, ndim, shape);
        return;
    }
    for (int i = 0; i < ndim; i++) {
        if (shape[i] > 0 && test_chance(chance) % 4 == 0) {
            view->data = (const char *)view->data +
                         (shape[i] - 1) * view->strides[i] * (int64_t)skep_dtype_size(dtype);
            view->strides[i] = -view->strides[i];
        }
    }
}

static struct element element_at(const struct skep_view *view, int64_t at)
{
    double x = skep_view_get_f8(view, at);

    if (!isfinite(x)) {
        return (struct element){0, x};
    }
    return (struct element){(wide)(x * UNIT), 0.0};
}

/* The elements that make value number WHICH, in C order. */
static int64_t collect(const struct skep_view *view, int axis, int64_t which, struct element *elements)
{
    int64_t n = 0, count = skep_view_count(view);

    for (int64_t k = 0; k < count; k++) {
        int64_t rest = k, at = 0, value = 0, scale = 1;
        for (int i = view->ndim - 1; i >= 0; i--) {
            at += rest % view->shape[i] * view->strides[i];
            if (i != axis) {
                value += axis < 0 ? 0 : rest % view->shape[i] * scale;
                scale *= view->shape[i];
            }
            rest /= view->shape[i];
        }
        if (value == which) {
            elements[n++] = element_at(view, at);
        }
    }
    return n;
}

/* ---- what is expected ---- */

/* Sums over the elements that count. */
struct facts {
    int64_t n, n_nan, n_all, n_finite;
    wide sum, squares;
    double specials;                /* the sum of infinities and of NaN that go through; 0: none */
    int64_t min_at, max_at, nan_at; /* -1: none */
    double min, max, magnitude;
};

static double number(const struct element *element)
{
    return element->special != 0.0 ? element->special : (double)element->units / UNIT;
}

static void gather_facts(const struct element *elements, int64_t n, bool skips_nan, struct facts *f)
{
    *f = (struct facts){.n_all = n, .min_at = -1, .max_at = -1, .nan_at = -1};
    for (int64_t i = 0; i < n; i++) {
        double x = number(&elements[i]);
        f->n_nan += isnan(x);
        f->n_finite += isfinite(x);
        if (isnan(x) && skips_nan) {
            continue;
        }
        f->n++;
        f->sum += elements[i].units;
        f->squares += elements[i].units * elements[i].units;
        f->specials += elements[i].special;
        if (isnan(x)) {
            f->nan_at = f->nan_at < 0 ? i : f->nan_at;
            continue;
        }
        if (f->min_at < 0 || x < f->min) {
            f->min_at = i;
            f->min = x;
        }
        if (f->max_at < 0 || x > f->max) {
            f->max_at = i;
            f->max = x;
        }
        f->magnitude = fabs(x) > f->magnitude ? fabs(x) : f->magnitude;
    }
}

static double variance(const struct facts *f, int64_t ddof)
{
    wide numerator = f->squares * f->n - f->sum * f->sum; /* exact */

    if (f->n <= ddof || f->specials != 0.0) {
        return NAN;
    }
    return (double)numerator / UNIT / UNIT / (double)f->n / (double)(f->n - ddof);
}

/* The value that a kernel must give, as a double; false: an error is due. */
static bool expected(int which, const struct facts *f, int64_t ddof, double *out)
{
    bool is_nan = f->nan_at >= 0;

    switch (which) {
    case SUM:
        *out = f->specials != 0.0 ? f->specials : (double)f->sum / UNIT;
        return true;
    case MEAN:
        *out = f->n == 0 ? NAN : f->specials != 0.0 ? f->specials : (double)f->sum / (double)(f->n * UNIT);
        return true;
    case VAR:
        *out = variance(f, ddof);
        return true;
    case STD:
        *out = sqrt(variance(f, ddof));
        return true;
    case MIN:
        *out = is_nan || f->min_at < 0 ? NAN : f->min;
        return f->n_all > 0;
    case MAX:
        *out = is_nan || f->max_at < 0 ? NAN : f->max;
        return f->n_all > 0;
    case ABSMAX:
        *out = is_nan || f->max_at < 0 ? NAN : f->magnitude;
        return f->n_all > 0;
    case ARGMIN:
        *out = (double)(is_nan ? f->nan_at : f->min_at);
        return is_nan || f->min_at >= 0;
    case ARGMAX:
        *out = (double)(is_nan ? f->nan_at : f->max_at);
        return is_nan || f->max_at >= 0;
    case NORM2:
        *out = is_nan ? NAN : f->specials != 0.0 ? HUGE_VAL : sqrt((double)f->squares) / UNIT;
        return true;
    case COUNT_NAN:
        *out = (double)f->n_nan;
        return true;
    default:
        *out = (double)f->n_finite;
        return true;
    }
}

/* ---- the comparison ---- */

static double value_at(const struct skep_value *value, int64_t i)
{
    switch (value->kind) {
    case SKEP_VALUE_ARRAY:
        return skep_view_get_f8(&value->array, i);
    case SKEP_VALUE_F64:
        return value->f64;
    case SKEP_VALUE_I64:
        return (double)value->i64;
    case SKEP_VALUE_U64:
        return (double)value->u64;
    default:
        assert_int_equal(value->kind, SKEP_VALUE_BOOL);
        return value->boolean;
    }
}

static bool is_close(double a, double b, double rtol)
{
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= rtol * fabs(b);
}

/* Both variants give what is expected; the quick one takes the memory that the row says. */
static void check_values(struct kernel_call *k, int which, const struct skep_view *view, int axis,
                         int64_t n_values, bool skips_nan, int64_t ddof)
{
    static struct element elements[MOST];
    double rtol = which == VAR || which == STD || which == NORM2 ? 1e-14 : 0.0;

    for (int variant = 0; variant < 2; variant++) {
        struct skep_cost cost;
        bool is_error = false;
        bool may_fail = skips_nan && n_values >= 20; /* a value that is not looked at may be an error */
        skep_status st;

        skep_arena_reset(&k->arena, SIZE_MAX);
        st = variant == 0 ? kernel_call_run(k) : kernel_call_reference(k);
        k->kernel->cost(&k->call, &cost);
        for (int64_t i = 0; i < n_values; i += 1 + n_values / 20) { /* so that long runs are many, not slow */
            struct facts facts;
            double wanted;
            int64_t n = collect(view, axis, i, elements);

            gather_facts(elements, n, skips_nan, &facts);
            if (!expected(which, &facts, ddof, &wanted)) {
                is_error = true;
                break;
            }
            if (st == SKEP_OK && !is_close(value_at(&k->value, i), wanted, rtol)) {
                fail_msg("%s of %s: value %ld is %.17g, not %.17g", names[which],
                         skep_dtype_name(view->dtype), (long)i, value_at(&k->value, i), wanted);
            }
        }
        if (st != (is_error ? SKEP_E_BAD_ARGS : SKEP_OK) && !(may_fail && st == SKEP_E_BAD_ARGS)) {
            fail_msg("%s of %s: %s", names[which], skep_dtype_name(view->dtype),
                     skep_error_text(&k->err, st));
        }
        assert_true((double)k->arena.used_bytes == cost.bytes);
    }
}

static void check_kernel(int which, const struct skep_view *view, uint64_t *chance)
{
    struct kernel_call k;
    int axis = view->ndim > 0 ? (int)(test_chance(chance) % (uint64_t)(view->ndim + 1)) - 1 : -1;
    bool has_nan = which != COUNT_NAN && which != COUNT_FINITE;
    bool skips_nan = has_nan && test_chance(chance) % 2 == 0;
    int64_t ddof = which == VAR || which == STD ? (int64_t)(test_chance(chance) % 3) : 0;
    int64_t n_values = 1;

    kernel_call_init(&k, names[which]);
    kernel_call_arg(&k, "x")->view = *view;
    if (axis >= 0) {
        kernel_call_arg(&k, "axis")->i64 = test_chance(chance) % 2 == 0 ? axis : axis - view->ndim;
    }
    if (skips_nan) {
        kernel_call_word(&k, "nan", "skip");
    }
    if (ddof > 0) {
        kernel_call_arg(&k, "ddof")->i64 = ddof;
    }
    for (int i = 0; axis >= 0 && i < view->ndim; i++) {
        n_values *= i == axis ? 1 : view->shape[i];
    }
    check_values(&k, which, view, axis, n_values, skips_nan, ddof);
    kernel_call_release(&k);
}

/* Every reduction of views of every dtype, rank and strides, whole and along each axis, with NaN and without,
 * is what a plain loop says; so is its reference. */
static void test_reduce__agrees_with_plain_loops(void **state)
{
    uint64_t chance = 1;
    int rounds = getenv("SKEP_TEST_LONG") != NULL ? 1500 : 150;

    (void)state;
    pool = malloc(POOL * sizeof(double));
    assert_non_null(pool);
    for (int round = 0; round < rounds; round++) {
        for (int dtype = SKEP_B1; dtype < SKEP_DTYPE_COUNT; dtype++) {
            struct skep_view view;

            fill_pool((enum skep_dtype)dtype, &chance);
            make_view(&view, (enum skep_dtype)dtype, &chance);
            check_kernel((int)(test_chance(&chance) % N_NAMES), &view, &chance);
            check_kernel(round % N_NAMES, &view, &chance);
        }
    }
    free(pool);
}

/* The value is an array without the axis, of the dtype that the row says. */
static void test_reduce__dtypes_of_values(void **state)
{
    static const struct {
        const char *name;
        enum skep_dtype x, value;
    } rows[] = {
        {"sum", SKEP_B1, SKEP_I8},    {"sum", SKEP_U2, SKEP_U8},       {"sum", SKEP_F4, SKEP_F8},
        {"mean", SKEP_I1, SKEP_F8},   {"var", SKEP_U1, SKEP_F8},       {"std", SKEP_F4, SKEP_F8},
        {"min", SKEP_B1, SKEP_B1},    {"min", SKEP_I2, SKEP_I2},       {"max", SKEP_F4, SKEP_F4},
        {"max", SKEP_U4, SKEP_U4},    {"argmin", SKEP_F8, SKEP_I8},    {"argmax", SKEP_U1, SKEP_I8},
        {"absmax", SKEP_I1, SKEP_U8}, {"absmax", SKEP_F4, SKEP_F4},    {"norm2", SKEP_I4, SKEP_F8},
        {"absmax", SKEP_B1, SKEP_U8}, {"count_nan", SKEP_F4, SKEP_I8}, {"count_finite", SKEP_B1, SKEP_I8},
    };
    static const int64_t shape[] = {2, 3, 4};
    static const double zeros[24];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kernel_call k;

        kernel_call_init(&k, rows[i].name);
        kernel_call_array(&k, "x", rows[i].x, 3, shape, zeros);
        kernel_call_arg(&k, "axis")->i64 = 1;
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        assert_int_equal(k.value.kind, SKEP_VALUE_ARRAY);
        assert_int_equal(k.value.array.dtype, rows[i].value);
        assert_int_equal(k.value.array.ndim, 2);
        assert_int_equal(k.value.array.shape[0], 2);
        assert_int_equal(k.value.array.shape[1], 4);
        kernel_call_release(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reduce__agrees_with_plain_loops),
        cmocka_unit_test(test_reduce__dtypes_of_values),
    };
    return cmocka_run_group_tests_name("kernel/reduce", tests, NULL, NULL);
}
