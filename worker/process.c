/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROCESS_STAT_BYTES = 1024 };

static FILE *process_open(pid_t pid, const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    return fopen(path, "re");
}

void skep_process_read(pid_t pid, struct skep_process *process_out)
{
    FILE *file = process_open(pid, "stat");
    char text[PROCESS_STAT_BYTES];
    unsigned long user, system;
    const char *behind_name;
    char state;
    long pages;

    *process_out = (struct skep_process){.state = '?', .cpu_s = -1, .rss_bytes = -1};
    if (file == NULL) {
        return;
    }
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    behind_name = strrchr(text, ')'); /* the name may hold anything */
    if (behind_name != NULL &&
        sscanf(behind_name,
               ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %*u %*u %ld",
               &state, &user, &system, &pages) == 4) {
        process_out->state = state;
        process_out->cpu_s = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
        process_out->rss_bytes = (int64_t)pages * sysconf(_SC_PAGESIZE);
    }
}

int64_t skep_process_pss_bytes(pid_t pid)
{
    FILE *file = process_open(pid, "smaps_rollup");
    long long kb = -1;
    char line[128];

    while (file != NULL && kb < 0 && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "Pss: %lld kB", &kb) != 1) {
            kb = -1;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return kb >= 0 ? (int64_t)kb * 1024 : -1;
}
