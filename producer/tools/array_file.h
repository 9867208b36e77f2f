/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_ARRAY_FILE_H
#define SKEP_PRODUCER_ARRAY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/view.h"
#include "npy/file.h"

/* An array that a person looks at: `PATH[slice]`, from the working folder on. It is read in blocks, in the
 * order in which it lies in the file, so that memory is bounded whatever its size; and it may be written to
 * meanwhile, as the array of a sweep is. */
struct skep_array_file {
    struct skep_npy_file file;
    struct skep_view view; /* shape, strides and dtype of what the slice names; no data */
    int64_t at;            /* the element of the view's index (0, ..., 0), in the file */
    void *block;           /* what is read goes here */
};

enum {
    SKEP_ARRAY_BLOCK_BYTES = 16 * 1024 * 1024, /* of memory, at most */
    SKEP_ARRAY_GAP_BYTES = 16 * 1024           /* elements that lie farther apart are not read in one go */
};

/* On success FILE_OUT is to be closed; after a failure there is nothing to close.
 *
 *   SKEP_E_ARRAY_MISSING   no such file
 *   SKEP_E_ARRAY_INVALID   no plain file, no .npy, elements that are not numbers (named)
 *   SKEP_E_BAD_ARGS        the slice
 *   SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_array_file_open(const char *ref, struct skep_array_file *file_out,
                                               struct skep_error *err);
void skep_array_file_close(struct skep_array_file *file); /* zeroed is fine */

/* A part of the array: VIEW has memory that lasts until the next one, and ORIGIN says where in the array its
 * element (0, ..., 0) is. */
typedef void skep_array_block(void *context, const struct skep_view *view, const int64_t *origin);

/* Give every element to EACH once, in blocks whose axes are those of the array. Nothing for an empty one.
 *
 *   SKEP_E_INPUT_CHANGED   the file has become shorter
 *   SKEP_E_IO
 *   SKEP_STOPPED           the user wants to stop */
SKEP_MUST_USE skep_status skep_array_file_walk(struct skep_array_file *file, skep_array_block *each,
                                               void *context, struct skep_error *err);

/* The element at INDEX, as a view without axes that lasts until the next read. Fails likewise. */
SKEP_MUST_USE skep_status skep_array_file_get(struct skep_array_file *file, const int64_t *index,
                                              struct skep_view *element_out, struct skep_error *err);

/* Whether somebody has written to it since it was opened. */
bool skep_array_file_has_changed(const struct skep_array_file *file);

#endif
