/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_ACCOUNT_H
#define SKEP_WORKER_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "queue/account.h"
#include "rounds.h"
#include "spent.h"

/* What is told with a cycle of what the tasks that it settles have used (metrics/account.h has the words). It
 * is added up anew each time that a cycle is made, from what is kept of each attempt beside its verdict: so
 * what is told is always that of these verdicts, however often a cycle is made, sent, cut or answered. Each
 * attempt that ended is done or has failed for one cause; one that did not end, or was never begun (not due
 * yet, cancelled before), is not counted. */

/* What the positions of a range job that a cycle tells have used. */
struct skep_spent_slow {
    int64_t ns, position, index;
};
struct skep_spent_range {
    const char *kernel, *job; /* KERNEL NULL: not known */
    int64_t n_done, n_failed;
    int64_t buckets[SKEP_SECONDS_BUCKETS];
    int64_t began_ms;
    int64_t rows[SKEP_ACCOUNT_JOB_ROWS];
    int64_t peak_rss_bytes;
    const struct skep_spent_slow *slow;
    size_t n_slow; /* SKEP_ACCOUNT_SLOWEST at most */
};

/* What one cycle tells; some 60 KB. Kernels and jobs beyond the bounds count as "unknown", or not at all. */
enum { SKEP_ACCOUNT_KERNELS = 16, SKEP_ACCOUNT_CAUSES = 24, SKEP_ACCOUNT_TEXT_BYTES = 24 << 10 };

struct skep_account_kernel {
    const char *name;
    int64_t n_done, n_failed, ns, buckets[SKEP_SECONDS_BUCKETS];
};

struct skep_account_sum {
    const char *job;
    int64_t rows[SKEP_ACCOUNT_JOB_ROWS], buckets[SKEP_SECONDS_BUCKETS];
    int64_t peak_rss_bytes, began_ms; /* INT64_MAX: nothing of it began */
    size_t n_slow;                    /* the slowest first */
    struct {
        int64_t ns, index;
        const char *name; /* NULL: index is it */
    } slow[SKEP_ACCOUNT_SLOWEST];
};

struct skep_account {
    const char *host; /* borrowed, as are all names until it is begun anew */
    int slot;
    size_t n_kernels, n_causes, n_jobs;
    struct skep_account_kernel kernels[SKEP_ACCOUNT_KERNELS];
    struct {
        skep_status cause;
        int64_t n;
    } causes[SKEP_ACCOUNT_CAUSES];
    struct skep_account_sum jobs[SKEP_ACCOUNT_MAX_JOBS];

    /* in words (account_tell.c) */
    struct skep_account_news news;
    struct skep_account_add adds[SKEP_ACCOUNT_MAX_ADDS];
    struct skep_account_job told_jobs[SKEP_ACCOUNT_MAX_JOBS];
    struct skep_account_add job_adds[SKEP_ACCOUNT_MAX_JOBS][SKEP_ACCOUNT_JOB_ROWS + SKEP_SECONDS_BUCKETS + 1];
    struct skep_account_slow job_slow[SKEP_ACCOUNT_MAX_JOBS][SKEP_ACCOUNT_SLOWEST];
    size_t text_n;
    char text[SKEP_ACCOUNT_TEXT_BYTES];
};

void skep_account_begin(struct skep_account *account, const char *host, int slot);

/* An attempt; BYTES is the buffer that SPENT means. */
void skep_account_add(struct skep_account *account, const struct skep_spent *spent, const char *bytes);

/* Positions of a range; and why one of them failed. */
void skep_account_add_range(struct skep_account *account, const struct skep_spent_range *range);
void skep_account_add_cause(struct skep_account *account, skep_status cause);

/* So much time went into telling what was settled of JOB before. Counted if the job is being told of. */
void skep_account_add_commit(struct skep_account *account, const char *job, int64_t ns);

/* In words, for a cycle of WORKER, with what is new in its rounds (NULL: leave them out). NULL: there is
 * nothing to tell. Valid until it is begun anew. NOW_MS: monotonic. */
const struct skep_account_news *skep_account_tell(struct skep_account *account,
                                                  const struct skep_rounds *rounds, const char *worker,
                                                  int64_t now_ms);

#endif
