/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_SHELF_H
#define SKEP_NPY_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Places for small files, which are read rather than mapped, so that their last byte is the last before a
 * guard (base/pages.h). The memory is seen twice: place behind place where it can be written, and each place
 * between guards of its own, read-only, where kernels see it. Filling a place therefore changes no page's
 * protection, and costs less than mapping a file. */
enum { SKEP_NPY_SMALL_BYTES = 16 * 1024 };

struct skep_npy_shelf {
    int fd;      /* the memory; -1: a shelf without places */
    char *desk;  /* writable: place 0, place 1, ... */
    char *cells; /* the same, each in its cell: guard, place, guard */
    size_t place_bytes;
    size_t n_places;
    size_t n_mapped; /* the first ones are mapped in their cells */
    size_t n_free;
    uint32_t *free; /* a stack */
};

/* N_PLACES, or none where the system does not let us: then files are mapped.
 *
 *   SKEP_E_NOMEM   the heap is exhausted */
SKEP_MUST_USE skep_status skep_npy_shelf_init(struct skep_npy_shelf *shelf, size_t n_places,
                                              struct skep_error *err);
void skep_npy_shelf_release(struct skep_npy_shelf *shelf); /* also one that is all zeros */

/* Take a place for BYTES (1 to SKEP_NPY_SMALL_BYTES). Returns where they will be seen, their end at a guard,
 * and in *DESK_OUT where they can be written; NULL when no place is free. */
const char *skep_npy_shelf_take(struct skep_npy_shelf *shelf, size_t bytes, char **desk_out);

/* Give back what was taken, by what take returned. */
void skep_npy_shelf_give(struct skep_npy_shelf *shelf, const char *bytes);

#endif
