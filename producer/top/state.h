/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TOP_STATE_H
#define SKEP_PRODUCER_TOP_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producer/top/model.h"

/* What the user looks at, and what keys do to it. Nothing here knows a terminal or a server. */

enum skep_top_view {
    SKEP_TOP_QUEUES,  /* all of them */
    SKEP_TOP_QUEUE,   /* one, with its jobs */
    SKEP_TOP_TASKS,   /* what runs in its slots */
    SKEP_TOP_WORKERS, /* who works on it */
    SKEP_TOP_VIEWS
};

enum skep_top_mode {
    SKEP_TOP_NORMAL,
    SKEP_TOP_FILTER, /* a filter is typed */
    SKEP_TOP_ASKED,  /* a question wants yes or no */
    SKEP_TOP_HELP
};

/* What somebody else has to do. */
enum skep_top_order {
    SKEP_TOP_NOTHING,
    SKEP_TOP_QUIT,
    SKEP_TOP_LOOK, /* another queue is on the screen */
    SKEP_TOP_PAUSE,
    SKEP_TOP_RESUME,
    SKEP_TOP_REQUEUE
};

/* Keys that are no characters; a character is its code point. */
enum skep_top_key {
    SKEP_PRESS_NONE = -100, /* no key at all */
    SKEP_PRESS_OTHER,       /* one that means nothing here */
    SKEP_PRESS_UP,
    SKEP_PRESS_DOWN,
    SKEP_PRESS_LEFT,
    SKEP_PRESS_RIGHT,
    SKEP_PRESS_PAGE_UP,
    SKEP_PRESS_PAGE_DOWN,
    SKEP_PRESS_HOME,
    SKEP_PRESS_END,
    SKEP_PRESS_ENTER,
    SKEP_PRESS_TAB,
    SKEP_PRESS_BACK_TAB,
    SKEP_PRESS_ESCAPE,
    SKEP_PRESS_BACKSPACE
};

enum { SKEP_TOP_FILTER_BYTES = 64, SKEP_TOP_NOTE_MS = 6000 };

struct skep_top_place {
    size_t chosen, first; /* rows: the one under the bar, and the first one on the screen */
};

struct skep_top_state {
    enum skep_top_view view;
    enum skep_top_mode mode;
    enum skep_top_order asked;           /* what the question is about */
    char queue[SKEP_QUEUE_NAME_MAX + 1]; /* the chosen one; "": none yet */
    bool is_single;                      /* no other can be chosen */
    bool is_read_only;
    char filter[SKEP_TOP_FILTER_BYTES];
    struct skep_top_place places[SKEP_TOP_VIEWS];
    size_t n_rows, page; /* as they were drawn: rows of this view, and how many of them fit */
    char note[SKEP_TOP_WORDS];
    bool is_bad_note;
    int64_t note_ms; /* monotonic, since when */
};

/* KEY is pressed. What is to be done about it. */
enum skep_top_order skep_top_press(struct skep_top_state *state, const struct skep_top_model *model, int key,
                                   int64_t now_ms);

/* Tell the user for a while. */
void skep_top_note(struct skep_top_state *state, bool is_bad, int64_t now_ms, const char *words);

#endif
