/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_PLOT_SCRIPT_H
#define SKEP_PRODUCER_PLOT_SCRIPT_H

#include "base/buf.h"
#include "producer/tools/survey.h"

/* A survey as a program for gnuplot, its numbers included. Pure. Nothing of what a user or a file wrote is
 * ever more than a text in it. */
enum skep_plot_format { SKEP_PLOT_SVG, SKEP_PLOT_PNG };

enum {
    SKEP_PLOT_COLUMNS = 2000, /* points of a line, at most; and the pixels of an image: */
    SKEP_PLOT_IMAGE_ROWS = 600,
    SKEP_PLOT_IMAGE_COLUMNS = 900
};

void skep_plot_write(struct skep_buf *buf, const struct skep_survey *survey, enum skep_plot_format format,
                     const char *title);

#endif
