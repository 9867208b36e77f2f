/* SPDX-License-Identifier: MIT */
#include "kernel/dynamics/star_kicks.h"

enum { STREAM_NOISE = 1 };

void skep_star_kicks_init(struct skep_star_kicks *kicks, const struct skep_star_series *series)
{
    kicks->series = series;
    kicks->step = 0;
    kicks->next = SKEP_STAR_NORMALS;
    skep_philox_init(&kicks->philox, series->stream, STREAM_NOISE);
}

static double kicks_normal(struct skep_star_kicks *kicks)
{
    if (kicks->next == SKEP_STAR_NORMALS) {
        skep_philox_fill_normal(&kicks->philox, kicks->normals, SKEP_STAR_NORMALS);
        kicks->next = 0;
    }
    return kicks->normals[kicks->next++];
}

void skep_star_kicks_next(struct skep_star_kicks *kicks, double *out)
{
    const struct skep_star_series *series = kicks->series;
    const struct skep_view *noise = series->noise;

    if (noise != NULL) {
        const double *row = (const double *)noise->data + kicks->step * noise->strides[0];
        for (int64_t j = 0; j < series->m; j++) {
            out[j] = row[j * noise->strides[1]];
        }
    } else {
        out[0] = 0.0;
        for (int64_t j = 1; j < series->m; j++) {
            out[j] = series->kick * kicks_normal(kicks);
        }
    }
    kicks->step++;
}
