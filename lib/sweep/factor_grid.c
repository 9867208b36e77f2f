/* SPDX-License-Identifier: MIT */
/* Factors that go through values one after the other: grid, zip (several variables in lockstep), lines. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "sweep/factor_rows.h"
#include "sweep/grid.h"
#include "task/json.h"
#include "task/text.h"

/* ---- reading ---- */

static skep_status grid_refuse_text(const char *text, size_t n, struct skep_error *err)
{
    char excerpt[SKEP_EXCERPT_BYTES];

    return skep_error_set(err, SKEP_E_BAD_ARGS,
                          "wanted FROM:TO:N (N numbers, both ends included) or @array.npy, got %s",
                          skep_text_excerpt(text, n, excerpt, sizeof excerpt));
}

skep_status skep_grid_parse(const char *text, size_t n, struct skep_grid *grid_out, struct skep_error *err)
{
    struct skep_grid grid = {.kind = SKEP_GRID_LINSPACE};
    size_t at = 0;
    size_t n_from = 0;
    size_t n_to = 0;
    size_t n_count = 0;
    const char *from;
    const char *to;
    const char *count;

    if (n > 1 && text[0] == '@') {
        *grid_out = (struct skep_grid){.kind = SKEP_GRID_ARRAY, .ref = text + 1};
        return SKEP_OK;
    }
    from = skep_factor_next_piece(text, n, &at, &n_from);
    to = skep_factor_next_piece(text, n, &at, &n_to);
    count = skep_factor_next_piece(text, n, &at, &n_count);
    if (count == NULL || at <= n || !skep_parse_f64(from, n_from, &grid.from) ||
        !skep_parse_f64(to, n_to, &grid.to) || !skep_factor_parse_integer(count, n_count, &grid.n)) {
        return grid_refuse_text(text, n, err);
    }
    *grid_out = grid;
    return SKEP_OK;
}

static skep_status grid_read_one(const struct skep_node *from, int64_t n, struct skep_grid *grid,
                                 struct skep_error *err)
{
    char got[SKEP_NODE_WORDS_BYTES];
    skep_status st = SKEP_OK;

    if (from->kind == SKEP_NODE_ARRAY) {
        *grid = (struct skep_grid){.kind = SKEP_GRID_LIST, .list = from};
    } else if (from->kind == SKEP_NODE_TEXT) {
        st = skep_grid_parse(from->text, from->length, grid, err);
    } else {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "wanted a list, \"FROM:TO:N\" or \"@array.npy\", got %s",
                              skep_node_describe(from, got, sizeof got));
    }
    if (st == SKEP_OK && grid->kind == SKEP_GRID_ARRAY) {
        grid->n = n;
    }
    return st;
}

static skep_status grid_read(const struct skep_factor_fields *fields, struct skep_factor *factor,
                             struct skep_error *err)
{
    return grid_read_one(fields->from, fields->n, &factor->grids[0], err);
}

static skep_status zip_read(const struct skep_factor_fields *fields, struct skep_factor *factor,
                            struct skep_error *err)
{
    const struct skep_node *from = fields->from;

    if (from->kind != SKEP_NODE_ARRAY || from->n_children != (size_t)factor->n_variables) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "\"from\" wants a list with values for each of %d variables",
                              factor->n_variables);
    }
    for (int i = 0; i < factor->n_variables; i++) {
        skep_status st = grid_read_one(&from->children[i], fields->n, &factor->grids[i], err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    return SKEP_OK;
}

/* ---- checking ---- */

static skep_status grid_check_one(struct skep_grid *grid, struct skep_error *err)
{
    enum skep_value_of kind;

    switch (grid->kind) {
    case SKEP_GRID_LIST:
        grid->n = (int64_t)grid->list->n_children;
        break;
    case SKEP_GRID_LINSPACE:
        if (!isfinite(grid->from) || !isfinite(grid->to) || !isfinite(grid->to - grid->from)) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "FROM and TO must be finite");
        }
        break;
    case SKEP_GRID_ARRAY:
        break;
    }
    if (grid->n < 1) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "no values: the count is %lld", (long long)grid->n);
    }
    return grid->kind == SKEP_GRID_LIST ? skep_grid_kind(grid, NULL, &kind, err) : SKEP_OK;
}

static skep_status grids_check(struct skep_factor *factor, struct skep_error *err)
{
    for (int i = 0; i < factor->n_variables; i++) {
        skep_status st = grid_check_one(&factor->grids[i], err);
        if (st != SKEP_OK) {
            return st;
        }
        if (factor->grids[i].n != factor->grids[0].n) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "%s has %lld values and %s has %lld",
                                  factor->variables[0], (long long)factor->grids[0].n, factor->variables[i],
                                  (long long)factor->grids[i].n);
        }
    }
    factor->n = factor->grids[0].n;
    return SKEP_OK;
}

static skep_status lines_check(struct skep_factor *factor, struct skep_error *err)
{
    enum skep_value_of kind = SKEP_OF_REAL;
    skep_status st = grids_check(factor, err);

    if (st == SKEP_OK && factor->grids[0].kind == SKEP_GRID_LIST) {
        st = skep_grid_kind(&factor->grids[0], NULL, &kind, err);
    }
    if (st == SKEP_OK && kind != SKEP_OF_TEXT) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "wanted a list of texts");
    }
    return st;
}

/* ---- writing ---- */

/* A text with an '@' in front, which JSON does not escape. */
static void ref_write(struct skep_buf *buf, const char *ref)
{
    const size_t start = buf->length + 1; /* behind the quote */
    size_t n;

    skep_json_add_text(buf, ref, strlen(ref));
    n = buf->length - start;
    if (skep_buf_reserve(buf, 1) != NULL) {
        memmove(buf->bytes + start + 1, buf->bytes + start, n);
        buf->bytes[start] = '@';
        buf->bytes[++buf->length] = '\0';
    }
}

static void grid_write_one(struct skep_buf *buf, const struct skep_grid *grid)
{
    if (grid->kind == SKEP_GRID_LIST) {
        skep_json_add_node(buf, grid->list);
    } else if (grid->kind == SKEP_GRID_ARRAY) {
        ref_write(buf, grid->ref);
    } else {
        skep_buf_add_char(buf, '"');
        skep_json_add_f64(buf, grid->from);
        skep_buf_add_char(buf, ':');
        skep_json_add_f64(buf, grid->to);
        skep_buf_printf(buf, ":%lld\"", (long long)grid->n);
    }
}

static bool factor_has_array(const struct skep_factor *factor)
{
    for (int i = 0; i < factor->n_variables; i++) {
        if (factor->grids[i].kind == SKEP_GRID_ARRAY) {
            return true;
        }
    }
    return false;
}

static void grids_write(struct skep_buf *buf, const struct skep_factor *factor)
{
    const bool is_zip = factor->kind == SKEP_FACTOR_ZIP;

    skep_json_add_key(buf, "from");
    if (is_zip) {
        skep_buf_add_char(buf, '[');
    }
    for (int i = 0; i < factor->n_variables; i++) {
        if (i > 0) {
            skep_buf_add_char(buf, ',');
        }
        grid_write_one(buf, &factor->grids[i]);
    }
    if (is_zip) {
        skep_buf_add_char(buf, ']');
    }
    if (factor_has_array(factor)) {
        skep_json_add_key(buf, "n");
        skep_buf_add_i64(buf, factor->n);
    }
}

/* ---- values ---- */

static void grids_set(const struct skep_axis *axis, int64_t place, struct skep_coordinate *at)
{
    for (int i = 0; i < axis->n_coordinates; i++) {
        skep_grid_set(&axis->factor->grids[i], axis->views == NULL ? NULL : &axis->views[i], place, &at[i]);
    }
}

const struct skep_factor_row skep_factor_grid = {
    .word = "grid",
    .n_variables = 1,
    .needs = SKEP_FACTOR_FROM,
    .has_grids = true,
    .may = SKEP_FACTOR_N,
    .read = grid_read,
    .check = grids_check,
    .write = grids_write,
    .set = grids_set,
};

const struct skep_factor_row skep_factor_zip = {
    .word = "zip",
    .needs = SKEP_FACTOR_FROM,
    .has_grids = true,
    .may = SKEP_FACTOR_N,
    .read = zip_read,
    .check = grids_check,
    .write = grids_write,
    .set = grids_set,
};

const struct skep_factor_row skep_factor_lines = {
    .word = "lines",
    .n_variables = 1,
    .needs = SKEP_FACTOR_FROM,
    .has_grids = true,
    .read = grid_read,
    .check = lines_check,
    .write = grids_write,
    .set = grids_set,
};
