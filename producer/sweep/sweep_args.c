/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_args.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "producer/sweep/sweep_template.h"
#include "producer/sweep/sweep_values.h"
#include "sweep/factor.h"

struct args {
    const struct skep_sweep_reader *reader;
    const struct skep_kernel *kernel;
    struct skep_sweep *sweep;
    struct skep_node *nodes;
    size_t n;
    struct skep_sweep_uses uses;     /* by operands, and by what binds itself */
    struct skep_sweep_uses filtered; /* by the filter: a use, but no reason not to be an argument */
};

static skep_status args_no_memory(struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_NOMEM, "no memory for the arguments");
}

/* ---- names ---- */

/* A kernel of which the row says "*" takes whatever comes. */
static bool args_take_all(const struct args *args)
{
    return args->kernel->args[0].name != NULL && strcmp(args->kernel->args[0].name, "*") == 0;
}

static const struct skep_arg_spec *args_find_spec(const struct args *args, const char *name)
{
    for (const struct skep_arg_spec *spec = args->kernel->args; spec->name != NULL; spec++) {
        if (strcmp(spec->name, name) == 0) {
            return spec;
        }
    }
    return NULL;
}

static bool args_is_argument(const struct args *args, const char *name)
{
    return args_take_all(args) || args_find_spec(args, name) != NULL || strcmp(name, "variant") == 0;
}

static bool args_is_given(const struct args *args, const char *name)
{
    for (size_t i = 0; i < args->n; i++) {
        if (strcmp(args->nodes[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* "x, y, r", as far as there is room. */
static void args_list_names(const struct args *args, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (const struct skep_arg_spec *spec = args->kernel->args; spec->name != NULL && used < size; spec++) {
        int n = snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", spec->name);
        used += n > 0 ? (size_t)n : 0;
    }
}

static skep_status args_unknown(const struct args *args, const char *name, struct skep_error *err)
{
    size_t n = strlen(name);
    size_t best = n / 3 + 2; /* farther than this is no slip of the finger; one more than allowed */
    const char *nearest = NULL;
    char names[128];

    for (const struct skep_arg_spec *spec = args->kernel->args; spec->name != NULL; spec++) {
        size_t distance = skep_nearest_distance(name, n, spec->name, strlen(spec->name));
        if (distance < best && distance < n) {
            best = distance;
            nearest = spec->name;
        }
    }
    if (nearest != NULL) {
        return skep_error_set(err, SKEP_E_USAGE, "%s has no argument \"%.64s\": did you mean \"%s\"?",
                              args->kernel->name, name, nearest);
    }
    args_list_names(args, names, sizeof names);
    return skep_error_set(err, SKEP_E_USAGE, "%s has no argument \"%.64s\": it has %s", args->kernel->name,
                          name, names[0] != '\0' ? names : "none");
}

/* ---- operands ---- */

/* A new argument without a value; NULL: it cannot be, and ERR says why. */
static struct skep_node *args_add(struct args *args, const char *name, struct skep_error *err)
{
    struct skep_node *node = &args->nodes[args->n];

    if (!args_is_argument(args, name)) {
        (void)args_unknown(args, name, err);
        return NULL;
    }
    if (args_is_given(args, name)) {
        (void)skep_error_set(err, SKEP_E_USAGE, "the argument \"%.64s\" is given twice", name);
        return NULL;
    }
    args->n++;
    *node = (struct skep_node){.name = name};
    return node;
}

/* A number's argument that was given the values of a grid. */
static skep_status args_check_grid(const struct args *args, const struct skep_node *node,
                                   struct skep_error *err)
{
    const struct skep_arg_spec *spec = args_find_spec(args, node->name);
    struct skep_error no_grid = {0};
    struct skep_grid grid;

    if (node->kind != SKEP_NODE_TEXT || spec == NULL ||
        (spec->kind != SKEP_ARG_F64 && spec->kind != SKEP_ARG_I64 && spec->kind != SKEP_ARG_U64) ||
        skep_grid_parse(node->text, node->length, &grid, &no_grid) != SKEP_OK ||
        grid.kind != SKEP_GRID_LINSPACE) {
        return SKEP_OK;
    }
    return skep_error_set(err, SKEP_E_USAGE, "is one number for all tasks: to vary it, --grid %.64s=%.64s",
                          node->name, node->text);
}

static skep_status args_read_one(struct args *args, const char *text, bool is_const, struct skep_error *err)
{
    struct skep_arena *arena = args->reader->arena;
    struct skep_node *node = NULL;
    const char *name, *value;
    skep_status st = skep_sweep_read_name(text, arena, &name, &value, err);

    if (st == SKEP_OK) {
        node = args_add(args, name, err);
        st = node != NULL ? SKEP_OK : SKEP_E_USAGE;
    }
    if (node == NULL) {
        return st;
    }
    st = is_const ? skep_sweep_read_const(value, arena, node, err)
                  : skep_sweep_read_template(value, arena, node, err);
    node->name = name;
    if (st == SKEP_OK) {
        st = args_check_grid(args, node, err);
    }
    return st == SKEP_OK ? skep_sweep_mark_uses(args->sweep, node, &args->uses, err) : st;
}

static skep_status args_read_all(struct args *args, const char *const *texts, size_t n, bool are_const,
                                 struct skep_error *err)
{
    for (size_t i = 0; i < n; i++) {
        skep_status st = args_read_one(args, texts[i], are_const, err);
        if (st != SKEP_OK) {
            skep_error_prefix(err, "%s%.80s", are_const ? "--const " : "", texts[i]);
            return st;
        }
    }
    return SKEP_OK;
}

/* ---- variables that bind themselves ---- */

/* Variable V of factor F as the value of the argument NAME. */
static skep_status args_bind_variable(struct args *args, int f, int v, const char *name,
                                      struct skep_error *err)
{
    const struct skep_arg_spec *spec = args_find_spec(args, name);
    const char *slice = args->reader->slices[f];
    bool is_array = spec != NULL && (spec->kind == SKEP_ARG_ARRAY || spec->kind == SKEP_ARG_ARRAYS);
    char variable[SKEP_SWEEP_NAME_BYTES + 2];
    struct skep_node *node = args_add(args, name, err);

    if (node == NULL) {
        return SKEP_E_USAGE;
    }
    snprintf(variable, sizeof variable, "{%s}", args->sweep->factors[f].variables[v]);
    node->kind = SKEP_NODE_TEXT;
    node->text = slice != NULL && is_array
                     ? slice
                     : skep_arena_strndup(args->reader->arena, variable, strlen(variable));
    node->length = node->text != NULL ? strlen(node->text) : 0;
    args->uses.is_used[f][v] = true;
    return node->text != NULL ? SKEP_OK : args_no_memory(err);
}

static bool args_is_free(const struct args *args, int f, int v)
{
    return args->sweep->factors[f].kind != SKEP_FACTOR_TIMES && !args->uses.is_used[f][v];
}

static skep_status args_bind_by_name(struct args *args, struct skep_error *err)
{
    for (int f = 0; f < args->sweep->n_factors; f++) {
        const struct skep_factor *factor = &args->sweep->factors[f];
        for (int v = 0; v < factor->n_variables; v++) {
            const char *name = factor->variables[v];
            skep_status st = SKEP_OK;
            if (!args_is_free(args, f, v) || !args_is_argument(args, name)) {
                continue;
            }
            if (args_is_given(args, name)) {
                return skep_error_set(err, SKEP_E_USAGE,
                                      "the argument \"%s\" has a value and is a variable, too: which is it?",
                                      name);
            }
            st = args_bind_variable(args, f, v, name, err);
            if (st != SKEP_OK) {
                return st;
            }
        }
    }
    return SKEP_OK;
}

/* The only required argument that is missing, or NULL when there is none, or more than one. */
static const char *args_find_missing(const struct args *args)
{
    const char *missing = NULL;

    for (const struct skep_arg_spec *spec = args->kernel->args; spec->name != NULL; spec++) {
        if (spec->is_required && !args_is_given(args, spec->name)) {
            if (missing != NULL) {
                return NULL;
            }
            missing = spec->name;
        }
    }
    return missing;
}

/* The only variable that nothing uses: its factor, and its place in *V_OUT; -1: none, or more than one. */
static int args_find_free(const struct args *args, int *v_out)
{
    int found = -1;

    for (int f = 0; f < args->sweep->n_factors; f++) {
        for (int v = 0; v < args->sweep->factors[f].n_variables; v++) {
            if (!args_is_free(args, f, v)) {
                continue;
            }
            if (found >= 0) {
                return -1;
            }
            found = f;
            *v_out = v;
        }
    }
    return found;
}

static skep_status args_bind_last(struct args *args, struct skep_error *err)
{
    const char *missing = args_find_missing(args);
    int v = 0;
    int f = args_find_free(args, &v);

    return missing != NULL && f >= 0 ? args_bind_variable(args, f, v, missing, err) : SKEP_OK;
}

/* ---- nothing is left over ---- */

static skep_status args_refuse_unused(const struct args *args, const char *variable, struct skep_error *err)
{
    char names[96];

    args_list_names(args, names, sizeof names);
    return skep_error_set(err, SKEP_E_USAGE,
                          "nothing uses the variable %s: write ARGUMENT='{%s}' (%s has %s); --times repeats",
                          variable, variable, args->kernel->name, names);
}

/* Of two variables that come together (pairs, ranges) one is enough; of a zip all have been typed one by one.
 */
static skep_status args_check_unused(const struct args *args, struct skep_error *err)
{
    for (int f = 0; f < args->sweep->n_factors; f++) {
        const struct skep_factor *factor = &args->sweep->factors[f];
        int n_free = 0;
        int last = 0;
        for (int v = 0; v < factor->n_variables; v++) {
            if (args_is_free(args, f, v) && !args->filtered.is_used[f][v]) {
                n_free++;
                last = v;
            }
        }
        if (n_free == factor->n_variables || (n_free > 0 && factor->kind == SKEP_FACTOR_ZIP)) {
            return args_refuse_unused(args, factor->variables[last], err);
        }
    }
    return SKEP_OK;
}

/* ---- all ---- */

static size_t args_count_most(const struct skep_sweep *sweep, size_t n_given)
{
    for (int f = 0; f < sweep->n_factors; f++) {
        n_given += (size_t)sweep->factors[f].n_variables;
    }
    return n_given;
}

skep_status skep_sweep_parse_operands(const struct skep_sweep_reader *reader,
                                      const struct skep_kernel *kernel, const char *const *operands,
                                      size_t n_operands, const struct skep_text_list *consts,
                                      struct skep_sweep *sweep, struct skep_error *err)
{
    struct args args = {.reader = reader, .kernel = kernel, .sweep = sweep};
    struct skep_node *object = skep_arena_calloc(reader->arena, 1, sizeof *object);
    skep_status st;

    args.nodes = skep_arena_calloc(reader->arena, args_count_most(sweep, n_operands + consts->n) + 1,
                                   sizeof *args.nodes);
    if (object == NULL || args.nodes == NULL) {
        return args_no_memory(err);
    }
    skep_sweep_mark_filter(sweep, &args.filtered);
    st = args_read_all(&args, operands, n_operands, false, err);
    if (st == SKEP_OK) {
        st = args_read_all(&args, consts->items, consts->n, true, err);
    }
    if (st == SKEP_OK) {
        st = args_bind_by_name(&args, err);
    }
    if (st == SKEP_OK) {
        st = args_bind_last(&args, err);
    }
    if (st == SKEP_OK) {
        st = args_check_unused(&args, err);
    }
    *object = (struct skep_node){.kind = SKEP_NODE_OBJECT, .children = args.nodes, .n_children = args.n};
    sweep->args = object;
    return st;
}
