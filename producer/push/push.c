/* SPDX-License-Identifier: MIT */
/* skep push: a file of tasks into a queue. Every line is looked at before the first one goes, so that a
 * mistake in the last line does not leave half a batch behind. The push has a name under which the server
 * counts what it has in the same step that stores it; after any failure the push goes on from that count, so
 * nothing goes in twice. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/limit_rows.h"
#include "producer/push/check.h"
#include "producer/push/check_all.h"
#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/commands.h"
#include "producer/cli/connect.h"
#include "producer/push/deliver.h"
#include "producer/push/feed.h"
#include "producer/cli/progress.h"
#include "producer/cli/stop.h"
#include "producer/cli/words.h"
#include "queue/job.h"
#include "task/id.h"
#include "task/text.h"

struct push_settings {
    struct skep_connect_settings connect;
    const char *queue;
    const char *job;
    uint64_t record_bytes;
    bool skips_bad;
    bool allows_unknown_kernels;
    bool is_raw;
    bool fails_when_full;
    bool is_dry;
    bool is_quiet;
};

#define AT(field) .offset = offsetof(struct push_settings, field)

static const struct skep_option push_options[] = {
    SKEP_QUEUE_ROW(struct push_settings, queue),
    {.name = "job",
     .kind = SKEP_OPT_TEXT,
     AT(job),
     .value_name = "NAME",
     .help =
         "make it a job: the same command given again goes on where it was and puts nothing in twice; its "
         "tasks are counted (`skep wait`, `skep status`), and it can be cancelled"},
    {.name = "skip-bad",
     .kind = SKEP_OPT_FLAG,
     AT(skips_bad),
     .help = "push the good lines when there are bad ones; the exit code is then 1"},
    {.name = "allow-unknown-kernel",
     .kind = SKEP_OPT_FLAG,
     AT(allows_unknown_kernels),
     .help = "push tasks of kernels that this program does not know, for workers that do"},
    SKEP_RECORD_ROW(struct push_settings, record_bytes, "refuse longer lines; workers have the same setting"),
    {.name = "raw",
     .kind = SKEP_OPT_FLAG,
     AT(is_raw),
     .help = "push the lines alone, without skep's own line of place and time in front: tasks then have no "
             "index"},
    {.name = "no-wait",
     .kind = SKEP_OPT_FLAG,
     AT(fails_when_full),
     .help = "fail when the queue has reached its limit, instead of waiting for room"},
    {.name = "dry-run", .kind = SKEP_OPT_FLAG, AT(is_dry), .help = "only look at the lines; needs no server"},
    SKEP_QUIET_ROW(struct push_settings, is_quiet, SKEP_QUIET_HELP),
    SKEP_CONNECT_ROWS(struct push_settings, connect),
    {.name = NULL},
};

struct push {
    const struct push_settings *settings;
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_source source;
    struct skep_check check;
    struct skep_check_report report;
    struct skep_feed feed;
    struct skep_deliver deliver;
    struct skep_progress progress;
};

static uint64_t push_count(const struct push *push)
{
    return push->report.n_lines - push->report.n_bad;
}

/* ---- looking ---- */

static int push_look(struct push *push)
{
    struct skep_error err = {0};
    skep_status st;

    if (isatty(STDIN_FILENO) == 1 && push->source.inputs[0].path == NULL && !push->settings->is_quiet) {
        skep_say("type one task a line, then Ctrl-D; `skep push --help` shows examples");
    }
    st = skep_check_source(&push->check, &push->source, &push->report, &err);
    if (st == SKEP_STOPPED) {
        skep_complain("interrupted: nothing was pushed");
        return SKEP_EXIT_INTERRUPTED;
    }
    if (st != SKEP_OK) {
        (void)skep_complain_error(st, &err);
        skep_complain("nothing was pushed");
        return skep_exit_of(st);
    }
    if (push->report.n_lines == 0) {
        skep_complain("there is no task in %s: nothing was pushed", skep_input_name(&push->source.inputs[0]));
        return SKEP_EXIT_USAGE;
    }
    if (push->report.n_bad > 0 && !push->settings->skips_bad) {
        skep_complain("%" PRIu64 " of %" PRIu64
                      " lines %s bad: nothing was pushed (--skip-bad pushes the rest)",
                      push->report.n_bad, push->report.n_lines, push->report.n_bad == 1 ? "is" : "are");
        return SKEP_EXIT_USAGE;
    }
    return SKEP_EXIT_OK;
}

/* ---- telling ---- */

static int push_tell_failure(const struct push *push, skep_status st, const struct skep_error *err)
{
    int exit_code = skep_exit_of(st);

    if (st == SKEP_STOPPED) {
        skep_complain("interrupted");
    } else {
        (void)skep_complain_error(st, err);
    }
    if (st == SKEP_E_CANCELLED) {
        return SKEP_EXIT_FAILED;
    }
    if (st != SKEP_E_USAGE) {
        skep_complain("%" PRIu64 " of %" PRIu64
                      " tasks are known to be in queue %s; the same command with --job %s pushes the rest",
                      push->deliver.put.offset, push_count(push), push->keys.name, push->deliver.put.id);
    }
    return exit_code;
}

static void push_tell_success(const struct push *push)
{
    char text[512];
    uint64_t n_new = push->deliver.put.offset - push->deliver.n_before;
    int n = snprintf(text, sizeof text, "pushed %" PRIu64 " task%s to queue %s", n_new,
                     skep_words_plural(n_new), push->keys.name);

    if (n_new > 0) {
        n += snprintf(text + n, sizeof text - (size_t)n, " (%" PRId64 " waiting)", push->deliver.put.depth);
    }
    if (push->deliver.n_before > 0) {
        n += snprintf(text + n, sizeof text - (size_t)n, "; %" PRIu64 " were in before",
                      push->deliver.n_before);
    }
    if (push->report.n_bad > 0) {
        n += snprintf(text + n, sizeof text - (size_t)n, "; %" PRIu64 " bad line%s skipped",
                      push->report.n_bad, push->report.n_bad == 1 ? "" : "s");
    }
    if (!push->settings->is_quiet) {
        n += snprintf(text + n, sizeof text - (size_t)n, "\n");
        (void)skep_print(text, (size_t)n);
    }
}

/* What the server knows of the job. One of which tasks are in and nobody has announced it is a push without
 * --job that was broken off: it goes on as it began, and is not counted. */
static skep_status push_begin_job(struct push *push, struct skep_error *err)
{
    const struct push_settings *settings = push->settings;
    struct skep_patience patience;
    struct skep_job job;
    skep_status st;

    skep_patience_init(&patience, settings->connect.wait_s);
    patience.is_quiet = settings->is_quiet;
    do {
        skep_error_clear(err);
        st = skep_conn_is_open(push->conn) ? SKEP_OK : skep_conn_connect(push->conn, err);
        if (st == SKEP_OK) {
            st = skep_job_read(push->conn, &push->keys, settings->job, &job, err);
        }
    } while (st != SKEP_OK && skep_patience_wait(&patience, st, err));
    if (st != SKEP_OK) {
        return skep_stop_is_asked() ? SKEP_STOPPED : st;
    }
    if (job.cancelled_ms > 0 || job.is_dropped) {
        return skep_error_set(
            err, SKEP_E_CANCELLED,
            "job \"%.100s\" of queue %s is cancelled: nothing more can be pushed under its name "
            "(`skep job forget` frees it)",
            settings->job, push->keys.name);
    }
    if (job.is_announced || job.n_put == 0) {
        push->deliver.put.n_announced = push_count(push);
        push->feed.job = settings->job;
    }
    return SKEP_OK;
}

/* The push under its name: begin, go, tell, forget. */
static int push_go(struct push *push)
{
    char made_up[SKEP_ID_BYTES + 8] = "push-";
    struct skep_error err = {0};
    skep_status st;

    skep_task_make_id(made_up + 5);
    st = skep_put_init(&push->deliver.put, push->conn, push->keys.name,
                       push->settings->job != NULL ? push->settings->job : made_up, &err);
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    skep_feed_init(&push->feed, &push->source, push->report.n_bad > 0 ? &push->check : NULL,
                   push->settings->is_raw);
    skep_progress_init(&push->progress, "pushed", push_count(push), push->settings->is_quiet);
    if (push->settings->job != NULL) {
        st = push_begin_job(push, &err);
    }
    push->deliver.feed = &push->feed;
    push->deliver.progress = &push->progress;
    push->deliver.n_records = push_count(push);
    push->deliver.wait_s = push->settings->connect.wait_s;
    push->deliver.fails_when_full = push->settings->fails_when_full;
    if (st == SKEP_OK) {
        st = skep_deliver_all(&push->deliver, &err);
    }
    skep_feed_release(&push->feed);
    skep_progress_clear(&push->progress);
    if (st != SKEP_OK) {
        return push_tell_failure(push, st, &err);
    }
    if (push->settings->job == NULL && skep_put_forget(&push->deliver.put, &err) != SKEP_OK) {
        skep_complain("everything is in, but the name of the push could not be removed: %s",
                      skep_error_text(&err, SKEP_E_IO));
    }
    push_tell_success(push);
    return push->report.n_bad > 0 ? SKEP_EXIT_FAILED : SKEP_EXIT_OK;
}

/* Else the user has been told what is wrong with it. */
static bool push_job_is_good(const char *job)
{
    size_t n = job != NULL ? strlen(job) : 1;

    if (n == 0 || n >= SKEP_JOB_NAME_BYTES || (job != NULL && !skep_text_is_printable(job, n))) {
        skep_complain("push: the name of a job has 1 to %d bytes of printable text", SKEP_JOB_NAME_BYTES - 1);
        return false;
    }
    return true;
}

static int push_act(const void *settings_read, const struct skep_operands *files)
{
    const struct push_settings *settings = settings_read;
    struct push state = {.settings = settings};
    struct push *push = &state;
    const struct skep_limits limits = {.record_bytes = settings->record_bytes};
    struct skep_error err = {0};
    skep_status st;
    int exit_code = SKEP_EXIT_OK;

    if (!push_job_is_good(settings->job)) {
        return SKEP_EXIT_USAGE;
    }
    st = skep_source_open(&push->source, files->items, files->n, settings->record_bytes, &err);
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    skep_check_init(&push->check, &limits);
    push->check.allows_unknown_kernels = settings->allows_unknown_kernels;
    push->check.job = settings->job;
    push->check.needs_job = settings->is_raw;
    if (!settings->is_dry) {
        exit_code = skep_connect_queue(&settings->connect, settings->queue, &push->keys, &push->conn);
    }
    if (exit_code == SKEP_EXIT_OK) {
        exit_code = push_look(push);
    }
    if (exit_code == SKEP_EXIT_OK && settings->is_dry) {
        skep_say("%" PRIu64 " tasks, %" PRIu64 " bad lines", push_count(push), push->report.n_bad);
        exit_code = push->report.n_bad > 0 ? SKEP_EXIT_FAILED : SKEP_EXIT_OK;
    } else if (exit_code == SKEP_EXIT_OK) {
        exit_code = push_go(push);
    }
    skep_check_release(&push->check);
    skep_source_close(&push->source);
    skep_conn_free(push->conn);
    return exit_code;
}

static const char *const push_text[] = {
    "Put the tasks of files, or of standard input, into a queue: one JSON object a line. Blank lines do "
    "not count.",
    "Every line is checked before the first one goes: that it is a task, that the kernel exists, that "
    "the arguments have the right names, types and ranges. Bad lines are told as FILE:LINE: what is "
    "wrong, and nothing is pushed. Whether an array file is there only the worker's machine knows; that "
    "is not looked at.",
    "A push that loses its server goes on when it is back. One that was broken off says with which --job "
    "NAME the rest can be pushed; no task goes in twice.",
    "With --job NAME the push is a job: its tasks carry the name, what becomes of them is counted, `skep "
    "wait` "
    "waits until all of them are over, `skep cancel` drops those that are left. Records that name a job "
    "themselves must name this one.",
    "Each task gets the number of its line, counted from 0 without blank lines: it comes back as "
    "\"index\" in the result and chooses the task's random numbers.",
    "Exit codes: 0 all tasks are in; 1 --skip-bad left lines out, or the job is cancelled; 2 a line, a file "
    "or an option is wrong "
    "and nothing was pushed; 3 the server is out of reach or refused, or with --no-wait the queue is "
    "full.",
    NULL,
};

static const char *const push_examples[] = {
    "skep push -q sweep tasks.jsonl",
    "put the tasks of a file into the queue sweep of the server that SKEP_REDIS names",
    "seq 1000 | sed 's/.*/{\"kernel\":\"sleep\",\"args\":{\"s\":0.01}}/' | skep push -q naps -",
    "tasks from another program",
    "skep push -q sweep --job monday monday.jsonl",
    "may be given again after any interruption: goes on where it was",
    "skep push -q sweep --job monday monday.jsonl && skep wait -q sweep --job monday",
    "push, and wait until the last task is over",
    "skep push --dry-run tasks.jsonl",
    "check a file without a server",
    NULL,
};

const struct skep_command skep_command_push = {
    .name = "push",
    .summary = "put the tasks of files into a queue",
    .usage = "-q QUEUE [OPTION...] [FILE...]",
    .text = push_text,
    .examples = push_examples,
    .options = push_options,
    .settings_bytes = sizeof(struct push_settings),
    .max_operands = SIZE_MAX,
    .act = push_act,
};
