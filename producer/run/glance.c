/* SPDX-License-Identifier: MIT */
#include "producer/run/glance.h"

#include <string.h>

#include "base/parse.h"

/* Where in the bytes. AT never exceeds N. */
struct glance_scan {
    const char *bytes;
    size_t n, at;
};

static bool glance_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void glance_skip_blanks(struct glance_scan *scan)
{
    while (scan->at < scan->n && glance_is_blank(scan->bytes[scan->at])) {
        scan->at++;
    }
}

static bool glance_take(struct glance_scan *scan, char c)
{
    glance_skip_blanks(scan);
    if (scan->at == scan->n || scan->bytes[scan->at] != c) {
        return false;
    }
    scan->at++;
    return true;
}

/* A string: what is between its quotes. */
static bool glance_text(struct glance_scan *scan, const char **text_out, size_t *n_out)
{
    if (!glance_take(scan, '"')) {
        return false;
    }
    *text_out = scan->bytes + scan->at;
    for (size_t from = scan->at; scan->at < scan->n; scan->at++) {
        char c = scan->bytes[scan->at];
        if (c == '"') {
            *n_out = scan->at++ - from;
            return true;
        }
        scan->at += c == '\\' && scan->at + 1 < scan->n;
    }
    return false;
}

/* An object or an array, whatever it holds. */
static bool glance_nested(struct glance_scan *scan)
{
    size_t depth = 0;

    while (scan->at < scan->n) {
        char c = scan->bytes[scan->at];
        const char *text;
        size_t n;
        if (c == '"') {
            if (!glance_text(scan, &text, &n)) {
                return false;
            }
            continue;
        }
        scan->at++;
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        if (depth == 0) {
            return true;
        }
    }
    return false;
}

/* Any value; the bytes of a plain one. */
static bool glance_value(struct glance_scan *scan, const char **text_out, size_t *n_out)
{
    size_t from;

    glance_skip_blanks(scan);
    from = scan->at;
    *text_out = scan->bytes + from;
    *n_out = 0;
    if (from == scan->n) {
        return false;
    }
    if (scan->bytes[from] == '"') {
        return glance_text(scan, text_out, n_out);
    }
    if (scan->bytes[from] == '{' || scan->bytes[from] == '[') {
        return glance_nested(scan);
    }
    while (scan->at < scan->n && !glance_is_blank(scan->bytes[scan->at]) &&
           memchr(",}]", scan->bytes[scan->at], 3) == NULL) {
        scan->at++;
    }
    *n_out = scan->at - from;
    return *n_out > 0;
}

static bool glance_is(const char *text, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(text, word, n) == 0;
}

/* One member: `"name":value`. */
static bool glance_member(struct glance_scan *scan, struct skep_glance *glance, bool *has_ok)
{
    const char *name, *value;
    size_t n_name, n_value;

    if (!glance_text(scan, &name, &n_name) || !glance_take(scan, ':') ||
        !glance_value(scan, &value, &n_value)) {
        return false;
    }
    if (glance_is(name, n_name, "ok")) {
        glance->is_ok = glance_is(value, n_value, "true");
        *has_ok = glance->is_ok || glance_is(value, n_value, "false");
    } else if (glance_is(name, n_name, "index")) {
        glance->has_index = skep_parse_u64(value, n_value, &glance->index);
    }
    return true;
}

bool skep_glance(const char *bytes, size_t n, struct skep_glance *glance_out)
{
    struct glance_scan scan = {.bytes = bytes, .n = n};
    bool has_ok = false;

    *glance_out = (struct skep_glance){0};
    if (!glance_take(&scan, '{')) {
        return false;
    }
    do {
        if (!glance_member(&scan, glance_out, &has_ok)) {
            return false;
        }
    } while (glance_take(&scan, ','));
    if (!glance_take(&scan, '}')) {
        return false;
    }
    glance_skip_blanks(&scan);
    return scan.at == n && has_ok;
}
