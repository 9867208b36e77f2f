/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_CHANCE_H
#define SKEP_CHAOS_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/* Chance that can be had again: the same seed, the same numbers. SplitMix64 (Steele, Lea, Flood: "Fast
 * splittable pseudorandom number generators", OOPSLA 2014). */
struct skep_chance {
    uint64_t state; /* the seed, at first */
};

uint64_t skep_chance_u64(struct skep_chance *chance);

/* In 0 .. n - 1; 0 for n = 0. */
uint64_t skep_chance_below(struct skep_chance *chance, uint64_t n);

/* In [0, 1). */
double skep_chance_f64(struct skep_chance *chance);

/* A time to live of this mean, exponentially distributed: as of things that do not age. At least 1 ms, and
 * at most 8 means. */
int64_t skep_chance_life_ms(struct skep_chance *chance, int64_t mean_ms);

#endif
