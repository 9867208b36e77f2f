/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_OBITUARY_H
#define SKEP_WORKER_OBITUARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "child.h"
#include "last_words.h"

/* What an agent remembers of a slot that is over until a queue of it has heard of it. */
struct skep_obituary {
    size_t lane;
    char worker[SKEP_WORKER_NAME_BYTES];
    int64_t running;  /* number of the task that is to blame; SKEP_RUNNING_NONE: nobody is */
    int64_t position; /* which of a range it was; else -1 */
    /* Why the agent had to end it. Of SKEP_STOP_TIMEOUT, _CANCEL and _MEMORY the task is settled by a
     * verdict; else it has crashed. */
    enum skep_stop ended_for;
    char info[320]; /* one line: how it died, what memory it had, where */
    int slot;
    int64_t died_ms;                    /* wall */
    int64_t ran_ms;                     /* the task, until then */
    int64_t peak_bytes;                 /* resident memory of the slot */
    int64_t own_bytes;                  /* its memory of its own when it was too much */
    struct skep_last_words *last_words; /* what the task has printed; NULL: nothing that is known. Owned */
};

void skep_obituary_release(struct skep_obituary *obituary);

/* How a slot ended: "signal=11 (Segmentation fault) host=h slot=0 peak=12.3MiB at byte 128 of a.npy", and the
 * last that it said on standard error: " stderr="free(): invalid pointer"". */
void skep_obituary_describe(const struct skep_child *child, const char *host, char *text, size_t size);

/* One for each lane of CHILD that was registered; how many. INFO describes its end. IS_NOBODYS_FAULT: the
 * task that ran is not to blame (we have killed everything, or the slot was fenced). */
size_t skep_obituary_write(const struct skep_child *child, const char *info, bool is_nobodys_fault,
                           struct skep_obituary obituaries_out[SKEP_MAX_QUEUES]);

#endif
