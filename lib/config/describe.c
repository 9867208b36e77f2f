/* SPDX-License-Identifier: MIT */
#include "config/describe.h"

#include <stdio.h>
#include <string.h>

enum { LINE_WIDTH = 78, LEFT_WIDTH_MAX = 30, NOTES_BYTES = 512 };

/* Text that is broken into lines between words. Each new line starts with the first N_PREFIX bytes of PREFIX.
 */
struct wrap {
    struct skep_buf *buf;
    const char *prefix;
    size_t n_prefix;
    size_t column;
};

static void wrap_newline(struct wrap *wrap)
{
    skep_buf_add_char(wrap->buf, '\n');
    skep_buf_add(wrap->buf, wrap->prefix, wrap->n_prefix);
    wrap->column = wrap->n_prefix;
}

static void wrap_words(struct wrap *wrap, const char *text)
{
    while (*(text += strspn(text, " ")) != '\0') {
        size_t n = strcspn(text, " ");
        if (wrap->column > wrap->n_prefix) {
            if (wrap->column + 1 + n > LINE_WIDTH) {
                wrap_newline(wrap);
            } else {
                skep_buf_add_char(wrap->buf, ' ');
                wrap->column++;
            }
        }
        skep_buf_add(wrap->buf, text, n);
        wrap->column += n;
        text += n;
    }
}

static bool option_wants_value(const struct skep_option *row)
{
    return row->kind != SKEP_OPT_FLAG;
}

static const char *option_value_name(const struct skep_option *row)
{
    return row->value_name != NULL ? row->value_name : "VALUE";
}

static void notes_add(char notes[NOTES_BYTES], const char *word, const char *text)
{
    size_t used = strlen(notes);

    snprintf(notes + used, NOTES_BYTES - used, "%s%s%s", used > 0 ? "; " : "(", word, text);
}

/* "(default 4; 1 to 64; SKEP_SLOTS)"; "" if there is nothing to say. */
static const char *option_notes(const struct skep_option *row, char notes[NOTES_BYTES])
{
    char range[SKEP_OPTION_RANGE_BYTES];

    notes[0] = '\0';
    if (row->default_text != NULL && option_wants_value(row)) {
        notes_add(notes, "default ", row->default_text[0] != '\0' ? row->default_text : "none");
    }
    if (skep_option_range(row, range)[0] != '\0') {
        notes_add(notes, "", range);
    }
    if (row->env != NULL) {
        notes_add(notes, "environment ", row->env);
    }
    if (row->kind == SKEP_OPT_LIST || row->kind == SKEP_OPT_SERIES) {
        notes_add(notes, "", "may be repeated");
    }
    if (notes[0] != '\0') {
        size_t used = strlen(notes);
        snprintf(notes + used, NOTES_BYTES - used, ")");
    }
    return notes;
}

/* "  -s, --slots N"; returns how wide it is. */
static size_t help_left(const struct skep_option *row, char *text, size_t size)
{
    int n;

    if (row->letter != '\0') {
        n = snprintf(text, size, "  -%c, --%s", row->letter, row->name);
    } else {
        n = snprintf(text, size, "      --%s", row->name);
    }
    if (option_wants_value(row)) {
        n += snprintf(text + n, size - (size_t)n, " %s", option_value_name(row));
    }
    return (size_t)n;
}

static size_t help_left_width(const struct skep_option *rows)
{
    size_t width = 0;

    for (const struct skep_option *row = rows; row->name != NULL; row++) {
        char text[256];
        size_t n = help_left(row, text, sizeof text);
        if (row->help != NULL && n > width && n <= LEFT_WIDTH_MAX) {
            width = n;
        }
    }
    return width;
}

void skep_options_help(const struct skep_option *rows, struct skep_buf *buf)
{
    static const char spaces[LEFT_WIDTH_MAX + 3] = "                                ";
    size_t width = help_left_width(rows) + 2;

    for (const struct skep_option *row = rows; row->name != NULL; row++) {
        struct wrap wrap = {.buf = buf, .prefix = spaces, .n_prefix = width};
        char text[256];
        char notes[NOTES_BYTES];
        size_t n;
        if (row->help == NULL) {
            continue;
        }
        n = help_left(row, text, sizeof text);
        skep_buf_add_text(buf, text);
        if (n + 2 > width) {
            wrap_newline(&wrap);
        } else {
            skep_buf_add(buf, spaces, width - n);
            wrap.column = width;
        }
        wrap_words(&wrap, row->help);
        wrap_words(&wrap, option_notes(row, notes));
        skep_buf_add_char(buf, '\n');
    }
}

void skep_roff_add(struct skep_buf *buf, const char *text)
{
    if (*text == '.' || *text == '\'') {
        skep_buf_add_text(buf, "\\&");
    }
    for (; *text != '\0'; text++) {
        if (*text == '\\') {
            skep_buf_add_text(buf, "\\e");
        } else if (*text == '-') {
            skep_buf_add_text(buf, "\\-");
        } else {
            skep_buf_add_char(buf, *text);
        }
    }
}

void skep_options_man(const struct skep_option *rows, struct skep_buf *buf)
{
    for (const struct skep_option *row = rows; row->name != NULL; row++) {
        char notes[NOTES_BYTES];
        if (row->help == NULL) {
            continue;
        }
        skep_buf_add_text(buf, ".TP\n");
        if (row->letter != '\0') {
            skep_buf_printf(buf, "\\fB\\-%c\\fR, ", row->letter);
        }
        skep_buf_add_text(buf, "\\fB\\-\\-");
        skep_roff_add(buf, row->name);
        skep_buf_add_text(buf, "\\fR");
        if (option_wants_value(row)) {
            skep_buf_add_text(buf, " \\fI");
            skep_roff_add(buf, option_value_name(row));
            skep_buf_add_text(buf, "\\fR");
        }
        skep_buf_add_char(buf, '\n');
        skep_roff_add(buf, row->help);
        skep_buf_add_char(buf, '\n');
        if (option_notes(row, notes)[0] != '\0') {
            skep_roff_add(buf, notes);
            skep_buf_add_char(buf, '\n');
        }
    }
}

void skep_options_sample(const struct skep_option *rows, struct skep_buf *buf)
{
    for (const struct skep_option *row = rows; row->name != NULL; row++) {
        struct wrap wrap = {.buf = buf, .prefix = "# ", .n_prefix = 2, .column = 2};
        char notes[NOTES_BYTES];
        const char *value = row->default_text;
        if (row->help == NULL || row->command_line_only || row->kind == SKEP_OPT_CONFIG ||
            row->kind == SKEP_OPT_SERIES) {
            continue;
        }
        if (value == NULL || value[0] == '\0') {
            value = option_wants_value(row) ? option_value_name(row) : "no";
        }
        skep_buf_add_text(buf, "# ");
        wrap_words(&wrap, row->help);
        wrap_words(&wrap, option_notes(row, notes));
        skep_buf_printf(buf, "\n#%s = %s\n\n", row->name, value);
    }
}

void skep_options_words(const struct skep_option *rows, struct skep_buf *buf)
{
    for (const struct skep_option *row = rows; row->name != NULL; row++) {
        if (row->help != NULL) {
            skep_buf_printf(buf, "--%s%s\n", row->name, option_wants_value(row) ? "=" : "");
        }
    }
}
