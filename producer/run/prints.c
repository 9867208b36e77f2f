/* SPDX-License-Identifier: MIT */
#include "producer/run/prints.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "producer/ask/logs_view.h"
#include "producer/cli/command.h"
#include "producer/cli/words.h"

enum {
    PRINTS_LOOK_MS = 200,
    PRINTS_LINES = 100,      /* that may be shown at a look */
    PRINTS_LAST_LINES = 500, /* at the last one */
    PRINTS_AT_A_TIME = 64,
    PRINTS_READS = 64, /* at a look: all that a stream holds */
    PRINTS_LINE_BYTES = 1000,
    PRINTS_MAX_BYTES = 64 << 20
};

void skep_run_prints_init(struct skep_run_prints *prints, struct skep_conn *conn,
                          const struct skep_keys *keys)
{
    *prints = (struct skep_run_prints){.conn = conn, .keys = keys, .place = "0"};
}

void skep_run_prints_release(struct skep_run_prints *prints)
{
    skep_conn_free(prints->conn);
    prints->conn = NULL;
}

/* As many lines of the text as may be shown. */
static void prints_show_lines(struct skep_run_prints *prints, const struct skep_buf *text,
                              struct skep_progress *progress)
{
    const char *at = text->bytes, *end = text->bytes + text->length;

    if (at < end && prints->n_budget > 0) {
        skep_progress_clear(progress);
    }
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        int n = (int)((stop != NULL ? stop : end) - at);
        if (prints->n_budget > 0) {
            prints->n_budget--;
            fprintf(stderr, "%.*s%s\n", n < PRINTS_LINE_BYTES ? n : PRINTS_LINE_BYTES, at,
                    n < PRINTS_LINE_BYTES ? "" : "...");
        } else {
            prints->n_hidden++;
        }
        at += n + 1;
    }
}

/* The next entries. False: there are no more, or the server cannot say. */
static bool prints_read(struct skep_run_prints *prints, struct skep_progress *progress)
{
    struct skep_logs_entry entries[PRINTS_AT_A_TIME];
    struct skep_buf text;
    size_t n;

    if ((!skep_conn_is_open(prints->conn) && skep_conn_connect(prints->conn, NULL) != SKEP_OK) ||
        skep_logs_read(prints->conn, prints->keys, prints->place, 0, entries, PRINTS_AT_A_TIME, &n, NULL) !=
            SKEP_OK) {
        return false;
    }
    skep_buf_init(&text, PRINTS_MAX_BYTES);
    for (size_t i = 0; i < n; i++) {
        skep_logs_view_add(&text, &entries[i]);
    }
    if (!skep_buf_failed(&text)) {
        prints_show_lines(prints, &text, progress);
    }
    skep_buf_release(&text);
    return true;
}

static void prints_look(struct skep_run_prints *prints, struct skep_progress *progress, int n_lines)
{
    prints->n_budget = n_lines;
    for (int i = 0; i < PRINTS_READS && prints_read(prints, progress); i++) {
    }
    prints->look_ms = skep_monotonic_ms() + PRINTS_LOOK_MS;
}

void skep_run_prints_show(struct skep_run_prints *prints, struct skep_progress *progress)
{
    if (prints->conn != NULL && skep_monotonic_ms() >= prints->look_ms) {
        prints_look(prints, progress, PRINTS_LINES);
    }
}

void skep_run_prints_end(struct skep_run_prints *prints, struct skep_progress *progress)
{
    char number[SKEP_WORDS_BYTES];

    if (prints->conn == NULL) {
        return;
    }
    prints_look(prints, progress, PRINTS_LAST_LINES);
    if (prints->n_hidden > 0) {
        skep_progress_clear(progress);
        skep_say("%s more line%s that tasks printed %s not shown; results have the end of what each printed",
                 skep_words_number((int64_t)prints->n_hidden, number), skep_words_plural(prints->n_hidden),
                 prints->n_hidden == 1 ? "is" : "are");
    }
    skep_run_prints_release(prints);
}
