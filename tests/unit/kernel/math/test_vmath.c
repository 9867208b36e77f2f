/* SPDX-License-Identifier: MIT */
/* The references are the C library's functions in long double: other code, and 64 bits of mantissa. With
 * SKEP_TEST_LONG in the environment a hundred times as many arguments are tried. */
#include "unit/kernel/kernel_call.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/math/vmath.h"
#include "kernel/math/vmath_levels.h"

enum { BLOCK = 1024, BLOCKS = 100, ONES = 15, SPECIALS = 44 };

/* Functions of one argument at one level, where to test them, and what README.md says of their error. */
struct one {
    const char *name;
    skep_map_f8 map;
    long double (*exact)(long double);
    double least, most; /* one half of the arguments is uniform here, the other of any magnitude below MOST */
    double bound;       /* ulp */
};

static void list_ones(const struct skep_vmath *v, struct one ones[ONES])
{
    const struct one list[ONES] = {
        {"exp", v->exp, expl, -745, 709.7, 1.0},   {"expm1", v->expm1, expm1l, -40, 709.7, 1.1},
        {"log", v->log, logl, 0.5, 1e300, 1.0},    {"log1p", v->log1p, log1pl, -0.999, 1e300, 1.0},
        {"log2", v->log2, log2l, 0.5, 1e300, 1.0}, {"log10", v->log10, log10l, 0.5, 1e300, 1.0},
        {"sin", v->sin, sinl, -7, 1e300, 1.7},     {"cos", v->cos, cosl, -7, 1e300, 1.7},
        {"tan", v->tan, tanl, -7, 1e300, 1.6},     {"arcsin", v->arcsin, asinl, -1, 1, 1.2},
        {"arccos", v->arccos, acosl, -1, 1, 1.2},  {"arctan", v->arctan, atanl, -2, 1e300, 1.6},
        {"sinh", v->sinh, sinhl, -5, 710.4, 1.5},  {"cosh", v->cosh, coshl, -5, 710.4, 1.2},
        {"tanh", v->tanh, tanhl, -5, 30, 1.2},
    };

    memcpy(ones, list, sizeof list);
}

static double ulps(double value, long double exact)
{
    int exponent;

    if (exact == 0.0L || isinf((double)exact) || isnan((double)exact)) {
        return value == (double)exact || (isnan(value) && isnan((double)exact)) ? 0.0 : HUGE_VAL;
    }
    (void)frexpl(exact, &exponent);
    return (double)(fabsl((long double)value - exact) /
                    ldexpl(1.0L, (exponent < -1021 ? -1021 : exponent) - 53));
}

static int blocks(void)
{
    return getenv("SKEP_TEST_LONG") != NULL ? 100 * BLOCKS : BLOCKS;
}

static double between(uint64_t *chance, double least, double most)
{
    return least + (most - least) * test_chance_f8(chance);
}

/* A number of either sign whose exponent is uniform in [LEAST, MOST). */
static double any_magnitude(uint64_t *chance, int least, int most)
{
    int exponent = least + (int)(test_chance(chance) % (uint64_t)(most - least));
    double size = ldexp(1.0 + test_chance_f8(chance), exponent);

    return (test_chance(chance) & 1) != 0 ? -size : size;
}

/* Arguments of a block for a function: next to 0 or 1, or uniform, or of any magnitude. */
static void fill_one(const struct one *one, int block, uint64_t *chance, double x[BLOCK])
{
    for (int i = 0; i < BLOCK; i++) {
        double most = one->most < 8.0 ? one->most : 8.0;

        if (block % 4 == 0) {
            x[i] = between(chance, -0.1, 0.1);
            x[i] = i % 2 == 0 || one->least > 0.0 ? fmin(1.0 + x[i], one->most) : x[i];
        } else if (block % 4 == 1) {
            x[i] = between(chance, one->least, one->most);
        } else if (block % 4 == 2) {
            x[i] = between(chance, one->least, most);
        } else {
            x[i] = any_magnitude(chance, -1074, (int)ceil(log2(one->most)));
            x[i] = x[i] < one->least && one->least > -1e3 ? fabs(x[i]) : x[i];
        }
    }
}

/* Each function of one argument keeps its bound over its domain. */
static void test_vmath__functions_of_one_argument_keep_their_bounds(void **state)
{
    struct one ones[ONES];
    double x[BLOCK], out[BLOCK];
    uint64_t chance = 1;

    (void)state;
    list_ones(skep_vmath_at(SKEP_CPU_PLAIN), ones);
    for (int k = 0; k < ONES; k++) {
        double worst = 0, at = 0;

        for (int block = 0; block < blocks(); block++) {
            fill_one(&ones[k], block, &chance, x);
            ones[k].map(x, out, BLOCK);
            for (int i = 0; i < BLOCK; i++) {
                double error = ulps(out[i], ones[k].exact(x[i]));
                at = error > worst ? x[i] : at;
                worst = error > worst ? error : worst;
            }
        }
        print_message("%s: worst error %.3f ulp at %a\n", ones[k].name, worst, at);
        assert_true(worst <= ones[k].bound);
    }
}

/* Pairs for pow whose power is mostly finite, and with the base close to 1 in every other block. */
static void fill_pow(int block, uint64_t *chance, double x[BLOCK], double y[BLOCK])
{
    for (int i = 0; i < BLOCK; i++) {
        x[i] = block % 2 == 0 ? between(chance, 0.95, 1.05) : fabs(any_magnitude(chance, -1074, 1024));
        y[i] = between(chance, -750, 750) / log(x[i] == 1.0 ? 2.0 : x[i]);
    }
}

/* Pairs for arctan2 in all quadrants, of like and of unlike magnitude. */
static void fill_arctan2(int block, uint64_t *chance, double y[BLOCK], double x[BLOCK])
{
    for (int i = 0; i < BLOCK; i++) {
        x[i] = block % 2 == 0 ? between(chance, -1, 1) : any_magnitude(chance, -1074, 1024);
        y[i] = block % 4 < 2 ? between(chance, -1, 1) : x[i] * any_magnitude(chance, -70, 70);
    }
}

/* So do those of two. Of a power below the normal numbers one unit of its last place is asked. */
static void test_vmath__functions_of_two_arguments_keep_their_bounds(void **state)
{
    const struct skep_vmath *v = skep_vmath_at(SKEP_CPU_PLAIN);
    double x[BLOCK], y[BLOCK], out[BLOCK];
    uint64_t chance = 2;
    double worst_pow = 0, worst_arctan2 = 0, at = 0, to = 0;

    (void)state;
    for (int block = 0; block < blocks(); block++) {
        fill_pow(block, &chance, x, y);
        v->pow(x, y, out, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            double error = ulps(out[i], powl(x[i], y[i]));
            at = error > worst_pow ? x[i] : at;
            to = error > worst_pow ? y[i] : to;
            worst_pow = error > worst_pow ? error : worst_pow;
        }
        fill_arctan2(block, &chance, y, x);
        v->arctan2(y, x, out, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            double error = ulps(out[i], atan2l(y[i], x[i]));
            worst_arctan2 = error > worst_arctan2 ? error : worst_arctan2;
        }
    }
    print_message("pow: worst error %.3f ulp at %a, %a; arctan2: %.3f ulp\n", worst_pow, at, to,
                  worst_arctan2);
    assert_true(worst_pow <= 1.3);
    assert_true(worst_arctan2 <= 1.6);
}

/* Values around which functions change their ways, of both signs. */
static void fill_special(double specials[SPECIALS])
{
    static const double positive[SPECIALS / 2] = {0.0,        0x1p-1074, 0x1.fffffffffffffp-1023,
                                                  0x1p-1022,  0x1p-500,  0x1p-27,
                                                  0.5,        0.734375,  1.0,
                                                  1.5,        2.0,       3.0,
                                                  22.0,       708.0,     709.78,
                                                  710.5,      745.14,    0x1p20,
                                                  0x1p53,     0x1p500,   HUGE_VAL,
                                                  (double)NAN};

    for (int i = 0; i < SPECIALS / 2; i++) {
        specials[i] = positive[i];
        specials[SPECIALS / 2 + i] = -positive[i];
    }
}

/* Arguments of all kinds: any bits at all, special values, and such as make functions work. */
static void fill_anything(uint64_t *chance, double x[BLOCK])
{
    double specials[SPECIALS];

    fill_special(specials);
    for (int i = 0; i < BLOCK; i++) {
        uint64_t kind = test_chance(chance) % 8;

        if (kind == 0) {
            uint64_t bits = test_chance(chance);
            memcpy(&x[i], &bits, sizeof bits);
        } else if (kind == 1) {
            x[i] = specials[test_chance(chance) % SPECIALS];
        } else if (kind < 5) {
            x[i] = any_magnitude(chance, -10, 10);
        } else {
            x[i] = between(chance, -1, 2);
        }
    }
}

/* BLOCK values of every function of V at the same arguments. */
static void apply_all(const struct skep_vmath *v, const double *x, const double *y,
                      double out[ONES + 2][BLOCK])
{
    struct one ones[ONES];

    list_ones(v, ones);
    for (int k = 0; k < ONES; k++) {
        ones[k].map(x, out[k], BLOCK);
    }
    v->arctan2(x, y, out[ONES], BLOCK);
    v->pow(x, y, out[ONES + 1], BLOCK);
}

/* Every level has the bits of the plain one, computed without instructions for fused multiply-add, for
 * arguments of all kinds. */
static void test_vmath__all_levels_have_the_same_bits(void **state)
{
    static double expected[ONES + 2][BLOCK], out[ONES + 2][BLOCK];
    double x[BLOCK], y[BLOCK];
    uint64_t chance = 3;

    (void)state;
    for (int block = 0; block < blocks(); block++) {
        fill_anything(&chance, x);
        fill_anything(&chance, y);
        apply_all(&skep_vmath_plain, x, y, expected);
        for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
            if (skep_cpu_has((enum skep_cpu_level)level)) {
                memset(out, 0, sizeof out);
                apply_all(skep_vmath_at((enum skep_cpu_level)level), x, y, out);
                assert_memory_equal(out, expected, sizeof out);
            }
        }
    }
}

/* The bits are those they were on the first machine, with the first compiler. A new number here is a new
 * version of every kernel that applies these functions. */
static void test_vmath__bits_are_pinned(void **state)
{
    struct one ones[ONES];
    double x[BLOCK], y[BLOCK], out[BLOCK];
    uint64_t chance = 4;
    uint64_t mix = 0;

    (void)state;
    list_ones(skep_vmath_at(SKEP_CPU_PLAIN), ones);
    for (int block = 0; block < 20 * (ONES + 2); block++) {
        int k = block % (ONES + 2);

        fill_anything(&chance, x);
        fill_anything(&chance, y);
        if (k < ONES) {
            ones[k].map(x, out, BLOCK);
        } else {
            (k == ONES ? skep_vmath_at(SKEP_CPU_PLAIN)->pow
                       : skep_vmath_at(SKEP_CPU_PLAIN)->arctan2)(x, y, out, BLOCK);
        }
        for (int i = 0; i < BLOCK; i++) {
            uint64_t bits;
            memcpy(&bits, &out[i], sizeof bits);
            mix = (mix << 1 | mix >> 63) ^ bits;
        }
    }
    assert_int_equal(mix, 0xea23c47adce67754);
}

/* Any length, anywhere in memory, onto itself: the same values, and nothing else is written. */
static void test_vmath__any_length_and_place(void **state)
{
    enum { MOST = 40, ROOM = MOST + 16 };
    double x[ROOM], expected[ROOM], out[ROOM];
    uint64_t chance = 5;

    (void)state;
    for (int i = 0; i < ROOM; i++) {
        x[i] = i % 7 == 3 ? 1000.0 : between(&chance, -2, 2); /* with lanes that are not usual */
    }
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        const struct skep_vmath *v = skep_vmath_at((enum skep_cpu_level)level);

        for (int n = 0; skep_cpu_has((enum skep_cpu_level)level) && n <= MOST; n++) {
            int at = n % 9;

            for (int i = 0; i < n; i++) {
                v->exp(x + i, expected + i, 1);
            }
            memcpy(out, x, sizeof out);
            v->exp(out + at, out + at, n);
            assert_memory_equal(out, x, (size_t)at * sizeof *x);
            assert_memory_equal(out + at + n, x + at + n, (size_t)(ROOM - at - n) * sizeof *x);
            v->exp(x + at, expected, n);
            assert_memory_equal(out + at, expected, (size_t)n * sizeof *x);
            for (int i = 0; i < n; i++) {
                v->pow(x + at + i, x + i, expected + i, 1);
            }
            memcpy(out, x, sizeof out);
            v->pow(x + at, out, out, n);
            assert_memory_equal(out, expected, (size_t)n * sizeof *x);
            assert_memory_equal(out + n, x + n, (size_t)(ROOM - n) * sizeof *x);
        }
    }
}

/* f(-x) is -f(x), or f(x), to the bit. */
static void test_vmath__odd_and_even(void **state)
{
    const struct skep_vmath *v = skep_vmath_at(SKEP_CPU_PLAIN);
    const skep_map_f8 odd[] = {v->sin, v->tan, v->arcsin, v->arctan, v->sinh, v->tanh};
    const skep_map_f8 even[] = {v->cos, v->cosh};
    double x[BLOCK], minus[BLOCK], out[BLOCK], out_minus[BLOCK];
    uint64_t chance = 6;

    (void)state;
    for (int i = 0; i < BLOCK; i++) {
        x[i] = i % 2 == 0 ? between(&chance, 0, 1) : fabs(any_magnitude(&chance, -300, 300));
        minus[i] = -x[i];
    }
    for (int k = 0; k < 8; k++) {
        skep_map_f8 map = k < 6 ? odd[k] : even[k - 6];

        map(x, out, BLOCK);
        map(minus, out_minus, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            assert_true(isnan(out[i]) || out_minus[i] == (k < 6 ? -out[i] : out[i]));
        }
    }
}

/* Next to their greatest values sine and cosine do not pass 1. */
static void test_vmath__sine_is_at_most_1(void **state)
{
    const struct skep_vmath *v = skep_vmath_at(SKEP_CPU_PLAIN);
    double x[BLOCK], out[BLOCK];

    (void)state;
    for (int quarter = -99; quarter < 100; quarter++) {
        for (int exponent = -53; exponent < -8; exponent += 4) {
            for (int i = 0; i < BLOCK; i++) {
                x[i] = quarter * 0x1.921fb54442d18p+0 * (1.0 + ldexp(i - BLOCK / 2, exponent - 9));
            }
            (quarter % 2 == 0 ? v->cos : v->sin)(x, out, BLOCK);
            for (int i = 0; i < BLOCK; i++) {
                assert_true(fabs(out[i]) <= 1.0);
            }
        }
    }
}

/* Values that are numbers of few digits come out exactly. */
static void test_vmath__exact_values(void **state)
{
    const struct skep_vmath *v = skep_vmath_at(SKEP_CPU_PLAIN);

    (void)state;
    for (int i = -1074; i < 1024; i++) {
        double x = ldexp(1.0, i), two = 2.0, power = i, out;

        v->log2(&x, &out, 1);
        assert_true(out == power);
        v->pow(&two, &power, &out, 1);
        assert_true(out == x);
    }
    for (int i = 0; i <= 22; i++) {
        double ten = 10.0, power = i, x, out;

        v->pow(&ten, &power, &x, 1);
        v->log10(&x, &out, 1);
        assert_true(out == power);
        assert_true(x == strtod((char[]){'1', 'e', (char)('0' + i / 10), (char)('0' + i % 10), 0}, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vmath__functions_of_one_argument_keep_their_bounds),
        cmocka_unit_test(test_vmath__functions_of_two_arguments_keep_their_bounds),
        cmocka_unit_test(test_vmath__all_levels_have_the_same_bits),
        cmocka_unit_test(test_vmath__bits_are_pinned),
        cmocka_unit_test(test_vmath__any_length_and_place),
        cmocka_unit_test(test_vmath__odd_and_even),
        cmocka_unit_test(test_vmath__sine_is_at_most_1),
        cmocka_unit_test(test_vmath__exact_values),
    };
    return cmocka_run_group_tests_name("kernel/vmath", tests, NULL, NULL);
}
