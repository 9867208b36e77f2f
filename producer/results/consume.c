/* SPDX-License-Identifier: MIT */
#include "producer/results/consume.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "producer/cli/command.h"
#include "producer/cli/stop.h"
#include "queue/rights.h"

enum {
    CONSUME_BATCH = 1000,
    CONSUME_BATCH_BYTES = 8 * 1024 * 1024,        /* what a batch is to be, going by the results seen */
    CONSUME_WAIT_MS = 1000,                       /* less than the life of the reader's mark */
    CONSUME_BUSY_MS = SKEP_COLLECT_MARK_MS + 2000 /* a reader that died is gone by then */
};

static bool consume_waits(const struct skep_consume *consume)
{
    return consume->follows || consume->count > 0;
}

/* Whether it may end now because it has counted all. */
static bool consume_is_done(const struct skep_consume *consume)
{
    return consume->count > 0 && consume->n_results >= (uint64_t)consume->count;
}

bool skep_consume_has_all(const struct skep_consume *consume)
{
    return consume->count == 0 || consume_is_done(consume);
}

bool skep_consume_has_read(const struct skep_consume *consume)
{
    return consume->collector.base >= 0;
}

/* How many to ask for: no more than were asked of us, and no more than fit into a batch. The first time as
 * many as an earlier consumer can have stored without confirming, so that they are recognised. */
static size_t consume_want(const struct skep_consume *consume)
{
    size_t want = CONSUME_BATCH;
    uint64_t left = (uint64_t)consume->count - consume->n_results;

    if (!skep_consume_has_read(consume) && consume->sink->is_plain) {
        return want;
    }
    if (consume->n_results > 0) {
        uint64_t fit = CONSUME_BATCH_BYTES / (consume->n_bytes / consume->n_results + 1) + 1;
        want = fit < want ? (size_t)fit : want;
    }
    return consume->count > 0 && left < want ? (size_t)left : want;
}

/* ---- one batch ---- */

/* Store N results in hand, but no more than were asked for. */
static skep_status consume_store(struct skep_consume *consume, size_t n, struct skep_error *err)
{
    const struct skep_bytes *batch = consume->batch;
    size_t n_known = 0;
    skep_status st = SKEP_OK;

    if (consume->n_results == 0) {
        st = skep_sink_find_known(consume->sink, batch, n, &n_known, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    if (consume->count > 0 && n - n_known > (uint64_t)consume->count - consume->n_results) {
        n = n_known + (size_t)((uint64_t)consume->count - consume->n_results);
    }
    if (n > n_known) {
        st = skep_sink_store(consume->sink, batch + n_known, n - n_known, err);
    }
    if (st != SKEP_OK) {
        consume->n_stored = n_known;
        return st;
    }
    for (size_t i = n_known; i < n; i++) {
        consume->n_failed += !skep_sink_is_ok(batch[i].bytes, batch[i].n);
        consume->n_bytes += batch[i].n;
    }
    consume->n_results += n - n_known;
    consume->n_stored = n;
    return SKEP_OK;
}

/* Once, before the first move. */
static skep_status consume_ask_rights(struct skep_consume *consume, struct skep_error *err)
{
    struct skep_conn *conn = consume->collector.conn;
    skep_status st = SKEP_OK;

    if (!consume->has_rights) {
        st = skep_conn_is_open(conn) ? SKEP_OK : skep_conn_connect(conn, err);
        if (st == SKEP_OK) {
            st = skep_rights_check(conn, &consume->collector.keys, SKEP_ROLE_CONSUMER, err);
        }
        consume->has_rights = st == SKEP_OK;
    }
    return st;
}

/* Confirm what is stored, read more, store it. SKEP_EMPTY: there was nothing. */
static skep_status consume_turn(struct skep_consume *consume, struct skep_error *err)
{
    size_t n = 0;
    skep_status st = consume_ask_rights(consume, err);

    if (st == SKEP_OK) {
        st = skep_collect(&consume->collector, consume->n_stored, consume_want(consume), consume->batch, &n,
                          err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    consume->n_stored = 0;
    skep_patience_reset(&consume->patience);
    if (n == 0) {
        return SKEP_EMPTY;
    }
    consume->moved_ms = skep_monotonic_ms();
    st = consume_store(consume, n, err);
    skep_progress_update(consume->progress, consume->n_results, consume->n_failed);
    return st;
}

/* ---- until the end ---- */

/* How long to wait for the next result before looking around; 0: the user's time is over. */
static int consume_patience_ms(const struct skep_consume *consume)
{
    int64_t limit_ms = (int64_t)(consume->timeout_s * 1000);
    int64_t left_ms = limit_ms - (skep_monotonic_ms() - consume->moved_ms);

    if (!consume_waits(consume) || (limit_ms > 0 && left_ms <= 0)) {
        return 0;
    }
    return limit_ms > 0 && left_ms < CONSUME_WAIT_MS ? (int)left_ms : CONSUME_WAIT_MS;
}

/* Somebody else reads: perhaps a dead consumer whose mark will fade. */
static bool consume_wait_for_reader(struct skep_consume *consume, const struct skep_error *err)
{
    if (skep_consume_has_read(consume)) {
        return false; /* we were the reader, and lost the list to somebody */
    }
    if (consume->busy_since_ms < 0) {
        consume->busy_since_ms = skep_monotonic_ms();
        if (!consume->is_quiet) {
            skep_complain("%s; waiting a few seconds, in case it has ended",
                          skep_error_text(err, SKEP_E_CONFLICT));
        }
    }
    if (skep_monotonic_ms() - consume->busy_since_ms >= CONSUME_BUSY_MS) {
        return false;
    }
    skep_sleep_ms(100);
    return !skep_stop_is_asked();
}

/* What to do about a turn that gave STATUS: true to go on. */
static bool consume_goes_on(struct skep_consume *consume, skep_status *status, struct skep_error *err)
{
    if (*status == SKEP_OK) {
        return true;
    }
    if (*status == SKEP_EMPTY) {
        int wait_ms = consume_patience_ms(consume);
        *status = wait_ms > 0 ? skep_collect_wait(&consume->collector, wait_ms, err) : SKEP_OK;
        if (wait_ms == 0) {
            return false;
        }
        if (*status == SKEP_OK || *status == SKEP_EMPTY) {
            *status = SKEP_OK;
            return true;
        }
    }
    if (*status == SKEP_E_CONFLICT) {
        return consume_wait_for_reader(consume, err);
    }
    return *status != SKEP_E_IO && *status != SKEP_STOPPED &&
           skep_patience_wait(&consume->patience, *status, err);
}

static skep_status consume_collect(struct skep_consume *consume, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    consume->moved_ms = skep_monotonic_ms();
    while (!consume_is_done(consume) && !skep_stop_is_asked()) {
        skep_error_clear(err);
        st = consume_turn(consume, err);
        if (!consume_goes_on(consume, &st, err)) {
            break;
        }
    }
    return skep_stop_is_asked() && st != SKEP_E_IO ? SKEP_OK : st;
}

/* Confirm what is stored, whatever ended the loop. */
static skep_status consume_leave(struct skep_consume *consume, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (!skep_consume_has_read(consume)) {
        return SKEP_OK; /* never read anything: there is no mark of ours */
    }
    do {
        skep_error_clear(err);
        st = skep_collect_leave(&consume->collector, consume->n_stored, err);
    } while (st != SKEP_OK && skep_patience_wait(&consume->patience, st, err));
    return st;
}

skep_status skep_consume_all(struct skep_consume *consume, skep_status *confirmed_out, struct skep_error *err)
{
    struct skep_error left = {0};
    skep_status st;

    *confirmed_out = SKEP_OK;
    consume->busy_since_ms = -1;
    consume->batch = skep_calloc(CONSUME_BATCH, sizeof *consume->batch);
    if (consume->batch == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %d results", CONSUME_BATCH);
    }
    skep_patience_init(&consume->patience, consume->wait_s);
    consume->patience.is_quiet = consume->is_quiet;
    st = consume_collect(consume, err);
    *confirmed_out = consume_leave(consume, &left);
    if (st == SKEP_OK && *confirmed_out != SKEP_OK) {
        skep_error_set(err, *confirmed_out, "%s", skep_error_text(&left, *confirmed_out));
    }
    skep_free(consume->batch);
    consume->batch = NULL;
    return st;
}
