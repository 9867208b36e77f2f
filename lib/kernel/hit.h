/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_HIT_H
#define SKEP_KERNEL_HIT_H

#include <stdbool.h>

#include "kernel/kernel.h"

/* Whether a value is what a search was for: true, a number that is neither 0 nor NaN, an array with such an
 * element; null and JSON that is null, false, 0, "", [] or {} are not. */
bool skep_value_is_hit(const struct skep_value *value);

#endif
