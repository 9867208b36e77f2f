/* SPDX-License-Identifier: MIT */
#include "cores.h"

#include <sched.h>

#include "base/cgroup.h"

static int cores_by_affinity(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

int skep_cores_allowed(void)
{
    int cores = cores_by_affinity();
    struct skep_cgroup cgroup;
    double quota;

    skep_cgroup_own(&cgroup);
    quota = skep_cgroup_cores(&cgroup);
    if (quota > 0 && quota < cores) {
        cores = quota >= 1 ? (int)quota : 1;
    }
    return cores;
}
