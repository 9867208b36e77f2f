/* SPDX-License-Identifier: MIT */
/* size = m 2^e with m of 53 bits. Of the product m 2^e/(2 pi) only the fraction is wanted: bits of 1/(2 pi)
 * that m 2^e makes whole turns are left out, and four words behind them are as good as all. (M. H. Payne and
 * R. N. Hanek, "Radian reduction for trigonometric functions", 1983.)
 *
 *     1/(2 pi)   0.[... whole turns ...][ w0 | w1 | w2 | w3 ]...
 *     m times that, modulo 1:            [ f0 | f1 | f2 ] f3: the last word lacks what follows w3
 *
 * No double comes closer than about 2^-62 to a multiple of pi/16, so of the 192 bits of f more than 120 count
 * after the five for n. */
#include "kernel/math/vmath_far_turn.h"

#include <math.h>
#include <string.h>

#include "kernel/math/vmath_constants.h"

__extension__ typedef unsigned __int128 turn_wide;

enum { TURN_WORDS = 4 };

/* 64 bits of 1/(2 pi) from bit FIRST after the point on. */
static uint64_t turn_bits(int first)
{
    int word = first / 64;
    int shift = first % 64;

    return shift == 0 ? vm_turn_bits[word]
                      : vm_turn_bits[word] << shift | vm_turn_bits[word + 1] >> (64 - shift);
}

/* The fraction of size/(2 pi), highest word first. */
static void turn_fraction(double size, uint64_t fraction[TURN_WORDS])
{
    uint64_t bits;
    uint64_t mantissa;
    uint64_t carry = 0;
    int exponent;

    memcpy(&bits, &size, sizeof bits);
    mantissa = (bits & 0xfffffffffffff) | 0x10000000000000;
    exponent = (int)(bits >> 52) - 1075; /* size = mantissa 2^exponent, -32 or more */
    for (int i = TURN_WORDS - 1; i >= 0; i--) {
        int first = exponent + 64 * i;
        uint64_t word = first >= 0 ? turn_bits(first) : vm_turn_bits[0] >> -first;
        turn_wide product = (turn_wide)mantissa * word + carry;

        fraction[i] = (uint64_t)product;
        carry = (uint64_t)(product >> 64);
    }
}

/* The words COUNT bits up, 0 < COUNT < 64. */
static void turn_shift(uint64_t words[TURN_WORDS], int count)
{
    for (int i = 0; i < TURN_WORDS; i++) {
        uint64_t next = i + 1 < TURN_WORDS ? words[i + 1] >> (64 - count) : 0;

        words[i] = words[i] << count | next;
    }
}

/* The words as a fraction of 1, times pi/16. */
static struct skep_far_turn turn_scaled(uint64_t words[TURN_WORDS])
{
    struct skep_far_turn turn = {0, 0.0, 0.0};
    int zeros = words[0] == 0 ? 63 : __builtin_clzll(words[0]);
    double high;
    double low;

    if (zeros > 0) {
        turn_shift(words, zeros);
    }
    high = ldexp((double)(words[0] >> 11), -53 - zeros);
    low = ldexp((double)(words[0] << 53 | words[1] >> 11), -53 - 64 - zeros);
    turn.r = high * VM_TURN_1;
    turn.low = fma(high, VM_TURN_1, -turn.r) + (high * VM_TURN_REST + low * VM_TURN_1);
    return turn;
}

struct skep_far_turn skep_far_turn(double size)
{
    struct skep_far_turn turn;
    uint64_t words[TURN_WORDS];
    uint64_t n;
    uint64_t above;

    turn_fraction(size, words);
    n = words[0] >> 59;
    turn_shift(words, 5);
    above = -(words[0] >> 63); /* all ones: the next multiple is nearer, and r negative */
    for (int i = 0; i < TURN_WORDS; i++) {
        words[i] ^= above; /* the negative but for a last bit that does not count */
    }
    turn = turn_scaled(words);
    turn.n = n - above;
    turn.r = above != 0 ? -turn.r : turn.r;
    turn.low = above != 0 ? -turn.low : turn.low;
    return turn;
}
