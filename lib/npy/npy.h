/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_NPY_H
#define SKEP_NPY_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/view.h"

/* ---- header.c: the bytes in front of the data (numpy.lib.format, versions 1.0, 2.0, 3.0) ---- */

struct skep_npy_header {
    enum skep_dtype dtype;
    bool is_swapped; /* not in the machine's byte order */
    bool is_fortran; /* column-major */
    int ndim;
    int64_t shape[SKEP_MAX_DIMS];
    size_t data_offset; /* bytes in front of the first element */
    size_t data_bytes;  /* bytes of all elements */
};

/* Parse the start of a file: BYTES holds the first N of FILE_BYTES. Evaluates nothing; every product is
 * checked against overflow and against the file's size. Pure. SKEP_E_ARRAY_INVALID   not .npy, a lying or
 * malformed header, a dtype skep does not compute on (named) */
SKEP_MUST_USE skep_status skep_npy_header_parse(const void *bytes, size_t n, uint64_t file_bytes,
                                                struct skep_npy_header *header_out, struct skep_error *err);

/* Write a version 1.0 header (C order, machine byte order), padded to a multiple of 64. Returns its length,
 * or 0 when SIZE is too small (SKEP_NPY_HEADER_MAX is always enough). */
enum { SKEP_NPY_HEADER_MAX = 1024 };
size_t skep_npy_header_write(enum skep_dtype dtype, int ndim, const int64_t *shape, void *out, size_t size);

/* ---- slice.c: NumPy's basic slicing ---- */

struct skep_slice_item {
    enum { SKEP_SLICE_INDEX, SKEP_SLICE_RANGE, SKEP_SLICE_ELLIPSIS } kind;
    bool has_start, has_stop;
    int64_t start, stop, step; /* INDEX: start; RANGE: step is 1 when absent, never 0 */
};

struct skep_slice {
    int n;
    struct skep_slice_item items[SKEP_MAX_DIMS + 1];
};

/* Split a reference `PATH[items]` or `PATH`: *PATH_N_OUT is the path's length, *SLICE_OUT has n = 0 when
 * there is no bracket. Pure. SKEP_E_BAD_ARGS   syntax, with the column */
SKEP_MUST_USE skep_status skep_ref_parse(const char *ref, size_t n, size_t *path_n_out,
                                         struct skep_slice *slice_out, struct skep_error *err);

/* Apply a slice to a view, as NumPy does: integers drop an axis and must be in range, ranges are clipped.
 *   SKEP_E_BAD_ARGS   too many items, an index out of range; ERR names axis, index and length */
SKEP_MUST_USE skep_status skep_slice_apply(const struct skep_slice *slice, const struct skep_view *whole,
                                           struct skep_view *view_out, struct skep_error *err);

/* ---- roots.c: where files may lie ---- */

struct skep_roots; /* opaque: named folders, opened once */

SKEP_MUST_USE skep_status skep_roots_new(struct skep_roots **roots_out, struct skep_error *err);
void skep_roots_free(struct skep_roots *roots); /* NULL is fine */

/* Add `NAME=FOLDER`, or `FOLDER` alone for the default root (name ""). A later one of the same name replaces.
 *   SKEP_E_USAGE   no such folder, or a bad name ([A-Za-z0-9_-]{1,64}) */
SKEP_MUST_USE skep_status skep_roots_add(struct skep_roots *roots, const char *spec, struct skep_error *err);

/* Open PATH for reading. `@NAME/rest` is under that root, anything else under the default root. A path that
 * is absolute, or leaves its root by `..` or by a symbolic link, is refused; the kernel itself holds the line
 * (openat2 with RESOLVE_BENEATH, or component by component where that call is not there).
 *   SKEP_E_ARRAY_MISSING   no such file; ERR names the root's folder
 *   SKEP_E_ARRAY_INVALID   leaves its root, is a directory or not a plain file
 *   SKEP_E_IO              cannot be opened for another reason */
SKEP_MUST_USE skep_status skep_roots_open(const struct skep_roots *roots, const char *path, size_t n,
                                          int *fd_out, struct skep_error *err);

/* ---- cache.c: mapped arrays ---- */

struct skep_npy_cache; /* opaque; one per slot, not thread-safe */

/* Keeps at most MAX_MAPPINGS and MAX_BYTES of address space mapped; the least recently used go first, never
 * one that was lent since the last skep_npy_cache_end_task. ROOTS is borrowed. */
SKEP_MUST_USE skep_status skep_npy_cache_new(const struct skep_roots *roots, size_t max_mappings,
                                             uint64_t max_bytes, struct skep_npy_cache **cache_out,
                                             struct skep_error *err);
void skep_npy_cache_free(struct skep_npy_cache *cache); /* NULL is fine */

/* The view that REF (`PATH[slice]`) names. Mapped read-only and shared, so one physical copy serves every
 * process of the node; a byte-swapped or unaligned array is the one case that is copied, the sliced part
 * only, into ARENA. Keyed by device, inode, size and mtime. Valid until skep_npy_cache_end_task. Small arrays
 * are mapped whole; of a huge file (over the cache's MAX_BYTES) only the window that the slice needs.
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_BAD_ARGS (the slice), SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_npy_cache_view(struct skep_npy_cache *cache, const char *ref, size_t n,
                                              struct skep_arena *arena, struct skep_view *view_out,
                                              struct skep_error *err);

/* Whether every file lent since the last end is still what it was when it was lent (size and mtime): to be
 * asked when the kernel has finished, before its value is believed. SKEP_E_INPUT_CHANGED   ERR names the file
 */
SKEP_MUST_USE skep_status skep_npy_cache_check(struct skep_npy_cache *cache, struct skep_error *err);
void skep_npy_cache_end_task(struct skep_npy_cache *cache);

/* If ADDRESS lies in a mapping, its path (valid until the cache changes) and byte offset in the file; else
 * NULL. Async-signal-safe: for the handler of SIGBUS and SIGSEGV. */
const char *skep_npy_cache_find_address(const struct skep_npy_cache *cache, const void *address,
                                        uint64_t *offset_out);

/* ---- write.c: whole files ---- */

/* Write a C-contiguous view as PATH under the root that it names: to a temporary name beside it, fsync when
 * SYNC, rename. Missing folders below the root are made. Nothing is visible under PATH before it is complete,
 * and after a failure the temporary file is gone. SKEP_E_OUTPUT   with the reason (disk full, no permission)
 *   SKEP_E_BAD_ARGS the path leaves its root, or does not end in .npy */
SKEP_MUST_USE skep_status skep_npy_write(const struct skep_roots *roots, const char *path, size_t n,
                                         const struct skep_view *view, bool sync, struct skep_error *err);

/* The same to a path of the user's own (no root): for the command line. */
SKEP_MUST_USE skep_status skep_npy_write_path(const char *path, const struct skep_view *view,
                                              struct skep_error *err);

#endif
