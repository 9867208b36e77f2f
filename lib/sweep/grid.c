/* SPDX-License-Identifier: MIT */
#include "sweep/grid.h"

#include <math.h>

#include "base/parse.h"

/* ---- kinds ---- */

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

static void view_set(const struct skep_view *view, int64_t place, struct skep_coordinate *at)
{
    const int64_t element = place * view->strides[0];

    if (at->kind == SKEP_OF_REAL) {
        at->f64 = skep_view_get_f8(view, element);
    } else if (at->kind == SKEP_OF_BOOL) {
        at->boolean = skep_view_get_i8(view, element) != 0;
    } else {
        at->i64 = skep_view_get_i8(view, element);
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

void skep_grid_set(const struct skep_grid *grid, const struct skep_view *view, int64_t place,
                   struct skep_coordinate *at)
{
    at->place = place;
    if (grid->kind == SKEP_GRID_LINSPACE) {
        at->f64 = linspace_get(grid, place);
    } else if (grid->kind == SKEP_GRID_LIST) {
        list_set(&grid->list->children[place], at);
    } else {
        view_set(view, place, at);
    }
}
