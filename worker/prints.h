/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_PRINTS_H
#define SKEP_WORKER_PRINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "queue/holder.h"
#include "queue/logs.h"

/* What the tasks of one queue have printed and the queue was not told yet (queue/logs.h). It goes in front of
 * the cycle that settles them. Of what is too much the first stays, and what does not fit is counted: a sweep
 * can print faster than any server listens. */
enum { SKEP_PRINTS_MAX = SKEP_BATCH_MAX, SKEP_PRINTS_MAX_BYTES = 4 << 20 };

/* An entry, its texts by their places: the buffer still grows. */
struct skep_print {
    struct skep_logs_entry entry;
    size_t at; /* job, id, worker and host, each with a NUL, then the text */
};

struct skep_prints {
    struct skep_buf bytes;
    size_t n;
    uint64_t n_lost; /* since the last entry that was kept */
    bool is_refused; /* by the server, the last time: that was logged */
    struct skep_print items[SKEP_PRINTS_MAX];
};

void skep_prints_init(struct skep_prints *prints);
void skep_prints_release(struct skep_prints *prints);

/* Everything of ENTRY is copied. */
void skep_prints_add(struct skep_prints *prints, const struct skep_logs_entry *entry);

/* Tell them; then there are none, also when the server does not want them: nothing depends on them. What the
 * server could not be told because of the line stays. No reply may be due.
 *
 *   failures of the line (queue/conn.h) */
SKEP_MUST_USE skep_status skep_prints_tell(struct skep_prints *prints, struct skep_conn *conn,
                                           const struct skep_keys *keys, struct skep_error *err);

#endif
