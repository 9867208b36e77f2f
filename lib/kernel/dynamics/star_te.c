/* SPDX-License-Identifier: MIT */
/* How information flows in a star of coupled oscillators: a series is made and looked at in one task, so that
 * nothing but the estimates is kept.
 *
 * Method: the series is that of star_rk4, each estimate that of te_box over two of its columns
 * (te_columns.h). Shapes: value (2, p), p = m (m-1) / 2 pairs of nodes a < b in the order (0,1), (0,2) ...
 * (m-2,m-1): from a to b, and from b to a. NaN: a state that is not finite is an error. Ties and accuracy: as
 * for te_box. */
#include "kernel/kernel.h"

#include <inttypes.h>

#include "kernel/box/te_columns.h"
#include "kernel/dynamics/star_args.h"
#include "kernel/dynamics/star_run.h"

static const struct skep_arg_spec star_te_args[] = {
    SKEP_STAR_ARG_THETA0,
    SKEP_STAR_ARG_M,
    SKEP_STAR_ARG_OMEGA_C(.default_text = "2.5"),
    SKEP_STAR_ARG_OMEGA_E(.default_text = "1"),
    SKEP_STAR_ARG_LAMBDA,
    SKEP_STAR_ARG_DT("0.01"),
    SKEP_STAR_ARG_STEPS(.default_text = "210000"),
    SKEP_STAR_ARG_SKIP("10000"),
    SKEP_STAR_ARG_EVERY("10"),
    SKEP_STAR_ARG_SIGMA,
    SKEP_STAR_ARG_NOISE,
    SKEP_STAR_ARG_OBSERVE("sin"),
    SKEP_BOX_ARG_R(.default_text = "0.2"),
    SKEP_BOX_ARG_EXCLUDE("50",
                         "Recorded states less than this far apart in time are no neighbours (Theiler's "
                         "window); 0 counts a state as its own neighbour, 1 does not."),
    SKEP_BOX_ARGS_OF_ESTIMATE,
    SKEP_BOX_ARG_NEXT_WIDTH,
    {0},
};

/* A call, understood. */
struct star_te {
    struct skep_star_series series;
    struct skep_box_options options;
    struct skep_view record; /* (k, m), without data */
};

static skep_status star_te_read(const struct skep_call *call, struct star_te *te, struct skep_error *err)
{
    skep_status st = skep_star_read(call, &te->series, err);
    int64_t shape[2];

    if (st != SKEP_OK) {
        return st;
    }
    shape[0] = skep_star_count(&te->series);
    shape[1] = te->series.m;
    if (shape[0] < 2) {
        return skep_error_set(
            err, SKEP_E_BAD_ARGS,
            "an estimate wants 2 recorded states at least; steps, skip and every give %" PRId64, shape[0]);
    }
    skep_view_init(&te->record, NULL, SKEP_F8, 2, shape);
    te->options = skep_box_options_read(call->args + SKEP_STAR_ARGS, true);
    return SKEP_OK;
}

static int64_t star_te_pairs(const struct star_te *te)
{
    return te->series.m * (te->series.m - 1) / 2;
}

/* MATRIX has what goes from column j to column i at [i, j]. */
static void star_te_write(const double *matrix, int64_t m, double *forth, double *back)
{
    for (int64_t a = 0; a < m; a++) {
        for (int64_t b = a + 1; b < m; b++) {
            *forth++ = matrix[b * m + a];
            *back++ = matrix[a * m + b];
        }
    }
}

static skep_status star_te_compute(struct skep_call *call, const struct skep_star_steps *steps,
                                   struct skep_value *value_out, struct skep_error *err)
{
    void *value = NULL, *record = NULL, *matrix = NULL;
    struct star_te te;
    skep_status st = star_te_read(call, &te, err);
    int64_t shape[2] = {2, 0};

    if (st == SKEP_OK) {
        shape[1] = star_te_pairs(&te);
        st = skep_call_output(call, SKEP_F8, 2, shape, &value, value_out, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, skep_view_count(&te.record), sizeof(double), &record, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, te.series.m * te.series.m, sizeof(double), &matrix, err);
    }
    if (st == SKEP_OK) {
        st = skep_star_run(call, steps, &te.series, record, err);
    }
    if (st == SKEP_OK) {
        te.record.data = record;
        st = skep_te_columns_compute(call, &te.record, &te.options, matrix, err);
    }
    if (st == SKEP_OK) {
        star_te_write(matrix, te.series.m, value, (double *)value + shape[1]);
    }
    return st;
}

static skep_status star_te_fast(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    return star_te_compute(call, skep_star_steps_at(skep_cpu_level()), value_out, err);
}

static skep_status star_te_plain(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    return star_te_compute(call, &skep_star_steps_plain, value_out, err);
}

static void star_te_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    struct star_te te;
    struct skep_cost estimate;
    double m;

    skep_cost_little(call, cost_out);
    if (star_te_read(call, &te, NULL) != SKEP_OK) {
        return; /* refused before any work */
    }
    m = (double)te.series.m;
    estimate = skep_te_columns_cost(&te.record, &te.options, call->is_reference);
    cost_out->bytes = 8.0 * ((double)skep_view_count(&te.record) + m * m + 2.0 * (double)star_te_pairs(&te)) +
                      skep_star_run_bytes(&te.series) + estimate.bytes;
    cost_out->seconds += skep_star_run_seconds(&te.series, call->is_reference) + estimate.seconds;
}

static skep_status star_te_value(const struct skep_call *call, struct skep_view *value_out)
{
    struct star_te te;
    int64_t shape[2] = {2, 0};

    if (star_te_read(call, &te, NULL) != SKEP_OK) {
        return SKEP_EMPTY;
    }
    shape[1] = star_te_pairs(&te);
    return skep_value_array(SKEP_F8, 2, shape, value_out);
}

static const char *const star_te_description[] = {
    "The series of star_rk4 with observe \"sin\" (its first arguments, with its meaning), and of "
    "each two of its columns the transfer entropy of te_box in both directions (its options): "
    "the same numbers, to the bit, as these kernels give one after the other, and the series is "
    "not kept.",
    "Row 0 of the value goes from a to b, row 1 from b to a, for the pairs of nodes a < b in the "
    "order (0,1), (0,2), ..., (0,m-1), (1,2), ..., (m-2,m-1). Node 0 is the hub: with 4 nodes, "
    "the default, pairs 0 to 2 are hub and leaf, 3 to 5 two leaves.",
    "The defaults are an example: a hub that turns faster than its leaves, and after a transient "
    "of 100 s 20,000 states, 0.1 s apart, of which those less than 5 s apart are no neighbours. "
    "lambda and noise are what is left to say. Noise comes from stream 1 of the task, and the "
    "start from stream 0, as in star_rk4.",
    "A state that is not finite is an error (numeric); fewer than 2 recorded states are refused. "
    "Source, ties and accuracy are those of the two kernels.",
    NULL,
};

const struct skep_kernel skep_kernel_star_te = {
    .name = "star_te",
    .version = 1,
    .summary = "Transfer entropies between the nodes of a star of oscillators",
    .description = star_te_description,
    .args = star_te_args,
    .value_text =
        "f8[2,p], p = m(m-1)/2: for each pair of nodes from the first to the second, and back; in nats "
        "or bits",
    .performance = "Time is that of star_rk4 and of te_matrix; memory about 200 bytes for each of "
                   "the k m numbers of the series. With the defaults 46 ms and 16 MB on one core "
                   "of an Intel Xeon (Sapphire Rapids class, AVX-512), half of the time for each "
                   "of the two.",
    .example = "{\"kernel\":\"star_te\",\"args\":{\"lambda\":1.2,\"noise\":0.5},\"seed\":1}",
    .is_random = true,
    .run = star_te_fast,
    .reference = star_te_plain,
    .cost = star_te_cost,
    .value = star_te_value,
};
