/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_CAST_H
#define SKEP_CHAOS_CAST_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "chaos/actor.h"
#include "chaos/proxy.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* Everybody who takes part: a redis-server of our own, workers, a producer, a consumer of results, all of
 * them real processes in one temporary folder, and on demand a proxy between the server and the others. All
 * of them die with the program. */
enum { SKEP_CAST_MAX_WORKERS = 32, SKEP_CAST_END_MS = 20000, SKEP_CAST_START_MS = 60000 };

/* Zeroed means defaults. */
struct skep_cast_options {
    const char *programs;  /* folder of skep and skep-worker; NULL: where the running program is */
    const char *temporary; /* make the folder in here; NULL: $TMPDIR, then the system's */
};

struct skep_cast {
    char folder[PATH_MAX];
    char skep[PATH_MAX], skep_worker[PATH_MAX], redis_server[PATH_MAX];
    struct skep_url server_url; /* where the server itself listens */
    struct skep_keys keys;      /* of the one queue, "chaos" */
    struct skep_conn *conn;     /* our own, past the proxy */
    struct skep_proxy *proxy;   /* NULL: the others talk to the server directly */
    struct skep_actor server, producer, consumer;
    struct skep_actor workers[SKEP_CAST_MAX_WORKERS];
    char results_path[PATH_MAX]; /* what the consumer writes */
};

/* SKEP_E_UNREACHABLE   a program is missing; SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_cast_init(struct skep_cast *cast, const struct skep_cast_options *options,
                                         struct skep_error *err);

/* End everybody and remove the folder, unless KEEPS_FOLDER. Zeroed is fine. */
void skep_cast_release(struct skep_cast *cast, bool keeps_folder);

/* Start the server with further ARGS ("--appendonly", "yes", ...; ends with NULL; NULL: none), wait until it
 * answers, and open cast->conn. The same after it was killed: it goes on with the files that it left. */
SKEP_MUST_USE skep_status skep_cast_start_server(struct skep_cast *cast, const char *const *args,
                                                 struct skep_error *err);

/* Another server has the part from now on: ACTOR at URL. The one of before is ended, the proxy leads to the
 * new one, and cast->conn too. */
SKEP_MUST_USE skep_status skep_cast_change_server(struct skep_cast *cast, const struct skep_actor *actor,
                                                  const struct skep_url *url, struct skep_error *err);

/* From now on who is started talks through a proxy of this seed. */
SKEP_MUST_USE skep_status skep_cast_start_proxy(struct skep_cast *cast, uint64_t seed,
                                                struct skep_error *err);

/* Start worker number AT with further ARGS and ENV (each ends with NULL; NULL: none). */
SKEP_MUST_USE skep_status skep_cast_start_worker(struct skep_cast *cast, size_t at, const char *const *args,
                                                 const char *const *env, struct skep_error *err);

/* Start `skep results --follow`, which appends to results_path. */
SKEP_MUST_USE skep_status skep_cast_start_consumer(struct skep_cast *cast, struct skep_error *err);

/* Start `skep push --job JOB` of the file NAME in the folder. */
SKEP_MUST_USE skep_status skep_cast_start_producer(struct skep_cast *cast, const char *job, const char *name,
                                                   struct skep_error *err);

/* Start `skep` with ARGS (without the program's name and the URL) in the folder, output to OUT_NAME there
 * (NULL: into its log). */
SKEP_MUST_USE skep_status skep_cast_start_skep(struct skep_cast *cast, struct skep_actor *actor,
                                               const char *const *args, const char *out_name,
                                               struct skep_error *err);

/* The same to its end. */
SKEP_MUST_USE skep_status skep_cast_run_skep(struct skep_cast *cast, struct skep_actor *actor,
                                             const char *const *args, const char *out_name,
                                             struct skep_error *err);

/* Write NAME in the folder: one record a line for the tasks FIRST to FIRST + N - 1. FORMAT is the record; its
 * "%s" becomes the task's id. */
SKEP_MUST_USE skep_status skep_cast_write_tasks(struct skep_cast *cast, const char *name, const char *format,
                                                uint64_t first, uint64_t n, struct skep_error *err);

/* The path of NAME in the folder. Returns PATH. */
const char *skep_cast_path(const struct skep_cast *cast, const char *name, char path[PATH_MAX]);

/* One command to the server itself: its words, then NULL; no error comes back as SKEP_OK. REPLY_OUT may be
 * NULL; its memory is the connection's. */
SKEP_MUST_USE skep_status skep_cast_ask(struct skep_cast *cast, struct skep_reply **reply_out,
                                        struct skep_error *err, const char *word, ...)
    __attribute__((sentinel));

#endif
