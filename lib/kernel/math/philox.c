/* SPDX-License-Identifier: MIT */
/* One block of four words is ten rounds of two wide multiplications; the names of the constants and of the
 * halves follow section 4.2 of the paper named in the header. Normals are made in pairs by the method of Box
 * and Muller ("A note on the generation of random normal deviates", 1958): it takes a fixed number of words a
 * pair, so that the k-th number has a fixed place in the stream, which a method that rejects does not give.
 */
#include "kernel/math/philox.h"

#include <math.h>

#include "kernel/math/elementary.h"

#define PHILOX_M0 0xD2E7470EE14C6C93u
#define PHILOX_M1 0xCA5A826395121157u
#define PHILOX_W0 0x9E3779B97F4A7C15u /* golden ratio */
#define PHILOX_W1 0xBB67AE8584CAA73Bu /* sqrt(3) - 1 */

enum { PHILOX_ROUNDS = 10 };

__extension__ typedef unsigned __int128 philox_wide;

void skep_philox_init(struct skep_philox *philox, struct skep_stream_key key, uint64_t stream)
{
    *philox = (struct skep_philox){
        .key = {key.seed, 0},
        .counter = {0, 0, stream, key.index},
        .next = 4,
    };
}

static void philox_make_block(struct skep_philox *philox)
{
    uint64_t k0 = philox->key[0];
    uint64_t k1 = philox->key[1];
    uint64_t c[4];

    /* The two lowest words count blocks; 2^128 of them do not run out. */
    if (++philox->counter[0] == 0) {
        philox->counter[1]++;
    }
    for (int i = 0; i < 4; i++) {
        c[i] = philox->counter[i];
    }
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        philox_wide a = (philox_wide)PHILOX_M0 * c[0];
        philox_wide b = (philox_wide)PHILOX_M1 * c[2];
        uint64_t c1 = c[1];
        uint64_t c3 = c[3];

        c[0] = (uint64_t)(b >> 64) ^ c1 ^ k0;
        c[1] = (uint64_t)b;
        c[2] = (uint64_t)(a >> 64) ^ c3 ^ k1;
        c[3] = (uint64_t)a;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
    for (int i = 0; i < 4; i++) {
        philox->block[i] = c[i];
    }
    philox->next = 0;
}

uint64_t skep_philox_next_u64(struct skep_philox *philox)
{
    if (philox->next == 4) {
        philox_make_block(philox);
    }
    return philox->block[philox->next++];
}

double skep_philox_next_f64(struct skep_philox *philox)
{
    return (double)(skep_philox_next_u64(philox) >> 11) * 0x1p-53;
}

double skep_philox_next_normal(struct skep_philox *philox)
{
    double radius;
    double turn;
    double sine;
    double cosine;

    if (philox->has_spare) {
        philox->has_spare = false;
        return philox->spare;
    }
    /* 1 - u is exact and never 0. */
    radius = sqrt(-2.0 * skep_ln(1.0 - skep_philox_next_f64(philox)));
    turn = skep_philox_next_f64(philox);
    skep_sincos_turn(turn, &sine, &cosine);
    philox->spare = radius * sine;
    philox->has_spare = true;
    return radius * cosine;
}

void skep_philox_fill_normal(struct skep_philox *philox, double *out, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        out[i] = skep_philox_next_normal(philox);
    }
}
