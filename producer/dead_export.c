/* SPDX-License-Identifier: MIT */
/* skep dead export: all letters, for programs: as tasks that can be pushed again, or with all that is known.
 * Then nothing of a record is lost: what is no JSON goes as base64. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "producer/dead.h"
#include "producer/letter.h"
#include "task/json.h"

enum {
    EXPORT_PARSE_BYTES = 1024 * 1024, /* a larger record is not looked at: it goes as base64 */
    EXPORT_ARENA_BYTES = 256 * 1024 * 1024,
    EXPORT_LINE_BYTES = 1024 * 1024 * 1024
};

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
    struct skep_arena arena;
    struct skep_buf line;
};

static void export_add_base64(struct skep_buf *buf, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    skep_buf_add_char(buf, '"');
    for (size_t i = 0; i < n; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16 | (i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (i + 2 < n ? bytes[i + 2] : 0);
        skep_buf_add_char(buf, digits[group >> 18]);
        skep_buf_add_char(buf, digits[group >> 12 & 63]);
        skep_buf_add_char(buf, i + 1 < n ? digits[group >> 6 & 63] : '=');
        skep_buf_add_char(buf, i + 2 < n ? digits[group & 63] : '=');
    }
    skep_buf_add_char(buf, '"');
}

/* The record as JSON on one line; false when it is none. */
static bool export_add_json(struct export *export, const struct skep_bytes *record)
{
    const struct skep_limits limits = {.record_bytes = EXPORT_PARSE_BYTES, .depth = 1000};
    const struct skep_node *node;

    skep_arena_reset(&export->arena, EXPORT_PARSE_BYTES);
    if (record->n > EXPORT_PARSE_BYTES ||
        skep_json_parse(record->bytes, record->n, &limits, &export->arena, &node, NULL) != SKEP_OK) {
        return false;
    }
    if (memchr(record->bytes, '\n', record->n) == NULL && memchr(record->bytes, '\r', record->n) == NULL) {
        skep_buf_add(&export->line, record->bytes, record->n);
    } else {
        skep_json_add_node(&export->line, node);
    }
    return true;
}

static void export_add_text(struct skep_buf *buf, const char *name, const char *text)
{
    skep_json_add_key(buf, name);
    if (text != NULL) {
        skep_json_add_text(buf, text, strlen(text));
    } else {
        skep_buf_add_text(buf, "null");
    }
}

static void export_add_i64(struct skep_buf *buf, const char *name, int64_t number)
{
    skep_json_add_key(buf, name);
    skep_buf_add_i64(buf, number);
}

static void export_add_events(struct skep_buf *buf, const struct skep_header *header)
{
    skep_json_add_key(buf, "attempts");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < header->n_events; i++) {
        const struct skep_header_event *event = &header->events[i];
        skep_buf_add_text(buf, i > 0 ? ",{" : "{");
        export_add_i64(buf, "attempt", event->attempt);
        export_add_i64(buf, "at_ms", event->at_ms);
        export_add_text(buf, "cause", event->cause);
        export_add_text(buf, "worker", event->worker);
        export_add_text(buf, "message", event->message);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
}

static void export_add_letter(struct export *export, const struct skep_letter *letter)
{
    const struct skep_header *header = &letter->header;
    struct skep_buf *line = &export->line;
    size_t before;

    skep_buf_add_char(line, '{');
    export_add_text(line, "id", header->id);
    if (header->has_index) {
        skep_json_add_key(line, "index");
        skep_json_add_u64(line, header->index);
    }
    export_add_text(line, "kernel", header->kernel);
    export_add_text(line, "cause", header->cause);
    export_add_text(line, "message", letter->message);
    export_add_i64(line, "at_ms", header->at_ms);
    export_add_events(line, header);
    before = line->length;
    skep_json_add_key(line, "record");
    if (!export_add_json(export, &letter->record)) {
        line->length = before;
        skep_json_add_key(line, "record_base64");
        export_add_base64(line, (const unsigned char *)letter->record.bytes, letter->record.n);
    }
    skep_buf_add_text(line, "}\n");
}

static skep_status export_visit(void *context, const struct skep_letter *letter, struct skep_error *err)
{
    struct export *export = context;

    skep_buf_reset(&export->line);
    if (export->is_why) {
        export_add_letter(export, letter);
    } else if (export_add_json(export, &letter->record)) {
        skep_buf_add_char(&export->line, '\n');
    } else {
        export->n_left_out++;
        return SKEP_OK;
    }
    if (skep_buf_failed(&export->line)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a record of %zu bytes", letter->record.n);
    }
    return skep_print(export->line.bytes, export->line.length) == SKEP_EXIT_OK ? SKEP_OK : SKEP_STOPPED;
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
    skep_arena_init(&export.arena, EXPORT_ARENA_BYTES);
    skep_buf_init(&export.line, EXPORT_LINE_BYTES);
    letters.keys = &keys;
    st = skep_letters_walk(&letters, export_visit, &export, &err);
    skep_conn_free(letters.conn);
    skep_arena_release(&export.arena);
    skep_buf_release(&export.line);
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
