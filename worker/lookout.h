/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_LOOKOUT_H
#define SKEP_WORKER_LOOKOUT_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* What people want to know and what may take long to find out, or for ever where a disk does not answer: an
 * agent that waited for it would be declared dead with all its slots. So it is looked at by a thread of the
 * agent's that nobody waits for. */
enum { SKEP_LOOKOUT_MS = 10000 /* from look to look; at what is new a second after it came */ };

struct skep_looked_slot {
    atomic_int pid;            /* whom to look at; 0: nobody */
    _Atomic int64_t pss_bytes; /* of him; -1: not known */
};

struct skep_lookout {
    char *folder; /* its own copy, for the thread may outlive whoever knew it; NULL: none */
    _Atomic int64_t disk_free_bytes;
    _Atomic int64_t at_ms; /* monotonic, when the last look was over */
    int n;
    struct skep_looked_slot *slots;
};

/* N slots, nothing known. FOLDER may be NULL: none.
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_lookout_init(struct skep_lookout *lookout, const char *folder, int n,
                                            struct skep_error *err);
void skep_lookout_release(struct skep_lookout *lookout); /* not once it was started */

/* Look at everything once, or at the slots alone of which nothing is known. */
void skep_lookout_look(struct skep_lookout *lookout);
void skep_lookout_look_at_new(struct skep_lookout *lookout);

/* Look again and again, in a thread that ends with the process, as LOOKOUT does.
 *   SKEP_E_NOMEM   no thread; nothing is known then */
SKEP_MUST_USE skep_status skep_lookout_start(struct skep_lookout *lookout, struct skep_error *err);

/* Slot NUMBER is process PID from now on. */
void skep_lookout_set(struct skep_lookout *lookout, int number, pid_t pid);

/* What was seen last; -1: not known, or too long ago. */
int64_t skep_lookout_pss_bytes(const struct skep_lookout *lookout, int number, int64_t now_ms);
int64_t skep_lookout_disk_free_bytes(const struct skep_lookout *lookout, int64_t now_ms);

#endif
