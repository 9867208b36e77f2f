/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_CHECK_H
#define SKEP_PRODUCER_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "producer/push/source.h"
#include "task/record.h"

/* Is a line a task that a worker can run? Everything is looked at that needs neither data nor server: the
 * record, the kernel's name, the names, types and ranges of the arguments, the syntax of `out`. Whether a
 * referenced array is there, only the worker's machine knows. */
struct skep_check {
    struct skep_arena arena;
    struct skep_limits limits;
    bool allows_unknown_kernels; /* workers may be newer than this program */
    const char *job;             /* a record must not name another one; NULL: any will do; borrowed */
    bool needs_job;              /* it must name this one: nothing else will say it */
};

enum { SKEP_CHECK_ARENA_BYTES = 256 * 1024 * 1024 };

void skep_check_init(struct skep_check *check, const struct skep_limits *limits); /* NULL: the defaults */
void skep_check_release(struct skep_check *check);

/* *TASK_OUT (NULL: not wanted) lives until the next call.
 *
 *   SKEP_E_BAD_RECORD, SKEP_E_UNKNOWN_KERNEL, SKEP_E_BAD_ARGS   with words for the user
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_check_line(struct skep_check *check, const struct skep_line *line,
                                          struct skep_task *task_out, struct skep_error *err);

/* Whether STATUS of the above says that the line is bad, rather than that it could not be checked. */
bool skep_check_is_lines_fault(skep_status status);

/* The kernel that somebody who wrote NAME may have meant, or NULL. */
const char *skep_check_nearest_kernel(const char *name);

#endif
