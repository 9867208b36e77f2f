/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_REPLAY_H
#define SKEP_PRODUCER_REPLAY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "config/option.h"
#include "producer/cli/connect.h"
#include "producer/dead/letter.h"
#include "run/run.h"

/* One task, run again here by itself: replay.c is the command, replay_source.c finds the record, this is the
 * task, replay_child.c the process that it runs in. */

enum { SKEP_REPLAY_WORDS_BYTES = 1024 };

struct skep_replay_settings {
    struct skep_connect_settings connect;
    const char *queue;
    const char *record;                 /* file to read it from instead; "-": standard input */
    struct skep_text_list data, output; /* [NAME=]DIR */
    uint64_t memory_bytes, cache_bytes, record_bytes;
    bool debugs;        /* under gdb */
    bool is_in_process; /* what runs under gdb: no process of its own */
};

struct skep_replay {
    const struct skep_replay_settings *settings;
    struct skep_buf bytes;          /* a dead letter, or a record */
    struct skep_arena letter_arena; /* what the letter says */
    struct skep_letter letter;      /* cause "unknown": a mere record */
    struct skep_arena arena;        /* of the task */
    struct skep_roots *inputs, *outputs;
    struct skep_npy_cache *cache;
    struct skep_run run;
    struct skep_work work;
    char output_folder[PATH_MAX]; /* made for its output; "": none was */
};

void skep_replay_init(struct skep_replay *replay, const struct skep_replay_settings *settings);
void skep_replay_release(struct skep_replay *replay);

/* Fill replay->bytes with the letter of ID, or with what the record file holds (then ID is NULL). On failure
 * the user has been told, and the exit code is returned. */
SKEP_MUST_USE int skep_replay_find(struct skep_replay *replay, const char *id);

/* From bytes to a task that can run: it is read as the worker read it at its last attempt (the same number,
 * the same random stream), and its folders are opened. What is wrong with the record itself is the task's
 * failure (work.status), not one of this call.
 *
 *   SKEP_E_USAGE   a folder that is not there
 *   SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_replay_prepare(struct skep_replay *replay, struct skep_error *err);

/* What came of it. */
struct skep_replayed {
    skep_status status;   /* SKEP_OK, or the cause of its failure */
    struct skep_buf line; /* the result, with a newline; the caller releases it */
    char words[SKEP_REPLAY_WORDS_BYTES];
};

/* Run it in this process. */
void skep_replay_run(struct skep_replay *replay, struct skep_replayed *done_out);

/* The result of a task whose process ended in the middle of it: CAUSE, and words. */
void skep_replay_fail(const struct skep_replay *replay, skep_status cause, const char *message,
                      struct skep_replayed *done_out);

/* Run it in a process of its own, print the result, and tell what came of it. The exit code: 0 the task
 * succeeded, 1 it failed, 128 + N signal N killed it. */
int skep_replay_run_child(struct skep_replay *replay);

/* The same in this process. */
int skep_replay_run_here(struct skep_replay *replay);

/* Become gdb, with a `skep replay` of the same task in it. Returns only when that cannot be, with the exit
 * code. */
int skep_replay_become_gdb(const struct skep_replay *replay);

#endif
