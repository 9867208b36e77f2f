/* SPDX-License-Identifier: MIT */
/* A star of coupled phase oscillators: a hub, node 0, and m-1 leaves.
 *
 *     theta_0' = omega_c + lambda sum_j sin(theta_j - theta_0)
 *     theta_j' = omega_e + lambda sin(theta_0 - theta_j)              j = 1 ... m-1
 *
 * Method: classical fourth-order Runge-Kutta with a fixed step (W. Kutta, 1901), then the step's increment of
 * noise. The order of operations is fixed and is that of the formulas below, the sum over the leaves running
 * from 1 to m-1:
 *
 *     k1 = f(theta)                     k3 = f(theta + (dt/2) k2)
 *     k2 = f(theta + (dt/2) k1)         k4 = f(theta + dt k3)
 *     theta + (dt/6) (((k1 + 2 k2) + 2 k3) + k4)
 *
 * f needs one sine a leaf: the sine for the leaf is that for the hub with its sign turned, to the bit.
 * Shapes: value (k, m), k = (steps - skip) / every rounded down, 0 when skip exceeds steps.
 * NaN: a state that is not finite is an error (numeric), so none comes out.
 * Accuracy: local error of order dt^5. The sum over the leaves is plain: its rounding, at most (m-1)^2 2^-53
 * a step, enters the state multiplied by lambda dt. */
#include "kernel/kernel.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "kernel/math/elementary.h"
#include "kernel/math/philox.h"

enum {
    ARG_THETA0,
    ARG_M,
    ARG_OMEGA_C,
    ARG_OMEGA_E,
    ARG_LAMBDA,
    ARG_DT,
    ARG_STEPS,
    ARG_SKIP,
    ARG_EVERY,
    ARG_SIGMA,
    ARG_NOISE,
    ARG_OBSERVE
};
enum { OBSERVE_PHASE, OBSERVE_SIN };
enum { STREAM_START, STREAM_NOISE };

/* The most nodes that the documentation and the polling of stop, once a step, are made for. */
enum { STAR_MAX_NODES = 4096 };

#define TWO_PI 0x1.921fb54442d18p+2

static const char *const observe_choices[] = {"phase", "sin", NULL};

static const struct skep_arg_spec star_rk4_args[] = {
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
     .most = STAR_MAX_NODES,
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

struct star {
    int m;
    double omega_c, omega_e, lambda, dt;
    double *theta;
    double *k[4];
    double *stage;
    double kick;                   /* sigma sqrt(dt); 0: none */
    const struct skep_view *noise; /* NULL: none */
    struct skep_philox philox;     /* of the noise */
};

/* ---- the steps ---- */

static void star_derivative(const struct star *s, const double *theta, double *k)
{
    double sum = 0.0;

    for (int j = 1; j < s->m; j++) {
        double sine = skep_sin(theta[j] - theta[0]);
        sum += sine;
        k[j] = s->omega_e - s->lambda * sine;
    }
    k[0] = s->omega_c + s->lambda * sum;
}

static void star_stage(const struct star *s, double h, const double *k)
{
    for (int i = 0; i < s->m; i++) {
        s->stage[i] = s->theta[i] + h * k[i];
    }
}

static void star_step(const struct star *s)
{
    double half = s->dt / 2.0;
    double sixth = s->dt / 6.0;

    star_derivative(s, s->theta, s->k[0]);
    star_stage(s, half, s->k[0]);
    star_derivative(s, s->stage, s->k[1]);
    star_stage(s, half, s->k[1]);
    star_derivative(s, s->stage, s->k[2]);
    star_stage(s, s->dt, s->k[2]);
    star_derivative(s, s->stage, s->k[3]);
    for (int i = 0; i < s->m; i++) {
        s->theta[i] += sixth * (((s->k[0][i] + 2.0 * s->k[1][i]) + 2.0 * s->k[2][i]) + s->k[3][i]);
    }
}

/* The increment after step number STEP (from 0). */
static void star_kick(struct star *s, int64_t step)
{
    if (s->noise != NULL) {
        const double *row = (const double *)s->noise->data + step * s->noise->strides[0];
        for (int i = 0; i < s->m; i++) {
            s->theta[i] += row[i * s->noise->strides[1]];
        }
    } else if (s->kick != 0.0) {
        for (int i = 1; i < s->m; i++) {
            s->theta[i] += s->kick * skep_philox_next_normal(&s->philox);
        }
    }
}

/* A state that once was not finite stays so, hence it is enough to look where it is recorded and at the end.
 */
static skep_status star_check(const struct star *s, int64_t step, struct skep_error *err)
{
    for (int i = 0; i < s->m; i++) {
        if (!isfinite(s->theta[i])) {
            return skep_error_set(err, SKEP_E_NUMERIC, "theta[%d] is not finite after step %" PRId64, i,
                                  step);
        }
    }
    return SKEP_OK;
}

static skep_status star_integrate(struct skep_call *call, struct star *s, double *out, struct skep_error *err)
{
    int64_t steps = call->args[ARG_STEPS].i64;
    int64_t every = call->args[ARG_EVERY].i64;
    int64_t next = call->args[ARG_SKIP].i64 + every; /* the step after which is recorded */
    bool is_sine = call->args[ARG_OBSERVE].choice == OBSERVE_SIN;

    for (int64_t step = 1; step <= steps; step++) {
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        star_step(s);
        star_kick(s, step - 1);
        if (step == next) {
            skep_status st = star_check(s, step, err);
            if (st != SKEP_OK) {
                return st;
            }
            for (int i = 0; i < s->m; i++) {
                *out++ = is_sine ? skep_sin(s->theta[i]) : s->theta[i];
            }
            next += every;
        }
    }
    return star_check(s, steps, err);
}

/* ---- the start ---- */

static skep_status star_check_numbers(const struct skep_arg *args, struct skep_error *err)
{
    static const int numbers[] = {ARG_OMEGA_C, ARG_OMEGA_E, ARG_LAMBDA, ARG_DT, ARG_SIGMA};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!isfinite(args[numbers[i]].f64)) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "%s is not finite", star_rk4_args[numbers[i]].name);
        }
    }
    if (args[ARG_SIGMA].f64 != 0.0 && args[ARG_DT].f64 < 0.0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "noise of strength sigma needs a dt that is not negative");
    }
    if (args[ARG_SIGMA].f64 != 0.0 && args[ARG_NOISE].is_given) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "sigma and noise exclude each other");
    }
    return SKEP_OK;
}

/* How many nodes, from whichever argument says so. */
static skep_status star_count_nodes(const struct skep_arg *args, int *m_out, struct skep_error *err)
{
    int64_t m = args[ARG_THETA0].is_given ? args[ARG_THETA0].view.shape[0] : args[ARG_M].i64;
    const struct skep_view *noise = &args[ARG_NOISE].view;

    if (m < 2 || m > STAR_MAX_NODES) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "2 to %d nodes, not %" PRId64, STAR_MAX_NODES, m);
    }
    if (args[ARG_M].is_given && args[ARG_M].i64 != m) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "theta0 has %" PRId64 " elements and m is %" PRId64, m,
                              args[ARG_M].i64);
    }
    if (args[ARG_NOISE].is_given && (noise->shape[0] != args[ARG_STEPS].i64 || noise->shape[1] != m)) {
        char text[64];
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "noise wants shape [steps,m] = (%" PRId64 ", %" PRId64 "), got %s",
                              args[ARG_STEPS].i64, m, skep_shape_format(2, noise->shape, text, sizeof text));
    }
    *m_out = (int)m;
    return SKEP_OK;
}

static void star_place(struct skep_call *call, struct star *s)
{
    struct skep_philox philox;

    if (call->args[ARG_THETA0].is_given) {
        skep_view_copy_f8(&call->args[ARG_THETA0].view, s->theta);
        return;
    }
    skep_philox_init(&philox, call->stream, STREAM_START);
    for (int i = 0; i < s->m; i++) {
        s->theta[i] = TWO_PI * skep_philox_next_f64(&philox);
    }
}

static skep_status star_open(struct skep_call *call, struct star *s, struct skep_error *err)
{
    const struct skep_arg *args = call->args;
    void *room;
    skep_status st = star_check_numbers(args, err);

    if (st == SKEP_OK) {
        st = star_count_nodes(args, &s->m, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, 6 * (int64_t)s->m, sizeof(double), &room, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    s->omega_c = args[ARG_OMEGA_C].f64;
    s->omega_e = args[ARG_OMEGA_E].f64;
    s->lambda = args[ARG_LAMBDA].f64;
    s->dt = args[ARG_DT].f64;
    s->kick = args[ARG_SIGMA].f64 != 0.0 ? args[ARG_SIGMA].f64 * sqrt(s->dt) : 0.0;
    s->noise = args[ARG_NOISE].is_given ? &args[ARG_NOISE].view : NULL;
    s->theta = room;
    s->stage = s->theta + s->m;
    for (int i = 0; i < 4; i++) {
        s->k[i] = s->theta + (2 + i) * s->m;
    }
    skep_philox_init(&s->philox, call->stream, STREAM_NOISE);
    star_place(call, s);
    return SKEP_OK;
}

static skep_status star_rk4_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_arg *args = call->args;
    struct star star = {0};
    skep_status st = star_open(call, &star, err);
    int64_t shape[2] = {0, star.m};
    void *out;

    if (args[ARG_STEPS].i64 > args[ARG_SKIP].i64) {
        shape[0] = (args[ARG_STEPS].i64 - args[ARG_SKIP].i64) / args[ARG_EVERY].i64;
    }
    if (st == SKEP_OK) {
        st = skep_call_output(call, SKEP_F8, 2, shape, &out, value_out, err);
    }
    if (st == SKEP_OK) {
        st = star_integrate(call, &star, out, err);
    }
    return st;
}

static const char *const star_rk4_description[] = {
    "A hub (node 0) and m-1 leaves: theta_0' = omega_c + lambda sum_j sin(theta_j - theta_0), theta_j' = "
    "omega_e "
    "+ lambda sin(theta_0 - theta_j). Classical fourth-order Runge-Kutta with step dt; after each step the "
    "increments of noise are added.",
    "The state is recorded after step skip + every, skip + 2 every, ... up to steps; when skip exceeds steps "
    "the "
    "value has shape (0, m).",
    "theta0, when absent, is 2 pi times the first m uniforms of stream 0 of the task. With sigma, leaf j (1 "
    "to "
    "m-1) gets sigma sqrt(dt) times normal number s (m-1) + (j-1) of stream 1 after step s (counted from 0); "
    "the "
    "hub gets none. Normals come in pairs from two uniforms u and v: R cos(2 pi v), then R sin(2 pi v), with "
    "R = "
    "sqrt(-2 log(1 - u)).",
    "A state that is not finite is an error (numeric). Parameters must be finite. The sum over the leaves is "
    "plain "
    "and runs in their order. There is one variant; its sine is skep's own, so the bits are the same on "
    "every "
    "machine.",
    NULL,
};

const struct skep_kernel skep_kernel_star_rk4 = {
    .name = "star_rk4",
    .version = 1,
    .summary = "A star of coupled phase oscillators by fourth-order Runge-Kutta",
    .description = star_rk4_description,
    .args = star_rk4_args,
    .value_text = "f8[k,m]: one row for each recorded state, in rad, or the sines",
    .example =
        "{\"kernel\":\"star_rk4\",\"args\":{\"theta0\":[0.0,1.0,2.0,3.0],\"omega_c\":10.0,\"omega_e\":1.0,"
        "\"lambda\":2.0,\"steps\":1000,\"every\":250}}",
    .is_random = true,
    .run = star_rk4_run,
    .reference = star_rk4_run,
    .cost = skep_cost_little,
};
