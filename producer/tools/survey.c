/* SPDX-License-Identifier: MIT */
#include "producer/tools/survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { SURVEY_LINE = 4096 }; /* elements that are converted at a time */

/* ---- cells ---- */

static void cell_init(struct skep_survey_cell *cell)
{
    *cell = (struct skep_survey_cell){.least = NAN, .most = NAN};
}

/* Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, ZAMM 54 (1974): what the
 * sum cannot hold is kept beside it. */
static void cell_add_sum(struct skep_survey_cell *cell, double x)
{
    double sum = cell->sum + x;

    cell->rest += fabs(cell->sum) >= fabs(x) ? (cell->sum - sum) + x : (x - sum) + cell->sum;
    cell->sum = sum;
}

static void cell_widen(struct skep_survey_cell *cell, double least, double most)
{
    cell->least = cell->least <= least ? cell->least : least; /* NaN is not */
    cell->most = cell->most >= most ? cell->most : most;
}

static void cell_count_strange(struct skep_survey_cell *cell, double x)
{
    cell->n_nan += isnan(x) != 0;
    cell->n_above += x > 0;
    cell->n_below += x < 0;
}

/* One after the other: infinite ones and NaN among them. */
static void cell_add_strange(struct skep_survey_cell *cell, const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (isfinite(x[i])) {
            cell->n_finite++;
            cell_widen(cell, x[i], x[i]);
            cell_add_sum(cell, x[i]);
        } else {
            cell_count_strange(cell, x[i]);
        }
    }
}

/* Some elements taken together, as long as all are finite: what is strange makes the sum of differences NaN.
 */
struct cell_part {
    double sum, least, most, strange;
};

static void part_add(struct cell_part *part, double x)
{
    part->strange += x - x;
    part->sum += x;
    part->least = x < part->least ? x : part->least;
    part->most = x > part->most ? x : part->most;
}

/* LANES sums side by side, which the processor adds at once. */
enum { LANES = 4 };

static void cell_add(struct skep_survey_cell *cell, const double *x, int64_t n)
{
    struct cell_part parts[LANES];
    double strange = 0, sum = 0;
    int64_t i = 0;

    for (int k = 0; k < LANES; k++) {
        parts[k] = (struct cell_part){.least = x[0], .most = x[0]};
    }
    for (; i + LANES <= n; i += LANES) {
        part_add(&parts[0], x[i]);
        part_add(&parts[1], x[i + 1]);
        part_add(&parts[2], x[i + 2]);
        part_add(&parts[3], x[i + 3]);
    }
    for (; i < n; i++) {
        part_add(&parts[0], x[i]);
    }
    for (int k = 0; k < LANES; k++) {
        strange += parts[k].strange;
        sum += parts[k].sum;
        parts[0].least = parts[k].least < parts[0].least ? parts[k].least : parts[0].least;
        parts[0].most = parts[k].most > parts[0].most ? parts[k].most : parts[0].most;
    }
    if (strange != 0 || !isfinite(sum)) { /* too large together, too: one by one they may cancel */
        cell_add_strange(cell, x, n);
        return;
    }
    cell->n_finite += n;
    cell_widen(cell, parts[0].least, parts[0].most);
    cell_add_sum(cell, sum);
}

static void cell_merge(struct skep_survey_cell *cell, const struct skep_survey_cell *other)
{
    cell->n_finite += other->n_finite;
    cell->n_nan += other->n_nan;
    cell->n_above += other->n_above;
    cell->n_below += other->n_below;
    cell->rest += other->rest;
    if (other->n_finite > 0) {
        cell_widen(cell, other->least, other->most);
        cell_add_sum(cell, other->sum);
    }
}

double skep_survey_least(const struct skep_survey_cell *cell)
{
    if (cell->n_below > 0) {
        return -INFINITY;
    }
    return cell->n_finite == 0 && cell->n_above > 0 ? INFINITY : cell->least;
}

double skep_survey_most(const struct skep_survey_cell *cell)
{
    if (cell->n_above > 0) {
        return INFINITY;
    }
    return cell->n_finite == 0 && cell->n_below > 0 ? -INFINITY : cell->most;
}

double skep_survey_finite_mean(const struct skep_survey_cell *cell)
{
    double sum = isfinite(cell->sum) ? cell->sum + cell->rest : cell->sum;

    return cell->n_finite > 0 ? sum / (double)cell->n_finite : NAN;
}

double skep_survey_mean(const struct skep_survey_cell *cell)
{
    if (cell->n_above > 0 || cell->n_below > 0) {
        return cell->n_below == 0 ? INFINITY : cell->n_above == 0 ? -INFINITY : NAN;
    }
    return skep_survey_finite_mean(cell);
}

/* ---- axes ---- */

static struct skep_survey_axis axis_of(int axis, int64_t length, int max_cells)
{
    return (struct skep_survey_axis){
        .axis = axis,
        .length = length,
        .n = length < max_cells ? (int)length : max_cells,
    };
}

int64_t skep_survey_from(const struct skep_survey_axis *axis, int k)
{
    int64_t width = axis->length / axis->n, wider = axis->length % axis->n;

    return k * width + (k < wider ? k : wider);
}

static int axis_cell(const struct skep_survey_axis *axis, int64_t index)
{
    int64_t width = axis->length / axis->n, wider = axis->length % axis->n;
    int64_t in_wider = wider * (width + 1);

    return (int)(index < in_wider ? index / (width + 1) : wider + (index - in_wider) / width);
}

/* ---- blocks ---- */

struct skep_survey_shape skep_survey_shape_of(const struct skep_view *view)
{
    int64_t n_rows = view->ndim > 1 ? view->shape[view->ndim - 2] : 1;
    int64_t n_columns = view->ndim > 0 ? view->shape[view->ndim - 1] : 1;
    bool is_turned = n_rows > SKEP_SURVEY_LINES && n_columns <= SKEP_SURVEY_LINES;

    return (struct skep_survey_shape){
        .row_axis = is_turned ? view->ndim - 1 : view->ndim - 2,
        .column_axis = is_turned ? view->ndim - 2 : view->ndim - 1,
        .n_rows = is_turned ? n_columns : n_rows,
        .n_columns = is_turned ? n_rows : n_columns,
        .is_lines = is_turned || n_rows <= SKEP_SURVEY_LINES,
        .is_turned = is_turned,
    };
}

skep_status skep_survey_init(struct skep_survey *survey, const struct skep_view *view, int max_rows,
                             int max_columns, struct skep_error *err)
{
    struct skep_survey_shape shape = skep_survey_shape_of(view);
    size_t n;

    *survey = (struct skep_survey){
        .shape = shape,
        .rows = axis_of(shape.row_axis, shape.n_rows, max_rows),
        .columns = axis_of(shape.column_axis, shape.n_columns, max_columns),
        .is_unsigned = view->dtype == SKEP_U8,
        .has_integers = view->dtype == SKEP_I8 || view->dtype == SKEP_U8,
        .least_integer = view->dtype == SKEP_U8 ? -1 : INT64_MAX, /* the largest of its kind */
        .most_integer = view->dtype == SKEP_U8 ? 0 : INT64_MIN,
    };
    cell_init(&survey->outside);
    n = (size_t)survey->rows.n * (size_t)survey->columns.n;
    survey->cells = skep_calloc(n > 0 ? n : 1, sizeof *survey->cells);
    if (survey->cells == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a picture of %zu cells", n);
    }
    for (size_t i = 0; i < n; i++) {
        cell_init(&survey->cells[i]);
    }
    return SKEP_OK;
}

void skep_survey_release(struct skep_survey *survey)
{
    skep_free(survey->cells);
    *survey = (struct skep_survey){0};
}

static void survey_add_integers(struct skep_survey *survey, const struct skep_view *line)
{
    for (int64_t i = 0; i < line->shape[0]; i++) {
        int64_t x = skep_view_get_i8(line, i * line->strides[0]);
        bool is_less =
            survey->is_unsigned ? (uint64_t)x < (uint64_t)survey->least_integer : x < survey->least_integer;
        bool is_more =
            survey->is_unsigned ? (uint64_t)x > (uint64_t)survey->most_integer : x > survey->most_integer;
        survey->least_integer = is_less ? x : survey->least_integer;
        survey->most_integer = is_more ? x : survey->most_integer;
    }
}

/* Up to SURVEY_LINE elements along AXIS, the first of them at INDEX. */
static void survey_add_line(struct skep_survey *survey, const struct skep_view *line, int axis,
                            const int64_t *index, int ndim)
{
    const struct skep_survey_axis *rows = &survey->rows, *columns = &survey->columns;
    const struct skep_survey_axis *along = axis == columns->axis ? columns : axis == rows->axis ? rows : NULL;
    int row = rows->axis >= 0 ? axis_cell(rows, index[rows->axis]) : 0;
    int column = columns->axis >= 0 ? axis_cell(columns, index[columns->axis]) : 0;
    double converted[SURVEY_LINE];
    const double *x = converted;
    bool is_seen = true;

    for (int d = 0; d < ndim - 2; d++) {
        is_seen = is_seen && index[d] == 0 && (d != axis || line->shape[0] == 1);
    }
    if (line->dtype == SKEP_F8 && line->strides[0] == 1) {
        x = line->data;
    } else {
        skep_view_copy_f8(line, converted);
    }
    if (survey->has_integers) {
        survey_add_integers(survey, line);
    }
    if (!is_seen || along == NULL) {
        cell_add(is_seen ? &survey->cells[row * columns->n + column] : &survey->outside, x, line->shape[0]);
        return;
    }
    for (int64_t i = 0, to; i < line->shape[0]; i = to) {
        int64_t end = skep_survey_from(along, (along == rows ? row : column) + 1) - index[axis];
        to = end < line->shape[0] ? end : line->shape[0];
        cell_add(&survey->cells[row * columns->n + column], x + i, to - i);
        *(along == rows ? &row : &column) += 1;
    }
}

/* The axis along which neighbours are nearest in memory. */
static int survey_innermost(const struct skep_view *view)
{
    int inner = view->ndim - 1;

    for (int d = 0; d < view->ndim; d++) {
        bool is_nearer = llabs(view->strides[d]) < llabs(view->strides[inner]) || view->shape[inner] == 1;
        inner = view->shape[d] > 1 && is_nearer ? d : inner;
    }
    return inner;
}

/* Along AXIS, in pieces; elsewhere at INDEX, AT elements from the block's first. */
static void survey_add_axis(struct skep_survey *survey, const struct skep_view *block, int axis,
                            int64_t *index, int64_t at)
{
    int64_t left = block->shape[axis], first = index[axis];
    struct skep_view line = {.dtype = block->dtype, .ndim = 1, .strides = {block->strides[axis]}};
    /* Index 0 of an axis that is no part of the picture is seen, the others are not. */
    int64_t most = axis < block->ndim - 2 && first == 0 ? 1 : SURVEY_LINE;

    while (left > 0) {
        line.shape[0] = left < most ? left : most;
        line.data = (const char *)block->data + at * (int64_t)skep_dtype_size(block->dtype);
        survey_add_line(survey, &line, axis, index, block->ndim);
        left -= line.shape[0];
        at += line.shape[0] * block->strides[axis];
        index[axis] += line.shape[0];
        most = SURVEY_LINE;
    }
    index[axis] = first;
}

void skep_survey_add(void *context, const struct skep_view *block, const int64_t *origin)
{
    struct skep_survey *survey = context;
    int64_t index[SKEP_MAX_DIMS] = {0};
    struct skep_view alone = *block; /* a number is an array of one */
    int64_t at = 0;
    int inner, d;

    if (alone.ndim == 0) {
        alone.ndim = 1;
        alone.shape[0] = alone.strides[0] = 1;
    }
    memcpy(index, origin, (size_t)block->ndim * sizeof index[0]);
    inner = survey_innermost(&alone);
    do {
        survey_add_axis(survey, &alone, inner, index, at);
        for (d = alone.ndim - 1; d >= 0; d--) {
            if (d == inner) {
                continue;
            }
            at += alone.strides[d];
            if (++index[d] < origin[d] + alone.shape[d]) {
                break;
            }
            at -= alone.strides[d] * alone.shape[d];
            index[d] = origin[d];
        }
    } while (d >= 0);
}

struct skep_survey_cell skep_survey_total(const struct skep_survey *survey)
{
    struct skep_survey_cell total = survey->outside;

    for (int i = 0; i < survey->rows.n * survey->columns.n; i++) {
        cell_merge(&total, &survey->cells[i]);
    }
    return total;
}
