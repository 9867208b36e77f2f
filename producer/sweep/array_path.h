/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_ARRAY_PATH_H
#define SKEP_PRODUCER_ARRAY_PATH_H

#include "base/error.h"
#include "npy/roots.h"

/* A path of the user's own, from the working folder on, as what the rest of skep takes: a root and a name
 * below it. *ROOTS_OUT has the folder of GIVEN as its default root; *NAME_OUT is the end of GIVEN, with its
 * slice if there is one. On failure *ROOTS_OUT is NULL.
 *
 *   SKEP_E_USAGE   there is no such folder */
SKEP_MUST_USE skep_status skep_array_path_open(const char *given, struct skep_roots **roots_out,
                                               const char **name_out, struct skep_error *err);

/* The same for one more array: its folder becomes the root ROOT. */
SKEP_MUST_USE skep_status skep_array_path_add(struct skep_roots *roots, const char *root, const char *given,
                                              const char **name_out, struct skep_error *err);

#endif
