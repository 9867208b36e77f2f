/* SPDX-License-Identifier: MIT */
/* One word at a time, or whole blocks by philox_blocks.h. Normals are made in pairs by the method of Box and
 * Muller ("A note on the generation of random normal deviates", 1958): it takes a fixed number of words a
 * pair, so that the k-th number has a fixed place in the stream, which a method that rejects does not give.
 */
#include "kernel/math/philox.h"

#include <string.h>

#include "kernel/math/normal_pairs.h"
#include "kernel/math/philox_blocks.h"

enum { PAIRS_AT_ONCE = 1024 }; /* of normals: their uniforms stay in the first-level cache */

void skep_philox_init(struct skep_philox *philox, struct skep_stream_key key, uint64_t stream)
{
    *philox = (struct skep_philox){
        .key = {key.seed, 0},
        .counter = {0, 0, stream, key.index},
        .next = SKEP_PHILOX_WORDS,
    };
}

/* The counter is incremented before a block is made. The two lowest words count blocks; 2^128 of them do not
 * run out. */
static void philox_advance(struct skep_philox *philox, uint64_t n)
{
    philox->counter[0] += n;
    philox->counter[1] += philox->counter[0] < n;
}

uint64_t skep_philox_next_u64(struct skep_philox *philox)
{
    if (philox->next == SKEP_PHILOX_WORDS) {
        philox_advance(philox, 1);
        skep_philox_block(philox->key, philox->counter, philox->block);
        philox->next = 0;
    }
    return philox->block[philox->next++];
}

/* Take the next blocks: as many as N words are whole blocks, fewer where the lowest word of the counter
 * carries. Returns their number and in FIRST_OUT the counter of the first. */
static int64_t philox_take_blocks(struct skep_philox *philox, int64_t n,
                                  uint64_t first_out[SKEP_PHILOX_WORDS])
{
    uint64_t n_blocks = (uint64_t)n / SKEP_PHILOX_WORDS;
    uint64_t n_more; /* that share their higher words with the first */

    if (n_blocks == 0) {
        return 0;
    }
    philox_advance(philox, 1);
    memcpy(first_out, philox->counter, sizeof philox->counter);
    n_more = UINT64_MAX - philox->counter[0];
    if (n_more > n_blocks - 1) {
        n_more = n_blocks - 1;
    }
    philox_advance(philox, n_more);
    return (int64_t)(n_more + 1);
}

/* N words to WORDS or, where that is NULL, N uniforms to DOUBLES: the rest of the block begun, whole blocks,
 * and the start of one more. */
static void philox_fill(struct skep_philox *philox, uint64_t *words, double *doubles, int64_t n)
{
    const struct skep_philox_blocks *blocks = skep_philox_blocks_at(skep_cpu_level());
    uint64_t first[SKEP_PHILOX_WORDS];
    int64_t done = 0;

    while (done < n) {
        int64_t n_blocks =
            philox->next == SKEP_PHILOX_WORDS ? philox_take_blocks(philox, n - done, first) : 0;

        if (n_blocks > 0 && words != NULL) {
            blocks->words(philox->key, first, n_blocks, words + done);
        } else if (n_blocks > 0) {
            blocks->doubles(philox->key, first, n_blocks, doubles + done);
        } else if (words != NULL) {
            words[done++] = skep_philox_next_u64(philox);
        } else {
            doubles[done++] = skep_philox_next_f64(philox);
        }
        done += n_blocks * SKEP_PHILOX_WORDS;
    }
}

void skep_philox_fill_u64(struct skep_philox *philox, uint64_t *out, int64_t n)
{
    philox_fill(philox, out, NULL, n);
}

void skep_philox_fill_f64(struct skep_philox *philox, double *out, int64_t n)
{
    philox_fill(philox, NULL, out, n);
}

double skep_philox_next_f64(struct skep_philox *philox)
{
    return (double)(skep_philox_next_u64(philox) >> 11) * 0x1p-53;
}

double skep_philox_next_normal(struct skep_philox *philox)
{
    double pair[2];

    if (philox->has_spare) {
        philox->has_spare = false;
        return philox->spare;
    }
    pair[0] = skep_philox_next_f64(philox);
    pair[1] = skep_philox_next_f64(philox);
    skep_normal_pairs_plain(pair, pair, 1);
    philox->spare = pair[1];
    philox->has_spare = true;
    return pair[0];
}

void skep_philox_fill_normal(struct skep_philox *philox, double *out, int64_t n)
{
    skep_normal_pairs make = skep_normal_pairs_at(skep_cpu_level());

    if (n > 0 && philox->has_spare) {
        *out++ = skep_philox_next_normal(philox);
        n--;
    }
    for (int64_t done = 0; done + 1 < n;) {
        int64_t n_pairs = (n - done) / 2 < PAIRS_AT_ONCE ? (n - done) / 2 : PAIRS_AT_ONCE;

        skep_philox_fill_f64(philox, out + done, 2 * n_pairs);
        make(out + done, out + done, n_pairs);
        done += 2 * n_pairs;
    }
    if (n % 2 != 0) {
        out[n - 1] = skep_philox_next_normal(philox);
    }
}
