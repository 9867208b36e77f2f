/* SPDX-License-Identifier: MIT */
/* Order of a session: a private server and worker, if it has its own; the connection; the outputs, held as
 * their gatherer; the put; the loop. At its end backwards. Whatever fails leaves by the same door. */
#include "producer/sweep/sweep_session.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "producer/cli/command.h"
#include "producer/cli/stop.h"
#include "producer/cli/words.h"
#include "queue/cancel.h"

enum { SESSION_VALUE_BYTES = 16 * 1024 * 1024, SESSION_PRIVATE_WAIT_S = 30 };

/* ---- beginning ---- */

/* The private server wants no password, whatever the environment holds for others. */
static skep_status session_connect(struct skep_sweep_session *session, struct skep_error *err)
{
    const struct skep_sweep_job *job = session->job;
    const struct skep_conn_options options = {.url = session->host.embedded.url, .client_name = "skep-sweep"};
    skep_status st = skep_keys_init(&session->keys, job->queue, err);

    if (st == SKEP_OK && job->is_private) {
        st = skep_conn_new(&options, &session->conn, err);
    } else if (st == SKEP_OK) {
        st = skep_server_conn_new(&job->connect.server, "skep-sweep", &session->conn, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    do {
        skep_error_clear(err);
        st = skep_conn_connect(session->conn, err);
    } while (st != SKEP_OK && skep_patience_wait(&session->patience, st, err));
    return st != SKEP_OK && skep_stop_is_asked() ? SKEP_STOPPED : st;
}

/* Where the outputs are held by somebody else and the job runs on a real server, it is joined as a watcher.
 */
static skep_status session_hold_outputs(struct skep_sweep_session *session, struct skep_error *err)
{
    struct skep_sweep_job *job = session->job;
    struct skep_error why = {0};
    skep_status st;

    if (job->sweep.n_outs == 0) {
        return SKEP_OK;
    }
    st = skep_gathering_open(&session->gathering, session->conn, job->queue, job->job, &job->sweep,
                             job->outputs, &why);
    if (st == SKEP_E_CONFLICT && !job->is_private && job->is_resumed &&
        skep_job_read(session->conn, &session->keys, job->job, &session->counts, err) == SKEP_OK &&
        skep_job_is_known(&session->counts)) {
        return SKEP_OK;
    }
    return st == SKEP_OK ? SKEP_OK : skep_error_set(err, st, "%s", skep_error_text(&why, st));
}

/* The sidecars say where their job was put last. */
static skep_status session_name_job(struct skep_sweep_session *session, struct skep_error *err)
{
    const struct skep_sweep_job *job = session->job;
    skep_status st = SKEP_OK;

    for (int k = 0; session->gathering.is_open && k < job->sweep.n_outs && st == SKEP_OK; k++) {
        struct skep_sidecar *sidecar = session->gathering.files.sidecars[k];
        const struct skep_sidecar_facts *facts = skep_sidecar_facts(sidecar);
        if (strcmp(facts->job, job->job) != 0 || strcmp(facts->queue, job->queue) != 0) {
            st = skep_sidecar_set_job(sidecar, job->job, job->queue, err);
        }
    }
    return st;
}

static skep_status session_put(struct skep_sweep_session *session, struct skep_error *err)
{
    const struct skep_sweep_job *job = session->job;

    skep_sweep_write(&session->spec, &job->sweep);
    if (skep_buf_failed(&session->spec)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the record of the sweep");
    }
    if (job->sweep.n_outs > 0 && !session->gathering.is_open) {
        return SKEP_OK; /* somebody else's: it is watched */
    }
    session->n_before = job->sweep.n - skep_sweep_count_holes(session);
    session->progress.n_at_start = (uint64_t)session->n_before;
    if (job->is_resumed && !job->is_private) {
        return skep_sweep_put_again(session, err);
    }
    session->is_idle = session->n_before == job->sweep.n;
    return skep_sweep_put(session, err);
}

/* Its server goes with it, and what its tasks printed. */
static skep_status session_show_prints(struct skep_sweep_session *session, struct skep_error *err)
{
    const struct skep_conn_options options = {.url = session->host.embedded.url,
                                              .client_name = "skep-sweep-prints"};
    struct skep_conn *conn;
    skep_status st = SKEP_OK;

    if (session->job->is_private && !session->job->is_quiet) {
        st = skep_conn_new(&options, &conn, err);
        if (st == SKEP_OK) {
            skep_run_prints_init(&session->prints, conn, &session->keys);
        }
    }
    return st;
}

static skep_status session_begin(struct skep_sweep_session *session, struct skep_error *err)
{
    struct skep_sweep_job *job = session->job;
    skep_status st = SKEP_OK;

    if (job->is_private) {
        st = skep_sweep_host_open(&session->host, job, err);
    }
    if (st == SKEP_OK) {
        st = session_connect(session, err);
    }
    if (st == SKEP_OK) {
        st = session_show_prints(session, err);
    }
    if (st == SKEP_OK) {
        st = session_hold_outputs(session, err);
    }
    if (st == SKEP_OK) {
        st = session_name_job(session, err);
    }
    if (st == SKEP_OK && job->results != NULL && job->is_private) {
        st = skep_sweep_results_open(&session->results, job->results, session->conn, job->queue, err);
    } else if (st == SKEP_OK && job->results != NULL) { /* there may be others' among them */
        skep_say("the result lines stay in queue %s: skep results -q %s", job->queue, job->queue);
    }
    return st == SKEP_OK ? session_put(session, err) : st;
}

/* ---- end ---- */

/* Nobody will ever want the values of a job whose outputs go with this session. */
static void session_cancel_hidden(struct skep_sweep_session *session)
{
    const char *name = session->job->job;

    if (session->job->is_hidden && !session->job->is_private && skep_conn_is_open(session->conn)) {
        (void)!skep_cancel_put(session->conn, &session->keys, SKEP_CANCEL_JOB, &name, 1, NULL, NULL);
    }
}

static void session_release(struct skep_sweep_session *session)
{
    skep_progress_clear(&session->progress);
    skep_gathering_close(&session->gathering);
    skep_sweep_results_close(&session->results);
    skep_conn_free(session->conn);
    skep_run_prints_release(&session->prints);
    if (session->job->is_private) {
        skep_sweep_host_close(&session->host);
    }
    skep_buf_release(&session->spec);
    skep_buf_release(&session->value);
}

static int session_tell_detached(const struct skep_sweep_session *session)
{
    const struct skep_sweep_job *job = session->job;
    char number[SKEP_WORDS_BYTES];

    if (!job->is_quiet) {
        skep_say("job %s: %s tasks are in queue %s; how it stands: skep watch -q %s %s", job->job,
                 skep_words_number(skep_sweep_count_holes(session), number), job->queue, job->queue,
                 job->job);
    }
    return SKEP_EXIT_OK;
}

static int session_go(struct skep_sweep_session *session)
{
    struct skep_error err = {0};
    skep_status st = session_begin(session, &err);

    if (st == SKEP_OK && !session->is_idle) {
        st = skep_sweep_loop(session, &err);
        if (st == SKEP_STOPPED && session->job->is_private) {
            skep_sweep_wind_down(session);
        }
        skep_run_prints_end(&session->prints, &session->progress);
    }
    skep_progress_clear(&session->progress);
    if (st == SKEP_OK && session->job->is_detached && !session->is_idle && !session->tries_again) {
        return session_tell_detached(session);
    }
    if (st == SKEP_OK) {
        return skep_sweep_tell_end(session);
    }
    session_cancel_hidden(session);
    return skep_sweep_tell_break(session, st, &err);
}

int skep_sweep_session(struct skep_sweep_job *job)
{
    struct skep_sweep_session *session = skep_calloc(1, sizeof *session);
    int exit_code;

    if (session == NULL) {
        skep_complain("no memory for a sweep");
        return SKEP_EXIT_SERVER;
    }
    session->job = job;
    session->host.embedded.lock_fd = -1;
    session->began_ms = session->moved_ms = skep_monotonic_ms();
    skep_buf_init(&session->spec, SKEP_SWEEP_SPEC_BYTES);
    skep_buf_init(&session->value, SESSION_VALUE_BYTES);
    skep_progress_init(&session->progress, "done", (uint64_t)job->sweep.n, job->is_quiet);
    skep_patience_init(&session->patience, job->is_private ? SESSION_PRIVATE_WAIT_S : job->connect.wait_s);
    session->patience.is_quiet = job->is_private || job->is_quiet;
    exit_code = session_go(session);
    session_release(session);
    skep_free(session);
    return exit_code;
}
