/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_ACTOR_H
#define SKEP_CHAOS_ACTOR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* A real process that takes part in a play. It is the head of a session of its own and dies with the thread
 * that started it, however that ends: start all of them from the main thread. */
struct skep_actor {
    pid_t pid;               /* 0: it does not run */
    int status;              /* when it has ended: as wait(2) gives it */
    char log_path[PATH_MAX]; /* its standard error; its output too when the plan names no other place */
};

enum { SKEP_ACTOR_MAX_ARGS = 64, SKEP_ACTOR_MAX_CHILDREN = 256 };

/* Zeroed means: our own folder and environment, output into the log. */
struct skep_actor_plan {
    const char *program;     /* a path */
    const char *const *args; /* ends with NULL; ARGS[0] is the name */
    const char *folder;      /* its working folder */
    const char *log_path;    /* appended to */
    const char *out_path;    /* its standard output: appended to */
    const char *const *env;  /* ends with NULL: "NAME=VALUE" to add or replace */
};

/* SKEP_E_IO   it cannot be started */
SKEP_MUST_USE skep_status skep_actor_start(struct skep_actor *actor, const struct skep_actor_plan *plan,
                                           struct skep_error *err);

bool skep_actor_is_over(struct skep_actor *actor); /* true when it never ran */
bool skep_actor_wait(struct skep_actor *actor, int timeout_ms);
void skep_actor_signal(const struct skep_actor *actor, int signal); /* nothing when it does not run */

/* Send SIGNAL, wait for at most TIMEOUT_MS, then SIGKILL, and wait. */
void skep_actor_end(struct skep_actor *actor, int signal, int timeout_ms);

/* Whether it has ended by itself and well. */
bool skep_actor_has_succeeded(const struct skep_actor *actor);

/* Its children: of a worker's agent these are the slots. PIDS has room for SKEP_ACTOR_MAX_CHILDREN. */
size_t skep_actor_children(const struct skep_actor *actor, pid_t *pids);

/* SIGNAL to its children and to itself: what happens to all of them when a machine stops. First itself, so
 * that it does not see its children go. */
void skep_actor_signal_all(const struct skep_actor *actor, int signal);

#endif
