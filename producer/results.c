/* SPDX-License-Identifier: MIT */
/* skep results: a consumer that loses nothing. It reads the head of the output list, stores what it read, and
 * only then confirms, with the next request. Whoever kills it in between finds the results in the list again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "producer/command.h"
#include "producer/commands.h"
#include "producer/connect.h"
#include "producer/progress.h"
#include "producer/sink.h"
#include "producer/stop.h"
#include "queue/collect.h"

enum {
    RESULTS_BATCH = 1000,
    RESULTS_BATCH_BYTES = 8 * 1024 * 1024,        /* what a batch is to be, going by the results seen */
    RESULTS_WAIT_MS = 1000,                       /* less than the life of the reader's mark */
    RESULTS_BUSY_MS = SKEP_COLLECT_MARK_MS + 2000 /* a reader that died is gone by then */
};

struct results_settings {
    struct skep_connect_settings connect;
    const char *queue;
    const char *output;
    int64_t count;
    double timeout_s;
    bool follows;
    bool is_quiet;
};

#define AT(field) .offset = offsetof(struct results_settings, field)

static const struct skep_option results_options[] = {
    SKEP_QUEUE_ROW(struct results_settings, queue),
    {.name = "output",
     .letter = 'o',
     .kind = SKEP_OPT_TEXT,
     AT(output),
     .value_name = "FILE",
     .help =
         "append to FILE instead of writing to standard output; each result is there once, whatever happens"},
    {.name = "count",
     .letter = 'n',
     .kind = SKEP_OPT_I64,
     AT(count),
     .least = 1,
     .most = 1e15,
     .value_name = "N",
     .help = "end after N results, waiting for them"},
    {.name = "follow",
     .letter = 'f',
     .kind = SKEP_OPT_FLAG,
     AT(follows),
     .help = "wait for more until Ctrl-C"},
    {.name = "timeout",
     .kind = SKEP_OPT_SECONDS,
     AT(timeout_s),
     .least = 0,
     .most = 604800,
     .value_name = "SECONDS",
     .help = "with --count or --follow: end when no result has come for so long; 0: wait for ever"},
    {.name = "quiet", .kind = SKEP_OPT_FLAG, AT(is_quiet), .help = "no progress and no summary"},
    SKEP_CONNECT_ROWS(struct results_settings, connect),
    {.name = NULL},
};

struct results {
    const struct results_settings *settings;
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_collector collector;
    struct skep_sink sink;
    struct skep_patience patience;
    struct skep_progress progress;
    struct skep_bytes *batch; /* RESULTS_BATCH */
    size_t n_stored;          /* of those in hand: to be confirmed */
    uint64_t n_results;       /* stored by this run */
    uint64_t n_bytes;
    uint64_t n_failed;
    int64_t moved_ms; /* monotonic: when the last result came */
};

static bool results_waits(const struct results *results)
{
    return results->settings->follows || results->settings->count > 0;
}

static bool results_has_all(const struct results *results)
{
    return results->settings->count > 0 && results->n_results >= (uint64_t)results->settings->count;
}

/* How many to ask for: no more than were asked of us, and no more than fit into a batch. The first time as
 * many as an earlier consumer can have stored without confirming, so that they are recognised. */
static size_t results_want(const struct results *results)
{
    size_t want = RESULTS_BATCH;
    uint64_t left = (uint64_t)results->settings->count - results->n_results;

    if (results->collector.base < 0 && results->sink.is_plain) {
        return want;
    }
    if (results->n_results > 0) {
        uint64_t fit = RESULTS_BATCH_BYTES / (results->n_bytes / results->n_results + 1) + 1;
        want = fit < want ? (size_t)fit : want;
    }
    return results->settings->count > 0 && left < want ? (size_t)left : want;
}

/* ---- one batch ---- */

/* Store N results in hand, but no more than were asked for. */
static skep_status results_store(struct results *results, size_t n, struct skep_error *err)
{
    const struct skep_bytes *batch = results->batch;
    size_t n_known = 0;
    skep_status st = SKEP_OK;

    if (results->n_results == 0) {
        st = skep_sink_find_known(&results->sink, batch, n, &n_known, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    if (results->settings->count > 0 &&
        n - n_known > (uint64_t)results->settings->count - results->n_results) {
        n = n_known + (size_t)((uint64_t)results->settings->count - results->n_results);
    }
    if (n > n_known) {
        st = skep_sink_store(&results->sink, batch + n_known, n - n_known, err);
    }
    if (st != SKEP_OK) {
        results->n_stored = n_known;
        return st;
    }
    for (size_t i = n_known; i < n; i++) {
        results->n_failed += !skep_sink_is_ok(batch[i].bytes, batch[i].n);
        results->n_bytes += batch[i].n;
    }
    results->n_results += n - n_known;
    results->n_stored = n;
    return SKEP_OK;
}

/* Confirm what is stored, read more, store it. SKEP_EMPTY: there was nothing. */
static skep_status results_turn(struct results *results, struct skep_error *err)
{
    size_t n = 0;
    skep_status st =
        skep_collect(&results->collector, results->n_stored, results_want(results), results->batch, &n, err);

    if (st != SKEP_OK) {
        return st;
    }
    results->n_stored = 0;
    skep_patience_reset(&results->patience);
    if (n == 0) {
        return SKEP_EMPTY;
    }
    results->moved_ms = skep_monotonic_ms();
    st = results_store(results, n, err);
    skep_progress_update(&results->progress, results->n_results, results->n_failed);
    return st;
}

/* ---- until the end ---- */

/* How long to wait for the next result before looking around; 0: the user's time is over. */
static int results_patience_ms(const struct results *results)
{
    int64_t limit_ms = (int64_t)(results->settings->timeout_s * 1000);
    int64_t left_ms = limit_ms - (skep_monotonic_ms() - results->moved_ms);

    if (!results_waits(results) || (limit_ms > 0 && left_ms <= 0)) {
        return 0;
    }
    return limit_ms > 0 && left_ms < RESULTS_WAIT_MS ? (int)left_ms : RESULTS_WAIT_MS;
}

/* Somebody else reads: perhaps a dead consumer whose mark will fade. */
static bool results_wait_for_reader(struct results *results, int64_t *since_ms, const struct skep_error *err)
{
    if (results->collector.base >= 0) {
        return false; /* we were the reader, and lost the list to somebody */
    }
    if (*since_ms < 0) {
        *since_ms = skep_monotonic_ms();
        if (!results->settings->is_quiet) {
            skep_complain("%s; waiting a few seconds, in case it has ended",
                          skep_error_text(err, SKEP_E_CONFLICT));
        }
    }
    if (skep_monotonic_ms() - *since_ms >= RESULTS_BUSY_MS) {
        return false;
    }
    skep_sleep_ms(100);
    return !skep_stop_is_asked();
}

/* What to do about a turn that gave STATUS: true to go on. */
static bool results_goes_on(struct results *results, skep_status *status, int64_t *busy_since_ms,
                            struct skep_error *err)
{
    if (*status == SKEP_OK) {
        return true;
    }
    if (*status == SKEP_EMPTY) {
        int wait_ms = results_patience_ms(results);
        *status = wait_ms > 0 ? skep_collect_wait(&results->collector, wait_ms, err) : SKEP_OK;
        if (wait_ms == 0) {
            return false;
        }
        if (*status == SKEP_OK || *status == SKEP_EMPTY) {
            *status = SKEP_OK;
            return true;
        }
    }
    if (*status == SKEP_E_CONFLICT) {
        return results_wait_for_reader(results, busy_since_ms, err);
    }
    return *status != SKEP_E_IO && *status != SKEP_STOPPED &&
           skep_patience_wait(&results->patience, *status, err);
}

static skep_status results_collect(struct results *results, struct skep_error *err)
{
    int64_t busy_since_ms = -1;
    skep_status st = SKEP_OK;

    results->moved_ms = skep_monotonic_ms();
    while (!results_has_all(results) && !skep_stop_is_asked()) {
        skep_error_clear(err);
        st = results_turn(results, err);
        if (!results_goes_on(results, &st, &busy_since_ms, err)) {
            break;
        }
    }
    return skep_stop_is_asked() && st != SKEP_E_IO ? SKEP_OK : st;
}

/* Confirm what is stored, whatever ended the loop. */
static skep_status results_leave(struct results *results, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (results->collector.base < 0) {
        return SKEP_OK; /* never read anything: there is no mark of ours */
    }
    do {
        skep_error_clear(err);
        st = skep_collect_leave(&results->collector, results->n_stored, err);
    } while (st != SKEP_OK && skep_patience_wait(&results->patience, st, err));
    return st;
}

/* ---- telling ---- */

static void results_tell(struct results *results)
{
    if (!results->settings->is_quiet) {
        skep_say("%" PRIu64 " result%s from queue %s (%" PRIu64 " failed), %" PRId64 " left",
                 results->n_results, results->n_results == 1 ? "" : "s", results->keys.name,
                 results->n_failed, results->collector.n_left);
    }
}

static int results_fail(const struct results *results, skep_status st, const struct skep_error *err)
{
    if (st == SKEP_STOPPED) {
        skep_complain("standard output was closed by its reader");
    } else {
        (void)skep_complain_error(st, err);
    }
    if (results->collector.base >= 0) {
        skep_complain("what was not written stays in queue %s: nothing is lost", results->keys.name);
    } else if (st == SKEP_E_CONFLICT) {
        skep_complain("one consumer at a time: stop that one, or wait until it has ended");
    }
    return st == SKEP_STOPPED ? SKEP_EXIT_SERVER : skep_exit_of(st);
}

static int results_end(struct results *results)
{
    struct skep_error err = {0}, left_err = {0};
    skep_status st = results_collect(results, &err);
    skep_status left = results_leave(results, &left_err);

    skep_progress_clear(&results->progress);
    if (st != SKEP_OK) {
        return results_fail(results, st, &err);
    }
    if (left != SKEP_OK) {
        skep_complain("%s; the last %zu results were written but not confirmed: they may come again",
                      skep_error_text(&left_err, left), results->n_stored);
        return skep_exit_of(left);
    }
    results_tell(results);
    if (results->settings->count > 0 && !results_has_all(results)) {
        skep_complain("%" PRIu64 " of %" PRId64 " results came", results->n_results,
                      results->settings->count);
        return skep_stop_is_asked() ? SKEP_EXIT_INTERRUPTED : SKEP_EXIT_FAILED;
    }
    return results->n_failed > 0 ? SKEP_EXIT_FAILED : SKEP_EXIT_OK;
}

static int results_to_sink(struct results *results)
{
    const struct results_settings *settings = results->settings;
    struct skep_error err = {0};
    int exit_code = skep_connect_queue(&settings->connect, settings->queue, &results->keys, &results->conn);
    skep_status st;

    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    st = skep_sink_open(&results->sink, settings->output, &err);
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    results->batch = skep_calloc(RESULTS_BATCH, sizeof *results->batch);
    st = results->batch != NULL
             ? skep_collector_init(&results->collector, results->conn, results->keys.name, &err)
             : SKEP_E_NOMEM;
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    skep_patience_init(&results->patience, settings->connect.wait_s);
    results->patience.is_quiet = settings->is_quiet;
    /* On a terminal the results themselves are the progress. */
    skep_progress_init(&results->progress, "collected", settings->count > 0 ? (uint64_t)settings->count : 0,
                       settings->is_quiet || (settings->output == NULL && isatty(STDOUT_FILENO) == 1));
    return results_end(results);
}

static int results_act(const void *settings, const struct skep_operands *operands)
{
    struct results results = {.settings = settings, .sink = {.fd = -1}};
    int exit_code;

    (void)operands;
    exit_code = results_to_sink(&results);
    skep_sink_close(&results.sink);
    skep_conn_free(results.conn);
    skep_free(results.batch);
    return exit_code;
}

static const char *const results_text[] = {
    "Take results out of a queue and write them as JSON lines, in the order in which tasks finished.",
    "A result leaves the server only when it has been written (to a file: when it is on the disk). A "
    "consumer that "
    "is killed loses nothing: the next one gets what was not confirmed again. Given the same -o FILE it "
    "leaves out "
    "what the file has already, so that every result is there once; standard output may then see some twice.",
    "Without --count and --follow it writes what is there and ends. One consumer at a time: a second one is "
    "told who "
    "reads. Failed tasks are results too, with \"ok\":false and the cause.",
    "Exit codes: 0 all results were good; 1 some task failed for good, or fewer than --count came in time; 2 "
    "usage; 3 "
    "the server is out of reach or refused, somebody else reads, or the results could not be written "
    "(nothing is "
    "lost).",
    NULL,
};

static const char *const results_examples[] = {
    "skep results -q sweep -o results.jsonl",
    "append what is there to a file",
    "skep results -q sweep --follow -o results.jsonl",
    "and go on until Ctrl-C",
    "skep results -q sweep --count 1000 --timeout 10min | jq .value",
    "wait for a thousand results, but no longer than ten minutes for the next one",
    NULL,
};

const struct skep_command skep_command_results = {
    .name = "results",
    .summary = "take the results out of a queue",
    .usage = "-q QUEUE [OPTION...]",
    .text = results_text,
    .examples = results_examples,
    .options = results_options,
    .settings_bytes = sizeof(struct results_settings),
    .act = results_act,
};
