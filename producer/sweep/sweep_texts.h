/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_TEXTS_H
#define SKEP_PRODUCER_SWEEP_TEXTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/option.h"
#include "task/node.h"

/* Lists of texts that a sweep goes through: the lines of a file, the names of files. They travel within the
 * sweep's record, so there is a limit to them. */
enum { SKEP_SWEEP_TEXTS_BYTES = 48 * 1024 };

/* The lines of PATH ("-": standard input) that are not blank. ARE_NUMBERS_OUT: all of them are, and the nodes
 * are numbers.
 *
 *   SKEP_E_USAGE    no such file, or no line in it
 *   SKEP_E_LIMIT    too much of it; ERR says what to do
 *   SKEP_E_IO, SKEP_E_NOMEM, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_sweep_read_lines(const char *path, struct skep_arena *arena,
                                                const struct skep_node **list_out, bool *are_numbers_out,
                                                struct skep_error *err);

/* The names of the plain files below the data folder that match GLOB ("@NAME/..." below that of a name),
 * sorted by their bytes, each as a task would name it.
 *
 *   SKEP_E_USAGE    none matches; the pattern leaves the folder
 *   SKEP_E_LIMIT    as above
 *   SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sweep_read_files(const char *glob, const struct skep_text_list *folders,
                                                struct skep_arena *arena, const struct skep_node **list_out,
                                                struct skep_error *err);

#endif
