/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TOP_ROWS_H
#define SKEP_PRODUCER_TOP_ROWS_H

#include "producer/top/state.h"

/* What stands in the table of a view, filtered and in order: indices into the model's queues, or into the
 * jobs or slots of the chosen one. */
struct skep_top_rows {
    size_t n;
    uint32_t *items;
};

/* An empty list when there is no memory. skep_top_rows_release in any case. */
void skep_top_rows_list(const struct skep_top_model *model, const struct skep_top_state *state,
                        struct skep_top_rows *rows_out);
void skep_top_rows_release(struct skep_top_rows *rows);

/* What was seen of the chosen queue; NULL: nothing. */
const struct skep_top_seen *skep_top_chosen(const struct skep_top_model *model,
                                            const struct skep_top_state *state);

/* ROWS are to be drawn, PAGE of them at once: put the bar on one of them (that of the chosen queue), and see
 * that it is on the screen. */
void skep_top_settle(struct skep_top_state *state, const struct skep_top_model *model,
                     const struct skep_top_rows *rows, size_t page);

#endif
