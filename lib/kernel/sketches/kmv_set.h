/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_SKETCHES_KMV_SET_H
#define SKEP_KERNEL_SKETCHES_KMV_SET_H

#include "kernel/cpu.h"
#include "kernel/kernel.h"

/* The K smallest of all distinct values that were added. Values are below 2^63 - 1. */
struct skep_kmv_set {
    const struct skep_call *call;
    int64_t k;
    uint64_t limit; /* what is not below it is none of the k smallest, or known already */
    int64_t n;      /* candidates, all distinct and below the limit but for those of the last shrinking */
    uint64_t *candidates; /* room for 2 k */
    uint64_t *spare;
    uint64_t *table; /* the candidates once more, by their lowest bits: open addressing, at most half full */
    uint64_t mask;
};

enum { SKEP_KMV_LEAST_K = 8, SKEP_KMV_MOST_K = 1 << 18 };
#define SKEP_KMV_NOTHING ((uint64_t)INT64_MAX) /* no value: fills a state that has fewer than k */

SKEP_MUST_USE skep_status skep_kmv_set_init(struct skep_call *call, struct skep_kmv_set *set, int64_t k,
                                            struct skep_error *err);
double skep_kmv_set_bytes(int64_t k); /* what init takes from the arena */

void skep_kmv_set_add_new(struct skep_kmv_set *set, uint64_t value);

static inline void skep_kmv_set_add(struct skep_kmv_set *set, uint64_t value)
{
    if (value < set->limit) {
        skep_kmv_set_add_new(set, value);
    }
}

/* What of N hashes is below LIMIT, as values: without the last bit, and never SKEP_KMV_NOTHING. Returns how
 * many; OUT has room for N. */
typedef int64_t (*skep_kmv_sift)(const uint64_t *hashes, int64_t n, uint64_t limit, uint64_t *out);
int64_t skep_kmv_sift_plain(const uint64_t *hashes, int64_t n, uint64_t limit, uint64_t *out);
int64_t skep_kmv_sift_avx512(const uint64_t *hashes, int64_t n, uint64_t limit, uint64_t *out);
skep_kmv_sift skep_kmv_sift_at(enum skep_cpu_level level);

static inline uint64_t skep_kmv_value(uint64_t hash)
{
    uint64_t value = hash >> 1; /* 63 bits, so that states travel as JSON */

    return value - (value == SKEP_KMV_NOTHING);
}

/* The k smallest, or fewer, in ascending order; returns how many. The set is used up. */
int64_t skep_kmv_set_take(struct skep_kmv_set *set, uint64_t *out);

#endif
