/* SPDX-License-Identifier: MIT */
#include "sweep/here.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The seam for tests: a power cut cannot be had otherwise. */
static const struct skep_here *here_replacement;

void skep_here_replace(const struct skep_here *replacement)
{
    here_replacement = replacement;
}

void skep_here_get(struct skep_here *here_out)
{
    int fd;

    if (here_replacement != NULL) {
        *here_out = *here_replacement;
        return;
    }
    memset(here_out, 0, sizeof *here_out);
    fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (read(fd, here_out->boot_id, SKEP_BOOT_BYTES - 1) != SKEP_BOOT_BYTES - 1) {
            memset(here_out->boot_id, 0, sizeof here_out->boot_id);
        }
        close(fd);
    }
    if (gethostname(here_out->host, SKEP_HOST_BYTES - 1) != 0) {
        here_out->host[0] = '\0';
    }
}

uint64_t skep_here_boot(void)
{
    struct skep_here here;
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    skep_here_get(&here);
    if (here.boot_id[0] == '\0') {
        return 0;
    }
    for (const char *p = here.boot_id; *p != '\0'; p++) {
        hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    }
    return hash != 0 ? hash : 1;
}
