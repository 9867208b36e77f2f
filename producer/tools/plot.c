/* SPDX-License-Identifier: MIT */
/* skep plot: a picture of an array in a file, drawn by gnuplot. */
#include <stdio.h>
#include <string.h>

#include "producer/cli/command.h"
#include "producer/commands.h"
#include "producer/tools/array_file.h"
#include "producer/tools/gnuplot.h"
#include "producer/tools/plot_script.h"

enum { PLOT_SCRIPT_BYTES = 64 * 1024 * 1024, PLOT_SHAPE_BYTES = 128 };

struct plot_settings {
    const char *output, *title;
};

static const struct skep_option plot_options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = SKEP_OPT_TEXT,
     .offset = offsetof(struct plot_settings, output),
     .value_name = "FILE",
     .help = "the picture: FILE.svg or FILE.png; what is there is replaced"},
    {.name = "title",
     .kind = SKEP_OPT_TEXT,
     .offset = offsetof(struct plot_settings, title),
     .value_name = "TEXT",
     .help = "stands above it; otherwise the array does"},
    {.name = NULL},
};

static bool plot_read_format(const char *path, enum skep_plot_format *format_out)
{
    size_t n = path != NULL ? strlen(path) : 0;

    if (n > 4 && strcmp(path + n - 4, ".svg") == 0) {
        *format_out = SKEP_PLOT_SVG;
        return true;
    }
    *format_out = SKEP_PLOT_PNG;
    return n > 4 && strcmp(path + n - 4, ".png") == 0;
}

/* An axis with one index is none: (1, n) is a line. */
static void plot_squeeze(struct skep_view *view)
{
    int ndim = 0;

    for (int d = 0; d < view->ndim; d++) {
        if (view->shape[d] != 1) {
            view->shape[ndim] = view->shape[d];
            view->strides[ndim++] = view->strides[d];
        }
    }
    view->ndim = ndim;
}

static skep_status plot_check(const struct skep_view *view, const char *ref, struct skep_error *err)
{
    char shape[PLOT_SHAPE_BYTES];

    skep_shape_format(view->ndim, view->shape, shape, sizeof shape);
    if (skep_view_count(view) == 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s has no elements: its shape is %s", ref, shape);
    }
    if (view->ndim == 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s is a single number; `skep peek` shows it", ref);
    }
    if (view->ndim > 2) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "%.100s is %s; lines or an image are to be had of two axes at most: name a "
                              "slice, such as '%.40s[0]'",
                              ref, shape, ref);
    }
    return SKEP_OK;
}

static skep_status plot_survey(struct skep_array_file *file, struct skep_survey *survey,
                               struct skep_error *err)
{
    bool is_lines = skep_survey_shape_of(&file->view).is_lines;
    struct skep_survey_cell total;
    skep_status st =
        skep_survey_init(survey, &file->view, is_lines ? SKEP_SURVEY_LINES : SKEP_PLOT_IMAGE_ROWS,
                         is_lines ? SKEP_PLOT_COLUMNS : SKEP_PLOT_IMAGE_COLUMNS, err);

    if (st == SKEP_OK) {
        st = skep_array_file_walk(file, skep_survey_add, survey, err);
    }
    total = st == SKEP_OK ? skep_survey_total(survey) : (struct skep_survey_cell){0};
    if (st == SKEP_OK && total.n_finite == 0) {
        st = skep_error_set(err, SKEP_E_BAD_ARGS, "there is nothing to draw: no element is a finite number");
    }
    return st;
}

static skep_status plot_draw(const struct plot_settings *settings, enum skep_plot_format format,
                             const char *ref, struct skep_error *err)
{
    struct skep_array_file file = {0};
    struct skep_survey survey = {0};
    struct skep_buf script;
    skep_status st = skep_array_file_open(ref, &file, err);

    skep_buf_init(&script, PLOT_SCRIPT_BYTES);
    if (st == SKEP_OK) {
        plot_squeeze(&file.view);
        st = plot_check(&file.view, ref, err);
    }
    if (st == SKEP_OK) {
        st = plot_survey(&file, &survey, err);
    }
    if (st == SKEP_OK) {
        skep_plot_write(&script, &survey, format, settings->title != NULL ? settings->title : ref);
        st = skep_buf_failed(&script) ? skep_error_set(err, SKEP_E_NOMEM, "no memory for the picture")
                                      : skep_gnuplot(&script, settings->output, err);
    }
    skep_buf_release(&script);
    skep_survey_release(&survey);
    skep_array_file_close(&file);
    return st;
}

static int plot_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct plot_settings *settings = settings_read;
    enum skep_plot_format format;
    struct skep_error err = {0};
    skep_status st;

    if (operands->n != 1) {
        skep_complain("plot: which array? `skep plot 'te.npy[0]' -o te.svg`");
        return SKEP_EXIT_USAGE;
    }
    if (!plot_read_format(settings->output, &format)) {
        skep_complain("plot: into which file? -o NAME.svg or -o NAME.png");
        return SKEP_EXIT_USAGE;
    }
    st = plot_draw(settings, format, operands->items[0], &err);
    if (st == SKEP_OK) {
        return SKEP_EXIT_OK;
    }
    skep_complain_error(st, &err);
    return st == SKEP_E_UNREACHABLE || st == SKEP_E_NOMEM || st == SKEP_E_IO || st == SKEP_E_OUTPUT
               ? SKEP_EXIT_SERVER
               : SKEP_EXIT_USAGE;
}

static const char *const plot_text[] = {
    "Draw an array into a file: a line for each row or column where there are at most 8 of them, else an "
    "image with a scale of colours. Of more elements than fit a point is the mean of some, and around the "
    "line a band shows the least and the greatest of them. NaN is a gap. An array of three axes or more "
    "needs a slice: 'x.npy[3]'.",
    "gnuplot draws it (package gnuplot-nox). The array is read as `skep peek` reads it.",
    "Exit codes: 0 drawn; 2 it cannot be read as an array, or there is nothing to draw; 3 there is no "
    "gnuplot, or the disk failed.",
    NULL,
};

static const char *const plot_examples[] = {
    "skep plot 'te.npy[0]' -o te.svg",
    "the first row as a line",
    "skep plot image.npy -o image.png --title 'Julia set'",
    "a matrix as an image",
    NULL,
};

const struct skep_command skep_command_plot = {
    .name = "plot",
    .summary = "draw an array into an SVG or PNG file",
    .usage = "'A.npy[SLICE]' -o FILE [OPTION...]",
    .text = plot_text,
    .examples = plot_examples,
    .options = plot_options,
    .settings_bytes = sizeof(struct plot_settings),
    .max_operands = 1,
    .act = plot_act,
};
