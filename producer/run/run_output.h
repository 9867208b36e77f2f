/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_OUTPUT_H
#define SKEP_PRODUCER_RUN_OUTPUT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Where the results of a run go, as lines. A plain file grows under the name FILE.part and gets its own name
 * when the run is complete: a file named FILE is always whole. What is no plain file (a pipe, /dev/null) is
 * written directly. */
struct skep_run_output {
    const char *path; /* borrowed; NULL: standard output */
    char part[PATH_MAX];
    int fd; /* -1: results are not wanted */
    bool is_plain;
    struct skep_buf lines;
};

/* Open PATH (NULL: standard output), empty. A FILE.part that an earlier session left is written anew.
 *
 *   SKEP_E_USAGE      it cannot be written
 *   SKEP_E_CONFLICT   another run is writing it */
SKEP_MUST_USE skep_status skep_run_output_open(struct skep_run_output *output, const char *path,
                                               struct skep_error *err);
void skep_run_output_open_none(struct skep_run_output *output);
void skep_run_output_close(struct skep_run_output *output); /* a FILE.part stays */

/* Add a line, without its end; written with the next flush or earlier.
 *
 *   SKEP_E_OUTPUT   it cannot be written: disk full, closed by its reader, ... */
SKEP_MUST_USE skep_status skep_run_output_add(struct skep_run_output *output, const char *bytes, size_t n,
                                              struct skep_error *err);
SKEP_MUST_USE skep_status skep_run_output_flush(struct skep_run_output *output, struct skep_error *err);

/* All is there: bring it to the disk and give it its name. */
SKEP_MUST_USE skep_status skep_run_output_finish(struct skep_run_output *output, struct skep_error *err);

/* For messages: "results.jsonl.part", "standard output". */
const char *skep_run_output_name(const struct skep_run_output *output);

#endif
