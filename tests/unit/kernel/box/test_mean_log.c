/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/box_cases.h"

#include "kernel/box/mean_log.h"

enum { MOST = 100000, N_MAX = 3000 };

struct fixture {
    struct skep_arena arena;
    atomic_uint stop;
    struct skep_call call;
    struct skep_error err;
    struct skep_log_bins bins;
    uint32_t counts[4][N_MAX];
    struct skep_log_fractions fractions;
};

static struct fixture fixture;

static struct fixture *open_fixture(bool has_logs)
{
    struct fixture *f = &fixture;

    memset(f, 0, sizeof *f);
    skep_arena_init_guarded(&f->arena, (size_t)256 << 20);
    f->call = (struct skep_call){.arena = &f->arena, .stop = &f->stop};
    f->fractions = (struct skep_log_fractions){f->counts[0], f->counts[1], f->counts[2], f->counts[3], N_MAX};
    assert_int_equal(skep_log_bins_init(&f->call, MOST, has_logs, &f->bins, &f->err), SKEP_OK);
    assert_true((double)f->arena.used_bytes == skep_log_bins_bytes(MOST, has_logs));
    return f;
}

static skep_log_wide sum_of(struct fixture *f, int64_t *n_zero)
{
    skep_log_wide sum = 0;

    assert_int_equal(skep_log_sum(&f->call, &f->bins, &f->fractions, &sum, n_zero), SKEP_OK);
    return sum;
}

static long double expected_mean(const struct fixture *f)
{
    const struct skep_log_fractions *of = &f->fractions;
    long double sum = 0;

    for (int64_t i = 0; i < of->n; i++) {
        sum += box_term(of->joint[i], of->given != NULL ? of->given[i] : 1,
                        of->left != NULL ? of->left[i] : 1, of->right != NULL ? of->right[i] : 1);
    }
    return sum / of->n;
}

static void fill(struct fixture *f, uint32_t most, uint64_t *chance)
{
    for (int i = 0; i < N_MAX; i++) {
        for (int c = 0; c < 4; c++) {
            f->counts[c][i] = 1 + (uint32_t)(test_chance(chance) % most);
        }
        if (test_chance(chance) % 4 == 0) {
            f->counts[0][i] = 0;
            f->counts[1][i] %= 2; /* these may be 0 now, or not */
            f->counts[3][i] %= 3;
        }
    }
}

/* The mean is that of long double, in nats and in bits; fractions with a joint count of 0 add nothing and are
 * counted. */
static void test_mean_log__is_the_mean(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < 40; round++) {
        struct fixture *f = open_fixture(round % 2 == 0);
        int64_t n_zero, expected_zero = 0;
        skep_log_wide sum;

        fill(f, round < 20 ? 50 : MOST, &chance);
        f->fractions.n = 1 + (int64_t)(test_chance(&chance) % N_MAX);
        if (round % 4 == 3) {
            f->fractions.given = f->fractions.right = NULL;
        }
        if (round % 8 == 7) {
            f->fractions.left = NULL;
        }
        for (int64_t i = 0; i < f->fractions.n; i++) {
            expected_zero += f->counts[0][i] == 0;
        }
        sum = sum_of(f, &n_zero);
        assert_int_equal(n_zero, expected_zero);
        box_assert_close(skep_log_mean(sum, f->fractions.n, false), expected_mean(f), "nats", round);
        box_assert_close(skep_log_mean(sum, f->fractions.n, true), expected_mean(f) / logl(2), "bits", round);
        assert_true(sum_of(f, NULL) == sum); /* nothing is left behind */
        skep_arena_release(&f->arena);
    }
}

/* A mean that is tiny because its terms cancel is as exact as any other. Here each term is
 * log((k-1)(k+1) / (k k)) = log1p(-1/k^2) or its opposite, and the mean is down to 1e-13. */
static void test_mean_log__cancellation(void **state)
{
    static const uint32_t sizes[] = {10, 1000, 40000, 99999};

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct fixture *f = open_fixture(false);
        long double sum = 0, mean;
        double value;

        for (uint32_t i = 0; i < N_MAX; i++) {
            uint32_t k = sizes[s] - i % 8;
            uint32_t others[4] = {k - 1, k, k + 1, k};
            bool is_inverse = i % 3 == 0;

            for (int c = 0; c < 4; c++) {
                f->counts[c][i] = others[is_inverse ? c ^ 1 : c];
            }
            sum += (is_inverse ? -1 : 1) * log1pl(-1 / ((long double)k * k));
        }
        mean = sum / N_MAX;
        value = skep_log_mean(sum_of(f, NULL), N_MAX, false);
        if (!(fabsl(value - mean) <= 1e-12L * fabsl(mean) + 0x1p-73L)) {
            fail_msg("about %u: %.17g, not %.17Lg", sizes[s], value, mean);
        }
        skep_arena_release(&f->arena);
    }
}

/* The order of the fractions does not show, and fractions may be summed in halves. */
static void test_mean_log__any_order(void **state)
{
    uint64_t chance = 4;
    struct fixture *f = open_fixture(false);
    struct skep_log_fractions halves;
    skep_log_wide sum, first, second;

    (void)state;
    fill(f, 5000, &chance);
    for (int i = 0; i < N_MAX; i++) {
        f->counts[0][i] += f->counts[0][i] == 0;
        f->counts[1][i] += f->counts[1][i] == 0;
        f->counts[3][i] += f->counts[3][i] == 0;
    }
    sum = sum_of(f, NULL);
    halves = f->fractions;
    f->fractions.given = f->fractions.right = NULL;
    first = sum_of(f, NULL);
    f->fractions.joint = halves.given;
    f->fractions.left = halves.right;
    second = sum_of(f, NULL);
    assert_true(first + second == sum);
    f->fractions = halves;
    for (int i = 0; i < N_MAX / 2; i++) {
        for (int c = 0; c < 4; c++) {
            uint32_t count = f->counts[c][i];
            f->counts[c][i] = f->counts[c][N_MAX - 1 - i];
            f->counts[c][N_MAX - 1 - i] = count;
        }
    }
    assert_true(sum_of(f, NULL) == sum);
    skep_arena_release(&f->arena);
}

/* Without room, or after a stop, there are no bins and no sum. */
static void test_mean_log__refuses(void **state)
{
    struct fixture *f = open_fixture(false);
    struct skep_log_bins bins;
    skep_log_wide sum;

    (void)state;
    f->arena.max_bytes = f->arena.used_bytes + 2000;
    assert_int_equal(skep_log_bins_init(&f->call, 1000, false, &bins, &f->err), SKEP_E_NOMEM);
    f->arena.max_bytes = f->arena.used_bytes + 10000;
    assert_int_equal(skep_log_bins_init(&f->call, 1000, true, &bins, &f->err), SKEP_E_NOMEM);
    atomic_store(&f->stop, 1);
    assert_int_equal(skep_log_sum(&f->call, &f->bins, &f->fractions, &sum, NULL), SKEP_STOPPED);
    f->arena.max_bytes = (size_t)256 << 20;
    assert_int_equal(skep_log_bins_init(&f->call, 100000, true, &bins, &f->err), SKEP_STOPPED);
    skep_arena_release(&f->arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_log__is_the_mean),
        cmocka_unit_test(test_mean_log__cancellation),
        cmocka_unit_test(test_mean_log__any_order),
        cmocka_unit_test(test_mean_log__refuses),
    };
    return cmocka_run_group_tests_name("kernel/box/mean_log", tests, NULL, NULL);
}
