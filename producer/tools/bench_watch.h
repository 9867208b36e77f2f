/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_BENCH_WATCH_H
#define SKEP_PRODUCER_BENCH_WATCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Who stops calls of kernels that take too long, or that the user no longer wants: a thread that looks a few
 * times a second, as a kernel reads no clock. */
struct skep_bench_watch {
    atomic_uint word;         /* the stop of the calls */
    _Atomic int64_t until_ns; /* monotonic */
    atomic_bool is_late, is_over;
    const atomic_uint *user; /* the user's stop; NULL: none */
    pthread_t thread;
};

/* SKEP_E_NOMEM   no thread can be had, and there is nothing to end */
SKEP_MUST_USE skep_status skep_bench_watch_begin(struct skep_bench_watch *watch, const atomic_uint *user,
                                                 struct skep_error *err);
void skep_bench_watch_end(struct skep_bench_watch *watch);

/* From now on what runs may run for SECONDS. */
void skep_bench_watch_allow(struct skep_bench_watch *watch, double seconds);

/* Whether that is why a call was stopped. Then it is forgotten: the next one may run. */
bool skep_bench_watch_was_late(struct skep_bench_watch *watch);

#endif
