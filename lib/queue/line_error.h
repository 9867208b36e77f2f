/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_LINE_ERROR_H
#define SKEP_QUEUE_LINE_ERROR_H

#include <stddef.h>

#include "base/error.h"
#include "base/status.h"

/* How a line to a server fails when no reply says so. Every one is SKEP_E_UNREACHABLE: connect again, and
 * send what was not answered once more. */
enum skep_line_end {
    SKEP_LINE_NO_HOST,
    SKEP_LINE_REFUSED,
    SKEP_LINE_CONNECT_LATE,
    SKEP_LINE_CLOSED,
    SKEP_LINE_BROKEN,
    SKEP_LINE_READ_LATE,
    SKEP_LINE_WRITE_LATE,
    SKEP_LINE_DEAD
};

/* docs/redis-errors.md is printed from the rows. */
struct skep_line_error {
    const char *what;  /* happened, for the documentation */
    const char *words; /* for the user */
};

/* Record the words of END in ERR, with DETAIL behind them (NULL: none), or errno's text, or the time that has
 * passed. Returns SKEP_E_UNREACHABLE. */
skep_status skep_line_error_set(struct skep_error *err, enum skep_line_end end, const char *detail);
skep_status skep_line_error_errno(struct skep_error *err, enum skep_line_end end);
skep_status skep_line_error_late(struct skep_error *err, enum skep_line_end end, int waited_ms);

const struct skep_line_error *skep_line_error_rows(size_t *n_out);

#endif
