/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_VERIFY_H
#define SKEP_SWEEP_VERIFY_H

#include <stdint.h>

#include "base/error.h"
#include "npy/roots.h"
#include "sweep/array.h"
#include "sweep/out_map.h"
#include "sweep/sidecar.h"

/* Whether an output holds what its sidecar says: the checksum of every slice that is done, computed anew. */
enum { SKEP_VERIFY_LISTED = 16 };

struct skep_verify_report {
    int64_t n_all, n_done, n_bad;
    int64_t bad[SKEP_VERIFY_LISTED]; /* the first indexes that do not fit */
};

/* Reads the whole of ARRAY once, in the order of the index. The output may be filling meanwhile: what is done
 * when it is looked at is checked.
 *
 *   SKEP_E_OUTPUT   it cannot be read
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_verify(const struct skep_sidecar *sidecar, const struct skep_array *array,
                                      const struct skep_out_map *map, struct skep_verify_report *report_out,
                                      struct skep_error *err);

/* The same for the .npy at PATH alone: its sidecar knows the sweep.
 *
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID   as skep_sidecar_open and skep_array_open
 *   SKEP_E_BAD_RECORD                            the sweep in the sidecar */
SKEP_MUST_USE skep_status skep_verify_path(const struct skep_roots *roots, const char *path,
                                           struct skep_verify_report *report_out, struct skep_error *err);

#endif
