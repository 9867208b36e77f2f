/* SPDX-License-Identifier: MIT */
#ifndef SKEP_MONITOR_MACHINE_H
#define SKEP_MONITOR_MACHINE_H

#include <stdint.h>

/* What this process may use of the machine it runs on. Nothing here fails: what the system does not say is
 * unknown. */
struct skep_machine {
    int64_t cores;        /* that affinity allows; at least 1 */
    double quota_cores;   /* of its cgroup (version 2 or 1), the tightest up to the root; 0: none */
    int64_t cores_usable; /* whole cores by both, at least 1: what `--slots auto` takes */
    int64_t memory_bytes, memory_free_bytes; /* of the machine; 0: unknown */
    int64_t memory_limit_bytes;              /* of its cgroup; 0: none */
    int64_t open_files, processes;           /* limits; INT64_MAX: none */
    int64_t file_bytes, address_bytes;       /* of one file; of memory; INT64_MAX: none */
    char boot[40];                           /* which start of the machine; "" unknown */
};

void skep_machine_read(struct skep_machine *machine_out);

/* Free bytes for us on the disk of the folder PATH; -1: there is no such folder, or nobody says. TOTAL_OUT
 * (may be NULL): of how many. */
int64_t skep_machine_disk_free(const char *path, int64_t *total_out);

#endif
