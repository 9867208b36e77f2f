/* SPDX-License-Identifier: MIT */
#include "kernel/dynamics/star_run.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "kernel/dynamics/star_kicks.h"

enum {
    STRETCH_NODES = 4096, /* nodes times steps between two looks at stop, and of kicks that are made ahead */
    PACK_WRITE = 4,       /* series that are written out together */
    PACK_LEAST = 3,       /* fewer series are quicker one by one */
    PACK_NODES = 24       /* with more, one star has enough leaves to fill vectors */
};

/* ---- stretches ---- */

/* Where a run of steps is: so many are done, so many recorded. */
struct star_course {
    int64_t done, recorded;
    int64_t longest; /* stretch */
};

static int64_t course_stretch(int64_t nodes, int64_t steps)
{
    int64_t longest = STRETCH_NODES > nodes ? STRETCH_NODES / nodes : 1;

    return longest < steps ? longest : steps;
}

/* The next stretch, and how many states are recorded in it. */
static int64_t course_next(const struct star_course *course, const struct skep_star_series *series,
                           struct skep_star_span *span)
{
    int64_t left = series->steps - course->done;

    span->steps = left < course->longest ? left : course->longest;
    span->first = series->skip + (course->recorded + 1) * series->every - course->done;
    span->every = series->every;
    span->is_sine = series->is_sine;
    return span->first > span->steps ? 0 : 1 + (span->steps - span->first) / span->every;
}

static skep_status star_not_finite(int64_t node, int64_t step, struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_NUMERIC, "theta[%" PRId64 "] is not finite after step %" PRId64, node,
                          step);
}

/* N records, the first of them after step STEP. */
static skep_status star_check(const struct skep_star_series *series, const double *records, int64_t n,
                              int64_t step, struct skep_error *err)
{
    for (int64_t i = 0; i < n * series->m; i++) {
        if (!isfinite(records[i])) {
            return star_not_finite(i % series->m, step + i / series->m * series->every, err);
        }
    }
    return SKEP_OK;
}

static void course_advance(struct star_course *course, const struct skep_star_span *span, int64_t n)
{
    course->done += span->steps;
    course->recorded += n;
}

/* ---- one series ---- */

static int64_t star_kicks_row(const struct skep_star_series *series)
{
    return skep_star_has_kicks(series) ? 1 + skep_star_row(series->m - 1) : 0;
}

static int64_t star_stretch(const struct skep_star_series *series)
{
    return course_stretch(skep_star_row(series->m - 1), series->steps);
}

static int64_t star_room(const struct skep_star_series *series)
{
    return (1 + SKEP_STAR_ROOM) * skep_star_row(series->m - 1) +
           star_stretch(series) * star_kicks_row(series);
}

double skep_star_run_bytes(const struct skep_star_series *series)
{
    return 8.0 * (double)star_room(series);
}

double skep_star_run_seconds(const struct skep_star_series *series, bool is_plain)
{
    double nodes = (double)series->m;
    double step = is_plain ? 150e-9 * nodes : 70e-9 + 4e-9 * nodes;

    if (series->kick != 0.0) {
        step += 8e-9 * nodes;
    } else if (series->noise != NULL) {
        step += 2e-9 * nodes;
    }
    return (double)series->steps * step;
}

static skep_status star_open(struct skep_call *call, const struct skep_star_series *series,
                             struct skep_star *star, double **kicks_out, struct skep_error *err)
{
    int64_t row = skep_star_row(series->m - 1);
    int64_t n_kicks = star_stretch(series) * star_kicks_row(series);
    void *room;
    skep_status st = skep_call_scratch(call, star_room(series), sizeof(double), &room, err);

    if (st != SKEP_OK) {
        return st;
    }
    *star = (struct skep_star){.m = series->m,
                               .omega_c = series->omega_c,
                               .omega_e = series->omega_e,
                               .lambda = series->lambda,
                               .dt = series->dt,
                               .leaves = room,
                               .room = (double *)room + row};
    skep_star_start(series, &star->hub, star->leaves);
    for (int64_t j = series->m - 1; j < row; j++) {
        star->leaves[j] = star->leaves[0];
    }
    *kicks_out = star->room + SKEP_STAR_ROOM * row;
    memset(*kicks_out, 0, (size_t)n_kicks * sizeof(double));
    return SKEP_OK;
}

/* The first node whose phase is not finite, or m. A phase that once is not finite stays so: while all are at
 * the end of a stretch, all recorded in it were. */
static int64_t star_find_infinite(const struct skep_star *star)
{
    int64_t j = 0;

    if (isfinite(star->hub)) {
        for (j = 1; j < star->m && isfinite(star->leaves[j - 1]); j++) {
        }
    }
    return j;
}

skep_status skep_star_run(struct skep_call *call, const struct skep_star_steps *steps,
                          const struct skep_star_series *series, double *out, struct skep_error *err)
{
    struct star_course course = {.longest = star_stretch(series)};
    struct skep_star_span span = {0};
    struct skep_star_kicks kicks;
    struct skep_star star;
    double *noise = NULL;
    skep_status st = star_open(call, series, &star, &noise, err);

    skep_star_kicks_init(&kicks, series);
    while (st == SKEP_OK && course.done < series->steps) {
        int64_t n = course_next(&course, series, &span);

        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        for (int64_t i = 0; skep_star_has_kicks(series) && i < span.steps; i++) {
            skep_star_kicks_next(&kicks, noise + i * star_kicks_row(series));
        }
        span.noise = skep_star_has_kicks(series) ? noise : NULL;
        steps->advance(&star, &span, out);
        if (star_find_infinite(&star) < star.m) {
            st = star_check(series, out, n, course.done + span.first, err);
        }
        out += n * series->m;
        course_advance(&course, &span, n);
    }
    if (st == SKEP_OK && star_find_infinite(&star) < star.m) {
        return star_not_finite(star_find_infinite(&star), series->steps, err);
    }
    return st;
}

/* ---- several side by side ---- */

bool skep_star_is_pack(const struct skep_star_steps *steps, const struct skep_star_series *series, int n)
{
    if (steps->advance_pack == NULL || n < PACK_LEAST || series->m > PACK_NODES) {
        return false;
    }
    for (int i = 1; i < n; i++) {
        if (series[i].m != series->m || series[i].steps != series->steps || series[i].skip != series->skip ||
            series[i].every != series->every || series[i].is_sine != series->is_sine ||
            skep_star_has_kicks(&series[i]) != skep_star_has_kicks(series)) {
            return false;
        }
    }
    return true;
}

static int64_t pack_stretch(const struct skep_star_series *series)
{
    return course_stretch(SKEP_STAR_PACK * series->m, series->steps);
}

/* Star I of PACK, from series I of N or, behind those, a copy of the first. */
static void pack_set(struct skep_star_pack *pack, int i, const struct skep_star_series *series)
{
    double hub;
    double leaves[PACK_NODES];

    pack->omega_c[i] = series->omega_c;
    pack->omega_e[i] = series->omega_e;
    pack->lambda[i] = series->lambda;
    pack->dt[i] = series->dt;
    skep_star_start(series, &hub, leaves);
    pack->theta[0][i] = hub;
    for (int64_t j = 1; j < series->m; j++) {
        pack->theta[j][i] = leaves[j - 1];
    }
}

/* Stars side by side, and what they need on the way. */
struct pack_room {
    struct skep_star_pack pack;
    double *kicks;
    double (*records)[SKEP_STAR_PACK];
};

static skep_status pack_open(struct skep_call *call, const struct skep_star_series *series, int n,
                             struct pack_room *p, struct skep_error *err)
{
    int64_t m = series->m;
    int64_t n_records = pack_stretch(series) * m;
    int64_t n_kicks = skep_star_has_kicks(series) ? n_records : 0;
    void *room;
    skep_status st = skep_call_scratch(call, (1 + SKEP_STAR_ROOM) * m + n_records + n_kicks,
                                       sizeof *p->records, &room, err);

    if (st != SKEP_OK) {
        return st;
    }
    p->pack = (struct skep_star_pack){.m = m, .theta = room};
    p->pack.room = p->pack.theta + m;
    for (int i = 0; i < SKEP_STAR_PACK; i++) {
        pack_set(&p->pack, i, &series[i < n ? i : 0]);
    }
    p->records = p->pack.room + SKEP_STAR_ROOM * m;
    p->kicks = p->records[n_records];
    memset(p->kicks, 0, (size_t)n_kicks * sizeof *p->records);
    return SKEP_OK;
}

static void pack_kicks(struct skep_star_kicks *kicks, int n, int64_t steps, int64_t m, double *noise)
{
    double row[PACK_NODES];

    for (int i = 0; i < n; i++) {
        for (int64_t step = 0; step < steps; step++) {
            skep_star_kicks_next(&kicks[i], row);
            for (int64_t j = 0; j < m; j++) {
                noise[(step * m + j) * SKEP_STAR_PACK + i] = row[j];
            }
        }
    }
}

/* Each star's records go to its own array, one after the other: sixteen streams at once would share few lines
 * of the first cache, because large arrays begin at like places of pages. */
static void pack_write(const struct pack_room *p, int n, int64_t records, double *const *out, int64_t at)
{
    for (int first = 0; first < n; first += PACK_WRITE) {
        int end = first + PACK_WRITE < n ? first + PACK_WRITE : n;

        for (int64_t j = 0; j < records * p->pack.m; j++) {
            for (int i = first; i < end; i++) {
                out[i][at + j] = p->records[j][i];
            }
        }
    }
}

/* The same for the first N stars: the first node that is not finite in one of them, or m. */
static int64_t pack_find_infinite(const struct skep_star_pack *pack, int n)
{
    for (int64_t j = 0; j < pack->m; j++) {
        for (int i = 0; i < n; i++) {
            if (!isfinite(pack->theta[j][i])) {
                return j;
            }
        }
    }
    return pack->m;
}

skep_status skep_star_run_pack(struct skep_call *call, const struct skep_star_steps *steps,
                               const struct skep_star_series *series, int n, double *const *out,
                               struct skep_error *err)
{
    struct star_course course = {.longest = pack_stretch(series)};
    struct skep_star_span span = {0};
    struct skep_star_kicks kicks[SKEP_STAR_PACK];
    struct pack_room p;
    skep_status st = pack_open(call, series, n, &p, err);

    for (int i = 0; i < n; i++) {
        skep_star_kicks_init(&kicks[i], &series[i]);
    }
    while (st == SKEP_OK && course.done < series->steps) {
        int64_t records = course_next(&course, series, &span);
        int64_t at = course.recorded * series->m;

        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        if (skep_star_has_kicks(series)) {
            pack_kicks(kicks, n, span.steps, series->m, p.kicks);
            span.noise = p.kicks;
        }
        steps->advance_pack(&p.pack, &span, p.records);
        pack_write(&p, n, records, out, at);
        if (pack_find_infinite(&p.pack, n) < series->m) {
            for (int i = 0; i < n && st == SKEP_OK; i++) {
                st = star_check(&series[i], out[i] + at, records, course.done + span.first, err);
            }
        }
        course_advance(&course, &span, records);
    }
    if (st == SKEP_OK && pack_find_infinite(&p.pack, n) < series->m) {
        return star_not_finite(pack_find_infinite(&p.pack, n), series->steps, err);
    }
    return st;
}
