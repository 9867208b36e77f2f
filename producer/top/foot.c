/* SPDX-License-Identifier: MIT */
#include "producer/top/foot.h"

#include <inttypes.h>
#include <string.h>

#include "producer/top/draw.h"

struct foot_key {
    const char *key, *word;
    int drop;     /* where there is no room the highest go first */
    bool changes; /* nothing for those who only look */
};

static const struct foot_key foot_keys[] = {
    {"enter", "open", 5, false}, {"tab", "view", 1, false}, {"p", "pause", 3, true}, {"r", "resume", 3, true},
    {"R", "requeue", 4, true},   {"/", "filter", 2, false}, {"?", "help", 0, false}, {"q", "quit", 0, false},
};

enum { FOOT_KEYS = sizeof foot_keys / sizeof foot_keys[0], FOOT_WIDE = 60 };

static bool foot_has(const struct skep_top_state *state, const struct foot_key *key, int drop)
{
    return key->drop <= drop && !(key->changes && state->is_read_only) &&
           (strcmp(key->key, "enter") != 0 || state->view == SKEP_TOP_QUEUES);
}

static int foot_width(const struct skep_top_state *state, int drop)
{
    int width = 0;

    for (size_t i = 0; i < FOOT_KEYS; i++) {
        if (foot_has(state, &foot_keys[i], drop)) {
            width += (int)(strlen(foot_keys[i].key) + 1 + strlen(foot_keys[i].word) + 2);
        }
    }
    return width > 2 ? width - 2 : 0;
}

static void foot_draw_keys(const struct skep_top_state *state, struct skep_canvas *canvas,
                           struct skep_box box)
{
    int drop = FOOT_KEYS;

    while (drop > 0 && foot_width(state, drop) > box.width) {
        drop--;
    }
    for (size_t i = 0; i < FOOT_KEYS; i++) {
        int used;
        if (!foot_has(state, &foot_keys[i], drop)) {
            continue;
        }
        used = skep_canvas_printf(canvas, box, SKEP_STYLE_KEY, "%s", foot_keys[i].key) + 1;
        box.column += used;
        box.width -= used;
        used = skep_canvas_printf(canvas, box, SKEP_STYLE_DIM, "%s", foot_keys[i].word) + 2;
        box.column += used;
        box.width -= used;
    }
}

static void foot_draw_question(const struct skep_top_picture *picture, struct skep_canvas *canvas,
                               struct skep_box box)
{
    const struct skep_top_state *state = picture->state;
    int64_t n_dead = picture->seen != NULL ? picture->seen->overview.status.n_dead : 0;

    if (state->asked == SKEP_TOP_REQUEUE && canvas->columns >= FOOT_WIDE) {
        (void)skep_canvas_printf(canvas, box, SKEP_STYLE_WARN,
                                 "put %" PRId64 " dead letter%s back into queue %s, with all tries? y/n",
                                 n_dead, n_dead == 1 ? "" : "s", state->queue);
    } else if (state->asked == SKEP_TOP_REQUEUE) {
        (void)skep_canvas_printf(canvas, box, SKEP_STYLE_WARN, "requeue %" PRId64 "? y/n", n_dead);
    } else if (canvas->columns < FOOT_WIDE) {
        (void)skep_canvas_printf(canvas, box, SKEP_STYLE_WARN, "%s? y/n",
                                 state->asked == SKEP_TOP_PAUSE ? "pause" : "resume");
    } else {
        (void)skep_canvas_printf(canvas, box, SKEP_STYLE_WARN, "%s queue %s? y/n",
                                 state->asked == SKEP_TOP_PAUSE ? "pause" : "resume", state->queue);
    }
}

void skep_top_draw_foot(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row)
{
    const struct skep_top_state *state = picture->state;
    struct skep_box box = {row, 1, canvas->columns > 2 ? canvas->columns - 2 : canvas->columns};

    skep_canvas_blank(canvas, row); /* on a low screen a row of the table stands there */
    if (state->mode == SKEP_TOP_ASKED) {
        foot_draw_question(picture, canvas, box);
    } else if (state->mode == SKEP_TOP_FILTER) {
        (void)skep_canvas_printf(canvas, box, SKEP_STYLE_KEY, "/%s_", state->filter);
    } else if (state->mode == SKEP_TOP_HELP) {
        (void)skep_canvas_printf(canvas, box, SKEP_STYLE_DIM, "any key goes back");
    } else if (state->note[0] != '\0' && picture->now_ms - state->note_ms < SKEP_TOP_NOTE_MS) {
        (void)skep_canvas_printf(canvas, box, state->is_bad_note ? SKEP_STYLE_BAD : SKEP_STYLE_GOOD, "%s",
                                 state->note);
    } else {
        if (state->filter[0] != '\0') {
            int used = skep_canvas_printf(canvas, box, SKEP_STYLE_KEY, "/%s", state->filter) + 2;
            box.column += used;
            box.width -= used;
        }
        foot_draw_keys(state, canvas, box);
    }
}

/* ---- help ---- */

struct help_row {
    const char *keys, *words;
};

static const struct help_row help_rows[] = {
    {"up down", "choose a row; also k j, page up and down, home and end"},
    {"enter", "open the chosen queue; esc goes back to all of them"},
    {"tab 1 2 3 4", "queues, one queue and its jobs, what runs now, workers"},
    {"left right", "the queue before, the next one"},
    {"/", "show only what has these letters; esc ends it"},
    {"p", "pause the chosen queue: workers take nothing more"},
    {"r", "resume it"},
    {"R", "put its dead letters back into it, with all their tries"},
    {"q", "quit; so does ctrl-c"},
    {"", ""},
    {"LEFT", "tasks that are not over, those of sweeps one by one"},
    {"HELD", "tasks that workers have taken"},
    {"BUSY", "slots with tasks in hand, of all slots"},
    {"OUT/s", "tasks that came to an end, by second; IN/s: that came"},
    {"CYCLE", "since a slot last settled something"},
};

void skep_top_draw_help(struct skep_canvas *canvas, int row, int most)
{
    int indent = canvas->columns >= 50 ? 15 : 8;

    for (int i = 0; i < (int)(sizeof help_rows / sizeof help_rows[0]) && i < most; i++) {
        (void)skep_canvas_printf(canvas, (struct skep_box){row + i, 1, indent - 2}, SKEP_STYLE_KEY, "%s",
                                 help_rows[i].keys);
        (void)skep_canvas_printf(canvas, (struct skep_box){row + i, indent, canvas->columns - indent - 1},
                                 SKEP_STYLE_PLAIN, "%s", help_rows[i].words);
    }
}
