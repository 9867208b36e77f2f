/* SPDX-License-Identifier: MIT */
/* log k of an integer k < 2^32. With j the first seven bits of k, rounded to nearest,
 *
 *     k = j 2^s + d,   |d| <= 2^(s-1),   64 <= j <= 128
 *     log k = (s + 6) log 2 + log(j / 64) + 2 atanh(t),   t = d / (k + j 2^s)
 *
 * and |t| < 2^-8, so that atanh(t) = t + t^3/3 + t^5/5 + ... ends after t^9: the next term is below 2^-91.
 * t is one rounded division and the integer remainder that it leaves; what follows it is below 2^-25 and may
 * be computed in doubles. Only + - * / of doubles and integers are used, so the bits are the same everywhere.
 */
#include "kernel/box/log_count.h"

#include <assert.h>
#include <stddef.h>

enum { LOG_RUN = 8, LOG_LIST = 64 };

/* log 2 and log(64 / 64) ... log(128 / 64), rounded from 80 digits. */
static const struct skep_log log_2 = {0xb17217f7d1cf79, 0x2af278ed};
static const struct skep_log log_top[65] = {
    {0x00000000000000, 0x00000000}, {0x03f815161f807c, 0x1e7cf6d4}, {0x07e0a6c39e0cc0, 0x04cf8fc1},
    {0x0bba2c7b196e7e, 0x08c69e54}, {0x0f85186008b153, 0x0c2f992e}, {0x1341d7961bd1d0, 0x24a660de},
    {0x16f0d28ae56b4b, 0x26f9266e}, {0x1a926d3a4ad563, 0x1942f48b}, {0x1e27076e2af2e5, 0x3a7aa200},
    {0x21aefcf9a11cb2, 0x334bb8bd}, {0x252aa5f03fea46, 0x2602ee39}, {0x289a56d996fa3c, 0x33e9eca8},
    {0x2bfe60e14f27a7, 0x2439f105}, {0x2f57120421b212, 0x0df1b597}, {0x32a4b539e8ad68, 0x3b20983b},
    {0x35e7929d017fe5, 0x2c67300d}, {0x391fef8f353443, 0x1612ec0f}, {0x3c4e0edc55e5cb, 0x34f54400},
    {0x3f7230dabc7c55, 0x06aaa336}, {0x428c9389ce438d, 0x1f73f7a0}, {0x459d72aeae9838, 0x039cc7d5},
    {0x48a507ef3de596, 0x2242853e}, {0x4ba38aeb8474c2, 0x1c2cc91b}, {0x4e993155a517a7, 0x072f35cd},
    {0x51862f08717b09, 0x3d0b7b38}, {0x546ab61cb7e0b4, 0x09c93d61}, {0x5746f6fd602729, 0x108d8e0f},
    {0x5a1b207a6c52bb, 0x0442be10}, {0x5ce75fdaef401a, 0x1ce24c54}, {0x5fabe0ee0abf0d, 0x24b3a5e8},
    {0x6268ce1b05096a, 0x35a71881}, {0x651e5070845bea, 0x3a4cdd14}, {0x67cc8fb2fe612f, 0x32b68d76},
    {0x6a73b26a682126, 0x0d484ff5}, {0x6d13ddef323d8a, 0x0cbeedab}, {0x6fad36769c6def, 0x37861d38},
    {0x723fdf1e6a6886, 0x2c25d81f}, {0x74cbf9f803af55, 0x21dec8cc}, {0x7751a813071282, 0x3ee626a5},
    {0x79d109875a1e1f, 0x237da36f}, {0x7c4a3d7ebc1bb2, 0x335c83b1}, {0x7ebd623de3cc7b, 0x19afb3e5},
    {0x812a952d2e87f6, 0x0d38d2bb}, {0x8391f2e0e6fa02, 0x1caf2c71}, {0x85f39721295415, 0x2d312f76},
    {0x884f9cf16a64b7, 0x3bc7d936}, {0x8aa61e97a6af4d, 0x131e6747}, {0x8cf735a33e4b76, 0x18b97baf},
    {0x8f42faf3820681, 0x3bd8b34c}, {0x918986bdf5fa14, 0x05bc6d0e}, {0x93caf0944d88d7, 0x16f07e7b},
    {0x96074f6a24745d, 0x32f53863}, {0x983eb99a7885f0, 0x3f6b2144}, {0x9a7144ece70e98, 0x2dd725b1},
    {0x9c9f069ab150cd, 0x138884c0}, {0x9ec813538ab7d5, 0x08084c7a}, {0xa0ec7f42339573, 0x08c97986},
    {0xa30c5e10e2f613, 0x3a16f66f}, {0xa527c2ed81f5d8, 0x044f7e8f}, {0xa73ec08dbadd84, 0x396130ad},
    {0xa9516932de2d57, 0x1cef915e}, {0xab5fcead9f9cca, 0x0238c42e}, {0xad6a0261acf967, 0x3653554c},
    {0xaf70154920b3ab, 0x21ac12c0}, {0xb17217f7d1cf79, 0x2af278ed},
};

/* 2 atanh(D / SUM) = 2 t + 2 t^3/3 + ... in units of 2^-56, where 2 t is t 2^57. */
static struct skep_log log_of_ratio(int64_t d, int64_t sum)
{
    double t = (double)d / (double)sum;
    int64_t whole = (int64_t)(t * 0x1p57);
    /* What the division left over, below 2 sum: the 64 lowest bits of both products tell it. */
    int64_t left = (int64_t)(((uint64_t)d << 57) - (uint64_t)whole * (uint64_t)sum);
    double square = t * t;
    double series = 1.0 / 3 + square * (1.0 / 5 + square * (1.0 / 7 + square * (1.0 / 9)));
    double rest = (double)left / (double)sum + t * 0x1p57 * square * series;

    return (struct skep_log){.whole = whole, .rest = (int64_t)(rest * 0x1p30)};
}

static inline struct skep_log log_count(uint32_t k)
{
    struct skep_log log = {0, 0};
    int shift = 25 - __builtin_clz(k); /* s above; negative for k < 64, where d is 0 */
    int64_t top = (int64_t)k << (shift < 0 ? -shift : 0);

    if (shift > 0) {
        top = (top + ((int64_t)1 << (shift - 1))) >> shift;
        log = log_of_ratio((int64_t)k - (top << shift), (int64_t)k + (top << shift));
    }
    log.whole += log_top[top - 64].whole + (shift + 6) * log_2.whole;
    log.rest += log_top[top - 64].rest + (shift + 6) * log_2.rest;
    return log;
}

struct skep_log skep_log_count(uint32_t k)
{
    assert(k >= 1);
    return log_count(k);
}

static inline skep_log_wide log_times(struct skep_log log, int64_t n)
{
    return (skep_log_wide)log.whole * n * ((skep_log_wide)1 << 30) + (skep_log_wide)log.rest * n;
}

/* The same for the N counts of a list. */
static skep_log_wide log_weighted_list(const int64_t *weights, const uint32_t *list, int n,
                                       const struct skep_log *logs)
{
    skep_log_wide sum = 0;

    for (int i = 0; i < n; i++) {
        uint32_t k = list[i];
        sum += log_times(logs != NULL ? logs[k] : log_count(k), weights[k]);
    }
    return sum;
}

/* Most counts have no weight. Runs of eight such are passed at once, and what is left is gathered without a
 * branch for each, which would go either way without a pattern. */
skep_log_wide skep_log_weighted(const int64_t *weights, int64_t first, int64_t last,
                                const struct skep_log *logs)
{
    skep_log_wide sum = 0;
    uint32_t list[LOG_LIST + LOG_RUN] = {0};
    int n = 0;

    for (int64_t k = first; k < last; k += LOG_RUN) {
        int run = last - k < LOG_RUN ? (int)(last - k) : LOG_RUN;
        int64_t any = 0;

        for (int i = 0; i < run; i++) {
            any |= weights[k + i];
        }
        if (any == 0) {
            continue;
        }
        for (int i = 0; i < run; i++) {
            list[n] = (uint32_t)(k + i);
            n += weights[k + i] != 0;
        }
        if (n >= LOG_LIST) {
            sum += log_weighted_list(weights, list, n, logs);
            n = 0;
        }
    }
    return sum + log_weighted_list(weights, list, n, logs);
}
