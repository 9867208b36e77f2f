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
#include "npy/shelf.h"

/* One .npy file, opened and understood, and windows on its bytes. This is the module's one door to mmap. */
struct skep_npy_file {
    int fd;
    struct stat info; /* when it was opened, settled; before any other byte of it was read */
    struct skep_npy_header header;
};

/* Open PATH below its root, read and check its header. On success FILE_OUT is to be closed; on failure
 * nothing is open. The header is read, not mapped, so that a file that shrinks meanwhile is an error and not
 * a signal. Waits, rarely and for milliseconds, until a file that has just been written is settled; and
 * before it refuses a file, until nobody has written to it for a moment.
 *
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_IO   as skep_roots_open and skep_npy_header_parse
 *   SKEP_E_INPUT_CHANGED   it did not settle in some seconds: somebody keeps writing to it */
SKEP_MUST_USE skep_status skep_npy_file_open(const struct skep_roots *roots, const char *path, size_t n,
                                             struct skep_npy_file *file_out, struct skep_error *err);
void skep_npy_file_close(struct skep_npy_file *file);

/* Whether a file with this INFO, looked at when the clock for stamps (base/clock.h) showed NOW_NS or later,
 * cannot change any more without its mtime showing it. Files are stamped in ticks of some milliseconds: one
 * with the stamp of the present tick can be written to once more and keep its stamp. (Linux from 6.13 on
 * gives a file that somebody has looked at a finer stamp; one cannot tell which Linux and which file system
 * it is.) And the stamp is put on when a write begins: the larger the file, the longer a write may still be
 * going on (at 1 GB/s, at most a second is granted). Stamps of whole seconds may come from a file system that
 * knows no finer ones. A stamp more than some seconds in the future was set by hand. */
bool skep_npy_info_is_settled(const struct stat *info, int64_t now_ns);

/* Whether INFO is of the file that was opened, unchanged: same device, inode, size and mtime. Not ctime: it
 * changes when another file is renamed over this one, which does this one no harm. */
bool skep_npy_file_is(const struct skep_npy_file *file, const struct stat *info);

/* The same with ctime, for who finds the file at its path: not even its mtime was set back. */
bool skep_npy_file_is_untouched(const struct skep_npy_file *file, const struct stat *info);

/* Whether its elements can be used in place, in the machine's byte order and aligned (pages are). */
bool skep_npy_file_is_plain(const struct skep_npy_file *file);

/* Some bytes of the file, read-only, between guards (base/pages.h).
 *
 *     guard | file ... end of the file | zeros to the end of the page | guard        mapped and shared
 *     guard | zeros | file ... end of the array | guard                              a small file, read
 *
 * What runs off the end of a small file faults at the first byte. Behind a mapped one there are up to a page
 * less one byte that read as zero, as pages cannot be shifted. */
struct skep_npy_window {
    const char *base;
    size_t bytes;
    uint64_t from;                /* offset in the file of base[0] */
    struct skep_npy_shelf *shelf; /* where it was read to; NULL: it is mapped */
};

/* Map bytes FROM to TO of the file (at least one, none beyond its end), widened to multiples of CHUNK_BYTES
 * and at least of a page, so that neighbours find the window made.
 *
 *   SKEP_E_NOMEM   no address space left
 *   SKEP_E_IO      the file cannot be mapped */
SKEP_MUST_USE skep_status skep_npy_window_open(const struct skep_npy_file *file, uint64_t from, uint64_t to,
                                               uint64_t chunk_bytes, struct skep_npy_window *window_out,
                                               struct skep_error *err);

/* Read a small file (of SKEP_NPY_SMALL_BYTES at most) up to the end of its array into a place on SHELF, which
 * must outlive the window.
 *
 *   SKEP_EMPTY             no place is free
 *   SKEP_E_IO
 *   SKEP_E_INPUT_CHANGED   it was truncated meanwhile */
SKEP_MUST_USE skep_status skep_npy_window_read(const struct skep_npy_file *file, struct skep_npy_shelf *shelf,
                                               struct skep_npy_window *window_out, struct skep_error *err);

void skep_npy_window_close(struct skep_npy_window *window);

/* Whether ADDRESS lies in the window, its pages or its guards; if so *OFFSET_OUT is the byte of the file that
 * belongs there, or would. Async-signal-safe. */
bool skep_npy_window_has(const struct skep_npy_window *window, const void *address, int64_t *offset_out);

/* The bytes of a file that a view of it touches, when its first element is the AT-th of the array: *FROM_OUT
 * up to *TO_OUT. Never empty: a view without elements gets the last byte of the header. */
void skep_npy_file_span(const struct skep_npy_file *file, const struct skep_view *view, int64_t at,
                        uint64_t *from_out, uint64_t *to_out);

/* Copy a view of the file's elements, whatever their order and alignment, to OUT: C order, machine order. */
void skep_npy_file_copy(const struct skep_npy_file *file, const struct skep_view *view, void *out);

#endif
