/* SPDX-License-Identifier: MIT */
/* skep dead show: one letter, for people. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "producer/dead.h"
#include "producer/letter.h"
#include "producer/words.h"

enum { SHOW_TEXT_BYTES = 1024 * 1024, SHOW_RECORD_BYTES = 64 * 1024 };

static const struct skep_option show_options[] = {
    SKEP_QUEUE_ROW(struct skep_dead_settings, queue),
    SKEP_CONNECT_ROWS(struct skep_dead_settings, connect),
    {.name = NULL},
};

struct show {
    const char *id;
    const char *queue;
    uint64_t n_found;
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

static void show_add_event(struct skep_buf *buf, const struct skep_header_event *event)
{
    char at[SKEP_TIME_TEXT_BYTES];

    skep_buf_printf(buf, "attempt %u ", event->attempt);
    skep_buf_printf(buf, "%s  ", skep_time_format(event->at_ms, at, sizeof at));
    show_add(buf, event->cause);
    skep_buf_add_text(buf, " on ");
    show_add(buf, event->worker);
    skep_buf_add_text(buf, "\n          ");
    show_add(buf, event->message);
    skep_buf_add_char(buf, '\n');
}

static void show_write(struct skep_buf *buf, const struct skep_letter *letter, const char *queue)
{
    const struct skep_header *header = &letter->header;
    char at[SKEP_TIME_TEXT_BYTES];

    show_add_row(buf, "id", header->id);
    show_add_row(buf, "kernel", header->kernel);
    show_add_row(buf, "cause", header->cause);
    if (header->has_index) {
        skep_buf_printf(buf, "%-9s %" PRIu64 "\n", "index", header->index);
    }
    show_add_row(buf, "dead at", header->at_ms > 0 ? skep_time_format(header->at_ms, at, sizeof at) : NULL);
    for (size_t i = 0; i < header->n_events; i++) {
        show_add_event(buf, &header->events[i]);
    }
    skep_buf_printf(buf, "record    %zu bytes, as it came:\n", letter->record.n);
    skep_words_add_harmless(buf, letter->record.bytes, letter->record.n, SHOW_RECORD_BYTES);
    skep_buf_add_char(buf, '\n');
    if (header->id != NULL) {
        skep_buf_printf(buf, "again     skep dead requeue -q %s ", queue);
        show_add(buf, header->id);
        skep_buf_add_char(buf, '\n');
    }
}

static skep_status show_visit(void *context, const struct skep_letter *letter, struct skep_error *err)
{
    struct show *show = context;
    struct skep_buf buf;

    (void)err;
    if (letter->header.id == NULL || strcmp(letter->header.id, show->id) != 0) {
        return SKEP_OK;
    }
    skep_buf_init(&buf, SHOW_TEXT_BYTES);
    skep_buf_add_text(&buf, show->n_found++ > 0 ? "\n" : "");
    show_write(&buf, letter, show->queue);
    return skep_print_buf(&buf) == SKEP_EXIT_OK ? SKEP_OK : SKEP_STOPPED;
}

static int show_act(const void *settings_read, const struct skep_operands *ids)
{
    const struct skep_dead_settings *settings = settings_read;
    struct show show = {0};
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_error err = {0};
    skep_status st;
    int exit_code;

    if (ids->n == 0) {
        skep_complain("dead show: which one? Give an ID; `skep dead ls --list` shows them");
        return SKEP_EXIT_USAGE;
    }
    exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &conn);
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    show.id = ids->items[0];
    show.queue = keys.name;
    st = skep_letters_walk(conn, &keys, show_visit, &show, &err);
    skep_conn_free(conn);
    if (st == SKEP_STOPPED) {
        return SKEP_EXIT_SERVER;
    }
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    if (show.n_found == 0) {
        skep_complain("no dead letter in queue %s has the id %.256s", keys.name, show.id);
        return SKEP_EXIT_FAILED;
    }
    return SKEP_EXIT_OK;
}

static const char *const show_text[] = {
    "Show a dead letter: why it failed, each attempt, and the record as it came. What is not printable "
    "is shown as \\xHH. Ids need not be unique: all letters of this id are shown.",
    NULL,
};

static const char *const show_examples[] = {"skep dead show -q sweep t17", "why task t17 failed", NULL};

const struct skep_command skep_dead_show = {
    .name = "show",
    .summary = "one dead letter with its history",
    .usage = "-q QUEUE ID [OPTION...]",
    .text = show_text,
    .examples = show_examples,
    .options = show_options,
    .settings_bytes = sizeof(struct skep_dead_settings),
    .max_operands = 1,
    .act = show_act,
};
