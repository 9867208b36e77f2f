/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_MODEL_PARTS_H
#define SKEP_TESTS_INTEGRATION_MODEL_PARTS_H

#include "model.h"

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

/* ---- model_job.c ---- */

struct model_job *model_seek_job(struct model *model,
                                 const char *name); /* as model_find_job, to be changed */

void model_uncancel(struct model *model, const char *what, const char *name);

/* So many tasks of the job NAME are over: WHAT is 0 done, 1 failed for good, 2 cancelled. NULL: of no job. */
void model_count(struct model *model, const char *name, int what, int64_t n);

/* A cancelled job of which nothing is left need not be looked for. */
void model_end_cancellation(struct model *model, const char *name);

#endif
