/* SPDX-License-Identifier: MIT */
#ifndef SKEP_METRICS_HISTOGRAM_H
#define SKEP_METRICS_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* Bounds of histograms, the same wherever one is kept, sent or shown. A bucket counts what is at most its
 * bound and above the bound before it; the last one has no bound. */

/* Seconds: 1 us * 4^k, up to 4295 s. */
enum { SKEP_SECONDS_BOUNDS = 17, SKEP_SECONDS_BUCKETS = SKEP_SECONDS_BOUNDS + 1 };
double skep_seconds_bound(int k); /* 0 <= K < SKEP_SECONDS_BOUNDS */
int skep_seconds_bucket(int64_t ns);

/* Sizes of batches: 1, 4, 16, 64, 256, 1024. */
enum { SKEP_SIZE_BOUNDS = 6, SKEP_SIZE_BUCKETS = SKEP_SIZE_BOUNDS + 1 };
int64_t skep_size_bound(int k);
int skep_size_bucket(int64_t n);

/* About the value that the part P (0 to 1) of what BUCKETS (of seconds) count is below: between two bounds it
 * is taken to be spread evenly on a logarithmic scale. NaN when they are empty. */
double skep_seconds_quantile(const int64_t buckets[SKEP_SECONDS_BUCKETS], double p);

#endif
