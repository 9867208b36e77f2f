/* SPDX-License-Identifier: MIT */
#include "base/cgroup.h"

#include <stdio.h>
#include <string.h>

/* Version 1 says "no limit" as the largest number of pages. */
#define CGROUP_NO_LIMIT (INT64_C(1) << 60)

void skep_cgroup_own(struct skep_cgroup *cgroup_out)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[PATH_MAX];

    snprintf(cgroup_out->mount, sizeof cgroup_out->mount, "/sys/fs/cgroup");
    cgroup_out->group[0] = '\0';
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "0::", 3) == 0) { /* the one line of version 2 */
            line[strcspn(line, "\n")] = '\0';
            snprintf(cgroup_out->group, sizeof cgroup_out->group, "%s", line + 3);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* So many numbers the file GROUP/NAME begins with, two at most. */
static int cgroup_read(const struct skep_cgroup *cgroup, const char *group, const char *name, int64_t *first,
                       int64_t *second)
{
    char path[sizeof cgroup->mount + PATH_MAX + 64];
    long long a = 0, b = 0;
    FILE *file;
    int n = 0;

    snprintf(path, sizeof path, "%s%s/%s", cgroup->mount, strcmp(group, "/") == 0 ? "" : group, name);
    file = fopen(path, "re");
    if (file != NULL) {
        n = fscanf(file, "%lld %lld", &a, &b); /* "max": none */
        fclose(file);
    }
    *first = a;
    *second = b;
    return n;
}

static double cgroup_least(double a, double b)
{
    return a == 0 || (b > 0 && b < a) ? b : a;
}

/* From the group up to the root: the least of what READ says; 0 is no bound. */
static double cgroup_climb(const struct skep_cgroup *cgroup,
                           double (*read)(const struct skep_cgroup *cgroup, const char *group))
{
    char group[PATH_MAX];
    double least;

    snprintf(group, sizeof group, "%s", cgroup->group);
    least = read(cgroup, group);
    for (char *slash = strrchr(group, '/'); slash != NULL; slash = strrchr(group, '/')) {
        *slash = '\0';
        least = cgroup_least(least, read(cgroup, group));
    }
    return least;
}

static double cgroup_read_cores(const struct skep_cgroup *cgroup, const char *group)
{
    int64_t quota, period;

    return cgroup_read(cgroup, group, "cpu.max", &quota, &period) == 2 && quota > 0 && period > 0
               ? (double)quota / (double)period
               : 0;
}

static double cgroup_read_memory(const struct skep_cgroup *cgroup, const char *group)
{
    int64_t bytes, none;

    return cgroup_read(cgroup, group, "memory.max", &bytes, &none) == 1 && bytes > 0 ? (double)bytes : 0;
}

double skep_cgroup_cores(const struct skep_cgroup *cgroup)
{
    double cores = cgroup_climb(cgroup, cgroup_read_cores);
    int64_t quota, period, none;

    if (cgroup_read(cgroup, "/cpu", "cpu.cfs_quota_us", &quota, &none) == 1 && quota > 0 &&
        cgroup_read(cgroup, "/cpu", "cpu.cfs_period_us", &period, &none) == 1 && period > 0) {
        cores = cgroup_least(cores, (double)quota / (double)period);
    }
    return cores;
}

int64_t skep_cgroup_memory_bytes(const struct skep_cgroup *cgroup)
{
    double bytes = cgroup_climb(cgroup, cgroup_read_memory);
    int64_t limit, none;

    if (cgroup_read(cgroup, "/memory", "memory.limit_in_bytes", &limit, &none) == 1 && limit > 0 &&
        limit < CGROUP_NO_LIMIT) {
        bytes = cgroup_least(bytes, (double)limit);
    }
    return (int64_t)bytes;
}
