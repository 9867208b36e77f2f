/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/pages.h"
#include "npy/shelf.h"

enum { N = 5 };

/* ---- works ---- */

/* What is written on the desk is seen in the cell, its end at the end of a page; every place has its own. */
static void test_shelf__shows_what_is_written(void **state)
{
    struct skep_npy_shelf shelf;
    const char *seen[N];
    size_t page = skep_page_bytes();

    (void)state;
    assert_int_equal(skep_npy_shelf_init(&shelf, N, NULL), SKEP_OK);
    for (size_t i = 0; i < N; i++) {
        char *desk;
        seen[i] = skep_npy_shelf_take(&shelf, 1000 + i, &desk);
        assert_non_null(seen[i]);
        assert_int_equal(((uintptr_t)seen[i] + 1000 + i) % page, 0);
        memset(desk, (int)('a' + i), 1000 + i);
    }
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < 1000 + i; k++) {
            assert_int_equal(seen[i][k], 'a' + i);
        }
        for (size_t k = 0; k < i; k++) {
            ptrdiff_t apart = seen[i] - seen[k];
            assert_true((apart < 0 ? -apart : apart) >= 2 * SKEP_GUARD_BYTES);
        }
    }
    skep_npy_shelf_release(&shelf);
}

/* Places are as many as were asked for, and come round again, for any size. */
static void test_shelf__uses_places_again(void **state)
{
    struct skep_npy_shelf shelf;
    const char *seen[N];
    char *desk;

    (void)state;
    assert_int_equal(skep_npy_shelf_init(&shelf, N, NULL), SKEP_OK);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < N; i++) {
            size_t bytes = round % 2 == 0 ? 1 : SKEP_NPY_SMALL_BYTES;
            seen[i] = skep_npy_shelf_take(&shelf, bytes, &desk);
            assert_non_null(seen[i]);
            memset(desk, round, bytes);
            assert_int_equal(seen[i][bytes - 1], round);
        }
        assert_null(skep_npy_shelf_take(&shelf, 1, &desk));
        for (size_t i = 0; i < N; i++) {
            skep_npy_shelf_give(&shelf, seen[(i * 2) % N]);
        }
    }
    assert_int_equal(shelf.n_free, N);
    skep_npy_shelf_release(&shelf);
}

/* Released, nothing is left: not the descriptor, not the addresses. */
static void test_shelf__leaves_nothing_behind(void **state)
{
    struct skep_npy_shelf shelf;
    unsigned char residence;
    const char *seen;
    char *desk;
    int fd;

    (void)state;
    assert_int_equal(skep_npy_shelf_init(&shelf, N, NULL), SKEP_OK);
    seen = skep_npy_shelf_take(&shelf, SKEP_NPY_SMALL_BYTES, &desk);
    fd = shelf.fd;
    skep_npy_shelf_release(&shelf);
    assert_int_equal(close(fd), -1);
    assert_int_equal(mincore((void *)(uintptr_t)seen, 1, &residence), -1);
    assert_int_equal(mincore(desk, 1, &residence), -1);
    skep_npy_shelf_release(&shelf); /* once more does nothing */
    memset(&shelf, 0, sizeof shelf);
    skep_npy_shelf_release(&shelf); /* nor does one that never was */
}

/* ---- refuses ---- */

/* More places than there are addresses: a shelf without any, and nobody minds. */
static void test_shelf__may_have_no_places(void **state)
{
    struct skep_npy_shelf shelf;
    char *desk;

    (void)state;
    assert_int_equal(skep_npy_shelf_init(&shelf, (size_t)1 << 27, NULL), SKEP_OK);
    assert_null(skep_npy_shelf_take(&shelf, 1, &desk));
    skep_npy_shelf_release(&shelf);
}

/* ---- breaks ---- */

static skep_status init_and_release(void *context)
{
    struct skep_npy_shelf shelf;
    skep_status st = skep_npy_shelf_init(&shelf, N, NULL);

    (void)context;
    skep_npy_shelf_release(&shelf);
    return st;
}

/* A shelf that got no memory can be released. */
static void test_shelf__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(init_and_release, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shelf__shows_what_is_written),
        cmocka_unit_test(test_shelf__uses_places_again),
        cmocka_unit_test(test_shelf__leaves_nothing_behind),
        cmocka_unit_test(test_shelf__may_have_no_places),
        cmocka_unit_test(test_shelf__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
