/* SPDX-License-Identifier: MIT */
/* Arrays of random numbers from stream 0 of the task (philox.h), in C order.
 *
 *     uniform    low + (high - low) u                      one word a number
 *     normal     mean + std z                              two words a pair: Box and Muller, philox.h
 *     integers   least + floor(w span / 2^64)              one word a number, or more: see below
 *
 * span = most - least + 1. A word w whose product with span has a low half below 2^64 mod span is thrown away
 * and the next one taken, so that every integer has the same number of words (D. Lemire, "Fast random integer
 * generation in an interval", 2019). NaN: none comes out; parameters must be finite. */
#include "kernel/kernel.h"

#include <inttypes.h>
#include <math.h>

#include "kernel/cpu.h"
#include "kernel/math/philox.h"

enum { ARG_SHAPE, ARG_DIST, ARG_LOW, ARG_HIGH, ARG_MEAN, ARG_STD, ARG_LEAST, ARG_MOST };
enum { DIST_UNIFORM, DIST_NORMAL, DIST_INTEGERS };

enum { RANDOM_SLICE = 1 << 15, WORDS_AT_ONCE = 512 };

__extension__ typedef unsigned __int128 random_wide;

static const char *const dist_choices[] = {"uniform", "normal", "integers", NULL};

static const struct skep_arg_spec random_args[] = {
    {.name = "shape",
     .kind = SKEP_ARG_ARRAY,
     .is_required = true,
     .dtype = SKEP_F8,
     .min_ndim = 0,
     .max_ndim = 1,
     .shape_text = "[ndim]",
     .help = "Lengths of the axes, or one number for one axis."},
    {.name = "dist",
     .kind = SKEP_ARG_CHOICE,
     .default_text = "uniform",
     .choices = dist_choices,
     .help = "The distribution."},
    {.name = "low", .kind = SKEP_ARG_F64, .default_text = "0", .help = "uniform: the smallest number."},
    {.name = "high",
     .kind = SKEP_ARG_F64,
     .default_text = "1",
     .help = "uniform: above the largest number, which rounding may reach."},
    {.name = "mean", .kind = SKEP_ARG_F64, .default_text = "0", .help = "normal: the mean."},
    {.name = "std", .kind = SKEP_ARG_F64, .default_text = "1", .help = "normal: the standard deviation."},
    {.name = "least",
     .kind = SKEP_ARG_I64,
     .default_text = "0",
     .help = "integers: the smallest, from -2^63 on."},
    {.name = "most", .kind = SKEP_ARG_I64, .help = "integers: the largest, itself included, to 2^63 - 1."},
    {0},
};

/* What one call draws: PLUS + TIMES x, or LEAST + x. */
struct random_draw {
    int dist;
    double plus, times;
    int64_t least;
    uint64_t span;      /* 0: 2^64 */
    uint64_t too_small; /* 2^64 mod span */
    struct skep_philox philox;
    uint64_t words[WORDS_AT_ONCE]; /* of integers, that the fast variant has drawn beforehand */
    int n_words, next_word;
};

/* ---- arguments ---- */

/* Each distribution has its own parameters; one of another is a mistake. */
static skep_status random_check_given(const struct skep_arg *args, struct skep_error *err)
{
    static const int owners[] = {
        [ARG_LOW] = DIST_UNIFORM, [ARG_HIGH] = DIST_UNIFORM,   [ARG_MEAN] = DIST_NORMAL,
        [ARG_STD] = DIST_NORMAL,  [ARG_LEAST] = DIST_INTEGERS, [ARG_MOST] = DIST_INTEGERS};

    for (int i = ARG_LOW; i <= ARG_MOST; i++) {
        if (args[i].is_given && owners[i] != args[ARG_DIST].choice) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "%s belongs to dist \"%s\", not to \"%s\"",
                                  random_args[i].name, dist_choices[owners[i]],
                                  dist_choices[args[ARG_DIST].choice]);
        }
    }
    if (args[ARG_DIST].choice == DIST_INTEGERS && !args[ARG_MOST].is_given) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "most: dist \"integers\" wants the largest integer");
    }
    return SKEP_OK;
}

static skep_status random_check_numbers(const struct skep_arg *args, struct skep_error *err)
{
    if (!isfinite(args[ARG_HIGH].f64 - args[ARG_LOW].f64) || args[ARG_HIGH].f64 < args[ARG_LOW].f64) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "high: wants a finite distance of at least 0 from low, "
                              "got %g from %g",
                              args[ARG_HIGH].f64, args[ARG_LOW].f64);
    }
    if (!isfinite(args[ARG_MEAN].f64)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "mean is not finite");
    }
    if (!isfinite(args[ARG_STD].f64) || args[ARG_STD].f64 < 0.0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "std: wants a finite number of at least 0, got %g",
                              args[ARG_STD].f64);
    }
    if (args[ARG_MOST].is_given && args[ARG_MOST].i64 < args[ARG_LEAST].i64) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "most: wants at least %" PRId64 ", got %" PRId64,
                              args[ARG_LEAST].i64, args[ARG_MOST].i64);
    }
    return SKEP_OK;
}

static skep_status random_read_shape(const struct skep_view *view, int *ndim_out, int64_t *shape_out,
                                     struct skep_error *err)
{
    int64_t ndim = skep_view_count(view);

    if (ndim > SKEP_MAX_DIMS) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "shape: at most %d axes, got %" PRId64, SKEP_MAX_DIMS,
                              ndim);
    }
    for (int64_t i = 0; i < ndim; i++) {
        double length = ((const double *)view->data)[view->ndim == 0 ? 0 : i * view->strides[0]];
        if (!(length >= 0.0 && length <= 0x1p53) || length != floor(length)) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "shape[%" PRId64 "]: wants a length, got %g", i,
                                  length);
        }
        shape_out[i] = (int64_t)length;
    }
    *ndim_out = (int)ndim;
    return SKEP_OK;
}

static void draw_init(struct random_draw *draw, const struct skep_call *call)
{
    const struct skep_arg *args = call->args;
    bool is_normal = args[ARG_DIST].choice == DIST_NORMAL;

    draw->dist = args[ARG_DIST].choice;
    draw->plus = is_normal ? args[ARG_MEAN].f64 : args[ARG_LOW].f64;
    draw->times = is_normal ? args[ARG_STD].f64 : args[ARG_HIGH].f64 - args[ARG_LOW].f64;
    draw->least = args[ARG_LEAST].i64;
    draw->span = (uint64_t)args[ARG_MOST].i64 - (uint64_t)args[ARG_LEAST].i64 + 1;
    draw->too_small = draw->span == 0 ? 0 : (0 - draw->span) % draw->span;
    draw->n_words = 0;
    draw->next_word = 0;
    skep_philox_init(&draw->philox, call->stream, 0);
}

/* ---- drawing ---- */

/* The integer of WORD in *NUMBER_OUT, unless the word is to be thrown away. */
static inline bool integer_of(const struct random_draw *draw, uint64_t word, int64_t *number_out)
{
    random_wide product = (random_wide)word * draw->span;
    uint64_t high = draw->span == 0 ? word : (uint64_t)(product >> 64);

    *number_out = (int64_t)((uint64_t)draw->least + high);
    return (uint64_t)product >= draw->too_small;
}

static void draw_floats(struct random_draw *draw, double *out, int64_t n)
{
    if (draw->dist == DIST_NORMAL) {
        skep_philox_fill_normal(&draw->philox, out, n);
    } else {
        skep_philox_fill_f64(&draw->philox, out, n);
    }
    if (draw->plus == 0.0 && draw->times == 1.0) {
        return; /* the two operations would change nothing but the sign of a zero, which is never negative */
    }
    for (int64_t i = 0; i < n; i++) {
        out[i] = draw->plus + draw->times * out[i];
    }
}

static void draw_integers(struct random_draw *draw, int64_t *out, int64_t n)
{
    for (int64_t i = 0; i < n;) {
        if (draw->next_word == draw->n_words) {
            skep_philox_fill_u64(&draw->philox, draw->words, WORDS_AT_ONCE);
            draw->n_words = WORDS_AT_ONCE;
            draw->next_word = 0;
        }
        i += integer_of(draw, draw->words[draw->next_word++], &out[i]);
    }
}

static void draw_one_by_one(struct random_draw *draw, void *data, int64_t from, int64_t n)
{
    for (int64_t i = from; i < from + n; i++) {
        if (draw->dist == DIST_INTEGERS) {
            while (!integer_of(draw, skep_philox_next_u64(&draw->philox), (int64_t *)data + i)) {
            }
        } else {
            double x = draw->dist == DIST_NORMAL ? skep_philox_next_normal(&draw->philox)
                                                 : skep_philox_next_f64(&draw->philox);
            ((double *)data)[i] = draw->plus + draw->times * x;
        }
    }
}

static skep_status random_fill(struct skep_call *call, void *data, int64_t count)
{
    struct random_draw draw;

    draw_init(&draw, call);
    for (int64_t done = 0; done < count; done += RANDOM_SLICE) {
        int64_t n = count - done < RANDOM_SLICE ? count - done : RANDOM_SLICE;

        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        if (call->is_reference) {
            draw_one_by_one(&draw, data, done, n);
        } else if (draw.dist == DIST_INTEGERS) {
            draw_integers(&draw, (int64_t *)data + done, n);
        } else {
            draw_floats(&draw, (double *)data + done, n);
        }
    }
    return SKEP_OK;
}

static enum skep_dtype random_dtype(const struct skep_call *call)
{
    return call->args[ARG_DIST].choice == DIST_INTEGERS ? SKEP_I8 : SKEP_F8;
}

static skep_status random_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    int64_t shape[SKEP_MAX_DIMS];
    int ndim = 0;
    void *data;
    skep_status st = random_check_given(call->args, err);

    if (st == SKEP_OK) {
        st = random_check_numbers(call->args, err);
    }
    if (st == SKEP_OK) {
        st = random_read_shape(&call->args[ARG_SHAPE].view, &ndim, shape, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_output(call, random_dtype(call), ndim, shape, &data, value_out, err);
    }
    return st == SKEP_OK ? random_fill(call, data, skep_shape_count(ndim, shape)) : st;
}

static void random_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    static const double ns[][SKEP_CPU_LEVEL_COUNT] = {[DIST_UNIFORM] = {5.5, 2.5, 1.5},
                                                      [DIST_NORMAL] = {19.0, 6.0, 4.0},
                                                      [DIST_INTEGERS] = {6.5, 4.0, 3.0}};
    const struct skep_view *view = &call->args[ARG_SHAPE].view;
    int64_t ndim = skep_view_count(view);
    double count = 1.0;

    for (int64_t i = 0; view->data != NULL && i < ndim && ndim <= SKEP_MAX_DIMS; i++) {
        double length = skep_view_get_f8(view, view->ndim == 0 ? 0 : i * view->strides[0]);
        count *= length >= 0.0 ? length : 0.0; /* what is no length is refused by the run */
    }
    *cost_out = (struct skep_cost){.bytes = 8.0 * count,
                                   .seconds = 1e-6 + 1e-9 * count *
                                                         ns[call->args[ARG_DIST].choice][skep_cpu_level()]};
}

static skep_status random_value(const struct skep_call *call, struct skep_view *value_out)
{
    const struct skep_view *view = &call->args[ARG_SHAPE].view;
    int64_t shape[SKEP_MAX_DIMS];
    int ndim;

    if (random_read_shape(view, &ndim, shape, NULL) != SKEP_OK) {
        return SKEP_EMPTY;
    }
    return skep_value_array(random_dtype(call), ndim, shape, value_out);
}

static const char *const random_description[] = {
    "An array of independent random numbers from stream 0 of the task, in C order: they depend on the job's "
    "seed, "
    "the task's index and the place in the array alone.",
    "uniform: low + (high - low) u, u = (word >> 11) 2^-53. With the defaults these are the numbers of "
    "NumPy's "
    "Generator(Philox(key=[seed, 0], counter=[0, 0, 0, index])).random(shape).",
    "normal: mean + std z by the method of Box and Muller: each pair takes two uniforms u and v; R = sqrt(-2 "
    "log(1 - u)), first R cos(2 pi v), then R sin(2 pi v). No z is larger than 8.572 in magnitude. NumPy's "
    "normals "
    "are made by another method and are other numbers.",
    "integers: every integer from least to most, both included, is equally likely, to the last bit: the high "
    "half of "
    "the 128-bit product of a word and the number of integers, unless its low half is below 2^64 modulo that "
    "number; "
    "then the next word is taken (Lemire 2019). For more than 2^32 integers these are the numbers of NumPy's "
    "integers(least, most, endpoint=True).",
    "A parameter of another distribution is refused, and so are parameters that are not finite.",
    NULL,
};

const struct skep_kernel skep_kernel_random = {
    .name = "random",
    .version = 1,
    .summary = "Random numbers: uniform, normal or integers",
    .description = random_description,
    .args = random_args,
    .value_text = "f8[shape], or i8[shape] for integers",
    .performance = "10^6 uniforms in 1.7 ms, normals in 3.9 ms, integers in 3 ms on one core of an Intel "
                   "Xeon (Sapphire Rapids "
                   "class, AVX-512); no memory but the value",
    .example = "{\"kernel\":\"random\",\"args\":{\"shape\":[2,3],\"dist\":\"integers\",\"least\":1,\"most\":"
               "6},\"seed\":1}",
    .is_random = true,
    .run = random_run,
    .reference = random_run,
    .cost = random_cost,
    .value = random_value,
};
