/* SPDX-License-Identifier: MIT */
/* Several steps in time over a piece of a line that fits the first-level cache. After T steps a cell depends
 * on T neighbours at either side, so a piece is fetched with so many more, and each step makes it shorter by
 * one cell at both ends:
 *
 *     step 0     fetched, round the end of the line     |-- T --|------ width ------|-- T --|
 *     step 1     in the other row                        |-- T-1 -|----- width -----|-- T-1 -|
 *     step T     to the value                                    |------ width ------|
 *
 * What neighbouring pieces both compute, T cells of width, is the price. Steps begin at a multiple of eight
 * cells, for the vectors' sake: what is computed beyond the ends is never used. */
#include "kernel/dynamics/diffuse_line.h"

enum {
    LINE_PAD = 8,      /* before and behind a row: neighbours that are read and not used */
    LINE_DEPTH = 32,   /* measured: the time changes little from 16 to 128 */
    LINE_WIDTH = 1024, /* two rows of it fill half of a first-level cache of 32 KiB */
    LINE_SHARE = 8     /* the width has to be so many times the depth */
};

static int64_t line_round_up(int64_t n)
{
    return (n + 7) & ~(int64_t)7;
}

struct skep_diffuse_plan skep_diffuse_line_plan(const struct skep_grid *grid, int64_t steps)
{
    int64_t strips = (grid->m + LINE_WIDTH - 1) / LINE_WIDTH;
    struct skep_diffuse_plan plan = {.width = line_round_up((grid->m + strips - 1) / strips)};

    plan.depth = plan.width / LINE_SHARE < LINE_DEPTH ? plan.width / LINE_SHARE : LINE_DEPTH;
    plan.depth = plan.depth < steps ? plan.depth : steps;
    return plan;
}

static int64_t line_row(const struct skep_diffuse_plan *plan)
{
    return LINE_PAD + 2 * line_round_up(plan->depth) + plan->width + LINE_PAD;
}

int64_t skep_diffuse_line_room(const struct skep_diffuse_plan *plan)
{
    return 2 * line_row(plan);
}

static void line_piece(const struct skep_diffuse_pass *pass, int64_t first, int64_t width)
{
    int64_t depth = pass->plan.depth;
    int64_t home = LINE_PAD + line_round_up(depth); /* where column FIRST is in a row */
    double *from = pass->room;
    double *to = pass->room + line_row(&pass->plan);

    skep_grid_fetch(&pass->grid, 0, first - depth, width + 2 * depth, from + home - depth);
    for (int64_t step = 1; step < depth; step++) {
        int64_t more = depth - step;
        int64_t begin = home - line_round_up(more);
        double *swap = from;

        pass->loops->line(from + begin, to + begin, line_round_up(home + width + more - begin), pass->k);
        from = to;
        to = swap;
    }
    pass->loops->line(from + home, pass->out + first, width, pass->k);
}

skep_status skep_diffuse_line_pass(const struct skep_call *call, const struct skep_diffuse_pass *pass)
{
    int64_t m = pass->grid.m;

    for (int64_t first = 0; first < m; first += pass->plan.width) {
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        line_piece(pass, first, m - first < pass->plan.width ? m - first : pass->plan.width);
    }
    return SKEP_OK;
}
