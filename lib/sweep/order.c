/* SPDX-License-Identifier: MIT */
/* The random order is a Feistel network on the bits of a position, cut into two halves (the left one may have
 * a bit more). It permutes [0, 2^bits), which is less than twice as large as [0, n_all); a result outside is
 * put in again until one falls inside ("cycle walking": Black and Rogaway, "Ciphers with arbitrary finite
 * domains", 2002), which permutes [0, n_all). It is for spreading the work, not for secrets: the round
 * function is a 64-bit mixer with the seed. */
#include "sweep/order.h"

#include <assert.h>
#include <stddef.h>

enum { ORDER_ROUNDS = 6 };

/* The finalizer of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
 */
static uint64_t order_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

struct order_net {
    uint64_t seed;
    int right_bits;
    uint64_t left_mask, right_mask;
};

static struct order_net order_net_of(const struct skep_sweep *sweep)
{
    struct order_net net = {.seed = order_mix(sweep->seed + 0x9E3779B97F4A7C15u)};
    const int bits = sweep->n_all > 1 ? 64 - __builtin_clzll((uint64_t)sweep->n_all - 1) : 0;

    net.right_bits = bits / 2;
    net.right_mask = (UINT64_C(1) << net.right_bits) - 1;
    net.left_mask = (UINT64_C(1) << (bits - net.right_bits)) - 1;
    return net;
}

static uint64_t order_round(const struct order_net *net, int round, uint64_t half)
{
    return order_mix(net->seed + half + ((uint64_t)round << 32)) >> 32;
}

static uint64_t order_forward(const struct order_net *net, uint64_t x)
{
    uint64_t left = x >> net->right_bits;
    uint64_t right = x & net->right_mask;

    for (int round = 0; round < ORDER_ROUNDS; round += 2) {
        left ^= order_round(net, round, right) & net->left_mask;
        right ^= order_round(net, round + 1, left) & net->right_mask;
    }
    return left << net->right_bits | right;
}

static uint64_t order_backward(const struct order_net *net, uint64_t x)
{
    uint64_t left = x >> net->right_bits;
    uint64_t right = x & net->right_mask;

    for (int round = ORDER_ROUNDS - 2; round >= 0; round -= 2) {
        right ^= order_round(net, round + 1, left) & net->right_mask;
        left ^= order_round(net, round, right) & net->left_mask;
    }
    return left << net->right_bits | right;
}

int64_t skep_order_index(const struct skep_sweep *sweep, int64_t position)
{
    struct order_net net;
    uint64_t x = (uint64_t)position;

    assert(position >= 0 && position < sweep->n);
    switch (sweep->order) {
    case SKEP_ORDER_LONGEST:
        assert(sweep->perm != NULL);
        return sweep->perm[position];
    case SKEP_ORDER_RANDOM:
        net = order_net_of(sweep);
        do {
            x = order_forward(&net, x);
        } while (x >= (uint64_t)sweep->n_all);
        return (int64_t)x;
    case SKEP_ORDER_INDEX:
        break;
    }
    return position;
}

static int64_t longest_position(const struct skep_sweep *sweep, int64_t index)
{
    for (int64_t position = 0; position < sweep->n_all; position++) {
        if (sweep->perm[position] == index) {
            return position;
        }
    }
    return -1;
}

int64_t skep_order_position(const struct skep_sweep *sweep, int64_t index)
{
    struct order_net net;
    uint64_t x = (uint64_t)index;
    int64_t position = index;

    assert(index >= 0 && index < sweep->n_all);
    if (sweep->order == SKEP_ORDER_LONGEST) {
        position = longest_position(sweep, index);
    } else if (sweep->order == SKEP_ORDER_RANDOM) {
        net = order_net_of(sweep);
        do {
            x = order_backward(&net, x);
        } while (x >= (uint64_t)sweep->n_all);
        position = (int64_t)x;
    }
    return position < sweep->n ? position : -1;
}
