/* SPDX-License-Identifier: MIT */
/* What runs now, in which slot and since when; what has run for longest comes first. */
#include "producer/top/view.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum {
    TASKS_JOB,
    TASKS_NAME,
    TASKS_KERNEL,
    TASKS_FOR,
    TASKS_BAR,
    TASKS_LIMIT,
    TASKS_HOST,
    TASKS_SLOT,
    TASKS_COLUMNS
};

static const struct skep_column tasks_columns[TASKS_COLUMNS] = {
    [TASKS_JOB] = {.title = "JOB", .width = 10, .is_stretchy = true, .most = 24, .drop = 6},
    [TASKS_NAME] = {.title = "TASK", .width = 10, .is_stretchy = true, .most = 40, .is_tail = true},
    [TASKS_KERNEL] = {.title = "KERNEL", .width = 9, .drop = 2},
    [TASKS_FOR] = {.title = "FOR", .width = 6, .is_right = true},
    [TASKS_BAR] = {.title = "", .width = 8, .is_stretchy = true, .most = 20, .drop = 5},
    [TASKS_LIMIT] = {.title = "LIMIT", .width = 6, .is_right = true, .drop = 4},
    [TASKS_HOST] = {.title = "HOST", .width = 8, .drop = 3},
    [TASKS_SLOT] = {.title = "SLOT", .width = 4, .is_right = true, .drop = 1},
};

static double tasks_for_s(const struct skep_top_picture *picture, const struct skep_info_running *running)
{
    return running->since_ms > 0 ? (double)(skep_top_server_ms(picture) - running->since_ms) / 1000 : NAN;
}

static double tasks_limit_s(const struct skep_info_running *running)
{
    return running->until_ms > 0 && running->since_ms > 0
               ? (double)(running->until_ms - running->since_ms) / 1000
               : NAN;
}

static void tasks_cells(const struct skep_top_picture *picture, size_t item, struct skep_table_cell *cells)
{
    const struct skep_info *info = &picture->seen->overview.slots[item].info;
    double for_s = tasks_for_s(picture, &info->running);
    double limit_s = tasks_limit_s(&info->running);
    bool is_late = for_s > limit_s; /* NaN: never */
    char text[SKEP_SHORT_BYTES];

    skep_top_cell_bytes(&cells[TASKS_JOB], SKEP_STYLE_PLAIN, info->running.job);
    if (info->running.index >= 0) {
        skep_top_cell_text(&cells[TASKS_NAME], SKEP_STYLE_STRONG, "%" PRId64, info->running.index);
    } else {
        skep_top_cell_bytes(&cells[TASKS_NAME], SKEP_STYLE_STRONG, info->running.id);
    }
    skep_top_cell_bytes(&cells[TASKS_KERNEL], SKEP_STYLE_PLAIN, info->running.kernel);
    skep_top_cell_text(&cells[TASKS_FOR], is_late ? SKEP_STYLE_BAD : SKEP_STYLE_PLAIN, "%s",
                       skep_short_seconds(for_s, text));
    if (limit_s > 0) {
        cells[TASKS_BAR] =
            (struct skep_table_cell){.is_bar = true, .done = for_s / limit_s, .failed = is_late ? 1 : 0};
    }
    skep_top_cell_text(&cells[TASKS_LIMIT], SKEP_STYLE_DIM, "%s", skep_short_seconds(limit_s, text));
    skep_top_cell_bytes(&cells[TASKS_HOST], SKEP_STYLE_PLAIN, info->host);
    skep_top_cell_text(&cells[TASKS_SLOT], SKEP_STYLE_PLAIN, "%" PRId64, info->slot);
}

static void tasks_detail(const struct skep_top_picture *picture, size_t item, struct skep_canvas *canvas,
                         struct skep_box box)
{
    const struct skep_overview_slot *slot = &picture->seen->overview.slots[item];
    const struct skep_info *info = &slot->info;
    const struct skep_info_running *running = &info->running;
    char index[24] = "";

    if (running->index >= 0) {
        snprintf(index, sizeof index, "%" PRId64, running->index);
    }
    (void)skep_canvas_printf(canvas, box, SKEP_STYLE_DIM, "%s %s on %s, pid %" PRId64 "; %" PRId64 " in hand",
                             running->job != NULL ? running->job : "task",
                             running->index >= 0   ? index
                             : running->id != NULL ? running->id
                                                   : "without a name",
                             info->host != NULL ? info->host : "?", info->pid, slot->status->n_held);
}

const struct skep_top_view_row skep_top_view_tasks = {
    .title = "Tasks",
    .nothing = "nothing runs; what takes less than a second or so is seldom caught in the act",
    .columns = tasks_columns,
    .n_columns = TASKS_COLUMNS,
    .cells = tasks_cells,
    .detail = tasks_detail,
};
