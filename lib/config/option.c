/* SPDX-License-Identifier: MIT */
#include "config/option.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

const struct skep_option *skep_option_find(const struct skep_option *rows, const char *name, size_t n)
{
    for (const struct skep_option *row = rows; row->name != NULL; row++) {
        if (strlen(row->name) == n && memcmp(row->name, name, n) == 0) {
            return row;
        }
    }
    return NULL;
}

void skep_option_layer_begin(struct skep_option_layer *layer)
{
    for (size_t i = 0; layer->rows[i].name != NULL; i++) {
        layer->set_at[i] = 0;
    }
}

/* One end of a range, in the unit of the kind. */
static void option_format_bound(enum skep_option_kind kind, double bound, char *text, size_t size)
{
    static const char suffixes[] = "KMG";
    double scaled = bound;
    size_t n = 0;

    switch (kind) {
    case SKEP_OPT_SECONDS:
        snprintf(text, size, "%g s", bound);
        return;
    case SKEP_OPT_F64:
        snprintf(text, size, "%g", bound);
        return;
    case SKEP_OPT_BYTES:
        while (n < 3 && scaled >= 1024 && fmod(scaled, 1024) == 0) {
            scaled /= 1024;
            n++;
        }
        snprintf(text, size, "%.0f%.*s", scaled, n > 0, n > 0 ? suffixes + n - 1 : "");
        return;
    default:
        snprintf(text, size, "%.0f", bound);
    }
}

static bool option_has_limits(const struct skep_option *row)
{
    return row->least != 0 || row->most != 0;
}

const char *skep_option_range(const struct skep_option *row, char text[SKEP_OPTION_RANGE_BYTES])
{
    char least[SKEP_OPTION_RANGE_BYTES / 3];
    char most[SKEP_OPTION_RANGE_BYTES / 3];

    text[0] = '\0';
    if (!option_has_limits(row)) {
        return text;
    }
    option_format_bound(row->kind, row->least, least, sizeof least);
    option_format_bound(row->kind, row->most, most, sizeof most);
    if (isinf(row->most)) {
        snprintf(text, SKEP_OPTION_RANGE_BYTES, "at least %s", least);
    } else if (isinf(row->least)) {
        snprintf(text, SKEP_OPTION_RANGE_BYTES, "at most %s", most);
    } else {
        snprintf(text, SKEP_OPTION_RANGE_BYTES, "%s to %s", least, most);
    }
    return text;
}

static skep_status option_check_range(const struct skep_option *row, double number, const char *text,
                                      struct skep_error *err)
{
    char range[SKEP_OPTION_RANGE_BYTES];

    if (option_has_limits(row) && !(number >= row->least && number <= row->most)) {
        return skep_error_set(err, SKEP_E_USAGE, "%s is out of range: %s", text,
                              skep_option_range(row, range));
    }
    return SKEP_OK;
}

static bool option_parse_flag(const char *text, bool *flag_out)
{
    static const struct {
        const char *word;
        bool flag;
    } words[] = {{"yes", true}, {"no", false},  {"true", true}, {"false", false},
                 {"on", true},  {"off", false}, {"1", true},    {"0", false}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i].word) == 0) {
            *flag_out = words[i].flag;
            return true;
        }
    }
    return false;
}

/* A span is a number and the unit behind it; no unit means seconds. */
static bool option_parse_seconds(const char *text, double *seconds_out)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"ms", 0.001}, {"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
    size_t n = strlen(text);
    double factor = 1;
    double number;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t n_unit = strlen(units[i].unit);
        if (n > n_unit && strcmp(text + n - n_unit, units[i].unit) == 0) {
            factor = units[i].seconds;
            n -= n_unit;
            break;
        }
    }
    if (!skep_parse_f64(text, n, &number) || !isfinite(number) || signbit(number)) {
        return false;
    }
    *seconds_out = number * factor;
    return true;
}

/* The readers: from text into a field of the kind's type. */

static skep_status option_set_flag(const struct skep_option *row, bool *field, const char *text,
                                   struct skep_error *err)
{
    (void)row;
    if (!option_parse_flag(text, field)) {
        return skep_error_set(err, SKEP_E_USAGE, "'%s' is neither yes nor no", text);
    }
    return SKEP_OK;
}

static skep_status option_set_i64(const struct skep_option *row, int64_t *field, const char *text,
                                  struct skep_error *err)
{
    if (!skep_parse_i64(text, strlen(text), field)) {
        return skep_error_set(err, SKEP_E_USAGE, "'%s' is not a whole number", text);
    }
    return option_check_range(row, (double)*field, text, err);
}

static skep_status option_set_f64(const struct skep_option *row, double *field, const char *text,
                                  struct skep_error *err)
{
    if (!skep_parse_f64(text, strlen(text), field) || isnan(*field)) {
        return skep_error_set(err, SKEP_E_USAGE, "'%s' is not a number", text);
    }
    return option_check_range(row, *field, text, err);
}

static skep_status option_set_bytes(const struct skep_option *row, uint64_t *field, const char *text,
                                    struct skep_error *err)
{
    if (!skep_parse_bytes(text, strlen(text), field)) {
        return skep_error_set(err, SKEP_E_USAGE, "'%s' is not a number of bytes, such as 512, 64K, 8M or 2G",
                              text);
    }
    return option_check_range(row, (double)*field, text, err);
}

static skep_status option_set_seconds(const struct skep_option *row, double *field, const char *text,
                                      struct skep_error *err)
{
    if (!option_parse_seconds(text, field)) {
        return skep_error_set(err, SKEP_E_USAGE, "'%s' is not a time, such as 5, 250ms, 2min or 1h", text);
    }
    return option_check_range(row, *field, text, err);
}

static skep_status option_add_item(struct skep_text_list *list, const char *text, struct skep_error *err)
{
    if (list->n == SKEP_TEXT_LIST_MAX) {
        return skep_error_set(err, SKEP_E_USAGE, "given more than %d times", SKEP_TEXT_LIST_MAX);
    }
    list->items[list->n++] = text;
    return SKEP_OK;
}

static skep_status option_add_to_series(struct skep_option_series *series, const struct skep_option *row,
                                        const char *text, struct skep_error *err)
{
    if (series->n == SKEP_TEXT_LIST_MAX) {
        return skep_error_set(err, SKEP_E_USAGE, "more than %d options of its kind", SKEP_TEXT_LIST_MAX);
    }
    series->items[series->n++] = (struct skep_option_item){row, text};
    return SKEP_OK;
}

/* Whether this layer has set no row yet that fills the same field. */
static bool option_is_first(const struct skep_option_layer *layer, const struct skep_option *row)
{
    for (const struct skep_option *other = layer->rows; other->name != NULL; other++) {
        if (other->offset == row->offset && layer->set_at[other - layer->rows] != 0) {
            return false;
        }
    }
    return true;
}

static skep_status option_copy_text(struct skep_arena *arena, const char *text, const char **copy_out,
                                    struct skep_error *err)
{
    *copy_out = skep_arena_strndup(arena, text, strlen(text));
    return *copy_out != NULL ? SKEP_OK : skep_error_set(err, SKEP_E_NOMEM, "no memory for its value");
}

skep_status skep_option_layer_set(struct skep_option_layer *layer, const struct skep_option *row,
                                  const char *text, size_t at, struct skep_error *err)
{
    void *field = (char *)layer->settings + row->offset;
    size_t *set_at = &layer->set_at[row - layer->rows];
    bool is_first = option_is_first(layer, row);
    const char *copy;
    skep_status st;

    assert(at > 0);
    *set_at = at;
    switch (row->kind) {
    case SKEP_OPT_FLAG:
        return option_set_flag(row, field, text, err);
    case SKEP_OPT_I64:
        return option_set_i64(row, field, text, err);
    case SKEP_OPT_F64:
        return option_set_f64(row, field, text, err);
    case SKEP_OPT_BYTES:
        return option_set_bytes(row, field, text, err);
    case SKEP_OPT_SECONDS:
        return option_set_seconds(row, field, text, err);
    case SKEP_OPT_TEXT:
    case SKEP_OPT_CONFIG:
        return option_copy_text(layer->arena, text, field, err);
    case SKEP_OPT_LIST:
        if (is_first) {
            ((struct skep_text_list *)field)->n = 0;
        }
        st = option_copy_text(layer->arena, text, &copy, err);
        return st == SKEP_OK ? option_add_item(field, copy, err) : st;
    case SKEP_OPT_SERIES:
        if (is_first) {
            ((struct skep_option_series *)field)->n = 0;
        }
        st = option_copy_text(layer->arena, text, &copy, err);
        return st == SKEP_OK ? option_add_to_series(field, row, copy, err) : st;
    }
    assert(false); /* a kind without a reader */
    return SKEP_E_USAGE;
}

skep_status skep_option_layer_set_joined(struct skep_option_layer *layer, const struct skep_option *row,
                                         const char *text, size_t at, struct skep_error *err)
{
    static const char blanks[] = " \t";
    skep_status st = SKEP_OK;

    if (row->kind != SKEP_OPT_LIST) {
        return skep_option_layer_set(layer, row, text, at, err);
    }
    while (st == SKEP_OK && *text != '\0') {
        size_t n;
        char *item;
        text += strspn(text, blanks);
        n = strcspn(text, ",");
        item = skep_arena_strndup(layer->arena, text, n);
        if (item == NULL) {
            return skep_error_set(err, SKEP_E_NOMEM, "no memory for its items");
        }
        text += n + (text[n] == ',');
        while (n > 0 && memchr(blanks, item[n - 1], 2) != NULL) {
            item[--n] = '\0';
        }
        if (n > 0) {
            st = skep_option_layer_set(layer, row, item, at, err);
        }
    }
    return st;
}
