/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <stdlib.h>

#include "base/alloc.h"

/* File-static because the heap's functions have no context argument. */
static struct {
    size_t n_let_through;
    enum test_heap_mode mode;
    size_t n_requests;
    ptrdiff_t n_live;
    bool failed;
} heap;

static bool heap_must_fail(size_t request)
{
    return heap.mode == TEST_HEAP_ONE_FAILS ? request == heap.n_let_through : request >= heap.n_let_through;
}

static void *heap_resize(void *old, size_t size)
{
    void *block;

    if (heap_must_fail(heap.n_requests++)) {
        heap.failed = true;
        return NULL;
    }
    block = realloc(old, size);
    if (block != NULL && old == NULL) {
        heap.n_live++;
    }
    return block;
}

static void heap_release(void *block)
{
    if (block != NULL) {
        heap.n_live--;
    }
    free(block);
}

void test_heap_begin(size_t n, enum test_heap_mode mode)
{
    static const struct skep_heap failing = {heap_resize, heap_release};

    heap.n_let_through = n;
    heap.mode = mode;
    heap.n_requests = 0;
    heap.n_live = 0;
    heap.failed = false;
    skep_heap_replace(&failing);
}

bool test_heap_end(void)
{
    skep_heap_replace(NULL);
    return heap.failed;
}

size_t test_heap_requests(void)
{
    return heap.n_requests;
}

ptrdiff_t test_heap_live(void)
{
    return heap.n_live;
}

static bool torture_once(skep_status (*attempt)(void *context), void *context, size_t n,
                         enum test_heap_mode mode)
{
    skep_status st;
    bool failed;

    test_heap_begin(n, mode);
    st = attempt(context);
    failed = test_heap_end();
    if (st != (failed ? SKEP_E_NOMEM : SKEP_OK) || heap.n_live != 0) {
        fail_msg("with request %zu failing: status %s, %td blocks left", n, skep_status_word(st),
                 heap.n_live);
    }
    return failed;
}

void test_heap_torture(skep_status (*attempt)(void *context), void *context)
{
    for (int mode = TEST_HEAP_ONE_FAILS; mode <= TEST_HEAP_REST_FAILS; mode++) {
        size_t n = 0;
        while (torture_once(attempt, context, n, (enum test_heap_mode)mode)) {
            n++;
        }
    }
}
