/* SPDX-License-Identifier: MIT */
/* A chain of blocks, filled one after the other. A request that does not fit into the current block goes to
 * the next one that is large enough, or to a new one; what is left in between is lost until the reset.
 *
 *     bytes          used              end        size
 *       | small pieces |     free       | one large |
 *
 * The large piece at the end is there in guarded arenas only. */
#include "base/arena.h"

#include <string.h>

#include "base/alloc.h"
#include "base/pages.h"

enum {
    ARENA_BLOCK_BYTES = 64 * 1024,
    ARENA_BLOCK_MAX_BYTES = 16 * 1024 * 1024,
    ARENA_ALIGN = 64,
    ARENA_ALIGN_SMALL = 16,
    ARENA_LARGE_BYTES = 4096
};

struct arena_block {
    struct arena_block *next;
    size_t size, used, end;
    unsigned char *bytes;
    unsigned char inside[]; /* unguarded blocks have their bytes here */
};

void skep_arena_init(struct skep_arena *arena, size_t max_bytes)
{
    *arena = (struct skep_arena){.max_bytes = max_bytes};
}

void skep_arena_init_guarded(struct skep_arena *arena, size_t max_bytes)
{
    *arena = (struct skep_arena){.max_bytes = max_bytes, .is_guarded = true};
}

/* ---- blocks ---- */

static struct arena_block *block_new(bool is_guarded, size_t size)
{
    struct arena_block *block;

    size = is_guarded ? skep_pages_round(size) : size;
    block = skep_malloc(sizeof *block + (is_guarded ? 0 : size));
    if (block == NULL) {
        return NULL;
    }
    *block = (struct arena_block){.size = size, .end = size};
    block->bytes = is_guarded ? skep_pages_alloc(size) : block->inside;
    if (block->bytes == NULL) {
        skep_free(block);
        return NULL;
    }
    return block;
}

static void block_free(struct arena_block *block)
{
    if (block->bytes != block->inside) {
        skep_pages_free(block->bytes, block->size);
    }
    skep_free(block);
}

void skep_arena_release(struct skep_arena *arena)
{
    struct arena_block *block = arena->first;

    while (block != NULL) {
        struct arena_block *next = block->next;
        block_free(block);
        block = next;
    }
    *arena = (struct skep_arena){.max_bytes = arena->max_bytes, .is_guarded = arena->is_guarded};
}

/* Space from BLOCK, or NULL if it does not fit. */
static void *block_carve(struct arena_block *block, size_t size, size_t align)
{
    uintptr_t at = (uintptr_t)(block->bytes + block->used);
    size_t pad = (size_t)(-at & (align - 1));

    if (pad > block->end - block->used || size > block->end - block->used - pad) {
        return NULL;
    }
    block->used += pad + size;
    return block->bytes + block->used - size;
}

/* The same from the end, where the guard is. Only once in a block. */
static void *block_carve_end(struct arena_block *block, size_t size)
{
    size_t room = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);

    if (room > block->end - block->used) {
        return NULL;
    }
    block->end -= room;
    return block->bytes + block->end;
}

/* ---- the chain ---- */

/* What a new block holds at least. Guarded ones grow with the arena: a process may have only some 65000 areas
 * of memory, and each of them is two. */
static size_t arena_block_bytes(const struct skep_arena *arena)
{
    size_t bytes = arena->is_guarded ? arena->used_bytes / 16 : 0;

    if (bytes < ARENA_BLOCK_BYTES) {
        return ARENA_BLOCK_BYTES;
    }
    return bytes < ARENA_BLOCK_MAX_BYTES ? bytes : ARENA_BLOCK_MAX_BYTES;
}

/* Put a block that can hold SIZE behind the current one. */
static struct arena_block *arena_grow(struct skep_arena *arena, size_t size)
{
    size_t least = arena_block_bytes(arena);
    size_t capacity = size + ARENA_ALIGN > least ? size + ARENA_ALIGN : least;
    struct arena_block *block = block_new(arena->is_guarded, capacity);

    if (block == NULL) {
        return NULL;
    }
    if (arena->current == NULL) {
        block->next = arena->first;
        arena->first = block;
    } else {
        block->next = arena->current->next;
        arena->current->next = block;
    }
    return block;
}

static void *arena_carve_block(const struct skep_arena *arena, struct arena_block *block, size_t size,
                               size_t align)
{
    void *space = NULL;

    if (arena->is_guarded && size >= ARENA_LARGE_BYTES && block->end == block->size) {
        space = block_carve_end(block, size);
    }
    return space != NULL ? space : block_carve(block, size, align);
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
        space = arena_carve_block(arena, arena->current, size, align);
        while (space == NULL && arena->current->next != NULL &&
               arena->current->next->size >= size + ARENA_ALIGN) {
            arena->current = arena->current->next;
            space = arena_carve_block(arena, arena->current, size, align);
        }
    }
    if (space == NULL) {
        struct arena_block *block = arena_grow(arena, size);
        if (block == NULL) {
            return NULL;
        }
        arena->current = block;
        space = arena_carve_block(arena, block, size, align);
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

/* Empty the blocks from *LINK on, and give back those beyond KEEP_BYTES. */
static void arena_empty(struct arena_block **link, size_t keep_bytes)
{
    size_t kept = 0;

    while (*link != NULL) {
        struct arena_block *block = *link;
        if (kept + block->size > keep_bytes) {
            *link = block->next;
            block_free(block);
            continue;
        }
        kept += block->size;
        block->used = 0;
        block->end = block->size;
        link = &block->next;
    }
}

void skep_arena_reset(struct skep_arena *arena, size_t keep_bytes)
{
    arena_empty(&arena->first, keep_bytes);
    arena->current = arena->first;
    arena->used_bytes = 0;
}

struct skep_arena_mark skep_arena_mark(const struct skep_arena *arena)
{
    struct arena_block *current = arena->current != NULL ? arena->current : arena->first;

    return (struct skep_arena_mark){
        .current = current,
        .used = current != NULL ? current->used : 0,
        .end = current != NULL ? current->end : 0,
        .used_bytes = arena->used_bytes,
    };
}

void skep_arena_rewind(struct skep_arena *arena, const struct skep_arena_mark *mark, size_t keep_bytes)
{
    if (mark->current == NULL) {
        skep_arena_reset(arena, keep_bytes);
        return;
    }
    if (arena->current != mark->current) {
        arena_empty(&mark->current->next, keep_bytes);
    }
    arena->current = mark->current;
    arena->current->used = mark->used;
    arena->current->end = mark->end;
    arena->used_bytes = mark->used_bytes;
}

bool skep_arena_find_guard(const struct skep_arena *arena, const void *address, int64_t *beyond_out)
{
    uintptr_t at = (uintptr_t)address;

    for (const struct arena_block *block = arena->is_guarded ? arena->first : NULL; block != NULL;
         block = block->next) {
        uintptr_t from = (uintptr_t)block->bytes;
        uintptr_t to = from + block->size;
        if (at < from && from - at <= SKEP_GUARD_BYTES) {
            *beyond_out = -(int64_t)(from - at);
            return true;
        }
        if (at >= to && at - to < SKEP_GUARD_BYTES) {
            *beyond_out = (int64_t)(at - to);
            return true;
        }
    }
    return false;
}
