/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_SUPPORT_HEAP_H
#define SKEP_TESTS_SUPPORT_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* A heap on which chosen requests fail, and which counts what is still out. One thread only.
 *
 * The usual test is one call, with the whole life of a thing in a function that cleans up behind itself
 * whatever happens and hands back the status:
 *
 *     static skep_status make_and_drop(void *context)
 *     {
 *         struct skep_thing *thing = NULL;
 *         skep_status st = skep_thing_new(&thing, NULL);
 *         skep_thing_free(thing);
 *         return st;
 *     }
 *     test_heap_torture(make_and_drop, NULL);
 *
 * It runs ATTEMPT with the first request failing, then the second, and so on until ATTEMPT gets through
 * without meeting the failure; then all again with every later request failing too. Each time a failure was
 * met the status must be SKEP_E_NOMEM, the last time SKEP_OK, and after each nothing may be out. */
void test_heap_torture(skep_status (*attempt)(void *context), void *context);

/* The pieces, for loops that need more. */
enum test_heap_mode { TEST_HEAP_ONE_FAILS, TEST_HEAP_REST_FAILS };

/* From now on let N requests through and fail the next one, or all after. N = SIZE_MAX: only count. */
void test_heap_begin(size_t n, enum test_heap_mode mode);

/* Back to the C library's heap. Whether a request was failed since the beginning. */
bool test_heap_end(void);

size_t test_heap_requests(void); /* since the beginning, the failed ones too */
ptrdiff_t test_heap_live(void);  /* blocks taken and not given back since the beginning */

#endif
