/* SPDX-License-Identifier: MIT */
/* One function per kind of argument, in a table; each takes the node as it came and fills the argument.
 * Messages name the argument first, then what was wanted, then what came. */
#include "run/bind.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/parse.h"
#include "npy/slice.h"
#include "task/json.h"

enum { BIND_JSON_MAX_BYTES = 16 * 1024 * 1024 };

struct binding {
    const struct skep_arg_spec *spec;
    struct skep_npy_cache *cache;
    struct skep_arena *arena;
    struct skep_error *err;
};

static skep_status bind_refuse(const struct binding *b, const char *wanted, const struct skep_node *node)
{
    char got[SKEP_NODE_WORDS_BYTES];

    return skep_error_set(b->err, SKEP_E_BAD_ARGS, "argument \"%s\" must be %s, not %s", b->spec->name,
                          wanted, skep_node_describe(node, got, sizeof got));
}

/* ---- arrays ---- */

static skep_status bind_no_memory(const struct binding *b, int64_t count)
{
    return skep_error_set(b->err, SKEP_E_NOMEM,
                          "argument \"%s\": no room to convert %" PRId64
                          " elements; raise the slot's --memory",
                          b->spec->name, count);
}

/* Integers that came as JSON become doubles where the kernel wants doubles, if that loses nothing. */
static bool bind_is_exact_f8(const struct skep_view *view)
{
    const int64_t *numbers = view->data;
    int64_t n = skep_view_count(view);

    for (int64_t i = 0; i < n; i++) {
        if (numbers[i] > (INT64_C(1) << 53) || numbers[i] < -(INT64_C(1) << 53)) {
            return false;
        }
    }
    return true;
}

static skep_status bind_convert(const struct binding *b, struct skep_view *view, bool is_inline)
{
    char shape[128];
    int64_t count = skep_view_count(view);
    double *copy;

    if (b->spec->dtype == SKEP_DTYPE_NONE || b->spec->dtype == view->dtype) {
        return SKEP_OK;
    }
    if (b->spec->dtype != SKEP_F8 || !(skep_dtype_is_lossless(view->dtype, SKEP_F8) ||
                                       (is_inline && view->dtype == SKEP_I8 && bind_is_exact_f8(view)))) {
        return skep_error_set(
            b->err, SKEP_E_BAD_ARGS,
            "argument \"%s\" wants %s%s or what converts to it without loss, got %s of shape %s",
            b->spec->name, skep_dtype_name(b->spec->dtype), b->spec->shape_text ? b->spec->shape_text : "",
            skep_dtype_name(view->dtype), skep_shape_format(view->ndim, view->shape, shape, sizeof shape));
    }
    copy = skep_arena_calloc(b->arena, (size_t)count, sizeof *copy);
    if (copy == NULL) {
        return bind_no_memory(b, count);
    }
    skep_view_copy_f8(view, copy);
    skep_view_init(view, copy, SKEP_F8, view->ndim, view->shape);
    return SKEP_OK;
}

static skep_status bind_check_shape(const struct binding *b, const struct skep_view *view)
{
    const struct skep_arg_spec *spec = b->spec;
    bool fits = view->ndim >= spec->min_ndim && view->ndim <= spec->max_ndim;
    char shape[128];

    for (int i = 0; fits && i < 2 && i < view->ndim; i++) {
        fits = spec->shape[i] == 0 || spec->shape[i] == view->shape[i];
    }
    if (fits) {
        return SKEP_OK;
    }
    return skep_error_set(b->err, SKEP_E_BAD_ARGS, "argument \"%s\" wants the shape %s, got %s of shape %s",
                          spec->name, spec->shape_text ? spec->shape_text : "that its documentation names",
                          skep_dtype_name(view->dtype),
                          skep_shape_format(view->ndim, view->shape, shape, sizeof shape));
}

/* `{"path": PATH, "view": SLICE}` as the reference PATH[SLICE]. */
static skep_status bind_join_reference(const struct binding *b, const struct skep_node *object,
                                       const char **ref_out, size_t *n_out)
{
    const struct skep_node *path = skep_node_get(object, "path");
    const struct skep_node *view = skep_node_get(object, "view");
    struct skep_buf buf;
    bool is_bare;

    if (path == NULL || path->kind != SKEP_NODE_TEXT || object->n_children != (view != NULL ? 2u : 1u) ||
        (view != NULL && view->kind != SKEP_NODE_TEXT)) {
        return skep_error_set(
            b->err, SKEP_E_BAD_ARGS,
            "argument \"%s\": an array as an object is {\"path\": PATH} or {\"path\": PATH, "
            "\"view\": \"[slice]\"}, both of them text",
            b->spec->name);
    }
    if (memchr(path->text, '[', path->length) != NULL) {
        return skep_error_set(b->err, SKEP_E_BAD_ARGS,
                              "argument \"%s\": the slice belongs into \"view\", not \"path\"",
                              b->spec->name);
    }
    skep_buf_init(&buf, 65536);
    skep_buf_add(&buf, path->text, path->length);
    if (view != NULL) {
        is_bare = view->length == 0 || view->text[0] != '[';
        skep_buf_add_text(&buf, is_bare ? "[" : "");
        skep_buf_add(&buf, view->text, view->length);
        skep_buf_add_text(&buf, is_bare ? "]" : "");
    }
    *n_out = buf.length;
    *ref_out = skep_buf_failed(&buf) ? NULL : skep_arena_strndup(b->arena, buf.bytes, buf.length);
    skep_buf_release(&buf);
    return *ref_out != NULL ? SKEP_OK : bind_no_memory(b, 1);
}

/* Without a cache nobody can look at the array: that the reference is one must do. */
static skep_status bind_trust(const struct binding *b, const char *ref, size_t n)
{
    struct skep_slice slice;
    size_t path_n = 0;
    skep_status st = skep_ref_parse(ref, n, &path_n, &slice, b->err);

    if (st == SKEP_OK && path_n == 0) {
        st = skep_error_set(b->err, SKEP_E_BAD_ARGS, "a reference names a file before its slice");
    }
    return st;
}

static skep_status bind_reference(const struct binding *b, const char *ref, size_t n,
                                  struct skep_view *view_out)
{
    skep_status st;

    if (b->cache == NULL) {
        st = bind_trust(b, ref, n);
    } else {
        st = skep_npy_cache_view(b->cache, ref, n, b->arena, view_out, b->err);
    }
    skep_error_prefix(b->err, "argument \"%s\"", b->spec->name);
    return st;
}

static skep_status bind_array(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    struct skep_view *view = &arg->view;
    bool is_inline = node->kind == SKEP_NODE_ARRAY;
    const char *ref = node->text;
    size_t n = node->length;
    skep_status st;

    if (node->kind == SKEP_NODE_OBJECT) {
        st = bind_join_reference(b, node, &ref, &n);
        if (st != SKEP_OK) {
            return st;
        }
    } else if (!is_inline && node->kind != SKEP_NODE_TEXT) {
        return bind_refuse(b, "an array: a reference \"PATH[slice]\" or a list of numbers", node);
    }
    if (is_inline) {
        st = skep_node_to_view(node, b->arena, view, b->err);
        skep_error_prefix(b->err, "argument \"%s\"", b->spec->name);
    } else {
        st = bind_reference(b, ref, n, view);
        if (b->cache == NULL) {
            return st;
        }
    }
    if (st == SKEP_OK) {
        st = bind_check_shape(b, view);
    }
    return st == SKEP_OK ? bind_convert(b, view, is_inline) : st;
}

/* ---- numbers ---- */

static skep_status bind_check_range(const struct binding *b, double number)
{
    const struct skep_arg_spec *spec = b->spec;

    if ((spec->least == 0 && spec->most == 0) || (number >= spec->least && number <= spec->most)) {
        return SKEP_OK;
    }
    return skep_error_set(b->err, SKEP_E_BAD_ARGS, "argument \"%s\" must be from %g to %g, not %g",
                          spec->name, spec->least, spec->most, number);
}

/* A number may also be one element of an array: "lambda.npy[7]". */
static skep_status bind_element(const struct binding *b, const struct skep_node *node, double *number_out)
{
    struct skep_view view;
    char shape[128];
    skep_status st = bind_reference(b, node->text, node->length, &view);

    if (st != SKEP_OK || b->cache == NULL) {
        return st;
    }
    if (view.ndim != 0 || !skep_dtype_is_lossless(view.dtype, SKEP_F8)) {
        return skep_error_set(b->err, SKEP_E_BAD_ARGS, "argument \"%s\" wants one number, got %s of shape %s",
                              b->spec->name, skep_dtype_name(view.dtype),
                              skep_shape_format(view.ndim, view.shape, shape, sizeof shape));
    }
    *number_out = skep_view_get_f8(&view, 0);
    return SKEP_OK;
}

static skep_status bind_f64(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    skep_status st = SKEP_OK;

    if (node->kind == SKEP_NODE_INT) {
        arg->f64 = (double)node->i64;
    } else if (node->kind == SKEP_NODE_REAL) {
        arg->f64 = node->f64;
    } else if (node->kind == SKEP_NODE_TEXT && node->length > 0 && node->text[node->length - 1] == ']') {
        st = bind_element(b, node, &arg->f64);
        if (b->cache == NULL) {
            return st;
        }
    } else if (node->kind != SKEP_NODE_TEXT || !skep_parse_f64(node->text, node->length, &arg->f64)) {
        return bind_refuse(b, "a number", node);
    }
    return st == SKEP_OK ? bind_check_range(b, arg->f64) : st;
}

/* An integer as a double holds it: 1e6 is as good as 1000000. */
static bool bind_is_integral(double number)
{
    return fabs(number) <= 9007199254740992.0 && number == floor(number);
}

static skep_status bind_i64(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    if (node->kind == SKEP_NODE_INT) {
        arg->i64 = node->i64;
    } else if (node->kind == SKEP_NODE_REAL && bind_is_integral(node->f64)) {
        arg->i64 = (int64_t)node->f64;
    } else if (node->kind != SKEP_NODE_TEXT || !skep_parse_i64(node->text, node->length, &arg->i64)) {
        return bind_refuse(b, "an integer", node);
    }
    return bind_check_range(b, (double)arg->i64);
}

static skep_status bind_u64(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    if (node->kind == SKEP_NODE_INT && node->i64 >= 0) {
        arg->u64 = (uint64_t)node->i64;
    } else if (node->kind == SKEP_NODE_REAL && node->f64 >= 0 && bind_is_integral(node->f64)) {
        arg->u64 = (uint64_t)node->f64;
    } else if (node->kind != SKEP_NODE_TEXT || !skep_parse_u64(node->text, node->length, &arg->u64)) {
        return bind_refuse(b, "an integer that is not negative", node);
    }
    return bind_check_range(b, (double)arg->u64);
}

/* ---- the rest ---- */

static skep_status bind_bool(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    if (node->kind != SKEP_NODE_BOOL) {
        return bind_refuse(b, "true or false", node);
    }
    arg->boolean = node->boolean;
    return SKEP_OK;
}

static skep_status bind_refuse_choice(const struct binding *b, const struct skep_node *node)
{
    char wanted[160] = "one of ";
    size_t used = strlen(wanted);

    for (int i = 0; b->spec->choices[i] != NULL && used < sizeof wanted; i++) {
        int n = snprintf(wanted + used, sizeof wanted - used, "%s\"%s\"", i == 0 ? "" : ", ",
                         b->spec->choices[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    return bind_refuse(b, wanted, node);
}

static skep_status bind_choice(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    char number[32] = "";
    const char *text = node->kind == SKEP_NODE_TEXT ? node->text : number;

    if (node->kind == SKEP_NODE_INT) {
        snprintf(number, sizeof number, "%" PRId64, node->i64);
    }
    for (int i = 0; b->spec->choices[i] != NULL; i++) {
        if (strcmp(text, b->spec->choices[i]) == 0) {
            arg->choice = i;
            return SKEP_OK;
        }
    }
    return bind_refuse_choice(b, node);
}

static skep_status bind_json(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    struct skep_buf buf;

    skep_buf_init(&buf, BIND_JSON_MAX_BYTES);
    skep_json_add_node(&buf, node);
    arg->json.length = buf.length;
    arg->json.text = skep_buf_failed(&buf) ? NULL : skep_arena_strndup(b->arena, buf.bytes, buf.length);
    skep_buf_release(&buf);
    return arg->json.text != NULL ? SKEP_OK : bind_no_memory(b, (int64_t)arg->json.length);
}

typedef skep_status (*bind_function)(const struct binding *, const struct skep_node *, struct skep_arg *);

static const bind_function bind_table[] = {
    [SKEP_ARG_ARRAY] = bind_array, [SKEP_ARG_F64] = bind_f64,   [SKEP_ARG_I64] = bind_i64,
    [SKEP_ARG_U64] = bind_u64,     [SKEP_ARG_BOOL] = bind_bool, [SKEP_ARG_CHOICE] = bind_choice,
    [SKEP_ARG_JSON] = bind_json,
};

/* The default is what a person would have typed: text for a choice, a number or a boolean otherwise. */
static skep_status bind_default(const struct binding *b, struct skep_arg *arg)
{
    const char *text = b->spec->default_text;
    struct skep_node node = {.kind = SKEP_NODE_TEXT, .text = text, .length = text != NULL ? strlen(text) : 0};

    if (text == NULL) {
        return SKEP_OK;
    }
    if (b->spec->kind == SKEP_ARG_BOOL) {
        node = (struct skep_node){.kind = SKEP_NODE_BOOL, .boolean = strcmp(text, "true") == 0};
    }
    return bind_table[b->spec->kind](b, &node, arg);
}

static skep_status bind_one(const struct binding *b, const struct skep_node *args, struct skep_arg *arg)
{
    static const struct skep_node nothing = {.kind = SKEP_NODE_OBJECT};
    const struct skep_node *node;

    if (strcmp(b->spec->name, "*") == 0) {
        arg->is_given = true;
        return bind_json(b, args != NULL ? args : &nothing, arg);
    }
    node = args != NULL ? skep_node_get(args, b->spec->name) : NULL;
    arg->is_given = node != NULL;
    if (node != NULL) {
        return bind_table[b->spec->kind](b, node, arg);
    }
    if (b->spec->is_required) {
        return skep_error_set(b->err, SKEP_E_BAD_ARGS, "argument \"%s\" is missing", b->spec->name);
    }
    return bind_default(b, arg);
}

/* Every kernel has this one. */
static skep_status bind_variant(const struct skep_node *node, bool *is_reference_out, struct skep_error *err)
{
    static const char *const variants[] = {"fast", "ref", NULL};
    static const struct skep_arg_spec spec = {
        .name = "variant", .kind = SKEP_ARG_CHOICE, .choices = variants};
    const struct binding b = {.spec = &spec, .err = err};
    struct skep_arg arg = {0};
    skep_status st = bind_choice(&b, node, &arg);

    *is_reference_out = st == SKEP_OK && arg.choice == 1;
    return st;
}

/* Arguments that the row does not have are typing mistakes. */
static skep_status bind_check_names(const struct skep_kernel *kernel, const struct skep_node *args,
                                    bool *is_reference_out, struct skep_error *err)
{
    for (size_t i = 0; args != NULL && i < args->n_children; i++) {
        const struct skep_node *child = &args->children[i];
        size_t k = 0;

        if (kernel->args[0].name != NULL && strcmp(kernel->args[0].name, "*") == 0) {
            return SKEP_OK;
        }
        if (strcmp(child->name, "variant") == 0) {
            skep_status st = bind_variant(child, is_reference_out, err);
            if (st != SKEP_OK) {
                return st;
            }
            continue;
        }
        while (kernel->args[k].name != NULL && strcmp(kernel->args[k].name, child->name) != 0) {
            k++;
        }
        if (kernel->args[k].name == NULL) {
            return skep_error_set(err, SKEP_E_BAD_ARGS,
                                  "unknown argument \"%.64s\": see the arguments with: skep kernels %s",
                                  child->name, kernel->name);
        }
    }
    return SKEP_OK;
}

skep_status skep_args_bind(const struct skep_kernel *kernel, const struct skep_node *args,
                           struct skep_npy_cache *cache, struct skep_arena *arena, struct skep_arg **args_out,
                           bool *is_reference_out, struct skep_error *err)
{
    size_t n = skep_kernel_count_args(kernel);
    struct skep_arg *bound = skep_arena_calloc(arena, n, sizeof *bound);
    skep_status st;

    *args_out = bound;
    *is_reference_out = false;
    if (bound == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no room for the arguments");
    }
    st = bind_check_names(kernel, args, is_reference_out, err);
    for (size_t i = 0; i < n && st == SKEP_OK; i++) {
        struct binding b = {&kernel->args[i], cache, arena, err};
        st = bind_one(&b, args, &bound[i]);
    }
    return st;
}
