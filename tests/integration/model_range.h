/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_MODEL_RANGE_H
#define SKEP_TESTS_INTEGRATION_MODEL_RANGE_H

#include "model.h"

/* Range jobs in the model: records whose own line begins with positions. */

struct model_range {
    int64_t lo, hi;
    char job[MODEL_NAME_BYTES];
    const char *rest; /* behind the positions, to the end of the record */
    size_t rest_n;
};

/* Of any record that looks like one; or only of one whose job is known by its spec. */
bool model_range_read(const struct record *record, struct model_range *range_out);
bool model_range_seek(struct model *model, const struct record *record, struct model_range *range_out);

struct record model_range_line(int64_t lo, int64_t hi, const char *rest, size_t rest_n);

/* What a slot is given: the line, and the spec of its job. Lives until the next call. */
const struct record *model_range_given(struct model *model, const struct record *line);

/* A put. NOW_MS: when the server executed it. *N_PUT_OUT: positions that are in. */
enum model_state model_range_put(struct model *model, const struct skep_range_put *put, int64_t n_before,
                                 const struct skep_range *pieces, size_t n, int64_t now_ms,
                                 int64_t *n_put_out);

/* The parts of a cycle whose hand is a range. CUT before anything is changed. */
bool model_range_is_cut(const struct model_worker *worker, const struct skep_cycle *cycle);
void model_range_settle(struct model *model, struct model_worker *worker, const struct skep_cycle *cycle,
                        int64_t now_ms);

/* What is taken into a hand where there are range jobs. False: it is for plain tasks to be taken. */
bool model_range_take(struct model *model, struct model_worker *worker, const struct skep_cycle *cycle);

/* The range at the head of LIST after what nobody wants was dropped. False: none is there. *IS_MORE: there
 * may be more to drop. */
bool model_range_head(struct model *model, struct records *list, struct model_range *range_out,
                      bool *is_more);

/* A dead slot's range goes back: how many positions were moved. */
int64_t model_range_reap(struct model *model, struct model_worker *worker, const struct skep_death *death,
                         bool is_task, int64_t now_ms);

/* How many positions WORKER holds, if it holds a range. */
int64_t model_range_size(const struct model_worker *worker);

/* Whether every position of every range job is in one place, and the counts are those of the places; if not,
 * WORDS says where. */
bool model_range_check(struct model *model, char *words, size_t size);

#endif
