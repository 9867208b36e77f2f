/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_TUNER_H
#define SKEP_WORKER_TUNER_H

#include <stdint.h>

/* How many tasks of a range job a slot should take at a time. What a chunk costs beside its tasks is one
 * round trip, some 0.2 ms: below 2 % of any chunk of 10 ms. What a large one costs is that others wait for
 * its tasks, and that it is lost with its slot. So it is what fits into half a second: reached by doubling
 * from one, because nothing is known at first; and where durations vary so much that the 95th percentile is
 * over three medians, as if every task were a long one.
 *
 * The end of a job is not known here: the server gives out less when little is left, and lets idle slots take
 * half of what a busy one holds. Pure. */
enum { SKEP_TUNER_CHUNK_MS = 500, SKEP_TUNER_SAMPLES = 64 };

struct skep_tuner {
    int64_t want;                        /* of the next chunk; at least 1 */
    double task_s;                       /* mean of the last chunks, the newest counting half; 0: not known */
    uint64_t n_seen;                     /* tasks */
    int64_t last_ns[SKEP_TUNER_SAMPLES]; /* durations of the last of them, in a ring */
};

void skep_tuner_init(struct skep_tuner *tuner);

/* One task took so long. Some ns. */
static inline void skep_tuner_see(struct skep_tuner *tuner, int64_t task_ns)
{
    tuner->last_ns[tuner->n_seen++ % SKEP_TUNER_SAMPLES] = task_ns;
}

/* A chunk is over: N tasks of it were run here, in so much time with all that belongs to them. */
void skep_tuner_learn(struct skep_tuner *tuner, int64_t n, double spent_s);

#endif
