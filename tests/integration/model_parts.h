/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_MODEL_PARTS_H
#define SKEP_TESTS_INTEGRATION_MODEL_PARTS_H

#include "model.h"
#include "model_range.h"

/* What the files of the model share with each other. Tests use model.h. */

/* ---- model.c ---- */

void model_unregister(struct model *model, struct model_worker *worker); /* it holds nothing */

struct model_crash *model_find_crash(struct model *model, const struct record *record); /* or NULL */

/* One more crash of this task: how many there are now. */
unsigned model_count_crash(struct model *model, const struct record *record, const char *info);

void model_forgive(struct model *model, const struct record *record); /* its crashes are forgotten */

/* Equal bytes can wait to become due only once: the second record goes to the queue. */
void model_delay(struct model *model, const struct skep_bytes *bytes, int64_t due_ms);

/* What is due at NOW_MS is looked up before anything is changed... */
void model_find_due(struct model *model, int64_t now_ms);

/* ... and goes to the head of the queue, the earliest first. */
void model_promote(struct model *model);

/* Milliseconds until the next delayed task is due; -1: none waits. */
int64_t model_next_due(const struct model *model, int64_t now_ms);

/* ---- model_cycle.c ---- */

/* What becomes of one task. Dead letters that are too many are left to the caller. */
void model_settle_task(struct model *model, const struct skep_verdict *verdict, struct record task,
                       int64_t now_ms);

/* The oldest letters go when N new ones made them too many; a limit that was lowered is reached in steps. */
void model_drop_letters(struct model *model, size_t n);

/* What the tasks that were just settled have used. NULL: nobody says. */
void model_account(struct model *model, const struct skep_account_news *news);

/* ---- model_range.c ---- */

/* From where on nobody wants the positions of a job; HI: all below HI are wanted. */
int64_t model_range_stop(struct model *model, const char *name, int64_t hi);
void model_range_drop(struct model *model, const char *job, int64_t lo, int64_t hi); /* they are over */
void model_range_give_back(struct model *model, const struct model_range *range, int64_t lo, int64_t hi);

/* ---- model_ends.c ---- */

struct model_job *model_announce(struct model *model, const char *name, uint64_t n_announced);
void model_set_push(struct model *model, const char *id, uint64_t n);

/* ---- model_job.c ---- */

void model_note(struct model *model, const char *what, const char *name); /* among the cancellations, once */

struct model_job *model_seek_job(struct model *model,
                                 const char *name); /* as model_find_job, to be changed */

void model_uncancel(struct model *model, const char *what, const char *name);

/* So many tasks of the job NAME are over: WHAT is 0 done, 1 failed for good, 2 cancelled. NULL: of no job. */
void model_count(struct model *model, const char *name, int what, int64_t n);

/* A cancelled job of which nothing is left need not be looked for. */
void model_end_cancellation(struct model *model, const char *name);

#endif
