/* SPDX-License-Identifier: MIT */
/* skep job: the jobs of a queue, and forgetting them. */
#include <inttypes.h>

#include "base/alloc.h"
#include "producer/cli/command.h"
#include "producer/commands.h"
#include "producer/cli/connect.h"
#include "producer/operate/job_view.h"
#include "producer/cli/words.h"
#include "queue/job.h"

enum { JOB_MAX_BYTES = 64 * 1024 * 1024 };

struct job_settings {
    struct skep_connect_settings connect;
    const char *queue;
    bool is_json;
    bool is_forced;
    double older_s;
};

static const struct skep_option ls_options[] = {
    SKEP_QUEUE_ROW(struct job_settings, queue),
    {.name = "json",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct job_settings, is_json),
     .help = "print JSON objects, one a line"},
    SKEP_CONNECT_ROWS(struct job_settings, connect),
    {.name = NULL},
};

static const struct skep_option forget_options[] = {
    SKEP_QUEUE_ROW(struct job_settings, queue),
    {.name = "older",
     .kind = SKEP_OPT_SECONDS,
     .offset = offsetof(struct job_settings, older_s),
     .least = 0,
     .most = 3.2e9,
     .value_name = "SECONDS",
     .help = "all jobs that are over and were pushed so long ago: 7d"},
    {.name = "force",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct job_settings, is_forced),
     .help = "also a job that is not over: what is left of it is no longer counted"},
    SKEP_CONNECT_ROWS(struct job_settings, connect),
    {.name = NULL},
};

/* ---- ls ---- */

static void ls_write(struct skep_buf *buf, const char *queue, const struct skep_job *jobs, size_t n,
                     bool is_json)
{
    if (!is_json && n > 0) {
        skep_job_write_head(buf);
    }
    for (size_t i = 0; i < n; i++) {
        if (is_json) {
            skep_job_write_json(buf, queue, &jobs[i]);
            skep_buf_add_char(buf, '\n');
        } else {
            skep_job_write_line(buf, &jobs[i]);
        }
    }
    if (!is_json && n == 0) {
        skep_buf_printf(buf, "no jobs in queue %s: `skep push -q %s --job NAME tasks.jsonl` makes one\n",
                        queue, queue);
    }
}

static int ls_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct job_settings *settings = settings_read;
    struct skep_job *jobs;
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_buf buf;
    struct skep_error err = {0};
    size_t n;
    skep_status st;
    int exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &conn);

    (void)operands;
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    st = skep_job_list(conn, &keys, &jobs, &n, &err);
    skep_conn_free(conn);
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    skep_buf_init(&buf, JOB_MAX_BYTES);
    ls_write(&buf, keys.name, jobs, n, settings->is_json);
    skep_free(jobs);
    return skep_print_buf(&buf);
}

/* ---- forget ---- */

static int forget_named(const struct job_settings *settings, struct skep_conn *conn,
                        const struct skep_keys *keys, const struct skep_operands *names)
{
    int exit_code = SKEP_EXIT_OK;

    for (size_t i = 0; i < names->n; i++) {
        struct skep_error err = {0};
        skep_status st = skep_job_forget(conn, keys, names->items[i], settings->is_forced, &err);
        if (st == SKEP_EMPTY) {
            skep_complain("queue %s knows no job \"%.200s\"; `skep job ls` lists them", keys->name,
                          names->items[i]);
        } else if (st == SKEP_E_CONFLICT) {
            skep_complain("%s: wait for it (`skep wait`), cancel it (`skep cancel`), or --force", err.text);
        } else if (st != SKEP_OK) {
            return skep_complain_error(st, &err);
        }
        exit_code = st == SKEP_OK ? exit_code : SKEP_EXIT_FAILED;
    }
    return exit_code;
}

static int forget_old(const struct job_settings *settings, struct skep_conn *conn,
                      const struct skep_keys *keys)
{
    struct skep_error err = {0};
    struct skep_job *jobs;
    uint64_t n_forgotten = 0;
    size_t n;
    skep_status st = skep_job_list(conn, keys, &jobs, &n, &err);

    for (size_t i = 0; i < n && st == SKEP_OK; i++) {
        if (skep_job_is_over(&jobs[i]) &&
            (double)(jobs[i].now_ms - jobs[i].put_ms) >= settings->older_s * 1000) {
            st = skep_job_forget(conn, keys, jobs[i].name, false, &err);
            n_forgotten += st == SKEP_OK;
            st = st == SKEP_EMPTY || st == SKEP_E_CONFLICT ? SKEP_OK : st; /* it has changed since */
        }
    }
    skep_free(jobs);
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    skep_say("%" PRIu64 " job%s of queue %s forgotten", n_forgotten, skep_words_plural(n_forgotten),
             keys->name);
    return SKEP_EXIT_OK;
}

static int forget_act(const void *settings_read, const struct skep_operands *names)
{
    const struct job_settings *settings = settings_read;
    struct skep_keys keys;
    struct skep_conn *conn;
    int exit_code;

    if ((names->n == 0) == (settings->older_s <= 0)) {
        skep_complain("job forget: give the names of jobs, or --older SECONDS");
        return SKEP_EXIT_USAGE;
    }
    exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &conn);
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    exit_code = names->n > 0 ? forget_named(settings, conn, &keys, names) : forget_old(settings, conn, &keys);
    skep_conn_free(conn);
    return exit_code;
}

/* ---- the rows ---- */

static const char *const ls_text[] = {
    "List the jobs of a queue: how many tasks each has announced, how many of them are in, what became of "
    "them, and "
    "its state. \"pushing\": records are missing, the push is under way or was broken off; \"running\"; "
    "\"done\"; "
    "\"failed\": over, and some tasks failed for good; \"cancelling\" and \"cancelled\"; \"uncounted\": a "
    "push "
    "without --job that is under way.",
    NULL,
};

static const char *const ls_examples[] = {
    "skep job ls -q sweep",
    "all jobs of the queue",
    "skep job ls -q sweep --json | jq -r 'select(.state == \"failed\").job'",
    "the names of those in which something failed",
    NULL,
};

static const struct skep_command job_ls = {
    .name = "ls",
    .summary = "list the jobs of a queue",
    .usage = "-q QUEUE [OPTION...]",
    .text = ls_text,
    .examples = ls_examples,
    .options = ls_options,
    .settings_bytes = sizeof(struct job_settings),
    .act = ls_act,
};

static const char *const forget_text[] = {
    "Forget the counts of jobs that are over, and how far their pushes were: the same name can then be used "
    "for "
    "something new. The results and the dead letters stay where they are. A server keeps about 200 bytes for "
    "each "
    "job until it is forgotten.",
    "A push that is repeated after its job was forgotten puts everything in anew.",
    "Exit codes: 0 forgotten; 1 a job is not there, or not over; 2 usage; 3 the server is out of reach or "
    "refused.",
    NULL,
};

static const char *const forget_examples[] = {
    "skep job forget -q sweep monday",  "one job", "skep job forget -q sweep --older 7d",
    "all that are over and a week old", NULL,
};

static const struct skep_command job_forget = {
    .name = "forget",
    .summary = "forget jobs that are over",
    .usage = "-q QUEUE [OPTION...] [NAME...]",
    .text = forget_text,
    .examples = forget_examples,
    .options = forget_options,
    .settings_bytes = sizeof(struct job_settings),
    .max_operands = SIZE_MAX,
    .act = forget_act,
};

static const struct skep_command *const job_commands[] = {&job_ls, &job_forget, NULL};

static const char *const job_text[] = {
    "A job is a push with a name, `skep push --job NAME`: it can be repeated, its tasks are counted, it can "
    "be "
    "waited for (`skep wait`) and cancelled (`skep cancel`). `skep status -q QUEUE --job NAME` shows one.",
    NULL,
};

static const char *const job_examples[] = {
    "skep job ls -q sweep",
    "all jobs of a queue, and how they stand",
    NULL,
};

const struct skep_command skep_command_job = {
    .name = "job",
    .summary = "list jobs, and forget them",
    .usage = "COMMAND -q QUEUE [OPTION...]",
    .text = job_text,
    .examples = job_examples,
    .subcommands = job_commands,
};
