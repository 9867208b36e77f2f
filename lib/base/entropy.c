/* SPDX-License-Identifier: MIT */
#include "base/entropy.h"

#include <stdlib.h>
#include <sys/random.h>

uint64_t skep_entropy_u64(void)
{
    uint64_t word;

    if (getrandom(&word, sizeof word, 0) != (ssize_t)sizeof word) {
        abort();
    }
    return word;
}
