/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_ACCOUNT_H
#define SKEP_QUEUE_ACCOUNT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "metrics/account.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* What tasks have used, kept beside the queue (metrics/account.h has the fields). It goes with the cycle that
 * settles them, so it is counted exactly as often as they are. Plain data; strings are borrowed. */

struct skep_account_add {
    const char *field;
    int64_t by;
};

struct skep_account_slow {
    double seconds;
    const char *what; /* "NAME HOST SLOT"; of the same the longest time counts */
};

/* Of one job. Not counted when nobody has announced it: a name in a record is anybody's. */
struct skep_account_job {
    const char *job;
    const struct skep_account_add *adds;
    size_t n_adds;
    int64_t peak_rss_bytes;
    int64_t spent_ms; /* before this cycle it began */
    const struct skep_account_slow *slow;
    size_t n_slow; /* SKEP_ACCOUNT_SLOWEST at most */
};

enum { SKEP_ACCOUNT_MAX_ADDS = 256, SKEP_ACCOUNT_MAX_JOBS = 16 }; /* in one cycle */

/* Of a job so many fields are kept: what slots beyond that ran counts as "w:". */
enum { SKEP_ACCOUNT_MAX_FIELDS = 4096 /* account_job.inc has the same */ };

struct skep_account_news {
    const struct skep_account_add *adds; /* of the queue */
    size_t n_adds;
    const struct skep_account_job *jobs;
    size_t n_jobs;
};

/* In the words of scripts/account.inc: how many there will be, and add them to a request that was begun with
 * room for so many. NULL: none. Amounts are 0 or more. */
size_t skep_account_words(const struct skep_account_news *news);
void skep_account_add_words(struct skep_conn *conn, const struct skep_account_news *news);

/* Every field of the queue (JOB NULL) or of a job goes to EACH; what is no number is left out. Waits for the
 * reply. A queue of which nothing is known has no fields. At most some SKEP_ACCOUNT_MAX_FIELDS: the rest is
 * not read. */
typedef void skep_account_each(void *context, const char *field, int64_t value);
SKEP_MUST_USE skep_status skep_account_read(struct skep_conn *conn, const struct skep_keys *keys,
                                            const char *job, skep_account_each *each, void *context,
                                            struct skep_error *err);

/* The slowest tasks of JOB, the slowest first; `what` is memory of the connection until its next use. */
SKEP_MUST_USE skep_status skep_account_read_slowest(
    struct skep_conn *conn, const struct skep_keys *keys, const char *job,
    struct skep_account_slow slowest_out[SKEP_ACCOUNT_SLOWEST], size_t *n_out, struct skep_error *err);

#endif
