/* SPDX-License-Identifier: MIT */
#include "metrics/histogram.h"

#include <math.h>

static const int64_t size_bounds[SKEP_SIZE_BOUNDS] = {1, 4, 16, 64, 256, 1024};

static int64_t seconds_bound_ns(int k)
{
    return INT64_C(1000) << (2 * k);
}

double skep_seconds_bound(int k)
{
    return (double)seconds_bound_ns(k) * 1e-9;
}

int skep_seconds_bucket(int64_t ns)
{
    int k = 0;

    while (k < SKEP_SECONDS_BOUNDS && ns > seconds_bound_ns(k)) {
        k++;
    }
    return k;
}

int64_t skep_size_bound(int k)
{
    return size_bounds[k];
}

int skep_size_bucket(int64_t n)
{
    int k = 0;

    while (k < SKEP_SIZE_BOUNDS && n > size_bounds[k]) {
        k++;
    }
    return k;
}

double skep_seconds_quantile(const int64_t buckets[SKEP_SECONDS_BUCKETS], double p)
{
    double total = 0, below = 0;

    for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
        total += (double)buckets[k];
    }
    for (int k = 0; k < SKEP_SECONDS_BUCKETS && total > 0; k++) {
        double part = (p * total - below) / (double)buckets[k];
        if (buckets[k] > 0 && part <= 1) {
            return skep_seconds_bound(0) * pow(4, k - 1 + (part > 0 ? part : 0));
        }
        below += (double)buckets[k];
    }
    return NAN;
}
