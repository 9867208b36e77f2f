/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_PLAN_H
#define SKEP_PRODUCER_RUN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/option.h"

/* What a run is to do: a file in its state folder, written before anything starts, so that going on needs no
 * option again. Plain data; absent texts are NULL; paths are absolute.
 *
 * To add something: a field here, a row in run_plan.c, and in run.c what it is good for. */
struct skep_run_plan {
    const char *tasks;                 /* "-": what came from standard input lies in the state folder */
    uint64_t n_bytes, digest, n_tasks; /* of it */
    const char *queue;
    const char *server;        /* URL without password; NULL: a private server */
    const char *socket_folder; /* private: where its socket is; NULL: in the state folder */
    bool is_ordered;
    const char *results; /* file; NULL: standard output */
    const char *array;
    const char *shape;
    const char *slots;
    struct skep_text_list data, output; /* [NAME=]DIR */
    uint64_t record_bytes, memory_bytes;
};

/* Write it to PATH, whole or not at all, and to the disk. SKEP_E_IO */
SKEP_MUST_USE skep_status skep_run_plan_write(const struct skep_run_plan *plan, const char *path,
                                              struct skep_error *err);

/* Read it back; texts are copied into ARENA.
 *
 *   SKEP_EMPTY     there is none
 *   SKEP_E_IO      it cannot be read, or is damaged
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_run_plan_read(struct skep_run_plan *plan_out, const char *path,
                                             struct skep_arena *arena, struct skep_error *err);

#endif
