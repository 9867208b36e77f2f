/* SPDX-License-Identifier: MIT */
/* Counts of elements in bins: the counts and edges of numpy.histogram.
 *
 * Method: for bins of one width a product says about where an element belongs, and comparing with the two
 * edges there exactly where; for given edges a binary search. n = 0: zeros, over [0, 1] unless told. NaN: in
 * no bin. */
#include "kernel/arrays/bins.h"
#include "kernel/arrays/reader.h"
#include "kernel/kernel.h"

#include <inttypes.h>
#include <math.h>

enum { ARG_X, ARG_BINS, ARG_RANGE };
enum { HIST_BINS = 10 };

enum { PLAIN_COMPARISONS = 1 << 22 }; /* with edges between two looks at stop: some milliseconds */

static const struct skep_arg_spec hist_args[] = {
    {.name = "x",
     .kind = SKEP_ARG_ARRAY,
     .is_required = true,
     .min_ndim = 0,
     .max_ndim = SKEP_MAX_DIMS,
     .shape_text = "[...]",
     .help = "The elements, of any dtype, rank and strides; i8 and u8 are rounded to f8."},
    {.name = "bins",
     .kind = SKEP_ARG_ARRAY,
     .dtype = SKEP_F8,
     .min_ndim = 0,
     .max_ndim = 1,
     .shape_text = ", a number or [bins+1]",
     .help = "How many bins of one width (10 when absent), or their edges, which must not decrease."},
    {.name = "range",
     .kind = SKEP_ARG_ARRAY,
     .dtype = SKEP_F8,
     .min_ndim = 1,
     .max_ndim = 1,
     .shape = {2},
     .shape_text = "[2]",
     .help = "Where bins of one width begin and end; absent: at the least and the greatest element."},
    {0},
};

/* ---- which bins ---- */

/* How many there are to be; 0 where the argument makes no sense. */
static int64_t hist_count_bins(const struct skep_call *call)
{
    const struct skep_arg *bins = &call->args[ARG_BINS];
    double n;

    if (!bins->is_given) {
        return HIST_BINS;
    }
    if (bins->view.ndim == 1) {
        return bins->view.shape[0] >= 2 && bins->view.shape[0] <= SKEP_BINS_MAX ? bins->view.shape[0] - 1 : 0;
    }
    n = *(const double *)bins->view.data;
    return n >= 1.0 && n <= SKEP_BINS_MAX && n == floor(n) ? (int64_t)n : 0;
}

static skep_status hist_check_bins(const struct skep_call *call, struct skep_error *err)
{
    const struct skep_view *bins = &call->args[ARG_BINS].view;

    if (hist_count_bins(call) > 0) {
        return SKEP_OK;
    }
    if (bins->ndim == 1) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "bins: wants 2 to %d edges, got %" PRId64, SKEP_BINS_MAX,
                              bins->shape[0]);
    }
    return skep_error_set(err, SKEP_E_BAD_ARGS, "bins: wants a whole number from 1 to %d, got %g",
                          SKEP_BINS_MAX, *(const double *)bins->data);
}

/* A copy of the edges that were given. */
static skep_status hist_read_edges(const struct skep_view *view, double *edges, struct skep_error *err)
{
    skep_view_copy_f8(view, edges);
    for (int64_t i = 0; i + 1 < view->shape[0]; i++) {
        if (!(edges[i] <= edges[i + 1])) {
            return skep_error_set(err, SKEP_E_BAD_ARGS,
                                  "bins: edges must not decrease, but edge %" PRId64 " is %g and the next %g",
                                  i, edges[i], edges[i + 1]);
        }
    }
    return SKEP_OK;
}

/* From the least to the greatest element, as far as these are numbers. */
static skep_status hist_find_range(struct skep_call *call, const struct skep_spans *spans,
                                   struct skep_reader_room *room, double range[2], struct skep_error *err)
{
    struct skep_reader reader;
    const void *x;
    int64_t n;

    range[0] = HUGE_VAL;
    range[1] = -HUGE_VAL;
    skep_reader_init(&reader, &call->args[ARG_X].view, SKEP_READER_DOUBLES, room);
    while ((n = skep_reader_next(&reader, &x)) > 0) {
        bool has_nan, has_nan_too;
        double min = spans->min(x, n, &has_nan), max = spans->max(x, n, &has_nan_too);

        range[0] = min < range[0] ? min : range[0];
        range[1] = max > range[1] ? max : range[1];
        if (has_nan || range[0] == -HUGE_VAL || range[1] == HUGE_VAL) {
            return skep_error_set(err, SKEP_E_BAD_ARGS,
                                  "x: holds NaN or an infinity, so its elements are no range for the bins: "
                                  "give range or edges");
        }
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
    }
    if (range[0] > range[1]) { /* no elements */
        range[0] = 0.0;
        range[1] = 1.0;
    }
    return SKEP_OK;
}

static skep_status hist_get_range(struct skep_call *call, const struct skep_spans *spans,
                                  struct skep_reader_room *room, double range[2], struct skep_error *err)
{
    const struct skep_view *given = &call->args[ARG_RANGE].view;
    skep_status st;

    if (call->args[ARG_RANGE].is_given) {
        skep_view_copy_f8(given, range);
        if (!(range[0] <= range[1]) || !isfinite(range[0]) || !isfinite(range[1])) {
            return skep_error_set(err, SKEP_E_BAD_ARGS,
                                  "range: wants two finite numbers, the first not above the second, got %g "
                                  "and %g",
                                  range[0], range[1]);
        }
    } else {
        st = hist_find_range(call, spans, room, range, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    if (range[0] == range[1]) { /* as NumPy does */
        range[0] -= 0.5;
        range[1] += 0.5;
    }
    return SKEP_OK;
}

/* EDGES are the first row of the value. */
static skep_status hist_init_bins(struct skep_call *call, const struct skep_spans *spans,
                                  struct skep_reader_room *room, double *edges, int64_t *counts,
                                  struct skep_bins *bins, struct skep_error *err)
{
    const struct skep_arg *given = &call->args[ARG_BINS];
    int32_t n = (int32_t)hist_count_bins(call);
    double range[2];
    skep_status st;

    if (given->is_given && given->view.ndim == 1) {
        st = hist_read_edges(&given->view, edges, err);
        if (st == SKEP_OK) {
            skep_bins_init_edges(bins, edges, n, counts);
        }
        return st;
    }
    st = hist_get_range(call, spans, room, range, err);
    if (st == SKEP_OK && !skep_bins_init_grid(bins, range[0], range[1], n, edges, counts)) {
        return skep_error_set(err, SKEP_E_NUMERIC,
                              "the range from %g to %g cannot be divided into %d bins in doubles", range[0],
                              range[1], (int)n);
    }
    return st;
}

/* ---- the call ---- */

/* Plainly, each element may be compared with all edges. */
static skep_status hist_add_plain(const struct skep_call *call, struct skep_bins *bins, const double *x,
                                  int64_t n)
{
    int64_t most = 1 + PLAIN_COMPARISONS / bins->n;

    for (int64_t i = 0; i < n; i += most) {
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        skep_bins_add_plain(bins, x + i, n - i < most ? n - i : most);
    }
    return SKEP_OK;
}

static skep_status hist_count(struct skep_call *call, const struct skep_spans *spans,
                              struct skep_reader_room *room, struct skep_bins *bins)
{
    struct skep_reader reader;
    const void *x;
    int64_t n;
    skep_status st = SKEP_OK;

    skep_reader_init(&reader, &call->args[ARG_X].view, SKEP_READER_DOUBLES, room);
    while (st == SKEP_OK) {
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        n = skep_reader_next(&reader, &x);
        if (n == 0) {
            break;
        }
        if (call->is_reference) {
            st = hist_add_plain(call, bins, x, n);
        } else {
            skep_bins_add(bins, spans, x, n);
        }
    }
    return st;
}

static skep_status hist_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_spans *spans = skep_spans_at(call->is_reference ? SKEP_CPU_PLAIN : skep_cpu_level());
    int64_t n = hist_count_bins(call);
    int64_t shape[] = {2, n + 1};
    struct skep_bins bins;
    void *rows, *counts = NULL, *room = NULL;
    skep_status st = hist_check_bins(call, err);

    if (st == SKEP_OK) {
        st = skep_call_output(call, SKEP_F8, 2, shape, &rows, value_out, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, skep_bins_count_size(n), sizeof(int64_t), &counts, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, 1, sizeof(struct skep_reader_room), &room, err);
    }
    if (st == SKEP_OK) {
        st = hist_init_bins(call, spans, room, rows, counts, &bins, err);
    }
    if (st == SKEP_OK) {
        st = hist_count(call, spans, room, &bins);
    }
    for (int64_t i = 0; st == SKEP_OK && i <= n; i++) {
        ((double *)rows)[n + 1 + i] = (double)skep_bins_read(&bins, (int32_t)i);
    }
    return st;
}

static void hist_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    const struct skep_arg *bins = &call->args[ARG_BINS];
    double n = (double)skep_view_count(&call->args[ARG_X].view);
    double n_bins = (double)hist_count_bins(call);
    bool has_edges = bins->is_given && bins->view.ndim == 1;
    double seconds = has_edges ? 1e-9 * (1.0 + log2(n_bins + 1.0)) : 2e-9;

    if (call->is_reference) {
        seconds = has_edges ? 1e-9 * n_bins : 5e-9;
    }
    cost_out->bytes = 16.0 * (n_bins + 1.0) + 8.0 * (double)skep_bins_count_size((int64_t)n_bins) +
                      (double)sizeof(struct skep_reader_room);
    cost_out->seconds = 2e-6 + n * seconds + 1e-8 * n_bins;
}

static skep_status hist_value(const struct skep_call *call, struct skep_view *value_out)
{
    const int64_t n = hist_count_bins(call);
    const int64_t shape[] = {2, n + 1};

    return n > 0 ? skep_value_array(SKEP_F8, 2, shape, value_out) : SKEP_EMPTY;
}

static const char *const hist_description[] = {
    "Counts of the elements in bins, equal to those of numpy.histogram(x, bins, range) for x in f8, at the "
    "edges too: a bin holds its left edge and not its right one, the last bin holds both. Elements outside "
    "are in no bin.",
    "The value is one array, so that it can stand in the result, go to a file, and be a row of a sweep: its "
    "first row are the edges, bins+1 of them; the second row are the counts, bins of them, and at its end "
    "how many elements are in no bin, NaN included. Counts are whole numbers below 2^53, which f8 holds "
    "exactly.",
    "Bins of one width have the edges of numpy.linspace. Without range they go from the least to the "
    "greatest element; a range of no width, or of equal elements, is widened by 1/2 to both sides; without "
    "elements it is 0 to 1. NaN and infinities are in no bin, but they are no range either: without range or "
    "edges they are an error, as in NumPy.",
    "Method: a product says in which bin about, and two comparisons with the edges there (which are computed "
    "again, in vectors) exactly in which; for given edges a binary search, eight elements in step.",
    NULL,
};

const struct skep_kernel skep_kernel_hist = {
    .name = "hist",
    .version = 1,
    .summary = "Histogram: counts in bins, as numpy.histogram",
    .description = hist_description,
    .args = hist_args,
    .value_text = "f8[2,bins+1]: the edges; the counts, and how many elements are in no bin",
    .performance = "Time O(n), two passes without range; O(n log bins) with given edges. One core of an "
                   "Intel Xeon (Sapphire Rapids class, AVX-512), NumPy 1.24 beside it: 10^6 elements in 10 "
                   "bins 1.5 ms (8.0), in 1000 bins of a range 1.3 ms (7.1), between 11 edges 4.0 ms (65). "
                   "32 KiB, and 48 bytes a bin (24 with more than 8192).",
    .example = "{\"kernel\":\"hist\",\"args\":{\"x\":[1,2,2,3,7.5,\"nan\"],\"bins\":4,\"range\":[0,8]}}",
    .run = hist_run,
    .reference = hist_run,
    .cost = hist_cost,
    .value = hist_value,
};
