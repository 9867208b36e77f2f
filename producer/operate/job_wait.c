/* SPDX-License-Identifier: MIT */
#include "producer/operate/job_wait.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "producer/cli/command.h"
#include "producer/operate/job_view.h"
#include "producer/operate/status_view.h"
#include "producer/cli/stop.h"
#include "queue/admin.h"

enum {
    WAIT_FIRST_MS = 50,
    WAIT_LONGEST_MS = 1000,
    WAIT_WONDER_MS = 3000, /* nothing moves: why? */
    WAIT_MAX_BYTES = 4096
};

/* ---- asking ---- */

static skep_status wait_ask(struct skep_job_wait *wait, struct skep_error *err)
{
    skep_status st = skep_conn_is_open(wait->conn) ? SKEP_OK : skep_conn_connect(wait->conn, err);

    if (st == SKEP_OK) {
        st = skep_job_read(wait->conn, &wait->keys, wait->name, &wait->job, err);
    }
    return st;
}

/* How it stands, from a server that may go away and come back. */
static skep_status wait_look(struct skep_job_wait *wait, struct skep_error *err)
{
    skep_status st;

    do {
        skep_error_clear(err);
        st = wait_ask(wait, err);
    } while (st != SKEP_OK && skep_patience_wait(&wait->patience, st, err));
    if (st == SKEP_OK) {
        skep_patience_reset(&wait->patience);
    }
    return st;
}

/* ---- showing ---- */

const char *skep_job_wonder(struct skep_conn *conn, const struct skep_keys *keys)
{
    struct skep_queue_status status;
    const char *state;

    if (!skep_conn_is_open(conn) || skep_queue_status_read(conn, keys, &status, NULL) != SKEP_OK) {
        return NULL;
    }
    state = skep_status_state(&status); /* its words are constants */
    skep_queue_status_release(&status);
    return strcmp(state, "running") == 0 || strcmp(state, "idle") == 0 ? NULL : state;
}

static const char *wait_explain(struct skep_job_wait *wait)
{
    int64_t now_ms = skep_monotonic_ms();

    if (wait->job.cancelled_ms == 0 && wait->job.n_put < wait->job.n_announced) {
        return "its push is not complete";
    }
    if (skep_job_over(&wait->job) != wait->n_over) {
        wait->n_over = skep_job_over(&wait->job);
        wait->moved_ms = now_ms;
        return NULL;
    }
    if (now_ms - wait->moved_ms < WAIT_WONDER_MS) {
        return wait->progress.note;
    }
    wait->moved_ms = now_ms;
    return skep_job_is_over(&wait->job)
               ? "all tasks are over; a gatherer is waited for (a worker that sees the "
                 "arrays, or `skep resume`)"
               : skep_job_wonder(wait->conn, &wait->keys);
}

static void wait_show(struct skep_job_wait *wait)
{
    wait->progress.n_total = (uint64_t)skep_job_total(&wait->job);
    skep_progress_update(&wait->progress, (uint64_t)skep_job_over(&wait->job), (uint64_t)wait->job.n_failed);
    skep_progress_note(&wait->progress, wait_explain(wait));
}

void skep_job_wait_tell(const struct skep_job_wait *wait, const char *end)
{
    struct skep_buf buf;

    if (wait->is_quiet) {
        return;
    }
    skep_buf_init(&buf, WAIT_MAX_BYTES);
    skep_job_write_sentence(&buf, &wait->job);
    skep_buf_add_text(&buf, end);
    if (!skep_buf_failed(&buf)) {
        skep_say("%s", buf.bytes);
    }
    skep_buf_release(&buf);
}

/* ---- waiting ---- */

static skep_status wait_until_over(struct skep_job_wait *wait, struct skep_error *err)
{
    int pause_ms = WAIT_FIRST_MS;

    while (!skep_job_is_over(&wait->job) || wait->job.is_gathering) {
        struct pollfd stop = {.fd = skep_stop_fd(), .events = POLLIN};
        int64_t left_ms;
        skep_status st;
        wait_show(wait);
        left_ms = wait->end_ms > 0 ? wait->end_ms - skep_monotonic_ms() : WAIT_LONGEST_MS;
        if (left_ms <= 0) {
            return SKEP_EMPTY;
        }
        (void)poll(&stop, 1, pause_ms < left_ms ? pause_ms : (int)left_ms);
        pause_ms = pause_ms < WAIT_LONGEST_MS / 2 ? 2 * pause_ms : WAIT_LONGEST_MS;
        if (skep_stop_is_asked()) {
            return SKEP_STOPPED;
        }
        st = wait_look(wait, err);
        if (st != SKEP_OK) {
            return skep_stop_is_asked() ? SKEP_STOPPED : st;
        }
        if (!wait->job.is_announced) {
            return skep_error_set(
                err, SKEP_E_CONFLICT,
                "job \"%.200s\" is gone: somebody has forgotten it, or the server lost its memory",
                wait->name);
        }
    }
    return SKEP_OK;
}

skep_status skep_job_wait(struct skep_job_wait *wait, int *exit_out)
{
    struct skep_error err = {0};
    skep_status st;

    *exit_out = skep_connect_queue(wait->connect, wait->queue, &wait->keys, &wait->conn);
    if (*exit_out != SKEP_EXIT_OK) {
        return SKEP_E_UNREACHABLE;
    }
    wait->end_ms = wait->timeout_s > 0 ? skep_monotonic_ms() + (int64_t)(wait->timeout_s * 1000) : 0;
    wait->moved_ms = skep_monotonic_ms();
    skep_patience_init(&wait->patience, wait->connect->wait_s);
    wait->patience.is_quiet = wait->is_quiet;
    st = wait_look(wait, &err);
    if (st == SKEP_OK && !wait->job.is_announced) {
        skep_complain(skep_job_is_known(&wait->job)
                          ? "the tasks of \"%.200s\" in queue %s are not counted: it was pushed without --job"
                          : "queue %2$s knows no job \"%1$.200s\"; `skep job ls -q %2$s` lists them",
                      wait->name, wait->keys.name);
        *exit_out = SKEP_EXIT_FAILED;
        return SKEP_E_CONFLICT;
    }
    skep_progress_init(&wait->progress, "over:", 0, wait->is_quiet);
    wait->progress.n_at_start = (uint64_t)skep_job_over(&wait->job);
    wait->n_over = skep_job_over(&wait->job);
    st = st == SKEP_OK ? wait_until_over(wait, &err) : st;
    skep_progress_clear(&wait->progress);
    if (st == SKEP_STOPPED) {
        *exit_out = SKEP_EXIT_INTERRUPTED;
    } else if (st != SKEP_OK && st != SKEP_EMPTY) {
        *exit_out = skep_complain_error(st, &err);
    }
    return st;
}

void skep_job_wait_close(struct skep_job_wait *wait)
{
    skep_conn_free(wait->conn);
    wait->conn = NULL;
}

int skep_job_wait_exit(const struct skep_job_wait *wait)
{
    const struct skep_job *job = &wait->job;
    bool is_cancelled = job->cancelled_ms > 0 || (job->n_cancelled > 0 && !job->is_stopped);

    return job->n_failed > 0 || is_cancelled ? SKEP_EXIT_FAILED : SKEP_EXIT_OK;
}
