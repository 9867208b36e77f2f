/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_OPTIONS_H
#define SKEP_KERNEL_BOX_OPTIONS_H

#include "kernel/kernel.h"

/* What the kernels of this folder are told beside their data. A row lists these arguments behind its arrays,
 * in this order; those for counts alone end after EXCLUDE. */
enum {
    SKEP_BOX_R,
    SKEP_BOX_EXCLUDE,
    SKEP_BOX_EDGE,
    SKEP_BOX_NORMALISE,
    SKEP_BOX_BASE,
    SKEP_BOX_NEXT_WIDTH /* transfer entropy only */
};

extern const char *const skep_box_edges[];       /* "strict", "inclusive" */
extern const char *const skep_box_bases[];       /* "e", "2" */
extern const char *const skep_box_next_widths[]; /* "own", "past" */

/* PRESENCE is `.is_required = true`, or `.default_text = "..."`. */
#define SKEP_BOX_ARG_R(presence)                                                                             \
    {                                                                                                        \
        .name = "r", .kind = SKEP_ARG_F64, presence,                                                         \
        .help = "Radius of the box, in units of the values, or of their standard deviations (normalise)."    \
    }
#define SKEP_BOX_ARG_RADIUS                                                                                  \
    {                                                                                                        \
        .name = "r", .kind = SKEP_ARG_F64, .is_required = true, .help = "Radius of the box."                 \
    }
#define SKEP_BOX_ARG_EXCLUDE(window, text)                                                                   \
    {                                                                                                        \
        .name = "exclude", .kind = SKEP_ARG_I64, .default_text = window, .least = 0, .most = 0x1p63,         \
        .unit = "samples", .help = text                                                                      \
    }
#define SKEP_BOX_ARGS_OF_ESTIMATE                                                                            \
    {.name = "edge",                                                                                         \
     .kind = SKEP_ARG_CHOICE,                                                                                \
     .default_text = "strict",                                                                               \
     .choices = skep_box_edges,                                                                              \
     .help = "Whether distance r itself is outside (strict, <) or inside (inclusive, <=)."},                 \
        {.name = "normalise",                                                                                \
         .kind = SKEP_ARG_BOOL,                                                                              \
         .default_text = "false",                                                                            \
         .help = "Multiply r with the standard deviation (n-1 in the denominator) of each column of the "    \
                 "points."},                                                                                 \
    {                                                                                                        \
        .name = "base", .kind = SKEP_ARG_CHOICE, .default_text = "e", .choices = skep_box_bases,             \
        .help = "Base of the logarithm: e gives nats, 2 gives bits."                                         \
    }
#define SKEP_BOX_ARG_NEXT_WIDTH                                                                              \
    {                                                                                                        \
        .name = "next_width", .kind = SKEP_ARG_CHOICE, .default_text = "own",                                \
        .choices = skep_box_next_widths,                                                                     \
        .help = "With normalise, the standard deviation for x[i+1]: that of its own column, or that of the " \
                "column of x[i] (past), as JIDT takes it."                                                   \
    }

/* What closer means, for the rows whose values are counts. */
#define SKEP_BOX_CLOSER_TEXT                                                                                 \
    "Closer than r is the comparison fabs(a - b) < r of doubles and nothing else: the counts are those of "  \
    "the plain double loop for every input. A tie at distance r is no neighbour; a difference that is NaN "  \
    "is none either (so a NaN, or one of two equal infinities, has no neighbours, not even itself). r <= 0 " \
    "and NaN give zeros, and so does exclude >= n."

/* The same, read. */
struct skep_box_options {
    double r;
    int64_t exclude;
    bool is_inclusive;
    bool is_normalised;
    bool is_base_2;
    bool is_next_as_past;
};

/* OPTIONS is the argument r of a call of an estimate, with the others behind it. */
struct skep_box_options skep_box_options_read(const struct skep_arg *options, bool has_next_width);

#endif
