/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_CHILD_H
#define SKEP_PRODUCER_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* Processes that `skep run` starts for itself. Each is the head of a session of its own, so that Ctrl-C at
 * the terminal reaches skep alone, which then stops them in order; and each dies when skep does, however that
 * ends. */
struct skep_child_plan {
    const char *program;     /* path */
    const char *const *argv; /* NULL-terminated */
    const char *log_path;    /* its standard output and error are added to this file */
    int kept_fd;             /* stays open in it, under the same number; -1: none */
    int death_signal;        /* what it gets when skep dies */
};

/* Start it. *PID_OUT is to be waited for with the functions below.
 *
 *   SKEP_E_IO   it cannot be started; ERR says why */
SKEP_MUST_USE skep_status skep_child_spawn(const struct skep_child_plan *plan, pid_t *pid_out,
                                           struct skep_error *err);

/* Whether it has ended; then *PID becomes 0 and *STATUS_OUT is as wait(2) gives it. False for PID 0. */
bool skep_child_is_over(pid_t *pid, int *status_out);

/* The same after waiting for at most TIMEOUT_MS. */
bool skep_child_wait(pid_t *pid, int timeout_ms, int *status_out);

/* Send SIGNAL, wait for at most TIMEOUT_MS, then SIGKILL and wait. *PID becomes 0. Nothing for PID 0. */
void skep_child_end(pid_t *pid, int signal, int timeout_ms);

/* "exit status 3", "signal 9 (Killed)". Returns TEXT. */
const char *skep_child_describe(int status, char *text, size_t size);

/* Find PROGRAM in PATH: true, and where in PATH_OUT. */
bool skep_child_find(const char *program, char *path_out, size_t size);

/* Show the user the last lines of the log at PATH that hold one of WORDS (NULL-terminated; none: the last
 * lines of all), at most 8 of them. Nothing when there are none. */
void skep_child_show_log(const char *path, const char *const *words);

#endif
