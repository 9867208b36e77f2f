/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_CACHE_H
#define SKEP_NPY_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/view.h"
#include "npy/roots.h"

/* Mapped arrays, one cache per slot. Not thread-safe.
 *
 * The life of a cache in a slot:
 *
 *     for each batch
 *         skep_npy_cache_begin_batch
 *         for each task
 *             skep_npy_cache_view ...     once per array argument
 *             compute
 *             skep_npy_cache_check        before the value is believed
 *             skep_npy_cache_end_task */
struct skep_npy_cache; /* opaque */

/* Keeps at most MAX_MAPPINGS and MAX_BYTES of address space mapped; the least recently used go first, never
 * one that was lent since the last skep_npy_cache_end_task. What a single task needs is mapped even when it
 * is more than MAX_BYTES (addresses are not memory) and goes when the task ends. Each mapped file keeps one
 * descriptor open. ROOTS is borrowed and must outlive the cache. */
SKEP_MUST_USE skep_status skep_npy_cache_new(const struct skep_roots *roots, size_t max_mappings,
                                             uint64_t max_bytes, struct skep_npy_cache **cache_out,
                                             struct skep_error *err);
void skep_npy_cache_free(struct skep_npy_cache *cache); /* NULL is fine */

/* Make the next use of every path look again (one fstatat) whether the same file still lies there; without
 * this call a path, once opened, stays what it was. Within a batch a path is therefore one file: a file that
 * is replaced by rename meanwhile is seen by the next batch, and one that is rewritten in place is caught by
 * skep_npy_cache_check. O(1). */
void skep_npy_cache_begin_batch(struct skep_npy_cache *cache);

/* The view that REF (`PATH[slice]`) names. Mapped read-only and shared, so one physical copy serves every
 * process of the node; a byte-swapped or unaligned array is the one case that is copied, the sliced part
 * only, into ARENA, and a file of a few pages is read (npy/file.h). Keyed by device, inode, size, mtime and
 * ctime. Valid until skep_npy_cache_end_task. Files are mapped whole; of a huge one (over the cache's
 * MAX_BYTES) only a window around what the slice needs. No system call for a path that was looked at in this
 * batch.
 *
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_IO   as skep_roots_open and skep_npy_header_parse
 *   SKEP_E_INPUT_CHANGED   somebody is writing to it just now
 *   SKEP_E_BAD_ARGS   the slice
 *   SKEP_E_LIMIT      the copy is larger than ARENA may become, or a task with more arrays than MAX_MAPPINGS
 *   SKEP_E_NOMEM      no memory or address space */
SKEP_MUST_USE skep_status skep_npy_cache_view(struct skep_npy_cache *cache, const char *ref, size_t n,
                                              struct skep_arena *arena, struct skep_view *view_out,
                                              struct skep_error *err);

/* The whole array at PATH, a reference without a slice: for who slices it himself, many times.
 *
 *   SKEP_EMPTY   it is larger than MAX_BYTES, or has to be copied: only its slices are to be had
 *   and as skep_npy_cache_view */
SKEP_MUST_USE skep_status skep_npy_cache_whole(struct skep_npy_cache *cache, const char *path, size_t n,
                                               struct skep_view *view_out, struct skep_error *err);

/* Whether every file lent since the last end (or held) is still what it was when it was opened (size and
 * mtime): to be asked when the kernel has finished, before its value is believed. One fstat per file lent,
 * some 0.1 us. A file that has merely been replaced by rename is unchanged. cache.c says what this proves and
 * what it does not.
 *
 *   SKEP_E_INPUT_CHANGED   ERR names the file; the next use of its path opens it anew */
SKEP_MUST_USE skep_status skep_npy_cache_check(struct skep_npy_cache *cache, struct skep_error *err);
void skep_npy_cache_end_task(struct skep_npy_cache *cache);

/* Of many tasks with arrays in common: what has been lent to the current task stays lent to those that
 * follow, and is checked with each of them, until it is let go: then it is the current task's again. */
void skep_npy_cache_hold(struct skep_npy_cache *cache);
void skep_npy_cache_let_go(struct skep_npy_cache *cache);

/* Where ADDRESS lies among the mapped inputs: in a file, or in the guards around one. */
struct skep_npy_place {
    const char *path; /* valid until the cache changes */
    int64_t byte; /* of the file, the header counted, that is there or would be; below 0: before its start */
    uint64_t from, to;   /* the bytes of the file that are mapped there */
    uint64_t file_bytes; /* when it was opened */
};

/* False if it lies in none. Async-signal-safe: for the handler of SIGBUS and SIGSEGV. Leaving that handler by
 * a jump out of a kernel, or out of skep_npy_cache_view while it copies, leaves the cache sound: end the task
 * and go on. */
bool skep_npy_cache_find_address(const struct skep_npy_cache *cache, const void *address,
                                 struct skep_npy_place *place_out);

/* What happened since the cache was made, for metrics and tests. */
struct skep_npy_cache_stats {
    uint64_t views;        /* references answered */
    uint64_t opens;        /* files opened: the path was new, or something else lay there */
    uint64_t maps;         /* mappings made */
    uint64_t evictions;    /* mappings undone to make room */
    uint64_t copied_bytes; /* copied into arenas: byte-swapped or unaligned */
    uint64_t mapped_bytes; /* address space in use now */
    uint64_t mappings;     /* mappings in use now */
};
void skep_npy_cache_get_stats(const struct skep_npy_cache *cache, struct skep_npy_cache_stats *stats_out);

#endif
