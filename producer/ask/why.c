/* SPDX-License-Identifier: MIT */
/* skep why: the first condition that keeps a task, a job or a slot from running. */
#include "producer/ask/why.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "producer/ask/why_slot.h"
#include "producer/cli/connect.h"
#include "producer/commands.h"

enum { WHY_MAX_BYTES = 1024 * 1024, WHY_SLOTS = 40 };

struct why_settings {
    struct skep_connect_settings connect;
    const char *queue, *worker;
    bool is_task, is_json;
    int64_t max_records;
};

#define WHY_AT(member) .offset = offsetof(struct why_settings, member)

static const struct skep_option why_options[] = {
    SKEP_QUEUE_ROW(struct why_settings, queue),
    {.name = "worker",
     .kind = SKEP_OPT_TEXT,
     WHY_AT(worker),
     .value_name = "W",
     .help = "ask about the slot of this name instead, or all whose names begin so (a machine's name does)"},
    {.name = "task",
     .kind = SKEP_OPT_FLAG,
     WHY_AT(is_task),
     .help = "the name is a task's, even if there is a job of that name"},
    {.name = "max",
     .kind = SKEP_OPT_I64,
     WHY_AT(max_records),
     .default_text = "1000000",
     .least = 1,
     .most = 1e12,
     .value_name = "N",
     .help = "look through so many records at most"},
    {.name = "json", .kind = SKEP_OPT_FLAG, WHY_AT(is_json), .help = "print JSON: an object for each answer"},
    SKEP_CONNECT_ROWS(struct why_settings, connect),
    {.name = NULL},
};

/* One command under way. */
struct why_ask {
    const struct why_settings *settings;
    struct skep_why why;
    struct skep_server_facts facts;
    struct skep_finding findings[SKEP_FINDINGS_MAX];
    struct skep_buf buf;
    int exit_code;
};

static void why_write(struct why_ask *ask, const struct skep_why_answer *answer)
{
    if (ask->settings->is_json) {
        skep_why_write_json(&ask->buf, answer, ask->why.overview->keys.name);
    } else {
        skep_why_write_text(&ask->buf, answer);
    }
    if (strcmp(answer->condition, "not-found") == 0) {
        ask->exit_code = SKEP_EXIT_FAILED;
    }
}

/* ---- who is asked about ---- */

static void why_ask_slots(struct why_ask *ask, struct skep_why_answer *answer)
{
    const struct skep_overview *overview = ask->why.overview;
    const char *worker = ask->settings->worker;
    size_t n = 0;

    for (size_t i = 0; i < overview->n_slots; i++) {
        if (strncmp(overview->slots[i].status->worker, worker, strlen(worker)) != 0 || n++ >= WHY_SLOTS) {
            continue;
        }
        skep_why_answer_release(answer);
        skep_why_answer_init(answer);
        skep_why_slot(&ask->why, &overview->slots[i], answer);
        why_write(ask, answer);
    }
    if (n > WHY_SLOTS && !ask->settings->is_json) {
        skep_buf_printf(&ask->buf, "and %zu more slots\n", n - WHY_SLOTS);
    }
    if (n == 0) {
        skep_why_set_subject(answer, "slot %s", worker);
        skep_why_set(answer, SKEP_WHY_NOT_FOUND,
                     "no slot that works on queue %s has a name that begins so: it has left, was declared "
                     "dead (%" PRId64 " were), or never came",
                     overview->keys.name, overview->status.stat.reaped);
        skep_why_set_help(answer, "`skep status -q %s` lists its slots", overview->keys.name);
        why_write(ask, answer);
    }
}

static skep_status why_ask_name(struct why_ask *ask, const char *name, struct skep_why_answer *answer,
                                struct skep_error *err)
{
    struct skep_job job = {0};
    skep_status st = SKEP_OK;

    if (!ask->settings->is_task) {
        st = skep_job_read(ask->why.conn, &ask->why.overview->keys, name, &job, err);
    }
    if (st == SKEP_OK && skep_job_is_known(&job)) {
        st = skep_why_job(&ask->why, &job, answer, err);
    } else if (st == SKEP_OK) {
        st = skep_why_task(&ask->why, name, answer, err);
    }
    if (st == SKEP_OK) {
        why_write(ask, answer);
    }
    return st;
}

/* ---- the command ---- */

static skep_status why_answer(struct why_ask *ask, const struct skep_keys *keys, const char *name,
                              struct skep_error *err)
{
    struct skep_overview *overview = skep_calloc(1, sizeof *overview);
    struct skep_why_answer answer;
    skep_status st;

    if (overview == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for an answer");
    }
    skep_why_answer_init(&answer);
    st = skep_server_facts_read(ask->why.conn, &ask->facts, err);
    if (st == SKEP_OK) {
        st = skep_overview_read(ask->why.conn, keys, SKEP_OVERVIEW_INFOS | SKEP_OVERVIEW_JOBS, NULL, overview,
                                err);
    }
    if (st == SKEP_OK) {
        ask->why.overview = overview;
        ask->why.facts = &ask->facts;
        ask->why.findings = ask->findings;
        ask->why.n_findings = skep_findings(overview, &ask->facts, ask->findings);
        if (ask->settings->worker != NULL) {
            why_ask_slots(ask, &answer);
        } else {
            st = why_ask_name(ask, name, &answer, err);
        }
    }
    skep_why_answer_release(&answer);
    skep_overview_release(overview);
    skep_free(overview);
    return st;
}

static int why_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct why_settings *settings = settings_read;
    struct why_ask ask = {.settings = settings, .exit_code = SKEP_EXIT_OK};
    struct skep_error err = {0};
    struct skep_keys keys;
    skep_status st;
    int exit_code;

    if ((settings->worker == NULL) == (operands->n == 0)) {
        skep_complain("name one task or one job, or --worker: `skep why -q QUEUE NAME`");
        return SKEP_EXIT_USAGE;
    }
    exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &ask.why.conn);
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    ask.why.max_records = settings->max_records;
    ask.why.is_quiet = settings->is_json || isatty(STDERR_FILENO) != 1;
    skep_buf_init(&ask.buf, WHY_MAX_BYTES);
    st = why_answer(&ask, &keys, operands->n > 0 ? operands->items[0] : NULL, &err);
    skep_conn_free(ask.why.conn);
    if (st != SKEP_OK) {
        skep_buf_release(&ask.buf);
        return st == SKEP_STOPPED ? SKEP_EXIT_INTERRUPTED : skep_complain_error(st, &err);
    }
    exit_code = skep_print_buf(&ask.buf);
    return exit_code != SKEP_EXIT_OK ? exit_code : ask.exit_code;
}

static const char *const why_text[] = {
    "Say the first condition that keeps a task, a job or a slot from running, with the facts, and what "
    "helps.",
    "NAME is a job's name, a task's id, or JOB:INDEX for one task of a sweep. A task is looked for in what "
    "workers hold, what is suspect, delayed, waits, is dead, and in the results, in pieces of 1000 records: "
    "that takes as long as the queue is, up to --max.",
    "Of what keeps all of a queue: read-only, save-broken, paused, results-full, no-workers, held-up, "
    "stalled "
    "(as `skep status` has them). Of a task: cancelled, expired, delayed, bad-record, no-kernel, no-root, "
    "suspect, queued; held, running, slot-overdue, slot-stopped, silent where a worker has it; dead, failed, "
    "done, not-found. Of a job also pushing and uncounted; of a slot idle.",
    "With --json: queue, subject, condition (one of these words), words, help, facts (names and texts, for "
    "people).",
    "Exit code 1: there is no such task, job or slot.",
    NULL,
};

static const char *const why_examples[] = {
    "skep why -q sweep t17",
    "a task by its id",
    "skep why -q sweep te:4711",
    "index 4711 of the sweep te",
    "skep why -q sweep monday",
    "a job",
    "skep why -q sweep --worker node17",
    "every slot of a machine",
    NULL,
};

const struct skep_command skep_command_why = {
    .name = "why",
    .summary = "what keeps a task, a job or a worker from running",
    .usage = "[-q QUEUE] (NAME | --worker W) [OPTION...]",
    .text = why_text,
    .examples = why_examples,
    .options = why_options,
    .settings_bytes = sizeof(struct why_settings),
    .max_operands = 1,
    .act = why_act,
};
