/* SPDX-License-Identifier: MIT */
#include "producer/tools/peek_numbers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

enum { NUMBERS_MOST = 200 }; /* rows, or columns */

/* Which indices of an axis are shown: the first FRONT and the last BACK of LENGTH. */
struct numbers_axis {
    int64_t length;
    int front, back;
};

struct numbers {
    struct skep_array_file *file;
    const struct skep_numbers_style *style;
    struct numbers_axis rows, columns;
    bool is_plane;                     /* rows are those of the array: else a line that is broken */
    char (*texts)[SKEP_ELEMENT_BYTES]; /* row by row */
    int width;                         /* of the longest text */
    int label;                         /* of the longest label, with the space behind it */
};

const char *skep_element_format(const struct skep_view *element, int digits, char text[SKEP_ELEMENT_BYTES])
{
    if (element->dtype == SKEP_U8) {
        snprintf(text, SKEP_ELEMENT_BYTES, "%" PRIu64, (uint64_t)skep_view_get_i8(element, 0));
    } else if (skep_dtype_kind(element->dtype) != 'f') {
        snprintf(text, SKEP_ELEMENT_BYTES, "%" PRId64, skep_view_get_i8(element, 0));
    } else if (isnan(skep_view_get_f8(element, 0))) {
        snprintf(text, SKEP_ELEMENT_BYTES, "nan");
    } else {
        snprintf(text, SKEP_ELEMENT_BYTES, "%.*g", digits, skep_view_get_f8(element, 0));
    }
    return text;
}

static void axis_show(struct numbers_axis *axis, int64_t most)
{
    most = most < 1 ? 1 : most < NUMBERS_MOST ? most : NUMBERS_MOST;
    axis->front = axis->length <= most ? (int)axis->length : (int)(most + 1) / 2;
    axis->back = axis->length <= most ? 0 : (int)most / 2;
}

static int axis_count(const struct numbers_axis *axis)
{
    return axis->front + axis->back;
}

/* The index of the K-th one that is shown. */
static int64_t axis_index(const struct numbers_axis *axis, int k)
{
    return k < axis->front ? k : axis->length - axis->back + (k - axis->front);
}

static bool axis_has_gap(const struct numbers_axis *axis)
{
    return axis->length > axis_count(axis);
}

/* ---- reading ---- */

static skep_status numbers_read(struct numbers *numbers, struct skep_error *err)
{
    int64_t index[SKEP_MAX_DIMS] = {0};
    int ndim = numbers->file->view.ndim;
    int n_columns = axis_count(&numbers->columns);
    skep_status st = SKEP_OK;

    numbers->texts = skep_calloc((size_t)axis_count(&numbers->rows) * (size_t)n_columns, SKEP_ELEMENT_BYTES);
    if (numbers->texts == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the numbers");
    }
    for (int row = 0; row < axis_count(&numbers->rows); row++) {
        for (int column = 0; column < n_columns && st == SKEP_OK; column++) {
            char *text = numbers->texts[row * n_columns + column];
            struct skep_view element;
            int n;
            if (ndim >= 2) {
                index[ndim - 2] = axis_index(&numbers->rows, row);
            }
            if (ndim >= 1) {
                index[ndim - 1] = axis_index(&numbers->columns, column);
            }
            st = skep_array_file_get(numbers->file, index, &element, err);
            if (st == SKEP_OK) {
                n = (int)strlen(skep_element_format(&element, numbers->style->digits, text));
                numbers->width = n > numbers->width ? n : numbers->width;
            }
        }
    }
    return st;
}

/* ---- writing ---- */

static void numbers_add_text(struct skep_buf *buf, const struct numbers *numbers, int k)
{
    skep_buf_printf(buf, " %*s", numbers->width, numbers->texts[k]);
}

static void numbers_add_label(struct skep_buf *buf, const struct numbers *numbers, int64_t index)
{
    char label[32];

    snprintf(label, sizeof label, "[%" PRId64 "]", index);
    skep_buf_printf(buf, "%-*s", numbers->label, label);
}

/* A row of the array in one line, with what is left out in the middle. */
static void numbers_add_rows(struct skep_buf *buf, const struct numbers *numbers, int fit)
{
    int n_columns = axis_count(&numbers->columns);
    struct numbers_axis shown = {.length = numbers->columns.length};

    axis_show(&shown, fit);
    for (int row = 0; row < axis_count(&numbers->rows); row++) {
        if (row == numbers->rows.front && axis_has_gap(&numbers->rows)) {
            skep_buf_add_text(buf, "...\n");
        }
        numbers_add_label(buf, numbers, axis_index(&numbers->rows, row));
        for (int k = 0; k < axis_count(&shown); k++) {
            int column = k < shown.front ? k : n_columns - shown.back + (k - shown.front);
            skep_buf_add_text(buf, k == shown.front && axis_has_gap(&shown) ? " ..." : "");
            numbers_add_text(buf, numbers, row * n_columns + column);
        }
        skep_buf_add_text(buf, shown.back == 0 && axis_has_gap(&shown) ? " ...\n" : "\n");
    }
}

/* One axis, broken into lines that begin with their first index. */
static void numbers_add_line(struct skep_buf *buf, const struct numbers *numbers, int fit)
{
    struct numbers_axis shown = {.length = numbers->columns.length};
    int lines = numbers->style->lines;
    int in_line = 0;

    axis_show(&shown, (int64_t)fit * lines);
    if (axis_has_gap(&shown)) { /* whole lines in front, and whole lines behind */
        axis_show(&shown, (int64_t)fit * (lines / 2 * 2));
    }
    for (int k = 0; k < axis_count(&shown); k++) {
        int from_end = axis_count(&numbers->columns) - axis_count(&shown);
        if (k == shown.front) {
            skep_buf_add_text(buf, in_line > 0 ? "\n...\n" : "...\n");
            in_line = 0;
        }
        if (in_line == 0) {
            numbers_add_label(buf, numbers, axis_index(&shown, k));
        }
        numbers_add_text(buf, numbers, k < shown.front ? k : k + from_end);
        in_line++;
        if (in_line == fit && k + 1 < axis_count(&shown)) {
            skep_buf_add_char(buf, '\n');
            in_line = 0;
        }
    }
    skep_buf_add_char(buf, '\n');
}

skep_status skep_numbers_add(struct skep_buf *buf, struct skep_array_file *file,
                             const struct skep_numbers_style *style, struct skep_error *err)
{
    const struct skep_view *view = &file->view;
    struct numbers numbers = {.file = file, .style = style, .is_plane = view->ndim >= 2};
    char label[32];
    skep_status st;
    int fit;

    numbers.rows.length = numbers.is_plane ? view->shape[view->ndim - 2] : 1;
    numbers.columns.length = view->ndim > 0 ? view->shape[view->ndim - 1] : 1;
    /* No number is shorter than one digit, so these are enough whatever they are. */
    axis_show(&numbers.rows, style->lines);
    axis_show(&numbers.columns, (int64_t)style->width / 2 * (numbers.is_plane ? 1 : style->lines));
    st = numbers_read(&numbers, err);
    if (st == SKEP_OK) {
        numbers.label = snprintf(label, sizeof label, "[%" PRId64 "]",
                                 (numbers.is_plane ? numbers.rows.length : numbers.columns.length) - 1);
        fit = (style->width - numbers.label - (numbers.is_plane ? 4 : 0)) / (numbers.width + 1);
        fit = fit > 1 ? fit : 1;
        if (numbers.is_plane) {
            numbers_add_rows(buf, &numbers, fit);
        } else {
            numbers_add_line(buf, &numbers, fit);
        }
    }
    skep_free(numbers.texts);
    return st;
}
