/* SPDX-License-Identifier: MIT */
#include "task/node.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "task/number.h"
#include "task/text.h"

const struct skep_node *skep_node_get(const struct skep_node *object, const char *name)
{
    if (object == NULL || object->kind != SKEP_NODE_OBJECT) {
        return NULL;
    }
    for (size_t i = 0; i < object->n_children; i++) {
        if (strcmp(object->children[i].name, name) == 0) {
            return &object->children[i];
        }
    }
    return NULL;
}

const char *skep_node_kind_text(const struct skep_node *node)
{
    static const char *const words[] = {
        [SKEP_NODE_NULL] = "null",        [SKEP_NODE_BOOL] = "a boolean", [SKEP_NODE_INT] = "a number",
        [SKEP_NODE_REAL] = "a number",    [SKEP_NODE_TEXT] = "a text",    [SKEP_NODE_ARRAY] = "an array",
        [SKEP_NODE_OBJECT] = "an object",
    };

    return node == NULL ? "nothing" : words[node->kind];
}

const char *skep_node_describe(const struct skep_node *node, char *text, size_t size)
{
    char excerpt[SKEP_EXCERPT_BYTES];
    char digits[SKEP_NUMBER_BYTES];

    if (node == NULL) {
        snprintf(text, size, "nothing");
        return text;
    }
    switch (node->kind) {
    case SKEP_NODE_NULL:
    case SKEP_NODE_OBJECT:
        snprintf(text, size, "%s", skep_node_kind_text(node));
        break;
    case SKEP_NODE_BOOL:
        snprintf(text, size, "%s", node->boolean ? "true" : "false");
        break;
    case SKEP_NODE_INT:
        snprintf(text, size, "%lld", (long long)node->i64);
        break;
    case SKEP_NODE_REAL:
        skep_number_format(node->f64, digits);
        snprintf(text, size, "%s", digits);
        break;
    case SKEP_NODE_TEXT:
        skep_text_excerpt(node->text, node->length, excerpt, sizeof excerpt);
        snprintf(text, size, "the text %s", excerpt);
        break;
    case SKEP_NODE_ARRAY:
        snprintf(text, size, "an array of %zu", node->n_children);
        break;
    }
    return text;
}

/* What the elements of an array are, as far as was seen. */
enum { ELEMENT_BOOL = 1, ELEMENT_INT = 2, ELEMENT_REAL = 4 };

/* The first of all indexes gives the shape; then every element is visited once to check, and once more to
 * copy. INDEX is where the visit is, for messages. */
struct gather {
    int ndim;
    int64_t shape[SKEP_MAX_DIMS];
    int64_t index[SKEP_MAX_DIMS];
    unsigned elements; /* ELEMENT_ bits */
    unsigned char *to; /* where the next element goes */
    struct skep_error *err;
};

static bool node_parse_special(const struct skep_node *node, double *number_out)
{
    static const struct {
        const char *word;
        double number;
    } specials[] = {{"nan", NAN}, {"inf", INFINITY}, {"-inf", -INFINITY}};

    for (size_t i = 0; node->kind == SKEP_NODE_TEXT && i < sizeof specials / sizeof specials[0]; i++) {
        if (strcmp(node->text, specials[i].word) == 0) {
            *number_out = specials[i].number;
            return true;
        }
    }
    return false;
}

static skep_status gather_refuse(const struct gather *gather, int depth, const struct skep_node *node,
                                 const char *wanted)
{
    char place[SKEP_MAX_DIMS * 8];
    char got[SKEP_NODE_WORDS_BYTES];
    size_t used = 0;

    place[0] = '\0';
    for (int d = 0; d < depth && used < sizeof place - 1; d++) {
        int n = snprintf(place + used, sizeof place - used, "%s%lld", d > 0 ? ", " : "",
                         (long long)gather->index[d]);
        used += (size_t)n;
    }
    return skep_error_set(gather->err, SKEP_E_BAD_ARGS, "element [%s]: wanted %s, got %s", place, wanted,
                          skep_node_describe(node, got, sizeof got));
}

static skep_status gather_check_element(struct gather *gather, const struct skep_node *node)
{
    double special;
    unsigned element = 0;

    if (node->kind == SKEP_NODE_BOOL) {
        element = ELEMENT_BOOL;
    } else if (node->kind == SKEP_NODE_INT) {
        element = ELEMENT_INT;
    } else if (node->kind == SKEP_NODE_REAL || node_parse_special(node, &special)) {
        element = ELEMENT_REAL;
    }
    if (element == 0) {
        return gather_refuse(gather, gather->ndim, node, "a number");
    }
    if (gather->elements != 0 && (gather->elements == ELEMENT_BOOL) != (element == ELEMENT_BOOL)) {
        return gather_refuse(gather, gather->ndim, node,
                             element == ELEMENT_BOOL ? "a number, as before" : "a boolean, as before");
    }
    gather->elements |= element;
    return SKEP_OK;
}

static skep_status gather_check(struct gather *gather, const struct skep_node *node, int depth)
{
    assert(node != NULL);
    if (depth == gather->ndim) {
        return gather_check_element(gather, node);
    }
    if (node->kind != SKEP_NODE_ARRAY || node->n_children != (size_t)gather->shape[depth]) {
        char wanted[40];
        snprintf(wanted, sizeof wanted, "an array of %lld", (long long)gather->shape[depth]);
        return gather_refuse(gather, depth, node, wanted);
    }
    for (size_t i = 0; i < node->n_children; i++) {
        skep_status st;
        gather->index[depth] = (int64_t)i;
        st = gather_check(gather, &node->children[i], depth + 1);
        if (st != SKEP_OK) {
            return st;
        }
    }
    return SKEP_OK;
}

static skep_status gather_copy_element(struct gather *gather, const struct skep_node *node)
{
    double number = 0;

    if (gather->elements == ELEMENT_BOOL) {
        *gather->to++ = node->boolean;
        return SKEP_OK;
    }
    if (gather->elements == ELEMENT_INT) {
        memcpy(gather->to, &node->i64, sizeof node->i64);
        gather->to += sizeof node->i64;
        return SKEP_OK;
    }
    if (node->kind == SKEP_NODE_INT) {
        number = (double)node->i64;
        if (number >= 0x1p63 || (int64_t)number != node->i64) {
            return gather_refuse(gather, gather->ndim, node, "a number that is exact as a double");
        }
    } else if (node->kind == SKEP_NODE_REAL) {
        number = node->f64;
    } else {
        (void)node_parse_special(node, &number);
    }
    memcpy(gather->to, &number, sizeof number);
    gather->to += sizeof number;
    return SKEP_OK;
}

static skep_status gather_copy(struct gather *gather, const struct skep_node *node, int depth)
{
    if (depth == gather->ndim) {
        return gather_copy_element(gather, node);
    }
    for (size_t i = 0; i < node->n_children; i++) {
        skep_status st;
        gather->index[depth] = (int64_t)i;
        st = gather_copy(gather, &node->children[i], depth + 1);
        if (st != SKEP_OK) {
            return st;
        }
    }
    return SKEP_OK;
}

static enum skep_dtype gather_dtype(const struct gather *gather)
{
    if (gather->elements == ELEMENT_BOOL) {
        return SKEP_B1;
    }
    return gather->elements == ELEMENT_INT ? SKEP_I8 : SKEP_F8;
}

skep_status skep_node_to_view(const struct skep_node *array, struct skep_arena *arena,
                              struct skep_view *view_out, struct skep_error *err)
{
    struct gather gather = {.err = err};
    const struct skep_node *node = array;
    enum skep_dtype dtype;
    void *data;
    skep_status st;

    if (array->kind != SKEP_NODE_ARRAY) {
        char got[SKEP_NODE_WORDS_BYTES];
        return skep_error_set(err, SKEP_E_BAD_ARGS, "wanted an array, got %s",
                              skep_node_describe(array, got, sizeof got));
    }
    while (node != NULL && node->kind == SKEP_NODE_ARRAY) {
        if (gather.ndim == SKEP_MAX_DIMS) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "arrays within arrays more than %d deep",
                                  SKEP_MAX_DIMS);
        }
        gather.shape[gather.ndim++] = (int64_t)node->n_children;
        node = node->n_children > 0 ? node->children : NULL;
    }
    st = gather_check(&gather, array, 0);
    if (st != SKEP_OK) {
        return st;
    }
    dtype = gather_dtype(&gather);
    /* Every element is a node of its own, so that the product cannot overflow. */
    data =
        skep_arena_alloc(arena, (size_t)skep_shape_count(gather.ndim, gather.shape) * skep_dtype_size(dtype));
    if (data == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for an array of %s", skep_dtype_name(dtype));
    }
    gather.to = data;
    st = gather_copy(&gather, array, 0);
    if (st == SKEP_OK) {
        skep_view_init(view_out, data, dtype, gather.ndim, gather.shape);
    }
    return st;
}
