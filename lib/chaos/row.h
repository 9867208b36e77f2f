/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_ROW_H
#define SKEP_CHAOS_ROW_H

#include <stddef.h>

#include "base/error.h"
#include "chaos/play.h"

/* One fault. `skep chaos` and docs/reliability.md walk the table of rows; tests/faults reads the names from
 * the lines below.
 *
 * To add one: a file row_NAME.c with its perform function and its `const struct skep_row skep_row_NAME`, a
 * line below, one in the table of row.c (README.md shows the rest). Its name is NAME, with hyphens for
 * underscores. */
struct skep_row {
    const char *name;
    const char *fault;         /* what is done, as a table shows it */
    const char *small, *large; /* how much of it in the two forms */
    const char *holds;         /* what must hold beside the books; NULL: nothing */
    skep_status (*perform)(struct skep_play *play, struct skep_error *err);
};

extern const struct skep_row skep_row_kill;
extern const struct skep_row skep_row_crash;
extern const struct skep_row skep_row_stop;
extern const struct skep_row skep_row_line;
extern const struct skep_row skep_row_restart;
extern const struct skep_row skep_row_reapers;
extern const struct skep_row skep_row_consumer;
extern const struct skep_row skep_row_push;
extern const struct skep_row skep_row_poison;
extern const struct skep_row skep_row_inputs;
extern const struct skep_row skep_row_requeue;
extern const struct skep_row skep_row_capped;
extern const struct skep_row skep_row_depth;
extern const struct skep_row skep_row_endurance;
extern const struct skep_row skep_row_server;
extern const struct skep_row skep_row_everysec;
extern const struct skep_row skep_row_power;
extern const struct skep_row skep_row_snapshot;
extern const struct skep_row skep_row_replica;
extern const struct skep_row skep_row_stall;
extern const struct skep_row skep_row_away;
extern const struct skep_row skep_row_storm;
extern const struct skep_row skep_row_full;
extern const struct skep_row skep_row_disk;
extern const struct skep_row skep_row_clock;

/* All of them, in the order of the report; ends with NULL. */
const struct skep_row *const *skep_rows(void);
const struct skep_row *skep_rows_find(const char *name);

#endif
