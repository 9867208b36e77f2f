/* SPDX-License-Identifier: MIT */
/* A row for each option: which kind of factor, how many variables, and what reads the text behind the '='.
 * What makes sense, the kinds themselves know (sweep/factor.h). */
#include "producer/sweep/sweep_factors.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/parse.h"
#include "producer/sweep/sweep_texts.h"
#include "producer/sweep/sweep_values.h"
#include "sweep/factor.h"

enum { FACTORS_REF_BYTES = 8192 };

/* TEXT: what stands behind the '='; NUMBER: of the factor in its sweep. */
typedef skep_status (*factors_read)(struct skep_sweep_reader *reader, const char *text,
                                    struct skep_factor *factor, int number, struct skep_error *err);

/* ---- values ---- */

static skep_status factors_length(struct skep_sweep_reader *reader, const char *ref, struct skep_view *view,
                                  struct skep_error *err)
{
    return skep_npy_cache_view(reader->cache, ref, strlen(ref), reader->arena, view, err);
}

/* A text in the form of a line of numbers: what stands in front of its first colon is one. */
static bool factors_is_linspace(const char *text)
{
    double number;
    size_t n = strcspn(text, ":,");

    return text[n] == ':' && skep_parse_f64(text, n, &number);
}

static skep_status factors_read_grid_values(struct skep_sweep_reader *reader, const char *text,
                                            struct skep_grid *grid, struct skep_error *err)
{
    struct skep_view view;
    skep_status st;

    if (text[0] != '@' && !factors_is_linspace(text)) {
        *grid = (struct skep_grid){.kind = SKEP_GRID_LIST};
        return skep_sweep_read_list(text, strlen(text), reader->arena, &grid->list, err);
    }
    st = skep_grid_parse(text, strlen(text), grid, err);
    if (st == SKEP_OK && grid->kind == SKEP_GRID_ARRAY) {
        st = factors_length(reader, grid->ref, &view, err);
        if (st == SKEP_OK && view.ndim != 1) {
            st = skep_error_set(err, SKEP_E_BAD_ARGS,
                                "%.128s has %d axes: wanted a vector, which a slice may give (%.64s[:,0])",
                                grid->ref, view.ndim, grid->ref);
        }
        grid->n = st == SKEP_OK ? view.shape[0] : 0;
    }
    return st;
}

/* The next variable of a zip, or the only one of a grid. */
static skep_status factors_read_grid(struct skep_sweep_reader *reader, const char *text,
                                     struct skep_factor *factor, int number, struct skep_error *err)
{
    (void)number;
    return factors_read_grid_values(reader, text, &factor->grids[factor->n_variables - 1], err);
}

static skep_status factors_read_text(struct skep_sweep_reader *reader, const char *text,
                                     struct skep_factor *factor, int number, struct skep_error *err)
{
    (void)reader;
    (void)number;
    return skep_factor_parse(text, strlen(text), factor, err);
}

/* Lines that are numbers, all of them, are a grid. */
static skep_status factors_read_lines(struct skep_sweep_reader *reader, const char *text,
                                      struct skep_factor *factor, int number, struct skep_error *err)
{
    bool are_numbers = false;
    skep_status st = skep_sweep_read_lines(text, reader->arena, &factor->grids[0].list, &are_numbers, err);

    (void)number;
    factor->kind = are_numbers ? SKEP_FACTOR_GRID : SKEP_FACTOR_LINES;
    return st;
}

static skep_status factors_read_files(struct skep_sweep_reader *reader, const char *text,
                                      struct skep_factor *factor, int number, struct skep_error *err)
{
    (void)number;
    return skep_sweep_read_files(text, reader->data, reader->arena, &factor->grids[0].list, err);
}

/* ---- axes of arrays ---- */

/* "eeg.npy:1" as path and axis, which may be counted from behind; and how long it is. */
static skep_status factors_find_axis(struct skep_sweep_reader *reader, const char *text,
                                     const char **path_out, int *axis_out, int64_t *length_out,
                                     struct skep_error *err)
{
    const char *colon = strrchr(text, ':');
    struct skep_view view;
    int64_t axis;
    skep_status st;

    if (colon == NULL || strchr(text, '[') != NULL || !skep_parse_i64(colon + 1, strlen(colon + 1), &axis)) {
        return skep_error_set(err, SKEP_E_USAGE, "wanted ARRAY.npy:AXIS (a whole array, an axis from 0)");
    }
    *path_out = skep_arena_strndup(reader->arena, text, (size_t)(colon - text));
    if (*path_out == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the command line");
    }
    st = factors_length(reader, *path_out, &view, err);
    if (st != SKEP_OK) {
        return st;
    }
    axis += axis < 0 ? view.ndim : 0;
    if (axis < 0 || axis >= view.ndim) {
        return skep_error_set(err, SKEP_E_USAGE, "%.128s has no axis %s: there are %d, counted from 0",
                              *path_out, colon + 1, view.ndim);
    }
    *axis_out = (int)axis;
    *length_out = view.shape[axis];
    return SKEP_OK;
}

static skep_status factors_read_axis(struct skep_sweep_reader *reader, const char *text,
                                     struct skep_factor *factor, int number, struct skep_error *err)
{
    struct skep_buf slice;
    const char *path;
    int axis;
    skep_status st = factors_find_axis(reader, text, &path, &axis, &factor->of, err);

    if (st != SKEP_OK) {
        return st;
    }
    skep_buf_init(&slice, FACTORS_REF_BYTES);
    skep_buf_printf(&slice, "%s[", path);
    for (int i = 0; i < axis; i++) {
        skep_buf_add_text(&slice, ":,");
    }
    skep_buf_printf(&slice, "{%s}]", factor->variables[0]);
    if (!skep_buf_failed(&slice)) {
        reader->slices[number] = skep_arena_strndup(reader->arena, slice.bytes, slice.length);
    }
    skep_buf_release(&slice);
    return reader->slices[number] != NULL ? SKEP_OK
                                          : skep_error_set(err, SKEP_E_NOMEM, "no memory for its slices");
}

static skep_status factors_read_pairs(struct skep_sweep_reader *reader, const char *text,
                                      struct skep_factor *factor, int number, struct skep_error *err)
{
    const char *path;
    int axis;

    (void)number;
    if (skep_factor_parse_integer(text, strlen(text), &factor->of)) {
        return SKEP_OK;
    }
    if (strchr(text, ':') == NULL) {
        return skep_error_set(err, SKEP_E_USAGE, "wanted an integer, or ARRAY.npy:AXIS for a length");
    }
    return factors_find_axis(reader, text, &path, &axis, &factor->of, err);
}

static skep_status factors_read_pairs_unordered(struct skep_sweep_reader *reader, const char *text,
                                                struct skep_factor *factor, int number,
                                                struct skep_error *err)
{
    factor->is_unordered = true;
    return factors_read_pairs(reader, text, factor, number, err);
}

/* ---- the options ---- */

static const struct factors_row {
    const char *option;
    enum skep_factor_kind kind;
    int n_variables;
    factors_read read;
} factors_rows[] = {
    {SKEP_SWEEP_GRID, SKEP_FACTOR_GRID, 1, factors_read_grid},
    {SKEP_SWEEP_ZIP, SKEP_FACTOR_ZIP, 1, factors_read_grid},
    {SKEP_SWEEP_RANGES, SKEP_FACTOR_RANGES, 2, factors_read_text},
    {SKEP_SWEEP_SPLIT, SKEP_FACTOR_SPLIT, 1, factors_read_text},
    {SKEP_SWEEP_AXIS, SKEP_FACTOR_AXIS, 1, factors_read_axis},
    {SKEP_SWEEP_PAIRS, SKEP_FACTOR_PAIRS, 2, factors_read_pairs},
    {SKEP_SWEEP_PAIRS_UNORDERED, SKEP_FACTOR_PAIRS, 2, factors_read_pairs_unordered},
    {SKEP_SWEEP_RANDOM, SKEP_FACTOR_RANDOM, 1, factors_read_text},
    {SKEP_SWEEP_LINES, SKEP_FACTOR_LINES, 1, factors_read_lines},
    {SKEP_SWEEP_FILES, SKEP_FACTOR_LINES, 1, factors_read_files},
};

static const struct factors_row *factors_find(const char *option)
{
    const struct factors_row *row = factors_rows;

    while (strcmp(row->option, option) != 0) {
        row++; /* the options are the program's own, and each has its row */
    }
    return row;
}

/* NULL: there are too many. */
static struct skep_factor *factors_add(struct skep_sweep *sweep, enum skep_factor_kind kind,
                                       struct skep_error *err)
{
    struct skep_factor *factor = &sweep->factors[sweep->n_factors];

    if (sweep->n_factors == SKEP_SWEEP_MAX_FACTORS) {
        (void)skep_error_set(err, SKEP_E_USAGE, "more than %d generators", SKEP_SWEEP_MAX_FACTORS);
        return NULL;
    }
    sweep->n_factors++;
    *factor = (struct skep_factor){.kind = kind};
    return factor;
}

/* Said here, beside the option, and not of the record: nothing may use the second one, which is all that
 * would be noticed before. */
static skep_status factors_check_new(const struct skep_sweep *sweep, const struct skep_factor *factor,
                                     int from, struct skep_error *err)
{
    for (int v = from; v < factor->n_variables; v++) {
        const char *name = factor->variables[v];
        int place;
        if (skep_sweep_find(sweep, name, strlen(name), &place) != factor || place != v) {
            return skep_error_set(err, SKEP_E_USAGE, "there is a variable %s already", name);
        }
    }
    return SKEP_OK;
}

/* One option. JOINS: it belongs to the factor before it, as the second of two --zip does. */
static skep_status factors_read_option(struct skep_sweep_reader *reader, const struct factors_row *row,
                                       const char *text, bool joins, struct skep_sweep *sweep,
                                       struct skep_error *err)
{
    struct skep_factor *factor =
        joins ? &sweep->factors[sweep->n_factors - 1] : factors_add(sweep, row->kind, err);
    const char *rest;
    skep_status st;

    if (factor == NULL) {
        return SKEP_E_USAGE;
    }
    if (factor->n_variables + row->n_variables > SKEP_SWEEP_MAX_VARIABLES) {
        return skep_error_set(err, SKEP_E_USAGE, "more than %d variables", SKEP_SWEEP_MAX_VARIABLES);
    }
    st = skep_sweep_read_names(text, row->n_variables, reader->arena, &factor->variables[factor->n_variables],
                               &rest, err);
    if (st == SKEP_OK) {
        factor->n_variables += row->n_variables;
        st = factors_check_new(sweep, factor, factor->n_variables - row->n_variables, err);
    }
    if (st == SKEP_OK) {
        st = row->read(reader, rest, factor, sweep->n_factors - 1, err);
    }
    return st == SKEP_OK ? skep_factor_row(factor->kind)->check(factor, err) : st;
}

static skep_status factors_add_times(int64_t times, struct skep_sweep *sweep, struct skep_error *err)
{
    struct skep_factor *factor = factors_add(sweep, SKEP_FACTOR_TIMES, err);
    skep_status st = SKEP_E_USAGE;

    if (factor != NULL) {
        factor->n = times;
        factor->n_variables = 1;
        factor->variables[0] = "time";
        st = skep_factor_row(factor->kind)->check(factor, err);
    }
    skep_error_prefix(err, "--times %" PRId64, times);
    return st;
}

skep_status skep_sweep_parse_generators(struct skep_sweep_reader *reader,
                                        const struct skep_option_series *series, int64_t times,
                                        struct skep_sweep *sweep, struct skep_error *err)
{
    const struct factors_row *before = NULL;

    sweep->n_factors = 0;
    for (size_t i = 0; i < series->n; i++) {
        const struct skep_option_item *item = &series->items[i];
        const struct factors_row *row = factors_find(item->row->name);
        bool joins = row->kind == SKEP_FACTOR_ZIP && row == before;
        skep_status st = factors_read_option(reader, row, item->text, joins, sweep, err);
        if (st != SKEP_OK) {
            skep_error_prefix(err, "--%s %.80s", row->option, item->text);
            return st;
        }
        before = row;
    }
    return times > 0 ? factors_add_times(times, sweep, err) : SKEP_OK;
}
