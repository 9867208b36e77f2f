/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_ALLOC_H
#define SKEP_BASE_ALLOC_H

#include <stddef.h>

/* The one door to the heap. A failed allocation gives NULL and the caller says SKEP_E_NOMEM. Tests put their
 * own heap behind it to make the n-th request fail. */
struct skep_heap {
    void *(*resize)(void *old, size_t size); /* realloc's contract; OLD may be NULL */
    void (*release)(void *block);            /* free's contract; NULL is fine */
};

void *skep_malloc(size_t size);
void *skep_calloc(size_t count, size_t size); /* zeroed; NULL when the product overflows */
void *skep_realloc(void *old, size_t size);
char *skep_strdup(const char *text);
void skep_free(void *block); /* NULL is fine */

/* Replace the heap (NULL: back to the C library's). For tests; not while other threads allocate. */
void skep_heap_replace(const struct skep_heap *replacement);

#endif
