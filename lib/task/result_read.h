/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_RESULT_READ_H
#define SKEP_TASK_RESULT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "task/node.h"

/* A result as a consumer sees it: what skep_result_write wrote, read back. Everything lives in the arena.
 * Keys that are not here stay in ROOT, and keys nobody knows are no error: a worker may be newer. */
struct skep_result_summary {
    const char *id; /* never NULL */
    bool has_index;
    uint64_t index;
    const char *job;    /* NULL: absent */
    const char *kernel; /* NULL: absent */
    bool is_ok;
    const struct skep_node *value; /* when ok, never NULL */
    const char *cause;             /* when not ok, never NULL */
    const char *message;           /* when not ok, never NULL */
    const struct skep_node *root;  /* the whole object */
};

/* A result may be larger than a record: an array of 4096 numbers travels inline. */
enum { SKEP_RESULT_BYTES = 16 * 1024 * 1024, SKEP_RESULT_DEPTH = 128 };

/* Read one result line (a newline at its end does not matter).
 *
 *   SKEP_E_BAD_RECORD   not a result; ERR names the key
 *   SKEP_E_NOMEM        the arena is full */
SKEP_MUST_USE skep_status skep_result_read(const char *bytes, size_t n, struct skep_arena *arena,
                                           struct skep_result_summary *outcome_out, struct skep_error *err);

#endif
