/* SPDX-License-Identifier: MIT */
/* The Julia set of z^2 + c over a rectangle: for each point z how many steps z <- z^2 + c keep |z|^2 < 4.
 *
 * z^2 is (re re - im im, re im + im re), every operation rounded by itself, so the counts are the same in
 * every variant. The example is that of M. Gorelick and I. Ozsvald, "High Performance Python" (2014), chapter
 * 2: with coords "accumulate", width 1000 and the defaults the counts sum to 33219980, as there.
 *
 * Shapes: value (hi - lo, width). No NaN goes in; a point that overflows has left |z|^2 < 4. */
#include "kernel/kernel.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "kernel/dynamics/julia_tile.h"

enum {
    ARG_WIDTH,
    ARG_HEIGHT,
    ARG_MAX_ITER,
    ARG_C_RE,
    ARG_C_IM,
    ARG_X1,
    ARG_X2,
    ARG_Y1,
    ARG_Y2,
    ARG_COORDS,
    ARG_ROWS
};
enum { COORDS_INDEX, COORDS_ACCUMULATE };

enum { COORDS_BLOCK = 1 << 16 }; /* coordinates between two looks at stop */

static const char *const coords_choices[] = {"index", "accumulate", NULL};

static const struct skep_arg_spec julia_args[] = {
    {.name = "width",
     .kind = SKEP_ARG_I64,
     .is_required = true,
     .least = 1,
     .most = 0x1p31 - 1,
     .help = "Points across."},
    {.name = "height",
     .kind = SKEP_ARG_I64,
     .least = 1,
     .most = 0x1p31 - 1,
     .help = "Points down; absent: as many as across."},
    {.name = "max_iter",
     .kind = SKEP_ARG_I64,
     .default_text = "300",
     .least = 0,
     .most = 65535,
     .help = "Steps after which a point is taken to stay for ever."},
    {.name = "c_re", .kind = SKEP_ARG_F64, .default_text = "-0.62772", .help = "Real part of c."},
    {.name = "c_im", .kind = SKEP_ARG_F64, .default_text = "-0.42193", .help = "Imaginary part of c."},
    {.name = "x1", .kind = SKEP_ARG_F64, .default_text = "-1.8", .help = "Left edge."},
    {.name = "x2", .kind = SKEP_ARG_F64, .default_text = "1.8", .help = "Right edge; no point is on it."},
    {.name = "y1", .kind = SKEP_ARG_F64, .default_text = "-1.8", .help = "Lower edge; no point is on it."},
    {.name = "y2", .kind = SKEP_ARG_F64, .default_text = "1.8", .help = "Upper edge, where row 0 is."},
    {.name = "coords",
     .kind = SKEP_ARG_CHOICE,
     .default_text = "index",
     .choices = coords_choices,
     .help = "Column i is at x1 + i (x2 - x1) / width, rows likewise; or each coordinate is the one before "
             "plus the width of a column, which rounds once more each time."},
    {.name = "rows",
     .kind = SKEP_ARG_ARRAY,
     .dtype = SKEP_I8,
     .min_ndim = 1,
     .max_ndim = 1,
     .shape = {2},
     .shape_text = "[2]",
     .help = "Two numbers lo and hi: only the rows lo to hi - 1 of the picture. Absent: all."},
    {0},
};

/* What to draw: the arguments, checked. */
struct julia {
    int64_t width, height;
    int64_t lo, hi; /* rows */
    bool is_accumulated;
};

static skep_status julia_check(const struct skep_arg *args, struct skep_error *err)
{
    for (int i = ARG_C_RE; i <= ARG_Y2; i++) {
        if (!isfinite(args[i].f64)) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "%s is not finite", julia_args[i].name);
        }
    }
    return SKEP_OK;
}

static struct julia julia_read(const struct skep_arg *args)
{
    const struct skep_view *rows = &args[ARG_ROWS].view;
    struct julia julia = {.width = args[ARG_WIDTH].i64,
                          .is_accumulated = args[ARG_COORDS].choice == COORDS_ACCUMULATE};

    julia.height = args[ARG_HEIGHT].is_given ? args[ARG_HEIGHT].i64 : julia.width;
    julia.hi = julia.height;
    if (args[ARG_ROWS].is_given) {
        julia.lo = ((const int64_t *)rows->data)[0];
        julia.hi = ((const int64_t *)rows->data)[rows->strides[0]];
    }
    return julia;
}

static skep_status julia_open(const struct skep_call *call, struct julia *julia, struct skep_error *err)
{
    skep_status st = julia_check(call->args, err);

    *julia = julia_read(call->args);
    if (st == SKEP_OK && (julia->lo < 0 || julia->hi < julia->lo || julia->hi > julia->height)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "rows [%" PRId64 ", %" PRId64 "] are none of a picture of %" PRId64 " rows",
                              julia->lo, julia->hi, julia->height);
    }
    return st;
}

/* OUT: coordinates FIRST to FIRST + COUNT - 1 of N that lead from one edge to the other. */
static skep_status julia_coordinates(const struct skep_call *call, bool is_accumulated, double from,
                                     double to, int64_t n, int64_t first, int64_t count, double *out)
{
    double step = (to - from) / (double)n;
    double sum = from;

    for (int64_t i = is_accumulated ? 0 : first; i < first + count; i++) {
        if (i % COORDS_BLOCK == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        if (i >= first) {
            out[i - first] = is_accumulated ? sum : from + (double)i * (to - from) / (double)n;
        }
        sum += step;
    }
    return SKEP_OK;
}

/* The picture in tiles that take a few milliseconds each: whole rows, or parts of one. */
static skep_status julia_draw(const struct skep_call *call, const struct julia *julia, skep_julia draw,
                              int64_t points, struct skep_julia_tile picture)
{
    int64_t width = julia->width < points ? julia->width : points;
    int64_t height = points / width;

    for (int64_t i = 0; i < picture.height; i += height) {
        for (int64_t j = 0; j < picture.width; j += width) {
            struct skep_julia_tile tile = picture;

            if (skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
            tile.re += j;
            tile.im += i;
            tile.out += i * tile.out_stride + j;
            tile.width = picture.width - j < width ? picture.width - j : width;
            tile.height = picture.height - i < height ? picture.height - i : height;
            draw(&tile);
        }
    }
    return SKEP_OK;
}

static skep_status julia_compute(struct skep_call *call, enum skep_cpu_level level,
                                 struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_arg *args = call->args;
    int64_t max_iter = args[ARG_MAX_ITER].i64;
    int64_t steps = level == SKEP_CPU_PLAIN ? SKEP_JULIA_TILE_STEPS : 4 * SKEP_JULIA_TILE_STEPS;
    struct julia julia;
    void *re, *im, *out;
    skep_status st = julia_open(call, &julia, err);
    int64_t shape[2] = {0, julia.width};

    if (st == SKEP_OK) {
        shape[0] = julia.hi - julia.lo;
        st = skep_call_output(call, SKEP_U2, 2, shape, &out, value_out, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, julia.width + SKEP_JULIA_PAD, sizeof(double), &re, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, shape[0], sizeof(double), &im, err);
    }
    if (st == SKEP_OK) {
        memset((double *)re + julia.width, 0, SKEP_JULIA_PAD * sizeof(double));
        st = julia_coordinates(call, julia.is_accumulated, args[ARG_X1].f64, args[ARG_X2].f64, julia.width, 0,
                               julia.width, re);
    }
    if (st == SKEP_OK) {
        st = julia_coordinates(call, julia.is_accumulated, args[ARG_Y2].f64, args[ARG_Y1].f64, julia.height,
                               julia.lo, shape[0], im);
    }
    if (st == SKEP_OK) {
        st = julia_draw(call, &julia, skep_julia_at(level), steps / (max_iter + 1),
                        (struct skep_julia_tile){re, im, julia.width, shape[0], args[ARG_C_RE].f64,
                                                 args[ARG_C_IM].f64, max_iter, out, julia.width});
    }
    return st;
}

static skep_status julia_fast(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    return julia_compute(call, skep_cpu_level(), value_out, err);
}

static skep_status julia_plain(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    return julia_compute(call, SKEP_CPU_PLAIN, value_out, err);
}

/* How many steps the points take on average is not known beforehand: a tenth of the most, as in the example.
 */
static void julia_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    struct julia julia = julia_read(call->args);
    double width = (double)julia.width;
    double height = julia.hi > julia.lo ? (double)julia.hi - (double)julia.lo : 0.0;
    double steps = (double)call->args[ARG_MAX_ITER].i64 * 0.1;

    cost_out->bytes = 2.0 * width * height + 8.0 * (width + height + SKEP_JULIA_PAD);
    cost_out->seconds = 1e-6 + 1e-9 * (width + (double)julia.height) +
                        width * height * (call->is_reference ? 3e-9 + steps * 3e-9 : 1e-9 + steps * 0.4e-9);
}

static skep_status julia_value(const struct skep_call *call, struct skep_view *value_out)
{
    struct julia julia;
    int64_t shape[2];

    if (julia_open(call, &julia, NULL) != SKEP_OK) {
        return SKEP_EMPTY;
    }
    shape[0] = julia.hi - julia.lo;
    shape[1] = julia.width;
    return skep_value_array(SKEP_U2, 2, shape, value_out);
}

static const char *const julia_description[] = {
    "For every point z of a rectangle how many steps z <- z^2 + c keep |z|^2 < 4, up to max_iter. z^2 is "
    "(re re - im im, re im + im re) and |z|^2 is re re + im im, every operation rounded by itself: the "
    "counts "
    "are the same in every variant and on every machine.",
    "Row 0 is at y2 and the rows go down; column 0 is at x1. With coords \"index\" column i is at x1 + (i "
    "(x2 - "
    "x1)) / width and row i at y2 + (i (y1 - y2)) / height. With \"accumulate\" each coordinate is the one "
    "before plus (x2 - x1) / width or (y1 - y2) / height, as in M. Gorelick and I. Ozsvald, \"High "
    "Performance "
    "Python\" (2014), chapter 2: with width 1000 the counts then sum to 33219980, as there.",
    "A picture may be drawn in parts by giving rows. Edges and c must be finite; a point that overflows has "
    "left.",
    NULL,
};

const struct skep_kernel skep_kernel_julia = {
    .name = "julia",
    .version = 1,
    .summary = "The Julia set of z^2 + c: steps until a point leaves",
    .description = julia_description,
    .args = julia_args,
    .value_text = "u2[rows,width]: steps with |z|^2 < 4, up to max_iter",
    .performance = "Time grows with the sum of the counts, 0.4 ns for each; memory is 2 bytes a point. 1000 "
                   "by 1000 with "
                   "the defaults: 13 ms on one core of an Intel Xeon (Sapphire Rapids class, AVX-512), 7 "
                   "times as fast as "
                   "the plain loop in C and 8 times as fast as Numba.",
    .example = "{\"kernel\":\"julia\",\"args\":{\"width\":12,\"height\":8}}",
    .run = julia_fast,
    .reference = julia_plain,
    .cost = julia_cost,
    .value = julia_value,
};
