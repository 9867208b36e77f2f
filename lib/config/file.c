/* SPDX-License-Identifier: MIT */
#include "config/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "config/nearest.h"

enum { CONFIG_FILE_MAX_BYTES = 1024 * 1024 };

static const char blanks[] = " \t\r";

/* A piece of the text, not ended by a NUL. */
struct span {
    const char *text;
    size_t n;
};

static struct span span_trim(struct span span)
{
    while (span.n > 0 && memchr(blanks, span.text[0], sizeof blanks - 1) != NULL) {
        span.text++;
        span.n--;
    }
    while (span.n > 0 && memchr(blanks, span.text[span.n - 1], sizeof blanks - 1) != NULL) {
        span.n--;
    }
    return span;
}

static skep_status file_unknown_name(const struct skep_option *rows, struct span name, struct skep_error *err)
{
    const struct skep_option *nearest = skep_nearest_option(rows, name.text, name.n);
    int n = name.n < 64 ? (int)name.n : 64;

    if (nearest != NULL) {
        return skep_error_set(err, SKEP_E_USAGE, "unknown setting %.*s: did you mean %s?", n, name.text,
                              nearest->name);
    }
    return skep_error_set(err, SKEP_E_USAGE, "unknown setting %.*s", n, name.text);
}

static skep_status file_set(struct skep_option_layer *layer, struct span name, struct span value, size_t line,
                            struct skep_error *err)
{
    const struct skep_option *row = skep_option_find(layer->rows, name.text, name.n);
    skep_status st;
    char *text;

    if (row == NULL) {
        return file_unknown_name(layer->rows, name, err);
    }
    if (row->command_line_only || row->kind == SKEP_OPT_CONFIG || row->kind == SKEP_OPT_SERIES) {
        return skep_error_set(err, SKEP_E_USAGE, "%s belongs on the command line, not into a file",
                              row->name);
    }
    if (row->kind != SKEP_OPT_LIST && layer->set_at[row - layer->rows] != 0) {
        return skep_error_set(err, SKEP_E_USAGE, "%s is already set on line %zu", row->name,
                              layer->set_at[row - layer->rows]);
    }
    text = skep_arena_strndup(layer->arena, value.text, value.n);
    if (text == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the value of %s", row->name);
    }
    st = skep_option_layer_set_joined(layer, row, text, line, err);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%s", row->name);
    }
    return st;
}

static skep_status file_line(struct skep_option_layer *layer, struct span line, size_t number,
                             struct skep_error *err)
{
    const char *equals;
    struct span name;
    struct span value;

    line = span_trim(line);
    if (line.n == 0 || line.text[0] == '#') {
        return SKEP_OK;
    }
    if (memchr(line.text, '\0', line.n) != NULL) {
        return skep_error_set(err, SKEP_E_USAGE, "a NUL byte does not belong into a configuration file");
    }
    equals = memchr(line.text, '=', line.n);
    if (equals == NULL) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "a line must be `name = value`, or a comment that starts with #");
    }
    name = span_trim((struct span){line.text, (size_t)(equals - line.text)});
    value = span_trim((struct span){equals + 1, line.n - (size_t)(equals + 1 - line.text)});
    return file_set(layer, name, value, number, err);
}

skep_status skep_options_read_text(struct skep_option_layer *layer, const char *path, const char *text,
                                   size_t n, struct skep_error *err)
{
    const char *end = text + n;
    skep_status st = SKEP_OK;

    for (size_t number = 1; st == SKEP_OK && text < end; number++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline != NULL ? newline : end;
        st = file_line(layer, (struct span){text, (size_t)(stop - text)}, number, err);
        if (st != SKEP_OK) {
            skep_error_prefix(err, "%s:%zu", path, number);
        }
        text = stop + 1;
    }
    return st;
}

/* All bytes of the file, at most as many as BUF takes. */
static skep_status file_read_all(const char *path, struct skep_buf *buf, struct skep_error *err)
{
    FILE *file = fopen(path, "rbe");
    char block[4096];
    size_t n;
    skep_status st = SKEP_OK;

    if (file == NULL) {
        return skep_error_errno(err, SKEP_E_IO, "configuration file %s", path);
    }
    while (st == SKEP_OK && (n = fread(block, 1, sizeof block, file)) > 0) {
        if (n > buf->max_bytes - buf->length) {
            st = skep_error_set(err, SKEP_E_USAGE, "configuration file %s: larger than %zu bytes", path,
                                buf->max_bytes);
            break;
        }
        skep_buf_add(buf, block, n);
        if (skep_buf_failed(buf)) {
            st = skep_error_set(err, SKEP_E_NOMEM, "configuration file %s: no memory for it", path);
        }
    }
    if (st == SKEP_OK && ferror(file)) {
        st = skep_error_errno(err, SKEP_E_IO, "configuration file %s", path);
    }
    fclose(file);
    return st;
}

skep_status skep_options_read_file(struct skep_option_layer *layer, const char *path, struct skep_error *err)
{
    struct skep_buf buf;
    skep_status st;

    skep_buf_init(&buf, CONFIG_FILE_MAX_BYTES);
    st = file_read_all(path, &buf, err);
    if (st == SKEP_OK && buf.length > 0) {
        st = skep_options_read_text(layer, path, buf.bytes, buf.length, err);
    }
    skep_buf_release(&buf);
    return st;
}
