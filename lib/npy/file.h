/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_FILE_H
#define SKEP_NPY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/view.h"
#include "npy/header.h"
#include "npy/roots.h"

/* One .npy file, opened and understood, and windows on its bytes. This is the module's one door to mmap. */
struct skep_npy_file {
    int fd;
    struct stat info; /* when it was opened */
    struct skep_npy_header header;
};

/* Open PATH below its root, read and check its header. On success FILE_OUT is to be closed; on failure
 * nothing is open. The header is read, not mapped, so that a file that shrinks meanwhile is an error and not
 * a signal.
 *
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_IO   as skep_roots_open and skep_npy_header_parse */
SKEP_MUST_USE skep_status skep_npy_file_open(const struct skep_roots *roots, const char *path, size_t n,
                                             struct skep_npy_file *file_out, struct skep_error *err);
void skep_npy_file_close(struct skep_npy_file *file);

/* Whether INFO is of the file that was opened, unchanged: same device, inode, size and mtime. Not ctime: it
 * changes when another file is renamed over this one, which does this one no harm. */
bool skep_npy_file_is(const struct skep_npy_file *file, const struct stat *info);

/* Whether its elements can be used in place, in the machine's byte order and aligned (pages are). */
bool skep_npy_file_is_plain(const struct skep_npy_file *file);

/* Some bytes of the file, mapped read-only and shared. */
struct skep_npy_window {
    const char *base;
    size_t bytes;
    uint64_t from; /* offset in the file of base[0] */
};

/* Map bytes FROM to TO of the file (at least one, none beyond its end), widened to multiples of CHUNK_BYTES
 * and at least of a page, so that neighbours find the window made.
 *
 *   SKEP_E_NOMEM   no address space left
 *   SKEP_E_IO      the file cannot be mapped */
SKEP_MUST_USE skep_status skep_npy_window_open(const struct skep_npy_file *file, uint64_t from, uint64_t to,
                                               uint64_t chunk_bytes, struct skep_npy_window *window_out,
                                               struct skep_error *err);
void skep_npy_window_close(struct skep_npy_window *window);

/* The bytes of a file that a view of it touches, when its first element is the AT-th of the array: *FROM_OUT
 * up to *TO_OUT. Never empty: a view without elements gets the last byte of the header. */
void skep_npy_file_span(const struct skep_npy_file *file, const struct skep_view *view, int64_t at,
                        uint64_t *from_out, uint64_t *to_out);

/* Copy a view of the file's elements, whatever their order and alignment, to OUT: C order, machine order. */
void skep_npy_file_copy(const struct skep_npy_file *file, const struct skep_view *view, void *out);

#endif
