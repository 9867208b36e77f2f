/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_HERE_H
#define SKEP_SWEEP_HERE_H

#include <stdint.h>

/* This machine, from its start to its next: while that lasts, what a process wrote to a file is there even if
 * it was not synced and the process was killed. */
enum { SKEP_BOOT_BYTES = 37, SKEP_HOST_BYTES = 65 };

struct skep_here {
    char boot_id[SKEP_BOOT_BYTES]; /* of the kernel; empty where it does not tell: then nothing is like it */
    char host[SKEP_HOST_BYTES];
};

void skep_here_get(struct skep_here *here_out);

/* The boot id as a number for acks, never 0 where it is known. */
uint64_t skep_here_boot(void);

/* Pretend to be another machine, or this one after a power cut. For tests; NULL: ourselves again. */
void skep_here_replace(const struct skep_here *replacement);

#endif
