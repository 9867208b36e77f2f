/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_ENTROPY_H
#define SKEP_BASE_ENTROPY_H

#include <stdint.h>

/* Chance from the operating system: for names that must not collide and for jitter, never for results. Aborts
 * where the system has none. */
uint64_t skep_entropy_u64(void);

#endif
