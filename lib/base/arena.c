/* SPDX-License-Identifier: MIT */
/* A chain of blocks, filled one after the other. A request that does not fit into the current block goes to
 * the next one that is large enough, or to a new one; what is left in between is lost until the reset. */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

enum { ARENA_BLOCK_BYTES = 64 * 1024, ARENA_ALIGN = 64, ARENA_ALIGN_SMALL = 16 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    size_t used;
    unsigned char bytes[];
};

void skep_arena_init(struct skep_arena *arena, size_t max_bytes)
{
    *arena = (struct skep_arena){.max_bytes = max_bytes};
}

static void arena_free_from(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;
        skep_free(block);
        block = next;
    }
}

void skep_arena_release(struct skep_arena *arena)
{
    arena_free_from(arena->first);
    *arena = (struct skep_arena){.max_bytes = arena->max_bytes};
}

/* Space from BLOCK, or NULL if it does not fit. */
static void *block_carve(struct arena_block *block, size_t size, size_t align)
{
    uintptr_t at = (uintptr_t)(block->bytes + block->used);
    size_t pad = (size_t)(-at & (align - 1));

    if (pad > block->size - block->used || size > block->size - block->used - pad) {
        return NULL;
    }
    block->used += pad + size;
    return block->bytes + block->used - size;
}

/* Put a block that can hold SIZE behind the current one. */
static struct arena_block *arena_grow(struct skep_arena *arena, size_t size)
{
    size_t capacity = size + ARENA_ALIGN > ARENA_BLOCK_BYTES ? size + ARENA_ALIGN : ARENA_BLOCK_BYTES;
    struct arena_block *block = skep_malloc(sizeof *block + capacity);

    if (block == NULL) {
        return NULL;
    }
    *block = (struct arena_block){.size = capacity};
    if (arena->current == NULL) {
        block->next = arena->first;
        arena->first = block;
    } else {
        block->next = arena->current->next;
        arena->current->next = block;
    }
    return block;
}

static void *arena_carve(struct skep_arena *arena, size_t size, size_t align)
{
    void *space = NULL;

    /* Half of memory is more than any heap gives, and leaves room for what is added to a size below. */
    if (size > SIZE_MAX / 2 || size > arena->max_bytes || arena->used_bytes > arena->max_bytes - size) {
        return NULL;
    }
    if (arena->current == NULL && arena->first != NULL) {
        arena->current = arena->first;
    }
    if (arena->current != NULL) {
        space = block_carve(arena->current, size, align);
        while (space == NULL && arena->current->next != NULL &&
               arena->current->next->size >= size + ARENA_ALIGN) {
            arena->current = arena->current->next;
            space = block_carve(arena->current, size, align);
        }
    }
    if (space == NULL) {
        struct arena_block *block = arena_grow(arena, size);
        if (block == NULL) {
            return NULL;
        }
        arena->current = block;
        space = block_carve(block, size, align);
    }
    arena->used_bytes += size;
    return space;
}

void *skep_arena_alloc(struct skep_arena *arena, size_t size)
{
    return arena_carve(arena, size, ARENA_ALIGN);
}

void *skep_arena_alloc_small(struct skep_arena *arena, size_t size)
{
    return arena_carve(arena, size, ARENA_ALIGN_SMALL);
}

void *skep_arena_calloc(struct skep_arena *arena, size_t count, size_t size)
{
    void *space;

    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    space = skep_arena_alloc(arena, count * size);
    if (space != NULL) {
        memset(space, 0, count * size);
    }
    return space;
}

char *skep_arena_strndup(struct skep_arena *arena, const char *text, size_t n)
{
    char *copy = n < SIZE_MAX ? skep_arena_alloc_small(arena, n + 1) : NULL;

    if (copy != NULL) {
        memcpy(copy, text, n);
        copy[n] = '\0';
    }
    return copy;
}

void skep_arena_reset(struct skep_arena *arena, size_t keep_bytes)
{
    size_t kept = 0;
    struct arena_block **link = &arena->first;

    while (*link != NULL) {
        struct arena_block *block = *link;
        if (kept + block->size > keep_bytes) {
            *link = block->next;
            skep_free(block);
            continue;
        }
        kept += block->size;
        block->used = 0;
        link = &block->next;
    }
    arena->current = arena->first;
    arena->used_bytes = 0;
}
