/* SPDX-License-Identifier: MIT */
/* A star of coupled phase oscillators: a hub, node 0, and m-1 leaves.
 *
 *     theta_0' = omega_c + lambda sum_j sin(theta_j - theta_0)
 *     theta_j' = omega_e + lambda sin(theta_0 - theta_j)              j = 1 ... m-1
 *
 * Method: classical fourth-order Runge-Kutta with a fixed step (W. Kutta, 1901), then the step's increment of
 * noise:
 *
 *     k1 = f(theta)                     k3 = f(theta + (dt/2) k2)
 *     k2 = f(theta + (dt/2) k1)         k4 = f(theta + dt k3)
 *     theta + (dt/6) ((k1 + 2 (k2 + k3)) + k4)
 *
 * The order of operations is that of star_steps.c. f needs one sine a leaf: the sine for the leaf is that for
 * the hub with its sign turned. Here is the row; star.h reads the arguments and star_run.h goes the steps.
 * Shapes: value (k, m), k = (steps - skip) / every rounded down, 0 when skip exceeds steps.
 * NaN: a state that is not finite is an error (numeric), so none comes out.
 * Accuracy: local error of order dt^5; a sine within 4e-16. */
#include "kernel/dynamics/star_run.h"

static skep_status star_rk4_output(struct skep_call *call, const struct skep_star_series *series,
                                   double **out, struct skep_value *value_out, struct skep_error *err)
{
    const int64_t shape[] = {skep_star_count(series), series->m};
    void *data = NULL;
    skep_status st = skep_call_output(call, SKEP_F8, 2, shape, &data, value_out, err);

    *out = data;
    return st;
}

static skep_status star_rk4_compute(struct skep_call *call, const struct skep_star_steps *steps,
                                    struct skep_value *value_out, struct skep_error *err)
{
    struct skep_star_series series;
    double *out;
    skep_status st = skep_star_read(call, &series, err);

    if (st == SKEP_OK) {
        st = star_rk4_output(call, &series, &out, value_out, err);
    }
    return st == SKEP_OK ? skep_star_run(call, steps, &series, out, err) : st;
}

static skep_status star_rk4_fast(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    return star_rk4_compute(call, skep_star_steps_at(skep_cpu_level()), value_out, err);
}

static skep_status star_rk4_plain(struct skep_call *call, struct skep_value *value_out,
                                  struct skep_error *err)
{
    return star_rk4_compute(call, &skep_star_steps_plain, value_out, err);
}

/* Up to SKEP_STAR_PACK calls. */
static skep_status star_rk4_few(struct skep_call *calls, int n, struct skep_value *values_out,
                                struct skep_error *err)
{
    const struct skep_star_steps *steps = skep_star_steps_at(skep_cpu_level());
    struct skep_star_series series[SKEP_STAR_PACK];
    double *out[SKEP_STAR_PACK];
    skep_status st = SKEP_OK;

    for (int i = 0; i < n && st == SKEP_OK; i++) {
        st = skep_star_read(&calls[i], &series[i], err);
        if (st == SKEP_OK) {
            st = star_rk4_output(&calls[i], &series[i], &out[i], &values_out[i], err);
        }
    }
    if (st == SKEP_OK && skep_star_is_pack(steps, series, n)) {
        return skep_star_run_pack(&calls[0], steps, series, n, out, err);
    }
    for (int i = 0; i < n && st == SKEP_OK; i++) {
        st = skep_star_run(&calls[i], steps, &series[i], out[i], err);
    }
    return st;
}

static skep_status star_rk4_many(struct skep_call *calls, int n, struct skep_value *values_out,
                                 struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (int i = 0; i < n && st == SKEP_OK; i += SKEP_STAR_PACK) {
        st = star_rk4_few(calls + i, n - i < SKEP_STAR_PACK ? n - i : SKEP_STAR_PACK, values_out + i, err);
    }
    return st;
}

static void star_rk4_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    struct skep_star_series series;

    skep_cost_little(call, cost_out);
    if (skep_star_read(call, &series, NULL) != SKEP_OK) {
        return; /* refused before any work */
    }
    cost_out->bytes =
        8.0 * (double)skep_star_count(&series) * (double)series.m + skep_star_run_bytes(&series);
    cost_out->seconds += skep_star_run_seconds(&series, call->is_reference);
}

static skep_status star_rk4_value(const struct skep_call *call, struct skep_view *value_out)
{
    struct skep_star_series series;
    int64_t shape[2];

    if (skep_star_read(call, &series, NULL) != SKEP_OK) {
        return SKEP_EMPTY;
    }
    shape[0] = skep_star_count(&series);
    shape[1] = series.m;
    return skep_value_array(SKEP_F8, 2, shape, value_out);
}

static const char *const star_rk4_description[] = {
    "A hub (node 0) and m-1 leaves: theta_0' = omega_c + lambda sum_j sin(theta_j - theta_0), theta_j' = "
    "omega_e "
    "+ lambda sin(theta_0 - theta_j). Classical fourth-order Runge-Kutta (W. Kutta, 1901) with step dt; "
    "after "
    "each step the increments of noise are added.",
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
    "A state that is not finite is an error (numeric). Parameters must be finite.",
    "The sines, also those that are recorded, are skep's own, within 4e-16 of the true one for differences "
    "of "
    "phases below 2^40 (from there on the C library's); fused operations in them and in the steps are part "
    "of "
    "the definition. So the bits are the same on every machine, in every variant, and for one series alone "
    "and "
    "several together. The sum over the leaves is that of eight sums to which they are dealt in turn.",
    NULL,
};

const struct skep_kernel skep_kernel_star_rk4 = {
    .name = "star_rk4",
    .version = 2,
    .summary = "A star of coupled phase oscillators by fourth-order Runge-Kutta",
    .description = star_rk4_description,
    .args = skep_star_args,
    .value_text = "f8[k,m]: one row for each recorded state, in rad, or the sines",
    .performance = "Time grows with steps times m, memory is 8 k m bytes and little more. A step of 4 nodes "
                   "takes 76 ns on "
                   "one core of an Intel Xeon (Sapphire Rapids class, AVX-512), Numba's loop 1.3 times that "
                   "and more; 16 series "
                   "of a sweep together take 12 ns a step and series. Of 100 nodes: 0.37 microseconds. Noise "
                   "by sigma adds "
                   "7 ns a leaf and step.",
    .example =
        "{\"kernel\":\"star_rk4\",\"args\":{\"theta0\":[0.0,1.0,2.0,3.0],\"omega_c\":10.0,\"omega_e\":1.0,"
        "\"lambda\":2.0,\"steps\":1000,\"every\":250}}",
    .is_random = true,
    .run = star_rk4_fast,
    .reference = star_rk4_plain,
    .cost = star_rk4_cost,
    .value = star_rk4_value,
    .run_many = star_rk4_many,
};
