/* SPDX-License-Identifier: MIT */
/* C99, Annex F.9, line by line, and values at the ends of the ranges, at every level. */
#include "unit/kernel/kernel_call.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernel/math/vmath.h"

#define INF  HUGE_VAL
#define TINY 0x1p-1074
#define PI   0x1.921fb54442d18p+1

struct special {
    skep_map_f8 map;
    double x, value;
};

/* Equal to the bit; a NaN is wanted for a NaN, and then the positive quiet one. */
static void assert_bits(double value, double expected)
{
    assert_memory_equal(&value, &expected, sizeof value);
}

static void check_one(const struct skep_vmath *v)
{
    const double nan = (double)NAN;
    const struct special specials[] = {
        {v->exp, 0.0, 1.0},
        {v->exp, -0.0, 1.0},
        {v->exp, INF, INF},
        {v->exp, -INF, 0.0},
        {v->exp, 709.79, INF},
        {v->exp, -745.14, 0.0},
        {v->exp, -745.13, TINY},
        {v->exp, 1e300, INF},
        {v->exp, nan, nan},
        {v->expm1, 0.0, 0.0},
        {v->expm1, -0.0, -0.0},
        {v->expm1, TINY, TINY},
        {v->expm1, INF, INF},
        {v->expm1, -INF, -1.0},
        {v->expm1, -800.0, -1.0},
        {v->expm1, 709.79, INF},
        {v->log, 1.0, 0.0},
        {v->log, 0.0, -INF},
        {v->log, -0.0, -INF},
        {v->log, -1.0, nan},
        {v->log, -TINY, nan},
        {v->log, -INF, nan},
        {v->log, INF, INF},
        {v->log, TINY, -0x1.74385446d71c3p+9},
        {v->log, DBL_MAX, 0x1.62e42fefa39efp+9},
        {v->log2, 1.0, 0.0},
        {v->log2, 0.0, -INF},
        {v->log2, -1.0, nan},
        {v->log2, INF, INF},
        {v->log2, TINY, -1074.0},
        {v->log10, 1.0, 0.0},
        {v->log10, 0.0, -INF},
        {v->log10, -1.0, nan},
        {v->log10, INF, INF},
        {v->log10, TINY, -0x1.434e6420f4374p+8},
        {v->log1p, 0.0, 0.0},
        {v->log1p, -0.0, -0.0},
        {v->log1p, TINY, TINY},
        {v->log1p, -1.0, -INF},
        {v->log1p, -1.5, nan},
        {v->log1p, INF, INF},
        {v->log1p, DBL_MAX, 0x1.62e42fefa39efp+9},
        {v->sin, 0.0, 0.0},
        {v->sin, -0.0, -0.0},
        {v->sin, TINY, TINY},
        {v->sin, INF, nan},
        {v->sin, -INF, nan},
        {v->cos, 0.0, 1.0},
        {v->cos, -0.0, 1.0},
        {v->cos, TINY, 1.0},
        {v->cos, INF, nan},
        {v->tan, 0.0, 0.0},
        {v->tan, -0.0, -0.0},
        {v->tan, -TINY, -TINY},
        {v->tan, INF, nan},
        {v->arcsin, 0.0, 0.0},
        {v->arcsin, -0.0, -0.0},
        {v->arcsin, TINY, TINY},
        {v->arcsin, 1.0, PI / 2},
        {v->arcsin, -1.0, -PI / 2},
        {v->arcsin, 0x1.0000000000001p+0, nan},
        {v->arcsin, -INF, nan},
        {v->arccos, 1.0, 0.0},
        {v->arccos, 0.0, PI / 2},
        {v->arccos, -1.0, PI},
        {v->arccos, 2.0, nan},
        {v->arctan, 0.0, 0.0},
        {v->arctan, -0.0, -0.0},
        {v->arctan, TINY, TINY},
        {v->arctan, INF, PI / 2},
        {v->arctan, -INF, -PI / 2},
        {v->arctan, 1e300, PI / 2},
        {v->sinh, 0.0, 0.0},
        {v->sinh, -0.0, -0.0},
        {v->sinh, TINY, TINY},
        {v->sinh, -INF, -INF},
        {v->sinh, 711.0, INF},
        {v->cosh, 0.0, 1.0},
        {v->cosh, -INF, INF},
        {v->cosh, -711.0, INF},
        {v->tanh, 0.0, 0.0},
        {v->tanh, -0.0, -0.0},
        {v->tanh, TINY, TINY},
        {v->tanh, INF, 1.0},
        {v->tanh, -INF, -1.0},
        {v->tanh, -1e300, -1.0},
    };

    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        double out;

        specials[i].map(&specials[i].x, &out, 1);
        assert_bits(out, specials[i].value);
    }
}

/* Zeros and their signs, infinities, poles and the ends of the ranges, of functions of one argument. */
static void test_vmath_rare__one_argument(void **state)
{
    (void)state;
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        if (skep_cpu_has((enum skep_cpu_level)level)) {
            check_one(skep_vmath_at((enum skep_cpu_level)level));
        }
    }
}

/* F.9.1.4: the angles of zeros and infinities. */
static void test_vmath_rare__arctan2(void **state)
{
    static const double cases[][3] = {
        {0.0, -0.0, PI},           {0.0, 0.0, 0.0},          {0.0, -1.0, PI},
        {0.0, 1.0, 0.0},           {1.0, 0.0, PI / 2},       {1.0, -0.0, PI / 2},
        {1.0, -INF, PI},           {1.0, INF, 0.0},          {INF, 1.0, PI / 2},
        {INF, -1.0, PI / 2},       {INF, -INF, 3 * PI / 4},  {INF, INF, PI / 4},
        {TINY, 1.0, TINY},         {TINY, -1.0, PI},         {TINY, TINY, PI / 4},
        {TINY, -TINY, 3 * PI / 4}, {1.0, TINY, PI / 2},      {1e300, 1e300, PI / 4},
        {1e-300, 1e300, 0.0},      {1e300, -1e-300, PI / 2}, {1e300, 2e300, 0x1.dac670561bb4fp-2},
    };

    (void)state;
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        skep_map2_f8 arctan2 = skep_vmath_at((enum skep_cpu_level)level)->arctan2;

        for (size_t i = 0; skep_cpu_has((enum skep_cpu_level)level) && i < sizeof cases / sizeof cases[0];
             i++) {
            double minus = -cases[i][0];
            double out;

            arctan2(&cases[i][0], &cases[i][1], &out, 1);
            assert_bits(out, cases[i][2]);
            arctan2(&minus, &cases[i][1], &out, 1);
            assert_bits(out, -cases[i][2]);
        }
    }
}

/* F.9.4.4: powers of zeros, ones and infinities, of negative numbers, and around the ends of the range. */
static void test_vmath_rare__pow(void **state)
{
    const double nan = (double)NAN;
    const double cases[][3] = {
        {0.0, -3.0, INF},         {-0.0, -3.0, -INF},  {0.0, -2.0, INF},      {-0.0, -2.0, INF},
        {-0.0, -0.5, INF},        {0.0, 3.0, 0.0},     {-0.0, 3.0, -0.0},     {-0.0, 2.0, 0.0},
        {-0.0, 0.5, 0.0},         {-1.0, INF, 1.0},    {-1.0, -INF, 1.0},     {1.0, INF, 1.0},
        {1.0, nan, 1.0},          {nan, 0.0, 1.0},     {nan, -0.0, 1.0},      {-8.0, 1.0 / 3, nan},
        {0.5, -INF, INF},         {-0.5, -INF, INF},   {1.5, -INF, 0.0},      {-1.5, -INF, 0.0},
        {0.5, INF, 0.0},          {1.5, INF, INF},     {-INF, -3.0, -0.0},    {-INF, -2.0, 0.0},
        {-INF, -0.5, 0.0},        {-INF, 3.0, -INF},   {-INF, 2.0, INF},      {-INF, 0.5, INF},
        {INF, -1.0, 0.0},         {INF, 1.0, INF},     {nan, 1.0, nan},       {2.0, nan, nan},
        {-2.0, 3.0, -8.0},        {-2.0, 2.0, 4.0},    {-2.0, -1.0, -0.5},    {-1.0, 0x1p53, 1.0},
        {-1.0, 0x1p53 - 1, -1.0}, {-1.5, 1e300, INF},  {-0.5, 1e300, 0.0},    {2.0, 1024.0, INF},
        {2.0, -1074.0, TINY},     {2.0, -1076.0, 0.0}, {2.0, 1e300, INF},     {2.0, -1e300, 0.0},
        {TINY, 1.0, TINY},        {TINY, -1.0, INF},   {TINY, 0.5, 0x1p-537}, {-TINY, 3.0, -0.0},
        {DBL_MAX, 1.0, DBL_MAX},  {3.0, TINY, 1.0},    {-3.0, TINY, nan},     {-2.0, -1073.0, -2 * TINY},
    };

    (void)state;
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        skep_map2_f8 pow_at = skep_vmath_at((enum skep_cpu_level)level)->pow;

        for (size_t i = 0; skep_cpu_has((enum skep_cpu_level)level) && i < sizeof cases / sizeof cases[0];
             i++) {
            double out;

            pow_at(&cases[i][0], &cases[i][1], &out, 1);
            assert_bits(out, cases[i][2]);
        }
    }
}

/* A NaN comes back with its sign and payload, quiet; of two the first. */
static void test_vmath_rare__nan_is_kept(void **state)
{
    const struct skep_vmath *v = skep_vmath_at(skep_cpu_level());
    const skep_map_f8 maps[] = {v->exp, v->expm1,  v->log,    v->log1p,  v->log2, v->log10, v->sin, v->cos,
                                v->tan, v->arcsin, v->arccos, v->arctan, v->sinh, v->cosh,  v->tanh};
    const uint64_t bits[2] = {0xfff4000000000123, 0x7ff8000000000456}; /* the first one signals */
    const uint64_t quiet = 0xfffc000000000123;
    double nans[2], out, expected;

    (void)state;
    memcpy(nans, bits, sizeof nans);
    memcpy(&expected, &quiet, sizeof expected);
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        maps[i](&nans[0], &out, 1);
        assert_bits(out, expected);
    }
    v->pow(&nans[0], &nans[1], &out, 1);
    assert_bits(out, expected);
    v->arctan2(&nans[0], &nans[1], &out, 1);
    assert_bits(out, expected);
    v->arctan2(&nans[1], &nans[0], &out, 1);
    assert_bits(out, nans[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vmath_rare__one_argument),
        cmocka_unit_test(test_vmath_rare__arctan2),
        cmocka_unit_test(test_vmath_rare__pow),
        cmocka_unit_test(test_vmath_rare__nan_is_kept),
    };
    return cmocka_run_group_tests_name("kernel/vmath_rare", tests, NULL, NULL);
}
