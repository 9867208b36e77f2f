/* SPDX-License-Identifier: MIT */
/* Factors that go through values one after the other: grid, zip (several variables in lockstep), lines. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "sweep/factor_rows.h"
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

/* ---- what the values are ---- */

static bool node_is_special(const struct skep_node *node, double *number_out)
{
    return node->kind == SKEP_NODE_TEXT && skep_parse_f64(node->text, node->length, number_out) &&
           !isfinite(*number_out);
}

static double node_get_real(const struct skep_node *node)
{
    double number = node->kind == SKEP_NODE_INT ? (double)node->i64 : node->f64;

    if (node->kind == SKEP_NODE_TEXT) {
        (void)node_is_special(node, &number);
    }
    return number;
}

static bool list_is_all(const struct skep_node *list, enum skep_node_kind kind)
{
    for (size_t i = 0; i < list->n_children; i++) {
        if (list->children[i].kind != kind) {
            return false;
        }
    }
    return true;
}

/* Numbers of which not all are integers: each must be exact as a double. */
static skep_status list_check_reals(const struct skep_node *list, struct skep_error *err)
{
    for (size_t i = 0; i < list->n_children; i++) {
        const struct skep_node *node = &list->children[i];
        char got[SKEP_NODE_WORDS_BYTES];
        double number;

        if (node->kind == SKEP_NODE_REAL || node_is_special(node, &number)) {
            continue;
        }
        if (node->kind != SKEP_NODE_INT) {
            return skep_error_set(err, SKEP_E_BAD_ARGS,
                                  "value %zu: wanted numbers only, texts only or booleans only, got %s", i,
                                  skep_node_describe(node, got, sizeof got));
        }
        number = (double)node->i64;
        if (number >= 0x1p63 || (int64_t)number != node->i64) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "value %zu: %lld is not exact as a real number", i,
                                  (long long)node->i64);
        }
    }
    return SKEP_OK;
}

static skep_status list_kind(const struct skep_node *list, enum skep_value_of *kind_out,
                             struct skep_error *err)
{
    static const struct {
        enum skep_node_kind node;
        enum skep_value_of value;
    } kinds[] = {
        {SKEP_NODE_INT, SKEP_OF_INT}, {SKEP_NODE_BOOL, SKEP_OF_BOOL}, {SKEP_NODE_TEXT, SKEP_OF_TEXT}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (list_is_all(list, kinds[i].node)) {
            *kind_out = kinds[i].value;
            return SKEP_OK;
        }
    }
    *kind_out = SKEP_OF_REAL;
    return list_check_reals(list, err);
}

skep_status skep_grid_kind(const struct skep_grid *grid, const struct skep_view *view,
                           enum skep_value_of *kind_out, struct skep_error *err)
{
    char kind;

    if (grid->kind == SKEP_GRID_LIST) {
        return list_kind(grid->list, kind_out, err);
    }
    kind = grid->kind == SKEP_GRID_LINSPACE ? 'f' : skep_dtype_kind(view->dtype);
    *kind_out = kind == 'f' ? SKEP_OF_REAL : kind == 'b' ? SKEP_OF_BOOL : SKEP_OF_INT;
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
    return grid->kind == SKEP_GRID_LIST ? list_kind(grid->list, &kind, err) : SKEP_OK;
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
    skep_status st = grids_check(factor, err);

    if (st == SKEP_OK &&
        (factor->grids[0].kind != SKEP_GRID_LIST || !list_is_all(factor->grids[0].list, SKEP_NODE_TEXT))) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "wanted a list of texts");
    }
    return st;
}

/* ---- writing ---- */

static void grid_write_one(struct skep_buf *buf, const struct skep_grid *grid)
{
    if (grid->kind == SKEP_GRID_LIST) {
        skep_json_add_node(buf, grid->list);
    } else if (grid->kind == SKEP_GRID_ARRAY) {
        char *at = skep_buf_reserve(buf, 0);
        size_t start = buf->length;

        /* the '@' is nothing that a JSON text escapes */
        skep_json_add_text(buf, grid->ref, strlen(grid->ref));
        at = skep_buf_reserve(buf, 1);
        if (at != NULL) {
            memmove(buf->bytes + start + 2, buf->bytes + start + 1, buf->length - start - 1);
            buf->bytes[start + 1] = '@';
            buf->bytes[++buf->length] = '\0';
        }
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

/* np.linspace, operation for operation: its last value is TO, and a step that is nothing is divided out. */
static double linspace_get(const struct skep_grid *grid, int64_t place)
{
    const double delta = grid->to - grid->from;
    const double last = (double)(grid->n - 1);
    double step;

    if (grid->n > 1 && place == grid->n - 1) {
        return grid->to;
    }
    if (grid->n == 1) {
        return 0 * delta + grid->from;
    }
    step = delta / last;
    return (step == 0 ? (double)place / last * delta : (double)place * step) + grid->from;
}

/* Unsigned elements above 2^63 - 1 were refused when the axes were opened. */
static int64_t view_get_integer(const struct skep_view *view, int64_t at)
{
    switch (view->dtype) {
    case SKEP_I1:
        return ((const int8_t *)view->data)[at];
    case SKEP_I2:
        return ((const int16_t *)view->data)[at];
    case SKEP_I4:
        return ((const int32_t *)view->data)[at];
    case SKEP_U2:
        return ((const uint16_t *)view->data)[at];
    case SKEP_U4:
        return ((const uint32_t *)view->data)[at];
    case SKEP_I8:
    case SKEP_U8:
        return ((const int64_t *)view->data)[at];
    default:
        return ((const uint8_t *)view->data)[at]; /* u1, b1 */
    }
}

static void view_set(const struct skep_view *view, int64_t place, struct skep_coordinate *at)
{
    const int64_t element = place * view->strides[0];

    if (at->kind == SKEP_OF_REAL) {
        at->f64 = skep_view_get_f8(view, element);
    } else if (at->kind == SKEP_OF_BOOL) {
        at->boolean = view_get_integer(view, element) != 0;
    } else {
        at->i64 = view_get_integer(view, element);
    }
}

static void list_set(const struct skep_node *node, struct skep_coordinate *at)
{
    switch (at->kind) {
    case SKEP_OF_INT:
        at->i64 = node->i64;
        break;
    case SKEP_OF_REAL:
        at->f64 = node_get_real(node);
        break;
    case SKEP_OF_BOOL:
        at->boolean = node->boolean;
        break;
    case SKEP_OF_TEXT:
        at->text = node->text;
        at->length = node->length;
        break;
    }
}

static void grids_set(const struct skep_axis *axis, int64_t place, struct skep_coordinate *at)
{
    for (int i = 0; i < axis->n_coordinates; i++) {
        const struct skep_grid *grid = &axis->factor->grids[i];

        at[i].place = place;
        if (grid->kind == SKEP_GRID_LINSPACE) {
            at[i].f64 = linspace_get(grid, place);
        } else if (grid->kind == SKEP_GRID_LIST) {
            list_set(&grid->list->children[place], &at[i]);
        } else {
            view_set(&axis->views[i], place, &at[i]);
        }
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
