/* SPDX-License-Identifier: MIT */
/* What is missing, as a few lines in the queue: stretches of positions without an index that is done. Nothing
 * is applied to the outputs while they are put, so that a piece whose answer was lost is the same piece
 * again, and a put that was broken off goes through the same pieces from its beginning: the server says of
 * each that it is in. */
#include "producer/sweep/sweep_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "producer/cli/stop.h"
#include "queue/admin.h"

/* The next pieces at or behind *FROM, which moves behind them. Returns how many. */
static size_t put_find(const struct skep_sweep_session *session, int64_t *from, struct skep_range *pieces,
                       int64_t *n_positions_out)
{
    int64_t n = session->job->sweep.n;
    size_t n_pieces = 0;

    *n_positions_out = 0;
    if (!session->gathering.is_open) { /* no outputs: all of it */
        if (*from < n) {
            pieces[n_pieces++] = (struct skep_range){0, n};
        }
        *n_positions_out = n - *from;
        *from = n;
        return n_pieces;
    }
    while (n_pieces < SKEP_RANGE_PIECES &&
           skep_gatherer_next_hole(&session->gathering.files, *from, &pieces[n_pieces].lo,
                                   &pieces[n_pieces].hi)) {
        *from = pieces[n_pieces].hi;
        *n_positions_out += pieces[n_pieces].hi - pieces[n_pieces].lo;
        n_pieces++;
    }
    return n_pieces;
}

int64_t skep_sweep_count_holes(const struct skep_sweep_session *session)
{
    int64_t n = 0, from = 0, lo, hi;

    if (!session->gathering.is_open) {
        return session->job->sweep.n;
    }
    while (skep_gatherer_next_hole(&session->gathering.files, from, &lo, &hi)) {
        n += hi - lo;
        from = hi;
    }
    return n;
}

static const char *put_stop_word(enum skep_sweep_stop stop)
{
    return stop == SKEP_SWEEP_STOP_ANY ? "any" : stop == SKEP_SWEEP_STOP_FIRST ? "first" : NULL;
}

/* One call, through everything that passes. */
static skep_status put_piece(struct skep_sweep_session *session, const struct skep_range_put *put,
                             int64_t n_before, const struct skep_range *pieces, size_t n_pieces,
                             int64_t *n_put_out, struct skep_error *err)
{
    skep_status st;

    do {
        skep_error_clear(err);
        st = skep_conn_is_open(session->conn) ? SKEP_OK : skep_conn_connect(session->conn, err);
        if (st == SKEP_OK) {
            st = skep_range_put(session->conn, &session->keys, put, n_before, pieces, n_pieces, n_put_out,
                                err);
        }
        if (st == SKEP_E_FULL) {
            skep_progress_note(&session->progress, "the queue is full");
        }
    } while (st != SKEP_OK && skep_patience_wait(&session->patience, st, err));
    if (st == SKEP_OK) {
        skep_patience_reset(&session->patience);
        skep_progress_note(&session->progress, NULL);
    }
    return st != SKEP_OK && skep_stop_is_asked() ? SKEP_STOPPED : st;
}

static skep_status put_refuse_name(const struct skep_sweep_session *session, struct skep_error *err)
{
    skep_error_clear(err);
    return skep_error_set(err, SKEP_E_CONFLICT,
                          "queue %s has another job %s: give this one another name with --job",
                          session->keys.name, session->job->job);
}

skep_status skep_sweep_put(struct skep_sweep_session *session, struct skep_error *err)
{
    const struct skep_sweep *sweep = &session->job->sweep;
    struct skep_range pieces[SKEP_RANGE_PIECES];
    const struct skep_range_put put = {
        .job = session->job->job,
        .spec = session->spec.bytes,
        .spec_n = session->spec.length,
        .n = sweep->n,
        .n_done = sweep->n - skep_sweep_count_holes(session),
        .stop = put_stop_word(sweep->stop),
        .has_acks = session->gathering.is_open,
    };
    int64_t from = 0, n_before = 0, n_positions, n_put = 0;
    size_t n_pieces;

    while ((n_pieces = put_find(session, &from, pieces, &n_positions)) > 0) {
        skep_status st = put_piece(session, &put, n_before, pieces, n_pieces, &n_put, err);
        if (st == SKEP_E_CONFLICT && n_before > 0) { /* a server that lost its memory in between */
            from = n_before = 0;
            continue;
        }
        if (st == SKEP_E_CONFLICT) {
            return put_refuse_name(session, err);
        }
        if (st != SKEP_OK) {
            return st;
        }
        n_before += n_positions;
    }
    return SKEP_OK;
}

/* ---- a job that the server may know ---- */

skep_status skep_sweep_put_after_end(struct skep_sweep_session *session, struct skep_error *err)
{
    char wanted[SKEP_RANGE_JOB_BYTES + 8];
    int64_t n;
    skep_status st = SKEP_OK;

    snprintf(wanted, sizeof wanted, " j=%s ", session->job->job);
    if (session->counts.n_failed > 0) {
        st = skep_dead_sift(session->conn, &session->keys, false, wanted, &n, err);
    }
    if (st == SKEP_OK) {
        st = skep_job_forget(session->conn, &session->keys, session->job->job, true, err);
    }
    return st == SKEP_OK || st == SKEP_EMPTY ? skep_sweep_put(session, err) : st;
}

/* The job of this name is ours: its record has our token. */
static skep_status put_check_same(struct skep_sweep_session *session, struct skep_error *err)
{
    const char *token = session->job->sweep.token, *spec;
    size_t n;
    skep_status st = skep_range_spec(session->conn, &session->keys, session->job->job, &spec, &n, err);

    if (st == SKEP_OK && (spec == NULL || memmem(spec, n, token, strlen(token)) == NULL)) {
        st = put_refuse_name(session, err);
    }
    return st;
}

skep_status skep_sweep_put_again(struct skep_sweep_session *session, struct skep_error *err)
{
    const struct skep_job *counts = &session->counts;
    skep_status st = skep_job_read(session->conn, &session->keys, session->job->job, &session->counts, err);

    if (st != SKEP_OK) {
        return st;
    }
    session->is_idle = !skep_job_is_known(counts) && skep_sweep_count_holes(session) == 0;
    if (!skep_job_is_known(counts)) {
        return skep_sweep_put(session, err);
    }
    st = put_check_same(session, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (skep_job_is_over(counts)) {
        session->tries_again = true;
        return SKEP_OK;
    }
    if (counts->cancelled_ms > 0) {
        return skep_error_set(err, SKEP_E_CONFLICT,
                              "job %s is cancelled and what is left of it is being dropped: resume it when "
                              "`skep wait -q %s %s` has come back",
                              session->job->job, session->keys.name, session->job->job);
    }
    return SKEP_OK; /* it runs: join it */
}
