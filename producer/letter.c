/* SPDX-License-Identifier: MIT */
#include "producer/letter.h"

#include <string.h>

#include "base/buf.h"

enum {
    LETTER_PIECE = 500,
    LETTER_ARENA_BYTES = 16 * 1024 * 1024,
    LETTER_KEEP_BYTES = 256 * 1024,
    LETTER_MARK_BYTES = 5 /* "#skep" */
};

void skep_letter_read(const struct skep_bytes *bytes, struct skep_arena *arena,
                      struct skep_letter *letter_out)
{
    struct skep_letter *letter = letter_out;
    struct skep_header own;
    const char *body;
    size_t n;

    *letter = (struct skep_letter){.message = "", .record = *bytes};
    if (skep_header_parse(bytes->bytes, bytes->n, arena, &letter->header, &body, &n, NULL) != SKEP_OK ||
        letter->header.cause == NULL) {
        letter->header = (struct skep_header){.cause = "unknown"};
        return;
    }
    if (letter->header.n_events > 0) {
        letter->message = letter->header.events[letter->header.n_events - 1].message;
    }
    letter->record = (struct skep_bytes){body, n};
    if (skep_header_parse(body, n, arena, &own, &body, &n, NULL) == SKEP_OK) {
        letter->record = (struct skep_bytes){body, n};
    }
}

static skep_status letters_visit(const struct skep_bytes *bytes, size_t n, skep_letter_visit visit,
                                 void *context, struct skep_error *err)
{
    struct skep_arena arena;
    skep_status st = SKEP_OK;

    skep_arena_init(&arena, LETTER_ARENA_BYTES);
    for (size_t i = 0; i < n && st == SKEP_OK; i++) {
        struct skep_letter letter;
        skep_arena_reset(&arena, LETTER_KEEP_BYTES);
        skep_letter_read(&bytes[i], &arena, &letter);
        st = visit(context, &letter, err);
    }
    skep_arena_release(&arena);
    return st;
}

skep_status skep_letters_walk(struct skep_conn *conn, const struct skep_keys *keys, skep_letter_visit visit,
                              void *context, struct skep_error *err)
{
    struct skep_bytes letters[LETTER_PIECE];
    size_t piece = LETTER_PIECE;
    int64_t first = 0;

    for (;;) {
        struct skep_error wrong = {0};
        size_t n = 0;
        skep_status st = skep_dead_read(conn, keys, first, piece, letters, &n, &wrong);
        if (st == SKEP_E_PROTOCOL && piece > 1) {
            /* More than one reply may hold: records of megabytes. One at a time, then. */
            piece = 1;
            st = skep_conn_connect(conn, err);
            if (st == SKEP_OK) {
                continue;
            }
            return st;
        }
        if (st != SKEP_OK) {
            return skep_error_set(err, st, "%s", skep_error_text(&wrong, st));
        }
        st = letters_visit(letters, n, visit, context, err);
        if (st != SKEP_OK || n == 0) {
            return st;
        }
        first += (int64_t)n;
    }
}

bool skep_letter_wanted(const struct skep_header *header, char *text)
{
    struct skep_buf buf;
    bool fits;

    skep_buf_init(&buf, SKEP_LETTER_WANTED_BYTES);
    skep_header_write(&buf, header);
    fits = !skep_buf_failed(&buf) && buf.length > LETTER_MARK_BYTES && buf.length < SKEP_LETTER_WANTED_BYTES;
    if (fits) {
        size_t n = buf.length - LETTER_MARK_BYTES;
        memcpy(text, buf.bytes + LETTER_MARK_BYTES, n);
        text[n - 1] = ' '; /* in place of the line's end */
        text[n] = '\0';
    }
    skep_buf_release(&buf);
    return fits;
}
