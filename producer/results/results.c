/* SPDX-License-Identifier: MIT */
/* skep results: a consumer that loses nothing, and with a file doubles nothing. */
#include <inttypes.h>
#include <unistd.h>

#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/commands.h"
#include "producer/cli/connect.h"
#include "producer/results/consume.h"
#include "producer/cli/stop.h"
#include "producer/cli/words.h"

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
    SKEP_QUIET_ROW(struct results_settings, is_quiet, SKEP_QUIET_HELP),
    SKEP_CONNECT_ROWS(struct results_settings, connect),
    {.name = NULL},
};

struct results {
    const struct results_settings *settings;
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_sink sink;
    struct skep_progress progress;
    struct skep_consume consume;
};

static void results_tell(const struct results *results)
{
    const struct skep_consume *consume = &results->consume;

    if (!results->settings->is_quiet) {
        skep_say("%" PRIu64 " result%s from queue %s (%" PRIu64 " failed), %" PRId64 " left",
                 consume->n_results, skep_words_plural(consume->n_results), results->keys.name,
                 consume->n_failed, consume->collector.n_left);
    }
}

static int results_fail(const struct results *results, skep_status st, const struct skep_error *err)
{
    if (st == SKEP_STOPPED) {
        skep_complain("standard output was closed by its reader");
    } else {
        (void)skep_complain_error(st, err);
    }
    if (skep_consume_has_read(&results->consume)) {
        skep_complain("what was not written stays in queue %s: nothing is lost", results->keys.name);
    } else if (st == SKEP_E_CONFLICT) {
        skep_complain("one consumer at a time: stop that one, or wait until it has ended");
    }
    return st == SKEP_STOPPED ? SKEP_EXIT_SERVER : skep_exit_of(st);
}

static int results_go(struct results *results)
{
    struct skep_consume *consume = &results->consume;
    struct skep_error err = {0};
    skep_status confirmed;
    skep_status st = skep_consume_all(consume, &confirmed, &err);

    skep_progress_clear(&results->progress);
    if (st != SKEP_OK) {
        return results_fail(results, st, &err);
    }
    if (confirmed != SKEP_OK) {
        skep_complain("%s; the last %zu results were written but not confirmed: they may come again",
                      skep_error_text(&err, confirmed), consume->n_stored);
        return skep_exit_of(confirmed);
    }
    results_tell(results);
    if (!skep_consume_has_all(consume)) {
        skep_complain("%" PRIu64 " of %" PRId64 " results came", consume->n_results, consume->count);
        return skep_stop_is_asked() ? SKEP_EXIT_INTERRUPTED : SKEP_EXIT_FAILED;
    }
    return consume->n_failed > 0 ? SKEP_EXIT_FAILED : SKEP_EXIT_OK;
}

static int results_begin(struct results *results)
{
    const struct results_settings *settings = results->settings;
    struct skep_error err = {0};
    int exit_code = skep_connect_queue(&settings->connect, settings->queue, &results->keys, &results->conn);
    skep_status st;

    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    st = skep_sink_open(&results->sink, settings->output, &err);
    if (st == SKEP_OK) {
        st = skep_collector_init(&results->consume.collector, results->conn, results->keys.name, &err);
    }
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    /* On a terminal the results themselves are the progress. */
    skep_progress_init(&results->progress, "collected", settings->count > 0 ? (uint64_t)settings->count : 0,
                       settings->is_quiet || (settings->output == NULL && isatty(STDOUT_FILENO) == 1));
    return SKEP_EXIT_OK;
}

static int results_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct results_settings *settings = settings_read;
    struct results results = {
        .settings = settings,
        .sink = {.fd = -1},
        .consume = {.count = settings->count,
                    .follows = settings->follows,
                    .timeout_s = settings->timeout_s,
                    .wait_s = settings->connect.wait_s,
                    .is_quiet = settings->is_quiet,
                    .sink = &results.sink,
                    .progress = &results.progress},
    };
    int exit_code = results_begin(&results);

    (void)operands;
    if (exit_code == SKEP_EXIT_OK) {
        exit_code = results_go(&results);
    }
    skep_sink_close(&results.sink);
    skep_conn_free(results.conn);
    return exit_code;
}

static const char *const results_text[] = {
    "Take results out of a queue and write them as JSON lines, in the order in which tasks finished.",
    "A result leaves the server only when it has been written (to a file: when it is on the disk). A "
    "consumer that is killed loses nothing: the next one gets what was not confirmed again. Given the "
    "same -o FILE it leaves out what the file has already, so that every result is there once; standard "
    "output may then see some twice.",
    "Without --count and --follow it writes what is there and ends. One consumer at a time: a second one "
    "is told who reads. Failed tasks are results too, with \"ok\":false and the cause.",
    "Exit codes: 0 all results were good; 1 some task failed for good, or fewer than --count came in "
    "time; 2 usage; 3 the server is out of reach or refused, somebody else reads, or the results could "
    "not be written (nothing is lost).",
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
