/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_LAST_WORDS_H
#define SKEP_WORKER_LAST_WORDS_H

#include <stdbool.h>

#include "child.h"
#include "output.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* What a slot that is over printed last, read by its agent. */
struct skep_last_words {
    struct skep_output_tails tails;  /* of the attempt that ran */
    uint64_t n_untold[SKEP_OUTPUTS]; /* of them the queue was not told while it ran */
    bool is_told;
};

/* On the heap (skep_free); NULL: it has printed nothing, or there is no memory. */
struct skep_last_words *skep_last_words_read(const struct skep_child *child);

/* What it printed while no task ran is its worker's business: line by line into the log. */
void skep_last_words_log(const struct skep_child *child);

/* Tell the queue what is untold. ENTRY says whose it is. What the server does not want is told to nobody.
 *
 *   failures of the line (queue/conn.h) */
SKEP_MUST_USE skep_status skep_last_words_tell(struct skep_last_words *words, struct skep_conn *conn,
                                               const struct skep_keys *keys,
                                               const struct skep_logs_entry *entry, struct skep_error *err);

#endif
