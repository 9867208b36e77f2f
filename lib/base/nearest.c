/* SPDX-License-Identifier: MIT */
#include "base/nearest.h"

#include <stdint.h>

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: three rows of the usual table, the third for swapped neighbours. */
size_t skep_nearest_distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t rows[3][SKEP_NEAREST_MAX + 1];

    if (n_a > SKEP_NEAREST_MAX || n_b > SKEP_NEAREST_MAX) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= n_b; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= n_a; i++) {
        size_t *here = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        here[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            here[j] = least_of(least_of(above[j], here[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                here[j] = least_of(here[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[n_a % 3][n_b];
}
