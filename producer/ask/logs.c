/* SPDX-License-Identifier: MIT */
/* skep logs: what tasks have printed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "producer/ask/logs_view.h"
#include "producer/cli/command.h"
#include "producer/cli/connect.h"
#include "producer/cli/stop.h"
#include "producer/commands.h"

enum {
    LOGS_AT_A_TIME = 128,
    LOGS_BLOCK_MS = 500, /* so long a Ctrl-C may wait */
    LOGS_MAX_BYTES = 256 << 20
};

struct logs_settings {
    struct skep_connect_settings connect;
    const char *queue;
    const char *id;
    int64_t n_lines; /* -1: all */
    bool follows, is_json;
};

#define AT(field) .offset = offsetof(struct logs_settings, field)

static const struct skep_option logs_options[] = {
    SKEP_QUEUE_ROW(struct logs_settings, queue),
    {.name = "id", .kind = SKEP_OPT_TEXT, AT(id), .value_name = "ID", .help = "only the task with this id"},
    {.name = "follow",
     .letter = 'f',
     .kind = SKEP_OPT_FLAG,
     AT(follows),
     .help = "go on with what comes, until Ctrl-C"},
    {.name = "lines",
     .letter = 'n',
     .kind = SKEP_OPT_I64,
     AT(n_lines),
     .default_text = "-1",
     .least = -1,
     .most = 1e9,
     .value_name = "N",
     .help = "begin with the last N lines of what is kept; -1: all of it"},
    {.name = "json",
     .kind = SKEP_OPT_FLAG,
     AT(is_json),
     .help = "one object a line: id, job, index, attempt, worker, host, slot, at, stream, text, bytes"},
    SKEP_CONNECT_ROWS(struct logs_settings, connect),
    {.name = NULL},
};

struct logs {
    const struct logs_settings *settings;
    struct skep_logs_choice choice;
    struct skep_conn *conn;
    struct skep_keys keys;
    struct skep_patience patience;
    char place[SKEP_LOGS_PLACE_BYTES];
    struct skep_logs_entry entries[LOGS_AT_A_TIME];
    struct skep_buf text; /* not printed yet */
    uint64_t n_shown;
};

/* ---- reading ---- */

/* SKEP_EMPTY: there is no more, after waiting for BLOCK_MS. */
static skep_status logs_read(struct logs *logs, int block_ms, struct skep_error *err)
{
    size_t n = 0;
    skep_status st = skep_conn_is_open(logs->conn) ? SKEP_OK : skep_conn_connect(logs->conn, err);

    if (st == SKEP_OK) {
        st = skep_logs_read(logs->conn, &logs->keys, logs->place, block_ms, logs->entries, LOGS_AT_A_TIME, &n,
                            err);
    }
    for (size_t i = 0; i < n; i++) {
        const struct skep_logs_entry *entry = &logs->entries[i];
        if (skep_logs_is_chosen(&logs->choice, entry)) {
            (logs->settings->is_json ? skep_logs_view_add_json : skep_logs_view_add)(&logs->text, entry);
            logs->n_shown++;
        }
    }
    return st;
}

/* The same through failures that pass. */
static skep_status logs_read_patiently(struct logs *logs, int block_ms, struct skep_error *err)
{
    skep_status st;

    do {
        skep_error_clear(err);
        st = logs_read(logs, block_ms, err);
        if (st == SKEP_OK || st == SKEP_EMPTY) {
            skep_patience_reset(&logs->patience);
            return st;
        }
    } while (skep_patience_wait(&logs->patience, st, err));
    return skep_stop_is_asked() ? SKEP_STOPPED : st;
}

/* ---- printing ---- */

/* Where the last N lines of the text begin. */
static size_t logs_find_last(const struct skep_buf *text, int64_t n)
{
    size_t at = text->length;

    while (at > 0 && (text->bytes[at - 1] != '\n' || n-- > 0)) {
        at--;
    }
    return at;
}

static int logs_print(struct logs *logs, int64_t n_lines)
{
    size_t from = n_lines >= 0 ? logs_find_last(&logs->text, n_lines) : 0;
    int exit_code = SKEP_EXIT_OK;

    if (skep_buf_failed(&logs->text)) {
        skep_complain("logs: no memory for what was printed; -n makes it less");
        return SKEP_EXIT_SERVER;
    }
    if (logs->text.length > from) {
        exit_code = skep_print(logs->text.bytes + from, logs->text.length - from);
        (void)fflush(stdout);
    }
    skep_buf_reset(&logs->text);
    return exit_code;
}

static int logs_fail(skep_status st, const struct skep_error *err)
{
    return st == SKEP_STOPPED ? SKEP_EXIT_INTERRUPTED : skep_complain_error(st, err);
}

/* All that is kept. The last lines of it are known when it was read. */
static int logs_show_kept(struct logs *logs)
{
    struct skep_error err = {0};
    skep_status st = SKEP_OK;
    int exit_code = SKEP_EXIT_OK;

    while (st == SKEP_OK && exit_code == SKEP_EXIT_OK) {
        st = skep_stop_is_asked() ? SKEP_STOPPED : logs_read_patiently(logs, 0, &err);
        if (logs->settings->n_lines < 0) {
            exit_code = logs_print(logs, -1);
        }
    }
    if (exit_code == SKEP_EXIT_OK) {
        exit_code = logs_print(logs, logs->settings->n_lines);
    }
    return exit_code != SKEP_EXIT_OK || st == SKEP_EMPTY ? exit_code : logs_fail(st, &err);
}

static int logs_follow(struct logs *logs)
{
    struct skep_error err = {0};
    skep_status st = SKEP_OK;
    int exit_code = SKEP_EXIT_OK;

    while (exit_code == SKEP_EXIT_OK && (st == SKEP_OK || st == SKEP_EMPTY)) {
        st = skep_stop_is_asked() ? SKEP_STOPPED : logs_read_patiently(logs, LOGS_BLOCK_MS, &err);
        exit_code = logs_print(logs, -1);
    }
    return exit_code != SKEP_EXIT_OK ? exit_code : logs_fail(st, &err);
}

/* Nothing is not success: a script that looks for words must not take it for silence. */
static int logs_say_nothing(const struct logs *logs)
{
    skep_say("nothing is kept that %s has printed. It may have printed nothing, or run before the last %d "
             "outputs of the queue; results have the end of theirs, too",
             logs->choice.id != NULL    ? "this task"
             : logs->choice.job != NULL ? "this job (for one task: --id ID)"
                                        : "a task of this queue",
             SKEP_LOGS_KEPT);
    return SKEP_EXIT_FAILED;
}

/* ---- the command ---- */

static int logs_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct logs_settings *settings = settings_read;
    struct logs logs = {.settings = settings, .choice = {.index = -1, .id = settings->id}, .place = "0"};
    char *job = operands->n > 0 ? skep_strdup(operands->items[0]) : NULL;
    int exit_code = skep_connect_queue(&settings->connect, settings->queue, &logs.keys, &logs.conn);

    if (job != NULL) {
        skep_logs_choice_parse(&logs.choice, job);
    } else if (operands->n > 0) {
        exit_code = skep_complain_error(SKEP_E_NOMEM, &(struct skep_error){0});
    }
    if (exit_code == SKEP_EXIT_OK) {
        skep_stop_install();
        skep_patience_init(&logs.patience, settings->connect.wait_s);
        skep_buf_init(&logs.text, LOGS_MAX_BYTES);
        exit_code = logs_show_kept(&logs);
        if (exit_code == SKEP_EXIT_OK && settings->follows) {
            exit_code = logs_follow(&logs);
        } else if (exit_code == SKEP_EXIT_OK && logs.n_shown == 0) {
            exit_code = logs_say_nothing(&logs);
        }
        skep_buf_release(&logs.text);
    }
    skep_conn_free(logs.conn);
    skep_free(job);
    return exit_code;
}

static const char *const logs_text[] = {
    "Show what tasks have printed, attempt by attempt: standard output and standard error, also of attempts "
    "that failed or crashed. Of a job JOB, of its index JOB:INDEX, of the task --id ID, or of the whole "
    "queue.",
    "Each line says whose it is: [te_box.17 stderr, attempt 2]. What would drive a terminal is shown as "
    "\\x1b and the like.",
    "Of each output of an attempt the last 4 KiB are kept, of a queue about 4096 outputs: for looking, not "
    "for "
    "data. A task that runs for longer than half a second is read along, line by line. Results have the end "
    "of what their attempt printed in \"stdout\" and \"stderr\".",
    "A worker's own log is its standard error (skep-worker --log-level, --log-format).",
    "Exit codes: 0 something was shown; 1 nothing is kept; 2 usage; 3 the server is out of reach or refused; "
    "130 stopped (--follow ends so).",
    NULL,
};

static const char *const logs_examples[] = {
    "skep logs -q sweep te_box",
    "all that the job has printed and that is kept",
    "skep logs -q sweep te_box:17",
    "its index 17 alone",
    "skep logs -q sweep -n 20 -f",
    "the last 20 lines of the queue, and what comes",
    "skep logs -q sweep --id t4711 --json | jq -r .text",
    "the words of one task, for programs",
    NULL,
};

const struct skep_command skep_command_logs = {
    .name = "logs",
    .summary = "what tasks have printed",
    .usage = "-q QUEUE [JOB[:INDEX] | --id ID] [-f] [-n N] [OPTION...]",
    .text = logs_text,
    .examples = logs_examples,
    .options = logs_options,
    .settings_bytes = sizeof(struct logs_settings),
    .max_operands = 1,
    .act = logs_act,
};
