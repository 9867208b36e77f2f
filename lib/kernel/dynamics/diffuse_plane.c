/* SPDX-License-Identifier: MIT */
/* Several steps in time while a wave of rows runs down a strip of the plane. Level t is the state after t
 * steps; a turn s of the wave makes four rows of every level, one row higher for each level:
 *
 *     level 0     rows 4s-T   ... 4s-T+3     fetched from the grid, round its edges
 *     level 1     rows 4s-T-1 ... 4s-T+2     from level 0: the rows just made, and two of the turn before
 *     level t     rows 4s-T-t ...            from level t-1, in the same way
 *     level T     rows 4s-2T  ...            to the grid of the result
 *
 * so a level needs to remember six rows, and all levels together stay in the second-level cache however large
 * the grid: it is read and written once in T steps. The rows just made are still in the first-level cache,
 * which is why four are made at a time: two rows in six come from farther away.
 *
 * The grid is periodic, so the wave begins T rows above row 0 and ends T rows below row n-1, and a strip is
 * fetched with T columns more on either side; each level needs one row and one column less of them at each
 * side (as in diffuse_line.c). What strips and their edges compute twice is the price, T in n rows and T in
 * width columns. A level begins at a multiple of eight columns, and its first turn may make rows above those
 * it needs: numbers without meaning, which only ever reach others of their kind. */
#include "kernel/dynamics/diffuse_plane.h"

enum {
    PLANE_PAD = 8, /* columns before and behind a row: neighbours that are read and not used */
    PLANE_RING = SKEP_DIFFUSE_ROWS + 2,
    PLANE_DEPTH = 25, /* with the width below the rings take 0.7 MB; measured: from 16 on much the same */
    PLANE_WIDTH = 512,
    PLANE_SHARE = 8 /* width and height have to be so many times the depth */
};

struct plane {
    const struct skep_diffuse_pass *pass;
    int64_t depth;
    int64_t first, width; /* the columns of this strip */
    int64_t home;         /* where column FIRST is in a row of a ring */
    int64_t row;          /* from one row of a ring to the next, in elements */
};

static int64_t plane_round_up(int64_t n)
{
    return (n + 7) & ~(int64_t)7;
}

struct skep_diffuse_plan skep_diffuse_plane_plan(const struct skep_grid *grid, int64_t steps)
{
    int64_t strips = (grid->m + PLANE_WIDTH - 1) / PLANE_WIDTH;
    struct skep_diffuse_plan plan = {.width = plane_round_up((grid->m + strips - 1) / strips)};
    int64_t least = plan.width < grid->n ? plan.width : grid->n;

    plan.depth = least / PLANE_SHARE < PLANE_DEPTH ? least / PLANE_SHARE : PLANE_DEPTH;
    plan.depth = plan.depth < steps ? plan.depth : steps;
    plan.depth = plan.depth > 0 ? plan.depth : 1;
    return plan;
}

static int64_t plane_row(const struct skep_diffuse_plan *plan)
{
    return PLANE_PAD + 2 * plane_round_up(plan->depth) + plan->width + PLANE_PAD;
}

/* A ring for each level but the last, and a row for what is made beyond the grid. */
int64_t skep_diffuse_plane_room(const struct skep_diffuse_plan *plan)
{
    return (plan->depth * PLANE_RING + 1) * plane_row(plan);
}

/* Row SLOT of the ring of LEVEL. Row i of the grid has slot i + T + t in level t. */
static double *plane_slot(const struct plane *p, int64_t level, int64_t slot)
{
    return p->pass->room + (level * PLANE_RING + slot % PLANE_RING) * p->row;
}

static void plane_fetch(const struct plane *p, int64_t turn)
{
    for (int64_t r = 0; r < SKEP_DIFFUSE_ROWS; r++) {
        int64_t slot = SKEP_DIFFUSE_ROWS * turn + r;

        skep_grid_fetch(&p->pass->grid, slot - p->depth, p->first - p->depth, p->width + 2 * p->depth,
                        plane_slot(p, 0, slot) + p->home - p->depth);
    }
}

/* Where the last level puts a row: into the result, or where nobody looks. */
static double *plane_result(const struct plane *p, int64_t row)
{
    const struct skep_grid *grid = &p->pass->grid;

    if (row < 0 || row >= grid->n) {
        return plane_slot(p, p->depth, 0);
    }
    return p->pass->out + row * grid->m + p->first;
}

static void plane_make(const struct plane *p, int64_t level, int64_t turn)
{
    int64_t slot = SKEP_DIFFUSE_ROWS * turn;
    int64_t more = p->depth - level; /* columns beyond the strip that are still needed */
    int64_t begin = p->home - plane_round_up(more);
    int64_t count = more > 0 ? plane_round_up(p->home + p->width + more - begin) : p->width;
    const double *in[PLANE_RING];
    double *out[SKEP_DIFFUSE_ROWS];

    for (int64_t r = 0; r < PLANE_RING; r++) {
        /* From two slots before this turn's on; 4 is 2 less, round the ring. */
        in[r] = plane_slot(p, level - 1, slot + SKEP_DIFFUSE_ROWS + r) + begin;
    }
    for (int64_t r = 0; r < SKEP_DIFFUSE_ROWS; r++) {
        out[r] = more > 0 ? plane_slot(p, level, slot + r) + begin : plane_result(p, slot + r - 2 * p->depth);
    }
    p->pass->loops->rows(in, out, count, p->pass->k);
}

static skep_status plane_strip(const struct skep_call *call, const struct plane *p)
{
    int64_t slots = p->pass->grid.n + 2 * p->depth;

    for (int64_t turn = 0; SKEP_DIFFUSE_ROWS * turn < slots; turn++) {
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        plane_fetch(p, turn);
        /* Row -(T-t), the first that level t needs, has slot 2t. */
        for (int64_t level = 1; level <= p->depth && 2 * level < SKEP_DIFFUSE_ROWS * (turn + 1); level++) {
            plane_make(p, level, turn);
        }
    }
    return SKEP_OK;
}

skep_status skep_diffuse_plane_pass(const struct skep_call *call, const struct skep_diffuse_pass *pass)
{
    struct plane p = {.pass = pass,
                      .depth = pass->plan.depth,
                      .home = PLANE_PAD + plane_round_up(pass->plan.depth),
                      .row = plane_row(&pass->plan)};
    skep_status st = SKEP_OK;

    for (; st == SKEP_OK && p.first < pass->grid.m; p.first += pass->plan.width) {
        p.width = pass->grid.m - p.first < pass->plan.width ? pass->grid.m - p.first : pass->plan.width;
        st = plane_strip(call, &p);
    }
    return st;
}
