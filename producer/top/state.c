/* SPDX-License-Identifier: MIT */
#include "producer/top/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "producer/top/rows.h"
#include "task/text.h"

void skep_top_note(struct skep_top_state *state, bool is_bad, int64_t now_ms, const char *words)
{
    snprintf(state->note, sizeof state->note, "%s", words);
    state->is_bad_note = is_bad;
    state->note_ms = now_ms;
}

/* ---- where to look ---- */

static void state_turn(struct skep_top_state *state, enum skep_top_view view)
{
    if (view != state->view) {
        state->view = view;
        state->filter[0] = '\0'; /* it was about other rows */
        state->places[view].first = 0;
        if (view != SKEP_TOP_QUEUES) {
            state->places[view].chosen = 0;
        }
    }
}

/* The views in a circle. */
static void state_turn_by(struct skep_top_state *state, int by)
{
    state_turn(state, (enum skep_top_view)(((int)state->view + by + SKEP_TOP_VIEWS) % SKEP_TOP_VIEWS));
}

/* The bar to row TO of this view, or as near as there are rows. */
static void state_move_to(struct skep_top_state *state, const struct skep_top_model *model, size_t to)
{
    struct skep_top_rows rows;
    struct skep_top_place *place = &state->places[state->view];

    skep_top_rows_list(model, state, &rows);
    if (rows.n > 0) {
        place->chosen = to < rows.n ? to : rows.n - 1;
        if (state->view == SKEP_TOP_QUEUES) {
            memcpy(state->queue, model->queues[rows.items[place->chosen]].name, sizeof state->queue);
        }
    }
    skep_top_rows_release(&rows);
}

static void state_move(struct skep_top_state *state, const struct skep_top_model *model, int64_t by)
{
    int64_t to = (int64_t)state->places[state->view].chosen + by;

    state_move_to(state, model, to > 0 ? (size_t)to : 0);
}

/* The queue before or behind the chosen one. */
static enum skep_top_order state_step_queue(struct skep_top_state *state, const struct skep_top_model *model,
                                            int by)
{
    const struct skep_top_queue *queue = skep_top_model_find(model, state->queue);
    size_t at = queue != NULL ? (size_t)(queue - model->queues) : 0;

    if (model->n_queues == 0 || state->is_single) {
        return SKEP_TOP_NOTHING;
    }
    at = (at + model->n_queues + (size_t)(by > 0 ? 1 : model->n_queues - 1)) % model->n_queues;
    memcpy(state->queue, model->queues[at].name, sizeof state->queue);
    state->places[state->view] = (struct skep_top_place){0};
    return SKEP_TOP_LOOK;
}

static enum skep_top_order state_enter(struct skep_top_state *state)
{
    if (state->view == SKEP_TOP_QUEUES && state->queue[0] != '\0') {
        state_turn(state, SKEP_TOP_QUEUE);
        return SKEP_TOP_LOOK;
    }
    return SKEP_TOP_NOTHING;
}

/* Back: what was narrowed is wide again. */
static void state_escape(struct skep_top_state *state)
{
    if (state->filter[0] != '\0') {
        state->filter[0] = '\0';
    } else {
        state_turn(state, SKEP_TOP_QUEUES);
    }
}

/* ---- what changes something ---- */

static void state_ask(struct skep_top_state *state, const struct skep_top_model *model,
                      enum skep_top_order order, int64_t now_ms)
{
    const struct skep_top_seen *seen = skep_top_chosen(model, state);
    char words[SKEP_TOP_WORDS];

    if (state->is_read_only) {
        skep_top_note(state, true, now_ms, "this top only looks (--read-only)");
    } else if (seen == NULL) {
        skep_top_note(state, true, now_ms, "no queue is chosen");
    } else if (order == SKEP_TOP_REQUEUE && seen->overview.status.n_dead == 0) {
        snprintf(words, sizeof words, "queue %s has no dead letters", state->queue);
        skep_top_note(state, false, now_ms, words);
    } else if (order != SKEP_TOP_REQUEUE && seen->overview.status.is_paused == (order == SKEP_TOP_PAUSE)) {
        snprintf(words, sizeof words, "queue %s %s", state->queue,
                 order == SKEP_TOP_PAUSE ? "is paused already" : "is not paused");
        skep_top_note(state, false, now_ms, words);
    } else {
        state->mode = SKEP_TOP_ASKED;
        state->asked = order;
        state->note[0] = '\0';
    }
}

/* Only a clear yes is one. */
static enum skep_top_order state_answer(struct skep_top_state *state, int key, int64_t now_ms)
{
    state->mode = SKEP_TOP_NORMAL;
    if (key == 'y' || key == 'Y') {
        return state->asked;
    }
    skep_top_note(state, false, now_ms, "nothing was done");
    return SKEP_TOP_NOTHING;
}

/* ---- the filter ---- */

static void filter_add(char filter[SKEP_TOP_FILTER_BYTES], int point)
{
    char bytes[5] = "";
    size_t used = strlen(filter), n;

    if (point < 0x80) {
        bytes[0] = (char)point;
    } else if (point < 0x800) {
        bytes[0] = (char)(0xC0 | point >> 6);
        bytes[1] = (char)(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        bytes[0] = (char)(0xE0 | point >> 12);
        bytes[1] = (char)(0x80 | (point >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (point & 0x3F));
    } else {
        bytes[0] = (char)(0xF0 | (point >> 18 & 7));
        bytes[1] = (char)(0x80 | (point >> 12 & 0x3F));
        bytes[2] = (char)(0x80 | (point >> 6 & 0x3F));
        bytes[3] = (char)(0x80 | (point & 0x3F));
    }
    n = strlen(bytes);
    if (n > 0 && skep_text_is_printable(bytes, n) && used + n < SKEP_TOP_FILTER_BYTES) {
        memcpy(filter + used, bytes, n + 1);
    }
}

static void filter_drop(char filter[SKEP_TOP_FILTER_BYTES])
{
    size_t n = strlen(filter);

    while (n > 0 && ((unsigned char)filter[n - 1] & 0xC0) == 0x80) {
        n--;
    }
    filter[n > 0 ? n - 1 : 0] = '\0';
}

static enum skep_top_order state_filter(struct skep_top_state *state, int key)
{
    if (key == SKEP_PRESS_ENTER || key == SKEP_PRESS_ESCAPE) {
        state->mode = SKEP_TOP_NORMAL;
        state->filter[0] = key == SKEP_PRESS_ESCAPE ? '\0' : state->filter[0];
    } else if (key == SKEP_PRESS_BACKSPACE) {
        filter_drop(state->filter);
    } else if (key >= 0) {
        filter_add(state->filter, key);
    }
    state->places[state->view].first = 0;
    return SKEP_TOP_LOOK;
}

/* ---- keys ---- */

static enum skep_top_order state_move_key(struct skep_top_state *state, const struct skep_top_model *model,
                                          int key)
{
    int64_t page = (int64_t)(state->page > 1 ? state->page - 1 : 1); /* one row stays as a landmark */

    switch (key) {
    case SKEP_PRESS_UP:
    case 'k':
        state_move(state, model, -1);
        break;
    case SKEP_PRESS_DOWN:
    case 'j':
        state_move(state, model, 1);
        break;
    case SKEP_PRESS_PAGE_UP:
        state_move(state, model, -page);
        break;
    case SKEP_PRESS_PAGE_DOWN:
    case ' ':
        state_move(state, model, page);
        break;
    case SKEP_PRESS_HOME:
    case 'g':
        state_move_to(state, model, 0);
        break;
    case SKEP_PRESS_END:
    case 'G':
        state_move_to(state, model, SIZE_MAX);
        break;
    default:
        return SKEP_TOP_NOTHING;
    }
    return state->view == SKEP_TOP_QUEUES ? SKEP_TOP_LOOK : SKEP_TOP_NOTHING;
}

static enum skep_top_order state_normal(struct skep_top_state *state, const struct skep_top_model *model,
                                        int key, int64_t now_ms)
{
    switch (key) {
    case 'q':
        return SKEP_TOP_QUIT;
    case '?':
    case 'h':
        state->mode = SKEP_TOP_HELP;
        break;
    case '/':
        state->mode = SKEP_TOP_FILTER;
        break;
    case '1':
    case '2':
    case '3':
    case '4':
        state_turn(state, (enum skep_top_view)(key - '1'));
        return SKEP_TOP_LOOK;
    case SKEP_PRESS_TAB:
    case SKEP_PRESS_BACK_TAB:
        state_turn_by(state, key == SKEP_PRESS_TAB ? 1 : -1);
        return SKEP_TOP_LOOK;
    case SKEP_PRESS_ENTER:
        return state_enter(state);
    case SKEP_PRESS_ESCAPE:
    case SKEP_PRESS_BACKSPACE:
        state_escape(state);
        return SKEP_TOP_LOOK;
    case SKEP_PRESS_LEFT:
    case SKEP_PRESS_RIGHT:
        return state_step_queue(state, model, key == SKEP_PRESS_RIGHT ? 1 : -1);
    case 'p':
        state_ask(state, model, SKEP_TOP_PAUSE, now_ms);
        break;
    case 'r':
        state_ask(state, model, SKEP_TOP_RESUME, now_ms);
        break;
    case 'R':
        state_ask(state, model, SKEP_TOP_REQUEUE, now_ms);
        break;
    default:
        return state_move_key(state, model, key);
    }
    return SKEP_TOP_NOTHING;
}

enum skep_top_order skep_top_press(struct skep_top_state *state, const struct skep_top_model *model, int key,
                                   int64_t now_ms)
{
    switch (state->mode) {
    case SKEP_TOP_HELP:
        state->mode = SKEP_TOP_NORMAL;
        return SKEP_TOP_NOTHING;
    case SKEP_TOP_ASKED:
        return state_answer(state, key, now_ms);
    case SKEP_TOP_FILTER:
        return state_filter(state, key);
    case SKEP_TOP_NORMAL:
        break;
    }
    return state_normal(state, model, key, now_ms);
}
