/* SPDX-License-Identifier: MIT */
#include "cores.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

static int cores_by_affinity(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

/* Two numbers of a file of the cgroup file system; false when it is not there or says "max". */
static int cores_read(const char *path, long *first, long *second)
{
    FILE *file = fopen(path, "re");
    int n;

    if (file == NULL) {
        return 0;
    }
    n = fscanf(file, "%ld %ld", first, second);
    fclose(file);
    return n;
}

/* The folder of this process below /sys/fs/cgroup (version 2 has the one line "0::/path"). */
static void cores_own_cgroup(char *path, size_t size)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[PATH_MAX];

    path[0] = '\0';
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "0::", 3) == 0) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(path, size, "%s", line + 3);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* The tightest quota on the way from this process' group up to the root, in cores; INT_MAX when there is
 * none. */
static int cores_by_quota(void)
{
    char group[PATH_MAX];
    char path[PATH_MAX + 64];
    long quota, period;
    int cores = INT_MAX;

    cores_own_cgroup(group, sizeof group);
    for (;;) {
        char *slash;
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", strcmp(group, "/") == 0 ? "" : group);
        if (cores_read(path, &quota, &period) == 2 && period > 0 && quota / period < cores) {
            cores = (int)(quota / period);
        }
        slash = strrchr(group, '/');
        if (slash == NULL) {
            break;
        }
        *slash = '\0';
    }
    if (cores_read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", &quota, &period) == 1 && quota > 0 &&
        cores_read("/sys/fs/cgroup/cpu/cpu.cfs_period_us", &period, &period) == 1 && period > 0 &&
        quota / period < cores) {
        cores = (int)(quota / period);
    }
    return cores > 0 ? cores : 1;
}

int skep_cores_allowed(void)
{
    int by_affinity = cores_by_affinity();
    int by_quota = cores_by_quota();

    return by_quota < by_affinity ? by_quota : by_affinity;
}
