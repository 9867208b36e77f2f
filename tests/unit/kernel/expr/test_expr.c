/* SPDX-License-Identifier: MIT */
#include "unit/kernel/expr/expr_call.h"

enum { N = 6 };

/* What NumPy 1.24 gives (with its warnings) for
 *
 *     a, b (f8)  f, g (f4)  i, j (i4)  k, l (i8)  m, n (b1)  s (i1)  t (u2)  u (u4)  x (f8)  p = 2  q = 0.5
 *
 * as they stand in compare_all below. */
static const struct {
    const char *text;
    enum skep_dtype dtype;
    int64_t whole[N];
    double real[N];
} cases[] = {
#include "unit/kernel/expr/numpy_cases.inc"
};

static void add_vars(struct expr_call *c)
{
    static const double a[] = {1.5, -2.25, 0.0, 7.0, -0.75, 1e300};
    static const double b[] = {0.5, 3.0, -4.0, -2.0, 2.5, 1e10};
    static const float f[] = {1.5f, -2.25f, 0.1f, 7.0f, -0.75f, 1e30f};
    static const float g[] = {0.3f, 3.0f, -4.0f, -2.0f, 2.5f, 1e10f};
    static const int32_t i[] = {7, -7, INT32_MAX, INT32_MIN, 0, 5};
    static const int32_t j[] = {2, 2, -3, -1, 5, -7};
    static const int64_t k[] = {7, -7, INT64_MAX, INT64_MIN, 0, 12345678901};
    static const int64_t l[] = {2, 2, -3, -1, 5, -7};
    static const uint8_t m[] = {1, 0, 77, 0, 1, 1}; /* a file may hold any byte for true */
    static const uint8_t n[] = {1, 1, 0, 0, 1, 0};
    static const int8_t s[] = {1, 2, 3, -128, 127, 0};
    static const uint16_t t[] = {1, 2, 3, 0, 65535, 7};
    static const uint32_t u[] = {1, 2, UINT32_MAX, 0, 5, 6};
    static const double x[] = {0.25, 0.5, -0.5, 1.0, -1.0, 0.75};

    expr_row(c, "a", SKEP_F8, N, a);
    expr_row(c, "b", SKEP_F8, N, b);
    expr_row(c, "f", SKEP_F4, N, f);
    expr_row(c, "g", SKEP_F4, N, g);
    expr_row(c, "i", SKEP_I4, N, i);
    expr_row(c, "j", SKEP_I4, N, j);
    expr_row(c, "k", SKEP_I8, N, k);
    expr_row(c, "l", SKEP_I8, N, l);
    expr_row(c, "m", SKEP_B1, N, m);
    expr_row(c, "n", SKEP_B1, N, n);
    expr_row(c, "s", SKEP_I1, N, s);
    expr_row(c, "t", SKEP_U2, N, t);
    expr_row(c, "u", SKEP_U4, N, u);
    expr_row(c, "x", SKEP_F8, N, x);
    expr_whole(c, "p", 2);
    expr_real(c, "q", 0.5);
}

/* Within some ulp of the dtype: NumPy's own functions are not exact either. */
static bool is_close(double x, double y, enum skep_dtype dtype)
{
    return x == y || (isnan(x) && isnan(y)) || fabs(x - y) <= fabs(y) * (dtype == SKEP_F4 ? 2.4e-7 : 2e-15);
}

/* Values and dtypes are NumPy's, quickly and plainly computed. */
static void test_expr__gives_what_numpy_gives(void **state)
{
    struct expr_call c;

    (void)state;
    expr_init(&c);
    add_vars(&c);
    for (size_t e = 0; e < 2 * (sizeof cases / sizeof cases[0]); e++) {
        const char *text = cases[e / 2].text;
        const struct skep_view *view = &c.k.value.array;

        expr_text(&c, text);
        if ((e % 2 == 0 ? kernel_call_run(&c.k) : kernel_call_reference(&c.k)) != SKEP_OK) {
            fail_msg("%s: %s", text, c.k.err.text);
        }
        if (c.k.value.kind != SKEP_VALUE_ARRAY || view->dtype != cases[e / 2].dtype || view->ndim != 1 ||
            view->shape[0] != N) {
            fail_msg("%s: %s", text, skep_dtype_name(view->dtype));
        }
        for (int i = 0; i < N; i++) {
            if (view->dtype == SKEP_I8 ? ((const int64_t *)view->data)[i] != cases[e / 2].whole[i]
                : skep_dtype_kind(view->dtype) != 'f'
                    ? skep_view_get_f8(view, i) != (double)cases[e / 2].whole[i]
                    : !is_close(skep_view_get_f8(view, i), cases[e / 2].real[i], view->dtype)) {
                fail_msg("%s [%d]: %.17g, not %.17g or %lld", text, i, skep_view_get_f8(view, i),
                         cases[e / 2].real[i], (long long)cases[e / 2].whole[i]);
            }
        }
    }
    expr_release(&c);
}

/* Numbers alone give a number: true, whole or float. */
static void test_expr__of_numbers_is_a_number(void **state)
{
    struct expr_call c;

    (void)state;
    expr_init(&c);
    assert_int_equal(expr_value(&c, "2**10 - 7 // 2")->i64, 1021);
    assert_int_equal(c.k.value.kind, SKEP_VALUE_I64);
    assert_true(expr_value(&c, "-2**2 / 8")->f64 == -0.5);
    assert_int_equal(c.k.value.kind, SKEP_VALUE_F64);
    assert_true(expr_value(&c, "2 ** -1 + 9223372036854775807 % 10")->f64 == 7.5);
    assert_true(expr_value(&c, " ( 1 < 2 )\n& ~ False ")->boolean);
    assert_int_equal(c.k.value.kind, SKEP_VALUE_BOOL);
    assert_true(expr_value(&c, "pi")->f64 == 0x1.921fb54442d18p+1);
    assert_true(expr_value(&c, "where(1 > 2, 1, 2.5)")->f64 == 2.5);
    assert_true(expr_value(&c, "1e-2 + .5 + 5. + 1E+2 + 0")->f64 == 105.51);
    expr_release(&c);
}

/* Shapes broadcast: a row, a column, a number and an array without axes, in any order of strides. */
static void test_expr__broadcasts(void **state)
{
    static const double table[] = {1, 2, 3, 4, 5, 6}; /* (2, 3) */
    static const double row[] = {10, 20, 30};
    static const double column[] = {100, 200};
    static const int64_t n_table[] = {2, 3}, n_column[] = {2, 1};
    static const double sums[] = {111.5, 122.5, 133.5, 214.5, 225.5, 236.5};
    static const float half = 0.5f;
    struct expr_call c;
    const double *v;

    (void)state;
    expr_init(&c);
    expr_var(&c, "t", SKEP_F8, 2, n_table, table);
    expr_row(&c, "r", SKEP_F8, 3, row);
    expr_var(&c, "c", SKEP_F8, 2, n_column, column);
    expr_var(&c, "h", SKEP_F4, 0, NULL, &half);
    v = expr_value(&c, "t + r + c + h")->array.data;
    assert_memory_equal(v, sums, sizeof sums);
    assert_int_equal(c.k.value.array.ndim, 2);
    v = expr_value(&c, "r + (h + c) + t")->array.data;
    assert_memory_equal(v, sums, sizeof sums);
    v = expr_value(&c, "r + c")->array.data;
    assert_true(v[0] == 110 && v[2] == 130 && v[3] == 210 && v[5] == 230);
    assert_int_equal(c.k.value.array.shape[0], 2);
    assert_int_equal(c.k.value.array.shape[1], 3);
    v = expr_value(&c, "r - r + c")->array.data; /* what folds away still has its shape */
    assert_true(v[0] == 100 && v[2] == 100 && v[5] == 200);
    v = expr_value(&c, "c ** 0")->array.data;
    assert_true(v[0] == 1 && v[1] == 1 && c.k.value.array.shape[1] == 1);
    expr_refused(&c, "t + row", SKEP_E_BAD_ARGS, "column 5: unknown name \"row\"; vars are t, r, c, h");
    c.items[1].view.shape[0] = 2;
    expr_refused(&c, "t + r", SKEP_E_BAD_ARGS, "column 5: r has shape (2,), which does not fit (2, 3)");
    expr_release(&c);
}

/* Views with gaps, backwards and with repeats, longer than a block, against a plain loop. */
static void test_expr__strided_views(void **state)
{
    enum { ROWS = 70, COLUMNS = 90 };
    static const int64_t shape[] = {ROWS, COLUMNS};
    static double x[2 * ROWS][3 * COLUMNS];
    static int16_t y[COLUMNS][ROWS];
    struct expr_call c;
    struct skep_view *view;
    const double *v;

    (void)state;
    for (int i = 0; i < 2 * ROWS; i++) {
        for (int j = 0; j < 3 * COLUMNS; j++) {
            x[i][j] = i * 1000 + j;
        }
    }
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        y[i / ROWS][i % ROWS] = (int16_t)(i * 7919);
    }
    expr_init(&c);
    view = &expr_var(&c, "x", SKEP_F8, 2, shape, &x[2 * ROWS - 1][1])->view; /* x[::-2, 1::3] */
    view->strides[0] = -2 * 3 * COLUMNS;
    view->strides[1] = 3;
    view = &expr_var(&c, "y", SKEP_I2, 2, shape, y)->view; /* y.T */
    view->strides[0] = 1;
    view->strides[1] = ROWS;
    view = &expr_var(&c, "z", SKEP_F8, 2, shape, &x[5][7])->view; /* one element everywhere */
    view->strides[0] = view->strides[1] = 0;
    v = expr_value(&c, "x * 2 + y - z")->array.data;
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < COLUMNS; j++) {
            assert_true(v[i * COLUMNS + j] == x[2 * ROWS - 1 - 2 * i][1 + 3 * j] * 2 + y[j][i] - 5007);
        }
    }
    expr_release(&c);
}

/* Empty arrays give empty arrays, and broadcast as others do. */
static void test_expr__of_nothing(void **state)
{
    static const int64_t empty[] = {3, 0};
    static const double one[] = {1};
    struct expr_call c;

    (void)state;
    expr_init(&c);
    expr_var(&c, "e", SKEP_F8, 2, empty, NULL);
    expr_row(&c, "o", SKEP_F8, 1, one);
    expr_value(&c, "e + o > 0");
    assert_int_equal(c.k.value.array.ndim, 2);
    assert_int_equal(c.k.value.array.shape[0], 3);
    assert_int_equal(c.k.value.array.shape[1], 0);
    assert_int_equal(c.k.value.array.dtype, SKEP_B1);
    kernel_call_word(&c.k, "reduce", "sum");
    assert_true(expr_value(&c, "e + o")->f64 == 0);
    kernel_call_word(&c.k, "reduce", "mean");
    assert_true(isnan(expr_value(&c, "e + o")->f64));
    kernel_call_word(&c.k, "reduce", "min");
    expr_refused(&c, "e + o", SKEP_E_BAD_ARGS, "reduce: the min of no elements");
    expr_release(&c);
}

/* The exact sum, whatever cancels; whole numbers in 64 bits; the extremes with NaN and zeros of both signs.
 */
static void test_expr__reduces(void **state)
{
    enum { MANY = 10000 };
    static double x[MANY];
    static int64_t k[MANY];
    static uint8_t m[MANY];
    static float f[MANY];
    struct expr_call c;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        x[i] = i % 2 == 0 ? 1e300 : -1e300;
        k[i] = i - 20;
        m[i] = i % 3 == 0;
        f[i] = 0.1f;
    }
    x[17] += 1.0;
    x[MANY - 1] = -1e300 + 5e284;
    expr_init(&c);
    expr_row(&c, "x", SKEP_F8, MANY, x);
    expr_row(&c, "k", SKEP_I8, MANY, k);
    expr_row(&c, "m", SKEP_B1, MANY, m);
    expr_row(&c, "f", SKEP_F4, MANY, f);
    kernel_call_word(&c.k, "reduce", "sum");
    assert_true(expr_value(&c, "x")->f64 == (-1e300 + 5e284) + 1e300);
    assert_true(expr_value(&c, "f")->f64 == 10000 * (double)0.1f); /* a float times 10000 is exact */
    assert_int_equal(expr_value(&c, "k * 2")->i64, (int64_t)MANY * (MANY - 41));
    assert_int_equal(expr_value(&c, "m")->i64, 3334);
    assert_int_equal(expr_value(&c, "k < 0")->i64, 20);
    expr_refused(&c, "9223372036854775807 - k * 0", SKEP_E_NUMERIC, "range of i8");
    kernel_call_word(&c.k, "reduce", "mean");
    assert_true(expr_value(&c, "k")->f64 == (MANY - 41) / 2.0);
    assert_true(expr_value(&c, "9223372036854775807 - k * 0")->f64 == 0x1p63);
    assert_true(expr_value(&c, "m")->f64 == 0.3334);
    assert_true(expr_value(&c, "2 + 1")->f64 == 3.0);
    kernel_call_word(&c.k, "reduce", "min");
    assert_int_equal(expr_value(&c, "abs(k) - 5")->i64, -5);
    assert_int_equal(c.k.value.kind, SKEP_VALUE_I64);
    assert_false(expr_value(&c, "m")->boolean);
    assert_int_equal(c.k.value.kind, SKEP_VALUE_BOOL);
    assert_true(signbit(expr_value(&c, "where(k == 77, -0.0, 0.0)")->f64));
    kernel_call_word(&c.k, "reduce", "max");
    assert_true(expr_value(&c, "f")->f64 == (double)0.1f);
    assert_false(signbit(expr_value(&c, "where(k == 77, 0.0, -0.0)")->f64));
    assert_true(isnan(expr_value(&c, "where(k == 77, log(0*x - 1), x)")->f64));
    expr_release(&c);
}

/* The extreme is found wherever it lies. */
static void test_expr__finds_the_extreme_anywhere(void **state)
{
    static const int64_t lengths[] = {1, 63, 64, 65, 192, 300, 1000, 5000};
    static double x[5000];
    struct expr_call c;

    (void)state;
    expr_init(&c);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        c.n = 0;
        expr_row(&c, "x", SKEP_F8, lengths[i], x);
        for (int64_t at = 0; at < lengths[i]; at += 1 + lengths[i] / 100) {
            x[at] = -1;
            kernel_call_word(&c.k, "reduce", "min");
            assert_true(expr_value(&c, "2*x")->f64 == -2);
            kernel_call_word(&c.k, "reduce", "max");
            assert_true(expr_value(&c, "-x")->f64 == 1);
            x[at] = 0;
        }
    }
    expr_release(&c);
}

/* NaN comes through minimum and maximum from either side, and is neither less nor greater nor equal. */
static void test_expr__nan(void **state)
{
    static const double x[] = {NAN, 1, NAN}, y[] = {1, NAN, NAN};
    struct expr_call c;
    const double *v;
    const uint8_t *b;

    (void)state;
    expr_init(&c);
    expr_row(&c, "x", SKEP_F8, 3, x);
    expr_row(&c, "y", SKEP_F8, 3, y);
    for (int i = 0; i < 4; i++) {
        static const char *const texts[] = {"minimum(x, y)", "maximum(x, y)", "minimum(y, x)", "x % y"};
        v = expr_value(&c, texts[i])->array.data;
        assert_true(isnan(v[0]) && isnan(v[1]) && isnan(v[2]));
    }
    b = expr_value(&c, "(x < y) | (x > y) | (x == y) | (x <= 1) & (x != 1)")->array.data;
    assert_true(b[0] == 0 && b[1] == 0 && b[2] == 0);
    b = expr_value(&c, "x != x")->array.data;
    assert_true(b[0] == 1 && b[1] == 0 && b[2] == 1);
    b = expr_value(&c, "where(x, True, False)")->array.data; /* NaN is not 0 */
    assert_true(b[0] == 1);
    expr_release(&c);
}

/* What is wrong is said with its column, counted in characters. */
static void test_expr__errors_name_the_column(void **state)
{
    static const double x[] = {1, 2};
    static const int32_t i[] = {1, 0};
    static const uint8_t m[] = {1, 0};
    static const uint64_t w[] = {1, 0};
    static const float f[] = {1, 2};
    static const struct {
        const char *text, *words;
    } wrong[] = {
        {"", "column 1: a name, a number or \"(\" is wanted, and the text ends here"},
        {"x +", "column 4: a name, a number or \"(\" is wanted, and the text ends here"},
        {"x + * 2", "column 5: a name, a number or \"(\" is wanted, not \"*\""},
        {"(x + 1", "column 7: \")\" is wanted, and the text ends here"},
        {"x + 1)", "column 6: an operator or the end is wanted, not \")\""},
        {"x x", "column 3: an operator is wanted, not \"x\""},
        {"1 + xx", "column 5: unknown name \"xx\"; vars are x, i, m, w, f, sin"},
        {"x < i < 2", "column 7: comparisons do not chain"},
        {"x = 1", "column 3: \"=\" gives no value; a comparison is \"==\""},
        {"x and i", "column 3: \"and\" is not for arrays; write (...) & (...)"},
        {"(x or i)", "column 4: \"or\" is not for arrays; write (...) | (...)"},
        {"not x", "column 1: \"not\" is not for arrays; write ~"},
        {"x[0]", "column 2: indices are not there"},
        {"x.y", "column 2: attributes and methods are not there"},
        {"x << 1", "column 3: shifts are not there"},
        {"\"\xc3\xa9\" + x", "column 1: text has no place"},
        {"x + \xc3\xa9", "column 5: byte 0xc3 has no meaning"},
        {"sqrt x", "column 6: \"(\" is wanted, not \"x\""},
        {"sqrt(x, x)", "column 7: sqrt takes 1 argument, not more"},
        {"where(x, 1)", "column 11: where takes 3 arguments, not 2"},
        {"where()", "column 7: a name, a number or \"(\" is wanted, not \")\""},
        {"sqrt", "column 5: \"(\" is wanted"},
        {"pi(2)", "column 3: an operator is wanted, not \"(\""},
        {"sin(x)", "column 1: sin is a name of the language and of a var"},
        {"2j * x", "column 1: \"2j\" is no number"},
        {"1.2.3", "column 1: \"1.2.\" is no number"},
        {"007", "column 1: a whole number begins with a 0"},
        {"x + 9223372036854775808", "column 5: the whole number does not fit 64 bits"},
        {"1e400", "column 1: the number is beyond the range of f8"},
        {"x + 3 * 4611686018427387904", "column 7: the whole number does not fit 64 bits"},
        {"10 ** 19", "column 4: the whole number does not fit 64 bits"},
        {"1 / 0 + x", "column 3: division by zero"},
        {"i + 2147483648", "column 5: 2147483648 does not fit i4"},
        {"f * 1e39", "column 5: 1e+39 does not fit f4"},
        {"x & m", "column 3: f8 & b1 has no meaning"},
        {"~x", "column 1: ~ of f8 has no meaning"},
        {"2.5 | m", "column 5: a number | b1 has no meaning"},
        {"m - m", "column 3: b1 - b1 has no meaning"},
        {"-m", "column 1: - of b1 has no meaning"},
        {"w + 1", "column 1: w is u8; expressions compute in b1, i4, i8, f4 and f8"},
        {"i ** -1", "column 6: a whole number to a negative power"},
        {"i ** (0 - i)",
         "column 3: a whole number to a negative power; make one of them a float (element 0)"},
        {"1 // i",
         "column 3: a whole number divided by 0; guard it, as in a // where(b == 0, 1, b) (element 1)"},
        {"i % 0", "column 3: a whole number divided by 0"},
    };
    struct expr_call c;

    (void)state;
    expr_init(&c);
    expr_row(&c, "x", SKEP_F8, 2, x);
    expr_row(&c, "i", SKEP_I4, 2, i);
    expr_row(&c, "m", SKEP_B1, 2, m);
    expr_row(&c, "w", SKEP_U8, 2, w);
    expr_row(&c, "f", SKEP_F4, 2, f);
    expr_row(&c, "sin", SKEP_F4, 2, f);
    for (size_t e = 0; e < sizeof wrong / sizeof wrong[0]; e++) {
        skep_status st = expr_run(&c, wrong[e].text);
        if (st == SKEP_OK || strstr(c.k.err.text, wrong[e].words) == NULL ||
            strncmp(c.k.err.text, "expr: column ", 13) != 0) {
            fail_msg("%s: %s, not %s", wrong[e].text, c.k.err.text, wrong[e].words);
        }
        assert_int_not_equal(kernel_call_reference(&c.k), SKEP_OK);
        assert_non_null(strstr(c.k.err.text, wrong[e].words));
    }
    expr_release(&c);
}

/* Vars without names, too many of them, too long and too deep texts are refused. */
static void test_expr__limits(void **state)
{
    static char text[8100];
    static const double x[] = {1, 2};
    struct expr_call c;

    (void)state;
    expr_init(&c);
    expr_row(&c, NULL, SKEP_F8, 2, x);
    expr_refused(&c, "1", SKEP_E_BAD_ARGS, "vars: a list; what expr names needs names");
    c.items[0].name = "x";
    for (int i = 0; i < 256; i++) {
        expr_row(&c, "y", SKEP_F8, 2, x);
    }
    expr_refused(&c, "1", SKEP_E_BAD_ARGS, "vars: 257 arrays; at most 256");
    c.k.args[1].arrays.n = 1;
    memset(text, ' ', 8001);
    text[0] = '1';
    expr_refused(&c, text, SKEP_E_BAD_ARGS, "expr: 8001 bytes; at most 8000");
    text[8000] = '\0';
    assert_int_equal(expr_value(&c, text)->i64, 1);
    for (int i = 0; i < 7998; i += 2) { /* as wide as can be */
        memcpy(text + i, "x+", 2);
    }
    memcpy(text + 7998, "x", 2);
    assert_true(((const double *)expr_value(&c, text)->array.data)[1] == 8000);
    for (int depth = 100; depth <= 101; depth++) {
        static const char *const opens[] = {"(", "-", "2.0**", "abs("}, *const closes[] = {")", "", "", ")"};
        for (int kind = 0; kind < 4; kind++) {
            text[0] = '\0';
            for (int i = 0; i < depth; i++) {
                memcpy(text + strlen(text), opens[kind], strlen(opens[kind]) + 1);
            }
            memcpy(text + strlen(text), "x*0", 4);
            for (int i = 0; i < depth; i++) {
                memcpy(text + strlen(text), closes[kind], strlen(closes[kind]) + 1);
            }
            if (depth == 100) {
                expr_value(&c, text);
            } else {
                expr_refused(&c, text, SKEP_E_BAD_ARGS, "nested more than 100 levels deep");
            }
        }
    }
    expr_release(&c);
}

/* Cost tells the bytes that are taken, or somewhat more, whatever the text. */
static void test_expr__cost_covers_what_is_taken(void **state)
{
    enum { MANY = 100000 };
    static const char *const texts[] = {"a", "a**2+b**2", "a<b", "where(a<b,a**15,1/b**7)+a//b*sin(a)",
                                        "1+2"};
    static double x[MANY];
    struct expr_call c;

    (void)state;
    expr_init(&c);
    expr_row(&c, "a", SKEP_F8, MANY, x);
    expr_row(&c, "b", SKEP_F8, MANY, x);
    for (size_t e = 0; e < 4 * (sizeof texts / sizeof texts[0]); e++) {
        struct skep_cost cost = {0};
        expr_text(&c, texts[e / 4]);
        c.k.call.is_reference = e % 2 != 0;
        kernel_call_word(&c.k, "reduce", e % 4 < 2 ? "none" : "mean");
        c.k.kernel->cost(&c.k.call, &cost);
        assert_int_equal(e % 2 == 0 ? kernel_call_run(&c.k) : kernel_call_reference(&c.k), SKEP_OK);
        assert_true((double)c.k.arena.used_bytes <= cost.bytes);
        assert_true(cost.bytes <= (double)c.k.arena.used_bytes + 160000);
        assert_true(cost.seconds > 0 && cost.seconds < 1);
    }
    expr_release(&c);
}

/* Nor is it less for a text that is too long to be read for it: a column and a row make a matrix, and 256
 * vars are as many as there may be. */
static void test_expr__cost_of_a_long_text(void **state)
{
    enum { LENGTH = 1000, TERMS = 300, VARS = 256 };
    static const double x[LENGTH];
    char text[2 * TERMS + 1] = "", names[VARS][8];
    struct skep_cost cost = {0};
    struct expr_call c;

    (void)state;
    for (int i = 0; i < TERMS; i++) {
        memcpy(text + 2 * i, i % 2 == 0 ? "a+" : "b+", 3);
    }
    text[2 * TERMS - 1] = '\0';
    expr_init(&c);
    expr_var(&c, "a", SKEP_F8, 2, (const int64_t[]){LENGTH, 1}, x);
    expr_row(&c, "b", SKEP_F8, LENGTH, x);
    for (int i = 2; i < VARS; i++) {
        snprintf(names[i], sizeof names[i], "v%d", i);
        expr_row(&c, names[i], SKEP_F8, 1, x);
    }
    (void)expr_value(&c, text);
    c.k.kernel->cost(&c.k.call, &cost);
    assert_true((double)c.k.arena.used_bytes <= cost.bytes);
    kernel_call_word(&c.k, "reduce", "sum");
    (void)expr_value(&c, text);
    c.k.kernel->cost(&c.k.call, &cost);
    assert_true((double)c.k.arena.used_bytes <= cost.bytes);
    expr_release(&c);
}

/* A result that the arena cannot hold is refused with its shape. */
static void test_expr__no_room(void **state)
{
    static const int64_t shape[] = {1000, 1000};
    static const double x = 1;
    struct expr_call c;

    (void)state;
    expr_init(&c);
    memset(expr_var(&c, "x", SKEP_F8, 2, shape, &x)->view.strides, 0, sizeof(int64_t[2]));
    c.k.arena.max_bytes = 1000000;
    expr_refused(&c, "x + 1", SKEP_E_NOMEM, "value of shape (1000, 1000): no memory for 8000000 bytes");
    assert_int_equal(expr_run(&c, "x > 1"), SKEP_E_NOMEM);
    for (size_t room = 0; room < 40000; room += 100) { /* each of the pieces */
        c.k.arena.max_bytes = room;
        assert_int_equal(expr_run(&c, "x + 1"), SKEP_E_NOMEM);
    }
    kernel_call_word(&c.k, "reduce", "sum");
    c.k.arena.max_bytes = 100000;
    assert_true(expr_value(&c, "x + 1")->f64 == 2e6);
    expr_release(&c);
}

/* Told to stop, it stops. */
static void test_expr__stops(void **state)
{
    static const double x[100];
    struct expr_call c;

    (void)state;
    expr_init(&c);
    expr_row(&c, "x", SKEP_F8, 100, x);
    atomic_store(&c.k.stop, 1);
    assert_int_equal(expr_run(&c, "x + 1"), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&c.k), SKEP_STOPPED);
    kernel_call_word(&c.k, "reduce", "max");
    assert_int_equal(expr_run(&c, "x"), SKEP_STOPPED);
    expr_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expr__gives_what_numpy_gives),
        cmocka_unit_test(test_expr__of_numbers_is_a_number),
        cmocka_unit_test(test_expr__broadcasts),
        cmocka_unit_test(test_expr__strided_views),
        cmocka_unit_test(test_expr__of_nothing),
        cmocka_unit_test(test_expr__reduces),
        cmocka_unit_test(test_expr__finds_the_extreme_anywhere),
        cmocka_unit_test(test_expr__nan),
        cmocka_unit_test(test_expr__errors_name_the_column),
        cmocka_unit_test(test_expr__limits),
        cmocka_unit_test(test_expr__cost_covers_what_is_taken),
        cmocka_unit_test(test_expr__cost_of_a_long_text),
        cmocka_unit_test(test_expr__no_room),
        cmocka_unit_test(test_expr__stops),
    };
    return cmocka_run_group_tests_name("kernel/expr", tests, NULL, NULL);
}
