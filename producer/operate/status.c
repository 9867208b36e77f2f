/* SPDX-License-Identifier: MIT */
#include "producer/operate/status.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "producer/cli/command.h"
#include "producer/commands.h"
#include "producer/cli/connect.h"
#include "producer/cli/stop.h"
#include "producer/operate/job_view.h"
#include "producer/operate/status_json.h"

enum { STATUS_MAX_BYTES = 64 * 1024 * 1024, STATUS_MAX_QUEUES = 100000, STATUS_NAME_WIDTH = 16 };

struct status_settings {
    struct skep_connect_settings connect;
    const char *queue;
    const char *job;
    bool is_json;
};

static const struct skep_option status_options[] = {
    SKEP_QUEUE_ROW(struct status_settings, queue),
    {.name = "job",
     .kind = SKEP_OPT_TEXT,
     .offset = offsetof(struct status_settings, job),
     .value_name = "NAME",
     .help = "of this job of the queue: what became of its tasks"},
    {.name = "json",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct status_settings, is_json),
     .help = "print JSON: an object with -q, an array of them without"},
    SKEP_CONNECT_ROWS(struct status_settings, connect),
    {.name = NULL},
};

static int status_compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

skep_status skep_status_list_queues(struct skep_conn *conn, skep_queue_name **names_out, size_t *n_out,
                                    struct skep_error *err)
{
    const char **lent = skep_calloc(STATUS_MAX_QUEUES, sizeof *lent);
    skep_queue_name *names = NULL;
    size_t n = 0;
    skep_status st = SKEP_E_NOMEM;

    *names_out = NULL;
    *n_out = 0;
    if (lent != NULL) {
        st = skep_queues_read(conn, lent, STATUS_MAX_QUEUES, &n, err);
    }
    if (st == SKEP_OK && n > 0) {
        names = skep_calloc(n, sizeof *names);
        st = names != NULL ? SKEP_OK : skep_error_set(err, SKEP_E_NOMEM, "no memory for %zu queues", n);
    }
    for (size_t i = 0; i < n && st == SKEP_OK; i++) {
        memcpy(names[i], lent[i], strlen(lent[i]) + 1); /* names of queues are short: keys.h */
    }
    if (st == SKEP_OK && n > 0) {
        qsort(names, n, sizeof *names, status_compare_names);
        *names_out = names;
        *n_out = n;
    }
    skep_free(lent);
    return st;
}

/* ---- asking ---- */

struct status_ask {
    struct skep_conn *conn;
    bool is_json;
    struct skep_buf buf;
    struct skep_server_facts facts;
    struct skep_overview *overview; /* of one queue after the other */
    struct skep_finding findings[SKEP_FINDINGS_MAX];
};

/* One queue, with WHAT belongs to it; LOOK_OUT is of it until the next one is read. */
static skep_status status_look(struct status_ask *ask, const struct skep_keys *keys, unsigned what,
                               struct skep_status_look *look_out, struct skep_error *err)
{
    skep_status st;

    skep_overview_release(ask->overview);
    st = skep_overview_read(ask->conn, keys, what, NULL, ask->overview, err);
    *look_out = (struct skep_status_look){
        .overview = ask->overview,
        .findings = ask->findings,
        .n_findings = st == SKEP_OK ? skep_findings(ask->overview, &ask->facts, ask->findings) : 0};
    return st;
}

static skep_status status_ask_queue(struct status_ask *ask, const struct skep_keys *keys,
                                    struct skep_error *err)
{
    struct skep_status_look look;
    skep_status st = status_look(ask, keys, SKEP_OVERVIEW_INFOS | SKEP_OVERVIEW_JOBS, &look, err);

    if (st == SKEP_OK) {
        (ask->is_json ? skep_status_write_json : skep_status_write_text)(&ask->buf, &look);
    }
    return st;
}

static int status_longest(const skep_queue_name *names, size_t n)
{
    size_t longest = STATUS_NAME_WIDTH;

    for (size_t i = 0; i < n; i++) {
        longest = strlen(names[i]) > longest ? strlen(names[i]) : longest;
    }
    return (int)longest;
}

/* Of N > 0 queues a line each, then what is found of their server. */
static skep_status status_ask_each(struct status_ask *ask, const skep_queue_name *names, size_t n,
                                   struct skep_error *err)
{
    struct skep_status_look look = {0};
    unsigned what = SKEP_OVERVIEW_INFOS | (ask->is_json ? SKEP_OVERVIEW_JOBS : SKEP_OVERVIEW_RANGES);
    int width = status_longest(names, n);
    skep_status st = SKEP_OK;

    if (!ask->is_json) {
        skep_status_write_head(&ask->buf, width);
    }
    for (size_t i = 0; i < n && st == SKEP_OK; i++) {
        struct skep_keys keys;
        st = skep_stop_is_asked() ? SKEP_STOPPED : skep_keys_init(&keys, names[i], err);
        st = st == SKEP_OK ? status_look(ask, &keys, what, &look, err) : st;
        if (st == SKEP_OK && ask->is_json) {
            skep_buf_add_text(&ask->buf, i > 0 ? ",\n" : "");
            skep_status_write_json(&ask->buf, &look);
        } else if (st == SKEP_OK) {
            skep_status_write_line(&ask->buf, &look, width);
        }
    }
    if (st == SKEP_OK && !ask->is_json) {
        skep_status_write_server(&ask->buf, &look);
    }
    return st;
}

static skep_status status_ask_all(struct status_ask *ask, struct skep_error *err)
{
    skep_queue_name *names;
    size_t n;
    skep_status st = skep_status_list_queues(ask->conn, &names, &n, err);

    skep_buf_add_text(&ask->buf, ask->is_json ? "[" : "");
    if (st == SKEP_OK && n > 0) {
        st = status_ask_each(ask, names, n, err);
    } else if (!ask->is_json) {
        skep_buf_add_text(&ask->buf, "no queues yet: `skep push -q NAME tasks.jsonl` makes one\n");
    }
    skep_buf_add_text(&ask->buf, ask->is_json ? "]" : "");
    skep_free(names);
    return st;
}

/* A job of which nobody knows is told. */
static skep_status status_ask_job(struct status_ask *ask, const struct skep_keys *keys, const char *name,
                                  struct skep_error *err)
{
    struct skep_job job;
    skep_status st = skep_job_read(ask->conn, keys, name, &job, err);

    if (st == SKEP_OK && !skep_job_is_known(&job)) {
        return skep_error_set(err, SKEP_EMPTY,
                              "queue %s knows no job \"%.200s\"; `skep job ls -q %s` lists them", keys->name,
                              name, keys->name);
    }
    if (st == SKEP_OK) {
        (ask->is_json ? skep_job_write_json : skep_job_write_text)(&ask->buf, keys->name, &job);
    }
    return st;
}

/* KEYS is NULL where no queue was named. */
static skep_status status_answer(struct status_ask *ask, const struct skep_keys *keys, const char *job,
                                 struct skep_error *err)
{
    skep_status st;

    if (job != NULL) {
        return status_ask_job(ask, keys, job, err);
    }
    ask->overview = skep_calloc(1, sizeof *ask->overview);
    if (ask->overview == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a status");
    }
    st = skep_server_facts_read(ask->conn, &ask->facts, err);
    if (st == SKEP_OK) {
        st = keys != NULL ? status_ask_queue(ask, keys, err) : status_ask_all(ask, err);
    }
    skep_overview_release(ask->overview);
    skep_free(ask->overview);
    return st;
}

static int status_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct status_settings *settings = settings_read;
    struct status_ask ask = {.is_json = settings->is_json};
    bool has_queue = settings->queue != NULL || settings->job != NULL;
    struct skep_keys keys;
    struct skep_error err = {0};
    skep_status st;
    int exit_code = has_queue ? skep_connect_queue(&settings->connect, settings->queue, &keys, &ask.conn)
                              : skep_connect_open(&settings->connect, &ask.conn);

    (void)operands;
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    skep_buf_init(&ask.buf, STATUS_MAX_BYTES);
    st = status_answer(&ask, has_queue ? &keys : NULL, settings->job, &err);
    skep_conn_free(ask.conn);
    if (st != SKEP_OK) {
        skep_buf_release(&ask.buf);
        exit_code = skep_complain_error(st, &err);
        return st == SKEP_EMPTY ? SKEP_EXIT_FAILED : exit_code;
    }
    skep_buf_add_text(&ask.buf, settings->is_json ? "\n" : "");
    return skep_print_buf(&ask.buf);
}

static const char *const status_text[] = {
    "Show how many tasks of a queue wait, are held by workers, are due later, are dead, and how many "
    "results are to be collected, all at one instant; and who works on it. Without -q: a line for every "
    "queue.",
    "The state says why tasks do not run: \"paused\", \"no-workers\", \"results-full\" (the limit of "
    "`skep limits` is reached), \"stalled\" (slots are idle, tasks wait, and no cycle has finished for 3 s). "
    "Behind it, or below, stands what else is wrong, with what helps. Asking costs the same however long the "
    "queue is.",
    "IN/S and OUT/S are what has come in and gone out since the last sample that workers keep in the server, "
    "10 to 20 s ago; ETA is how long it takes at that rate. \"-\": not known.",
    "A sweep waits as one record, however many tasks it has: with -q what is left of each job that is not "
    "over is "
    "shown, too.",
    "With --job NAME: of one job, how many of its tasks are in, done, failed for good, cancelled and left. "
    "Exit code 1: there is no such job.",
    "With --json each queue is an object. queue, state; now_ms: when, by the server's clock. Numbers of "
    "records: waiting, delayed, suspect, dead, results; of tasks: held, left (not over yet, as far as is "
    "known). paused, max_depth, max_results, max_dead (0: none); stat: counters since ever "
    "(docs/protocol.md). in_per_s, out_per_s, eta_s, oldest_s (age of the record at the head): null where "
    "not known, \"inf\" for never. slots, slots_busy, agents, hosts: how many. findings: what is wrong, with "
    "finding, severity (bad, warning, note), words, help. workers: of each slot its name (worker), beat, "
    "held, cycles (so many were applied), last_cycle_s (at most so long ago), silent, and info, what it says "
    "of itself. jobs: those that are not over, with job, queue, state, tasks, put, done, failed, cancelled, "
    "left, pushed_at, cancelled_at.",
    NULL,
};

static const char *const status_examples[] = {
    "skep status",
    "a line for every queue",
    "skep status -q sweep",
    "everything about one queue",
    "skep status -q sweep --job monday",
    "how far a job is",
    "skep status -q sweep --json | jq .waiting",
    "for scripts",
    NULL,
};

const struct skep_command skep_command_status = {
    .name = "status",
    .summary = "how many tasks wait, run and are dead, and who works",
    .usage = "[-q QUEUE [--job NAME]] [OPTION...]",
    .text = status_text,
    .examples = status_examples,
    .options = status_options,
    .settings_bytes = sizeof(struct status_settings),
    .act = status_act,
};
