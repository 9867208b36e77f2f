/* SPDX-License-Identifier: MIT */
/* skep dead show: single letters, for people. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "producer/dead/causes.h"
#include "producer/dead/dead.h"
#include "producer/dead/letter_find.h"
#include "producer/cli/words.h"

enum { SHOW_TEXT_BYTES = 1024 * 1024, SHOW_RECORD_BYTES = 64 * 1024 };

static const struct skep_option show_options[] = {
    SKEP_QUEUE_ROW(struct skep_dead_settings, queue),
    {.name = "raw",
     .kind = SKEP_OPT_FLAG,
     SKEP_DEAD_AT(is_raw),
     .help = "the bytes of the record alone, as they came: for a file, not for a terminal"},
    SKEP_CONNECT_ROWS(struct skep_dead_settings, connect),
    {.name = NULL},
};

struct show {
    const char *id;
    const char *queue;
    bool is_first;
    bool is_raw;
};

static void show_add(struct skep_buf *buf, const char *text)
{
    text = text != NULL ? text : "-";
    skep_words_add_harmless(buf, text, strlen(text), SHOW_RECORD_BYTES);
}

static void show_add_row(struct skep_buf *buf, const char *name, const char *text)
{
    skep_buf_printf(buf, "%-9s ", name);
    show_add(buf, text);
    skep_buf_add_char(buf, '\n');
}

static void show_add_cause(struct skep_buf *buf, const struct skep_letter *letter)
{
    const struct skep_cause *cause = skep_cause_find(letter->header.cause);

    skep_buf_printf(buf, "%-9s ", "cause");
    show_add(buf, letter->header.cause);
    if (cause != NULL) {
        skep_buf_printf(buf, ": %s", skep_status_text(cause->status));
    }
    skep_buf_add_char(buf, '\n');
    if (letter->message[0] != '\0') {
        show_add_row(buf, "message", letter->message);
    }
    if (cause != NULL) {
        skep_buf_printf(buf, "%-9s %s\n", "to do", cause->advice);
    }
}

/* A worker is named host:pid:start:random. */
static void show_add_event(struct skep_buf *buf, const struct skep_header_event *event)
{
    char at[SKEP_TIME_TEXT_BYTES];
    size_t host_n = strcspn(event->worker, ":");

    skep_buf_printf(buf, "attempt %u ", event->attempt);
    skep_buf_printf(buf, "%s  ", event->at_ms > 0 ? skep_time_format(event->at_ms, at, sizeof at) : "-");
    show_add(buf, event->cause);
    skep_buf_add_text(buf, " on ");
    skep_words_add_harmless(buf, event->worker, host_n, SHOW_RECORD_BYTES);
    if (event->worker[host_n] == ':') {
        skep_buf_add_text(buf, ", worker ");
        show_add(buf, event->worker);
    }
    skep_buf_add_text(buf, "\n          ");
    show_add(buf, event->message);
    skep_buf_add_char(buf, '\n');
}

static void show_add_command(struct skep_buf *buf, const char *name, const char *command, const char *queue,
                             const char *id)
{
    skep_buf_printf(buf, "%-9s skep %s -q %s ", name, command, queue);
    skep_words_add_shell(buf, id);
    skep_buf_add_char(buf, '\n');
}

static void show_write(struct skep_buf *buf, const struct skep_letter *letter, const char *queue)
{
    const struct skep_header *header = &letter->header;
    char at[SKEP_TIME_TEXT_BYTES];

    show_add_row(buf, "id", header->id);
    show_add_row(buf, "kernel", header->kernel);
    show_add_cause(buf, letter);
    if (header->job != NULL) {
        show_add_row(buf, "job", header->job);
    }
    if (header->has_index) {
        skep_buf_printf(buf, "%-9s %" PRIu64 "\n", "index", header->index);
    }
    if (header->queued_ms > 0) {
        show_add_row(buf, "queued at", skep_time_format(header->queued_ms, at, sizeof at));
    }
    show_add_row(buf, "dead at", header->at_ms > 0 ? skep_time_format(header->at_ms, at, sizeof at) : NULL);
    if (header->tries > header->n_events) {
        skep_buf_printf(buf, "%-9s %u, of which the last %zu follow\n", "attempts", header->tries,
                        header->n_events);
    }
    for (size_t i = 0; i < header->n_events; i++) {
        show_add_event(buf, &header->events[i]);
    }
    skep_buf_printf(buf, "record    %zu bytes, as it came:\n", letter->record.n);
    skep_words_add_harmless(buf, letter->record.bytes, letter->record.n, SHOW_RECORD_BYTES);
    skep_buf_add_char(buf, '\n');
    if (header->id != NULL) {
        show_add_command(buf, "again", "dead requeue", queue, header->id);
        show_add_command(buf, "here", "replay", queue, header->id);
    }
}

static skep_status show_visit(void *context, const struct skep_letter *letter, struct skep_error *err)
{
    struct show *show = context;
    struct skep_buf buf;

    (void)err;
    if (show->id != NULL && (letter->header.id == NULL || strcmp(letter->header.id, show->id) != 0)) {
        return SKEP_OK;
    }
    if (show->is_raw) {
        return skep_print(letter->record.bytes, letter->record.n) == SKEP_EXIT_OK ? SKEP_OK : SKEP_STOPPED;
    }
    skep_buf_init(&buf, SHOW_TEXT_BYTES);
    skep_buf_add_text(&buf, show->is_first ? "" : "\n");
    show->is_first = false;
    show_write(&buf, letter, show->queue);
    return skep_print_buf(&buf) == SKEP_EXIT_OK ? SKEP_OK : SKEP_STOPPED;
}

/* All letters of this id, or of the only one that begins so. */
static int show_one(struct show *show, const struct skep_letters *letters, const char *id)
{
    struct skep_letter_found found;
    struct skep_error err = {0};
    skep_status st = skep_letter_find(letters, id, &found, &err);
    int exit_code;

    if (st == SKEP_OK) {
        show->id = found.id;
        st = skep_letters_walk(letters, show_visit, show, &err);
    }
    exit_code = st == SKEP_EMPTY || st == SKEP_E_CONFLICT
                    ? skep_letter_find_complain(st, &err, show->queue, id)
                    : skep_letters_exit(st, &err);
    skep_letter_found_release(&found);
    return exit_code;
}

static int show_newest(struct show *show, const struct skep_letters *letters)
{
    struct skep_error err = {0};
    int64_t n = 0;
    skep_status st = skep_letters_newest(letters, show_visit, show, &n, &err);

    if (st != SKEP_OK) {
        return skep_letters_exit(st, &err);
    }
    if (n == 0) {
        skep_complain("queue %s has no dead letter", show->queue);
        return SKEP_EXIT_FAILED;
    }
    if (n > 1) {
        skep_say("this is the newest of %" PRId64 "; `skep dead ls -q %s` shows them in groups", n,
                 show->queue);
    }
    return SKEP_EXIT_OK;
}

static int show_act(const void *settings_read, const struct skep_operands *ids)
{
    const struct skep_dead_settings *settings = settings_read;
    struct skep_letters letters = {0};
    struct show show = {.is_first = true, .is_raw = settings->is_raw};
    struct skep_keys keys;
    int exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &letters.conn);

    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    letters.keys = &keys;
    show.queue = keys.name;
    if (ids->n == 0) {
        exit_code = show_newest(&show, &letters);
    }
    for (size_t i = 0; i < ids->n && (exit_code == SKEP_EXIT_OK || exit_code == SKEP_EXIT_FAILED); i++) {
        int one = show_one(&show, &letters, ids->items[i]);
        exit_code = one != SKEP_EXIT_OK ? one : exit_code;
    }
    skep_conn_free(letters.conn);
    return exit_code;
}

static const char *const show_text[] = {
    "Show a dead letter: why it failed, what can be done, each attempt, and the record as it came. What is "
    "not printable is shown as \\xHH. Without an ID: the newest one.",
    "Ids need not be unique: all letters of an id are shown. An id may be cut short as long as it is the "
    "only "
    "one that begins so.",
    NULL,
};

static const char *const show_examples[] = {
    "skep dead show -q sweep t17",
    "why task t17 failed",
    "skep dead show -q sweep",
    "what failed last",
    "skep dead show -q sweep t17 --raw > t17.json",
    "its record, to be edited and tried with `skep replay --record t17.json`",
    NULL,
};

const struct skep_command skep_dead_show = {
    .name = "show",
    .summary = "one dead letter with its history",
    .usage = "-q QUEUE [ID...] [--raw] [OPTION...]",
    .text = show_text,
    .examples = show_examples,
    .options = show_options,
    .settings_bytes = sizeof(struct skep_dead_settings),
    .max_operands = SIZE_MAX,
    .act = show_act,
};
