/* SPDX-License-Identifier: MIT */
#include "config/nearest.h"

#include <string.h>

const struct skep_option *skep_nearest_option(const struct skep_option *rows, const char *name, size_t n)
{
    const struct skep_option *nearest = NULL;
    size_t best = n / 3 + 2; /* farther than this is no slip of the finger; one more than allowed */

    for (const struct skep_option *row = rows; row->name != NULL; row++) {
        size_t distance = skep_nearest_distance(name, n, row->name, strlen(row->name));
        if (row->help != NULL && distance < best && distance < n) {
            best = distance;
            nearest = row;
        }
    }
    return nearest;
}
