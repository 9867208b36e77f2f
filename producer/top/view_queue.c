/* SPDX-License-Identifier: MIT */
/* One queue: what is wrong and what helps, how fast it goes, and its jobs. */
#include "producer/top/view.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    JOBS_NAME,
    JOBS_BAR,
    JOBS_PERCENT,
    JOBS_OVER,
    JOBS_TOTAL,
    JOBS_FAILED,
    JOBS_RATE,
    JOBS_ETA,
    JOBS_STATE,
    JOBS_COLUMNS
};

enum { QUEUE_FINDINGS = 3, QUEUE_KERNELS = 3, QUEUE_SPARK = 20, QUEUE_LINE_BYTES = 512 };

static const struct skep_column jobs_columns[JOBS_COLUMNS] = {
    [JOBS_NAME] = {.title = "JOB", .width = 12, .is_stretchy = true, .most = 20},
    [JOBS_BAR] = {.title = "", .width = 10, .is_stretchy = true, .most = 30, .drop = 4},
    [JOBS_PERCENT] = {.title = "%", .width = 4, .is_right = true},
    [JOBS_OVER] = {.title = "OVER", .width = 7, .is_right = true, .drop = 7},
    [JOBS_TOTAL] = {.title = "TASKS", .width = 7, .is_right = true, .drop = 6},
    [JOBS_FAILED] = {.title = "FAILED", .width = 6, .is_right = true, .drop = 2},
    [JOBS_RATE] = {.title = "/s", .width = 6, .is_right = true, .drop = 5},
    [JOBS_ETA] = {.title = "ETA", .width = 6, .is_right = true, .drop = 1},
    [JOBS_STATE] = {.title = "STATE", .width = 9, .drop = 3},
};

/* ---- jobs ---- */

static enum skep_style jobs_state_style(const struct skep_job *job, const char *state)
{
    return strcmp(state, "failed") == 0       ? SKEP_STYLE_BAD
           : job->is_held_up                  ? SKEP_STYLE_WARN
           : strncmp(state, "cancel", 6) == 0 ? SKEP_STYLE_WARN
           : strcmp(state, "running") == 0    ? SKEP_STYLE_GOOD
                                              : SKEP_STYLE_DIM;
}

static double jobs_eta_s(const struct skep_job *job, double per_s)
{
    int64_t left = skep_job_total(job) - skep_job_over(job);

    return left > 0 && per_s > 0 ? (double)left / per_s : NAN;
}

static void jobs_cells(const struct skep_top_picture *picture, size_t item, struct skep_table_cell *cells)
{
    const struct skep_job *job = &picture->seen->overview.jobs[item];
    bool is_known = picture->seen->job_per_s != NULL && !skep_job_is_over(job);
    double per_s = is_known ? picture->seen->job_per_s[item] : NAN;
    double total = (double)skep_job_total(job);
    double over = (double)skep_job_over(job);
    const char *state = skep_job_state(job);
    char text[SKEP_SHORT_BYTES];

    skep_top_cell_bytes(&cells[JOBS_NAME], SKEP_STYLE_STRONG, job->name);
    cells[JOBS_BAR].is_bar = true;
    cells[JOBS_BAR].done = total > 0 ? over / total : 0;
    cells[JOBS_BAR].failed = total > 0 ? (double)job->n_failed / total : 0;
    if (total > 0) {
        skep_top_cell_text(&cells[JOBS_PERCENT], SKEP_STYLE_PLAIN, "%d%%",
                           (int)(over < total ? 100 * over / total : 100));
    } else {
        skep_top_cell_text(&cells[JOBS_PERCENT], SKEP_STYLE_DIM, "-");
    }
    skep_top_cell_count(&cells[JOBS_OVER], skep_job_over(job));
    skep_top_cell_count(&cells[JOBS_TOTAL], skep_job_total(job));
    skep_top_cell_count(&cells[JOBS_FAILED], job->n_failed);
    if (job->n_failed > 0) {
        cells[JOBS_FAILED].style = SKEP_STYLE_BAD;
    }
    skep_top_cell_text(&cells[JOBS_RATE], per_s > 0 ? SKEP_STYLE_PLAIN : SKEP_STYLE_DIM, "%s",
                       skep_short_rate(per_s, text));
    skep_top_cell_text(&cells[JOBS_ETA], SKEP_STYLE_PLAIN, "%s",
                       skep_short_seconds(jobs_eta_s(job, per_s), text));
    skep_top_cell_text(&cells[JOBS_STATE], jobs_state_style(job, state), "%s",
                       job->is_held_up                      ? "held up"
                       : job->is_gathering && over >= total ? "gathering"
                                                            : state);
}

static void jobs_detail(const struct skep_top_picture *picture, size_t item, struct skep_canvas *canvas,
                        struct skep_box box)
{
    const struct skep_job *job = &picture->seen->overview.jobs[item];
    double ago_s = (double)(skep_top_server_ms(picture) - job->put_ms) / 1000;
    char text[SKEP_SHORT_BYTES];

    (void)skep_canvas_printf(canvas, box, SKEP_STYLE_DIM,
                             "%s: %" PRId64 " of %" PRId64 " over, %" PRId64 " failed, %" PRId64
                             " cancelled, last put %s ago",
                             job->name, skep_job_over(job), skep_job_total(job), job->n_failed,
                             job->n_cancelled, skep_short_seconds(job->put_ms > 0 ? ago_s : NAN, text));
}

/* ---- above them ---- */

/* What is wrong, and what helps. */
static void queue_draw_finding(struct skep_canvas *canvas, int row, const struct skep_finding *finding)
{
    enum skep_style style = skep_top_severity_style(skep_finding_severity(finding->kind));
    struct skep_box box = {row, 1, canvas->columns - 2};
    int used = skep_canvas_printf(canvas, box, style, "%s: ", skep_finding_word(finding->kind));

    box.column += used;
    box.width -= used;
    used = skep_canvas_printf(canvas, box, SKEP_STYLE_PLAIN, "%s", finding->words);
    box.column += used;
    box.width -= used;
    (void)skep_canvas_printf(canvas, box, SKEP_STYLE_DIM, "; %s", skep_finding_help(finding->kind));
}

static void queue_draw_pace(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row)
{
    const struct skep_overview *overview = &picture->seen->overview;
    struct skep_top_pieces pieces = {canvas, {row, 1, canvas->columns - 2}};
    char text[SKEP_SHORT_BYTES];

    if (canvas->columns > 3 * QUEUE_SPARK) {
        pieces.box.width -= QUEUE_SPARK + 2;
        skep_canvas_spark(canvas, (struct skep_box){row, canvas->columns - 1 - QUEUE_SPARK, QUEUE_SPARK},
                          SKEP_STYLE_GOOD, picture->seen->out_per_s, picture->seen->n_out);
    }
    skep_top_piece(&pieces, "ETA", SKEP_STYLE_STRONG,
                   skep_short_seconds(overview->n_left > 0 ? overview->eta_s : NAN, text));
    skep_top_piece(&pieces, "oldest", SKEP_STYLE_PLAIN, skep_short_age(overview->oldest_ms, text));
    skep_top_piece(&pieces, "last cycle", SKEP_STYLE_PLAIN, skep_short_age(overview->cycle_age_ms, text));
}

/* The kernels that took the most time: how many, and how long they take. */
static bool queue_draw_kernels(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row)
{
    const struct skep_overview_account *account = &picture->seen->overview.account;
    struct skep_top_pieces pieces = {canvas, {row, 1, canvas->columns - 2}};
    bool is_shown[SKEP_OVERVIEW_KERNELS] = {false};

    for (int k = 0; k < QUEUE_KERNELS; k++) {
        const struct skep_overview_kernel *most = NULL;
        char line[QUEUE_LINE_BYTES], median[SKEP_SHORT_BYTES], late[SKEP_SHORT_BYTES];
        for (size_t i = 0; i < account->n_kernels; i++) {
            if (!is_shown[i] && (most == NULL || account->kernels[i].ns > most->ns)) {
                most = &account->kernels[i];
            }
        }
        if (most == NULL || most->n_done + most->n_failed == 0) {
            return k > 0;
        }
        is_shown[most - account->kernels] = true;
        snprintf(line, sizeof line, "half below %s, 99%% below %s",
                 skep_short_time(skep_seconds_quantile(most->buckets, 0.5), median),
                 skep_short_time(skep_seconds_quantile(most->buckets, 0.99), late));
        skep_top_piece(&pieces, most->name, SKEP_STYLE_PLAIN, line);
    }
    return true;
}

static bool queue_draw_causes(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row)
{
    const struct skep_overview_account *account = &picture->seen->overview.account;
    struct skep_top_pieces pieces = {canvas, {row, 1, canvas->columns - 2}};
    char text[SKEP_SHORT_BYTES];

    if (account->n_causes == 0) {
        return false;
    }
    pieces.box.column += skep_canvas_printf(canvas, pieces.box, SKEP_STYLE_DIM, "attempts failed:") + 2;
    pieces.box.width = canvas->columns - 1 - pieces.box.column;
    for (size_t i = 0; i < account->n_causes; i++) {
        skep_top_piece(&pieces, account->causes[i].word, SKEP_STYLE_BAD,
                       skep_short_count(account->causes[i].n, text));
    }
    return true;
}

static int queue_above(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row, int most)
{
    int used = 0, n_findings = 0;

    if (picture->seen == NULL || most < 1) {
        return 0;
    }
    queue_draw_pace(picture, canvas, row + used++);
    for (size_t i = 0; i < picture->seen->n_findings && used < most && n_findings < QUEUE_FINDINGS; i++) {
        queue_draw_finding(canvas, row + used++, &picture->seen->findings[i]);
        n_findings++;
    }
    used += used < most && queue_draw_kernels(picture, canvas, row + used);
    used += used < most && queue_draw_causes(picture, canvas, row + used);
    used += used < most; /* a blank one */
    return used;
}

const struct skep_top_view_row skep_top_view_queue = {
    .title = "Queue",
    .nothing = "no jobs: `skep push --job NAME` and `skep sweep` make them",
    .columns = jobs_columns,
    .n_columns = JOBS_COLUMNS,
    .cells = jobs_cells,
    .above = queue_above,
    .detail = jobs_detail,
};
