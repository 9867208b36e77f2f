/* SPDX-License-Identifier: MIT */
/* All queues, a row each. */
#include "producer/top/view.h"

#include <math.h>

#include "monitor/rates.h"

enum {
    QUEUES_NAME,
    QUEUES_STATE,
    QUEUES_LEFT,
    QUEUES_HELD,
    QUEUES_DELAYED,
    QUEUES_DEAD,
    QUEUES_RESULTS,
    QUEUES_IN,
    QUEUES_OUT,
    QUEUES_ETA,
    QUEUES_BUSY,
    QUEUES_COLUMNS
};

static const struct skep_column queues_columns[QUEUES_COLUMNS] = {
    [QUEUES_NAME] = {.title = "QUEUE", .width = 8, .is_stretchy = true, .most = 40},
    [QUEUES_STATE] = {.title = "STATE", .width = 12, .drop = 2},
    [QUEUES_LEFT] = {.title = "LEFT", .width = 7, .is_right = true, .drop = 1},
    [QUEUES_HELD] = {.title = "HELD", .width = 6, .is_right = true, .drop = 7},
    [QUEUES_DELAYED] = {.title = "DELAYED", .width = 7, .is_right = true, .drop = 9},
    [QUEUES_DEAD] = {.title = "DEAD", .width = 6, .is_right = true, .drop = 4},
    [QUEUES_RESULTS] = {.title = "RESULTS", .width = 7, .is_right = true, .drop = 8},
    [QUEUES_IN] = {.title = "IN/s", .width = 6, .is_right = true, .drop = 10},
    [QUEUES_OUT] = {.title = "OUT/s", .width = 6, .is_right = true, .drop = 3},
    [QUEUES_ETA] = {.title = "ETA", .width = 6, .is_right = true, .drop = 5},
    [QUEUES_BUSY] = {.title = "BUSY", .width = 6, .is_right = true, .drop = 6},
};

static bool queues_has_work(const struct skep_queue_status *status)
{
    return skep_rates_records(status) > 0 || status->n_held > 0;
}

static void queues_state(const struct skep_top_seen *seen, struct skep_table_cell *cell)
{
    const struct skep_finding *worst = skep_top_worst(seen);

    if (worst != NULL) {
        enum skep_severity severity = skep_finding_severity(worst->kind);
        skep_top_cell_text(cell, skep_top_severity_style(severity), "%s", skep_finding_word(worst->kind));
    } else if (queues_has_work(&seen->overview.status)) {
        skep_top_cell_text(cell, SKEP_STYLE_GOOD, "running");
    } else {
        skep_top_cell_text(cell, SKEP_STYLE_DIM, "idle");
    }
}

static void queues_cells(const struct skep_top_picture *picture, size_t item, struct skep_table_cell *cells)
{
    const struct skep_top_queue *queue = &picture->model->queues[item];
    const struct skep_overview *overview;
    const struct skep_queue_status *status;
    char text[SKEP_SHORT_BYTES];

    skep_top_cell_bytes(&cells[QUEUES_NAME], SKEP_STYLE_STRONG, queue->name);
    if (queue->seen == NULL) {
        skep_top_cell_text(&cells[QUEUES_STATE], SKEP_STYLE_DIM, queue->trouble[0] != '\0' ? "unread" : ".");
        return;
    }
    overview = &queue->seen->overview;
    status = &overview->status;
    queues_state(queue->seen, &cells[QUEUES_STATE]);
    skep_top_cell_count(&cells[QUEUES_LEFT], overview->n_left);
    skep_top_cell_count(&cells[QUEUES_HELD], status->n_held);
    skep_top_cell_count(&cells[QUEUES_DELAYED], status->n_delayed);
    skep_top_cell_count(&cells[QUEUES_DEAD], status->n_dead);
    if (status->n_dead > 0) {
        cells[QUEUES_DEAD].style = SKEP_STYLE_WARN;
    }
    skep_top_cell_count(&cells[QUEUES_RESULTS], status->n_results);
    skep_top_cell_text(&cells[QUEUES_IN], overview->in_per_s > 0 ? SKEP_STYLE_PLAIN : SKEP_STYLE_DIM, "%s",
                       skep_short_rate(overview->in_per_s, text));
    skep_top_cell_text(&cells[QUEUES_OUT], overview->out_per_s > 0 ? SKEP_STYLE_PLAIN : SKEP_STYLE_DIM, "%s",
                       skep_short_rate(overview->out_per_s, text));
    skep_top_cell_text(&cells[QUEUES_ETA], SKEP_STYLE_PLAIN, "%s",
                       skep_short_seconds(queues_has_work(status) ? overview->eta_s : NAN, text));
    skep_top_cell_text(&cells[QUEUES_BUSY], status->n_slots > 0 ? SKEP_STYLE_PLAIN : SKEP_STYLE_DIM,
                       "%zu/%zu", overview->n_busy, status->n_slots);
}

static void queues_detail(const struct skep_top_picture *picture, size_t item, struct skep_canvas *canvas,
                          struct skep_box box)
{
    const struct skep_top_queue *queue = &picture->model->queues[item];
    const struct skep_finding *worst = queue->seen != NULL ? skep_top_worst(queue->seen) : NULL;
    char text[SKEP_SHORT_BYTES];

    if (queue->seen == NULL) {
        (void)skep_canvas_printf(canvas, box, SKEP_STYLE_DIM, "%s: %s", queue->name,
                                 queue->trouble[0] != '\0' ? queue->trouble : "not read yet");
    } else if (worst != NULL) {
        (void)skep_canvas_printf(canvas, box, SKEP_STYLE_DIM, "%s: %s", queue->name, worst->words);
    } else {
        (void)skep_canvas_printf(canvas, box, SKEP_STYLE_DIM, "%s: the oldest has waited %s", queue->name,
                                 skep_short_age(queue->seen->overview.oldest_ms, text));
    }
}

const struct skep_top_view_row skep_top_view_queues = {
    .title = "Queues",
    .nothing = "no queues yet: `skep push -q NAME tasks.jsonl` makes one",
    .columns = queues_columns,
    .n_columns = QUEUES_COLUMNS,
    .cells = queues_cells,
    .detail = queues_detail,
};
