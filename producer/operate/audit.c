/* SPDX-License-Identifier: MIT */
/* skep audit: every task that was ever taken is accounted for, and the numbers say how. */
#include <inttypes.h>
#include <string.h>

#include "producer/cli/command.h"
#include "producer/commands.h"
#include "producer/cli/connect.h"
#include "producer/cli/words.h"
#include "queue/admin.h"
#include "task/json.h"

enum { AUDIT_MAX_BYTES = 64 * 1024 };

struct audit_settings {
    struct skep_connect_settings connect;
    const char *queue;
    bool is_json;
};

static const struct skep_option audit_options[] = {
    SKEP_QUEUE_ROW(struct audit_settings, queue),
    {.name = "json",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct audit_settings, is_json),
     .help = "print a JSON object"},
    SKEP_CONNECT_ROWS(struct audit_settings, connect),
    {.name = NULL},
};

/* What became of the tasks that were taken, in the order of the sum. */
struct audit_entry {
    const char *name;
    const char *sign;
    const char *help;
    int64_t number;
};

enum { AUDIT_N_ENTRIES = 8 };

static void audit_make(const struct skep_queue_status *status, struct audit_entry entries[AUDIT_N_ENTRIES])
{
    const struct skep_stat *stat = &status->stat;
    const struct audit_entry made[AUDIT_N_ENTRIES] = {
        {"taken", " ", "by workers, each time that a task was", stat->taken},
        {"held", "=", "in the hands of workers now", status->n_held},
        {"done", "+", "succeeded", stat->done},
        {"retried", "+", "failed, and put back to be tried again", stat->retried},
        {"dead", "+", "failed for good", stat->dead},
        {"cancelled", "+", "dropped, because somebody cancelled them", stat->cancelled},
        {"given_back", "+", "put back unfinished by a worker that stopped", stat->given_back},
        {"crash_moved", "+", "put back from the hands of a worker that died", stat->crash_moved},
    };

    memcpy(entries, made, sizeof made);
}

static void audit_write_text(struct skep_buf *buf, const char *queue, const struct audit_entry *entries,
                             int64_t difference)
{
    char number[SKEP_WORDS_BYTES];

    skep_buf_printf(buf, "queue %s\n", queue);
    for (size_t i = 0; i < AUDIT_N_ENTRIES; i++) {
        skep_buf_printf(buf, "%s %14s %-12s %s\n", entries[i].sign,
                        skep_words_number(entries[i].number, number), entries[i].name, entries[i].help);
    }
    if (difference == 0) {
        skep_buf_add_text(buf, "the books balance\n");
    } else {
        skep_buf_printf(buf, "the books do not balance: %s task%s %s\n",
                        skep_words_number(difference > 0 ? difference : -difference, number),
                        skep_words_plural((uint64_t)(difference > 0 ? difference : -difference)),
                        difference > 0 ? "unaccounted for" : "more than were taken");
    }
}

static void audit_write_json(struct skep_buf *buf, const char *queue, const struct audit_entry *entries,
                             int64_t difference)
{
    skep_buf_add_char(buf, '{');
    skep_json_add_key(buf, "queue");
    skep_json_add_text(buf, queue, strlen(queue));
    for (size_t i = 0; i < AUDIT_N_ENTRIES; i++) {
        skep_json_add_key(buf, entries[i].name);
        skep_buf_add_i64(buf, entries[i].number);
    }
    skep_json_add_key(buf, "difference");
    skep_buf_add_i64(buf, difference);
    skep_buf_add_text(buf, "}\n");
}

static int audit_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct audit_settings *settings = settings_read;
    struct audit_entry entries[AUDIT_N_ENTRIES];
    struct skep_queue_status status;
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_buf buf;
    struct skep_error err = {0};
    int64_t difference;
    skep_status st;
    int exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &conn);

    (void)operands;
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    st = skep_queue_status_read(conn, &keys, &status, &err);
    skep_conn_free(conn);
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    audit_make(&status, entries);
    difference = skep_queue_audit(&status);
    skep_queue_status_release(&status);
    skep_buf_init(&buf, AUDIT_MAX_BYTES);
    (settings->is_json ? audit_write_json : audit_write_text)(&buf, keys.name, entries, difference);
    exit_code = skep_print_buf(&buf);
    return exit_code == SKEP_EXIT_OK && difference != 0 ? SKEP_EXIT_FAILED : exit_code;
}

static const char *const audit_text[] = {
    "Show the books of a queue: every task that was ever taken by a worker is held, done, to be tried "
    "again, dead or back in the queue. The numbers are from one instant and balance at any instant.",
    "Exit codes: 0 the books balance; 1 they do not: something else writes to the queue's keys, or the "
    "server lost part of its memory; 2 usage; 3 the server is out of reach or refused.",
    NULL,
};

static const char *const audit_examples[] = {
    "skep audit -q sweep",
    "at any moment, also while workers run",
    NULL,
};

const struct skep_command skep_command_audit = {
    .name = "audit",
    .summary = "show that no task was lost",
    .usage = "-q QUEUE [OPTION...]",
    .text = audit_text,
    .examples = audit_examples,
    .options = audit_options,
    .settings_bytes = sizeof(struct audit_settings),
    .act = audit_act,
};
