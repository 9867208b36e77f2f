/* SPDX-License-Identifier: MIT */
/* One loop over: signals, the deaths of server and worker, results, the push, and the clock.
 *
 * Results are read, gathered, and stay unconfirmed until the journal has been synced, which is done at most a
 * few times a second for all that came meanwhile; more is read only then, because what is in hand is always
 * the head of the list. A second connection waits for the first result of an empty list.
 *
 * Trouble with the server (out of reach, unwell) is waited out for as long as the user has patience. Whatever
 * it forgot meanwhile is found again: the push asks how much of it is in, repeated results are dropped, and
 * results that are missing although the queue is empty are computed again. */
#include "producer/run/run_session.h"

#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "producer/run/run_watch.h"

enum {
    LOOP_SYNC_LEAST_MS = 20, /* between two syncs of the journal: a tenth of the time that the session */
    LOOP_SYNC_MOST_MS = 200, /* has lasted, so that a short run is not held up */
    LOOP_IDLE_MS = 1000,     /* nothing happens: the mark on the results must be renewed before it ends */
    LOOP_LATER_MS = 20,      /* something is not as it should be: try again */
    LOOP_SHOW_MS = 200,      /* progress on a terminal */
    LOOP_READ_BYTES = 32 * 1024 * 1024, /* of results at once */
    LOOP_WIND_DOWN_MS = 1000 * (SKEP_RUN_WORKER_GRACE_S + 10)
};

static void loop_read_signals(struct skep_run_session *session)
{
    struct signalfd_siginfo info;

    while (read(session->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGCHLD) {
            session->first_signal = session->n_signals == 0 ? (int)info.ssi_signo : session->first_signal;
            session->n_signals++;
        }
    }
}

/* ---- results ---- */

/* As many as are read at once without too much memory, judged by those that came last. */
static void loop_adapt_want(struct skep_run_session *session, size_t n, size_t n_bytes)
{
    size_t fits = n > 0 ? LOOP_READ_BYTES / (n_bytes / n + 1) : session->want;

    fits = fits < 2 * session->want ? fits : 2 * session->want;
    session->want = fits < SKEP_RUN_WANT_LEAST  ? SKEP_RUN_WANT_LEAST
                    : fits > SKEP_RUN_WANT_MOST ? SKEP_RUN_WANT_MOST
                                                : fits;
}

static skep_status loop_gather(struct skep_run_session *session, size_t n, struct skep_error *err)
{
    struct skep_gather *gather = session->options->gather;
    size_t n_bytes = 0;
    skep_status st = SKEP_OK;

    for (size_t i = 0; i < n && st == SKEP_OK; i++) {
        n_bytes += session->results[i].n;
        st = skep_gather_add(gather, &session->results[i], err);
    }
    session->n_in_hand = n;
    loop_adapt_want(session, n, n_bytes);
    return st == SKEP_OK ? skep_gather_flush(gather, err) : st;
}

/* The list is not what it was when the results in hand were read: the server lost its last moments, or
 * somebody else reads it. Begin anew at its head. */
static skep_status loop_collect_anew(struct skep_run_session *session, struct skep_error *err)
{
    char words[sizeof err->text];
    skep_status st;

    snprintf(words, sizeof words, "%s", skep_error_text(err, SKEP_E_CONFLICT));
    skep_error_clear(err);
    session->n_in_hand = 0;
    st = skep_collector_init(&session->collector, session->conn, session->options->plan->queue, err);
    return st == SKEP_OK ? skep_error_set(err, SKEP_E_UNWELL, "%s", words) : st;
}

static int64_t loop_sync_due_ms(const struct skep_run_session *session)
{
    int64_t gap_ms = (session->synced_ms - session->progress.started_ms) / 10;

    gap_ms = gap_ms < LOOP_SYNC_LEAST_MS ? LOOP_SYNC_LEAST_MS : gap_ms;
    return session->synced_ms + (gap_ms < LOOP_SYNC_MOST_MS ? gap_ms : LOOP_SYNC_MOST_MS);
}

/* Confirm what is in hand once it is safe, and take the next results. *N_OUT: so many came. */
static skep_status loop_collect(struct skep_run_session *session, size_t *n_out, struct skep_error *err)
{
    skep_status st;

    *n_out = 0;
    if (session->n_in_hand > 0) {
        if (skep_monotonic_ms() < loop_sync_due_ms(session)) {
            return SKEP_OK;
        }
        st = skep_journal_sync(session->options->gather->options.journal, err);
        session->synced_ms = skep_monotonic_ms();
        if (st != SKEP_OK) {
            return st;
        }
    }
    st = skep_collect(&session->collector, session->n_in_hand, session->want, session->results, n_out, err);
    if (st == SKEP_E_CONFLICT) {
        return loop_collect_anew(session, err);
    }
    if ((st == SKEP_E_PROTOCOL || st == SKEP_E_NOMEM) && session->want > SKEP_RUN_WANT_LEAST) {
        session->want = SKEP_RUN_WANT_LEAST; /* one reply may have been too large */
        return SKEP_E_UNWELL;
    }
    return st == SKEP_OK ? loop_gather(session, *n_out, err) : st;
}

static skep_status loop_exchange(struct skep_run_session *session, struct skep_error *err)
{
    size_t n;
    skep_status st = loop_collect(session, &n, err);

    if (st == SKEP_OK) {
        st = skep_run_push_step(&session->push, err);
    }
    if (st == SKEP_OK) {
        skep_run_trouble_is_over(session);
        return SKEP_OK;
    }
    return skep_run_is_trouble(st) ? skep_run_bear(session, st, err) : st;
}

/* ---- waiting ---- */

/* Ask the server to tell when there is a result. A failure is noticed by whoever speaks with it next. */
static void loop_set_bell(struct skep_run_session *session)
{
    if (session->is_bell_set) {
        return;
    }
    if (!skep_conn_is_open(session->bell) && skep_conn_connect(session->bell, NULL) != SKEP_OK) {
        return;
    }
    skep_conn_begin(session->bell, 6);
    skep_conn_arg_text(session->bell, "BLMOVE");
    skep_conn_arg_text(session->bell, session->keys.out);
    skep_conn_arg_text(session->bell, session->keys.out);
    skep_conn_arg_text(session->bell, "LEFT");
    skep_conn_arg_text(session->bell, "LEFT");
    skep_conn_arg_text(session->bell, "1");
    session->is_bell_set = skep_conn_flush(session->bell, NULL) == SKEP_OK;
}

static void loop_wait_for_bell(struct skep_run_session *session, int timeout_ms)
{
    struct skep_reply *reply;
    skep_status st;

    loop_set_bell(session);
    if (!session->is_bell_set) {
        skep_run_pause(session, timeout_ms < LOOP_LATER_MS ? timeout_ms : LOOP_LATER_MS);
        return;
    }
    st = skep_conn_wait(session->bell, session->signal_fd, timeout_ms, NULL, NULL);
    if (st == SKEP_OK) {
        st = skep_conn_try_reply(session->bell, &reply, NULL);
        session->is_bell_set = st == SKEP_EMPTY;
    }
    if (st != SKEP_OK && st != SKEP_EMPTY) {
        skep_conn_close(session->bell);
        session->is_bell_set = false;
    }
}

static void loop_wait(struct skep_run_session *session)
{
    int64_t left_ms = loop_sync_due_ms(session) - skep_monotonic_ms();
    int most_ms = session->progress.is_terminal ? LOOP_SHOW_MS : LOOP_IDLE_MS;

    if (!session->push.is_done) {
        most_ms = !session->push.is_ready                  ? LOOP_LATER_MS
                  : skep_run_push_has_room(&session->push) ? 0
                                                           : most_ms; /* results make room */
    }
    if (session->worker.pid == 0 && most_ms > LOOP_SHOW_MS) {
        most_ms = LOOP_SHOW_MS;
    }
    if (session->n_in_hand > 0) {
        left_ms = left_ms > 0 ? left_ms : 0;
        skep_run_pause(session, left_ms < most_ms ? (int)left_ms : most_ms);
    } else if (most_ms > 0) {
        loop_wait_for_bell(session, most_ms);
    }
}

/* ---- the loop ---- */

skep_status skep_run_loop(struct skep_run_session *session, struct skep_error *err)
{
    const struct skep_gather *gather = session->options->gather;
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && !skep_gather_is_complete(gather)) {
        loop_read_signals(session);
        if (session->n_signals > 0) {
            return SKEP_STOPPED;
        }
        st = skep_run_watch(session, err);
        if (st == SKEP_OK) {
            st = loop_exchange(session, err);
        }
        if (st == SKEP_OK) {
            st = skep_run_look(session, err);
        }
        skep_progress_update(&session->progress, gather->tally.n_done, gather->tally.n_failed);
        skep_run_prints_show(&session->prints, &session->progress);
        if (st == SKEP_OK && !skep_gather_is_complete(gather)) {
            loop_wait(session);
        }
    }
    return st;
}

skep_status skep_run_loop_wind_down(struct skep_run_session *session, struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + LOOP_WIND_DOWN_MS;
    int n_heard = 0;
    bool is_over = false;
    size_t n = 0;
    skep_status st = SKEP_OK;

    skep_progress_note(&session->progress, "stopping: what runs may finish; once more stops at once");
    while (!is_over || n > 0) {
        int status;
        for (; n_heard < session->n_signals; n_heard++) {
            skep_run_worker_stop(&session->worker);
        }
        is_over = session->worker.pid == 0 || skep_run_worker_is_over(&session->worker, &status);
        if (!is_over && skep_monotonic_ms() > until_ms) {
            skep_run_worker_release(&session->worker);
        }
        session->synced_ms = 0;
        st = loop_collect(session, &n, err);
        if (skep_run_is_trouble(st)) {
            skep_error_clear(err); /* what it still has, the next session gets */
            n = 0;
        } else if (st != SKEP_OK) {
            return st;
        }
        if (!is_over && n == 0) {
            skep_run_pause(session, LOOP_LATER_MS);
        }
        loop_read_signals(session);
    }
    return SKEP_OK;
}
