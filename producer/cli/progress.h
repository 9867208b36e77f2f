/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_PROGRESS_H
#define SKEP_PRODUCER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "producer/cli/terminal.h"

/* How far a long command has come, on standard error: on a terminal one line that is written over a few times
 * a second, with a bar, otherwise a plain line every few seconds, and nothing at all when it is to be quiet.
 * Rate and time left are those of the last ten to twenty seconds, or since the start where little came. */
struct skep_progress {
    const char *verb; /* "pushed", "done" */
    uint64_t n_total; /* 0: not known */
    uint64_t n_done;
    uint64_t n_failed;
    bool is_quiet;
    bool is_terminal;
    bool has_line;       /* an unfinished line stands on the terminal */
    int64_t started_ms;  /* monotonic */
    int64_t shown_ms;    /* when it was last shown */
    uint64_t n_at_start; /* done before this run: no part of the rate */
    struct skep_progress_mark {
        int64_t at_ms;
        uint64_t n_done;
    } marks[2]; /* how far it was when, the older one first */
    int n_marks;
    const char *note; /* why nothing moves; NULL: it does */
};

void skep_progress_init(struct skep_progress *progress, const char *verb, uint64_t n_total, bool is_quiet);

/* The state is now this; shown when it is time to. FAILED is part of DONE. */
void skep_progress_update(struct skep_progress *progress, uint64_t done, uint64_t failed);

/* Say why nothing moves ("the queue is full"); NULL: it moves again. Borrowed. */
void skep_progress_note(struct skep_progress *progress, const char *note);

/* Take the line from the terminal, so that something else can be printed. */
void skep_progress_clear(struct skep_progress *progress);

/* The words of a state, for tests: "pushed 5,000 of 10,000 (50 %), 3 failed, 1,234/s, 4 s left". */
enum { SKEP_PROGRESS_BYTES = 256 };
const char *skep_progress_format(const struct skep_progress *progress, int64_t now_ms,
                                 char text[SKEP_PROGRESS_BYTES]);

/* The same with a bar in front, for a terminal: no wider than it is, with colours and letters that it has. */
enum { SKEP_PROGRESS_LINE_BYTES = 512 };
const char *skep_progress_draw(const struct skep_progress *progress, int64_t now_ms,
                               const struct skep_terminal *terminal, char line[SKEP_PROGRESS_LINE_BYTES]);

#endif
