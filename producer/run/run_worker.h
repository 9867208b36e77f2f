/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_WORKER_H
#define SKEP_PRODUCER_RUN_WORKER_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "config/option.h"
#include "queue/server.h"

/* The worker that computes the tasks of a run or a sweep: skep-worker as a child of this program. */
struct skep_run_worker_options {
    const struct skep_server_settings *server; /* where the queue is */
    bool is_private; /* that server is ours: the worker ends at once when skep dies; otherwise it finishes
                        what it runs */
    const char *queue;
    const char *slots;                          /* NULL: its default */
    const struct skep_text_list *data, *output; /* [NAME=]DIR */
    uint64_t record_bytes, memory_bytes;        /* 0: its default */
    const char *log_path;
};

struct skep_run_worker {
    char program[PATH_MAX];
    char log_path[PATH_MAX];
    struct skep_buf words; /* the command line: words with a NUL behind each */
    size_t n_words;
    int death_signal;
    pid_t pid;   /* 0: it does not run */
    int n_stops; /* how often it was told to stop */
};

enum { SKEP_RUN_WORKER_GRACE_S = 5 };

/* Find the program (beside this one, else in PATH) and make its command line. Nothing of OPTIONS is kept.
 *
 *   SKEP_E_UNREACHABLE   there is no skep-worker
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_run_worker_init(struct skep_run_worker *worker,
                                               const struct skep_run_worker_options *options,
                                               struct skep_error *err);
void skep_run_worker_release(struct skep_run_worker *worker); /* ends it at once */

/* SKEP_E_IO */
SKEP_MUST_USE skep_status skep_run_worker_start(struct skep_run_worker *worker, struct skep_error *err);

/* Tell it to stop: the first time it finishes what it runs, for at most SKEP_RUN_WORKER_GRACE_S, the second
 * time it gives all back, the third time it is killed. */
void skep_run_worker_stop(struct skep_run_worker *worker);

/* Whether it has ended; then *STATUS_OUT is as wait(2) gives it. */
bool skep_run_worker_is_over(struct skep_run_worker *worker, int *status_out);

/* Show the user what its log says of warnings and errors. */
void skep_run_worker_show_log(const struct skep_run_worker *worker);

#endif
