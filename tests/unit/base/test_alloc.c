/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <string.h>

#include "base/alloc.h"

/* Fresh memory is writable, and a block of no bytes is still a block. */
static void test_alloc__malloc_gives_memory(void **state)
{
    char *some = skep_malloc(100);
    char *none = skep_malloc(0);

    (void)state;
    assert_non_null(some);
    assert_non_null(none);
    memset(some, 1, 100);
    skep_free(some);
    skep_free(none);
}

/* calloc gives zeros, also where the heap hands out memory that was used before. */
static void test_alloc__calloc_gives_zeros(void **state)
{
    static const char zeros[1000];
    char *dirty = skep_malloc(1000);
    char *clean;

    (void)state;
    memset(dirty, 0x5a, 1000);
    skep_free(dirty);
    clean = skep_calloc(10, 100);
    assert_memory_equal(clean, zeros, 1000);
    skep_free(clean);
}

/* Growing keeps what was there. */
static void test_alloc__realloc_keeps_the_bytes(void **state)
{
    char *block = skep_realloc(NULL, 4);

    (void)state;
    memcpy(block, "bees", 4);
    block = skep_realloc(block, 100000);
    assert_memory_equal(block, "bees", 4);
    block = skep_realloc(block, 0); /* still a block, where the C library may free it */
    assert_non_null(block);
    skep_free(block);
}

/* A copied text is the same text elsewhere. */
static void test_alloc__strdup_copies(void **state)
{
    const char *text = "a text";
    char *copy = skep_strdup(text);

    (void)state;
    assert_string_equal(copy, text);
    assert_ptr_not_equal(copy, text);
    skep_free(copy);
}

/* Nothing can be given back. */
static void test_alloc__free_takes_null(void **state)
{
    (void)state;
    skep_free(NULL);
}

/* A product that overflows is refused before the heap is asked. */
static void test_alloc__calloc_refuses_overflow(void **state)
{
    (void)state;
    test_heap_begin(SIZE_MAX, TEST_HEAP_ONE_FAILS);
    assert_null(skep_calloc(SIZE_MAX / 2 + 1, 2));
    assert_null(skep_calloc(2, SIZE_MAX / 2 + 1));
    test_heap_end();
    assert_int_equal(test_heap_requests(), 0);
}

/* When the heap says no, every function says NULL. */
static void test_alloc__failure_is_null(void **state)
{
    char *block = skep_malloc(8);

    (void)state;
    test_heap_begin(0, TEST_HEAP_REST_FAILS);
    assert_null(skep_malloc(1));
    assert_null(skep_calloc(1, 1));
    assert_null(skep_strdup("x"));
    assert_null(skep_realloc(block, 1000));
    assert_true(test_heap_end());
    assert_int_equal(test_heap_requests(), 4);
    assert_int_equal(test_heap_live(), 0);
    skep_free(block);
}

static skep_status take_two(void *context)
{
    size_t *n_calls = context;
    char *a = skep_malloc(1);
    char *b = skep_malloc(1);
    skep_status st = a != NULL && b != NULL ? SKEP_OK : SKEP_E_NOMEM;

    ++*n_calls;
    skep_free(a);
    skep_free(b);
    return st;
}

/* The torture loop that other tests rely on fails each request once, in both ways, and then lets all through.
 */
static void test_alloc__torture_reaches_every_request(void **state)
{
    size_t n_calls = 0;

    (void)state;
    test_heap_torture(take_two, &n_calls);
    assert_int_equal(n_calls, 6);
}

/* The failing heap counts what is out, and lets the chosen number of requests through. */
static void test_alloc__failing_heap_counts(void **state)
{
    char *kept;

    (void)state;
    test_heap_begin(1, TEST_HEAP_ONE_FAILS);
    kept = skep_malloc(1);
    assert_non_null(kept);
    assert_int_equal(test_heap_live(), 1);
    assert_null(skep_malloc(1));
    skep_free(kept);
    kept = skep_malloc(1);
    assert_non_null(kept);
    skep_free(kept);
    assert_true(test_heap_end());
    assert_int_equal(test_heap_live(), 0);
    assert_int_equal(test_heap_requests(), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc__malloc_gives_memory),
        cmocka_unit_test(test_alloc__calloc_gives_zeros),
        cmocka_unit_test(test_alloc__realloc_keeps_the_bytes),
        cmocka_unit_test(test_alloc__strdup_copies),
        cmocka_unit_test(test_alloc__free_takes_null),
        cmocka_unit_test(test_alloc__calloc_refuses_overflow),
        cmocka_unit_test(test_alloc__failure_is_null),
        cmocka_unit_test(test_alloc__torture_reaches_every_request),
        cmocka_unit_test(test_alloc__failing_heap_counts),
    };
    return cmocka_run_group_tests_name("base/alloc", tests, NULL, NULL);
}
