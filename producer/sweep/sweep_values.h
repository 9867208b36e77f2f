/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_VALUES_H
#define SKEP_PRODUCER_SWEEP_VALUES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "task/node.h"

/* Values as people type them on a command line. Everything lives in ARENA. */

/* TEXT as JSON if it reads as such, as text if not: 0.5, true, [1,2], abc, "0.5".
 *
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sweep_read_value(const char *text, size_t n, struct skep_arena *arena,
                                                struct skep_node *value_out, struct skep_error *err);

/* "0.1,0.2,0.5", each item a value, or a JSON array, as a node of that kind.
 *
 *   SKEP_E_USAGE   nothing between two commas
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sweep_read_list(const char *text, size_t n, struct skep_arena *arena,
                                               const struct skep_node **list_out, struct skep_error *err);

/* The name in front of the first '=', which may hold letters, digits and '_' and does not begin with a digit;
 * *REST_OUT is what stands behind it.
 *
 *   SKEP_E_USAGE */
SKEP_MUST_USE skep_status skep_sweep_read_name(const char *text, struct skep_arena *arena,
                                               const char **name_out, const char **rest_out,
                                               struct skep_error *err);

/* N names with commas between them, in front of the '='. */
SKEP_MUST_USE skep_status skep_sweep_read_names(const char *text, int n, struct skep_arena *arena,
                                                const char **names_out, const char **rest_out,
                                                struct skep_error *err);

#endif
