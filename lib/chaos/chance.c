/* SPDX-License-Identifier: MIT */
#include "chaos/chance.h"

#include <math.h>

uint64_t skep_chance_u64(struct skep_chance *chance)
{
    uint64_t mixed = chance->state += 0x9e3779b97f4a7c15u;

    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

uint64_t skep_chance_below(struct skep_chance *chance, uint64_t n)
{
    return n > 0 ? skep_chance_u64(chance) % n : 0;
}

double skep_chance_f64(struct skep_chance *chance)
{
    return (double)(skep_chance_u64(chance) >> 11) * 0x1p-53;
}

int64_t skep_chance_life_ms(struct skep_chance *chance, int64_t mean_ms)
{
    double life = -log(1 - skep_chance_f64(chance)) * (double)mean_ms;

    if (life < 1) {
        return 1;
    }
    return life > 8 * (double)mean_ms ? 8 * mean_ms : (int64_t)life;
}
