/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dynamics/star_steps.h"

enum { M_MAX = 41, ROW_MAX = 48, STEPS = 12, PACK = SKEP_STAR_PACK };

static double between(unsigned *seed, double lo, double hi)
{
    return lo + (hi - lo) * rand_r(seed) / (double)RAND_MAX;
}

/* The sine is within 4e-16 of that of long double wherever it promises to be, and odd. */
static void test_star_steps__sine(void **state)
{
    unsigned seed = 1;
    double worst = 0;

    (void)state;
    for (int i = 0; i < 400000; i++) {
        double x = ldexp(between(&seed, -1, 1), rand_r(&seed) % 75 - 34);
        if (i % 4 == 0) {
            x = 1.5707963267948966 * (rand_r(&seed) % 2000 - 1000) * between(&seed, 1 - 1e-9, 1 + 1e-9);
        }
        worst = fmax(worst, (double)fabsl((long double)skep_star_sin(x) - sinl((long double)x)));
        assert_true(skep_star_sin(-x) == -skep_star_sin(x));
    }
    print_message("worst error of the sine: %.3g\n", worst);
    assert_true(worst < 4e-16);
    assert_true(skep_star_sin(0) == 0 && skep_star_sin(0x1p-1074) == 0x1p-1074 &&
                skep_star_sin(0x1p-30) == 0x1p-30);
    assert_true(skep_star_sin(0x1p40) == sin(0x1p40) && skep_star_sin(-0x1p1023) == sin(-0x1p1023));
    assert_true(isnan(skep_star_sin(INFINITY)) && isnan(skep_star_sin(NAN)));
}

/* ---- all levels against the plain one ---- */

struct setting {
    int64_t m;
    double omega_c, omega_e, lambda, dt, hub, leaves[M_MAX];
    double noise[STEPS][M_MAX];
};

/* What a star of numbers of every size starts with. */
static void setting_draw(struct setting *s, int64_t m, double reach, unsigned *seed)
{
    s->m = m;
    s->omega_c = between(seed, -20, 20);
    s->omega_e = between(seed, -20, 20);
    s->lambda = between(seed, -9, 9);
    s->dt = between(seed, 0, 0.01);
    s->hub = between(seed, -reach, reach);
    for (int64_t j = 0; j < m; j++) {
        s->leaves[j] = between(seed, -reach, reach);
    }
    for (int64_t i = 0; i < STEPS * M_MAX; i++) {
        s->noise[i / M_MAX][i % M_MAX] = between(seed, -0.1, 0.1);
    }
}

static void advance(const struct skep_star_steps *steps, const struct setting *s, struct skep_star_span span,
                    bool has_noise, double *out)
{
    static _Alignas(64) double room[(1 + SKEP_STAR_ROOM) * ROW_MAX];
    static double noise[STEPS * (ROW_MAX + 1)];
    int64_t row = skep_star_row(s->m - 1);
    struct skep_star star = {s->m, s->omega_c, s->omega_e, s->lambda, s->dt, s->hub, room, room + row};

    for (int64_t j = 0; j < row; j++) {
        star.leaves[j] = s->leaves[j < s->m - 1 ? j : 0];
    }
    for (int64_t i = 0; i < STEPS; i++) {
        memset(noise + i * (1 + row), 0, (size_t)(1 + row) * sizeof(double));
        memcpy(noise + i * (1 + row), s->noise[i], (size_t)s->m * sizeof(double));
    }
    span.noise = has_noise ? noise : NULL;
    steps->advance(&star, &span, out);
    out[STEPS * s->m] = star.hub;
    memcpy(out + STEPS * s->m + 1, star.leaves, (size_t)(s->m - 1) * sizeof(double));
}

static void advance_pack(const struct skep_star_steps *steps, const struct setting *s, int n,
                         struct skep_star_span span, bool has_noise, double (*out)[(STEPS + 1) * M_MAX])
{
    static _Alignas(64) double room[(1 + SKEP_STAR_ROOM) * M_MAX][PACK];
    static _Alignas(64) double noise[STEPS * M_MAX][PACK];
    struct skep_star_pack pack = {.m = s->m, .theta = room, .room = room + s->m};
    static _Alignas(64) double records[STEPS * M_MAX][PACK];
    int64_t n_records = span.first > span.steps ? 0 : 1 + (span.steps - span.first) / span.every;

    for (int i = 0; i < PACK; i++) {
        const struct setting *from = &s[i < n ? i : 0];
        pack.omega_c[i] = from->omega_c;
        pack.omega_e[i] = from->omega_e;
        pack.lambda[i] = from->lambda;
        pack.dt[i] = from->dt;
        pack.theta[0][i] = from->hub;
        for (int64_t j = 1; j < s->m; j++) {
            pack.theta[j][i] = from->leaves[j - 1];
        }
        for (int64_t k = 0; k < STEPS * s->m; k++) {
            noise[k][i] = from->noise[k / s->m][k % s->m];
        }
    }
    span.noise = has_noise ? noise[0] : NULL;
    steps->advance_pack(&pack, &span, records);
    for (int i = 0; i < n; i++) {
        for (int64_t j = 0; j < n_records * s->m; j++) {
            out[i][j] = records[j][i];
        }
        for (int64_t j = 0; j < s->m; j++) {
            out[i][STEPS * s->m + j] = pack.theta[j][i];
        }
    }
}

static void check_setting(const struct setting *s, int n, struct skep_star_span span, bool has_noise)
{
    static double want[PACK][(STEPS + 1) * M_MAX], got[PACK][(STEPS + 1) * M_MAX];

    memset(want, 0, sizeof want);
    for (int i = 0; i < n; i++) {
        advance(&skep_star_steps_plain, &s[i], span, has_noise, want[i]);
    }
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        const struct skep_star_steps *steps = skep_star_steps_at((enum skep_cpu_level)level);
        if (!skep_cpu_has((enum skep_cpu_level)level)) {
            continue;
        }
        memset(got, 0, sizeof got);
        for (int i = 0; i < n; i++) {
            advance(steps, &s[i], span, has_noise, got[i]);
        }
        assert_memory_equal(got, want, sizeof got);
        if (steps->advance_pack != NULL) {
            memset(got, 0, sizeof got);
            advance_pack(steps, s, n, span, has_noise, got);
            assert_memory_equal(got, want, sizeof got);
        }
    }
}

/* Every level, for one star and for several together, has the bits of the plain steps: for any number of
 * nodes, near and far phases, with noise, in phases and sines. */
static void test_star_steps__levels_agree(void **state)
{
    static const double reaches[] = {1, 10, 1e6, 0x1p41};
    static struct setting s[PACK];
    unsigned seed = 2;
    int cases = getenv("SKEP_TEST_LONG") != NULL ? 20000 : 500;

    (void)state;
    for (int c = 0; c < cases; c++) {
        int64_t m = 2 + c % (M_MAX - 1);
        int n = 1 + rand_r(&seed) % PACK;
        struct skep_star_span span = {1 + rand_r(&seed) % STEPS, 1 + rand_r(&seed) % 5, 1 + rand_r(&seed) % 3,
                                      rand_r(&seed) % 2 == 0, NULL};
        for (int i = 0; i < n; i++) {
            setting_draw(&s[i], m, reaches[rand_r(&seed) % 4], &seed);
        }
        check_setting(s, n, span, rand_r(&seed) % 2 == 0);
    }
}

/* Zeros of either sign make no difference between the levels. */
static void test_star_steps__zeros(void **state)
{
    static struct setting s[PACK];
    const struct skep_star_span span = {4, 1, 1, false, NULL};

    (void)state;
    for (int i = 0; i < PACK; i++) {
        memset(&s[i], 0, sizeof s[i]);
        s[i].m = 4;
        s[i].hub = i % 2 != 0 ? -0.0 : 0.0;
        s[i].lambda = i % 8 >= 4 ? 1 : -0.0;
        s[i].dt = i % 4 >= 2 ? 0.5 : -0.0;
        for (int j = 0; j < 3; j++) {
            s[i].leaves[j] = (i >> j) % 2 != 0 ? -0.0 : 0.0;
        }
    }
    check_setting(s, PACK, span, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_star_steps__sine),
        cmocka_unit_test(test_star_steps__levels_agree),
        cmocka_unit_test(test_star_steps__zeros),
    };
    return cmocka_run_group_tests_name("kernel/star_steps", tests, NULL, NULL);
}
