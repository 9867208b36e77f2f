/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_RANGE_H
#define SKEP_QUEUE_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* Range jobs: one record for n tasks (docs/protocol.md, "Range jobs"). What waits of one is a line in the
 * queue,
 * `#skep r=LO:HI j=JOB q=MS`; slots cut chunks off its front. The positions of a job are numbers below n;
 * what they mean the spec says, which Redis never reads. */

enum { SKEP_RANGE_JOB_BYTES = 65 }; /* [A-Za-z0-9_.-]{1,64} */

struct skep_range {
    int64_t lo, hi;
};

/* A put. Repeatable: a piece that is in already is answered as such. */
struct skep_range_put {
    const char *job;
    const char *spec; /* JSON, opaque */
    size_t spec_n;
    int64_t n;        /* tasks of the job in all */
    int64_t n_done;   /* of them done before (resume): they are not put, and count as done */
    const char *stop; /* "any", "first", or NULL */
    bool has_acks;    /* there is something to gather */
};

enum { SKEP_RANGE_PIECES = 1000 /* of one call */ };

/* Put PIECES (in order, not overlapping; together n - n_done positions over all calls), of which the first
 * N_BEFORE positions were put by earlier calls (0 for the first call). *N_PUT_OUT: positions of this job that
 * the server has now.
 *
 *   SKEP_E_CONFLICT   a job of this name is there, with another spec
 *   SKEP_E_FULL, SKEP_E_CANCELLED as skep_put_send; and what the connection says */
SKEP_MUST_USE skep_status skep_range_put(struct skep_conn *conn, const struct skep_keys *keys,
                                         const struct skep_range_put *put, int64_t n_before,
                                         const struct skep_range *pieces, size_t n_pieces, int64_t *n_put_out,
                                         struct skep_error *err);

/* The spec of a job, memory of the connection; NULL with SKEP_OK: there is none. */
SKEP_MUST_USE skep_status skep_range_spec(struct skep_conn *conn, const struct skep_keys *keys,
                                          const char *job, const char **spec_out, size_t *n_out,
                                          struct skep_error *err);

/* How a job stopped, beside its counts (queue/job.h). */
struct skep_range_end {
    int64_t hit;       /* lowest position with a hit; -1: none */
    int64_t winner;    /* its index; -1 */
    const char *value; /* what a reduction gave, JSON; NULL: nothing yet. Memory of the connection */
    size_t value_n;
};
SKEP_MUST_USE skep_status skep_range_read_end(struct skep_conn *conn, const struct skep_keys *keys,
                                              const char *job, struct skep_range_end *end_out,
                                              struct skep_error *err);

/* The gatherer's last word: everything is safe; VALUE (NULL: none) is the reduced value. The job leaves the
 * set of those with something to gather. */
SKEP_MUST_USE skep_status skep_range_finish(struct skep_conn *conn, const struct skep_keys *keys,
                                            const char *job, const char *value, size_t value_n,
                                            struct skep_error *err);

/* Jobs with something to gather. Names are copied into *NAMES_OUT (the caller's: skep_free). */
SKEP_MUST_USE skep_status skep_range_list_gather(struct skep_conn *conn, const struct skep_keys *keys,
                                                 char (**names_out)[SKEP_RANGE_JOB_BYTES], size_t *n_out,
                                                 struct skep_error *err);

/* The first line of a record: whether it is a range's, and which. JOB has SKEP_RANGE_JOB_BYTES. */
bool skep_range_read_line(const char *bytes, size_t n, struct skep_range *range_out, char *job);

bool skep_range_job_is_valid(const char *job);

#endif
