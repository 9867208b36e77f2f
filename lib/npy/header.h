/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_HEADER_H
#define SKEP_NPY_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/view.h"

/* The bytes in front of the data (numpy.lib.format, versions 1.0, 2.0 and 3.0). Pure: bytes in, facts out. */
struct skep_npy_header {
    enum skep_dtype dtype;
    bool is_swapped; /* not in the machine's byte order */
    bool is_fortran; /* column-major */
    int ndim;
    int64_t shape[SKEP_MAX_DIMS];
    size_t data_offset; /* bytes in front of the first element */
    size_t data_bytes;  /* bytes of all elements */
};

/* A header is read up to this length; a longer one is refused (NumPy's own limit is 10,000). */
enum { SKEP_NPY_HEADER_READ = 16 * 1024 };

/* Parse the start of a file: BYTES holds the first N of FILE_BYTES, that is all of it or at least
 * SKEP_NPY_HEADER_READ. Evaluates nothing; every product is checked against overflow and against the file's
 * size. A file may hold more than its array, as NumPy allows: several arrays saved one behind the other.
 *
 *   SKEP_E_ARRAY_INVALID   not .npy, a lying or malformed header, a truncated file, a dtype that skep does
 * not compute on (named) */
SKEP_MUST_USE skep_status skep_npy_header_parse(const void *bytes, size_t n, uint64_t file_bytes,
                                                struct skep_npy_header *header_out, struct skep_error *err);

/* The whole array as a view of DATA, its first element: C or column-major strides. With swapped or unaligned
 * DATA the view serves only to be sliced and copied. */
void skep_npy_header_view(const struct skep_npy_header *header, const void *data, struct skep_view *view_out);

/* Write a version 1.0 header (C order, machine byte order), padded to a multiple of 64. Returns its length,
 * or 0 when SIZE is too small (SKEP_NPY_HEADER_MAX is always enough). */
enum { SKEP_NPY_HEADER_MAX = 1024 };
size_t skep_npy_header_write(enum skep_dtype dtype, int ndim, const int64_t *shape, void *out, size_t size);

#endif
