/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "task/number.h"

/* A seeded stream of 64-bit words (splitmix64, Steele, Lea and Flood 2014). */
static uint64_t next_word(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* python3 -c 'print(float.hex(x), repr(x))' */
static const struct {
    double number;
    const char *text;
} reprs[] = {
    {0x1.999999999999ap-4, "0.1"},
    {0x1.999999999999ap-3, "0.2"},
    {0x1.3333333333333p-2, "0.3"},
    {0x1.5555555555555p-2, "0.3333333333333333"},
    {0x1.5555555555555p-1, "0.6666666666666666"},
    {0x1.3333333333334p-2, "0.30000000000000004"},
    {0x1.4f8b588e368f1p-17, "1e-05"},
    {0x1.a36e2eb1c432dp-14, "0.0001"},
    {0x1.02e4b6ce5dc68p-13, "0.00012345"},
    {0x1.e240c9fbe76c9p+16, "123456.789"},
    {0x0.0000000000001p-1022, "5e-324"},
    {0x1.0000000000000p-1022, "2.2250738585072014e-308"},
    {0x1.fffffffffffffp+1023, "1.7976931348623157e+308"},
    {0x1.c6bf526340004p+49, "1000000000000000.5"},
    {0x1.fffffffffffffp+51, "4503599627370495.5"},
    {0x1.0000000000000p+53, "9007199254740992.0"},
    {0x1.1c37937e08000p+53, "1e+16"},
    {0x1.6345785d8a000p+56, "1e+17"},
    {0x1.0f0cf064dd592p+73, "1e+22"},
    {0x1.52d02c7e14af6p+76, "1e+23"},
    {0x1.3e66666666666p+3, "9.95"},
    {0x1.0d1eb851eb852p+3, "8.41"},
    {0x1.0c6f7a0b5ed8dp-20, "1e-06"},
    {0x1.0c6f7a0b5ed8dp-20, "1e-06"},
    {0x1.12e0be826d695p-30, "1e-09"},
    {0x1.c2f8b88dfb80cp-22, "4.2e-07"},
    {0x1.0823f71155233p-23, "1.23e-07"},
    {0x1.921fb54442d18p+1, "3.141592653589793"},
    {0x1.5bf0a8b145769p+1, "2.718281828459045"},
    {0x1.9000000000000p+6, "100.0"},
    {0x1.2a05f20000000p+33, "10000000000.0"},
    {0x1.0000000000000p-1, "0.5"},
    {0x1.e847ffffffff7p+19, "999999.999999999"},
    {0x1.e848000000009p+19, "1000000.000000001"},
    {0x1.3333333333334p-2, "0.30000000000000004"},
    {0x1.fe185ca57c517p+78, "6.02214076e+23"},
    {0x1.7a4da290c1653p-63, "1.602176634e-19"},
    {0x1.1de784a19999ap+28, "299792458.1"},
    {0x1.0000000000000p+53, "9007199254740992.0"},
    {0x0.02e055c9a3f6cp-1022, "2.5e-310"},
    {0x1.1000000000000p+4, "17.0"},
    {0x1.56e1fc2f8f359p-997, "1e-300"},
    {0x1.6bcc41e8fffffp+46, "99999999999999.98"},
    {0x1.3a6f252e6b438p+918, "2.7216092808335446e+276"},
    {0x1.99387269e0d37p-215, "3.035766360112293e-65"},
    {0x1.e3fe8a6a3a450p-925, "6.665830898196862e-279"},
    {0x1.f8412128b2f33p+658, "2.3558459513947972e+198"},
    {0x1.c7408892f902bp-831, "1.2418970069620836e-250"},
    {0x1.8cc2e5d9dc9f8p+170, "2.319469273766672e+51"},
    {0x1.12eca0ed90475p+840, "7.873531487934826e+252"},
    {0x1.b3ae681e74ef5p-584, "2.6878898238430084e-176"},
    {0x1.051ad099950d8p-847, "1.086847153644306e-255"},
    {0x1.6aa4d6f03675ap-167, "7.572358053192185e-51"},
    {0x1.e0b9211e20b8fp-531, "2.6713290337373985e-160"},
    {0x1.8b7671738f7d9p+105, "6.266356115726005e+31"},
    {0x1.0eedb6cad4a26p-902, "3.13010388235547e-272"},
    {0x1.0c967d3ac94afp+135, "4.569785438180719e+40"},
    {0x1.6082e1fb17c23p+917, "1.5255942855744936e+276"},
    {0x1.8599c39263059p+268, "7.218027539944233e+80"},
    {0x1.fa478a09f76b5p+170, "2.959712980820823e+51"},
    {0x1.b1878f29d0da9p-897, "1.6027751755097824e-270"},
    {0x1.3057a93bd04cfp+176, "1.1386802021941775e+53"},
    {0x1.8f14e658cda14p-922, "4.397094309717868e-278"},
    {0x1.c68c8f9ebdaccp-571, "2.2972765567901737e-172"},
    {0x1.0cb9f0becd7b0p+117, "1.744133597091969e+35"},
    {0x1.bdf56dbc496cbp-751, "1.4707130206140743e-226"},
    {0x1.659214a23d596p-165, "2.9865692316748857e-50"},
    {0x1.531f624ede6a4p+84, "2.5623378729646505e+25"},
    {0x1.3b32c1e27a1c0p+146, "1.098305676151579e+44"},
    {0x1.682ac4ef8aa38p+124, "2.9921509330084245e+37"},
    {0x1.4e490d22eb255p-4, "0.08161263591200314"},
    {0x1.7fe9960bb9763p+36, "103055712443.59135"},
    {0x1.f326b19be8c69p+15, "63891.34689261841"},
    {0x1.46ec3a3dcdff3p-17, "9.743057599473337e-06"},
    {0x1.48816dd8a1777p+42, "5643682931333.866"},
    {0x1.76a2ffd4fcfd1p+47, "205958712819326.53"},
    {0x1.4c533d4cc7d89p+12, "5317.202465801857"},
    {0x1.6339dd4abf71ap+25, "46560186.5839674"},
    {0x1.ced34e6ff674bp+1, "3.6158235594456634"},
    {0x1.fc67225e619f8p+2, "7.943794815224912"},
    {0x1.476b87f3363bdp+6, "81.85501079576984"},
    {0x1.483f70cbce53cp+12, "5251.965038114515"},
    {0x1.6cb8ff3e8d58dp+9, "729.4452894392176"},
    {0x1.fed4f41d0d000p-15, "6.089590190364036e-05"},
    {0x1.203f1c8552c06p+20, "1180657.782549621"},
    {0x1.9c67bf0f9b461p+10, "1649.6210364357323"},
    {0x1.21e332d522daep+27, "151984534.66050476"},
    {0x1.7f884c9ef6c85p+48, "421698354476744.3"},
    {0x1.cea774da145dap+32, "7762048218.079554"},
    {0x1.6624268385e22p+12, "5730.25940277384"},
    {0x1.09b878f1b6625p+15, "34012.23621911955"},
    {0x1.14c66928e2097p+39, "594369877105.0184"},
    {0x1.4e3d9fd661de4p-14, "7.968919758215943e-05"},
    {0x1.4ffcb362ae075p+6, "83.99677805125414"},
    {0x1.af309efd917c7p+48, "474098337419644.44"},
    {0x1.03fff9a255afap+6, "64.99997571609484"},
    {0x1.2647b6bfbf5a6p+49, "647128854527668.8"},
    {0x1.9af65f685a409p+9, "821.9247866097149"},
    {0x1.45e2748f862fdp+49, "716627794398303.6"},
    {0x1.08be76c8cfea4p+25, "34700525.56884506"},
    {0x1.9dd08f5575baep+41, "3554641095403.46"},
    {0x1.3a539e03f2200p-20, "1.1709579448173192e-06"},
    {0x1.b46a61760ee94p+7, "218.20777481967946"},
    {0x1.4b1c686c46ba3p+0, "1.2934022201868423"},
    {0x1.7b76fce8bd5e8p+28, "397897678.5462327"},
    {0x1.ebd4487ae4e9fp+22, "8058130.120013862"},
    {0x1.4150be62f1a96p+5, "40.16442563343041"},
    {0x1.0d965c87616b5p+23, "8833838.264415124"},
    {0x1.5998027b82cf7p+6, "86.39844696985152"},
    {0x1.13efabc35b34dp+16, "70639.67094965019"},
    {0x1.0000000000001p+50, "1125899906842624.2"},
    {0x1.0000000000003p+50, "1125899906842624.8"},
    {0x1.0000000000005p+50, "1125899906842625.2"},
    {0x1.0000000000001p+49, "562949953421312.1"},
    {0x1.0000000000003p+49, "562949953421312.4"},
};

/* Every text is what Python's repr gives, which is the shortest that reads back. */
static void test_number__agrees_with_python(void **state)
{
    char text[SKEP_NUMBER_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof reprs / sizeof reprs[0]; i++) {
        size_t n = skep_number_format(reprs[i].number, text);
        assert_string_equal(text, reprs[i].text);
        assert_int_equal(n, strlen(text));
    }
}

/* Signs are kept, that of zero too, and integers stay recognisable as reals. */
static void test_number__keeps_sign_and_point(void **state)
{
    char text[SKEP_NUMBER_BYTES];

    (void)state;
    skep_number_format(0.0, text);
    assert_string_equal(text, "0.0");
    skep_number_format(-0.0, text);
    assert_string_equal(text, "-0.0");
    skep_number_format(-1.5, text);
    assert_string_equal(text, "-1.5");
    skep_number_format(-1e-7, text);
    assert_string_equal(text, "-1e-07");
    skep_number_format(9007199254740991.0, text);
    assert_string_equal(text, "9007199254740991.0");
}

static void assert_reads_back(double number)
{
    char text[SKEP_NUMBER_BYTES];
    double back;

    skep_number_format(number, text);
    back = strtod(text, NULL);
    if (memcmp(&back, &number, sizeof number) != 0) {
        fail_msg("%a became %s, which is %a", number, text, back);
    }
}

/* Numbers of every magnitude read back as the same bits. */
static void test_number__reads_back(void **state)
{
    uint64_t seed = 2;
    double number;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = next_word(&seed);
        memcpy(&number, &bits, sizeof number);
        if (isfinite(number)) {
            assert_reads_back(number);
        }
        assert_reads_back((double)(next_word(&seed) >> 11) * 0x1p-53 * pow(10, (int)(i % 26) - 9));
    }
}

/* Powers of two, where the next double below is only half as far away, and their neighbours read back. */
static void test_number__reads_back_at_powers_of_two(void **state)
{
    (void)state;
    for (int e = -1074; e <= 1023; e++) {
        double number = ldexp(1, e);
        assert_reads_back(number);
        assert_reads_back(nextafter(number, 0));
        assert_reads_back(nextafter(number, 2 * number));
    }
}

/* The digits are no more than printf needs: 15 if those read back, else 16, else 17. */
static void test_number__takes_the_fewest_digits(void **state)
{
    uint64_t seed = 3;

    (void)state;
    for (int i = 0; i < 50000; i++) {
        double number = (double)(next_word(&seed) >> 11) * 0x1p-53 * pow(10, (int)(i % 14) - 5);
        char text[SKEP_NUMBER_BYTES];
        int n_digits = 15;
        int got = 0;

        while (snprintf(text, sizeof text, "%.*e", n_digits - 1, number), strtod(text, NULL) != number) {
            n_digits++;
        }
        skep_number_format(number, text);
        for (const char *p = text + strspn(text, "0."); *p != '\0' && *p != 'e'; p++) {
            got += *p != '.';
        }
        if (got > n_digits) {
            fail_msg("%a became %s with %d digits where %d do", number, text, got, n_digits);
        }
    }
}

/* Where people write a comma for the point, JSON still has the point. */
static void test_number__ignores_the_locale(void **state)
{
    char text[SKEP_NUMBER_BYTES];

    (void)state;
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL) {
        print_message("no German locale here; checked in the C locale only\n");
    }
    skep_number_format(1e-7 / 3, text); /* the slow way, through printf */
    assert_string_equal(text, "3.3333333333333334e-08");
    skep_number_format(0.1 + 0.2, text);
    assert_string_equal(text, "0.30000000000000004");
    setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number__agrees_with_python),
        cmocka_unit_test(test_number__keeps_sign_and_point),
        cmocka_unit_test(test_number__reads_back),
        cmocka_unit_test(test_number__reads_back_at_powers_of_two),
        cmocka_unit_test(test_number__takes_the_fewest_digits),
        cmocka_unit_test(test_number__ignores_the_locale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
