/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_NEAREST_H
#define SKEP_BASE_NEAREST_H

#include <stddef.h>

/* How many letters must be put in, left out, replaced or swapped with their neighbour to turn one word into
 * the other. A word longer than SKEP_NEAREST_MAX is far from everything: SIZE_MAX. */
enum { SKEP_NEAREST_MAX = 32 };
size_t skep_nearest_distance(const char *a, size_t n_a, const char *b, size_t n_b);

#endif
