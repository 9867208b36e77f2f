/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SURVEY_H
#define SKEP_PRODUCER_SURVEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/view.h"

/* What is to be seen of an array in one pass: its numbers in short, and a picture of a bounded number of
 * cells. Pure: blocks of elements in any order go in. */

/* Of the elements that fell into one cell, or of all. */
struct skep_survey_cell {
    int64_t n_finite, n_nan, n_above, n_below; /* above, below: infinite */
    double least, most;                        /* of the finite ones; NaN: there are none */
    double sum, rest;                          /* of the finite ones; what SUM has lost */
};

/* How an axis of LENGTH is seen through N cells: the first ones have one index more than the last ones. */
struct skep_survey_axis {
    int axis; /* of the array; -1: none, and one cell */
    int64_t length;
    int n;
};

/* As what an array is shown. A few rows, or a few columns, are lines side by side; columns are then turned to
 * be rows. Of an array with more than two axes it is the first plane, index 0 on all but the last two. */
enum { SKEP_SURVEY_LINES = 8 };

struct skep_survey_shape {
    int row_axis, column_axis; /* of the array; below 0: none, and one of them */
    int64_t n_rows, n_columns;
    bool is_lines, is_turned;
};

struct skep_survey_shape skep_survey_shape_of(const struct skep_view *view);

/* What is seen of an array. */
struct skep_survey {
    struct skep_survey_shape shape;
    struct skep_survey_axis rows, columns;
    struct skep_survey_cell *cells;  /* rows.n times columns.n, row by row */
    struct skep_survey_cell outside; /* of the elements of the other planes */
    bool is_unsigned;                /* of 8-byte integers, which doubles cannot tell: */
    bool has_integers;
    int64_t least_integer, most_integer; /* bits, if is_unsigned */
};

/* Of an array like VIEW (its shape and dtype), through at most MAX_ROWS times MAX_COLUMNS cells.
 *
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_survey_init(struct skep_survey *survey, const struct skep_view *view,
                                           int max_rows, int max_columns, struct skep_error *err);
void skep_survey_release(struct skep_survey *survey); /* zeroed is fine */

/* Take the elements of a block (array_file.h) in. CONTEXT is the survey. */
void skep_survey_add(void *context, const struct skep_view *block, const int64_t *origin);

/* All cells together. */
struct skep_survey_cell skep_survey_total(const struct skep_survey *survey);

/* Of a cell: what NumPy's nanmin, nanmax and nanmean give. NaN: nothing but NaN, or nothing. */
double skep_survey_least(const struct skep_survey_cell *cell);
double skep_survey_most(const struct skep_survey_cell *cell);
double skep_survey_mean(const struct skep_survey_cell *cell);
double skep_survey_finite_mean(const struct skep_survey_cell *cell); /* without infinities */

/* The first index of cell K (0 to n) of an axis; that of cell n is its length. */
int64_t skep_survey_from(const struct skep_survey_axis *axis, int k);

#endif
