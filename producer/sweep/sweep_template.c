/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_template.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/nearest.h"
#include "producer/sweep/sweep_values.h"
#include "sweep/template.h"

enum { TEMPLATE_MAX_BYTES = 1024 * 1024 };

static bool template_is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static skep_status template_no_memory(struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_NOMEM, "no memory for a value");
}

/* ---- variables within lists ---- */

/* The length of "{name}" at TEXT, or 0. */
static size_t template_variable_length(const char *text)
{
    size_t n = 1;

    if (text[0] != '{') {
        return 0;
    }
    while (template_is_name_char(text[n])) {
        n++;
    }
    return n > 1 && text[n] == '}' ? n + 1 : 0;
}

/* TEXT with quotes around each {variable} that does not stand within quotes. */
static void template_quote_variables(const char *text, struct skep_buf *buf)
{
    bool is_quoted = false;

    while (*text != '\0') {
        size_t n = is_quoted ? 0 : template_variable_length(text);
        if (n > 0) {
            skep_buf_add_char(buf, '"');
            skep_buf_add(buf, text, n);
            skep_buf_add_char(buf, '"');
            text += n;
            continue;
        }
        if (is_quoted && text[0] == '\\' && text[1] != '\0') {
            skep_buf_add_char(buf, *text++);
        } else if (text[0] == '"') {
            is_quoted = !is_quoted;
        }
        skep_buf_add_char(buf, *text++);
    }
}

skep_status skep_sweep_read_template(const char *text, struct skep_arena *arena, struct skep_node *value_out,
                                     struct skep_error *err)
{
    skep_status st = skep_sweep_read_value(text, strlen(text), arena, value_out, err);
    struct skep_node quoted;
    struct skep_buf buf;

    if (st != SKEP_OK || value_out->kind != SKEP_NODE_TEXT || (text[0] != '[' && text[0] != '{')) {
        return st;
    }
    skep_buf_init(&buf, TEMPLATE_MAX_BYTES);
    template_quote_variables(text, &buf);
    st = skep_buf_failed(&buf) ? template_no_memory(err)
                               : skep_sweep_read_value(buf.bytes, buf.length, arena, &quoted, err);
    skep_buf_release(&buf);
    if (st == SKEP_OK && (quoted.kind == SKEP_NODE_ARRAY || quoted.kind == SKEP_NODE_OBJECT)) {
        *value_out = quoted;
    }
    return st;
}

/* ---- constants ---- */

static skep_status template_double_braces(struct skep_node *node, struct skep_arena *arena,
                                          struct skep_error *err)
{
    struct skep_buf buf;
    char *copy;

    if (memchr(node->text, '{', node->length) == NULL && memchr(node->text, '}', node->length) == NULL) {
        return SKEP_OK;
    }
    skep_buf_init(&buf, TEMPLATE_MAX_BYTES);
    for (size_t i = 0; i < node->length; i++) {
        char c = node->text[i];
        skep_buf_add_char(&buf, c);
        if (c == '{' || c == '}') {
            skep_buf_add_char(&buf, c);
        }
    }
    copy = skep_buf_failed(&buf) ? NULL : skep_arena_strndup(arena, buf.bytes, buf.length);
    node->text = copy;
    node->length = buf.length;
    skep_buf_release(&buf);
    return copy != NULL ? SKEP_OK : template_no_memory(err);
}

/* As deep as the reader of JSON lets through. */
static skep_status template_protect(struct skep_node *node, struct skep_arena *arena, struct skep_error *err)
{
    struct skep_node *children;
    skep_status st = SKEP_OK;

    if (node->kind == SKEP_NODE_TEXT) {
        return template_double_braces(node, arena, err);
    }
    if (node->kind != SKEP_NODE_ARRAY && node->kind != SKEP_NODE_OBJECT) {
        return SKEP_OK;
    }
    children = skep_arena_calloc(arena, node->n_children + 1, sizeof *children);
    if (children == NULL) {
        return template_no_memory(err);
    }
    for (size_t i = 0; st == SKEP_OK && i < node->n_children; i++) {
        children[i] = node->children[i];
        st = template_protect(&children[i], arena, err);
    }
    node->children = children;
    return st;
}

skep_status skep_sweep_read_const(const char *text, struct skep_arena *arena, struct skep_node *value_out,
                                  struct skep_error *err)
{
    skep_status st = skep_sweep_read_value(text, strlen(text), arena, value_out, err);

    return st == SKEP_OK ? template_protect(value_out, arena, err) : st;
}

/* ---- what is used ---- */

/* Mark the variable of this name, what it gives with a dot being the same; false when there is none. */
static bool template_mark(const struct skep_sweep *sweep, const char *name, size_t n,
                          struct skep_sweep_uses *uses)
{
    const char *dot = memchr(name, '.', n);
    size_t n_base = dot != NULL ? (size_t)(dot - name) : n;

    for (int f = 0; f < sweep->n_factors; f++) {
        for (int v = 0; v < sweep->factors[f].n_variables; v++) {
            const char *variable = sweep->factors[f].variables[v];
            if (strlen(variable) == n_base && memcmp(variable, name, n_base) == 0) {
                uses->is_used[f][v] = true;
                return true;
            }
        }
    }
    return n == strlen("index") && memcmp(name, "index", n) == 0;
}

static skep_status template_refuse(const struct skep_sweep *sweep, const char *name, size_t n,
                                   struct skep_error *err)
{
    size_t best = n / 3 + 2; /* farther than this is no slip of the finger; one more than allowed */
    const char *nearest = NULL;
    int shown = n < 64 ? (int)n : 64;

    for (int f = 0; f < sweep->n_factors; f++) {
        for (int v = 0; v < sweep->factors[f].n_variables; v++) {
            const char *variable = sweep->factors[f].variables[v];
            size_t distance = skep_nearest_distance(name, n, variable, strlen(variable));
            if (distance < best) {
                best = distance;
                nearest = variable;
            }
        }
    }
    if (nearest != NULL) {
        return skep_error_set(err, SKEP_E_USAGE, "there is no variable %.*s: did you mean {%s}?", shown, name,
                              nearest);
    }
    return skep_error_set(err, SKEP_E_USAGE,
                          "there is no variable %.*s (braces that are no variable are written twice)", shown,
                          name);
}

static skep_status template_mark_text(const struct skep_sweep *sweep, const struct skep_node *node,
                                      struct skep_sweep_uses *uses, struct skep_error *err)
{
    struct skep_template_piece piece;
    size_t at = 0;
    skep_status st;

    while ((st = skep_template_next(node->text, node->length, &at, &piece, err)) == SKEP_OK) {
        if (piece.is_variable && !template_mark(sweep, piece.text, piece.n, uses)) {
            return template_refuse(sweep, piece.text, piece.n, err);
        }
    }
    return st == SKEP_EMPTY ? SKEP_OK : st;
}

skep_status skep_sweep_mark_uses(const struct skep_sweep *sweep, const struct skep_node *value,
                                 struct skep_sweep_uses *uses, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (value->kind == SKEP_NODE_TEXT) {
        return template_mark_text(sweep, value, uses, err);
    }
    if (value->kind == SKEP_NODE_ARRAY || value->kind == SKEP_NODE_OBJECT) {
        for (size_t i = 0; st == SKEP_OK && i < value->n_children; i++) {
            st = skep_sweep_mark_uses(sweep, &value->children[i], uses, err);
        }
    }
    return st;
}

void skep_sweep_mark_filter(const struct skep_sweep *sweep, struct skep_sweep_uses *uses)
{
    const char *at = sweep->filter != NULL ? sweep->filter : "";

    while (*at != '\0') {
        size_t n = 0;
        while (template_is_name_char(at[n])) {
            n++;
        }
        (void)template_mark(sweep, at, n, uses);
        at += n > 0 ? n : 1;
    }
}
