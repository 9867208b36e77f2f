/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_BOOKS_H
#define SKEP_WORKER_BOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "account.h"
#include "hand.h"
#include "rounds.h"

/* The books of a slot for one of its queues: what goes with the next cycle, what is under way with this one,
 * and what came of it. */
struct skep_books {
    const char *host;
    int slot;
    bool is_closed;                     /* nothing is kept nor told */
    struct skep_account account;        /* of the cycle under way */
    struct skep_rounds rounds, telling; /* not told yet; under way with it */
    int64_t rounds_told_ms;             /* monotonic */
    int64_t began_ns;                   /* the cycle; monotonic */
    int64_t told_ns; /* the last one took so long, and told of this job: counted with the next */
    char job[SKEP_RANGE_JOB_BYTES]; /* "": of none that can be told of */
};

/* HOST is borrowed. */
void skep_books_init(struct skep_books *books, const char *host, int slot);

/* What goes with the cycle that HAND has just made, which is sent now; rounds once ROUNDS_MS have passed
 * since they were told. NULL: nothing. */
enum {
    SKEP_ROUNDS_MS = 1000,
    SKEP_ROUNDS_SOON_MS = 100, /* when it may be the last cycle for long */
    SKEP_ROUNDS_NOW_MS = 0     /* when it is the last */
};
const struct skep_account_news *skep_books_tell(struct skep_books *books, struct skep_hand *hand,
                                                const char *worker, int64_t rounds_ms);

/* It was answered; not APPLIED: it will be made anew, as after it could not be sent. */
void skep_books_answered(struct skep_books *books, bool is_applied);
void skep_books_not_sent(struct skep_books *books);

#endif
