/* SPDX-License-Identifier: MIT */
#include "kernel/dynamics/star.h"

#include <inttypes.h>
#include <math.h>

#include "kernel/dynamics/star_args.h"
#include "kernel/math/philox.h"

enum { OBSERVE_PHASE, OBSERVE_SIN };
enum { STREAM_START };

#define TWO_PI 0x1.921fb54442d18p+2

const char *const skep_star_observe[] = {"phase", "sin", NULL};

const struct skep_arg_spec skep_star_args[SKEP_STAR_ARGS + 1] = {
    SKEP_STAR_ARG_THETA0,
    SKEP_STAR_ARG_M,
    SKEP_STAR_ARG_OMEGA_C(.is_required = true),
    SKEP_STAR_ARG_OMEGA_E(.is_required = true),
    SKEP_STAR_ARG_LAMBDA,
    SKEP_STAR_ARG_DT("0.001"),
    SKEP_STAR_ARG_STEPS(.is_required = true),
    SKEP_STAR_ARG_SKIP("0"),
    SKEP_STAR_ARG_EVERY("1"),
    SKEP_STAR_ARG_SIGMA,
    SKEP_STAR_ARG_NOISE,
    SKEP_STAR_ARG_OBSERVE("phase"),
    {0},
};

/* Noise as a number is another word for sigma. */
static bool is_strength(const struct skep_arg *noise)
{
    return noise->is_given && noise->view.ndim == 0;
}

static double star_sigma(const struct skep_arg *args)
{
    return is_strength(&args[SKEP_STAR_NOISE]) ? *(const double *)args[SKEP_STAR_NOISE].view.data
                                               : args[SKEP_STAR_SIGMA].f64;
}

static skep_status star_check_noise(const struct skep_arg *args, struct skep_error *err)
{
    double sigma = star_sigma(args);

    if (!isfinite(sigma)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "the strength of the noise is not finite");
    }
    if (sigma != 0.0 && args[SKEP_STAR_DT].f64 < 0.0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "noise of strength sigma needs a dt that is not negative");
    }
    if (args[SKEP_STAR_SIGMA].f64 != 0.0 && args[SKEP_STAR_NOISE].is_given) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "sigma and noise exclude each other");
    }
    return SKEP_OK;
}

static skep_status star_check_numbers(const struct skep_arg *args, struct skep_error *err)
{
    static const int numbers[] = {SKEP_STAR_OMEGA_C, SKEP_STAR_OMEGA_E, SKEP_STAR_LAMBDA, SKEP_STAR_DT};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!isfinite(args[numbers[i]].f64)) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "%s is not finite", skep_star_args[numbers[i]].name);
        }
    }
    return star_check_noise(args, err);
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
    if (args[SKEP_STAR_NOISE].is_given && noise->ndim > 0 &&
        (noise->ndim != 2 || noise->shape[0] != args[SKEP_STAR_STEPS].i64 || noise->shape[1] != m)) {
        char text[64];
        return skep_error_set(
            err, SKEP_E_BAD_ARGS, "noise wants shape [steps,m] = (%" PRId64 ", %" PRId64 "), got %s",
            args[SKEP_STAR_STEPS].i64, m, skep_shape_format(noise->ndim, noise->shape, text, sizeof text));
    }
    *m_out = m;
    return SKEP_OK;
}

skep_status skep_star_read(const struct skep_call *call, struct skep_star_series *series_out,
                           struct skep_error *err)
{
    const struct skep_arg *args = call->args;
    const struct skep_arg *noise = &args[SKEP_STAR_NOISE];
    double sigma = star_sigma(args);
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
        .noise = noise->is_given && !is_strength(noise) ? &noise->view : NULL,
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
