/* SPDX-License-Identifier: MIT */
#include "kernel/math/vmath_levels.h"

#include "kernel/math/vmath_lanes_plain.h"
#include "kernel/math/vmath_map.inc"

const struct skep_vmath skep_vmath_plain = VMATH_TABLE;
