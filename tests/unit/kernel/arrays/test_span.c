/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/arrays/span.h"
#include "kernel/math/exact.h"

/* Lengths around those of vectors, steps and spans. */
static const int64_t lengths[] = {1,  2,  3,  7,  8,   9,   15,  16,   17,   31,  32,
                                  33, 63, 64, 65, 100, 255, 257, 1000, 2047, 2048};
enum { N_LENGTHS = sizeof lengths / sizeof lengths[0] };

/* What a test asks of the loops of one level. */
typedef void (*check_level)(const struct skep_spans *spans);

static void check_levels(check_level check)
{
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        if (skep_cpu_has((enum skep_cpu_level)level)) {
            check(skep_spans_at((enum skep_cpu_level)level));
        }
    }
}

/* Numbers with exponents within +-SPREAD/2, each third the negative of an earlier one, so that sums cancel.
 */
static void fill(double *x, int64_t n, int spread, uint64_t *chance)
{
    for (int64_t i = 0; i < n; i++) {
        int exponent = (int)(test_chance(chance) % (uint64_t)spread) - spread / 2;
        x[i] = ldexp(test_chance_f8(chance) - 0.5, exponent);
        if (i > 0 && test_chance(chance) % 3 == 0) {
            x[i] = -x[test_chance(chance) % (uint64_t)i];
        }
    }
}

/* The distance of a twofold number from an exact sum, which is spent. */
static double distance(struct skep_exact *sum, struct skep_twofold number)
{
    skep_exact_add(sum, -number.hi);
    skep_exact_add(sum, -number.lo);
    return fabs(skep_exact_round(sum));
}

static void check_sum(const struct skep_spans *spans)
{
    uint64_t chance = 1;
    double x[SKEP_SPAN + 1];

    for (int round = 0; round < 40; round++) {
        for (int k = 0; k < N_LENGTHS; k++) {
            const double *from = x + round % 2; /* not aligned */
            struct skep_twofold sum;
            struct skep_exact exact;

            fill(x, SKEP_SPAN + 1, 1 + round * 15, &chance);
            sum = spans->sum(from, lengths[k]);
            skep_exact_init(&exact);
            skep_exact_add_run(&exact, from, 1, lengths[k]);
            assert_true(distance(&exact, sum) <= sum.slack);
        }
    }
}

/* The exact sum lies within the slack of the quick one. */
static void test_span__sum_within_slack(void **state)
{
    (void)state;
    check_levels(check_sum);
}

static void check_dot(const struct skep_spans *spans)
{
    uint64_t chance = 2;
    double x[SKEP_SPAN], y[SKEP_SPAN];

    for (int round = 0; round < 30; round++) {
        for (int k = 0; k < N_LENGTHS; k++) {
            struct skep_twofold sum;
            struct skep_exact exact;

            fill(x, lengths[k], 1 + round * 70, &chance); /* at last products overflow and underflow */
            fill(y, lengths[k], 1 + round * 70, &chance);
            sum = spans->dot(x, y, lengths[k]);
            skep_exact_init(&exact);
            for (int64_t i = 0; i < lengths[k]; i++) {
                skep_exact_add_product(&exact, x[i], y[i]);
            }
            assert_true(sum.slack == HUGE_VAL || distance(&exact, sum) <= sum.slack);
            assert_true(round > 13 || sum.slack < HUGE_VAL);
        }
    }
}

/* The exact inner product lies within the slack of the quick one, which is infinite after an overflow. */
static void test_span__dot_within_slack(void **state)
{
    (void)state;
    check_levels(check_dot);
}

static void check_precision(const struct skep_spans *spans)
{
    double x[SKEP_SPAN];
    uint64_t chance = 3;

    for (int i = 0; i < SKEP_SPAN; i++) {
        x[i] = test_chance_f8(&chance);
    }
    assert_true(spans->sum(x, SKEP_SPAN).slack < 0x1p-80 * SKEP_SPAN);
    assert_true(spans->dot(x, x, SKEP_SPAN).slack < 0x1p-80 * SKEP_SPAN);
}

/* The slack is as small as is useful: 2^-80 of the part sums at most, 2^27 times less than a rounding. */
static void test_span__slack_is_small(void **state)
{
    (void)state;
    check_levels(check_precision);
}

static void check_specials(const struct skep_spans *spans)
{
    static const double specials[] = {NAN, HUGE_VAL, -HUGE_VAL};
    double x[100];

    for (int at = 0; at < 100; at++) {
        for (int k = 0; k < 3; k++) {
            for (int i = 0; i < 100; i++) {
                x[i] = 1.0;
            }
            x[at] = specials[k];
            assert_true(spans->sum(x, 100).slack == HUGE_VAL);
            assert_true(spans->dot(x, x, 100).slack == HUGE_VAL);
            assert_int_equal(spans->has_nan(x, 100), k == 0);
        }
    }
    x[0] = x[1] = 0x1p1023;
    assert_true(spans->sum(x, 2).slack == HUGE_VAL);
}

/* A NaN or an infinity anywhere, or an overflow, shows in the slack. */
static void test_span__specials_show(void **state)
{
    (void)state;
    check_levels(check_specials);
}

/* The moments as the header has them: thirty-two part sums, added by halves. */
static double halves(double *sums)
{
    for (int width = 16; width > 0; width /= 2) {
        for (int k = 0; k < width; k++) {
            sums[k] += sums[k + width];
        }
    }
    return sums[0];
}

static void check_moments(const struct skep_spans *spans)
{
    uint64_t chance = 4;
    double x[SKEP_SPAN];

    for (int round = 0; round < 10; round++) {
        for (int k = 0; k < N_LENGTHS; k++) {
            double sums[32] = {0}, shifts[32] = {0}, squares[32] = {0};
            struct skep_moments moments;
            double centre;

            fill(x, lengths[k], 1 + round, &chance);
            for (int64_t i = 0; i < lengths[k]; i++) {
                sums[i % 32] += x[i];
            }
            centre = halves(sums) / (double)lengths[k];
            for (int64_t i = 0; i < lengths[k]; i++) {
                double d = x[i] - centre;
                shifts[i % 32] += d;
                squares[i % 32] += d * d;
            }
            spans->moments(x, lengths[k], &moments);
            assert_true(moments.centre == centre);
            assert_true(moments.shift == halves(shifts));
            assert_true(moments.squares == halves(squares));
        }
    }
}

/* The moments have the bits of a plain loop at every level. */
static void test_span__moments_have_the_same_bits(void **state)
{
    (void)state;
    check_levels(check_moments);
}

static void check_extremes(const struct skep_spans *spans)
{
    uint64_t chance = 5;
    double x[SKEP_SPAN];

    for (int round = 0; round < 20; round++) {
        for (int k = 0; k < N_LENGTHS; k++) {
            double least = HUGE_VAL, greatest = -HUGE_VAL, magnitude = 0.0;
            int64_t n_nan = 0, n_finite = 0;
            bool has_nan;

            fill(x, lengths[k], 40, &chance);
            for (int64_t i = 0; i < lengths[k]; i++) {
                uint64_t what = test_chance(&chance) % (1 + (uint64_t)round * 3);
                x[i] = what == 1 ? NAN : what == 2 ? HUGE_VAL : what == 3 ? -HUGE_VAL : x[i];
                n_nan += isnan(x[i]);
                n_finite += isfinite(x[i]);
                if (!isnan(x[i])) {
                    least = x[i] < least ? x[i] : least;
                    greatest = x[i] > greatest ? x[i] : greatest;
                    magnitude = fabs(x[i]) > magnitude ? fabs(x[i]) : magnitude;
                }
            }
            assert_true(spans->min(x, lengths[k], &has_nan) == least);
            assert_int_equal(has_nan, n_nan > 0);
            assert_true(spans->max(x, lengths[k], &has_nan) == greatest);
            assert_int_equal(has_nan, n_nan > 0);
            assert_true(spans->absmax(x, lengths[k], &has_nan) == magnitude);
            assert_int_equal(has_nan, n_nan > 0);
            assert_int_equal(spans->count_nan(x, lengths[k]), n_nan);
            assert_int_equal(spans->count_finite(x, lengths[k]), n_finite);
            assert_int_equal(spans->has_nan(x, lengths[k]), n_nan > 0);
        }
    }
}

/* Extremes without NaN, and counts, are those of plain loops. */
static void test_span__extremes_and_counts(void **state)
{
    (void)state;
    check_levels(check_extremes);
}

static void check_find(const struct skep_spans *spans)
{
    double x[70];

    for (int at = 0; at < 70; at++) {
        for (int i = 0; i < 70; i++) {
            x[i] = i % 9 == 0 ? NAN : 1.0 + i;
        }
        x[at] = 0.0;
        x[69] = -0.0;
        assert_int_equal(spans->find(x, 70, -0.0), at);
        assert_int_equal(spans->find(x, at, 0.0), -1);
        assert_int_equal(spans->find(x, 70, NAN), -1);
    }
}

/* The first equal one is found, zeros of both signs being equal. */
static void test_span__finds_the_first(void **state)
{
    (void)state;
    check_levels(check_find);
}

#define CHECK_WHOLE(type, dtype)                                                                             \
    do {                                                                                                     \
        type x[SKEP_SPAN];                                                                                   \
        for (int k = 0; k < N_LENGTHS; k++) {                                                                \
            skep_wide sum = 0, least, greatest, min, max;                                                    \
            for (int64_t i = 0; i < lengths[k]; i++) {                                                       \
                x[i] = (type)test_chance(&chance);                                                           \
                x[i] = i % 50 == 49 ? (type)((uint64_t)1 << (8 * sizeof(type) - 1)) : x[i];                  \
                x[i] = i % 50 == 48 ? (type)~x[i - 1] : x[i];                                                \
                sum += x[i];                                                                                 \
            }                                                                                                \
            least = greatest = x[0];                                                                         \
            for (int64_t i = 0; i < lengths[k]; i++) {                                                       \
                least = x[i] < least ? x[i] : least;                                                         \
                greatest = x[i] > greatest ? x[i] : greatest;                                                \
            }                                                                                                \
            assert_true(spans->sum_whole(x, dtype, lengths[k]) == sum);                                      \
            spans->range_whole(x, dtype, lengths[k], &min, &max);                                            \
            assert_true(min == least && max == greatest);                                                    \
        }                                                                                                    \
    } while (0)

static void check_whole(const struct skep_spans *spans)
{
    uint64_t chance = 7;

    CHECK_WHOLE(int8_t, SKEP_I1);
    CHECK_WHOLE(int16_t, SKEP_I2);
    CHECK_WHOLE(int32_t, SKEP_I4);
    CHECK_WHOLE(int64_t, SKEP_I8);
    CHECK_WHOLE(uint8_t, SKEP_U1);
    CHECK_WHOLE(uint16_t, SKEP_U2);
    CHECK_WHOLE(uint32_t, SKEP_U4);
    CHECK_WHOLE(uint64_t, SKEP_U8);
}

/* Sums and ranges of whole numbers are those of plain loops in 128 bits. */
static void test_span__whole_numbers(void **state)
{
    (void)state;
    check_levels(check_whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_span__sum_within_slack),
        cmocka_unit_test(test_span__dot_within_slack),
        cmocka_unit_test(test_span__slack_is_small),
        cmocka_unit_test(test_span__specials_show),
        cmocka_unit_test(test_span__moments_have_the_same_bits),
        cmocka_unit_test(test_span__extremes_and_counts),
        cmocka_unit_test(test_span__finds_the_first),
        cmocka_unit_test(test_span__whole_numbers),
    };
    return cmocka_run_group_tests_name("kernel/span", tests, NULL, NULL);
}
