/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "task/text.h"

enum { TEXT_NUMBER_BYTES = 32 };

/* The whole number below which a double holds every one. */
#define TEXT_WHOLE 9007199254740992.0

/* TEXT, with what the format escapes: line ends and backslashes, in labels quotes too. */
static void text_add_escaped(struct skep_buf *buf, const char *text, bool is_label)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\n') {
            skep_buf_add_text(buf, "\\n");
        } else if (*at == '\\' || (*at == '"' && is_label)) {
            skep_buf_add_char(buf, '\\');
            skep_buf_add_char(buf, *at);
        } else {
            skep_buf_add_char(buf, *at);
        }
    }
}

/* A stranger's words, escaped, as UTF-8. */
static void text_add_value(struct skep_buf *buf, const char *value)
{
    const char *end = value + strlen(value);

    while (value < end) {
        char character[5] = "?"; /* a scraper that finds a byte that is none throws the whole answer away */
        size_t n = skep_utf8_length(value, (size_t)(end - value));

        if (n > 0) {
            memcpy(character, value, n);
            character[n] = '\0';
        }
        text_add_escaped(buf, character, true);
        value += n > 0 ? n : 1;
    }
}

/* In the fewest digits that read back the same. */
static void text_add_number(struct skep_buf *buf, double value)
{
    char text[TEXT_NUMBER_BYTES];

    if (isnan(value) || isinf(value)) {
        skep_buf_add_text(buf, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
        return;
    }
    if (value == trunc(value) && fabs(value) < TEXT_WHOLE) {
        skep_buf_add_i64(buf, (int64_t)value);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    skep_buf_add_text(buf, text);
}

void skep_export_text_head(struct skep_buf *buf, const char *name, const char *kind, const char *help)
{
    skep_buf_printf(buf, "# HELP %s ", name);
    text_add_escaped(buf, help, false);
    skep_buf_printf(buf, "\n# TYPE %s %s\n", name, kind);
}

void skep_export_text_sample(struct skep_buf *buf, const char *name, const char *suffix,
                             const struct skep_export_labels *labels, double value)
{
    size_t n = labels != NULL ? labels->n : 0;

    skep_buf_add_text(buf, name);
    skep_buf_add_text(buf, suffix);
    for (size_t i = 0; i < n; i++) {
        skep_buf_printf(buf, "%c%s=\"", i == 0 ? '{' : ',', labels->items[i].name);
        text_add_value(buf, labels->items[i].value);
        skep_buf_add_char(buf, '"');
    }
    skep_buf_add_text(buf, n > 0 ? "} " : " ");
    text_add_number(buf, value);
    skep_buf_add_char(buf, '\n');
}

void skep_export_text_histogram(struct skep_buf *buf, const char *name,
                                const struct skep_export_labels *labels,
                                const struct skep_export_histogram *histogram)
{
    struct skep_export_labels with_bound = labels != NULL ? *labels : (struct skep_export_labels){0};
    char bound[TEXT_NUMBER_BYTES];
    double count = 0;

    assert(with_bound.n < sizeof with_bound.items / sizeof with_bound.items[0]);
    with_bound.items[with_bound.n++] = (struct skep_export_label){"le", bound};
    for (size_t k = 0; k <= histogram->n_bounds; k++) {
        if (k < histogram->n_bounds) {
            snprintf(bound, sizeof bound, "%.12g", histogram->bound((int)k));
        } else {
            snprintf(bound, sizeof bound, "+Inf");
        }
        count += (double)histogram->buckets[k];
        skep_export_text_sample(buf, name, "_bucket", &with_bound, count);
    }
    skep_export_text_sample(buf, name, "_sum", labels, histogram->sum);
    skep_export_text_sample(buf, name, "_count", labels, count);
}
