/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/math/exact.h"
#include "unit/kernel/math/expansion.h"

enum { CASE_MAX = 10 };

static double exact_of(const double *x, int64_t n)
{
    struct skep_exact sum;

    skep_exact_init(&sum);
    skep_exact_add_run(&sum, x, 1, n);
    return skep_exact_round(&sum);
}

/* Sums worked out with Python's fractions and rounded once. */
static const struct {
    const char *name;
    int n;
    double x[CASE_MAX];
    double sum;
} fractions[] = {
    {"an absorbed one",
     3,
     {0x1.1c37937e08000p+53, 0x1.0000000000000p+0, -0x1.1c37937e08000p+53},
     0x1.0000000000000p+0},
    {"a tie to even, down", 2, {0x1.0000000000000p+0, 0x1.0000000000000p-53}, 0x1.0000000000000p+0},
    {"a tie to even, up", 2, {0x1.0000000000001p+0, 0x1.0000000000000p-53}, 0x1.0000000000002p+0},
    {"a tie broken at the far end",
     3,
     {0x1.0000000000000p+0, 0x1.0000000000000p-53, 0x0.0000000000001p-1022},
     0x1.0000000000001p+0},
    {"the same, negative",
     3,
     {-0x1.0000000000000p+0, -0x1.0000000000000p-53, -0x0.0000000000001p-1022},
     -0x1.0000000000001p+0},
    {"a tie broken downwards",
     3,
     {0x1.0000000000000p+0, 0x1.0000000000000p-53, -0x0.0000000000001p-1022},
     0x1.0000000000000p+0},
    {"rounding up to a power of two", 2, {0x1.fffffffffffffp+0, 0x1.0000000000000p-53}, 0x1.0000000000000p+1},
    {"denormals",
     3,
     {0x0.0000000000001p-1022, 0x0.0000000000001p-1022, 0x0.0000000000001p-1022},
     0x0.0000000000003p-1022},
    {"denormals from normals",
     2,
     {0x1.0000000000000p-1022, -0x0.0000000000001p-1022},
     0x0.fffffffffffffp-1022},
    {"largest denormal plus one",
     2,
     {0x0.fffffffffffffp-1022, 0x0.0000000000001p-1022},
     0x1.0000000000000p-1022},
    {"a denormal lost", 2, {0x1.0000000000000p+0, 0x0.0000000000001p-1022}, 0x1.0000000000000p+0},
    {"overflow in between",
     3,
     {0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023},
     0x1.fffffffffffffp+1023},
    {"negative overflow in between",
     4,
     {-0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023, -0x0.0000000000001p-1022},
     -0x1.fffffffffffffp+1023},
    {"just below overflow", 2, {0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+969}, 0x1.fffffffffffffp+1023},
    {"a tie into overflow", 2, {0x1.fffffffffffffp+1023, 0x1.0000000000000p+970}, HUGE_VAL},
    {"overflow", 2, {0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023}, HUGE_VAL},
    {"negative overflow",
     3,
     {-0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023, -0x1.0000000000000p+0},
     -HUGE_VAL},
    {"all ends of the range",
     4,
     {0x1.fffffffffffffp+1023, 0x0.0000000000001p-1022, 0x1.0000000000000p+0, -0x1.fffffffffffffp+1023},
     0x1.0000000000000p+0},
    {"complete cancellation",
     4,
     {0x1.999999999999ap-4, 0x1.999999999999ap-3, -0x1.999999999999ap-3, -0x1.999999999999ap-4},
     0x0.0p+0},
    {"thirds",
     10,
     {0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4,
      0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4,
      0x1.999999999999ap-4, 0x1.999999999999ap-4},
     0x1.0000000000000p+0},
    {"condition 1e14",
     10,
     {-0x1.4f2ab7dc3be90p-11, 0x1.e47ba7afcae0fp+36, -0x1.b5d34316e07c0p+33, -0x0.0p+0, -0x0.0p+0,
      -0x1.c49bee0b8ed14p+31, -0x1.68ca5e0d58b24p+7, 0x1.aaf88ebc00000p-19, -0x1.aecd8eb2b8b78p+0,
      -0x1.9f9c5fd1311b2p+36},
     -0x1.4f2ab7dc3be90p-11},
    {"condition 1e26",
     10,
     {0x1.0000000000000p-34, -0x1.d04ca138bf348p+16, -0x1.4d4c8167df489p+69, 0x1.2b99e9a3c0f04p+19,
      -0x1.aee15394b34dcp+16, -0x1.05546fe70eca4p-17, 0x1.4d4c7c789e870p+69, 0x1.3bd04d2bcc158p+47,
      -0x1.cd3875830a12ap+27, -0x0.0p+0},
     -0x1.05546fe70eca4p-17},
    {"condition 1e60",
     10,
     {-0x1.2d71d097029ddp+177, 0x1.5e761dd8cd4f0p+113, 0x1.30d6ea99ba408p+131, 0x1.1e8ba89f3e8dep+19,
      -0x1.54eee4854a4d1p+77, 0x1.2d71d0970298cp+177, 0x1.48c3745760c1cp+27, 0x1.328bdc8be4952p+127,
      0x1.be4bcff5d97a0p-33, -0x1.1b7ab5b342788p+61},
     0x1.37ef92f3fd766p-23},
    {"condition 1e90",
     10,
     {-0x1.0eebaa476f06ep+585, -0x1.a85f726c75360p-155, 0x1.4000000000000p+786, 0x1.28084d700fa82p+836,
      -0x1.7d71f1a8edbdcp+709, 0x1.7d71f1a8edbdcp+709, -0x1.28084d700fa87p+836, -0x1.32d5ac67d7604p+506,
      0x1.d91b87d58818ep+78, 0x1.0eebaa476f06ap+585},
     -0x1.0000000996ad6p+535},
};

/* What the fractions give. */
static void test_exact__agrees_with_fractions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++) {
        double sum = exact_of(fractions[i].x, fractions[i].n);
        if (sum != fractions[i].sum) {
            fail_msg("%s: %a, not %a", fractions[i].name, sum, fractions[i].sum);
        }
    }
}

/* Thousands of random sums over many orders of magnitude equal those of another exact method. */
static void test_exact__agrees_with_expansions(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < 5000; round++) {
        double x[200];
        int n = 1 + (int)(test_chance(&chance) % 200);
        int spread = 1 + (int)(test_chance(&chance) % 600);

        for (int i = 0; i < n; i++) {
            int exponent = (int)(test_chance(&chance) % (uint64_t)spread) - spread / 2;
            x[i] = ldexp(test_chance_f8(&chance) - 0.5, exponent);
            if (i > 0 && test_chance(&chance) % 3 == 0) {
                x[i] = -x[test_chance(&chance) % (uint64_t)i]; /* cancels */
            }
        }
        assert_true(exact_of(x, n) == expansion_sum(x, n));
    }
}

__extension__ typedef __int128 wide;

/* Two million numbers of one grid, more than the carries may wait for, sum as whole numbers do. */
static void test_exact__long_sums(void **state)
{
    uint64_t chance = 2;
    struct skep_exact sum;
    wide whole = 0;

    (void)state;
    skep_exact_init(&sum);
    for (int i = 0; i < 2000000; i++) {
        int64_t k = (int64_t)(test_chance(&chance) >> 12) - ((int64_t)1 << 45); /* mostly positive */
        whole += k;
        skep_exact_add(&sum, (double)k * 0x1p-30);
        if (i % 333333 == 0) {
            assert_true(skep_exact_round(&sum) == ldexp((double)whole, -30));
        }
    }
    assert_true(skep_exact_round(&sum) == ldexp((double)whole, -30));
}

/* Ten thousand of the largest doubles and as many negative ones cancel to what else there is. */
static void test_exact__many_of_the_largest(void **state)
{
    struct skep_exact sum;

    (void)state;
    skep_exact_init(&sum);
    for (int i = 0; i < 10000; i++) {
        skep_exact_add(&sum, 0x1.fffffffffffffp+1023);
    }
    assert_true(skep_exact_round(&sum) == HUGE_VAL);
    skep_exact_add(&sum, -0x1p-1074);
    for (int i = 0; i < 10000; i++) {
        skep_exact_add(&sum, -0x1.fffffffffffffp+1023);
    }
    assert_true(skep_exact_round(&sum) == -0x1p-1074);
}

/* A run with a stride, also a negative one, takes its elements and no others. */
static void test_exact__strides(void **state)
{
    const double x[] = {1, 10, 100, 1000, 10000, 100000};
    struct skep_exact sum;

    (void)state;
    skep_exact_init(&sum);
    skep_exact_add_run(&sum, x, 2, 3);
    assert_true(skep_exact_round(&sum) == 10101.0);
    skep_exact_add_run(&sum, x + 5, -2, 3);
    assert_true(skep_exact_round(&sum) == 111111.0);
    skep_exact_add_run(&sum, x, 0, 4);
    assert_true(skep_exact_round(&sum) == 111115.0);
}

/* Sums of products, worked out with Python's fractions and rounded once. */
static const struct {
    const char *name;
    int n;
    double x[CASE_MAX], y[CASE_MAX];
    double sum;
} products[] = {
    {"least times least", 1, {0x0.0000000000001p-1022}, {0x0.0000000000001p-1022}, 0x0.0p+0},
    {"two half least",
     2,
     {0x0.0000000000001p-1022, 0x0.0000000000001p-1022},
     {0x1.0000000000000p-2, 0x1.0000000000000p-1},
     0x0.0000000000001p-1022},
    {"a tie in the denormals",
     2,
     {0x0.0000000000001p-1022, 0x0.0000000000001p-1022},
     {0x1.0000000000000p+0, 0x1.0000000000000p-1},
     0x0.0000000000002p-1022},
    {"just above that tie",
     3,
     {0x0.0000000000001p-1022, 0x0.0000000000001p-1022, 0x0.0000000000001p-1022},
     {0x1.0000000000000p+0, 0x1.0000000000000p-1, 0x1.56e1fc2f8f359p-997},
     0x0.0000000000002p-1022},
    {"largest squared cancels",
     3,
     {0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023, 0x1.8000000000000p+1},
     {0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023, 0x1.999999999999ap-4},
     0x1.3333333333334p-2},
    {"overflow",
     2,
     {0x1.fffffffffffffp+1023, 0x1.0000000000000p+0},
     {0x1.0000000000000p+1, 0x1.0000000000000p+0},
     HUGE_VAL},
    {"no overflow in the end",
     2,
     {0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023},
     {0x1.0000000000000p+1, -0x1.0000000000000p+0},
     0x1.fffffffffffffp+1023},
    {"denormal remainder",
     3,
     {0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023, 0x0.0000000000001p-1022},
     {0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023, 0x1.0000000000000p+0},
     0x0.0000000000001p-1022},
    {"spread 2^20",
     8,
     {0x1.f767c482c9b00p-2, 0x1.2e4738d8608fep+11, -0x1.e24c74146f792p+7, 0x1.1a94e1f8bfe9ap-7,
      0x1.3119920d46410p-13, -0x1.8c13bc5069136p+8, 0x1.2e4738d8608fep+11, -0x1.e24c74146f792p+7},
     {0x1.7949c41f8fb2cp+2, 0x1.667d2c686bfa0p+11, -0x1.00af72fe52464p-9, -0x1.78369970e7b00p-13,
      0x1.aa5670ef08e64p+2, -0x1.5c90b69e793a6p-18, -0x1.667d2c686bfa0p+11, 0x1.00af72fe5346fp-9},
     0x1.73578d68b393bp+1},
    {"spread 2^100",
     8,
     {-0x1.71e6f430e7cb8p+56, -0x1.c3e7f37e428f0p-72, -0x1.fe2ebb038a73cp-101, -0x1.2984441cfae1cp-47,
      0x1.d72b8efdbff98p-60, 0x1.7d5876154f5d0p-28, -0x1.c3e7f37e428f0p-72, -0x1.fe2ebb038a73cp-101},
     {-0x1.7da45a09dc944p-53, 0x1.4151938125520p+68, 0x1.017ed5346c6e0p-57, 0x1.c38f367bf9ab0p+74,
      -0x1.36655704479f0p-4, -0x1.9c1490fa7a600p-11, -0x1.4151938125520p+68, -0x1.017ed5346d6f8p-57},
     -0x1.06653905d185dp+28},
    {"spread 2^300",
     8,
     {-0x1.5c8ac7ab07cf0p-155, -0x1.e3b690ef53010p+36, -0x1.96d10a2ebeda8p+297, -0x1.fc8922b3b6f64p+44,
      -0x1.bc649c58534c8p+61, 0x1.46299a272d1d0p+190, -0x1.e3b690ef53010p+36, -0x1.96d10a2ebeda8p+297},
     {0x1.92448c50d7d10p-114, -0x1.33b7cc383dd20p-126, -0x1.c5a18c5f356f2p-279, 0x1.cc0073dff9488p+64,
      0x1.612874b3bfe88p-284, 0x1.91f2bf26a4de0p+123, 0x1.33b7cc383dd20p-126, 0x1.c5a18c5f3734cp-279},
     0x1.000e38aaae785p+314},
    {"spread 2^500",
     8,
     {-0x1.120ddf9fa6844p+89, 0x1.5d6c7881297b0p-39, -0x1.d026c425682d8p-317, 0x1.faba83e90d568p+473,
      -0x1.36c305f0c3ef4p+271, -0x1.0401d309010e0p+337, 0x1.5d6c7881297b0p-39, -0x1.d026c425682d8p-317},
     {0x1.c4a7233b298b8p-150, 0x1.997825ad3ba00p+407, 0x1.94b6f201d4b00p+288, -0x1.3055b3915a970p+98,
      0x1.fcb81ec7eec60p+313, -0x1.0fc67a23eb12cp-201, -0x1.997825ad3ba00p+407, -0x1.94b6f201d644bp+288},
     -0x1.34ceaa464c0b4p+585},
};

/* Products are summed without rounding, over all exponents that they can have. */
static void test_exact__products(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) {
        struct skep_exact sum;
        double value;

        skep_exact_init(&sum);
        for (int k = 0; k < products[i].n; k++) {
            skep_exact_add_product(&sum, products[i].x[k], products[i].y[k]);
        }
        value = skep_exact_round(&sum);
        if (value != products[i].sum) {
            fail_msg("%s: %a, not %a", products[i].name, value, products[i].sum);
        }
    }
}

/* Millions of products do not fill a limb: their sum is what whole numbers say. */
static void test_exact__many_products(void **state)
{
    struct skep_exact sum;
    uint64_t chance = 5;
    wide whole = 0;

    (void)state;
    skep_exact_init(&sum);
    for (int i = 0; i < 100000; i++) {
        int64_t x = (int64_t)(test_chance(&chance) >> 12), y = (int64_t)(test_chance(&chance) >> 12) - 100;
        y = i % 5 == 0 ? -y : y;
        whole += (wide)x * y;
        skep_exact_add_product(&sum, (double)x, (double)y);
    }
    for (int i = 0; i < 100000; i++) { /* down to what 128 bits hold in 53 */
        skep_exact_add_whole(&sum, -(whole / 100000));
    }
    assert_true(skep_exact_round(&sum) == (double)(int64_t)(whole % 100000));
}

/* Whole numbers of 128 bits, of either sign. */
static void test_exact__whole_numbers(void **state)
{
    struct skep_exact sum;
    wide large = (wide)1 << 126;

    (void)state;
    skep_exact_init(&sum);
    skep_exact_add_whole(&sum, large);
    assert_true(skep_exact_round(&sum) == 0x1p126);
    skep_exact_add_whole(&sum, -large - large);
    assert_true(skep_exact_round(&sum) == -0x1p126);
    skep_exact_add_whole(&sum, large - 12345);
    assert_true(skep_exact_round(&sum) == -12345.0);
    skep_exact_init(&sum);
    skep_exact_add_whole(&sum, -large - large); /* the least there is */
    assert_true(skep_exact_round(&sum) == -0x1p127);
}

/* Sums over a divisor, worked out with Python's fractions and rounded once. */
static const struct {
    int n;
    double x[CASE_MAX];
    uint64_t divisor;
    double quotient;
} quotients[] = {
    {1, {0x1.0000000000000p+0}, 3U, 0x1.5555555555555p-2},
    {3, {0x1.999999999999ap-4, 0x1.999999999999ap-3, 0x1.3333333333333p-2}, 3U, 0x1.999999999999ap-3},
    {2, {0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023}, 2U, 0x1.fffffffffffffp+1023},
    {3,
     {0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023},
     3U,
     0x1.fffffffffffffp+1023},
    {1, {0x0.0000000000001p-1022}, 2U, 0x0.0p+0},
    {3,
     {0x0.0000000000001p-1022, 0x0.0000000000001p-1022, 0x0.0000000000001p-1022},
     2U,
     0x0.0000000000002p-1022},
    {5,
     {0x0.0000000000001p-1022, 0x0.0000000000001p-1022, 0x0.0000000000001p-1022, 0x0.0000000000001p-1022,
      0x0.0000000000001p-1022},
     2U,
     0x0.0000000000002p-1022},
    {2, {-0x1.0000000000000p+0, -0x1.4484bfeebc2a0p-100}, 7U, -0x1.2492492492492p-3},
    {1, {0x1.4000000000000p+2}, 9223372036854775819U, 0x1.4000000000000p-61},
    {2, {0x1.0000000000000p+0, 0x1.0000000000000p-53}, 1U, 0x1.0000000000000p+0},
    {3, {0x1.7e43c8800759cp+996, 0x1.0000000000000p+0, -0x1.7e43c8800759cp+996}, 10U, 0x1.999999999999ap-4},
};

/* A quotient is rounded once, also where the sum alone is beyond the range of doubles. */
static void test_exact__quotients(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof quotients / sizeof quotients[0]; i++) {
        struct skep_exact sum;
        double value;

        skep_exact_init(&sum);
        skep_exact_add_run(&sum, quotients[i].x, 1, quotients[i].n);
        value = skep_exact_round_quotient(&sum, quotients[i].divisor);
        if (value != quotients[i].quotient) {
            fail_msg("quotient %zu: %a, not %a", i, value, quotients[i].quotient);
        }
    }
}

/* The root of x^2 + y^2 of whole numbers lies no further than half an ulp from the root: compared as squares
 * of whole numbers. */
static void test_exact__roots_of_whole_numbers(void **state)
{
    uint64_t chance = 6;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        int64_t x = (int64_t)(test_chance(&chance) >> 12) + ((int64_t)1 << 52);
        int64_t y = (int64_t)(test_chance(&chance) >> 11);
        wide square = (wide)x * x + (wide)y * y;
        struct skep_exact sum;
        wide root, ulp;

        skep_exact_init(&sum);
        skep_exact_add_product(&sum, (double)x, (double)x);
        skep_exact_add_product(&sum, (double)y, (double)y);
        root = (wide)skep_exact_round_root(&sum);
        ulp = root >> 53 == 0 ? 1 : 2;
        assert_true((2 * root - ulp) * (2 * root - ulp) <= 4 * square);
        assert_true((2 * root + ulp) * (2 * root + ulp) >= 4 * square);
    }
}

/* Roots at the ends of the range, and of a number that lies exactly between two roots (a tie goes to the even
 * one: (2^53 + 1)^2 / 4 is the square of 2^52 + 1/2). */
static void test_exact__roots_at_the_ends(void **state)
{
    struct skep_exact sum;

    (void)state;
    skep_exact_init(&sum);
    assert_true(skep_exact_round_root(&sum) == 0.0);
    skep_exact_add_product(&sum, 0x1p-1074, 0x1p-1074);
    assert_true(skep_exact_round_root(&sum) == 0x1p-1074);
    skep_exact_add_product(&sum, 0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023);
    assert_true(skep_exact_round_root(&sum) == 0x1.fffffffffffffp+1023);
    skep_exact_add_product(&sum, 0x1p990, 0x1p990);
    assert_true(skep_exact_round_root(&sum) == 0x1.fffffffffffffp+1023);
    skep_exact_add_product(&sum, 0x1p1000, 0x1p1000);
    assert_true(skep_exact_round_root(&sum) == HUGE_VAL);
    skep_exact_init(&sum);
    skep_exact_add_whole(&sum, (((wide)1 << 53) + 3) * (((wide)1 << 53) + 3));
    assert_true(skep_exact_round_root(&sum) == 0x1p53 + 4.0);
    skep_exact_add_whole(&sum, -1);
    assert_true(skep_exact_round_root(&sum) == 0x1p53 + 2.0);
    skep_exact_init(&sum);
    skep_exact_add(&sum, -1.0);
    assert_true(isnan(skep_exact_round_root(&sum)));
}

/* Infinities and NaN go by IEEE 754; a zero sum is +0. */
static void test_exact__special_values(void **state)
{
    (void)state;
    assert_true(exact_of((double[]){1, HUGE_VAL, 2}, 3) == HUGE_VAL);
    assert_true(exact_of((double[]){-HUGE_VAL, 0x1p1023, 0x1p1023}, 3) == -HUGE_VAL);
    assert_true(isnan(exact_of((double[]){HUGE_VAL, 1, -HUGE_VAL}, 3)));
    assert_true(isnan(exact_of((double[]){1, NAN, 2}, 3)));
    assert_true(isnan(exact_of((double[]){HUGE_VAL, NAN}, 2)));
    assert_true(exact_of(NULL, 0) == 0.0 && !signbit(exact_of(NULL, 0)));
    assert_false(signbit(exact_of((double[]){-0.0, -0.0}, 2)));
    assert_false(signbit(exact_of((double[]){1.5, -1.5}, 2)));
}

/* A product with an infinity is what IEEE 754 makes of it: 0 times infinity is NaN. */
static void test_exact__special_products(void **state)
{
    struct skep_exact sum;

    (void)state;
    skep_exact_init(&sum);
    skep_exact_add_product(&sum, HUGE_VAL, -2.0);
    assert_true(skep_exact_round(&sum) == -HUGE_VAL);
    assert_true(skep_exact_round_quotient(&sum, 3) == -HUGE_VAL);
    skep_exact_add_product(&sum, 0.0, HUGE_VAL);
    assert_true(isnan(skep_exact_round(&sum)));
    assert_true(isnan(skep_exact_round_root(&sum)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact__agrees_with_fractions),
        cmocka_unit_test(test_exact__agrees_with_expansions),
        cmocka_unit_test(test_exact__long_sums),
        cmocka_unit_test(test_exact__many_of_the_largest),
        cmocka_unit_test(test_exact__strides),
        cmocka_unit_test(test_exact__products),
        cmocka_unit_test(test_exact__many_products),
        cmocka_unit_test(test_exact__whole_numbers),
        cmocka_unit_test(test_exact__quotients),
        cmocka_unit_test(test_exact__roots_of_whole_numbers),
        cmocka_unit_test(test_exact__roots_at_the_ends),
        cmocka_unit_test(test_exact__special_values),
        cmocka_unit_test(test_exact__special_products),
    };
    return cmocka_run_group_tests_name("kernel/exact", tests, NULL, NULL);
}
