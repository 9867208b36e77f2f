/* SPDX-License-Identifier: MIT */
/* skep dead export: all letters, for programs: as tasks that can be pushed again, or with all that is known.
 * Then nothing of a record is lost: what is no JSON goes as base64. */
#include <inttypes.h>
#include <unistd.h>

#include "producer/dead/dead.h"
#include "producer/dead/letter_json.h"

static const struct skep_option export_options[] = {
    SKEP_QUEUE_ROW(struct skep_dead_settings, queue),
    {.name = "why",
     .kind = SKEP_OPT_FLAG,
     SKEP_DEAD_AT(is_why),
     .help = "JSON objects that tell everything of a letter, with the record in them"},
    SKEP_CONNECT_ROWS(struct skep_dead_settings, connect),
    {.name = NULL},
};

struct export
{
    bool is_why;
    uint64_t n_left_out;
    struct skep_letter_json json;
};

static skep_status export_visit(void *context, const struct skep_letter *letter, struct skep_error *err)
{
    struct export *export = context;

    skep_buf_reset(&export->json.line);
    if (export->is_why) {
        skep_letter_json_add(&export->json, letter);
    } else if (skep_letter_json_add_record(&export->json, &letter->record)) {
        skep_buf_add_char(&export->json.line, '\n');
    } else {
        export->n_left_out++;
        return SKEP_OK;
    }
    if (skep_buf_failed(&export->json.line)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a record of %zu bytes", letter->record.n);
    }
    return skep_print(export->json.line.bytes, export->json.line.length) == SKEP_EXIT_OK ? SKEP_OK
                                                                                         : SKEP_STOPPED;
}

static int export_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct skep_dead_settings *settings = settings_read;
    struct export export = {.is_why = settings->is_why};
    struct skep_letters letters = {.is_quiet = isatty(STDOUT_FILENO) == 1};
    struct skep_keys keys;
    struct skep_error err = {0};
    skep_status st;
    int exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &letters.conn);

    (void)operands;
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    skep_letter_json_init(&export.json);
    letters.keys = &keys;
    st = skep_letters_walk(&letters, export_visit, &export, &err);
    skep_conn_free(letters.conn);
    skep_letter_json_release(&export.json);
    if (st != SKEP_OK) {
        return skep_letters_exit(st, &err);
    }
    if (export.n_left_out > 0) {
        skep_complain("%" PRIu64 " record%s no JSON and cannot be pushed: `skep dead export --why` has %s",
                      export.n_left_out, export.n_left_out == 1 ? " is" : "s are",
                      export.n_left_out == 1 ? "it" : "them");
        return SKEP_EXIT_FAILED;
    }
    return SKEP_EXIT_OK;
}

static const char *const export_text[] = {
    "Print the records of all dead letters, oldest first, a line each: a file that `skep push` takes as it "
    "stands. Records that are no JSON are left out, and the exit code is 1. Nothing is removed.",
    "A task that draws random numbers draws others when it is pushed from such a file, unless it has a seed "
    "of its own: its place in the file has changed. `skep dead requeue` keeps it.",
    "With --why each line is an object: id, index, kernel, cause, message, at_ms, attempts, and record, the "
    "task as it was put. A record that is no JSON is in record_base64 instead.",
    NULL,
};

static const char *const export_examples[] = {
    "skep dead export -q sweep > again.jsonl",
    "the tasks, to be edited and pushed again",
    "skep dead export -q sweep --why | jq -r .message | sort | uniq -c",
    "count by message",
    NULL,
};

const struct skep_command skep_dead_export = {
    .name = "export",
    .summary = "the records of all dead letters, to be pushed again",
    .usage = "-q QUEUE [--why] [OPTION...]",
    .text = export_text,
    .examples = export_examples,
    .options = export_options,
    .settings_bytes = sizeof(struct skep_dead_settings),
    .act = export_act,
};
