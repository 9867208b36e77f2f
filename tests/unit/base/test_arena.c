/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <string.h>

#include "base/arena.h"
#include "base/pages.h"

enum { BLOCK = 64 * 1024 }; /* what an arena takes from the heap at a time, at least */

static bool is_guarded; /* everything holds of both kinds */

static void init(struct skep_arena *arena, size_t max_bytes)
{
    if (is_guarded) {
        skep_arena_init_guarded(arena, max_bytes);
    } else {
        skep_arena_init(arena, max_bytes);
    }
}

static int guard(void **state)
{
    (void)state;
    is_guarded = true;
    return 0;
}

/* Pieces are aligned as promised and do not overlap. */
static void test_arena__pieces_are_aligned_and_apart(void **state)
{
    struct skep_arena arena;
    unsigned char *pieces[300];

    (void)state;
    init(&arena, SIZE_MAX);
    for (size_t i = 0; i < 300; i++) {
        bool is_small = i % 2 == 1;
        pieces[i] = is_small ? skep_arena_alloc_small(&arena, i) : skep_arena_alloc(&arena, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % (is_small ? 16 : 64), 0);
        memset(pieces[i], (int)(i % 251), i);
    }
    for (size_t i = 0; i < 300; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_int_equal(pieces[i][j], i % 251);
        }
    }
    assert_int_equal(arena.used_bytes, 299 * 300 / 2);
    skep_arena_release(&arena);
}

/* A request larger than a block gets a block of its own, and small ones go on. */
static void test_arena__large_request(void **state)
{
    struct skep_arena arena;
    unsigned char *large;

    (void)state;
    init(&arena, SIZE_MAX);
    assert_non_null(skep_arena_alloc(&arena, 10));
    large = skep_arena_alloc(&arena, 10 * BLOCK);
    assert_non_null(large);
    memset(large, 1, 10 * BLOCK);
    assert_non_null(skep_arena_alloc(&arena, 10));
    skep_arena_release(&arena);
}

/* calloc gives zeros where used memory comes round again. */
static void test_arena__calloc_gives_zeros(void **state)
{
    static const char zeros[1000];
    struct skep_arena arena;

    (void)state;
    init(&arena, SIZE_MAX);
    memset(skep_arena_alloc(&arena, 1000), 0x5a, 1000);
    skep_arena_reset(&arena, SIZE_MAX);
    assert_memory_equal(skep_arena_calloc(&arena, 100, 10), zeros, 1000);
    skep_arena_release(&arena);
}

/* A copied piece of text ends with a NUL of its own. */
static void test_arena__strndup_ends_the_text(void **state)
{
    struct skep_arena arena;

    (void)state;
    init(&arena, SIZE_MAX);
    assert_string_equal(skep_arena_strndup(&arena, "a text and more", 6), "a text");
    assert_string_equal(skep_arena_strndup(&arena, "", 0), "");
    skep_arena_release(&arena);
}

/* In a steady state, with a reset at the end of each turn, the heap is not called any more. */
static void test_arena__steady_state_leaves_the_heap_alone(void **state)
{
    struct skep_arena arena;
    size_t after_first = 0;

    (void)state;
    init(&arena, SIZE_MAX);
    test_heap_begin(SIZE_MAX, TEST_HEAP_ONE_FAILS);
    for (int turn = 0; turn < 5; turn++) {
        for (int i = 0; i < 50; i++) {
            assert_non_null(skep_arena_alloc(&arena, 5000));
        }
        if (turn == 0) {
            after_first = test_heap_requests();
        }
        skep_arena_reset(&arena, SIZE_MAX);
        assert_int_equal(arena.used_bytes, 0);
    }
    assert_int_equal(test_heap_requests(), after_first);
    skep_arena_release(&arena);
    test_heap_end();
    assert_int_equal(test_heap_live(), 0);
}

/* A reset gives back the blocks beyond what it is told to keep. */
static void test_arena__reset_gives_back_the_excess(void **state)
{
    struct skep_arena arena;

    (void)state;
    init(&arena, SIZE_MAX);
    test_heap_begin(SIZE_MAX, TEST_HEAP_ONE_FAILS);
    assert_non_null(skep_arena_alloc(&arena, 100));
    assert_non_null(skep_arena_alloc(&arena, 50 * BLOCK));
    assert_int_equal(test_heap_live(), 2);
    skep_arena_reset(&arena, 2 * BLOCK);
    assert_int_equal(test_heap_live(), 1);
    skep_arena_reset(&arena, 0);
    assert_int_equal(test_heap_live(), 0);
    assert_non_null(skep_arena_alloc(&arena, 100));
    skep_arena_release(&arena);
    test_heap_end();
    assert_int_equal(test_heap_live(), 0);
}

/* What is kept counts over all blocks, not for each. */
static void test_arena__reset_keeps_no_more_in_sum(void **state)
{
    struct skep_arena arena;

    (void)state;
    init(&arena, SIZE_MAX);
    test_heap_begin(SIZE_MAX, TEST_HEAP_ONE_FAILS);
    for (int i = 0; i < 5; i++) {
        assert_non_null(skep_arena_alloc(&arena, BLOCK - 1000));
    }
    assert_int_equal(test_heap_live(), 5);
    skep_arena_reset(&arena, 3 * BLOCK);
    assert_int_equal(test_heap_live(), 3);
    skep_arena_release(&arena);
    test_heap_end();
}

/* The limit is on all that is out at once; a refusal costs nothing and what still fits is given. */
static void test_arena__limit_is_kept(void **state)
{
    struct skep_arena arena;

    (void)state;
    init(&arena, 1000);
    assert_null(skep_arena_alloc(&arena, 1001));
    assert_non_null(skep_arena_alloc(&arena, 600));
    assert_null(skep_arena_alloc(&arena, 401));
    assert_non_null(skep_arena_alloc(&arena, 400));
    assert_null(skep_arena_alloc_small(&arena, 1));
    skep_arena_reset(&arena, SIZE_MAX);
    assert_non_null(skep_arena_alloc(&arena, 1000));
    skep_arena_release(&arena);
}

/* Sizes that overflow are refused whatever the limit. */
static void test_arena__overflow_is_refused(void **state)
{
    struct skep_arena arena;

    (void)state;
    init(&arena, SIZE_MAX);
    assert_null(skep_arena_calloc(&arena, SIZE_MAX / 2 + 1, 2));
    assert_null(skep_arena_strndup(&arena, "x", SIZE_MAX));
    assert_null(skep_arena_alloc(&arena, SIZE_MAX));
    assert_null(skep_arena_alloc(&arena, SIZE_MAX - 64));
    assert_int_equal(arena.used_bytes, 0);
    skep_arena_release(&arena);
}

static skep_status fill_an_arena(void *context)
{
    struct skep_arena arena;
    skep_status st = SKEP_OK;

    (void)context;
    init(&arena, SIZE_MAX);
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 10; i++) {
            if (skep_arena_alloc(&arena, BLOCK / 3) == NULL) {
                st = SKEP_E_NOMEM;
            }
        }
        skep_arena_reset(&arena, BLOCK);
    }
    skep_arena_release(&arena);
    return st;
}

/* Whichever block the heap refuses, the arena says NULL, goes on working and leaves nothing behind. */
static void test_arena__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(fill_an_arena, NULL);
}

/* ---- guards ---- */

/* Each block stands between guards; the first large piece in it ends where it does, every time round, and
 * small ones are kept away from there. */
static void test_arena__large_pieces_end_at_a_guard(void **state)
{
    struct skep_arena arena;
    int64_t beyond;

    (void)state;
    skep_arena_init_guarded(&arena, SIZE_MAX);
    for (int turn = 0; turn < 3; turn++) {
        char *small = skep_arena_alloc(&arena, 100);
        char *large = skep_arena_alloc(&arena, 4096);
        char *own = skep_arena_alloc(&arena, 10 * BLOCK + 7);
        assert_true(small + 100 <= large);
        assert_false(skep_arena_find_guard(&arena, large + 4095, &beyond));
        assert_true(skep_arena_find_guard(&arena, large + 4096, &beyond));
        assert_int_equal(beyond, 0);
        assert_true(skep_arena_find_guard(&arena, large + 4096 + SKEP_GUARD_BYTES - 1, &beyond));
        assert_int_equal(beyond, SKEP_GUARD_BYTES - 1);
        assert_true(
            skep_arena_find_guard(&arena, own + 10 * BLOCK + 7 + 57, &beyond)); /* 64 bytes, rounded */
        assert_int_equal(beyond, 0);
        assert_true(skep_arena_find_guard(&arena, small - 1, &beyond));
        assert_int_equal(beyond, -1);
        memset(small, 1, 100);
        memset(large, 2, 4096);
        memset(own, 3, 10 * BLOCK + 7);
        skep_arena_reset(&arena, SIZE_MAX);
    }
    skep_arena_release(&arena);
}

/* Many small pieces do not make many blocks, of which a process may have only so many. */
static void test_arena__guarded_blocks_are_few(void **state)
{
    struct skep_arena arena;

    (void)state;
    skep_arena_init_guarded(&arena, SIZE_MAX);
    test_heap_begin(SIZE_MAX, TEST_HEAP_ONE_FAILS);
    for (size_t i = 0; i < (size_t)1 << 19; i++) { /* 2 GiB, none of it touched */
        assert_non_null(skep_arena_alloc(&arena, 4000));
    }
    assert_true(test_heap_live() < 400);
    skep_arena_release(&arena);
    test_heap_end();
}

/* An arena on the heap has no guards, whatever lies beside it. */
static void test_arena__knows_its_own_guards_only(void **state)
{
    struct skep_arena arena, other;
    int64_t beyond;

    (void)state;
    skep_arena_init(&arena, SIZE_MAX);
    skep_arena_init_guarded(&other, SIZE_MAX);
    assert_false(skep_arena_find_guard(&other, &beyond, &beyond)); /* has no block yet */
    assert_non_null(skep_arena_alloc(&arena, 1));
    assert_non_null(skep_arena_alloc(&other, 1));
    assert_false(skep_arena_find_guard(&arena, (char *)skep_arena_alloc(&arena, 1) + BLOCK, &beyond));
    assert_false(skep_arena_find_guard(&other, &beyond, &beyond));
    skep_arena_release(&arena);
    skep_arena_release(&other);
}

/* What was there at a mark outlives a rewind; what came behind it is handed out again. */
static void test_arena__rewinds_to_a_mark(void **state)
{
    static const size_t sizes[] = {1, 100, 5000, BLOCK - 3, 3 * BLOCK, 17};
    struct skep_arena arena;
    struct skep_arena_mark mark;
    unsigned char *kept[6];
    void *first = NULL;

    (void)state;
    init(&arena, 64 * BLOCK);
    for (size_t round = 0; round < 6; round++) { /* a mark behind each of the sizes */
        kept[round] = skep_arena_alloc(&arena, sizes[round]);
        memset(kept[round], (int)round + 1, sizes[round]);
        mark = skep_arena_mark(&arena);
        for (size_t turn = 0; turn < 3; turn++) {
            size_t used = arena.used_bytes;
            for (size_t i = 0; i < 6; i++) {
                unsigned char *piece = skep_arena_alloc(&arena, sizes[i]);
                memset(piece, 0xff, sizes[i]);
                first = turn == 0 && i == 0 ? piece : first;
                assert_true(turn != 1 || i > 0 || piece == first);
            }
            skep_arena_rewind(&arena, &mark, turn == 1 ? 0 : SIZE_MAX);
            assert_int_equal(arena.used_bytes, used);
        }
        for (size_t i = 0; i <= round; i++) {
            assert_true(kept[i][0] == i + 1 && kept[i][sizes[i] - 1] == i + 1);
        }
    }
    skep_arena_release(&arena);
}

/* A mark of an arena that nobody has used yet is its beginning, and a steady state leaves the heap alone. */
static void test_arena__rewinds_to_its_beginning(void **state)
{
    struct skep_arena arena;
    struct skep_arena_mark mark;

    (void)state;
    init(&arena, SIZE_MAX);
    mark = skep_arena_mark(&arena);
    assert_non_null(skep_arena_alloc(&arena, 3 * BLOCK));
    skep_arena_rewind(&arena, &mark, SIZE_MAX);
    assert_int_equal(arena.used_bytes, 0);
    mark = skep_arena_mark(&arena);
    assert_non_null(skep_arena_alloc(&arena, 2 * BLOCK));
    assert_non_null(skep_arena_alloc(&arena, 3 * BLOCK));
    skep_arena_rewind(&arena, &mark, SIZE_MAX);
    test_heap_begin(0, TEST_HEAP_REST_FAILS);
    for (size_t i = 0; i < 100; i++) {
        assert_non_null(skep_arena_alloc(&arena, 2 * BLOCK));
        assert_non_null(skep_arena_alloc(&arena, 3 * BLOCK));
        skep_arena_rewind(&arena, &mark, SIZE_MAX);
    }
    test_heap_end();
    skep_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest of_both[] = {
        cmocka_unit_test(test_arena__pieces_are_aligned_and_apart),
        cmocka_unit_test(test_arena__large_request),
        cmocka_unit_test(test_arena__calloc_gives_zeros),
        cmocka_unit_test(test_arena__strndup_ends_the_text),
        cmocka_unit_test(test_arena__steady_state_leaves_the_heap_alone),
        cmocka_unit_test(test_arena__reset_gives_back_the_excess),
        cmocka_unit_test(test_arena__reset_keeps_no_more_in_sum),
        cmocka_unit_test(test_arena__rewinds_to_a_mark),
        cmocka_unit_test(test_arena__rewinds_to_its_beginning),
        cmocka_unit_test(test_arena__limit_is_kept),
        cmocka_unit_test(test_arena__overflow_is_refused),
        cmocka_unit_test(test_arena__survives_a_failing_heap),
    };
    const struct CMUnitTest guards[] = {
        cmocka_unit_test(test_arena__large_pieces_end_at_a_guard),
        cmocka_unit_test(test_arena__guarded_blocks_are_few),
        cmocka_unit_test(test_arena__knows_its_own_guards_only),
    };

    return cmocka_run_group_tests_name("base/arena", of_both, NULL, NULL) +
           cmocka_run_group_tests_name("base/arena, guarded", of_both, guard, NULL) +
           cmocka_run_group_tests_name("base/arena, guards", guards, NULL, NULL);
}
