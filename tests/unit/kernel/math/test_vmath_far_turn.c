/* SPDX-License-Identifier: MIT */
/* The numbers are from mpmath, with 1500 bits. */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/math/vmath.h"
#include "kernel/math/vmath_far_turn.h"

struct far_case {
    double x, sine, cosine, tangent;
};

/* 6381956970095103 2^797 is the double closest to an odd multiple of pi/2. */
static const struct far_case cases[] = {
    {0x1.0000000000000p+20, 0x1.526ccb2fc8656p-2, 0x1.e33ada92fe2aep-1, 0x1.6692e5779206fp-2},
    {0x1.921fb54442d18p+20, -0x1.1a62633145c07p-34, 0x1.0000000000000p+0, -0x1.1a62633145c07p-34},
    {0x1.312d000000000p+23, 0x1.aea414a8a3352p-2, -0x1.d085be7a8f4a1p-1, -0x1.daa7d34937ac4p-2},
    {0x1.c6bf526340000p+49, 0x1.b76f88136cebap-1, -0x1.06c154609d33fp-1, -0x1.ac23600a95be4p+0},
    {0x1.0000000000000p+60, -0x1.a94adab06665cp-1, -0x1.1d146047d6947p-1, 0x1.7de90e3bee983p+0},
    {0x1.0f0cf064dd592p+73, -0x1.b453ab76bf397p-1, 0x1.0be2cef01c8f4p-1, -0x1.a0f79c1b6b257p+0},
    {0x1.6ac5b262ca1ffp+849, 0x1.0000000000000p+0, -0x1.14ae72e6ba22fp-61, -0x1.d9ba9a7975636p+60},
    {0x1.249ad2594c37dp+332, -0x1.85c5e5b929359p-2, 0x1.d9757496841f5p-1, -0x1.a5807d6f76f7dp-2},
    {0x1.0000000000000p+120, 0x1.82e34655e6fcbp-2, -0x1.da0cd0b66d8cep-1, -0x1.a1dc27cab0816p-2},
    {0x1.1eb2d66005835p+998, -0x1.0f95d8b7703f3p-2, 0x1.edaa09963e8e4p-1, -0x1.19ac31175255ap-2},
    {0x1.fffffffffffffp+1023, 0x1.452fc98b34e97p-8, -0x1.fffe62ecfab75p-1, -0x1.4530cfe729484p-8},
};

/* VALUE is EXPECTED or the double on one side of it. */
static void assert_next_to(double value, double expected)
{
    assert_true(value == expected || value == nextafter(expected, HUGE_VAL) ||
                value == nextafter(expected, -HUGE_VAL));
}

/* Sine, cosine and tangent of huge arguments are right to the last place. */
static void test_vmath_far_turn__known_values(void **state)
{
    const struct skep_vmath *v = skep_vmath_at(SKEP_CPU_PLAIN);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double out;

        v->sin(&cases[i].x, &out, 1);
        assert_next_to(out, cases[i].sine);
        v->cos(&cases[i].x, &out, 1);
        assert_next_to(out, cases[i].cosine);
        v->tan(&cases[i].x, &out, 1);
        assert_next_to(out, cases[i].tangent);
    }
}

/* What is left is at most pi/32, and a multiple of pi/16 is counted. */
static void test_vmath_far_turn__parts_are_small(void **state)
{
    (void)state;
    for (int exponent = 20; exponent < 1024; exponent++) {
        struct skep_far_turn turn = skep_far_turn(ldexp(1.0 + (exponent % 100) / 100.0, exponent));

        assert_true(fabs(turn.r) <= 0x1.921fb54442d19p-4);
        assert_true(fabs(turn.low) <= 0x1p-51 * fabs(turn.r));
        assert_true(turn.n <= 32);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vmath_far_turn__known_values),
        cmocka_unit_test(test_vmath_far_turn__parts_are_small),
    };
    return cmocka_run_group_tests_name("kernel/vmath_far_turn", tests, NULL, NULL);
}
