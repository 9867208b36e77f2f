/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_ROOTS_H
#define SKEP_NPY_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/error.h"

/* Named folders, opened once, and the paths below them. In every path here `@NAME/rest` is under the root of
 * that name and anything else under the default root. A path that is absolute, or leaves its root by `..` or
 * by a symbolic link, is refused; links and `..` that stay inside are fine (npy/beneath.h holds the line). */
struct skep_roots; /* opaque */

SKEP_MUST_USE skep_status skep_roots_new(struct skep_roots **roots_out, struct skep_error *err);
void skep_roots_free(struct skep_roots *roots); /* NULL is fine */

/* Add `NAME=FOLDER`, or `FOLDER` alone for the default root (name ""). A later one of the same name replaces.
 * What stands before the first `=` is a name unless it holds a `/`.
 *
 *   SKEP_E_USAGE   no such folder, or a bad name ([A-Za-z0-9_-]{1,64}) */
SKEP_MUST_USE skep_status skep_roots_add(struct skep_roots *roots, const char *spec, struct skep_error *err);

/* Open PATH for reading. Never waits for a FIFO's other end. On success *FD_OUT is the caller's to close; on
 * failure it is -1.
 *
 *   SKEP_E_ARRAY_MISSING   no such file or root; ERR names the root's folder
 *   SKEP_E_ARRAY_INVALID   leaves its root, is a directory or not a plain file
 *   SKEP_E_IO              cannot be opened for another reason */
SKEP_MUST_USE skep_status skep_roots_open(const struct skep_roots *roots, const char *path, size_t n,
                                          int *fd_out, struct skep_error *err);

/* What lies at PATH now, for comparing with a file opened earlier: one fstatat, following links wherever they
 * lead, so it proves nothing but equality. False when there is nothing. */
bool skep_roots_stat(const struct skep_roots *roots, const char *path, size_t n, struct stat *info_out);

/* Open the folder in which PATH is to be written, making what is missing of it below the root. *FD_OUT is an
 * O_PATH descriptor, the caller's to close (-1 on failure); NAME_OUT gets the file's name in it.
 *
 *   SKEP_E_BAD_ARGS   no such root, leaves it, or no name at the end
 *   SKEP_E_OUTPUT     a folder cannot be made or opened */
enum { SKEP_ROOTS_NAME_BYTES = 256 };
SKEP_MUST_USE skep_status skep_roots_open_folder(const struct skep_roots *roots, const char *path, size_t n,
                                                 int *fd_out, char name_out[SKEP_ROOTS_NAME_BYTES],
                                                 struct skep_error *err);

/* From now on resolve paths component by component, as on a kernel without openat2. For tests, which hold
 * both ways to the same behaviour. */
void skep_roots_use_walk(struct skep_roots *roots);

#endif
