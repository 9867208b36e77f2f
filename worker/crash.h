/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_CRASH_H
#define SKEP_WORKER_CRASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "queue/keys.h"

/* What is known of the crashes of a task. Whoever finds a slot dead writes one line of it, which the queue
 * keeps behind those of before until the task is over; whoever buries the task reads them back into its
 * history. A line:
 *
 *     signal=11 (Segmentation fault) host=h slot=0 peak=12.3MiB worker=h:12:3f:00aa at=1732190400000
 *     cause=lost-worker silent for 5000 ms, seen from host=h worker=h:12:3f:00aa at=1732190400000
 *
 * Without a cause in front it was a crash. */
enum { SKEP_CRASH_BYTES = 512, SKEP_CRASH_WORDS_BYTES = 320 };

struct skep_crash {
    skep_status cause; /* SKEP_E_CRASH or SKEP_E_LOST_WORKER */
    char words[SKEP_CRASH_WORDS_BYTES];
    char worker[SKEP_WORKER_NAME_BYTES]; /* "": not known */
    int64_t at_ms;                       /* wall; 0: not known */
};

/* The line of a crash: WORDS, then who died and when. Returns TEXT. */
const char *skep_crash_write(const char *words, const char *worker, int64_t at_ms,
                             char text[SKEP_CRASH_BYTES]);

/* Read TEXT, lines with the oldest first. The newest MAX go to CRASHES_OUT, the oldest of them first; how
 * many. Whatever the text is, there is at least one. */
size_t skep_crash_read(const char *text, struct skep_crash *crashes_out, size_t max);

#endif
