/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_CGROUP_H
#define SKEP_BASE_CGROUP_H

#include <limits.h>
#include <stdint.h>

/* What the control groups of a process allow it: the tightest bound on the way from its own group up to the
 * root (version 2), or that of the mounted hierarchy (version 1). Whole folders, so that a test can have its
 * own. */
struct skep_cgroup {
    char mount[64];       /* "/sys/fs/cgroup" */
    char group[PATH_MAX]; /* "/user.slice/x"; "" or "/": the root */
};

/* That of this process. */
void skep_cgroup_own(struct skep_cgroup *cgroup_out);

double skep_cgroup_cores(const struct skep_cgroup *cgroup);         /* 0: no quota */
int64_t skep_cgroup_memory_bytes(const struct skep_cgroup *cgroup); /* 0: no limit */

#endif
