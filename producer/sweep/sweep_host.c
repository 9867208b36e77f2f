/* SPDX-License-Identifier: MIT */
/* Nothing of what the private server knows is needed after its death: the session puts what is missing again.
 * So it writes nothing, and its folder holds a socket, a lock and two logs. Folders of sessions that were
 * killed are removed by the next one: the lock tells, which a server inherits and a dead one does not hold.
 */
#include "producer/sweep/sweep_host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "producer/run/child.h"
#include "producer/cli/stop.h"

enum { HOST_WORKER_USAGE = 2 /* exit status of a worker whose settings are wrong */ };

#define HOST_PREFIX "skep-sweep-"

static const char *const host_files[] = {"redis/lock", "redis.log", "redis.sock", "worker.log", NULL};

/* ---- the folder ---- */

static void host_remove_folder(const char *folder)
{
    char path[PATH_MAX + 16];

    for (const char *const *name = host_files; *name != NULL; name++) {
        snprintf(path, sizeof path, "%s/%s", folder, *name);
        (void)unlink(path);
    }
    snprintf(path, sizeof path, "%s/redis", folder);
    (void)rmdir(path);
    (void)rmdir(folder);
}

/* Whether FOLDER is ours, and nobody lives there any more. */
static bool host_is_left(const char *folder)
{
    char path[PATH_MAX + 16];
    struct stat info;
    bool is_left;
    int fd;

    if (lstat(folder, &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid()) {
        return false;
    }
    snprintf(path, sizeof path, "%s/redis/lock", folder);
    fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    is_left = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return is_left;
}

static void host_remove_left(const char *parent)
{
    char folder[PATH_MAX];
    DIR *dir = opendir(parent);

    if (dir == NULL) {
        return;
    }
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strncmp(entry->d_name, HOST_PREFIX, strlen(HOST_PREFIX)) == 0 &&
            snprintf(folder, sizeof folder, "%s/%s", parent, entry->d_name) < (int)sizeof folder &&
            host_is_left(folder)) {
            host_remove_folder(folder);
        }
    }
    closedir(dir);
}

/* Where a socket's path is short enough. */
static skep_status host_make_folder(struct skep_sweep_host *host, struct skep_error *err)
{
    const char *const parents[] = {getenv("TMPDIR"), getenv("XDG_RUNTIME_DIR"), "/tmp"};

    for (size_t i = 0; i < sizeof parents / sizeof parents[0]; i++) {
        char socket[PATH_MAX + 16];
        int n = parents[i] == NULL || parents[i][0] != '/'
                    ? -1
                    : snprintf(host->folder, sizeof host->folder, "%s/" HOST_PREFIX "XXXXXX", parents[i]);
        if (n < 0 || n >= (int)sizeof host->folder) {
            continue;
        }
        snprintf(socket, sizeof socket, "%s/redis.sock", host->folder);
        if (skep_embedded_socket_fits(socket) && mkdtemp(host->folder) != NULL) {
            host_remove_left(parents[i]);
            return SKEP_OK;
        }
    }
    host->folder[0] = '\0';
    return skep_error_errno(err, SKEP_E_IO, "a folder for the private server in /tmp");
}

/* ---- beginning and end ---- */

static skep_status host_start_server(struct skep_sweep_host *host, struct skep_error *err)
{
    char folder[PATH_MAX + 16], socket[PATH_MAX + 16];
    skep_status st;

    snprintf(folder, sizeof folder, "%s/redis", host->folder);
    snprintf(socket, sizeof socket, "%s/redis.sock", host->folder);
    st = skep_embedded_init(&host->embedded, folder, socket, skep_stop_fd(), err);
    host->embedded.is_fleeting = true;
    if (st == SKEP_OK) {
        st = skep_embedded_start(&host->embedded, skep_stop_fd(), err);
    }
    if (st == SKEP_OK) {
        skep_url_format(&host->embedded.url, host->url, sizeof host->url);
        host->server = (struct skep_server_settings){.url = host->url};
    }
    return st;
}

skep_status skep_sweep_host_open(struct skep_sweep_host *host, const struct skep_sweep_job *job,
                                 struct skep_error *err)
{
    static const struct skep_text_list here = {.n = 1,
                                               .items = {"."}}; /* its own default for outputs is another */
    char log_path[PATH_MAX + 16];
    struct skep_run_worker_options options = {
        .server = &host->server,
        .is_private = true,
        .queue = job->queue,
        .slots = job->slots,
        .data = job->data.n > 0 ? &job->data : &here,
        .output = job->output.n > 0 ? &job->output : &here,
        .memory_bytes = job->memory_bytes,
        .log_path = log_path,
    };
    skep_status st;

    *host = (struct skep_sweep_host){.embedded.lock_fd = -1};
    st = host_make_folder(host, err);
    if (st == SKEP_OK) {
        st = host_start_server(host, err);
    }
    if (st == SKEP_OK) {
        snprintf(log_path, sizeof log_path, "%s/worker.log", host->folder);
        st = skep_run_worker_init(&host->worker, &options, err);
    }
    return st == SKEP_OK ? skep_run_worker_start(&host->worker, err) : st;
}

void skep_sweep_host_stop_worker(struct skep_sweep_host *host)
{
    skep_run_worker_stop(&host->worker);
}

bool skep_sweep_host_worker_is_over(struct skep_sweep_host *host)
{
    int status;

    return host->worker.pid == 0 || skep_run_worker_is_over(&host->worker, &status);
}

void skep_sweep_host_show_log(const struct skep_sweep_host *host)
{
    skep_run_worker_show_log(&host->worker);
}

void skep_sweep_host_close(struct skep_sweep_host *host)
{
    if (host->folder[0] == '\0') {
        return;
    }
    skep_run_worker_release(&host->worker);
    skep_embedded_stop(&host->embedded, false);
    skep_embedded_release(&host->embedded);
    host_remove_folder(host->folder);
    host->folder[0] = '\0';
}

/* ---- deaths ---- */

static skep_status host_watch_server(struct skep_sweep_host *host, uint64_t n_done, const char **note_out,
                                     struct skep_error *err)
{
    int status;
    skep_status st;

    if (!skep_embedded_is_over(&host->embedded, &status)) {
        return host->embedded.pid != 0 ? SKEP_OK : skep_embedded_start(&host->embedded, skep_stop_fd(), err);
    }
    st = skep_restarts_count(&host->restarts, "the private redis-server", status, n_done, host->note,
                             sizeof host->note, err);
    if (st != SKEP_OK) {
        skep_child_show_log(host->embedded.log_path, NULL);
        return st;
    }
    *note_out = host->note;
    return skep_embedded_start(&host->embedded, skep_stop_fd(), err);
}

static skep_status host_worker_is_over(struct skep_sweep_host *host, int status, uint64_t n_done,
                                       const char **note_out, struct skep_error *err)
{
    skep_status st;

    if (WIFEXITED(status) && WEXITSTATUS(status) == HOST_WORKER_USAGE) {
        skep_run_worker_show_log(&host->worker);
        return skep_error_set(err, SKEP_E_USAGE, "the worker could not start");
    }
    st = skep_restarts_count(&host->restarts, "the worker", status, n_done, host->note, sizeof host->note,
                             err);
    if (st != SKEP_OK) {
        skep_run_worker_show_log(&host->worker);
        return st;
    }
    *note_out = host->note;
    host->worker_start_ms = skep_monotonic_ms() + skep_backoff_next_ms(&host->restarts.backoff);
    return SKEP_OK;
}

skep_status skep_sweep_host_watch(struct skep_sweep_host *host, uint64_t n_done, struct skep_conn *conn,
                                  const struct skep_keys *keys, const char **note_out, struct skep_error *err)
{
    int status;
    skep_status st;

    *note_out = NULL;
    st = host_watch_server(host, n_done, note_out, err);
    if (st == SKEP_OK && skep_run_worker_is_over(&host->worker, &status)) {
        st = host_worker_is_over(host, status, n_done, note_out, err);
    }
    if (st != SKEP_OK || host->worker.pid != 0 || skep_monotonic_ms() < host->worker_start_ms) {
        return st;
    }
    st = skep_restarts_reap(conn, keys, err); /* what the dead one held */
    return st == SKEP_OK ? skep_run_worker_start(&host->worker, err) : st;
}
