/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DYNAMICS_DIFFUSE_STEPS_VECTOR_H
#define SKEP_KERNEL_DYNAMICS_DIFFUSE_STEPS_VECTOR_H

/* The loops of diffuse_steps.h for any width of vector: a file of one level defines LANES, the doubles of a
 * vector, and TARGET, the attribute that allows its instructions, and then includes this. 2u is written as
 * u + u: the same bits. What is left of a row goes to the plain loops. */
#include "kernel/dynamics/diffuse_steps.h"

#ifndef LANES
#define LANES 2 /* the header alone */
#define TARGET
#endif

typedef double steps_vector __attribute__((vector_size(LANES * 8), aligned(8), may_alias));

TARGET static inline steps_vector steps_load(const double *from)
{
    return *(const steps_vector *)from;
}

TARGET static inline void steps_store(double *to, steps_vector value)
{
    *(steps_vector *)to = value;
}

TARGET static inline void steps_line(const double *in, double *out, int64_t n, double k)
{
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        steps_vector u = steps_load(in + i);

        steps_store(out + i, u + k * ((steps_load(in + i + 1) + steps_load(in + i - 1)) - (u + u)));
    }
    skep_diffuse_steps_plain.line(in + i, out + i, n - i, k);
}

static inline void steps_rows_rest(const double *const in[SKEP_DIFFUSE_ROWS + 2],
                                   double *const out[SKEP_DIFFUSE_ROWS], int64_t done, int64_t n, double k)
{
    const double *in_rest[SKEP_DIFFUSE_ROWS + 2];
    double *out_rest[SKEP_DIFFUSE_ROWS];

    for (int r = 0; r < SKEP_DIFFUSE_ROWS + 2; r++) {
        in_rest[r] = in[r] + done;
    }
    for (int r = 0; r < SKEP_DIFFUSE_ROWS; r++) {
        out_rest[r] = out[r] + done;
    }
    skep_diffuse_steps_plain.rows(in_rest, out_rest, n - done, k);
}

/* The middle of ROW, given the vectors above, here and below. */
TARGET static inline steps_vector steps_cross(const double *row, steps_vector up, steps_vector u,
                                              steps_vector down, double k)
{
    steps_vector twice = u + u;

    return u + k * (((down + up) - twice) + ((steps_load(row + 1) + steps_load(row - 1)) - twice));
}

TARGET static inline void steps_rows(const double *const in[SKEP_DIFFUSE_ROWS + 2],
                                     double *const out[SKEP_DIFFUSE_ROWS], int64_t n, double k)
{
    const double *in1 = in[1], *in2 = in[2], *in3 = in[3], *in4 = in[4];
    int64_t j = 0;

    for (; j + LANES <= n; j += LANES) {
        steps_vector u0 = steps_load(in[0] + j);
        steps_vector u1 = steps_load(in1 + j);
        steps_vector u2 = steps_load(in2 + j);
        steps_vector u3 = steps_load(in3 + j);
        steps_vector u4 = steps_load(in4 + j);
        steps_vector u5 = steps_load(in[5] + j);

        steps_store(out[0] + j, steps_cross(in1 + j, u0, u1, u2, k));
        steps_store(out[1] + j, steps_cross(in2 + j, u1, u2, u3, k));
        steps_store(out[2] + j, steps_cross(in3 + j, u2, u3, u4, k));
        steps_store(out[3] + j, steps_cross(in4 + j, u3, u4, u5, k));
    }
    if (j < n) {
        steps_rows_rest(in, out, j, n, k);
    }
}

#endif
