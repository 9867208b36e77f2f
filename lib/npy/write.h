/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_WRITE_H
#define SKEP_NPY_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/view.h"
#include "npy/roots.h"

/* Whole .npy files, version 1.0, C order, the machine's byte order. */

/* Write a C-contiguous view as PATH under the root that it names (npy/roots.h): to a temporary name beside it
 * (`.skep-*.tmp`), fsync of file and folder when SYNC, rename. Missing folders below the root are made.
 * Nothing is visible under PATH before it is complete, and after a failure the temporary file is gone. What
 * lay at PATH is replaced; a symbolic link itself, not what it points to. A process over its file size limit
 * must ignore SIGXFSZ to get the error.
 *
 *   SKEP_E_OUTPUT     with the reason (disk full, no permission, a directory is in the way)
 *   SKEP_E_BAD_ARGS   the path leaves its root, or does not end in .npy */
SKEP_MUST_USE skep_status skep_npy_write(const struct skep_roots *roots, const char *path, size_t n,
                                         const struct skep_view *view, bool sync, struct skep_error *err);

/* The same, with sync, to a path of the user's own (no root, any ending, its folder must exist): for the
 * command line. */
SKEP_MUST_USE skep_status skep_npy_write_path(const char *path, const struct skep_view *view,
                                              struct skep_error *err);

#endif
