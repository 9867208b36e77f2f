/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_CORES_H
#define SKEP_WORKER_CORES_H

/* Cores that this process may use: what affinity allows, and no more than the CPU quota of its cgroup
 * (version 2 or 1), rounded down, at least 1. */
int skep_cores_allowed(void);

#endif
