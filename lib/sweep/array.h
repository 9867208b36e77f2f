/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_ARRAY_H
#define SKEP_SWEEP_ARRAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "npy/roots.h"
#include "sweep/sweep.h"

/* The output array of a sweep: a .npy file of its full size from the start, filled where nothing is yet, so
 * that it is valid at every instant. Slots write slices into it; sidecar.h knows which are there. */

/* Make OUT->path (under ROOTS): written whole under a temporary name, its blocks reserved, renamed into
 * place. Replaces what is there only when asked.
 *
 *   SKEP_E_CONFLICT   there is something already (the caller knows --resume and --force)
 *   SKEP_E_OUTPUT     no room (bytes wanted, bytes free), no permission, ...
 *   SKEP_E_BAD_ARGS   the path */
SKEP_MUST_USE skep_status skep_array_make(const struct skep_roots *roots, const struct skep_sweep_out *out,
                                          bool replaces, struct skep_error *err);

struct skep_array {
    int fd; /* -1: closed */
    int64_t data_offset;
    int64_t n_slices, slice_bytes;
    uint64_t dev, ino; /* of the file when it was opened */
};

/* Open it, to be written to or not, and check that it is OUT's: dtype, shape, order.
 *
 *   SKEP_E_ARRAY_MISSING   deleted
 *   SKEP_E_ARRAY_INVALID   something else lies there
 *   SKEP_E_OUTPUT          it cannot be opened for another reason (no permission, ...) */
SKEP_MUST_USE skep_status skep_array_open(struct skep_array *array, const struct skep_roots *roots,
                                          const struct skep_sweep_out *out, bool writes,
                                          struct skep_error *err);
void skep_array_close(struct skep_array *array); /* zeroed with fd -1 is fine */

/* Whether what lies at the path is still the file that was opened: one stat.
 *   SKEP_E_OUTPUT   it was deleted or replaced while the sweep ran */
SKEP_MUST_USE skep_status skep_array_check(const struct skep_array *array, const struct skep_roots *roots,
                                           const char *path, struct skep_error *err);

/* N slices from number SLICE on. SKEP_E_OUTPUT with the reason. */
SKEP_MUST_USE skep_status skep_array_write(const struct skep_array *array, int64_t slice, int64_t n,
                                           const void *bytes, struct skep_error *err);
SKEP_MUST_USE skep_status skep_array_read(const struct skep_array *array, int64_t slice, int64_t n,
                                          void *bytes_out, struct skep_error *err);
SKEP_MUST_USE skep_status skep_array_sync(const struct skep_array *array, struct skep_error *err);

#endif
