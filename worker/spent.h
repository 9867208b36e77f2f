/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_SPENT_H
#define SKEP_WORKER_SPENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/account.h"
#include "settle.h"

/* What one attempt has used, kept beside its verdict until that is told (account.h). */
struct skep_spent {
    bool is_counted;
    bool has_run;                        /* else it was known at once that it must not */
    skep_status cause;                   /* SKEP_OK: done */
    const char *kernel;                  /* outlives it; NULL: not known */
    int64_t began_ms;                    /* monotonic */
    int64_t rows[SKEP_ACCOUNT_JOB_ROWS]; /* ATTEMPTS and FAILED follow from the cause */
    int64_t peak_rss_bytes;
    /* In the buffer that its verdict's bytes are in, with NUL; n 0: none. NAME: "17" or "my%20id". */
    size_t job_at, job_n, name_at, name_n;
};

/* The attempt that came to SETTLED, whose bytes are in BYTES; ENDED_NS: now. Texts are appended to BYTES;
 * where there is no room for them its job is not known. */
void skep_spent_fill(struct skep_spent *spent_out, const struct skep_attempt *attempt,
                     const struct skep_work *work, const struct skep_settled *settled, int64_t ended_ns,
                     struct skep_buf *bytes);

/* ROWS and those of USAGE, which the system counts. */
void skep_spent_add_usage(int64_t rows[SKEP_ACCOUNT_JOB_ROWS], const struct skep_usage *usage);

/* Whether SETTLED is the end of an attempt. */
bool skep_settled_is_attempt(const struct skep_settled *settled);

#endif
