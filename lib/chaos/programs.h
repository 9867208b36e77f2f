/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_PROGRAMS_H
#define SKEP_CHAOS_PROGRAMS_H

#include <limits.h>

#include "base/error.h"

/* Where a program is: in FOLDER; for NULL beside the running program, then in PATH.
 *   SKEP_E_UNREACHABLE   nowhere */
SKEP_MUST_USE skep_status skep_programs_find(const char *folder, const char *name, char path_out[PATH_MAX],
                                             struct skep_error *err);
SKEP_MUST_USE skep_status skep_programs_find_in_path(const char *name, char path_out[PATH_MAX],
                                                     struct skep_error *err);

#endif
