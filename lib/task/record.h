/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_RECORD_H
#define SKEP_TASK_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "task/id.h"
#include "task/json_read.h"
#include "task/node.h"

/* A task record: one JSON object (docs/protocol.md).
 *
 *   key         what it holds                                                      when absent
 *   kernel      name of the kernel, 1 to 64 of A-Z a-z 0-9 _ . -                   refused
 *   id          text, 1 to 256 bytes, printable                                    made up when first taken
 *   job         text, 1 to 256 bytes, printable                                    none
 *   args        object; the kernel says what belongs into it                       no arguments
 *   out         text, 1 to 4096 bytes, printable: PATH or PATH[slice]              the value travels inline
 *   retries     integer, 0 to 1000                                                 the worker's default
 *   timeout_s   seconds above 0                                                    none
 *   backoff_s   seconds above 0                                                    the worker's default
 *   not_before  time: seconds since 1970 as a number, or RFC 3339 as a text        at once
 *   expires     time, likewise                                                     never
 *   seed        integer from 0 to 2^64 - 1; above 2^63 - 1 only as a text of       0
 *               digits, and above 2^53 better so, because not every producer's
 *               JSON keeps such numbers
 *   meta        anything; comes back in the result                                 none
 *
 * A key that is not here is refused: it is a typing mistake. null is not "absent".
 *
 * To change the record: the row above, the field below, its row in record.c's table (task/fields.h),
 * docs/protocol.md, a golden file, the fuzz corpus. */

/* Everything lives in the arena it was parsed into. Absent strings are NULL. */
struct skep_task {
    const char *id;
    const char *job;
    const char *kernel;           /* never NULL */
    const struct skep_node *args; /* an object, or NULL when absent */
    const char *out;              /* where an array value goes: PATH or PATH[slice] */
    bool has_retries;
    unsigned retries;             /* failures that are tried again */
    double timeout_s;             /* 0: none */
    double backoff_s;             /* 0: the default */
    int64_t not_before_ms;        /* wall ms; 0: none */
    int64_t expires_ms;           /* wall ms; 0: none */
    uint64_t seed;                /* 0 when absent */
    const struct skep_node *meta; /* returned untouched; NULL when absent */
};

/* Parse the body of a record (header line already cut off): what skep_json_parse refuses is refused, and what
 * breaks the table above. ERR names the key, what was wanted and what came; nothing of it needs escaping for
 * a terminal. For workers and producers alike.
 *
 *   SKEP_E_BAD_RECORD   not a task
 *   SKEP_E_NOMEM        the arena is full */
SKEP_MUST_USE skep_status skep_task_parse(const char *bytes, size_t n, const struct skep_limits *limits,
                                          struct skep_arena *arena, struct skep_task *task_out,
                                          struct skep_error *err);

#endif
