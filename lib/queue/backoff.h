/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_BACKOFF_H
#define SKEP_QUEUE_BACKOFF_H

/* How long to wait before the next try of something that failed. Zeroed means 50 ms doubling up to 2 s. */
struct skep_backoff {
    int base_ms;  /* upper bound of the first wait; 0: 50 */
    int cap_ms;   /* upper bound of every wait; 0: 2000 */
    int n_failed; /* tries since the last success */
};

/* The next wait, in 1 .. min(cap, base * 2^n_failed) ms, all values equally likely ("full jitter"): a
 * thousand workers that lost one server at the same instant come back spread over the whole interval. Counts
 * the try. */
int skep_backoff_next_ms(struct skep_backoff *backoff);

/* It worked: start over. */
void skep_backoff_reset(struct skep_backoff *backoff);

#endif
