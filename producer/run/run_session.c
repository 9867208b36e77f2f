/* SPDX-License-Identifier: MIT */
/* Order of a session: signals are held back and read from a descriptor; server; connections; worker; loop. At
 * its end backwards: worker, results, server. Whatever fails leaves by the same door. */
#include "producer/run/run_session.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "producer/run/child.h"
#include "producer/cli/command.h"
#include "producer/run/run_watch.h"
#include "producer/cli/stop.h"

enum { SESSION_WORKER_END_MS = 1000 * (SKEP_RUN_WORKER_GRACE_S + 10) };

/* ---- signals ---- */

/* From here on they are read by the loop: a second Ctrl-C hurries the worker instead of ending us. */
static skep_status session_hold_signals(struct skep_run_session *session, struct skep_error *err)
{
    sigset_t held;

    (void)sigemptyset(&held);
    (void)sigaddset(&held, SIGINT);
    (void)sigaddset(&held, SIGTERM);
    (void)sigaddset(&held, SIGHUP);
    session->stop_fd = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
    (void)sigaddset(&held, SIGCHLD);
    session->signal_fd = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
    if (session->stop_fd < 0 || session->signal_fd < 0) {
        return skep_error_errno(err, SKEP_E_IO, "signalfd");
    }
    (void)sigprocmask(SIG_BLOCK, &held, &session->old_mask);
    session->holds_signals = true;
    session->first_signal = skep_stop_signal();
    return session->first_signal == 0 ? SKEP_OK : SKEP_STOPPED; /* while the tasks were being read */
}

static void session_let_signals_go(struct skep_run_session *session)
{
    struct signalfd_siginfo info;

    if (session->holds_signals) {
        while (read(session->signal_fd, &info, sizeof info) > 0) { /* that the loop did not come to see */
            if (info.ssi_signo != SIGCHLD && session->first_signal == 0) {
                session->first_signal = (int)info.ssi_signo;
            }
        }
        (void)sigprocmask(SIG_SETMASK, &session->old_mask, NULL);
    }
    if (session->signal_fd >= 0) {
        close(session->signal_fd);
    }
    if (session->stop_fd >= 0) {
        close(session->stop_fd);
    }
}

/* ---- beginning ---- */

static skep_status session_start_server(struct skep_run_session *session, struct skep_error *err)
{
    const struct skep_run_session_options *options = session->options;
    char folder[PATH_MAX];
    char socket[PATH_MAX];
    skep_status st;

    skep_run_state_path(options->state, "redis", folder);
    skep_run_state_path(options->state, "redis.sock", socket);
    if (options->plan->socket_folder != NULL) {
        snprintf(socket, sizeof socket, "%s/redis.sock", options->plan->socket_folder);
    }
    st = skep_embedded_init(&session->embedded, folder, socket, session->stop_fd, err);
    if (st == SKEP_OK) {
        st = skep_embedded_start(&session->embedded, session->stop_fd, err);
    }
    if (st == SKEP_OK) {
        skep_url_format(&session->embedded.url, session->url, sizeof session->url);
        session->server = (struct skep_server_settings){.url = session->url};
    }
    return st;
}

/* The private server wants no password, whatever the environment holds for others. */
static skep_status session_make_conn(struct skep_run_session *session, struct skep_conn **conn_out,
                                     struct skep_error *err)
{
    const struct skep_conn_options options = {.url = session->embedded.url, .client_name = "skep-run"};

    return session->is_private ? skep_conn_new(&options, conn_out, err)
                               : skep_server_conn_new(&session->server, "skep-run", conn_out, err);
}

/* The first connection: a real server may be away for as long as the user has patience. */
static skep_status session_reach(struct skep_run_session *session, struct skep_error *err)
{
    struct pollfd stop = {.fd = session->stop_fd, .events = POLLIN};
    skep_status st = skep_conn_connect(session->conn, err);

    while (st != SKEP_OK && skep_run_is_trouble(st)) {
        st = skep_run_bear(session, st, err);
        if (st != SKEP_OK) {
            return st;
        }
        if (poll(&stop, 1, 0) > 0) {
            return SKEP_STOPPED;
        }
        st = skep_conn_connect(session->conn, err);
    }
    return st;
}

static skep_status session_connect(struct skep_run_session *session, struct skep_error *err)
{
    const struct skep_run_session_options *options = session->options;
    skep_status st = session_make_conn(session, &session->conn, err);

    if (st == SKEP_OK) {
        st = session_make_conn(session, &session->push_conn, err);
    }
    if (st == SKEP_OK) {
        st = session_make_conn(session, &session->bell, err);
    }
    if (st == SKEP_OK) {
        st = session_reach(session, err);
    }
    if (st == SKEP_OK) {
        st = skep_keys_init(&session->keys, options->plan->queue, err);
    }
    if (st == SKEP_OK && !options->is_quiet) {
        struct skep_conn *conn; /* NULL after a failure */
        st = session_make_conn(session, &conn, err);
        skep_run_prints_init(&session->prints, conn, &session->keys);
    }
    if (st == SKEP_OK) {
        st = skep_run_push_init(&session->push, session->push_conn, options->plan->queue, options->source,
                                options->gather, options->plan->n_tasks, err);
    }
    if (st == SKEP_OK) {
        st = skep_collector_init(&session->collector, session->conn, options->plan->queue, err);
    }
    return st;
}

/* What the session before left on the server: its mark on the results, which it can no longer use because we
 * hold the lock of its state; and, where all workers were its own, what they held. */
static skep_status session_take_over(struct skep_run_session *session, struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st;

    skep_conn_begin(session->conn, 2);
    skep_conn_arg_text(session->conn, "DEL");
    skep_conn_arg_text(session->conn, session->keys.reader);
    st = skep_conn_call(session->conn, -1, &reply, err);
    return st == SKEP_OK && session->is_private ? skep_restarts_reap(session->conn, &session->keys, err) : st;
}

static skep_status session_start_worker(struct skep_run_session *session, struct skep_error *err)
{
    const struct skep_run_plan *plan = session->options->plan;
    char log_path[PATH_MAX];
    const struct skep_run_worker_options options = {
        .server = &session->server,
        .is_private = session->is_private,
        .queue = plan->queue,
        .slots = plan->slots,
        .data = &plan->data,
        .output = &plan->output,
        .record_bytes = plan->record_bytes,
        .memory_bytes = plan->memory_bytes,
        .log_path = skep_run_state_path(session->options->state, "worker.log", log_path),
    };
    skep_status st = skep_run_worker_init(&session->worker, &options, err);

    return st == SKEP_OK ? skep_run_worker_start(&session->worker, err) : st;
}

static skep_status session_begin(struct skep_run_session *session, struct skep_error *err)
{
    const struct skep_run_session_options *options = session->options;
    skep_status st = session_hold_signals(session, err);

    session->results = skep_calloc(SKEP_RUN_WANT_MOST, sizeof *session->results);
    if (st == SKEP_OK && session->results == NULL) {
        st = skep_error_set(err, SKEP_E_NOMEM, "no memory for results");
    }
    if (st == SKEP_OK && session->is_private) {
        st = session_start_server(session, err);
    }
    if (st == SKEP_OK) {
        st = session_connect(session, err);
    }
    if (st == SKEP_OK && options->is_resumed) {
        st = session_take_over(session, err);
    }
    return st == SKEP_OK ? session_start_worker(session, err) : st;
}

/* ---- end ---- */

skep_status skep_run_remove_keys(struct skep_conn *conn, const struct skep_keys *keys,
                                 const struct skep_queue_status *slots, struct skep_error *err)
{
    const char *const names[] = {keys->queue, keys->workers, keys->cycle,   keys->out,  keys->delayed,
                                 keys->dead,  keys->suspect, keys->crashes, keys->stat, keys->conf,
                                 keys->puts,  keys->reader,  keys->account, keys->logs};
    const size_t n_names = sizeof names / sizeof names[0];
    struct skep_reply *reply;
    skep_status st = skep_conn_is_open(conn) ? SKEP_OK : skep_conn_connect(conn, err);

    if (st != SKEP_OK) {
        return st;
    }
    skep_conn_begin(conn, 1 + n_names + 2 * slots->n_slots);
    skep_conn_arg_text(conn, "DEL");
    for (size_t i = 0; i < n_names; i++) {
        skep_conn_arg_text(conn, names[i]);
    }
    for (size_t i = 0; i < slots->n_slots; i++) {
        char name[2 * SKEP_KEY_BYTES];
        snprintf(name, sizeof name, "%s%s", keys->held_prefix, slots->slots[i].worker);
        skep_conn_arg_text(conn, name);
        snprintf(name, sizeof name, "%s%s", keys->info_prefix, slots->slots[i].worker);
        skep_conn_arg_text(conn, name);
    }
    st = skep_conn_call(conn, -1, &reply, err);
    if (st == SKEP_OK) {
        skep_conn_begin(conn, 3);
        skep_conn_arg_text(conn, "SREM");
        skep_conn_arg_text(conn, SKEP_KEY_QUEUES);
        skep_conn_arg_text(conn, keys->name);
        st = skep_conn_call(conn, -1, &reply, err);
    }
    return st;
}

/* All results are in the journal: the server may forget them. That it does not is no reason to fail. */
static void session_confirm(struct skep_run_session *session)
{
    struct skep_error err = {0};

    if (skep_collect_leave(&session->collector, session->n_in_hand, &err) == SKEP_OK) {
        session->n_in_hand = 0;
    }
}

static void session_end_worker(struct skep_run_session *session)
{
    int status;

    skep_run_worker_stop(&session->worker);
    if (!skep_child_wait(&session->worker.pid, SESSION_WORKER_END_MS, &status)) {
        skep_run_worker_release(&session->worker);
    }
}

static void session_complete(struct skep_run_session *session)
{
    struct skep_error err = {0};

    session_confirm(session);
    if (!session->is_private) {
        (void)!skep_queue_status_read(session->conn, &session->keys, &session->slots, NULL);
    }
    session_end_worker(session);
    if (!session->is_private &&
        skep_run_remove_keys(session->conn, &session->keys, &session->slots, &err) != SKEP_OK) {
        skep_complain("the queue %s could not be removed from the server: %s", session->keys.name,
                      skep_error_text(&err, SKEP_E_UNREACHABLE));
    }
}

/* Whatever became of it: nothing of ours runs on. */
static void session_release(struct skep_run_session *session, bool keeps_data)
{
    skep_progress_clear(&session->progress);
    skep_run_worker_release(&session->worker);
    skep_run_push_release(&session->push);
    skep_conn_free(session->conn);
    skep_conn_free(session->push_conn);
    skep_conn_free(session->bell);
    skep_run_prints_release(&session->prints);
    skep_queue_status_release(&session->slots);
    if (session->is_private) {
        skep_embedded_stop(&session->embedded, keeps_data);
        skep_embedded_release(&session->embedded);
    }
    skep_free(session->results);
    session_let_signals_go(session);
}

static skep_status session_go(struct skep_run_session *session, struct skep_error *err)
{
    struct skep_gather *gather = session->options->gather;
    skep_status st = skep_run_loop(session, err);

    if (st == SKEP_STOPPED) {
        skep_status wound = skep_run_loop_wind_down(session, err);
        st = wound == SKEP_OK ? st : wound;
    }
    skep_run_prints_end(&session->prints, &session->progress);
    if (st == SKEP_OK || st == SKEP_STOPPED) {
        skep_status synced = skep_journal_sync(gather->options.journal, err);
        st = synced != SKEP_OK ? synced : skep_gather_is_complete(gather) ? SKEP_OK : st;
    }
    if (st == SKEP_OK) {
        session_complete(session);
    } else {
        if (st == SKEP_STOPPED) {
            session_confirm(session);
        }
        session_end_worker(session);
    }
    return st;
}

skep_status skep_run_session(const struct skep_run_session_options *options,
                             struct skep_run_session_end *end_out, struct skep_error *err)
{
    struct skep_run_session session = {
        .options = options,
        .server = options->server,
        .is_private = options->plan->server == NULL,
        .embedded.lock_fd = -1,
        .signal_fd = -1,
        .stop_fd = -1,
        .want = SKEP_RUN_WANT_LEAST,
        .trouble_since_ms = -1,
        .n_done_seen = options->gather->tally.n_done,
    };
    skep_status st;

    skep_progress_init(&session.progress, "done", options->plan->n_tasks, options->is_quiet);
    session.progress.n_at_start = options->gather->tally.n_done;
    st = session_begin(&session, err);
    end_out->has_begun = st == SKEP_OK;
    if (st == SKEP_OK) {
        st = session_go(&session, err);
    }
    session_release(&session, st != SKEP_OK);
    end_out->signal = session.first_signal;
    return st;
}
