/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include "kernel/sketches/feed.h"

enum { MOST = 8000 };

struct taken {
    int64_t n;
    uint64_t hashes[MOST];
    skep_status answer;
};

static skep_status take(void *context, const uint64_t *hashes, int64_t n)
{
    struct taken *taken = context;

    assert_true(n > 0 && n <= SKEP_FEED_BLOCK && taken->n + n <= MOST);
    memcpy(taken->hashes + taken->n, hashes, (size_t)n * sizeof *hashes);
    taken->n += n;
    return taken->answer;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Random views of every dtype and any strides: in order the hashes of the plain feed, out of order the same
 * ones. */
static void test_feed__gives_every_element_once(void **state)
{
    static uint64_t data[4096];
    static struct taken plain, ordered, fast;
    uint64_t chance = 11;

    (void)state;
    for (int i = 0; i < 4096; i++) {
        data[i] = test_chance(&chance);
    }
    for (int round = 0; round < 400; round++) {
        struct skep_call call = {0};
        struct skep_view view = {.data = data + 2048, .dtype = (enum skep_dtype)(1 + round % 11)};
        const struct skep_hash_functions *hash = &skep_hash_plain;

        view.ndim = (int)(test_chance(&chance) % 4);
        for (int i = 0; i < view.ndim; i++) {
            view.shape[i] = (int64_t)(test_chance(&chance) % (view.ndim == 1 ? 1500 : 20));
            view.strides[i] = (int64_t)(test_chance(&chance) % 3) - 1;
        }
        if (round % 3 == 0) {
            skep_view_init(&view, view.data, view.dtype, view.ndim, view.shape);
            view.shape[0] = view.shape[0] * skep_view_count(&view) <= 2000 ? view.shape[0] : 1;
        }
        if (skep_cpu_has(SKEP_CPU_AVX512) && round % 2 == 0) {
            hash = skep_hash_at(SKEP_CPU_AVX512);
        }
        plain.n = ordered.n = fast.n = 0;
        assert_int_equal(skep_feed_plain(&call, &view, take, &plain), SKEP_OK);
        assert_int_equal(skep_feed_in_order(&call, hash, &view, take, &ordered), SKEP_OK);
        assert_int_equal(skep_feed(&call, hash, &view, take, &fast), SKEP_OK);
        assert_int_equal(plain.n, skep_view_count(&view));
        assert_int_equal(ordered.n, plain.n);
        assert_int_equal(fast.n, plain.n);
        assert_memory_equal(ordered.hashes, plain.hashes, (size_t)plain.n * sizeof(uint64_t));
        qsort(plain.hashes, (size_t)plain.n, sizeof(uint64_t), compare);
        qsort(fast.hashes, (size_t)fast.n, sizeof(uint64_t), compare);
        assert_memory_equal(fast.hashes, plain.hashes, (size_t)plain.n * sizeof(uint64_t));
    }
}

/* What take says ends it, and so does stop. */
static void test_feed__ends_when_told(void **state)
{
    static const double x[2000];
    static struct taken taken;
    atomic_uint stop = 0;
    struct skep_call call = {.stop = &stop};
    struct skep_view view;

    (void)state;
    skep_view_init(&view, x, SKEP_F8, 1, (const int64_t[]){2000});
    taken = (struct taken){.answer = SKEP_E_NUMERIC};
    assert_int_equal(skep_feed(&call, &skep_hash_plain, &view, take, &taken), SKEP_E_NUMERIC);
    assert_true(taken.n <= SKEP_FEED_BLOCK);
    taken = (struct taken){.answer = SKEP_OK};
    atomic_store(&stop, 1);
    assert_int_equal(skep_feed(&call, &skep_hash_plain, &view, take, &taken), SKEP_STOPPED);
    assert_int_equal(skep_feed_plain(&call, &view, take, &taken), SKEP_STOPPED);
    assert_int_equal(taken.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_feed__gives_every_element_once),
        cmocka_unit_test(test_feed__ends_when_told),
    };
    return cmocka_run_group_tests_name("kernel/sketches/feed", tests, NULL, NULL);
}
