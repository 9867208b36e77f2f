/* SPDX-License-Identifier: MIT */
#include "producer/run/run_watch.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "producer/run/child.h"

enum {
    WATCH_LOOK_MS = 1000, /* without a new result: what does the queue do? */
    WATCH_MAX_FILLS = 3,
    WATCH_PRIVATE_PATIENCE_MS = 30000,
    WATCH_WORKER_USAGE = 2 /* exit status of a worker whose settings are wrong */
};

/* Until a signal or a death, at most. */
void skep_run_pause(const struct skep_run_session *session, int ms)
{
    struct pollfd news = {.fd = session->signal_fd, .events = POLLIN};

    (void)poll(&news, 1, ms);
}

/* ---- trouble ---- */

bool skep_run_is_trouble(skep_status st)
{
    return st == SKEP_E_UNREACHABLE || st == SKEP_E_UNWELL;
}

/* SKEP_OK: try again (a pause has been made). */
skep_status skep_run_bear(struct skep_run_session *session, skep_status st, struct skep_error *err)
{
    int64_t now_ms = skep_monotonic_ms();
    int64_t patience_ms =
        session->is_private ? WATCH_PRIVATE_PATIENCE_MS : (int64_t)(session->options->wait_s * 1000);

    skep_run_push_doubt(&session->push);
    skep_conn_close(session->bell);
    session->is_bell_set = false;
    if (session->trouble_since_ms < 0) {
        session->trouble_since_ms = now_ms;
    }
    if (!skep_run_is_trouble(st) || now_ms - session->trouble_since_ms >= patience_ms) {
        return st;
    }
    snprintf(session->note, sizeof session->note, "trying again: %.200s", skep_error_text(err, st));
    skep_progress_note(&session->progress, session->note);
    skep_error_clear(err);
    skep_run_pause(session, skep_backoff_next_ms(&session->trouble_backoff));
    return SKEP_OK;
}

void skep_run_trouble_is_over(struct skep_run_session *session)
{
    if (session->trouble_since_ms >= 0) {
        session->trouble_since_ms = -1;
        skep_backoff_reset(&session->trouble_backoff);
        skep_progress_note(&session->progress, NULL);
    }
}

/* ---- deaths ---- */

static skep_status watch_count_restart(struct skep_run_session *session, const char *who, int status,
                                       struct skep_error *err)
{
    skep_status st =
        skep_restarts_count(&session->restarts, who, status, session->options->gather->tally.n_done,
                            session->note, sizeof session->note, err);

    if (st == SKEP_OK) {
        skep_progress_note(&session->progress, session->note);
    }
    return st;
}

static skep_status watch_server(struct skep_run_session *session, struct skep_error *err)
{
    int status;
    skep_status st;

    if (!session->is_private || !skep_embedded_is_over(&session->embedded, &status)) {
        return SKEP_OK;
    }
    st = watch_count_restart(session, "the private redis-server", status, err);
    if (st != SKEP_OK) {
        skep_child_show_log(session->embedded.log_path, NULL);
        return st;
    }
    skep_run_push_doubt(&session->push);
    skep_run_pause(session, skep_backoff_next_ms(&session->restarts.backoff));
    st = skep_embedded_start(&session->embedded, session->stop_fd, err);
    return st == SKEP_STOPPED ? SKEP_OK : st; /* the signal is read by the loop */
}

static skep_status watch_worker_is_over(struct skep_run_session *session, int status, struct skep_error *err)
{
    skep_status st;

    if (WIFEXITED(status) && WEXITSTATUS(status) == WATCH_WORKER_USAGE) {
        skep_run_worker_show_log(&session->worker);
        return skep_error_set(err, SKEP_E_USAGE, "the worker could not start");
    }
    st = watch_count_restart(session, "the worker", status, err);
    if (st != SKEP_OK) {
        skep_run_worker_show_log(&session->worker);
        return st;
    }
    session->worker_start_ms = skep_monotonic_ms() + skep_backoff_next_ms(&session->restarts.backoff);
    return SKEP_OK;
}

static skep_status watch_worker(struct skep_run_session *session, struct skep_error *err)
{
    int status;
    skep_status st = SKEP_OK;

    if (skep_run_worker_is_over(&session->worker, &status)) {
        st = watch_worker_is_over(session, status, err);
    }
    if (st != SKEP_OK || session->worker.pid != 0 || skep_monotonic_ms() < session->worker_start_ms) {
        return st;
    }
    if (session->is_private) {
        st = skep_restarts_reap(session->conn, &session->keys, err);
        if (skep_run_is_trouble(st)) {
            return skep_run_bear(session, st, err);
        }
    }
    return st == SKEP_OK ? skep_run_worker_start(&session->worker, err) : st;
}

/* ---- looking at the queue when nothing comes ---- */

static skep_status watch_fill_holes(struct skep_run_session *session, struct skep_error *err)
{
    const struct skep_gather *gather = session->options->gather;
    uint64_t n_missing = gather->options.n_tasks - gather->tally.n_done;

    if (gather->tally.n_done != session->n_done_at_fill) {
        session->n_done_at_fill = gather->tally.n_done;
        session->n_fills = 0;
    }
    if (++session->n_fills > WATCH_MAX_FILLS) {
        return skep_error_set(err, SKEP_E_CONFLICT,
                              "%" PRIu64
                              " results are missing though queue %s is empty: does somebody else collect "
                              "them?",
                              n_missing, session->keys.name);
    }
    snprintf(session->note, sizeof session->note,
             "%" PRIu64 " results are missing: their tasks are put again", n_missing);
    skep_progress_note(&session->progress, session->note);
    return skep_run_push_fill(&session->push, err);
}

/* Why nothing comes, in words, or NULL. */
static const char *watch_explain(struct skep_run_session *session, const struct skep_queue_status *status)
{
    if (status->is_paused) {
        return "the queue is paused";
    }
    if (status->n_slots == 0) {
        return "waiting for the worker";
    }
    if (status->n_waiting + status->n_held + status->n_suspect == 0 && status->n_delayed > 0) {
        snprintf(session->note, sizeof session->note, "%" PRId64 " task%s for another try or a set time",
                 status->n_delayed, status->n_delayed == 1 ? " waits" : "s wait");
        return session->note;
    }
    return NULL;
}

skep_status skep_run_look(struct skep_run_session *session, struct skep_error *err)
{
    struct skep_queue_status status;
    uint64_t n_done = session->options->gather->tally.n_done;
    int64_t now_ms = skep_monotonic_ms();
    bool is_empty;
    skep_status st;

    if (n_done != session->n_done_seen || session->look_ms == 0) {
        session->n_done_seen = n_done;
        session->look_ms = now_ms + WATCH_LOOK_MS;
    }
    if (now_ms < session->look_ms || session->n_in_hand > 0 || session->trouble_since_ms >= 0 ||
        !skep_conn_is_open(session->conn)) {
        return SKEP_OK;
    }
    session->look_ms = now_ms + WATCH_LOOK_MS;
    st = skep_queue_status_read(session->conn, &session->keys, &status, err);
    if (st != SKEP_OK) {
        return skep_run_is_trouble(st) ? skep_run_bear(session, st, err) : st;
    }
    is_empty = status.n_waiting + status.n_held + status.n_delayed + status.n_suspect + status.n_results == 0;
    skep_progress_note(&session->progress, watch_explain(session, &status));
    skep_queue_status_release(&status);
    return is_empty && session->push.is_done ? watch_fill_holes(session, err) : SKEP_OK;
}

/* ---- both ---- */

skep_status skep_run_watch(struct skep_run_session *session, struct skep_error *err)
{
    skep_status st = watch_server(session, err);

    return st == SKEP_OK ? watch_worker(session, err) : st;
}
