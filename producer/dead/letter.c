/* SPDX-License-Identifier: MIT */
#include "producer/dead/letter.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "producer/cli/command.h"
#include "producer/cli/progress.h"
#include "producer/cli/stop.h"

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

    *letter = (struct skep_letter){.message = "", .record = *bytes, .fresh = *bytes, .whole = *bytes};
    if (skep_header_parse(bytes->bytes, bytes->n, arena, &letter->header, &body, &n, NULL) != SKEP_OK ||
        letter->header.cause == NULL) {
        letter->header = (struct skep_header){.cause = SKEP_LETTER_UNKNOWN};
        return;
    }
    if (letter->header.n_events > 0) {
        letter->message = letter->header.events[letter->header.n_events - 1].message;
    }
    letter->record = letter->fresh = (struct skep_bytes){body, n};
    if (skep_header_parse(body, n, arena, &own, &body, &n, NULL) == SKEP_OK) {
        letter->record = (struct skep_bytes){body, n};
        if (own.has_index && !letter->header.has_index) {
            letter->header.has_index = true;
            letter->header.index = own.index;
        }
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

/* Letters FIRST to FIRST + *PIECE - 1. When they are more than one reply may hold, because their records are
 * of megabytes, *PIECE becomes 1. */
static skep_status letters_read(const struct skep_letters *letters, int64_t first, size_t *piece,
                                struct skep_bytes *bytes, size_t *n_out, struct skep_error *err)
{
    struct skep_error wrong = {0};
    skep_status st = skep_dead_read(letters->conn, letters->keys, first, *piece, bytes, n_out, &wrong);

    if (st == SKEP_E_PROTOCOL && *piece > 1) {
        *piece = 1;
        st = skep_conn_connect(letters->conn, err);
        return st == SKEP_OK ? skep_dead_read(letters->conn, letters->keys, first, *piece, bytes, n_out, err)
                             : st;
    }
    return st == SKEP_OK ? st : skep_error_set(err, st, "%s", skep_error_text(&wrong, st));
}

skep_status skep_letters_walk(const struct skep_letters *letters, skep_letter_visit visit, void *context,
                              struct skep_error *err)
{
    struct skep_bytes bytes[LETTER_PIECE];
    struct skep_progress progress;
    size_t piece = LETTER_PIECE, n = 0;
    int64_t first = 0;
    skep_status st;

    skep_progress_init(&progress, "looked through", 0, letters->is_quiet || isatty(STDERR_FILENO) != 1);
    do {
        st = skep_stop_is_asked() ? SKEP_STOPPED : letters_read(letters, first, &piece, bytes, &n, err);
        if (st == SKEP_OK) {
            st = letters_visit(bytes, n, visit, context, err);
        }
        first += (int64_t)n;
        skep_progress_update(&progress, (uint64_t)first, 0);
    } while (st == SKEP_OK && n > 0);
    skep_progress_clear(&progress);
    return st;
}

skep_status skep_letters_newest(const struct skep_letters *letters, skep_letter_visit visit, void *context,
                                int64_t *n_out, struct skep_error *err)
{
    struct skep_queue_status status;
    struct skep_bytes letter;
    size_t n = 0;
    skep_status st = skep_queue_status_read(letters->conn, letters->keys, &status, err);

    *n_out = 0;
    if (st != SKEP_OK) {
        return st;
    }
    *n_out = status.n_dead;
    skep_queue_status_release(&status);
    st = skep_dead_read(letters->conn, letters->keys, -1, 1, &letter, &n, err);
    if (st == SKEP_OK && n == 0) {
        *n_out = 0; /* somebody was quicker */
    }
    return st == SKEP_OK ? letters_visit(&letter, n, visit, context, err) : st;
}

int skep_letters_exit(skep_status status, const struct skep_error *err)
{
    if (status == SKEP_STOPPED) {
        return skep_stop_is_asked() ? SKEP_EXIT_INTERRUPTED : SKEP_EXIT_SERVER;
    }
    return status == SKEP_OK ? SKEP_EXIT_OK : skep_complain_error(status, err);
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
