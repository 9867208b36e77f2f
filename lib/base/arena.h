/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_ARENA_H
#define SKEP_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Memory with one lifetime: everything of one task comes from here and goes in one reset. In a steady state a
 * reset keeps the blocks, so that the loop does not call the heap and fresh pages are not touched again. Not
 * thread-safe. */
struct skep_arena {
    struct arena_block *first;   /* the blocks, in the order in which they are filled */
    struct arena_block *current; /* the one that is being filled */
    size_t used_bytes;           /* handed out since the last reset */
    size_t max_bytes;            /* never more than this at once */
    bool is_guarded;
};

void skep_arena_init(struct skep_arena *arena, size_t max_bytes);
void skep_arena_release(struct skep_arena *arena);

/* The same with each block between guards (base/pages.h) instead of on the heap: what runs off a piece can
 * spoil other pieces of this arena and nothing else. The first piece of 4 KiB and more in a block ends where
 * the block does, or up to 63 bytes before, so that a write past it faults at once. */
void skep_arena_init_guarded(struct skep_arena *arena, size_t max_bytes);

/* Whether ADDRESS lies in a guard. *BEYOND_OUT: how many bytes past the last of a block, or if negative,
 * before its first. Async-signal-safe. */
bool skep_arena_find_guard(const struct skep_arena *arena, const void *address, int64_t *beyond_out);

/* SIZE bytes aligned to 64 (a cache line, and the widest vector), valid until the reset. Contents are
 * arbitrary. NULL when the limit or the heap says no. SIZE 0 gives a valid pointer. */
void *skep_arena_alloc(struct skep_arena *arena, size_t size);
void *skep_arena_calloc(struct skep_arena *arena, size_t count, size_t size); /* zeroed, product checked */

/* As skep_arena_alloc with 16-byte alignment: for many small things. */
void *skep_arena_alloc_small(struct skep_arena *arena, size_t size);

/* N bytes of TEXT with a NUL behind them. */
char *skep_arena_strndup(struct skep_arena *arena, const char *text, size_t n);

/* Forget everything handed out. Keeps up to KEEP_BYTES of blocks for the next round. */
void skep_arena_reset(struct skep_arena *arena, size_t keep_bytes);

/* A moment in an arena's life, for lifetimes within one another: what was handed out before it lives on. */
struct skep_arena_mark {
    struct arena_block *current;
    size_t used, end; /* of that block */
    size_t used_bytes;
};
struct skep_arena_mark skep_arena_mark(const struct skep_arena *arena);

/* Forget what was handed out since MARK, which must not be older than the last reset. Of the blocks behind it
 * up to KEEP_BYTES are kept. As cheap as a look where no block was begun since. */
void skep_arena_rewind(struct skep_arena *arena, const struct skep_arena_mark *mark, size_t keep_bytes);

#endif
