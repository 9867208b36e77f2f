/* SPDX-License-Identifier: MIT */
#include "producer/operate/status.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "producer/cli/command.h"
#include "producer/commands.h"
#include "producer/cli/connect.h"
#include "producer/operate/job_view.h"
#include "producer/operate/status_view.h"

enum { STATUS_MAX_BYTES = 64 * 1024 * 1024, STATUS_MAX_QUEUES = 100000 };

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

/* What is left of its jobs, behind everything else about a queue. */
static skep_status status_ask_jobs(struct skep_conn *conn, const struct skep_keys *keys, bool is_json,
                                   struct skep_buf *buf, struct skep_error *err)
{
    struct skep_job *jobs;
    size_t n;
    skep_status st = skep_job_list(conn, keys, &jobs, &n, err);

    if (st == SKEP_OK && is_json) {
        skep_status_write_jobs_json(buf, keys->name, jobs, n);
    } else if (st == SKEP_OK) {
        skep_status_write_jobs(buf, jobs, n);
    }
    skep_free(jobs);
    return st;
}

/* One queue. IS_LINE: as a line of a table. */
static skep_status status_ask(struct skep_conn *conn, const char *queue, bool is_json, bool is_line,
                              struct skep_buf *buf, struct skep_error *err)
{
    struct skep_queue_status status = {0};
    struct skep_bytes *infos = NULL;
    struct skep_keys keys;
    skep_status st = skep_keys_init(&keys, queue, err);

    if (st == SKEP_OK) {
        st = skep_queue_status_read(conn, &keys, &status, err);
    }
    if (st == SKEP_OK && is_line && !is_json) {
        skep_status_write_line(buf, queue, &status);
    } else if (st == SKEP_OK) {
        infos = skep_calloc(status.n_slots + 1, sizeof *infos);
        st = infos != NULL ? skep_queue_infos_read(conn, &keys, &status, infos, err) : SKEP_E_NOMEM;
    }
    if (infos != NULL && st == SKEP_OK) {
        (is_json ? skep_status_write_json : skep_status_write_text)(buf, queue, &status, infos);
        st = is_line ? st : status_ask_jobs(conn, &keys, is_json, buf, err);
    }
    skep_free(infos);
    skep_queue_status_release(&status);
    return st;
}

static skep_status status_ask_all(struct skep_conn *conn, bool is_json, struct skep_buf *buf,
                                  struct skep_error *err)
{
    skep_queue_name *names;
    size_t n;
    skep_status st = skep_status_list_queues(conn, &names, &n, err);

    if (is_json) {
        skep_buf_add_char(buf, '[');
    } else if (n > 0) {
        skep_status_write_head(buf);
    } else if (st == SKEP_OK) {
        skep_buf_add_text(buf, "no queues yet: `skep push -q NAME tasks.jsonl` makes one\n");
    }
    for (size_t i = 0; i < n && st == SKEP_OK; i++) {
        skep_buf_add_text(buf, is_json && i > 0 ? ",\n" : "");
        st = status_ask(conn, names[i], is_json, true, buf, err);
    }
    skep_buf_add_text(buf, is_json ? "]" : "");
    skep_free(names);
    return st;
}

/* A job of which nobody knows is told. */
static skep_status status_ask_job(struct skep_conn *conn, const struct skep_keys *keys, const char *name,
                                  bool is_json, struct skep_buf *buf, struct skep_error *err)
{
    struct skep_job job;
    skep_status st = skep_job_read(conn, keys, name, &job, err);

    if (st == SKEP_OK && !skep_job_is_known(&job)) {
        return skep_error_set(err, SKEP_EMPTY,
                              "queue %s knows no job \"%.200s\"; `skep job ls -q %s` lists them", keys->name,
                              name, keys->name);
    }
    if (st == SKEP_OK) {
        (is_json ? skep_job_write_json : skep_job_write_text)(buf, keys->name, &job);
    }
    return st;
}

static int status_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct status_settings *settings = settings_read;
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_buf buf;
    struct skep_error err = {0};
    skep_status st;
    int exit_code = settings->queue != NULL || settings->job != NULL
                        ? skep_connect_queue(&settings->connect, settings->queue, &keys, &conn)
                        : skep_connect_open(&settings->connect, &conn);

    (void)operands;
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    skep_buf_init(&buf, STATUS_MAX_BYTES);
    st = settings->job != NULL     ? status_ask_job(conn, &keys, settings->job, settings->is_json, &buf, &err)
         : settings->queue != NULL ? status_ask(conn, keys.name, settings->is_json, false, &buf, &err)
                                   : status_ask_all(conn, settings->is_json, &buf, &err);
    skep_conn_free(conn);
    if (st != SKEP_OK) {
        skep_buf_release(&buf);
        exit_code = skep_complain_error(st, &err);
        return st == SKEP_EMPTY ? SKEP_EXIT_FAILED : exit_code;
    }
    skep_buf_add_text(&buf, settings->is_json ? "\n" : "");
    return skep_print_buf(&buf);
}

static const char *const status_text[] = {
    "Show how many tasks of a queue wait, are held by workers, are due later, are dead, and how many "
    "results are to be collected, all at one instant; and who works on it. Without -q: a line for every "
    "queue.",
    "The state says why tasks do not run: \"paused\", \"no workers\", \"results full\" (the limit of "
    "`skep limits` is reached). Asking costs the same however long the queue is.",
    "A sweep waits as one record, however many tasks it has: with -q what is left of each job that is not "
    "over is "
    "shown, too.",
    "With --job NAME: of one job, how many of its tasks are in, done, failed for good, cancelled and left. "
    "Exit code 1: "
    "there is no such job.",
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
