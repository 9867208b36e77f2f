/* SPDX-License-Identifier: MIT */
/* From top to bottom: who and where, the numbers, what is wrong, the views, the table of one of them, a line
 * about the chosen row, and what can be pressed. */
#include "producer/top/draw.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "producer/top/foot.h"
#include "producer/top/view.h"

enum {
    DRAW_TOTALS_ROWS = 8, /* a screen lower than this has no totals, and so on */
    DRAW_FINDING_ROWS = 6,
    DRAW_TABS_ROWS = 11,
    DRAW_DETAIL_ROWS = 13,
    DRAW_HEAD_ROWS = 5,
    DRAW_FOOT_ROWS = 4,
    DRAW_ABOVE_ROWS = 14,
    DRAW_LEAST_TABLE = 6, /* what stands above a table leaves so many rows for it */
    DRAW_PRINTED = 400    /* rows of a table that are printed */
};

static const struct skep_top_view_row *const draw_views[SKEP_TOP_VIEWS] = {
    [SKEP_TOP_QUEUES] = &skep_top_view_queues,
    [SKEP_TOP_QUEUE] = &skep_top_view_queue,
    [SKEP_TOP_TASKS] = &skep_top_view_tasks,
    [SKEP_TOP_WORKERS] = &skep_top_view_workers,
};

static struct skep_box draw_line(const struct skep_canvas *canvas, int row)
{
    return (struct skep_box){row, 1, canvas->columns > 2 ? canvas->columns - 2 : canvas->columns};
}

/* ---- above the table ---- */

/* How old the picture is, when that is worth a word. */
static void draw_age(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row)
{
    const struct skep_top_model *model = picture->model;
    char text[64], count[SKEP_SHORT_BYTES];
    struct skep_box box = draw_line(canvas, row);

    if (model->trouble[0] != '\0') {
        skep_canvas_right(canvas, box, SKEP_STYLE_BAD, "no answer");
    } else if (model->seen_ms == 0) {
        skep_canvas_right(canvas, box, SKEP_STYLE_DIM, "reading");
    } else if (model->is_listed && !picture->state->is_single) {
        snprintf(text, sizeof text, "%s queue%s", skep_short_count((int64_t)model->n_queues, count),
                 model->n_queues == 1 ? "" : "s");
        skep_canvas_right(canvas, box, SKEP_STYLE_PLAIN, text);
    }
}

static void draw_title(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row)
{
    const struct skep_top_model *model = picture->model;
    struct skep_box box = draw_line(canvas, row);
    char version[SKEP_SERVER_VERSION_BYTES];
    int used;

    box.width -= canvas->columns >= 40 ? 16 : 10;
    used = skep_canvas_printf(canvas, box, SKEP_STYLE_STRONG, "%s",
                              picture->state->view == SKEP_TOP_QUEUES ? "skep top" : picture->state->queue);
    box.column += used + 2;
    box.width -= used + 2;
    used = skep_canvas_bytes(canvas, box, SKEP_STYLE_DIM, model->server, strlen(model->server));
    box.column += used + 2;
    box.width -= used + 2;
    if (model->version > 0) {
        (void)skep_canvas_printf(canvas, box, SKEP_STYLE_DIM, "Redis %s",
                                 skep_server_version_text(model->version, version));
    }
    draw_age(picture, canvas, row);
}

/* Of the chosen queue, or of all of them. */
static void draw_totals(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row)
{
    struct skep_top_pieces pieces = {canvas, draw_line(canvas, row)};
    struct skep_top_sum sum = {0};
    char text[SKEP_SHORT_BYTES], busy[48];

    if (picture->state->view == SKEP_TOP_QUEUES) {
        sum = skep_top_sum_all(picture->model);
    } else if (picture->seen != NULL) {
        skep_top_sum_add(&sum, picture->seen);
    }
    if (sum.n_seen == 0) {
        return;
    }
    if (picture->state->view == SKEP_TOP_QUEUES && sum.n_seen < picture->model->n_queues) {
        snprintf(busy, sizeof busy, "%zu of %zu:", sum.n_seen, picture->model->n_queues);
        skep_top_piece(&pieces, "queues", SKEP_STYLE_WARN, busy);
    }
    snprintf(busy, sizeof busy, "%zu of %zu", sum.n_busy, sum.n_slots);
    skep_top_piece(&pieces, "left", SKEP_STYLE_STRONG, skep_short_count(sum.n_left, text));
    skep_top_piece(&pieces, "in/s", SKEP_STYLE_PLAIN, skep_short_rate(sum.in_per_s, text));
    skep_top_piece(&pieces, "out/s", SKEP_STYLE_STRONG, skep_short_rate(sum.out_per_s, text));
    skep_top_piece(&pieces, "busy", SKEP_STYLE_PLAIN, busy);
    skep_top_piece(&pieces, "dead", sum.n_dead > 0 ? SKEP_STYLE_WARN : SKEP_STYLE_PLAIN,
                   skep_short_count(sum.n_dead, text));
    skep_top_piece(&pieces, "results", SKEP_STYLE_PLAIN, skep_short_count(sum.n_results, text));
    if (sum.n_delayed > 0) {
        skep_top_piece(&pieces, "delayed", SKEP_STYLE_PLAIN, skep_short_count(sum.n_delayed, text));
    }
    if (sum.n_suspect > 0) {
        skep_top_piece(&pieces, "suspect", SKEP_STYLE_WARN, skep_short_count(sum.n_suspect, text));
    }
    skep_top_piece(&pieces, "waiting", SKEP_STYLE_PLAIN, skep_short_count(sum.n_waiting, text));
    skep_top_piece(&pieces, "held", SKEP_STYLE_PLAIN, skep_short_count(sum.n_held, text));
}

/* The worst of what is wrong. */
struct draw_worst {
    const struct skep_finding *finding;
    const char *queue; /* NULL: the server */
    size_t n;          /* how many there are */
};

static void worst_take(struct draw_worst *worst, const struct skep_finding *finding, const char *queue)
{
    enum skep_severity severity = skep_finding_severity(finding->kind);

    if (severity == SKEP_SEVERITY_NOTE) { /* as somebody wished: no news */
        return;
    }
    worst->n++;
    if (worst->finding == NULL || severity > skep_finding_severity(worst->finding->kind)) {
        worst->finding = finding;
        worst->queue = queue;
    }
}

static void worst_take_queue(struct draw_worst *worst, const struct skep_top_queue *queue)
{
    for (size_t i = 0; queue->seen != NULL && i < queue->seen->n_findings; i++) {
        if (!skep_finding_is_of_server(queue->seen->findings[i].kind)) {
            worst_take(worst, &queue->seen->findings[i], queue->name);
        }
    }
}

/* Of all queues where they are on the screen, else of the chosen one; and of the server. */
static struct draw_worst draw_find_worst(const struct skep_top_picture *picture)
{
    const struct skep_top_model *model = picture->model;
    const struct skep_top_queue *chosen = skep_top_model_find(model, picture->state->queue);
    struct draw_worst worst = {0};

    if (picture->state->view != SKEP_TOP_QUEUES && chosen != NULL) {
        worst_take_queue(&worst, chosen);
    }
    for (size_t i = 0; i < model->n_queues && picture->state->view == SKEP_TOP_QUEUES; i++) {
        worst_take_queue(&worst, &model->queues[i]);
    }
    for (size_t i = 0; i < model->n_facts; i++) {
        worst_take(&worst, &model->facts[i], NULL);
    }
    return worst;
}

static void draw_trouble(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row)
{
    const struct skep_top_model *model = picture->model;
    double for_s = (double)(picture->now_ms - model->trouble_ms) / 1000;
    char text[SKEP_SHORT_BYTES];

    (void)skep_canvas_printf(canvas, draw_line(canvas, row), SKEP_STYLE_BAD, "no answer for %s: %s",
                             skep_short_seconds(for_s, text), model->trouble);
}

static void draw_finding(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row)
{
    struct skep_box box = draw_line(canvas, row);
    struct draw_worst worst;
    char more[48];

    if (picture->model->trouble[0] != '\0') {
        draw_trouble(picture, canvas, row);
        return;
    }
    worst = draw_find_worst(picture);
    if (worst.finding == NULL) {
        if (picture->model->seen_ms > 0) {
            (void)skep_canvas_printf(canvas, box, SKEP_STYLE_GOOD, "nothing is wrong");
        }
        return;
    }
    if (worst.n > 1) {
        snprintf(more, sizeof more, "  +%zu", worst.n - 1);
        skep_canvas_right(canvas, box, SKEP_STYLE_DIM, more);
        box.width -= (int)strlen(more);
    }
    (void)skep_canvas_printf(canvas, box, skep_top_severity_style(skep_finding_severity(worst.finding->kind)),
                             "%s%s%s: %s", worst.queue != NULL ? worst.queue : "",
                             worst.queue != NULL ? " " : "", skep_finding_word(worst.finding->kind),
                             worst.finding->words);
}

static void draw_tabs(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row)
{
    int column = 1;

    skep_canvas_rule(canvas, (struct skep_box){row, 0, canvas->columns});
    for (int i = 0; i < SKEP_TOP_VIEWS; i++) {
        struct skep_box box = {row, column, canvas->columns - column};
        bool is_here = (int)picture->state->view == i;
        int used = skep_canvas_printf(canvas, box, is_here ? SKEP_STYLE_STRONG : SKEP_STYLE_PLAIN, " %d %s ",
                                      i + 1, draw_views[i]->title);
        if (is_here) {
            box.width = used;
            skep_canvas_choose(canvas, box);
        }
        column += used + 1;
    }
}

/* ---- the table ---- */

static void draw_table(const struct skep_top_picture *picture, const struct skep_top_rows *rows,
                       struct skep_canvas *canvas, int row, int n_shown, bool has_head)
{
    const struct skep_top_view_row *view = draw_views[picture->state->view];
    const struct skep_top_place *place = &picture->state->places[picture->state->view];
    int widths[SKEP_TABLE_COLUMNS];

    skep_table_fit(view->columns, view->n_columns, canvas->columns - 2, widths);
    if (has_head) {
        skep_table_head(canvas, row++, view->columns, view->n_columns, widths);
    }
    for (int i = 0; i < n_shown && place->first + (size_t)i < rows->n; i++) {
        struct skep_table_cell cells[SKEP_TABLE_COLUMNS] = {0};
        size_t at = place->first + (size_t)i;
        view->cells(picture, rows->items[at], cells);
        skep_table_row(canvas, row + i, view->columns, view->n_columns, widths, cells);
        if (at == place->chosen) {
            skep_canvas_choose(canvas, (struct skep_box){row + i, 0, canvas->columns});
        }
    }
    if (rows->n == 0 && n_shown > 0) {
        const char *words = picture->state->filter[0] != '\0' ? "nothing matches the filter; esc ends it"
                            : picture->model->seen_ms == 0    ? "reading"
                                                              : view->nothing;
        (void)skep_canvas_printf(canvas, draw_line(canvas, row), SKEP_STYLE_DIM, "%s", words);
    }
}

/* What is on the screen at which height. */
struct draw_layout {
    int row, end; /* of the table, with its head */
    int detail;   /* -1: none */
    bool has_head;
};

static struct draw_layout draw_frame(const struct skep_top_picture *picture, struct skep_canvas *canvas)
{
    const struct skep_top_view_row *view = draw_views[picture->state->view];
    struct draw_layout at = {.end = canvas->rows, .detail = -1};
    int rows = canvas->rows;

    draw_title(picture, canvas, at.row++);
    if (rows >= DRAW_TOTALS_ROWS) {
        draw_totals(picture, canvas, at.row++);
    }
    if (rows >= DRAW_FINDING_ROWS) {
        draw_finding(picture, canvas, at.row++);
    }
    if (rows >= DRAW_TABS_ROWS) {
        draw_tabs(picture, canvas, at.row++);
    }
    at.end -= rows >= DRAW_FOOT_ROWS;
    if (rows >= DRAW_DETAIL_ROWS) {
        at.detail = --at.end;
    }
    if (view->above != NULL && rows >= DRAW_ABOVE_ROWS) {
        at.row += view->above(picture, canvas, at.row, at.end - at.row - DRAW_LEAST_TABLE);
    }
    at.has_head = rows >= DRAW_HEAD_ROWS;
    return at;
}

void skep_top_draw(const struct skep_top_model *model, struct skep_top_state *state, int64_t now_ms,
                   struct skep_canvas *canvas)
{
    struct skep_top_picture picture = {model, state, NULL, now_ms};
    struct skep_top_rows rows;
    struct draw_layout at;
    int n_shown;

    skep_top_rows_list(model, state, &rows);
    skep_top_settle(state, model, &rows, state->page); /* which queue it is */
    picture.seen = skep_top_chosen(model, state);
    at = draw_frame(&picture, canvas);
    n_shown = at.end - at.row - (int)at.has_head;
    skep_top_settle(state, model, &rows, (size_t)(n_shown > 0 ? n_shown : 1));
    if (state->mode == SKEP_TOP_HELP) {
        skep_top_draw_help(canvas, at.row, canvas->rows - at.row - (canvas->rows >= DRAW_FOOT_ROWS));
    } else {
        draw_table(&picture, &rows, canvas, at.row, n_shown, at.has_head);
        if (at.detail >= 0 && rows.n > 0) {
            draw_views[state->view]->detail(&picture, rows.items[state->places[state->view].chosen], canvas,
                                            draw_line(canvas, at.detail));
        }
    }
    if (model->trouble[0] != '\0') {
        skep_canvas_fade(canvas, at.row, at.end + (at.detail >= 0));
    }
    if (canvas->rows >= DRAW_FOOT_ROWS || state->mode == SKEP_TOP_FILTER || state->mode == SKEP_TOP_ASKED) {
        skep_top_draw_foot(&picture, canvas, canvas->rows - 1);
    }
    skep_top_rows_release(&rows);
}

/* ---- on paper ---- */

void skep_top_print(const struct skep_top_model *model, struct skep_top_state *state, int64_t now_ms,
                    int width, struct skep_buf *buf)
{
    struct skep_top_picture picture = {model, state, NULL, now_ms};
    const struct skep_top_view_row *view = draw_views[state->view];
    struct skep_canvas canvas;
    struct skep_top_rows rows;
    int row = 0;

    skep_top_rows_list(model, state, &rows);
    picture.seen = skep_top_chosen(model, state);
    if (skep_canvas_init(&canvas, DRAW_PRINTED + DRAW_ABOVE_ROWS, width) == SKEP_OK) {
        if (state->view == SKEP_TOP_QUEUES || state->view == SKEP_TOP_QUEUE) {
            draw_title(&picture, &canvas, row++);
            draw_totals(&picture, &canvas, row++);
            draw_finding(&picture, &canvas, row++);
        }
        row += view->above != NULL ? view->above(&picture, &canvas, row, DRAW_ABOVE_ROWS - 4) : 0;
        draw_table(&picture, &rows, &canvas, row, DRAW_PRINTED, true);
        skep_canvas_write(&canvas, buf);
        if (rows.n > DRAW_PRINTED) {
            skep_buf_printf(buf, " and %zu more\n", rows.n - DRAW_PRINTED);
        }
    }
    skep_canvas_release(&canvas);
    skep_top_rows_release(&rows);
}
