/* SPDX-License-Identifier: MIT */
#include "unit/sweep/spec.h"

#include <math.h>

static struct spec spec; /* large */

static double draw(const char *factors, const char *seed, int64_t index, const char *name)
{
    struct skep_coordinate at;

    spec_open_with(&spec, factors, seed);
    at = spec_at(&spec, index, name);
    assert_int_equal(at.kind, SKEP_OF_REAL);
    spec_close(&spec);
    return at.f64;
}

/* ---- works ---- */

/* numpy 1.24.2, with u = np.uint64: np.random.Generator(np.random.Philox(key=np.array([seed, 0], u),
 * counter=np.array([0, 0, 2**63 + number, place], u))).uniform(-2.5, 4.0) */
static void test_factor_random__draws_are_those_of_numpy(void **state)
{
    static const char one[] = "{\"random\":\"x\",\"from\":\"-2.5:4:1e9\"}";
    static const char two[] =
        "{\"random\":\"x\",\"from\":\"-2.5:4:1000\"},{\"random\":\"y\",\"from\":\"-2.5:4:1000\"}";

    (void)state;
    assert_true(draw(one, "\"seed\":7", 0, "x") == -0x1.f4101fa6dfe0cp-1);
    assert_true(draw(one, "\"seed\":7", 1, "x") == -0x1.d97b9310b6808p-1);
    assert_true(draw(two, "\"seed\":7", 1000, "x") == -0x1.d97b9310b6808p-1);
    assert_true(draw(two, "\"seed\":7", 1000, "y") == -0x1.64d2e9d5a6e38p+0);
    assert_true(draw("{\"axis\":\"a\",\"of\":1},{\"axis\":\"b\",\"of\":1},{\"axis\":\"c\",\"of\":1},"
                     "{\"random\":\"x\",\"from\":\"-2.5:4:1000000000001\"}",
                     "\"seed\":\"18446744073709551615\"", 1000000000000, "x") == 0x1.30d7e744d9a40p-5);
}

/* Draws lie in [from, to), and their mean and variance are those of the uniform distribution. */
static void test_factor_random__draws_are_uniform(void **state)
{
    enum { N = 100000 };
    double m1 = 0;
    double m2 = 0;

    (void)state;
    spec_open_with(&spec, "{\"random\":\"x\",\"from\":\"0:1:100000\"}", "\"seed\":5");
    for (int64_t i = 0; i < N; i++) {
        const double x = spec_at(&spec, i, "x").f64 - 0.5;

        assert_true(x >= -0.5 && x < 0.5);
        m1 += x;
        m2 += x * x;
    }
    assert_true(fabs(m1) < 5 * sqrt(N / 12.0));
    assert_true(fabs(m2 - N / 12.0) < 5 * sqrt(N / 180.0));
    spec_close(&spec);
}

/* Where rounding reaches the end, the number before it is taken: the end is never drawn. */
static void test_factor_random__end_is_not_drawn(void **state)
{
    int n_low = 0;

    (void)state;
    spec_open(&spec, "{\"random\":\"x\",\"from\":\"1:1.0000000000000002:1000\"}");
    for (int64_t i = 0; i < 1000; i++) {
        n_low += spec_at(&spec, i, "x").f64 == 1.0;
    }
    assert_int_equal(n_low, 1000);
    spec_close(&spec);
}

/* ---- refuses ---- */

/* What is no range to draw from. */
static void test_factor_random__refuses(void **state)
{
    (void)state;
    spec_refuse("{\"random\":\"x\",\"from\":\"0:1\"}", "wanted FROM:TO:N (N draws from [FROM, TO))");
    spec_refuse("{\"random\":\"x\",\"from\":\"@x.npy\"}", "wanted FROM:TO:N (N draws from [FROM, TO))");
    spec_refuse("{\"random\":\"x\",\"from\":\"\"}", "wanted FROM:TO:N");
    spec_refuse("{\"random\":\"x\",\"from\":\"1:1:5\"}",
                "FROM must be below TO: nothing is drawn from [1, 1)");
    spec_refuse("{\"random\":\"x\",\"from\":\"nan:1:5\"}", "must be finite");
    spec_refuse("{\"random\":\"x\",\"from\":\"0:1:0\"}", "the number of draws must be at least 1, not 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor_random__draws_are_those_of_numpy),
        cmocka_unit_test(test_factor_random__draws_are_uniform),
        cmocka_unit_test(test_factor_random__end_is_not_drawn),
        cmocka_unit_test(test_factor_random__refuses),
    };
    return cmocka_run_group_tests_name("sweep/factor_random", tests, NULL, NULL);
}
