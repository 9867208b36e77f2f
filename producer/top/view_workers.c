/* SPDX-License-Identifier: MIT */
/* Who works on a queue: every slot, how it does, and what it runs. */
#include "producer/top/view.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    WORKERS_HOST,
    WORKERS_SLOT,
    WORKERS_STATE,
    WORKERS_HELD,
    WORKERS_RATE,
    WORKERS_DONE,
    WORKERS_FAILED,
    WORKERS_MEMORY,
    WORKERS_CYCLE,
    WORKERS_VERSION,
    WORKERS_RUNS,
    WORKERS_COLUMNS
};

static const struct skep_column workers_columns[WORKERS_COLUMNS] = {
    [WORKERS_HOST] = {.title = "HOST", .width = 10, .is_stretchy = true, .most = 14},
    [WORKERS_SLOT] = {.title = "SLOT", .width = 4, .is_right = true},
    [WORKERS_STATE] = {.title = "STATE", .width = 7, .drop = 1},
    [WORKERS_HELD] = {.title = "HELD", .width = 5, .is_right = true, .drop = 8},
    [WORKERS_RATE] = {.title = "TASKS/s", .width = 7, .is_right = true, .drop = 2},
    [WORKERS_DONE] = {.title = "TASKS", .width = 7, .is_right = true, .drop = 5},
    [WORKERS_FAILED] = {.title = "FAILED", .width = 6, .is_right = true, .drop = 7},
    [WORKERS_MEMORY] = {.title = "MEMORY", .width = 6, .is_right = true, .drop = 4},
    [WORKERS_CYCLE] = {.title = "CYCLE", .width = 6, .is_right = true, .drop = 6},
    [WORKERS_VERSION] = {.title = "SKEP", .width = 7, .drop = 9},
    [WORKERS_RUNS] = {.title = "RUNS", .width = 12, .is_stretchy = true, .most = 80, .drop = 3},
};

static void workers_state(const struct skep_overview_slot *slot, struct skep_table_cell *cell)
{
    if (slot->is_silent || !slot->has_info) {
        skep_top_cell_text(cell, slot->is_silent ? SKEP_STYLE_WARN : SKEP_STYLE_DIM,
                           slot->is_silent ? "silent" : "new");
    } else if (skep_info_is_stopped(&slot->info)) {
        skep_top_cell_text(cell, SKEP_STYLE_BAD, "stopped");
    } else if (slot->status->n_held > 0) { /* what it tells may be seconds old */
        skep_top_cell_text(cell, SKEP_STYLE_GOOD, "busy");
    } else {
        skep_top_cell_text(cell, SKEP_STYLE_DIM, "idle");
    }
}

static void workers_told(const struct skep_overview_slot *slot, struct skep_table_cell *cells)
{
    const struct skep_info *info = &slot->info;
    char text[SKEP_SHORT_BYTES];

    skep_top_cell_bytes(&cells[WORKERS_HOST], SKEP_STYLE_STRONG, info->host);
    skep_top_cell_text(&cells[WORKERS_SLOT], SKEP_STYLE_PLAIN, "%" PRId64, info->slot);
    skep_top_cell_text(&cells[WORKERS_RATE], info->tasks_per_s > 0 ? SKEP_STYLE_PLAIN : SKEP_STYLE_DIM, "%s",
                       skep_short_rate(info->tasks_per_s, text));
    skep_top_cell_count(&cells[WORKERS_DONE], info->tasks);
    skep_top_cell_count(&cells[WORKERS_FAILED], info->failed);
    if (info->failed > 0) {
        cells[WORKERS_FAILED].style = SKEP_STYLE_WARN;
    }
    skep_top_cell_text(&cells[WORKERS_MEMORY], SKEP_STYLE_PLAIN, "%s",
                       skep_short_bytes(skep_info_memory_bytes(info), text));
    skep_top_cell_bytes(&cells[WORKERS_VERSION], SKEP_STYLE_DIM, info->version);
    if (info->running.is_any && info->running.kernel != NULL && slot->status->n_held > 0) {
        skep_top_cell_text(&cells[WORKERS_RUNS], SKEP_STYLE_PLAIN, "%s %s", info->running.kernel,
                           info->running.job != NULL ? info->running.job : "");
    } else {
        skep_top_cell_text(&cells[WORKERS_RUNS], SKEP_STYLE_DIM, "-");
    }
}

static void workers_cells(const struct skep_top_picture *picture, size_t item, struct skep_table_cell *cells)
{
    const struct skep_overview_slot *slot = &picture->seen->overview.slots[item];
    char text[SKEP_SHORT_BYTES];

    if (slot->has_info) {
        workers_told(slot, cells);
    } else {
        skep_top_cell_bytes(&cells[WORKERS_HOST], SKEP_STYLE_STRONG, slot->status->worker);
    }
    workers_state(slot, &cells[WORKERS_STATE]);
    skep_top_cell_count(&cells[WORKERS_HELD], slot->status->n_held);
    skep_top_cell_text(&cells[WORKERS_CYCLE], SKEP_STYLE_PLAIN, "%s",
                       skep_short_age(slot->cycle_age_ms, text));
}

static void workers_detail(const struct skep_top_picture *picture, size_t item, struct skep_canvas *canvas,
                           struct skep_box box)
{
    const struct skep_overview_slot *slot = &picture->seen->overview.slots[item];
    const struct skep_info *info = &slot->info;
    char since[SKEP_SHORT_BYTES], cpu[SKEP_SHORT_BYTES];

    if (!slot->has_info) {
        (void)skep_canvas_printf(canvas, box, SKEP_STYLE_DIM, "%s: says nothing of itself (yet)",
                                 slot->status->worker);
        return;
    }
    (void)skep_canvas_printf(
        canvas, box, SKEP_STYLE_DIM, "%s: pid %" PRId64 ", agent %" PRId64 ", up %s, cpu %s",
        slot->status->worker, info->pid, info->agent_pid,
        skep_short_seconds(
            info->started_ms > 0 ? (double)(skep_top_server_ms(picture) - info->started_ms) / 1000 : NAN,
            since),
        skep_short_seconds(info->cpu_s, cpu));
}

const struct skep_top_view_row skep_top_view_workers = {
    .title = "Workers",
    .nothing = "no workers: start `skep-worker` with this server and queue",
    .columns = workers_columns,
    .n_columns = WORKERS_COLUMNS,
    .cells = workers_cells,
    .detail = workers_detail,
};
