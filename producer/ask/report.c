/* SPDX-License-Identifier: MIT */
/* skep report: how well a job has used its slots, and where its time went. */
#include <stdio.h>
#include <string.h>

#include "producer/ask/report_view.h"
#include "producer/cli/command.h"
#include "producer/cli/connect.h"
#include "producer/commands.h"

enum { REPORT_MAX_BYTES = 1 << 20 };

struct report_settings {
    struct skep_connect_settings connect;
    const char *queue;
    bool is_json;
};

static const struct skep_option report_options[] = {
    SKEP_QUEUE_ROW(struct report_settings, queue),
    {.name = "json",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct report_settings, is_json),
     .help = "print one JSON object; what is not known is null"},
    SKEP_CONNECT_ROWS(struct report_settings, connect),
    {.name = NULL},
};

/* All that the server knows of it. */
struct report_facts {
    struct skep_job job;
    struct skep_report_account account;
    struct skep_report_slow slowest[SKEP_ACCOUNT_SLOWEST];
    size_t n_slowest;
};

static skep_status report_read_slowest(struct skep_conn *conn, const struct skep_keys *keys, const char *name,
                                       struct report_facts *facts, struct skep_error *err)
{
    struct skep_account_slow slowest[SKEP_ACCOUNT_SLOWEST];
    skep_status st = skep_account_read_slowest(conn, keys, name, slowest, &facts->n_slowest, err);

    for (size_t i = 0; st == SKEP_OK && i < facts->n_slowest; i++) {
        facts->slowest[i].seconds = slowest[i].seconds;
        snprintf(facts->slowest[i].what, sizeof facts->slowest[i].what, "%s", slowest[i].what);
    }
    return st;
}

static skep_status report_read(struct skep_conn *conn, const struct skep_keys *keys, const char *name,
                               struct report_facts *facts, struct skep_error *err)
{
    skep_status st = skep_job_read(conn, keys, name, &facts->job, err);

    if (st == SKEP_OK) {
        st = skep_account_read(conn, keys, name, skep_report_take, &facts->account, err);
    }
    return st == SKEP_OK ? report_read_slowest(conn, keys, name, facts, err) : st;
}

/* Why there is nothing to tell. */
static int report_complain(const struct report_facts *facts, const char *queue, const char *name)
{
    if (!skep_job_is_known(&facts->job)) {
        skep_complain("queue %s knows no job \"%.200s\"; `skep job ls -q %s` lists them", queue, name, queue);
    } else if (!facts->job.is_announced) {
        skep_complain("job %.200s was not announced, so what its tasks use is not counted: push it with "
                      "`skep push --job NAME`",
                      name);
    } else if (skep_job_over(&facts->job) > 0) {
        skep_complain("what the tasks of job %.200s have used is not known: they were dropped, or ended "
                      "before workers counted it",
                      name);
    } else {
        skep_complain("job %.200s: none of its tasks has ended yet; `skep why -q %s %.200s` says what it "
                      "waits for",
                      name, queue, name);
    }
    return SKEP_EXIT_FAILED;
}

static int report_write(const struct report_settings *settings, const struct report_facts *facts,
                        const char *queue, const char *name)
{
    struct skep_report report;
    const struct skep_report_view view = {
        .queue = queue,
        .job = &facts->job,
        .account = &facts->account,
        .report = &report,
        .slowest = facts->slowest,
        .n_slowest = facts->n_slowest,
    };
    struct skep_buf buf;

    if (!skep_report_make(&facts->account, facts->n_slowest > 0 ? facts->slowest[0].seconds : 0, &report)) {
        return report_complain(facts, queue, name);
    }
    skep_buf_init(&buf, REPORT_MAX_BYTES);
    (settings->is_json ? skep_report_write_json : skep_report_write_text)(&buf, &view);
    return skep_print_buf(&buf);
}

static int report_act(const void *settings_read, const struct skep_operands *names)
{
    const struct report_settings *settings = settings_read;
    struct report_facts facts = {0};
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_error err = {0};
    skep_status st;
    int exit_code;

    if (names->n != 1) {
        skep_complain("report: which job? `skep job ls -q QUEUE` lists them");
        return SKEP_EXIT_USAGE;
    }
    exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &conn);
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    st = report_read(conn, &keys, names->items[0], &facts, &err);
    skep_conn_free(conn);
    return st == SKEP_OK ? report_write(settings, &facts, keys.name, names->items[0])
                         : skep_complain_error(st, &err);
}

static const char *const report_text[] = {
    "Say how well a job has used its slots so far: efficiency (the part of the time of its slots, from the "
    "first beginning to the last end, in which they were busy with it), the serial fraction that Karp and "
    "Flatt's formula gives for that, where the time went, what an attempt takes, its slowest tasks, what "
    "twice the slots would give, and how many to add where they are used above 60 % for long.",
    "One slot would take about as long as all slots were busy together; that is what the speed-up is "
    "measured "
    "against. A slot that was started anew meanwhile counts as another one. wait holds the end, too, when "
    "some slots have nothing left to do: smaller tasks, or the longest ones first, make it shorter.",
    "Of jobs that were announced: a sweep, or `skep push --job NAME`. The account goes with the job when "
    "that "
    "is forgotten.",
    "Exit codes: 0 told; 1 nothing is known of the job, and why; 2 usage; 3 the server is out of reach or "
    "refused.",
    NULL,
};

static const char *const report_examples[] = {
    "skep report -q sweep monday",
    "how did it go?",
    "skep report -q sweep monday --json | jq .efficiency",
    "for scripts",
    NULL,
};

const struct skep_command skep_command_report = {
    .name = "report",
    .summary = "how well a job used its slots, and where its time went",
    .usage = "-q QUEUE JOB [OPTION...]",
    .text = report_text,
    .examples = report_examples,
    .options = report_options,
    .settings_bytes = sizeof(struct report_settings),
    .max_operands = 1,
    .act = report_act,
};
