/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_MODEL_H
#define SKEP_TESTS_INTEGRATION_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model_account.h"
#include "queue/admin.h"
#include "queue/beat.h"
#include "queue/cancel.h"
#include "queue/holder.h"
#include "queue/range.h"
#include "records.h"

/* What a queue is, without Redis: the rules of docs/protocol.md in plain C, to hold the real scripts against.
 * Written from the rules, not from the scripts. No clock: whoever calls says what time Redis had. */

enum {
    MODEL_WORKERS_MAX = 24,
    MODEL_PUSHES_MAX = 16,
    MODEL_JOBS_MAX = 16,
    MODEL_CANCELS_MAX = 32,
    MODEL_NAME_BYTES = 48,
    MODEL_TOMBS_MAX = 512,
    MODEL_CRASHES_MAX = 512,
    MODEL_INFO_BYTES = 2100,  /* room for what reap.lua keeps of the crashes before, and one more */
    MODEL_SUSPECT_CRASHES = 2 /* so often found in a crashed hand, a task is run alone */
};

/* A slot incarnation that is registered. */
struct model_worker {
    char name[SKEP_WORKER_NAME_BYTES];
    int64_t beat;
    uint64_t n_cycles;  /* applied */
    uint64_t n_settled; /* the number of the task at the head of what it holds */
    size_t n_last;      /* tasks that its last cycle took */
    bool has_suspect;   /* what it holds is a suspect, alone */
    bool has_range;     /* what it holds is a range, alone */
    struct records held;
};

struct model_delayed {
    struct record record;
    int64_t due_ms;
};

struct model_crash {
    char key[RECORD_KEY_BYTES];
    unsigned n;
    char info[MODEL_INFO_BYTES];
};

struct model_push {
    char id[32];
    uint64_t n;
};

/* A push that has announced how many records it will have. */
struct model_job {
    char name[MODEL_NAME_BYTES];
    int64_t n_announced;
    int64_t n[3];    /* over: done, failed for good, cancelled */
    bool is_told[3]; /* whether that was ever counted */
    bool is_cancelled;
    const char *spec; /* of a range job; NULL: it is a push */
    const char *stop; /* "any", "first"; NULL: no hit stops it */
    int64_t begun_ms, hit, winner, from;
    bool is_to_be_forgotten; /* when the last of it is dropped */
    struct model_account account;
};

struct model {
    struct records queue, out, dead, suspect;
    struct model_delayed *delayed; /* by due time, then by bytes */
    size_t n_delayed, delayed_capacity;
    struct records due;     /* found by the call under way; empty between calls */
    struct records dropped; /* dead letters that had to go; the caller takes them */
    struct model_worker workers[MODEL_WORKERS_MAX];
    size_t n_workers;
    struct model_crash crashes[MODEL_CRASHES_MAX];
    size_t n_crashes;
    struct model_push pushes[MODEL_PUSHES_MAX];
    size_t n_pushes;
    struct model_job jobs[MODEL_JOBS_MAX];
    size_t n_jobs;
    char tombs[MODEL_TOMBS_MAX][MODEL_NAME_BYTES]; /* range jobs forgotten in the midst */
    size_t n_tombs;
    char cancels[MODEL_CANCELS_MAX][MODEL_NAME_BYTES]; /* "job:NAME", "id:ID" */
    size_t n_cancels;
    size_t n_dropped;                                 /* cancelled jobs whose last task was settled */
    uint64_t n_positions_dropped, n_stolen, n_halved; /* met */
    struct skep_stat stat;
    struct model_sums account;
    bool has_account;
    bool has_pace; /* a beat has written down how it moves */
    bool is_paused;
    int64_t max_depth, max_results, max_dead; /* 0: none; -1: never set */
    bool is_pause_set;
    char mark[SKEP_WORKER_NAME_BYTES];   /* of the consumer that reads now; "": none */
    char reader[SKEP_WORKER_NAME_BYTES]; /* the consumer that read last, and the number of its call */
    uint64_t reader_call;
};

enum model_state {
    MODEL_OK,
    MODEL_REPLAY, /* it was done before; answered, and nothing changed */
    MODEL_FENCED, /* the worker is not registered */
    MODEL_STEP,   /* the worker and the server do not agree on what was done */
    MODEL_FULL,
    MODEL_CANCELLED, /* the job is: nothing more goes in */
    MODEL_GAP,
    MODEL_CUT,   /* the range in the hand is shorter than its verdict: nothing was done */
    MODEL_OTHER, /* another job has this name */
    MODEL_BUSY,  /* another consumer reads */
    MODEL_LOST   /* what a consumer has in hand is not what the list begins with */
};

void model_init(struct model *model);
void model_release(struct model *model);
void model_copy(const struct model *from, struct model *to); /* TO is overwritten, not released */

struct model_worker *model_find_worker(struct model *model,
                                       const char *name); /* NULL: it is not registered */
void model_register(struct model *model, const char *name);

/* One cycle of WORKER, its NUMBER-th, in which it believes to hold N_HELD tasks. */
struct model_request {
    const char *worker;
    uint64_t number;
    size_t n_held;
    const struct skep_cycle *cycle;
    bool has_range; /* it believes to hold a range */
};

/* For states OK and REPLAY. TASKS lie in the model. */
struct model_reply {
    int64_t due_ms;
    size_t depth;
    unsigned flags;
    unsigned crashes;
    const char *crash_info;
    const struct record *tasks;
    size_t n_tasks;
    int64_t range_hi;
};

enum model_state model_cycle(struct model *model, const struct model_request *request, int64_t now_ms,
                             struct model_reply *reply_out);

int64_t model_count_results(const struct skep_cycle *cycle); /* that it publishes */

/* An agent's beat; also promotes. The flags as in the reply to a beat. */
unsigned model_touch(struct model *model, const char *const *workers, size_t n, int64_t now_ms);

/* Tasks moved, or -1. */
int64_t model_reap(struct model *model, const struct skep_death *death, int64_t now_ms);

/* What runs in the hand of WORKER by its number, or NULL. */
const struct record *model_peek(struct model *model, const char *name, int64_t running);

/* Whether these bytes wait to become due. */
bool model_is_delayed(const struct model *model, const struct skep_bytes *bytes);

/* A piece of a push, which has announced so many records (0: it is no job). *OFFSET_OUT: what the server has
 * of it afterwards. */
struct model_piece {
    const char *id;
    uint64_t offset, n_announced;
    const struct skep_bytes *records;
    size_t n;
};
enum model_state model_put(struct model *model, const struct model_piece *piece, uint64_t *offset_out);

/* Jobs. KIND as for skep_cancel_put; how many are written down. Forgetting: as skep_job_forget answers. */
const struct model_job *model_find_job(const struct model *model, const char *name); /* NULL: not announced */
int64_t model_cancel(struct model *model, enum skep_cancel_kind kind, const char *name);
bool model_is_cancelled(const struct model *model, const char *what, const char *name);
void model_fade_cancellations(struct model *model); /* those that are not of a counted job */
skep_status model_forget_job(struct model *model, const char *name, bool is_forced);
void model_forget_push(struct model *model, const char *id);
uint64_t model_push_offset(struct model *model, const char *id);

/* The CALL-th call of the consumer TOKEN: it has stored N_STORED of the results that its call before gave it.
 * What it sees next is the first of model->out. */
enum model_state model_collect(struct model *model, const char *token, uint64_t call, size_t n_stored,
                               bool leaves);

/* Go once through all dead letters. WANTED as for skep_dead_sift. Calls GONE for each that is thrown away. */
int64_t model_sift(struct model *model, bool requeues, const char *wanted,
                   void (*gone)(void *context, const struct record *letter), void *context);

/* So much time passes at once: everything delayed is due earlier. */
void model_leap(struct model *model, int64_t ms);

bool model_has_crashed(struct model *model, const struct record *record);
int64_t model_n_held(const struct model *model); /* tasks */
size_t model_n_keys(const struct model *model);  /* that Redis has for it, with the set of queues */

#endif
