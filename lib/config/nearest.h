/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CONFIG_NEAREST_H
#define SKEP_CONFIG_NEAREST_H

#include <stddef.h>

#include "base/nearest.h"
#include "config/option.h"

/* The row that somebody who wrote NAME may have meant, or NULL if none is near. */
const struct skep_option *skep_nearest_option(const struct skep_option *rows, const char *name, size_t n);

#endif
