/* SPDX-License-Identifier: MIT */
#include "bench/kernels/plain.h"

#include <string.h>

/* The sieve of Eratosthenes as in every textbook, a byte for each odd number below hi; lo is 0. */
skep_status plain_prime_count(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    uint64_t hi = call->args[1].u64;
    uint64_t count = hi > 2;
    void *room;
    uint8_t *is_composite; /* of 2 i + 1 */
    skep_status st = skep_call_scratch(call, (int64_t)(hi / 2), 1, &room, err);

    if (st != SKEP_OK) {
        return st;
    }
    is_composite = room;
    memset(is_composite, 0, hi / 2);
    for (uint64_t p = 3; p * p < hi; p += 2) {
        for (uint64_t q = p * p / 2; !is_composite[p / 2] && q < hi / 2; q += p) {
            is_composite[q] = 1;
        }
    }
    for (uint64_t i = 1; i < hi / 2; i++) {
        count += !is_composite[i];
    }
    *value_out = (struct skep_value){.kind = SKEP_VALUE_U64, .u64 = count};
    return SKEP_OK;
}

/* As the textbook has it for a large range: primes up to the root, and segments of the odd numbers of [lo,
 * hi) that fit the first-level cache. */
skep_status plain_prime_segments(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    enum { ROOT_MOST = 1 << 16, SEGMENT = 1 << 15 };
    static uint8_t is_composite[ROOT_MOST];
    static uint8_t segment[SEGMENT]; /* of start + 2 i */
    uint64_t lo = call->args[0].u64 | 1;
    uint64_t hi = call->args[1].u64;
    uint64_t count = 0;

    (void)err;
    memset(is_composite, 0, sizeof is_composite);
    for (uint64_t p = 3; p < 256; p += 2) {
        for (uint64_t q = p * p; q < ROOT_MOST; q += 2 * p) {
            is_composite[q] = 1;
        }
    }
    for (uint64_t start = lo; start < hi; start += 2 * SEGMENT) {
        uint64_t n = (hi - start + 1) / 2 < SEGMENT ? (hi - start + 1) / 2 : SEGMENT;

        memset(segment, 0, n);
        for (uint64_t p = 3; p < ROOT_MOST && p * p < start + 2 * n; p += 2) {
            uint64_t q = start + p - 1 - (start + p - 1) % p; /* the first multiple from start on */

            if (is_composite[p]) {
                continue;
            }
            q += q % 2 == 0 ? p : 0;
            q = q > p * p ? q : p * p;
            for (uint64_t i = (q - start) / 2; i < n; i += p) {
                segment[i] = 1;
            }
        }
        for (uint64_t i = 0; i < n; i++) {
            count += !segment[i];
        }
    }
    *value_out = (struct skep_value){.kind = SKEP_VALUE_U64, .u64 = count};
    return SKEP_OK;
}
