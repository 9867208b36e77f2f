/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct skep_heap heap_of_libc = {realloc, free};
static const struct skep_heap *heap = &heap_of_libc;

void skep_heap_replace(const struct skep_heap *replacement)
{
    heap = replacement != NULL ? replacement : &heap_of_libc;
}

void *skep_malloc(size_t size)
{
    return heap->resize(NULL, size > 0 ? size : 1);
}

void *skep_calloc(size_t count, size_t size)
{
    void *block;

    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    block = skep_malloc(count * size);
    if (block != NULL) {
        memset(block, 0, count * size);
    }
    return block;
}

void *skep_realloc(void *old, size_t size)
{
    return heap->resize(old, size > 0 ? size : 1);
}

char *skep_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = skep_malloc(size);

    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

void skep_free(void *block)
{
    heap->release(block);
}
