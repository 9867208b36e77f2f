/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DYNAMICS_STAR_H
#define SKEP_KERNEL_DYNAMICS_STAR_H

#include "kernel/kernel.h"

/* A series of a star: the arguments of star_rk4, read and checked. A row whose first arguments are these, in
 * this order, can use it too. */
enum {
    SKEP_STAR_THETA0,
    SKEP_STAR_M,
    SKEP_STAR_OMEGA_C,
    SKEP_STAR_OMEGA_E,
    SKEP_STAR_LAMBDA,
    SKEP_STAR_DT,
    SKEP_STAR_STEPS,
    SKEP_STAR_SKIP,
    SKEP_STAR_EVERY,
    SKEP_STAR_SIGMA,
    SKEP_STAR_NOISE,
    SKEP_STAR_OBSERVE,
    SKEP_STAR_ARGS
};

/* The most nodes that the documentation and the polling of stop, once a step, are made for. */
enum { SKEP_STAR_MAX_NODES = 4096 };

struct skep_star_series {
    int64_t m; /* nodes */
    int64_t steps, skip, every;
    double omega_c, omega_e, lambda, dt;
    double kick;                    /* sigma sqrt(dt); 0: none */
    const struct skep_view *noise;  /* NULL: none */
    const struct skep_view *theta0; /* NULL: from the stream */
    struct skep_stream_key stream;
    bool is_sine; /* observe */
};

extern const struct skep_arg_spec skep_star_args[SKEP_STAR_ARGS + 1];

/* SKEP_E_BAD_ARGS when the arguments of CALL do not fit each other. */
SKEP_MUST_USE skep_status skep_star_read(const struct skep_call *call, struct skep_star_series *series_out,
                                         struct skep_error *err);

/* How many states are recorded. */
int64_t skep_star_count(const struct skep_star_series *series);

/* The hub's phase at the start and those of the m - 1 leaves. */
void skep_star_start(const struct skep_star_series *series, double *hub_out, double *leaves_out);

#endif
