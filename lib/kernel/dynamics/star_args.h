/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DYNAMICS_STAR_ARGS_H
#define SKEP_KERNEL_DYNAMICS_STAR_ARGS_H

#include "kernel/dynamics/star.h"

/* The arguments of a star, for rows that list them in the order of star.h and differ in their defaults.
 * PRESENCE is `.is_required = true`, or `.default_text = "..."`. */

extern const char *const skep_star_observe[]; /* "phase", "sin" */

#define SKEP_STAR_ARG_THETA0                                                                                 \
    {                                                                                                        \
        .name = "theta0", .kind = SKEP_ARG_ARRAY, .dtype = SKEP_F8, .min_ndim = 1, .max_ndim = 1,            \
        .shape_text = "[m]", .unit = "rad",                                                                  \
        .help = "Phases at the start, the hub first; absent: m phases uniform in [0, 2 pi) from stream 0."   \
    }
#define SKEP_STAR_ARG_M                                                                                      \
    {                                                                                                        \
        .name = "m", .kind = SKEP_ARG_I64, .default_text = "4", .least = 2, .most = SKEP_STAR_MAX_NODES,     \
        .help = "Number of nodes with the hub; with theta0 it is the length of theta0."                      \
    }
#define SKEP_STAR_ARG_OMEGA_C(presence)                                                                      \
    {                                                                                                        \
        .name = "omega_c", .kind = SKEP_ARG_F64, presence, .unit = "rad/s", .help = "Frequency of the hub."  \
    }
#define SKEP_STAR_ARG_OMEGA_E(presence)                                                                      \
    {                                                                                                        \
        .name = "omega_e", .kind = SKEP_ARG_F64, presence, .unit = "rad/s",                                  \
        .help = "Frequency of the leaves."                                                                   \
    }
#define SKEP_STAR_ARG_LAMBDA                                                                                 \
    {                                                                                                        \
        .name = "lambda", .kind = SKEP_ARG_F64, .is_required = true, .unit = "1/s",                          \
        .help = "Strength of the coupling."                                                                  \
    }
#define SKEP_STAR_ARG_DT(text)                                                                               \
    {                                                                                                        \
        .name = "dt", .kind = SKEP_ARG_F64, .default_text = text, .unit = "s", .help = "Length of a step."   \
    }
#define SKEP_STAR_ARG_STEPS(presence)                                                                        \
    {                                                                                                        \
        .name = "steps", .kind = SKEP_ARG_I64, presence, .least = 0, .most = 1e9, .help = "Number of steps." \
    }
#define SKEP_STAR_ARG_SKIP(text)                                                                             \
    {                                                                                                        \
        .name = "skip", .kind = SKEP_ARG_I64, .default_text = text, .least = 0, .most = 1e9,                 \
        .help = "Steps before the recording starts."                                                         \
    }
#define SKEP_STAR_ARG_EVERY(text)                                                                            \
    {                                                                                                        \
        .name = "every", .kind = SKEP_ARG_I64, .default_text = text, .least = 1, .most = 1e9,                \
        .help = "Steps from one recorded state to the next; the first is recorded after skip + every "       \
                "steps."                                                                                     \
    }
#define SKEP_STAR_ARG_SIGMA                                                                                  \
    {                                                                                                        \
        .name = "sigma", .kind = SKEP_ARG_F64, .default_text = "0", .unit = "rad/sqrt(s)",                   \
        .help = "Strength of white noise on the leaves: after each step sigma sqrt(dt) N(0,1), from stream " \
                "1."                                                                                         \
    }
#define SKEP_STAR_ARG_NOISE                                                                                  \
    {                                                                                                        \
        .name = "noise", .kind = SKEP_ARG_ARRAY, .dtype = SKEP_F8, .min_ndim = 0, .max_ndim = 2,             \
        .shape_text = ", a number or [steps,m]",                                                             \
        .help = "A number is another word for sigma. An array, instead of it: what is added to each node "   \
                "after each step, in rad."                                                                   \
    }
#define SKEP_STAR_ARG_OBSERVE(text)                                                                          \
    {                                                                                                        \
        .name = "observe", .kind = SKEP_ARG_CHOICE, .default_text = text, .choices = skep_star_observe,      \
        .help = "Record the phases, or their sines."                                                         \
    }

#endif
