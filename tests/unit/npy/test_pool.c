/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include "base/pages.h"
#include "npy/pool.h"

enum { PAGE = 4096 };

static struct skep_npy_window make_window(size_t bytes, uint64_t from)
{
    void *base = skep_pages_alloc(bytes);

    assert_non_null(base);
    return (struct skep_npy_window){.base = base, .bytes = bytes, .from = from};
}

/* ---- works ---- */

/* The oldest is the one that was put or touched the longest time ago. */
static void test_pool__keeps_the_order_of_use(void **state)
{
    struct skep_npy_pool pool;
    struct skep_npy_mapping *mappings[3];

    (void)state;
    assert_int_equal(skep_npy_pool_init(&pool, 3, NULL), SKEP_OK);
    assert_null(skep_npy_pool_oldest(&pool));
    for (int i = 0; i < 3; i++) {
        struct skep_npy_window window = make_window(PAGE, 0);
        mappings[i] = skep_npy_pool_put(&pool, &window);
    }
    assert_ptr_equal(skep_npy_pool_oldest(&pool), mappings[0]);
    skep_npy_pool_touch(&pool, mappings[0]);
    assert_ptr_equal(skep_npy_pool_oldest(&pool), mappings[1]);
    skep_npy_pool_touch(&pool, mappings[2]);
    skep_npy_pool_touch(&pool, mappings[2]);
    skep_npy_pool_remove(&pool, mappings[1]);
    assert_ptr_equal(skep_npy_pool_oldest(&pool), mappings[0]);
    skep_npy_pool_remove(&pool, mappings[0]);
    assert_ptr_equal(skep_npy_pool_oldest(&pool), mappings[2]);
    skep_npy_pool_remove(&pool, mappings[2]);
    assert_null(skep_npy_pool_oldest(&pool));
    skep_npy_pool_release(&pool);
}

/* Places are used again, and bytes are counted as they come and go. */
static void test_pool__counts_and_reuses(void **state)
{
    struct skep_npy_pool pool;

    (void)state;
    assert_int_equal(skep_npy_pool_init(&pool, 2, NULL), SKEP_OK);
    for (size_t i = 1; i < 50; i++) {
        struct skep_npy_window window = make_window(i * PAGE, 0);
        if (pool.n_used == pool.n_places) {
            skep_npy_pool_remove(&pool, skep_npy_pool_oldest(&pool));
        }
        assert_ptr_equal(skep_npy_pool_put(&pool, &window)->window.base, window.base);
        assert_int_equal(pool.mapped_bytes, (i == 1 ? 1 : 2 * i - 1) * PAGE);
    }
    assert_int_equal(pool.n_used, 2);
    skep_npy_pool_release(&pool);
}

/* An address is found in the mapping in which it lies or beside which it is, and in none when that is gone.
 */
static void test_pool__finds_addresses(void **state)
{
    struct skep_npy_pool pool;
    struct skep_npy_window window = make_window(2 * PAGE, 3 * PAGE);
    struct skep_npy_mapping *mapping;
    static const struct {
        int64_t at; /* from the window's base */
        bool is_found;
    } cases[] = {{0, true},
                 {2 * PAGE - 1, true},
                 {2 * PAGE, true},
                 {2 * PAGE + SKEP_GUARD_BYTES - 1, true},
                 {2 * PAGE + SKEP_GUARD_BYTES, false},
                 {-1, true},
                 {-SKEP_GUARD_BYTES, true},
                 {-SKEP_GUARD_BYTES - 1, false}};
    int64_t offset = 0;

    (void)state;
    assert_int_equal(skep_npy_pool_init(&pool, 4, NULL), SKEP_OK);
    assert_null(skep_npy_pool_find_address(&pool, window.base, &offset));
    assert_null(skep_npy_pool_find_address(&pool, NULL, &offset));
    mapping = skep_npy_pool_put(&pool, &window);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const void *address = (const char *)window.base + cases[i].at;
        assert_ptr_equal(skep_npy_pool_find_address(&pool, address, &offset),
                         cases[i].is_found ? mapping : NULL);
        assert_true(!cases[i].is_found || offset == 3 * PAGE + cases[i].at);
    }
    skep_npy_pool_remove(&pool, mapping);
    assert_null(skep_npy_pool_find_address(&pool, window.base, &offset));
    skep_npy_pool_release(&pool);
}

/* ---- breaks ---- */

static skep_status init_and_release(void *context)
{
    struct skep_npy_pool pool;
    skep_status st = skep_npy_pool_init(&pool, 10, NULL);

    (void)context;
    skep_npy_pool_release(&pool);
    return st;
}

/* A pool that got no memory can be released. */
static void test_pool__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(init_and_release, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool__keeps_the_order_of_use),
        cmocka_unit_test(test_pool__counts_and_reuses),
        cmocka_unit_test(test_pool__finds_addresses),
        cmocka_unit_test(test_pool__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
