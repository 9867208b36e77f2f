/* SPDX-License-Identifier: MIT */
/* The loop of a session: acks, results, counts, deaths, the clock.
 *
 * What the server forgets is no loss. One that no longer knows the job (a private one that died, a real one
 * without its data) gets the tasks that are missing once more; indexes that were computed and not heard of
 * are computed again, with the same bits. The gatherer's place is taken from nobody: who finds it taken
 * watches, and tries again now and then, for the other one may die. */
#include "producer/sweep/sweep_session.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "base/clock.h"
#include "producer/operate/job_wait.h"
#include "producer/cli/stop.h"

enum {
    LOOP_REST_LEAST_MS = 2,
    LOOP_REST_MOST_MS = 50,
    LOOP_LOOK_LEAST_MS = 5, /* between two looks at the counts */
    LOOP_LOOK_MOST_MS = 250,
    LOOP_LATER_MS = 20,
    LOOP_WONDER_MS = 3000,       /* nothing moves: why? */
    LOOP_GATHER_AGAIN_MS = 4000, /* longer than a gatherer's mark lives */
    LOOP_MAX_FILLS = 3
};

static void loop_pause(int ms)
{
    struct pollfd stop = {.fd = skep_stop_fd(), .events = POLLIN};

    (void)poll(&stop, 1, ms);
}

/* A short sweep is not held up by a long rest. */
static int loop_rest_ms(const struct skep_sweep_session *session)
{
    int64_t ms = (skep_monotonic_ms() - session->began_ms) / 20;
    int most_ms =
        session->gathering.is_open ? skep_gathering_rest_ms(&session->gathering) : LOOP_REST_MOST_MS;

    return ms < LOOP_REST_LEAST_MS ? LOOP_REST_LEAST_MS : ms < most_ms ? (int)ms : most_ms;
}

/* ---- the server ---- */

/* So is the end of one that has no arrays, and so no acks, seen by the counts alone. */
static int64_t loop_look_gap_ms(const struct skep_sweep_session *session)
{
    int64_t ms = (skep_monotonic_ms() - session->began_ms) / 10;

    return ms < LOOP_LOOK_LEAST_MS ? LOOP_LOOK_LEAST_MS : ms < LOOP_LOOK_MOST_MS ? ms : LOOP_LOOK_MOST_MS;
}

static skep_status loop_look(struct skep_sweep_session *session, struct skep_error *err)
{
    skep_status st = skep_conn_is_open(session->conn) ? SKEP_OK : skep_conn_connect(session->conn, err);

    if (st == SKEP_OK) {
        st = skep_job_read(session->conn, &session->keys, session->job->job, &session->counts, err);
    }
    if (st == SKEP_OK) { /* else again at once: nothing else is to be believed before */
        session->look_ms = skep_monotonic_ms() + loop_look_gap_ms(session);
    }
    return st;
}

/* The server knows nothing of the job any more. */
static skep_status loop_put_anew(struct skep_sweep_session *session, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    snprintf(session->note, sizeof session->note,
             "the server has forgotten the job: what is missing is put again");
    skep_progress_note(&session->progress, session->note);
    if (session->gathering.is_open) {
        st = skep_gathering_begin_anew(&session->gathering, err);
    }
    if (st == SKEP_OK && session->results.is_open) {
        st = skep_sweep_results_begin_anew(&session->results, err);
    }
    if (st == SKEP_OK) {
        st = skep_sweep_put(session, err);
    }
    return st == SKEP_OK ? loop_look(session, err) : st;
}

/* The counts, when it is time to, and whether the server still has them. */
static skep_status loop_count(struct skep_sweep_session *session, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (skep_monotonic_ms() >= session->look_ms) {
        st = loop_look(session, err);
        if (st == SKEP_OK && !skep_job_is_known(&session->counts)) {
            st = loop_put_anew(session, err);
        }
    }
    return st;
}

/* ---- gathering ---- */

/* Somebody else is the gatherer, or there is a new server. */
static skep_status loop_conflict(struct skep_sweep_session *session, struct skep_error *err)
{
    skep_status st;

    skep_error_clear(err);
    st = loop_look(session, err);
    if (st != SKEP_OK || !skep_job_is_known(&session->counts)) {
        return st == SKEP_OK ? loop_put_anew(session, err) : st;
    }
    skep_gathering_close(&session->gathering);
    session->gather_again_ms = skep_monotonic_ms() + LOOP_GATHER_AGAIN_MS;
    skep_progress_note(&session->progress, "somebody else gathers");
    return SKEP_OK;
}

static skep_status loop_gather_again(struct skep_sweep_session *session, struct skep_error *err)
{
    struct skep_error why = {0};
    skep_status st;

    if (skep_monotonic_ms() < session->gather_again_ms) {
        return SKEP_OK;
    }
    st = skep_gathering_open(&session->gathering, session->conn, session->keys.name, session->job->job,
                             &session->job->sweep, session->job->outputs, &why);
    session->gather_again_ms = skep_monotonic_ms() + LOOP_GATHER_AGAIN_MS;
    if (st == SKEP_E_CONFLICT) {
        return SKEP_OK;
    }
    return st == SKEP_OK ? SKEP_OK : skep_error_set(err, st, "%s", skep_error_text(&why, st));
}

/* One step of whatever there is to gather. SKEP_EMPTY: nothing came. */
static skep_status loop_gather(struct skep_sweep_session *session, bool *is_over_out, struct skep_error *err)
{
    skep_status st;

    if (session->job->sweep.n_outs == 0) {
        *is_over_out = skep_job_is_over(&session->counts);
        return SKEP_EMPTY;
    }
    if (!session->gathering.is_open) {
        /* Whoever gathers has said his last word when the job no longer waits for one. */
        *is_over_out = skep_job_is_over(&session->counts) && !session->counts.is_gathering;
        st = *is_over_out ? SKEP_OK : loop_gather_again(session, err);
        return st == SKEP_OK ? SKEP_EMPTY : st;
    }
    st = skep_gathering_step(&session->gathering, err);
    if (st == SKEP_E_CONFLICT) {
        st = loop_conflict(session, err);
        return st == SKEP_OK ? SKEP_EMPTY : st;
    }
    *is_over_out = session->gathering.is_over;
    return st;
}

/* ---- the end ---- */

/* It is over by the acks. Is it by the counts, and is everything there? Then true. */
static skep_status loop_settle(struct skep_sweep_session *session, bool *is_over, struct skep_error *err)
{
    const struct skep_job *counts = &session->counts;
    int64_t n_holes;
    skep_status st = loop_look(session, err);

    if (st != SKEP_OK || !session->gathering.is_open) {
        return st;
    }
    if (!skep_job_is_known(counts) || !skep_job_is_over(counts)) {
        *is_over = false;
        return SKEP_OK; /* a server that forgot the job: loop_count puts it again */
    }
    n_holes = skep_sweep_count_holes(session);
    if (session->tries_again && n_holes > 0) {
        session->tries_again = *is_over = false;
        return skep_sweep_put_after_end(session, err);
    }
    if (n_holes <= counts->n_failed + counts->n_cancelled) {
        return SKEP_OK;
    }
    *is_over = false; /* acks got lost on the way: compute again what is missing */
    if (++session->n_fills > LOOP_MAX_FILLS) {
        return skep_error_set(err, SKEP_E_OUTPUT,
                              "%" PRId64 " tasks were done and are not in the outputs, for the %dth time%s%s",
                              n_holes - counts->n_failed - counts->n_cancelled, session->n_fills,
                              session->gathering.files.n_lost > 0 ? ": " : "",
                              session->gathering.files.n_lost > 0 ? session->gathering.files.lost : "");
    }
    return skep_sweep_put_after_end(session, err);
}

/* ---- the loop ---- */

static skep_status loop_watch_host(struct skep_sweep_session *session, struct skep_error *err)
{
    const char *note;
    skep_status st;

    if (!session->job->is_private) {
        return SKEP_OK;
    }
    st = skep_sweep_host_watch(&session->host, (uint64_t)skep_job_over(&session->counts), session->conn,
                               &session->keys, &note, err);
    if (note != NULL) {
        skep_progress_note(&session->progress, note);
        session->look_ms = 0;
    }
    return st;
}

/* SKEP_OK: something moved; SKEP_EMPTY: nothing did. */
static skep_status loop_turn(struct skep_sweep_session *session, bool *is_over_out, struct skep_error *err)
{
    skep_status st = loop_watch_host(session, err);
    skep_status results = SKEP_EMPTY;

    if (st == SKEP_OK) {
        st = loop_count(session, err);
    }
    if (st == SKEP_OK) {
        st = loop_gather(session, is_over_out, err);
    }
    if (session->results.is_open && (st == SKEP_OK || st == SKEP_EMPTY)) {
        results = skep_sweep_results_step(&session->results, err);
        *is_over_out = *is_over_out && results == SKEP_EMPTY;
        st = results == SKEP_EMPTY ? st : results;
    }
    if (*is_over_out && (st == SKEP_OK || st == SKEP_EMPTY)) {
        st = loop_settle(session, is_over_out, err);
    }
    return st;
}

/* Nothing moves: why? A worker of our own whose slots do not come up has said so in its log. */
static void loop_wonder(struct skep_sweep_session *session)
{
    const char *why = skep_job_wonder(session->conn, &session->keys);

    if (why != NULL && session->job->is_private && !session->has_shown_log) {
        skep_progress_clear(&session->progress);
        skep_sweep_host_show_log(&session->host);
        session->has_shown_log = true;
    }
    skep_progress_note(&session->progress, why);
}

static void loop_show(struct skep_sweep_session *session)
{
    int64_t now_ms = skep_monotonic_ms(), n_over = skep_job_over(&session->counts);

    skep_run_prints_show(&session->prints, &session->progress);
    skep_progress_update(&session->progress, (uint64_t)n_over, (uint64_t)session->counts.n_failed);
    if (n_over != session->n_over) {
        session->n_over = n_over;
        session->moved_ms = now_ms;
        skep_progress_note(&session->progress, NULL);
    } else if (now_ms - session->moved_ms >= LOOP_WONDER_MS) {
        session->moved_ms = now_ms;
        loop_wonder(session);
    }
}

skep_status skep_sweep_loop(struct skep_sweep_session *session, struct skep_error *err)
{
    bool is_over = false;

    /* Who leaves it to others stays until everything is put. */
    while (!is_over && (!session->job->is_detached || session->tries_again)) {
        skep_status st;
        if (skep_stop_is_asked()) {
            return SKEP_STOPPED;
        }
        skep_error_clear(err);
        st = loop_turn(session, &is_over, err);
        if (st == SKEP_OK || st == SKEP_EMPTY) {
            skep_patience_reset(&session->patience);
        } else {
            is_over = false;
            if (st == SKEP_STOPPED || st == SKEP_E_IO || st == SKEP_E_OUTPUT ||
                !skep_patience_wait(&session->patience, st, err)) {
                return skep_stop_is_asked() ? SKEP_STOPPED : st;
            }
        }
        loop_show(session);
        if (st == SKEP_EMPTY && !is_over) {
            loop_pause(loop_rest_ms(session));
        }
    }
    return SKEP_OK;
}

void skep_sweep_wind_down(struct skep_sweep_session *session)
{
    int64_t until_ms = skep_monotonic_ms() + 1000 * (SKEP_RUN_WORKER_GRACE_S + 5);
    struct skep_error why = {0};
    skep_status st = SKEP_OK;
    bool is_ended = false, is_kept = session->gathering.is_open && !session->job->is_hidden;

    snprintf(session->note, sizeof session->note, "stopping; Ctrl-C once more stops at once%s%s%s",
             is_kept ? " (skep resume " : "", is_kept ? session->job->sweep.outs[0].path : "",
             is_kept ? " goes on)" : "");
    skep_progress_note(&session->progress, session->note);
    skep_sweep_host_stop_worker(&session->host);
    while (!is_ended || st == SKEP_OK) { /* once more behind its end */
        is_ended = skep_sweep_host_worker_is_over(&session->host) || skep_monotonic_ms() > until_ms;
        st = session->gathering.is_open ? skep_gathering_step(&session->gathering, &why) : SKEP_EMPTY;
        if (session->results.is_open && st == SKEP_EMPTY) {
            st = skep_sweep_results_step(&session->results, &why);
        }
        if (st != SKEP_OK && st != SKEP_EMPTY) {
            return; /* what it still has is computed again */
        }
        if (st == SKEP_EMPTY && !is_ended) {
            skep_sleep_ms(LOOP_LATER_MS); /* poll would come back at once: the stop was asked */
        }
    }
}
