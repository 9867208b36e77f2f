/* SPDX-License-Identifier: MIT */
#include "sweep/expand.h"

#include <math.h>
#include <string.h>

#include "sweep/sweep_words.h"
#include "task/json.h"

enum { EXPAND_TEXT_BYTES = SKEP_SWEEP_SPEC_BYTES * 64 }; /* one text, filled in */

static skep_status expand_nomem(struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_NOMEM, "no memory for the arguments of a task");
}

static void node_set_text(struct skep_node *node, const char *text, size_t n)
{
    node->kind = SKEP_NODE_TEXT;
    node->text = text;
    node->length = n;
}

void skep_expand_value(const struct skep_coordinate *at, struct skep_node *node)
{
    switch (at->kind) {
    case SKEP_OF_INT:
        node->kind = SKEP_NODE_INT;
        node->i64 = at->i64;
        break;
    case SKEP_OF_REAL:
        if (isfinite(at->f64)) {
            node->kind = SKEP_NODE_REAL;
            node->f64 = at->f64;
        } else if (isnan(at->f64)) {
            node_set_text(node, "nan", 3);
        } else {
            node_set_text(node, at->f64 > 0 ? "inf" : "-inf", at->f64 > 0 ? 3 : 4);
        }
        break;
    case SKEP_OF_BOOL:
        node->kind = SKEP_NODE_BOOL;
        node->boolean = at->boolean;
        break;
    case SKEP_OF_TEXT:
        node_set_text(node, at->text, at->length);
        break;
    }
}

static skep_status expand_text(const struct skep_node *node, const struct skep_point *point,
                               struct skep_arena *arena, struct skep_node *to, struct skep_error *err)
{
    const int place = skep_template_is_variable(node->text, node->length, point);
    struct skep_buf buf;
    skep_status st;

    if (place >= 0) {
        skep_expand_value(&point->at[place], to);
        return SKEP_OK;
    }
    if (strpbrk(node->text, "{}") == NULL) {
        node_set_text(to, node->text, node->length);
        return SKEP_OK;
    }
    skep_buf_init(&buf, EXPAND_TEXT_BYTES);
    st = skep_template_fill(node->text, node->length, point, &buf, err);
    if (st == SKEP_OK) {
        const char *text = skep_buf_failed(&buf) ? NULL : skep_arena_strndup(arena, buf.bytes, buf.length);

        node_set_text(to, text, buf.length);
        st = text == NULL ? expand_nomem(err) : SKEP_OK;
    }
    skep_buf_release(&buf);
    return st;
}

/* NODE at POINT into *TO, which has no name yet. */
static skep_status expand_node(const struct skep_node *node, const struct skep_point *point,
                               struct skep_arena *arena, struct skep_node *to, struct skep_error *err)
{
    struct skep_node *children;
    skep_status st = SKEP_OK;

    if (node->kind == SKEP_NODE_TEXT) {
        st = expand_text(node, point, arena, to, err);
    } else if (node->kind != SKEP_NODE_ARRAY && node->kind != SKEP_NODE_OBJECT) {
        *to = *node;
    } else {
        children = skep_arena_calloc(arena, node->n_children, sizeof *children);
        if (children == NULL) {
            return expand_nomem(err);
        }
        for (size_t i = 0; i < node->n_children && st == SKEP_OK; i++) {
            st = expand_node(&node->children[i], point, arena, &children[i], err);
        }
        to->kind = node->kind;
        to->children = children;
        to->n_children = node->n_children;
    }
    to->name = node->name;
    return st;
}

skep_status skep_expand_args(const struct skep_sweep *sweep, const struct skep_point *point,
                             struct skep_arena *arena, const struct skep_node **args_out,
                             struct skep_error *err)
{
    struct skep_node *args;
    skep_status st;

    *args_out = NULL;
    if (sweep->args == NULL) {
        return SKEP_OK;
    }
    args = skep_arena_calloc(arena, 1, sizeof *args);
    if (args == NULL) {
        return expand_nomem(err);
    }
    st = expand_node(sweep->args, point, arena, args, err);
    *args_out = args;
    return st;
}

skep_status skep_expand_record(const struct skep_sweep *sweep, const struct skep_point *point,
                               struct skep_arena *arena, struct skep_buf *buf, struct skep_error *err)
{
    const struct skep_node *args;
    skep_status st = skep_expand_args(sweep, point, arena, &args, err);

    if (st != SKEP_OK) {
        return st;
    }
    skep_buf_add_char(buf, '{');
    skep_json_add_key(buf, "kernel");
    skep_json_add_text(buf, sweep->kernel, strlen(sweep->kernel));
    if (args != NULL) {
        skep_json_add_key(buf, "args");
        skep_json_add_node(buf, args);
    }
    skep_json_add_key(buf, "seed");
    skep_buf_printf(buf, "\"%llu\"", (unsigned long long)sweep->seed);
    skep_sweep_write_rules(buf, sweep);
    skep_buf_add_char(buf, '}');
    return SKEP_OK;
}
