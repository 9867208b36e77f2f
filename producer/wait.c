/* SPDX-License-Identifier: MIT */
/* skep wait: until a job is over. It asks for four numbers, once a second at most; what they cost does not
 * depend on the length of the queue. */
#include <inttypes.h>
#include <poll.h>

#include "base/clock.h"
#include "producer/command.h"
#include "producer/commands.h"
#include "producer/connect.h"
#include "producer/job_view.h"
#include "producer/progress.h"
#include "producer/stop.h"
#include "queue/job.h"

enum { WAIT_FIRST_MS = 50, WAIT_LONGEST_MS = 1000, WAIT_MAX_BYTES = 4096 };

struct wait_settings {
    struct skep_connect_settings connect;
    const char *queue;
    const char *job;
    double timeout_s;
    bool is_quiet;
};

#define AT(field) .offset = offsetof(struct wait_settings, field)

static const struct skep_option wait_options[] = {
    SKEP_QUEUE_ROW(struct wait_settings, queue),
    {.name = "job", .kind = SKEP_OPT_TEXT, AT(job), .value_name = "NAME", .help = "the job to wait for"},
    {.name = "timeout",
     .kind = SKEP_OPT_SECONDS,
     AT(timeout_s),
     .least = 0,
     .most = 3.2e7,
     .value_name = "SECONDS",
     .help = "give up after so long, with exit code 124; 0: wait for ever"},
    {.name = "quiet", .kind = SKEP_OPT_FLAG, AT(is_quiet), .help = "no progress and no summary"},
    SKEP_CONNECT_ROWS(struct wait_settings, connect),
    {.name = NULL},
};

struct wait {
    const struct wait_settings *settings;
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_patience patience;
    struct skep_progress progress;
    int64_t end_ms; /* monotonic; 0: never */
    struct skep_job job;
};

/* How it stands, from a server that may go away and come back. */
static skep_status wait_look(struct wait *wait, struct skep_error *err)
{
    skep_status st;

    do {
        skep_error_clear(err);
        st = skep_conn_is_open(wait->conn) ? SKEP_OK : skep_conn_connect(wait->conn, err);
        if (st == SKEP_OK) {
            st = skep_job_read(wait->conn, &wait->keys, wait->settings->job, &wait->job, err);
        }
    } while (st != SKEP_OK && skep_patience_wait(&wait->patience, st, err));
    if (st == SKEP_OK) {
        skep_patience_reset(&wait->patience);
    }
    return st;
}

static void wait_show(struct wait *wait)
{
    bool is_pushing = wait->job.cancelled_ms == 0 && wait->job.n_put < wait->job.n_announced;

    wait->progress.n_total = (uint64_t)skep_job_total(&wait->job);
    skep_progress_update(&wait->progress, (uint64_t)skep_job_over(&wait->job), (uint64_t)wait->job.n_failed);
    skep_progress_note(&wait->progress, is_pushing ? "its push is not complete" : NULL);
}

/* SKEP_OK: it is over; SKEP_EMPTY: the time is; SKEP_STOPPED: the user has no patience either. */
static skep_status wait_until_over(struct wait *wait, struct skep_error *err)
{
    int pause_ms = WAIT_FIRST_MS;

    for (;;) {
        struct pollfd stop = {.fd = skep_stop_fd(), .events = POLLIN};
        int64_t left_ms;
        if (skep_job_is_over(&wait->job)) {
            return SKEP_OK;
        }
        wait_show(wait);
        left_ms = wait->end_ms > 0 ? wait->end_ms - skep_monotonic_ms() : WAIT_LONGEST_MS;
        if (left_ms <= 0) {
            return SKEP_EMPTY;
        }
        (void)poll(&stop, 1, pause_ms < left_ms ? pause_ms : (int)left_ms);
        pause_ms = pause_ms < WAIT_LONGEST_MS / 2 ? 2 * pause_ms : WAIT_LONGEST_MS;
        if (skep_stop_is_asked()) {
            return SKEP_STOPPED;
        }
        skep_status st = wait_look(wait, err);
        if (st != SKEP_OK) {
            return skep_stop_is_asked() ? SKEP_STOPPED : st;
        }
        if (!wait->job.is_announced) {
            return skep_error_set(
                err, SKEP_E_CONFLICT,
                "job \"%.200s\" is gone: somebody has forgotten it, or the server lost its memory",
                wait->settings->job);
        }
    }
}

static void wait_tell(const struct wait *wait, const char *end)
{
    struct skep_buf buf;

    if (wait->settings->is_quiet) {
        return;
    }
    skep_buf_init(&buf, WAIT_MAX_BYTES);
    skep_job_write_sentence(&buf, &wait->job);
    skep_buf_add_text(&buf, end);
    if (!skep_buf_failed(&buf)) {
        skep_say("%s", buf.bytes);
    }
    skep_buf_release(&buf);
}

static int wait_go(struct wait *wait)
{
    struct skep_error err = {0};
    skep_status st = wait_look(wait, &err);

    if (st == SKEP_OK && !wait->job.is_announced) {
        skep_complain(skep_job_is_known(&wait->job)
                          ? "the tasks of \"%.200s\" in queue %s are not counted: it was pushed without --job"
                          : "queue %2$s knows no job \"%1$.200s\"; `skep job ls -q %2$s` lists them",
                      wait->settings->job, wait->keys.name);
        return SKEP_EXIT_FAILED;
    }
    skep_progress_init(&wait->progress, "over:", 0, wait->settings->is_quiet);
    wait->progress.n_at_start = (uint64_t)skep_job_over(&wait->job);
    if (st == SKEP_OK) {
        st = wait_until_over(wait, &err);
    }
    skep_progress_clear(&wait->progress);
    if (st == SKEP_EMPTY) {
        wait_tell(wait, "; the time is over, the job is not");
        return SKEP_EXIT_TIMEOUT;
    }
    if (st != SKEP_OK) {
        return st == SKEP_STOPPED ? SKEP_EXIT_INTERRUPTED : skep_complain_error(st, &err);
    }
    wait_tell(wait, wait->job.n_failed > 0 ? " (`skep dead ls` shows why)" : "");
    return wait->job.n_failed > 0 || wait->job.n_cancelled > 0 || wait->job.cancelled_ms > 0
               ? SKEP_EXIT_FAILED
               : SKEP_EXIT_OK;
}

static int wait_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct wait_settings *settings = settings_read;
    struct wait wait = {.settings = settings};
    int exit_code;

    (void)operands;
    if (settings->job == NULL) {
        skep_complain("wait: for which job? Give --job NAME (`skep job ls` lists them)");
        return SKEP_EXIT_USAGE;
    }
    if (settings->timeout_s > 0) {
        wait.end_ms = skep_monotonic_ms() + (int64_t)(settings->timeout_s * 1000);
    }
    exit_code = skep_connect_queue(&settings->connect, settings->queue, &wait.keys, &wait.conn);
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    skep_patience_init(&wait.patience, settings->connect.wait_s);
    wait.patience.is_quiet = settings->is_quiet;
    exit_code = wait_go(&wait);
    skep_conn_free(wait.conn);
    return exit_code;
}

static const char *const wait_text[] = {
    "Wait until the last task of a job is over: done, failed for good, or cancelled. Results are not taken; "
    "`skep results` does that, before, meanwhile or afterwards.",
    "A server that goes away and comes back is waited for (--wait). A job whose push was broken off is not "
    "over before "
    "the rest is pushed, or the job is cancelled.",
    "Exit codes: 0 all tasks are done; 1 some failed for good or were cancelled, or there is no such job; 2 "
    "usage; 3 the "
    "server is out of reach or refused; 124 --timeout is over.",
    NULL,
};

static const char *const wait_examples[] = {
    "skep wait -q sweep --job monday",
    "come back when it is over",
    "skep wait -q sweep --job monday --timeout 10min || skep status -q sweep --job monday",
    "or say how far it is after ten minutes",
    NULL,
};

const struct skep_command skep_command_wait = {
    .name = "wait",
    .summary = "wait until a job is over",
    .usage = "-q QUEUE --job NAME [OPTION...]",
    .text = wait_text,
    .examples = wait_examples,
    .options = wait_options,
    .settings_bytes = sizeof(struct wait_settings),
    .act = wait_act,
};
