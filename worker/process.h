/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_PROCESS_H
#define SKEP_WORKER_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/* What the system says of one of our processes, for people. */
struct skep_process {
    char state;        /* R, S, D, T, Z, ...; '?': not known */
    double cpu_s;      /* of all its threads; -1: not known, as all that follows */
    int64_t rss_bytes; /* resident */
};

void skep_process_read(pid_t pid, struct skep_process *process_out);

/* Resident memory, what is shared counted in parts. Walks all its pages: some ms where there are gigabytes.
 * -1: not known. */
int64_t skep_process_pss_bytes(pid_t pid);

#endif
