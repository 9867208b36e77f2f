/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_TIMES_H
#define SKEP_CHAOS_TIMES_H

#include <stddef.h>
#include <stdint.h>

/* Measured times and what can be said of them. When memory ends the later ones are not kept. */
struct skep_times {
    int64_t *values;
    size_t n, room;
};

void skep_times_release(struct skep_times *times);
void skep_times_add(struct skep_times *times, int64_t value);

/* The smallest of them that SHARE (0 to 1) of all do not exceed; 0 when there are none. Sorts. */
int64_t skep_times_percentile(struct skep_times *times, double share);

#endif
