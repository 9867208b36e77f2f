/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_CHILD_H
#define SKEP_WORKER_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/log.h"
#include "page.h"

/* What all children of an agent are started with. */
struct skep_family {
    char *const *argv; /* borrowed */
    int news_fd;       /* eventfd: a slot has found what makes the work of others useless */
};

enum { SKEP_CHILD_GATHERS = -1 /* instead of the number of a slot */ };

/* One slot as its agent sees it, or the gatherer: a process, the pipe that commands it, the page that it
 * writes.
 */
struct skep_child {
    int number;
    pid_t pid; /* 0: none */
    int pid_fd, control_fd;
    int output_fds[SKEP_OUTPUTS]; /* what it prints (output.h); -1 of the gatherer, whose output is ours */
    struct skep_page *page;
    int64_t started_ms;
    bool is_fenced; /* the agent had to end it: it had been declared dead elsewhere */
    /* What limit.c does to it. */
    enum skep_stop ended_for; /* the agent had to end it: because of the task named beside; else NONE */
    struct skep_page_task ended;
    int64_t own_bytes;          /* its memory of its own when that was too much */
    struct skep_page_task told; /* the task whose process group has got SIGTERM */
    int64_t told_at_ms;
    /* Once it is over. */
    int status; /* of wait */
    struct rusage usage;
};

/* Start slot NUMBER, or the gatherer: this program again, with the family's arguments and its own, in a
 * process group of its own, standard input closed, and one thread each for libraries that would start their
 * own.
 *
 *   SKEP_E_IO   with the reason; nothing was started */
SKEP_MUST_USE skep_status skep_child_start(struct skep_child *child, int number,
                                           const struct skep_family *family, struct skep_error *err);

/* Has it just ended? Then status and usage are set, and its page stays readable until skep_child_release. */
bool skep_child_is_over(struct skep_child *child);
void skep_child_release(struct skep_child *child);

void skep_child_command(const struct skep_child *child, enum skep_control command);

void skep_child_set_log_level(const struct skep_child *child, enum skep_log_level level);

/* To its process group. The slot itself does not heed SIGTERM, but a program that a kernel runs does. */
void skep_child_terminate(const struct skep_child *child); /* SIGTERM */
void skep_child_kill(const struct skep_child *child);      /* SIGKILL */

#endif
