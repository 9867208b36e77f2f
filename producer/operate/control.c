/* SPDX-License-Identifier: MIT */
/* skep pause and limits: the switches of a queue. `skep resume` (resume.c) ends a pause. */
#include "producer/operate/control.h"

#include <inttypes.h>
#include <stdio.h>

#include "producer/cli/command.h"
#include "producer/commands.h"
#include "queue/admin.h"

struct control_settings {
    struct skep_connect_settings connect;
    const char *queue;
    int64_t max_depth, max_results, max_dead; /* -1: leave it */
};

static const struct skep_option control_options[] = {
    SKEP_QUEUE_ROW(struct control_settings, queue),
    SKEP_CONNECT_ROWS(struct control_settings, connect),
    {.name = NULL},
};

static const struct skep_option limits_options[] = {
    SKEP_QUEUE_ROW(struct control_settings, queue),
    {.name = "max-depth",
     .kind = SKEP_OPT_I64,
     .offset = offsetof(struct control_settings, max_depth),
     .default_text = "-1",
     .least = -1,
     .most = 9e15,
     .value_name = "N",
     .help = "producers wait when N tasks wait; 0: no limit; -1: leave it as it is"},
    {.name = "max-results",
     .kind = SKEP_OPT_I64,
     .offset = offsetof(struct control_settings, max_results),
     .default_text = "-1",
     .least = -1,
     .most = 9e15,
     .value_name = "N",
     .help = "workers take nothing while N results are not collected; 0: no limit; -1: leave it as it is"},
    {.name = "max-dead",
     .kind = SKEP_OPT_I64,
     .offset = offsetof(struct control_settings, max_dead),
     .default_text = "-1",
     .least = -1,
     .most = 9e15,
     .value_name = "N",
     .help = "of more than N dead letters the oldest are dropped, and counted; 0: no limit; -1: leave it as "
             "it is"},
    SKEP_CONNECT_ROWS(struct control_settings, connect),
    {.name = NULL},
};

/* ---- pause ---- */

int skep_control_pause(const struct skep_connect_settings *connect, const char *queue, bool pauses)
{
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_queue_status status = {0};
    struct skep_error err = {0};
    skep_status st;
    int exit_code = skep_connect_queue(connect, queue, &keys, &conn);

    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    st = skep_queue_pause(conn, &keys, pauses, &err);
    if (st == SKEP_OK) {
        st = skep_queue_status_read(conn, &keys, &status, &err);
    }
    skep_conn_free(conn);
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    skep_say(pauses ? "queue %s is paused: %" PRId64 " task%s wait%s; what workers hold (%" PRId64 ") runs on"
                    : "queue %s runs: %" PRId64 " task%s wait%s, workers hold %" PRId64,
             keys.name, status.n_waiting, status.n_waiting == 1 ? "" : "s", status.n_waiting == 1 ? "s" : "",
             status.n_held);
    skep_queue_status_release(&status);
    return SKEP_EXIT_OK;
}

static int pause_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct control_settings *settings = settings_read;

    (void)operands;
    return skep_control_pause(&settings->connect, settings->queue, true);
}

/* ---- limits ---- */

static const char *limits_format(int64_t most, char *text, size_t size)
{
    snprintf(text, size, most > 0 ? "%" PRId64 : "none", most);
    return text;
}

/* Set what was named. */
static skep_status limits_set(struct skep_conn *conn, const struct skep_keys *keys,
                              const struct control_settings *settings, struct skep_error *err)
{
    const int64_t most[] = {[SKEP_LIMIT_DEPTH] = settings->max_depth,
                            [SKEP_LIMIT_RESULTS] = settings->max_results,
                            [SKEP_LIMIT_DEAD] = settings->max_dead};
    skep_status st = SKEP_OK;

    for (size_t i = 0; st == SKEP_OK && i < sizeof most / sizeof most[0]; i++) {
        if (most[i] >= 0) {
            st = skep_queue_set_limit(conn, keys, (enum skep_queue_limit)i, most[i], err);
        }
    }
    return st;
}

static int limits_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct control_settings *settings = settings_read;
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_queue_status status = {0};
    struct skep_error err = {0};
    char depth[32], results[32], dead[32], line[224];
    skep_status st;
    int exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &conn);
    int n;

    (void)operands;
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    st = limits_set(conn, &keys, settings, &err);
    if (st == SKEP_OK) {
        st = skep_queue_status_read(conn, &keys, &status, &err);
    }
    skep_conn_free(conn);
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    n = snprintf(line, sizeof line, "queue %s: max-depth %s, max-results %s, max-dead %s\n", keys.name,
                 limits_format(status.max_depth, depth, sizeof depth),
                 limits_format(status.max_results, results, sizeof results),
                 limits_format(status.max_dead, dead, sizeof dead));
    skep_queue_status_release(&status);
    return skep_print(line, (size_t)n);
}

/* ---- the rows ---- */

static const char *const pause_text[] = {
    "Let workers take no more tasks from a queue. What they hold runs on; producers may push. `skep "
    "resume` ends it.",
    NULL,
};

static const char *const pause_examples[] = {"skep pause -q sweep",
                                             "stop the queue without stopping the workers", NULL};

const struct skep_command skep_command_pause = {
    .name = "pause",
    .summary = "let workers take nothing more from a queue",
    .usage = "-q QUEUE [OPTION...]",
    .text = pause_text,
    .examples = pause_examples,
    .options = control_options,
    .settings_bytes = sizeof(struct control_settings),
    .act = pause_act,
};

static const char *const limits_text[] = {
    "Set how many tasks may wait in a queue, how many results may lie uncollected and how many dead letters "
    "are kept, so that neither a fast producer nor a slow consumer nor a mistake fills the server's memory. "
    "Without options: show the limits.",
    "A producer that meets the limit waits, or fails with `skep push --no-wait`. Workers that meet "
    "theirs take nothing until results are collected; `skep status` then says \"results-full\". Of too many "
    "dead letters the oldest are dropped (a million are kept where nothing else is set); their results are "
    "in "
    "the output list all the same, and `skep status` says how many were dropped.",
    NULL,
};

static const char *const limits_examples[] = {
    "skep limits -q sweep --max-depth 1000000 --max-results 100000",
    "set both",
    "skep limits -q sweep --max-depth 0",
    "no limit any more",
    NULL,
};

const struct skep_command skep_command_limits = {
    .name = "limits",
    .summary = "how many tasks, results and dead letters a queue may hold",
    .usage = "-q QUEUE [OPTION...]",
    .text = limits_text,
    .examples = limits_examples,
    .options = limits_options,
    .settings_bytes = sizeof(struct control_settings),
    .act = limits_act,
};
