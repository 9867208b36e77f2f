/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_VALUE_H
#define SKEP_RUN_VALUE_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/kernel.h"
#include "run/run.h"
#include "task/result.h"

/* What becomes of a value. */

/* An array as it is, a number as an array without axes (VIEW_OUT then points into VALUE); false for what is
 * neither. */
bool skep_run_value_view(const struct skep_value *value, struct skep_view *view_out);

/* Inside the result line.
 *
 *   SKEP_E_BAD_ARGS   too many elements */
SKEP_MUST_USE skep_status skep_run_value_inline(const struct skep_value *value,
                                                struct skep_result_value *result, struct skep_error *err);

/* As the file OUT, which the result line names.
 *
 *   SKEP_E_BAD_ARGS   no array or number; and as skep_npy_write */
SKEP_MUST_USE skep_status skep_run_value_write(const struct skep_run *run, const char *out,
                                               const struct skep_value *value,
                                               struct skep_result_value *result, struct skep_error *err);

#endif
