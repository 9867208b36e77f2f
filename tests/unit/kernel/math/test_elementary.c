/* SPDX-License-Identifier: MIT */
/* The references are the C library's functions in long double, whose 64-bit mantissa tells half an ulp of a
 * double from more. */
#include "unit/kernel/kernel_call.h"

#include <float.h>
#include <math.h>

#include "kernel/math/elementary.h"

/* The distance of VALUE from EXACT in units of the last place of EXACT as a double. */
static double ulps(double value, long double exact)
{
    int exponent;

    (void)frexpl(exact, &exponent);
    return (double)(fabsl((long double)value - exact) /
                    ldexpl(1.0L, (exponent < -1021 ? -1021 : exponent) - 53));
}

/* A positive double whose exponent is uniform in [LEAST, MOST). */
static double any_magnitude(uint64_t *chance, int least, int most)
{
    int exponent = least + (int)(test_chance(chance) % (uint64_t)(most - least));

    return ldexp(1.0 + test_chance_f8(chance), exponent);
}

/* The logarithm is within 1 ulp over the whole range, and around 1 where it loses most. */
static void test_elementary__log_within_an_ulp(void **state)
{
    uint64_t chance = 1;
    double worst = 0;

    (void)state;
    for (int i = 0; i < 1000000; i++) {
        double x = i % 2 == 0 ? any_magnitude(&chance, -1074, 1024) : 0.5 + 1.5 * test_chance_f8(&chance);
        double distance = x == 1.0 ? 0.0 : ulps(skep_ln(x), logl((long double)x));
        worst = distance > worst ? distance : worst;
    }
    for (int i = -1000; i <= 1000; i++) {
        double x = 1.0 + i * 0x1p-52;
        double distance = i == 0 ? 0.0 : ulps(skep_ln(x), logl((long double)x));
        worst = distance > worst ? distance : worst;
    }
    print_message("log: worst error %.3f ulp\n", worst);
    assert_true(worst < 1.0);
}

/* Exact and special values of the logarithm. */
static void test_elementary__log_special(void **state)
{
    (void)state;
    assert_true(skep_ln(1.0) == 0.0);
    assert_true(skep_ln(0.0) == -HUGE_VAL);
    assert_true(skep_ln(-0.0) == -HUGE_VAL);
    assert_true(skep_ln(HUGE_VAL) == HUGE_VAL);
    assert_true(isnan(skep_ln(-1.0)));
    assert_true(isnan(skep_ln(-HUGE_VAL)));
    assert_true(isnan(skep_ln(NAN)));
    assert_true(ulps(skep_ln(0x1p-1074), logl(0x1p-1074L)) < 1.0);
    assert_true(ulps(skep_ln(DBL_MAX), logl((long double)DBL_MAX)) < 1.0);
}

/* The sine is within 1 ulp up to 1.6 million, and odd to the bit. */
static void test_elementary__sin_within_an_ulp(void **state)
{
    uint64_t chance = 2;
    double worst = 0;

    (void)state;
    for (int i = 0; i < 1000000; i++) {
        double x = i % 2 == 0 ? any_magnitude(&chance, -40, 21) : 7.0 * test_chance_f8(&chance);
        double distance = ulps(skep_sin(x), sinl((long double)x));
        if (distance > worst && x < 1638400.0) {
            worst = distance;
        }
        assert_true(skep_sin(-x) == -skep_sin(x));
    }
    print_message("sin: worst error %.3f ulp\n", worst);
    assert_true(worst < 1.0);
}

/* Next to multiples of pi/2, where nearly all of the argument cancels, the sine is within 1 ulp or 2^-99. */
static void test_elementary__sin_near_multiples_of_a_quarter_turn(void **state)
{
    const long double pio2 = 1.57079632679489661923132169163975144L;

    (void)state;
    for (int n = 1; n < 1000000; n = n < 1000 ? n + 1 : n + 977) {
        double x = (double)(n * pio2);
        for (int k = -1; k <= 1; k++) {
            double y = k < 0 ? nextafter(x, 0.0) : k > 0 ? nextafter(x, HUGE_VAL) : x;
            long double exact = sinl((long double)y);
            if (ulps(skep_sin(y), exact) >= 1.0 && fabsl((long double)skep_sin(y) - exact) > 0x1p-99L) {
                fail_msg("sin(%a) = %a, not %La", y, skep_sin(y), exact);
            }
        }
    }
}

/* Zeros keep their sign, tiny arguments are their own sine, what is not finite has none. */
static void test_elementary__sin_special(void **state)
{
    (void)state;
    assert_true(skep_sin(0.0) == 0.0 && !signbit(skep_sin(0.0)));
    assert_true(skep_sin(-0.0) == 0.0 && signbit(skep_sin(-0.0)));
    assert_true(skep_sin(0x1p-1074) == 0x1p-1074);
    assert_true(skep_sin(-0x1p-30) == -0x1p-30);
    assert_true(isnan(skep_sin(HUGE_VAL)));
    assert_true(isnan(skep_sin(-HUGE_VAL)));
    assert_true(isnan(skep_sin(NAN)));
    assert_true(ulps(skep_sin(1e22), -0.8522008497671888017727L) <= 1.0); /* W. Kahan's example */
}

/* Sine and cosine of parts of a turn are within 2 ulp, and exact at whole quarters. */
static void test_elementary__sincos_turn(void **state)
{
    const long double two_pi = 6.28318530717958647692528676655900577L;
    uint64_t chance = 3;
    double worst = 0;
    double sine, cosine;

    (void)state;
    for (int i = 0; i < 500000; i++) {
        double turn = test_chance_f8(&chance);
        /* Reduced exactly first, because two_pi * turn has an error of its own. */
        double quarters = rint(turn * 4.0);
        long double rest = two_pi * (long double)(turn - quarters * 0.25);
        long double s = sinl(rest), c = cosl(rest);
        int q = (int)quarters & 3;
        double e1, e2;

        skep_sincos_turn(turn, &sine, &cosine);
        e1 = ulps(sine, q == 0 ? s : q == 1 ? c : q == 2 ? -s : -c);
        e2 = ulps(cosine, q == 0 ? c : q == 1 ? -s : q == 2 ? -c : s);
        worst = e1 > worst ? e1 : worst;
        worst = e2 > worst ? e2 : worst;
    }
    print_message("sincos: worst error %.3f ulp\n", worst);
    assert_true(worst < 2.0);
    for (int q = 0; q < 4; q++) {
        skep_sincos_turn(q * 0.25, &sine, &cosine);
        assert_true(sine == (q == 1) - (q == 3) && cosine == (q == 0) - (q == 2));
    }
}

/* The bits of 4 10^5 values are those of the same operations carried out in Python, whose floats are IEEE
 * doubles: neither compiler nor machine may change them. */
static void test_elementary__bits_are_pinned(void **state)
{
    uint64_t chance = 4;
    uint64_t mix = 0;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        double x = any_magnitude(&chance, -20, 20);
        double values[4] = {skep_ln(x), skep_sin(x)};
        skep_sincos_turn(test_chance_f8(&chance), &values[2], &values[3]);
        for (int k = 0; k < 4; k++) {
            uint64_t bits;
            memcpy(&bits, &values[k], sizeof bits);
            mix = (mix << 1 | mix >> 63) ^ bits;
        }
    }
    assert_int_equal(mix, 0xc2f561a85d5ca8c8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elementary__log_within_an_ulp),
        cmocka_unit_test(test_elementary__log_special),
        cmocka_unit_test(test_elementary__sin_within_an_ulp),
        cmocka_unit_test(test_elementary__sin_near_multiples_of_a_quarter_turn),
        cmocka_unit_test(test_elementary__sin_special),
        cmocka_unit_test(test_elementary__sincos_turn),
        cmocka_unit_test(test_elementary__bits_are_pinned),
    };
    return cmocka_run_group_tests_name("kernel/elementary", tests, NULL, NULL);
}
