/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_EMBEDDED_H
#define SKEP_PRODUCER_EMBEDDED_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "queue/conn.h"
#include "queue/url.h"

/* A redis-server of our own: on a unix socket that only this user may open, without a port and without a
 * configuration file, with its append-only file (if any) in a folder of ours. It dies with this program.
 *
 * The folder is held by a lock that the server itself inherits. As long as a server runs in it, even one
 * whose skep was killed, no second one is started on the same files. */
struct skep_embedded {
    char program[PATH_MAX];
    char folder[PATH_MAX]; /* its append-only file and the lock */
    char log_path[PATH_MAX];
    struct skep_url url; /* where it listens */
    int lock_fd;
    pid_t pid; /* 0: it does not run */
    int n_starts;
    bool
        is_fleeting; /* set it before the start: nothing is written to the disk, what it knows dies with it */
};

enum { SKEP_EMBEDDED_LOCK_WAIT_MS = 10000 };

/* Prepare to run a server in FOLDER (made if need be) that listens at SOCKET, and take the lock: for at most
 * SKEP_EMBEDDED_LOCK_WAIT_MS, or until STOP_FD is readable, a server that is just ending is waited for.
 *
 *   SKEP_E_UNREACHABLE  there is no redis-server in PATH
 *   SKEP_E_CONFLICT     another server runs in this folder
 *   SKEP_E_IO, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_embedded_init(struct skep_embedded *embedded, const char *folder,
                                             const char *socket, int stop_fd, struct skep_error *err);

/* Start it and wait until it has read its file and answers. May be called again after it died.
 *
 *   SKEP_E_UNREACHABLE  it cannot be started, or ended; its log has been shown
 *   SKEP_STOPPED        STOP_FD became readable */
SKEP_MUST_USE skep_status skep_embedded_start(struct skep_embedded *embedded, int stop_fd,
                                              struct skep_error *err);

/* Whether it has ended by itself since it was started; then *STATUS_OUT is as wait(2) gives it. */
bool skep_embedded_is_over(struct skep_embedded *embedded, int *status_out);

/* End it. Unless the data are no longer needed everything that it acknowledged is on the disk then. */
void skep_embedded_stop(struct skep_embedded *embedded, bool keeps_data);
void skep_embedded_release(struct skep_embedded *embedded); /* stops it too; zeroed is not fine */

/* Whether a server can listen at PATH: it is short enough for a socket and survives being written as a URL.
 */
bool skep_embedded_socket_fits(const char *path);

#endif
