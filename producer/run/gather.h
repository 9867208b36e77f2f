/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_GATHER_H
#define SKEP_PRODUCER_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "producer/run/journal.h"
#include "producer/run/run_output.h"
#include "producer/run/tally.h"

/* Results on their way from the server to the user: each task's first one goes into the journal and to the
 * output, every further one for the same task is dropped. A server that lost its last second, or died between
 * a confirmation and its file, gives results or whole tasks again; here they count once.
 *
 * In the order of the tasks, a result that comes too early is looked up again in the journal when its turn
 * comes: in memory there is one bit for a task, whatever the order and the size of the results. */
struct skep_gather_options {
    uint64_t n_tasks;
    struct skep_journal *journal;   /* borrowed, open */
    struct skep_run_output *output; /* borrowed, open */
    const char
        *order_path; /* print in the order of the tasks, and keep places in this file; NULL: as they come */
};

struct skep_gather {
    struct skep_gather_options options;
    struct skep_tally tally;
    struct skep_arena arena;
    uint64_t *have;      /* a bit for each task */
    uint64_t n_repeated; /* results dropped */
    uint64_t n_strange;  /* results of no task of ours */
    int order_fd;        /* for each task the place of its result in the journal + 1; 0: not there */
    uint64_t n_printed;  /* results given to the output; in order: those of the first tasks */
    struct skep_journal_cursor cursor;
};

/*   SKEP_E_NOMEM, SKEP_E_IO */
SKEP_MUST_USE skep_status skep_gather_init(struct skep_gather *gather,
                                           const struct skep_gather_options *options, struct skep_error *err);
void skep_gather_release(struct skep_gather *gather); /* zeroed is fine */

/* Take over what the journal holds from earlier sessions, and print it.
 *
 *   SKEP_E_IO   a line of the journal is damaged, or it is of another run
 *   and what adding fails with */
SKEP_MUST_USE skep_status skep_gather_replay(struct skep_gather *gather, struct skep_error *err);

/* A result from the server. One that is no result, or of no task of ours, is counted and dropped.
 *
 *   SKEP_E_NOMEM, SKEP_E_OUTPUT, SKEP_E_IO */
SKEP_MUST_USE skep_status skep_gather_add(struct skep_gather *gather, const struct skep_bytes *result,
                                          struct skep_error *err);

/* Write what was added: to the journal, and to the output what is due. */
SKEP_MUST_USE skep_status skep_gather_flush(struct skep_gather *gather, struct skep_error *err);

bool skep_gather_has(const struct skep_gather *gather, uint64_t index);
bool skep_gather_is_complete(const struct skep_gather *gather);

#endif
