/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_RANGE_VERBS_H
#define SKEP_TESTS_INTEGRATION_RANGE_VERBS_H

/* Short words for what the tests of range jobs do again and again, to the job "j" of the queue "q" (verbs.h).
 * Everything here fails the test. */
#include "verbs.h"

#include "queue/job.h"
#include "queue/range.h"

#define RANGE_SPEC "{\"kernel\":\"echo\"}"

/* Bytes in an initializer. */
#define TEXT(literal)                                                                                        \
    {                                                                                                        \
        literal, sizeof literal - 1                                                                          \
    }

struct skep_range_put range_job(int64_t n); /* of n positions, plain in everything else */
int64_t put_pieces(const struct skep_range_put *put, int64_t n_before, const struct skep_range *pieces,
                   size_t n);
void put_all(const struct skep_range_put *put);

/* The ranges of a list in words: "0:5 7:9"; what a line has behind its positions is left out. */
void check_ranges(const char *key, const char *wanted);

/* At most WANT positions of "j" into an empty hand. */
const struct skep_cycle_reply *take_range(struct skep_holder *holder, int64_t want);

/* A job of 1000 positions, of which HOLDER has the first ten. */
struct skep_conn *hold_ten(struct skep_holder *holder);

/* The positions in the hand below UPTO are done. */
struct skep_range_verdict done_upto(const struct skep_holder *holder, int64_t upto);
const struct skep_cycle_reply *tell(struct skep_holder *holder, const struct skep_range_verdict *verdict);

/* "done+failed+cancelled of n: state" */
void check_range_job(const char *counts);

void cancel_job(void);

/* What an agent hears that has no slots. */
unsigned beat_flags(void);

#endif
