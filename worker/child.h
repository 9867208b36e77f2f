/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_CHILD_H
#define SKEP_WORKER_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "page.h"

/* One slot as its agent sees it: a process, the pipe that commands it, the page that it writes. */
struct skep_child {
    int number;
    pid_t pid; /* 0: none */
    int pid_fd, control_fd;
    struct skep_page *page;
    int64_t started_ms;
    bool is_killed_for_time; /* the agent had to end it: the task had used up its time */
    bool is_fenced;          /* or it had been declared dead elsewhere */
};

/* Start the slot: this program again, with the arguments of ARGV and its own number, in a process group of
 * its own, standard input closed, and one thread each for libraries that would start their own. SKEP_E_IO
 * with the reason; nothing was started */
SKEP_MUST_USE skep_status skep_child_start(struct skep_child *child, int number, char *const *argv,
                                           struct skep_error *err);

/* Has it ended? Then its wait status is in *STATUS_OUT; page and names stay readable until
 * skep_child_release. */
bool skep_child_is_over(struct skep_child *child, int *status_out);
void skep_child_release(struct skep_child *child);

void skep_child_command(const struct skep_child *child, enum skep_control command);
void skep_child_kill(const struct skep_child *child); /* SIGKILL to its process group */

#endif
