/* SPDX-License-Identifier: MIT */
#include "monitor/machine.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include "base/cgroup.h"

enum { MACHINE_LINE_BYTES = 256 };

static int64_t machine_cores(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

static void machine_read_memory(struct skep_machine *machine)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[MACHINE_LINE_BYTES];
    int64_t kib;

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "MemTotal: %" SCNd64, &kib) == 1) {
            machine->memory_bytes = kib * 1024;
        } else if (sscanf(line, "MemAvailable: %" SCNd64, &kib) == 1) {
            machine->memory_free_bytes = kib * 1024;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

static int64_t machine_limit(__rlimit_resource_t which)
{
    struct rlimit limit;

    return getrlimit(which, &limit) != 0 || limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
}

static void machine_read_boot(struct skep_machine *machine)
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

    if (file != NULL && fgets(machine->boot, sizeof machine->boot, file) != NULL) {
        machine->boot[strcspn(machine->boot, "\n")] = '\0';
    }
    if (file != NULL) {
        fclose(file);
    }
}

void skep_machine_read(struct skep_machine *machine_out)
{
    struct skep_machine *machine = machine_out;
    struct skep_cgroup cgroup;

    skep_cgroup_own(&cgroup);
    *machine = (struct skep_machine){
        .cores = machine_cores(),
        .quota_cores = skep_cgroup_cores(&cgroup),
        .memory_limit_bytes = skep_cgroup_memory_bytes(&cgroup),
    };
    machine->cores_usable = machine->quota_cores > 0 && machine->quota_cores < (double)machine->cores
                                ? (int64_t)machine->quota_cores
                                : machine->cores;
    machine->cores_usable = machine->cores_usable > 0 ? machine->cores_usable : 1;
    machine_read_memory(machine);
    machine->open_files = machine_limit(RLIMIT_NOFILE);
    machine->processes = machine_limit(RLIMIT_NPROC);
    machine->file_bytes = machine_limit(RLIMIT_FSIZE);
    machine->address_bytes = machine_limit(RLIMIT_AS);
    machine_read_boot(machine);
}

int64_t skep_machine_disk_free(const char *path, int64_t *total_out)
{
    struct statvfs info;
    int64_t block;

    if (total_out != NULL) {
        *total_out = -1;
    }
    if (statvfs(path, &info) != 0) {
        return -1;
    }
    block = (int64_t)(info.f_frsize > 0 ? info.f_frsize : info.f_bsize);
    if (total_out != NULL) {
        *total_out = (int64_t)info.f_blocks * block;
    }
    return (int64_t)info.f_bavail * block;
}
