/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_PRINTS_H
#define SKEP_PRODUCER_PRINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "producer/cli/progress.h"
#include "queue/conn.h"
#include "queue/keys.h"
#include "queue/logs.h"

/* What tasks print while somebody waits for them on a server that goes with them: on standard error, as it
 * comes, in the words of `skep logs`. No more than a person can look at: some hundred lines a second, the
 * rest is counted. Whatever goes wrong here is no failure of a run. */
struct skep_run_prints {
    struct skep_conn *conn;       /* owned; NULL: nothing is shown */
    const struct skep_keys *keys; /* borrowed */
    char place[SKEP_LOGS_PLACE_BYTES];
    int64_t look_ms;  /* when to look again */
    int64_t n_budget; /* lines that may be shown until then */
    uint64_t n_hidden;
};

/* CONN becomes its own; NULL: nothing will be shown. */
void skep_run_prints_init(struct skep_run_prints *prints, struct skep_conn *conn,
                          const struct skep_keys *keys);
void skep_run_prints_release(struct skep_run_prints *prints);

/* Show what has come since, a few times a second. */
void skep_run_prints_show(struct skep_run_prints *prints, struct skep_progress *progress);

/* The last look: all tasks are over. Tells what was not shown. */
void skep_run_prints_end(struct skep_run_prints *prints, struct skep_progress *progress);

#endif
