/* SPDX-License-Identifier: MIT */
#include "producer/run/embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "producer/run/child.h"

enum {
    EMBEDDED_START_MS = 20000, /* from its start to its first answer, reading of its file not counted */
    EMBEDDED_STOP_MS = 20000,  /* to write and sync what is left */
    EMBEDDED_LOOK_MS = 5       /* between two looks while it starts or a lock is waited for */
};

bool skep_embedded_socket_fits(const char *path)
{
    struct skep_url url = {.kind = SKEP_URL_UNIX};
    struct skep_url read;
    char text[SKEP_URL_TEXT_BYTES];

    if (strlen(path) >= sizeof url.path) {
        return false;
    }
    memcpy(url.path, path, strlen(path) + 1);
    skep_url_format(&url, text, sizeof text);
    return skep_url_parse(text, &read, NULL) == SKEP_OK && strcmp(read.path, path) == 0;
}

/* A pause that STOP_FD ends: true when it did. */
static bool embedded_pause(int stop_fd)
{
    struct pollfd stop = {.fd = stop_fd, .events = POLLIN};

    return poll(&stop, 1, EMBEDDED_LOOK_MS) > 0;
}

/* ---- the lock ---- */

static skep_status embedded_lock(struct skep_embedded *embedded, int stop_fd, struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + SKEP_EMBEDDED_LOCK_WAIT_MS;
    char path[PATH_MAX + 8];

    snprintf(path, sizeof path, "%s/lock", embedded->folder);
    embedded->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (embedded->lock_fd < 0) {
        return skep_error_errno(err, SKEP_E_IO, "%s", path);
    }
    while (flock(embedded->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return skep_error_errno(err, SKEP_E_IO, "%s: cannot be locked", path);
        }
        if (skep_monotonic_ms() > until_ms) {
            return skep_error_set(err, SKEP_E_CONFLICT,
                                  "the redis-server of an earlier run still runs in %s; `fuser %s` names it",
                                  embedded->folder, path);
        }
        if (embedded_pause(stop_fd)) {
            return SKEP_STOPPED;
        }
    }
    return SKEP_OK;
}

skep_status skep_embedded_init(struct skep_embedded *embedded, const char *folder, const char *socket,
                               int stop_fd, struct skep_error *err)
{
    skep_status st;

    *embedded = (struct skep_embedded){.lock_fd = -1, .url.kind = SKEP_URL_UNIX};
    if (!skep_child_find("redis-server", embedded->program, sizeof embedded->program)) {
        return skep_error_set(err, SKEP_E_UNREACHABLE,
                              "there is no redis-server in PATH: install it (Debian: apt install "
                              "redis-server), or name a server with --redis URL");
    }
    snprintf(embedded->folder, sizeof embedded->folder, "%s", folder);
    snprintf(embedded->url.path, sizeof embedded->url.path, "%s", socket);
    if ((size_t)snprintf(embedded->log_path, sizeof embedded->log_path, "%s.log", folder) >=
        sizeof embedded->log_path) {
        return skep_error_set(err, SKEP_E_IO, "%s: the path is too long", folder);
    }
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return skep_error_errno(err, SKEP_E_IO, "%s", folder);
    }
    st = embedded_lock(embedded, stop_fd, err);
    if (st != SKEP_OK) {
        skep_embedded_release(embedded);
    }
    return st;
}

/* ---- life ---- */

static skep_status embedded_spawn(struct skep_embedded *embedded, struct skep_error *err)
{
    const char *const argv[] = {"redis-server",
                                "--port",
                                "0",
                                "--unixsocket",
                                embedded->url.path,
                                "--unixsocketperm",
                                "700",
                                "--dir",
                                embedded->folder,
                                "--appendonly",
                                embedded->is_fleeting ? "no" : "yes",
                                "--appendfsync",
                                "everysec",
                                "--save",
                                "",
                                "--databases",
                                "1",
                                NULL};
    const struct skep_child_plan plan = {.program = embedded->program,
                                         .argv = argv,
                                         .log_path = embedded->log_path,
                                         .kept_fd = embedded->lock_fd,
                                         .death_signal = SIGTERM};

    embedded->n_starts++;
    return skep_child_spawn(&plan, &embedded->pid, err);
}

/* Whether it answers, and not that it is still reading its file. */
static skep_status embedded_ask(struct skep_conn *conn, struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st = skep_conn_is_open(conn) ? SKEP_OK : skep_conn_connect(conn, err);

    if (st == SKEP_OK) {
        skep_conn_begin(conn, 1);
        skep_conn_arg_text(conn, "PING");
        st = skep_conn_call(conn, -1, &reply, err);
    }
    return st;
}

static skep_status embedded_died(struct skep_embedded *embedded, int status, struct skep_error *err)
{
    char how[96];

    skep_child_show_log(embedded->log_path, NULL);
    return skep_error_set(err, SKEP_E_UNREACHABLE, "the private redis-server ended at its start: %s",
                          skep_child_describe(status, how, sizeof how));
}

static skep_status embedded_wait_ready(struct skep_embedded *embedded, struct skep_conn *conn, int stop_fd,
                                       struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + EMBEDDED_START_MS;

    for (;;) {
        struct skep_error why = {0};
        int status;
        skep_status st = embedded_ask(conn, &why);
        if (st == SKEP_OK) {
            return SKEP_OK;
        }
        if (skep_embedded_is_over(embedded, &status)) {
            return embedded_died(embedded, status, err);
        }
        if (st == SKEP_E_UNWELL) {
            until_ms = skep_monotonic_ms() + EMBEDDED_START_MS; /* it reads its file: that may take long */
        }
        if (skep_status_kind(st) == SKEP_FINAL || skep_monotonic_ms() > until_ms) {
            return skep_error_set(err, st, "the private redis-server: %s", skep_error_text(&why, st));
        }
        if (embedded_pause(stop_fd)) {
            return SKEP_STOPPED;
        }
    }
}

skep_status skep_embedded_start(struct skep_embedded *embedded, int stop_fd, struct skep_error *err)
{
    const struct skep_conn_options options = {.url = embedded->url, .client_name = "skep-run"};
    struct skep_conn *conn = NULL;
    skep_status st = skep_conn_new(&options, &conn, err);

    if (st == SKEP_OK) {
        (void)unlink(embedded->url.path); /* a dead one's: nobody answers there */
        st = embedded_spawn(embedded, err);
    }
    if (st == SKEP_OK) {
        st = embedded_wait_ready(embedded, conn, stop_fd, err);
    }
    skep_conn_free(conn);
    if (st != SKEP_OK) {
        skep_embedded_stop(embedded, true);
    }
    return st;
}

bool skep_embedded_is_over(struct skep_embedded *embedded, int *status_out)
{
    return skep_child_is_over(&embedded->pid, status_out);
}

void skep_embedded_stop(struct skep_embedded *embedded, bool keeps_data)
{
    if (embedded->pid != 0) { /* else the socket may be another server's */
        skep_child_end(&embedded->pid, keeps_data ? SIGTERM : SIGKILL, EMBEDDED_STOP_MS);
        (void)unlink(embedded->url.path);
    }
}

void skep_embedded_release(struct skep_embedded *embedded)
{
    skep_embedded_stop(embedded, true);
    if (embedded->lock_fd >= 0) {
        close(embedded->lock_fd);
        embedded->lock_fd = -1;
    }
}
