/* SPDX-License-Identifier: MIT */
#include "producer/ask/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "producer/cli/command.h"
#include "producer/cli/stop.h"
#include "producer/cli/words.h"
#include "producer/commands.h"

enum { EVIDENCE_ROW_BYTES = 2048, EVIDENCE_CLEAN_MARGIN = 4096 };

#define AT(field) offsetof(struct skep_evidence_settings, field)
static const struct skep_option evidence_options[] = {
    SKEP_QUEUE_ROW(struct skep_evidence_settings, queue),
    {.name = "out",
     .letter = 'o',
     .kind = SKEP_OPT_TEXT,
     .offset = AT(out),
     .value_name = "FILE",
     .help = "write to FILE, which only you can read, instead of standard output"},
    {.name = "max",
     .kind = SKEP_OPT_I64,
     .offset = AT(max_records),
     .default_text = "1000000",
     .least = 0,
     .most = 1e15,
     .value_name = "N",
     .help = "look through so many records for the task; all that is cheap to ask is told in any case"},
    SKEP_CONNECT_ROWS(struct skep_evidence_settings, connect),
    {.name = NULL},
};
#undef AT

/* ---- writing ---- */

void skep_evidence_add_section(struct skep_evidence *evidence, const char *title)
{
    skep_buf_printf(&evidence->text, "\n== %s ==\n", title);
}

void skep_evidence_add_row(struct skep_evidence *evidence, const char *name, const char *format, ...)
{
    char words[EVIDENCE_ROW_BYTES];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    skep_buf_printf(&evidence->text, "%-16s ", name);
    skep_evidence_add_strange(evidence, words, strlen(words));
    skep_buf_add_char(&evidence->text, '\n');
}

skep_status skep_evidence_forgive(struct skep_evidence *evidence, skep_status st,
                                  const struct skep_error *own, struct skep_error *err)
{
    if (st == SKEP_OK) {
        return SKEP_OK;
    }
    if (st == SKEP_E_REFUSED) {
        skep_evidence_add_row(evidence, "not known", "%s", skep_error_text(own, st));
        return SKEP_OK;
    }
    return st == SKEP_STOPPED ? st : skep_error_set(err, st, "%s", skep_error_text(own, st));
}

/* Secrets are looked for in more than is shown, so that none is cut in half. */
void skep_evidence_add_strange(struct skep_evidence *evidence, const char *bytes, size_t n)
{
    size_t most = SKEP_EVIDENCE_PIECE_BYTES + EVIDENCE_CLEAN_MARGIN;
    struct skep_buf clean;

    skep_buf_init(&clean, SKEP_EVIDENCE_BYTES);
    skep_secrets_add(&evidence->secrets, &clean, bytes, n < most ? n : most);
    if (skep_buf_failed(&clean)) {
        evidence->text.failed = true; /* rather nothing than something with secrets in it */
    } else {
        skep_words_add_harmless(&evidence->text, clean.bytes != NULL ? clean.bytes : "", clean.length,
                                SKEP_EVIDENCE_PIECE_BYTES);
    }
    skep_buf_release(&clean);
}

/* ---- the order of things ---- */

static void evidence_add_head(struct skep_evidence *evidence, const char *task)
{
    char at[SKEP_TIME_TEXT_BYTES];

    skep_buf_add_text(&evidence->text, "evidence of task ");
    skep_evidence_add_strange(evidence, task, strlen(task));
    skep_buf_printf(&evidence->text, " of queue %s\n", evidence->keys.name);
    skep_evidence_add_row(evidence, "made", "%s by skep %s", skep_time_format(skep_wall_ms(), at, sizeof at),
                          SKEP_VERSION);
    skep_evidence_add_row(evidence, "server", "%s", skep_conn_server_text(evidence->conn));
    skep_buf_add_text(
        &evidence->text,
        "What is known to be secret, or looks like it, was left out: read it all the same before you "
        "hand it on.\n");
}

static skep_status evidence_read(struct skep_evidence *evidence, struct skep_error *err)
{
    skep_status st;

    evidence->overview = skep_calloc(1, sizeof *evidence->overview);
    if (evidence->overview == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for what is known of the queue");
    }
    st = skep_server_facts_read(evidence->conn, &evidence->facts, err);
    if (st == SKEP_OK) {
        st = skep_overview_read(evidence->conn, &evidence->keys, SKEP_OVERVIEW_ALL, NULL, evidence->overview,
                                err);
    }
    return st;
}

static skep_status evidence_write(struct skep_evidence *evidence, const char *task, struct skep_error *err)
{
    skep_status st = evidence_read(evidence, err);

    if (st != SKEP_OK) {
        return st;
    }
    evidence_add_head(evidence, task);
    st = skep_evidence_add_task(evidence, err);
    if (st == SKEP_OK) {
        st = skep_evidence_add_why(evidence, err);
    }
    if (st == SKEP_OK) {
        skep_evidence_add_findings(evidence);
        st = skep_evidence_add_logs(evidence, err);
    }
    if (st == SKEP_OK) {
        st = skep_evidence_add_job(evidence, err);
    }
    skep_evidence_add_queue(evidence);
    skep_evidence_add_workers(evidence);
    skep_evidence_add_server(evidence);
    skep_evidence_add_here(evidence);
    skep_buf_printf(&evidence->text, "\n== end: %zu secret%s left out ==\n", evidence->secrets.n_removed,
                    skep_words_plural(evidence->secrets.n_removed));
    return st;
}

static void evidence_release(struct skep_evidence *evidence)
{
    if (evidence->overview != NULL) {
        skep_overview_release(evidence->overview);
        skep_free(evidence->overview);
    }
    skep_secrets_release(&evidence->secrets);
    skep_buf_release(&evidence->text);
    skep_conn_free(evidence->conn);
}

/* ---- the command ---- */

static int evidence_store(struct skep_buf *text, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    size_t at = 0;
    ssize_t n = fd < 0 ? -1 : 1;

    while (n > 0 && at < text->length) {
        n = write(fd, text->bytes + at, text->length - at);
        at += n > 0 ? (size_t)n : 0;
    }
    if (n < 0 || fchmod(fd, 0600) != 0 || close(fd) != 0) {
        skep_complain("%.400s: %s", path, strerror(errno));
        return SKEP_EXIT_SERVER;
    }
    skep_say("evidence in %.400s: read it before you hand it on", path);
    return SKEP_EXIT_OK;
}

/* The text goes out, whatever became of the search. */
static int evidence_show(struct skep_evidence *evidence, const char *task)
{
    const struct skep_evidence_settings *settings = evidence->settings;
    int shown;

    if (skep_buf_failed(&evidence->text)) {
        skep_complain("no memory for what was to be written");
        return SKEP_EXIT_SERVER;
    }
    shown = settings->out != NULL ? evidence_store(&evidence->text, settings->out)
                                  : skep_print(evidence->text.bytes, evidence->text.length);
    if (shown != SKEP_EXIT_OK || evidence->n_hits > 0) {
        return shown;
    }
    if (evidence->is_blind) {
        skep_complain(
            "this user may not look for tasks (`skep doctor --role monitor`); what else is known is told");
        return SKEP_EXIT_SERVER;
    }
    skep_complain("queue %s has no task %.256s%s; what is known of the queue is told", evidence->keys.name,
                  task, evidence->search.is_cut ? " in what was looked through (--max)" : "");
    return SKEP_EXIT_FAILED;
}

static int evidence_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct skep_evidence_settings *settings = settings_read;
    struct skep_evidence evidence = {.settings = settings};
    struct skep_error err = {0};
    skep_status st;
    int exit_code;

    if (operands->n != 1) {
        skep_complain("evidence of which task? Give its id, or JOB:INDEX");
        return SKEP_EXIT_USAGE;
    }
    exit_code = skep_connect_queue(&settings->connect, settings->queue, &evidence.keys, &evidence.conn);
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    skep_buf_init(&evidence.text, SKEP_EVIDENCE_BYTES);
    skep_task_wanted_read(&evidence.wanted, operands->items[0]);
    st = skep_secrets_collect(&evidence.secrets, &settings->connect.server, &err);
    if (st == SKEP_OK) {
        st = evidence_write(&evidence, operands->items[0], &err);
    }
    exit_code = st == SKEP_OK        ? evidence_show(&evidence, operands->items[0])
                : st == SKEP_STOPPED ? SKEP_EXIT_INTERRUPTED
                                     : skep_complain_error(st, &err);
    evidence_release(&evidence);
    return exit_code;
}

static const char *const evidence_text[] = {
    "Gather all that is known of one task into one text, to attach to a report: its record and where it is, "
    "its "
    "history and dead letter, what keeps it from running, its result if that waits, what it printed, the "
    "account of its job, what is "
    "wrong with "
    "the queue, what the workers tell of themselves, the server, the versions and this machine.",
    "TASK is an id, or JOB:INDEX. Nothing in Redis leads from a name to a task: everything is looked "
    "through, in "
    "pieces, up to --max records. A task that is over, and whose result was taken, is nowhere.",
    "Passwords in URLs, values of names like PASSWORD, TOKEN, SECRET or KEY, and what is known to be secret "
    "here are "
    "left out. The rest of the record is shown as it is. What is not printable is shown as \\xHH; the text "
    "has at "
    "most a megabyte. Exit code 1: the task was not found, and all else is told.",
    NULL,
};

static const char *const evidence_examples[] = {
    "skep evidence -q sweep t17 -o t17.txt",
    "everything about task t17, in a file",
    "skep evidence -q sweep monday:4711",
    "of the task at index 4711 of the job monday",
    NULL,
};

const struct skep_command skep_command_evidence = {
    .name = "evidence",
    .summary = "all that is known of a task, as one text without secrets",
    .usage = "-q QUEUE TASK [-o FILE] [OPTION...]",
    .text = evidence_text,
    .examples = evidence_examples,
    .options = evidence_options,
    .settings_bytes = sizeof(struct skep_evidence_settings),
    .max_operands = 1,
    .act = evidence_act,
};
