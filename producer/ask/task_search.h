/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TASK_SEARCH_H
#define SKEP_PRODUCER_TASK_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "queue/admin.h"
#include "task/header.h"

/* One task, looked for wherever tasks are. Nothing in Redis leads from a name to a task, so this reads
 * everything, in pieces of a thousand: for `why` and `evidence`, which somebody asks for by hand. */

/* What is looked for: a text that a user typed, read in every way that it can be meant. */
struct skep_task_wanted {
    const char *id;   /* the text itself */
    char job[260];    /* "JOB:INDEX" or "JOB.INDEX"; "": it cannot be meant so */
    int64_t index;    /* -1 */
    char dotted[300]; /* "JOB.INDEX": how a task of a range job is called */
};
void skep_task_wanted_read(struct skep_task_wanted *wanted, const char *text);

/* In the order in which they are gone through. A task is in one of the first four at most; a dead letter may
 * have a result besides. */
enum skep_task_place {
    SKEP_TASK_HELD,
    SKEP_TASK_SUSPECT,
    SKEP_TASK_DELAYED,
    SKEP_TASK_QUEUED,
    SKEP_TASK_DEAD,
    SKEP_TASK_RESULT,
    SKEP_TASK_PLACES
};
const char *skep_task_place_text(enum skep_task_place place); /* "held", as docs/protocol.md calls it */

/* Where it was found. */
struct skep_task_hit {
    enum skep_task_place place;
    int64_t at;                /* so many stand before it there; 0: it is the next, or runs */
    const char *worker;        /* HELD: by whom; else NULL */
    int64_t due_ms;            /* DELAYED */
    struct skep_bytes bytes;   /* as they lie there */
    struct skep_header header; /* of skep's own first line; empty when there is none */
    struct skep_bytes body;    /* behind it; of a line of a range job: empty */
};

/* Gets each hit, which it must copy to keep. It ends the search with anything but SKEP_OK, which is then
 * returned. It may not speak to the server. */
typedef skep_status skep_task_visit(void *context, const struct skep_task_hit *hit, struct skep_error *err);

struct skep_task_search {
    struct skep_conn *conn; /* borrowed, open */
    const struct skep_keys *keys;
    const struct skep_queue_status *status; /* whose slots hold what */
    int64_t max;                            /* look at so many records at most */
    bool is_quiet;                          /* show no progress */
    int64_t n_looked;                       /* out: so many were looked at */
    bool is_cut;                            /* out: there were more than MAX */
};

/* Of a range job, whose tasks are positions, WANTED's index is taken for the position: where the spec says
 * another order the line that is found may be another task's. A queue that moves meanwhile may hide a task
 * that moves; what is held is looked through a second time at the end, when nothing was found.
 *
 *   SKEP_STOPPED   Ctrl-C
 *   and what VISIT says, and failures of the line and of the server */
SKEP_MUST_USE skep_status skep_task_search_run(struct skep_task_search *search,
                                               const struct skep_task_wanted *wanted, skep_task_visit *visit,
                                               void *context, struct skep_error *err);

/* Whether the element BYTES of a list is the wanted one; then HIT's header and body are read, into ARENA. */
bool skep_task_matches(const struct skep_task_wanted *wanted, enum skep_task_place place,
                       const struct skep_bytes *bytes, struct skep_arena *arena, struct skep_task_hit *hit);

#endif
