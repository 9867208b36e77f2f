/* SPDX-License-Identifier: MIT */
/* Arguments that are arrays: references to files, lists in the task's text, and numbers where an array
 * without axes will do. */
#include "run/bind_parts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "npy/slice.h"

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
        return skep_bind_no_memory(b, count);
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
    return *ref_out != NULL ? SKEP_OK : skep_bind_no_memory(b, 1);
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

skep_status skep_bind_reference(const struct binding *b, const char *ref, size_t n,
                                struct skep_view *view_out)
{
    skep_status st;

    assert(n == 0 || ref != NULL);
    if (n > 0 && ref[0] == '[') { /* somebody meant a list */
        st = skep_error_set(b->err, SKEP_E_BAD_ARGS,
                            "\"%.*s\" is no list (numbers as in JSON: 0.5, not .5), and a reference names a "
                            "file before its slice",
                            n < 64 ? (int)n : 64, ref);
    } else if (b->cache == NULL) {
        st = bind_trust(b, ref, n);
    } else {
        st = skep_npy_cache_view(b->cache, ref, n, b->arena, view_out, b->err);
    }
    skep_error_prefix(b->err, "argument \"%s\"", b->spec->name);
    return st;
}

static bool bind_is_number(const struct skep_node *node)
{
    return node->kind == SKEP_NODE_INT || node->kind == SKEP_NODE_REAL || node->kind == SKEP_NODE_BOOL;
}

/* A number as an array without axes. */
static skep_status bind_number(const struct binding *b, const struct skep_node *node,
                               struct skep_view *view_out)
{
    const struct skep_node list = {.kind = SKEP_NODE_ARRAY, .children = node, .n_children = 1};
    skep_status st = skep_node_to_view(&list, b->arena, view_out, b->err);

    if (st == SKEP_OK) {
        view_out->ndim = 0;
        st = bind_convert(b, view_out, true);
    }
    return st;
}

/* An array that is here, as the row wants it. */
static skep_status bind_fit(const struct binding *b, struct skep_view *view, bool is_inline)
{
    skep_status st = bind_check_shape(b, view);

    return st == SKEP_OK ? bind_convert(b, view, is_inline) : st;
}

skep_status skep_bind_array_view(const struct binding *b, struct skep_view *view)
{
    return bind_fit(b, view, false);
}

skep_status skep_bind_array(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
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
    } else if (bind_is_number(node) && b->spec->min_ndim == 0) {
        return bind_number(b, node, view);
    } else if (!is_inline && node->kind != SKEP_NODE_TEXT) {
        return skep_bind_refuse(b, "an array: a reference \"PATH[slice]\" or a list of numbers", node);
    }
    if (is_inline) {
        st = skep_node_to_view(node, b->arena, view, b->err);
        skep_error_prefix(b->err, "argument \"%s\"", b->spec->name);
    } else {
        st = skep_bind_reference(b, ref, n, view);
        if (b->cache == NULL) {
            return st;
        }
    }
    return st == SKEP_OK ? bind_fit(b, view, is_inline) : st;
}

/* ---- several ---- */

static const struct skep_arg_spec bind_any_array = {.kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS};

static skep_status bind_item(const struct binding *b, const struct skep_node *node, const char *name,
                             struct skep_array_item *item)
{
    struct skep_arg_spec spec = bind_any_array;
    const struct binding one = {&spec, b->cache, b->arena, b->err};
    struct skep_arg arg = {0};
    skep_status st;

    spec.name = name;
    item->name = node->name;
    item->is_number = bind_is_number(node);
    st = skep_bind_array(&one, node, &arg);
    item->view = arg.view;
    return st;
}

/* A list has no names: the place in it stands for one in messages. */
skep_status skep_bind_arrays(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    struct skep_array_item *items;
    char name[128];
    skep_status st = SKEP_OK;

    if (node->kind != SKEP_NODE_ARRAY && node->kind != SKEP_NODE_OBJECT) {
        return skep_bind_refuse(b, b->spec->shape_text, node);
    }
    items = skep_arena_calloc(b->arena, node->n_children, sizeof *items);
    if (items == NULL) {
        return skep_bind_no_memory(b, (int64_t)node->n_children);
    }
    for (size_t i = 0; i < node->n_children && st == SKEP_OK; i++) {
        const struct skep_node *child = &node->children[i];
        if (child->name != NULL) {
            snprintf(name, sizeof name, "%s.%.64s", b->spec->name, child->name);
        } else {
            snprintf(name, sizeof name, "%s[%zu]", b->spec->name, i);
        }
        st = bind_item(b, child, name, &items[i]);
    }
    arg->arrays.items = items;
    arg->arrays.n = (int64_t)node->n_children;
    return st;
}
