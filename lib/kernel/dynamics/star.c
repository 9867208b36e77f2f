/* SPDX-License-Identifier: MIT */
#include "kernel/dynamics/star.h"

#include <inttypes.h>
#include <math.h>

#include "kernel/math/philox.h"

enum { OBSERVE_PHASE, OBSERVE_SIN };
enum { STREAM_START };

#define TWO_PI 0x1.921fb54442d18p+2

static const char *const observe_choices[] = {"phase", "sin", NULL};

const struct skep_arg_spec skep_star_args[SKEP_STAR_ARGS + 1] = {
    {.name = "theta0",
     .kind = SKEP_ARG_ARRAY,
     .dtype = SKEP_F8,
     .min_ndim = 1,
     .max_ndim = 1,
     .shape_text = "[m]",
     .unit = "rad",
     .help = "Phases at the start, the hub first; absent: m phases uniform in [0, 2 pi) from stream 0."},
    {.name = "m",
     .kind = SKEP_ARG_I64,
     .default_text = "4",
     .least = 2,
     .most = SKEP_STAR_MAX_NODES,
     .help = "Number of nodes with the hub; with theta0 it is the length of theta0."},
    {.name = "omega_c",
     .kind = SKEP_ARG_F64,
     .is_required = true,
     .unit = "rad/s",
     .help = "Frequency of the hub."},
    {.name = "omega_e",
     .kind = SKEP_ARG_F64,
     .is_required = true,
     .unit = "rad/s",
     .help = "Frequency of the leaves."},
    {.name = "lambda",
     .kind = SKEP_ARG_F64,
     .is_required = true,
     .unit = "1/s",
     .help = "Strength of the coupling."},
    {.name = "dt", .kind = SKEP_ARG_F64, .default_text = "0.001", .unit = "s", .help = "Length of a step."},
    {.name = "steps",
     .kind = SKEP_ARG_I64,
     .is_required = true,
     .least = 0,
     .most = 1e9,
     .help = "Number of steps."},
    {.name = "skip",
     .kind = SKEP_ARG_I64,
     .default_text = "0",
     .least = 0,
     .most = 1e9,
     .help = "Steps before the recording starts."},
    {.name = "every",
     .kind = SKEP_ARG_I64,
     .default_text = "1",
     .least = 1,
     .most = 1e9,
     .help = "Steps from one recorded state to the next; the first is recorded after skip + every steps."},
    {.name = "sigma",
     .kind = SKEP_ARG_F64,
     .default_text = "0",
     .unit = "rad/sqrt(s)",
     .help = "Strength of white noise on the leaves: after each step sigma sqrt(dt) N(0,1), from stream 1."},
    {.name = "noise",
     .kind = SKEP_ARG_ARRAY,
     .dtype = SKEP_F8,
     .min_ndim = 2,
     .max_ndim = 2,
     .shape_text = "[steps,m]",
     .unit = "rad",
     .help = "Instead of sigma: what is added to each node after each step."},
    {.name = "observe",
     .kind = SKEP_ARG_CHOICE,
     .default_text = "phase",
     .choices = observe_choices,
     .help = "Record the phases, or their sines."},
    {0},
};

static skep_status star_check_numbers(const struct skep_arg *args, struct skep_error *err)
{
    static const int numbers[] = {SKEP_STAR_OMEGA_C, SKEP_STAR_OMEGA_E, SKEP_STAR_LAMBDA, SKEP_STAR_DT,
                                  SKEP_STAR_SIGMA};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!isfinite(args[numbers[i]].f64)) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "%s is not finite", skep_star_args[numbers[i]].name);
        }
    }
    if (args[SKEP_STAR_SIGMA].f64 != 0.0 && args[SKEP_STAR_DT].f64 < 0.0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "noise of strength sigma needs a dt that is not negative");
    }
    if (args[SKEP_STAR_SIGMA].f64 != 0.0 && args[SKEP_STAR_NOISE].is_given) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "sigma and noise exclude each other");
    }
    return SKEP_OK;
}

/* How many nodes, from whichever argument says so. */
static skep_status star_count_nodes(const struct skep_arg *args, int64_t *m_out, struct skep_error *err)
{
    int64_t m =
        args[SKEP_STAR_THETA0].is_given ? args[SKEP_STAR_THETA0].view.shape[0] : args[SKEP_STAR_M].i64;
    const struct skep_view *noise = &args[SKEP_STAR_NOISE].view;

    if (m < 2 || m > SKEP_STAR_MAX_NODES) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "2 to %d nodes, not %" PRId64, SKEP_STAR_MAX_NODES, m);
    }
    if (args[SKEP_STAR_M].is_given && args[SKEP_STAR_M].i64 != m) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "theta0 has %" PRId64 " elements and m is %" PRId64, m,
                              args[SKEP_STAR_M].i64);
    }
    if (args[SKEP_STAR_NOISE].is_given &&
        (noise->shape[0] != args[SKEP_STAR_STEPS].i64 || noise->shape[1] != m)) {
        char text[64];
        return skep_error_set(
            err, SKEP_E_BAD_ARGS, "noise wants shape [steps,m] = (%" PRId64 ", %" PRId64 "), got %s",
            args[SKEP_STAR_STEPS].i64, m, skep_shape_format(2, noise->shape, text, sizeof text));
    }
    *m_out = m;
    return SKEP_OK;
}

skep_status skep_star_read(const struct skep_call *call, struct skep_star_series *series_out,
                           struct skep_error *err)
{
    const struct skep_arg *args = call->args;
    double sigma = args[SKEP_STAR_SIGMA].f64;
    skep_status st = star_check_numbers(args, err);

    *series_out = (struct skep_star_series){
        .steps = args[SKEP_STAR_STEPS].i64,
        .skip = args[SKEP_STAR_SKIP].i64,
        .every = args[SKEP_STAR_EVERY].i64,
        .omega_c = args[SKEP_STAR_OMEGA_C].f64,
        .omega_e = args[SKEP_STAR_OMEGA_E].f64,
        .lambda = args[SKEP_STAR_LAMBDA].f64,
        .dt = args[SKEP_STAR_DT].f64,
        .kick = sigma != 0.0 ? sigma * sqrt(args[SKEP_STAR_DT].f64) : 0.0,
        .noise = args[SKEP_STAR_NOISE].is_given ? &args[SKEP_STAR_NOISE].view : NULL,
        .theta0 = args[SKEP_STAR_THETA0].is_given ? &args[SKEP_STAR_THETA0].view : NULL,
        .stream = call->stream,
        .is_sine = args[SKEP_STAR_OBSERVE].choice == OBSERVE_SIN,
    };
    return st == SKEP_OK ? star_count_nodes(args, &series_out->m, err) : st;
}

int64_t skep_star_count(const struct skep_star_series *series)
{
    return series->steps > series->skip ? (series->steps - series->skip) / series->every : 0;
}

void skep_star_start(const struct skep_star_series *series, double *hub_out, double *leaves_out)
{
    struct skep_philox philox;

    if (series->theta0 != NULL) {
        const double *theta0 = series->theta0->data;

        *hub_out = theta0[0];
        for (int64_t j = 1; j < series->m; j++) {
            leaves_out[j - 1] = theta0[j * series->theta0->strides[0]];
        }
        return;
    }
    skep_philox_init(&philox, series->stream, STREAM_START);
    *hub_out = TWO_PI * skep_philox_next_f64(&philox);
    for (int64_t j = 1; j < series->m; j++) {
        leaves_out[j - 1] = TWO_PI * skep_philox_next_f64(&philox);
    }
}
