/* SPDX-License-Identifier: MIT */
/* Environment and command line are applied twice: first to learn which configuration file is meant, then,
 * over what the file says, for good. So a wrong command line is refused before any file is opened. */
#include "config/options.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/file.h"
#include "config/nearest.h"

/* One walk over a command line. */
struct walk {
    struct skep_option_layer *layer;
    const struct skep_command_line *line;
    int at; /* the argument that is looked at */
    struct skep_operands *operands;
    struct skep_error *err;
};

static skep_status walk_set(struct walk *walk, const struct skep_option *row, const char *text)
{
    return skep_option_layer_set(walk->layer, row, text, (size_t)walk->at, walk->err);
}

/* The next argument, as the value of an option; NULL at the end. */
static const char *walk_next(struct walk *walk)
{
    return walk->at + 1 < walk->line->argc ? walk->line->argv[++walk->at] : NULL;
}

static skep_status walk_unknown(struct walk *walk, const char *name, size_t n)
{
    const struct skep_option *nearest = skep_nearest_option(walk->layer->rows, name, n);
    int shown = n < 64 ? (int)n : 64;

    if (nearest != NULL) {
        return skep_error_set(walk->err, SKEP_E_USAGE, "unknown option --%.*s: did you mean --%s?", shown,
                              name, nearest->name);
    }
    return skep_error_set(walk->err, SKEP_E_USAGE, "unknown option --%.*s; --help shows them all", shown,
                          name);
}

static skep_status walk_no_value(struct walk *walk, const struct skep_option *row)
{
    return skep_error_set(walk->err, SKEP_E_USAGE, "needs a value (%s)",
                          row->value_name != NULL ? row->value_name : "VALUE");
}

/* --name, --name value, --name=value */
static skep_status walk_long(struct walk *walk, const char *name)
{
    size_t n = strcspn(name, "=");
    const struct skep_option *row = skep_option_find(walk->layer->rows, name, n);
    const char *value = name[n] == '=' ? name + n + 1 : NULL;
    skep_status st;

    if (row == NULL) {
        return walk_unknown(walk, name, n);
    }
    if (value == NULL) {
        value = row->kind == SKEP_OPT_FLAG ? "yes" : walk_next(walk);
    }
    st = value != NULL ? walk_set(walk, row, value) : walk_no_value(walk, row);
    if (st != SKEP_OK) {
        skep_error_prefix(walk->err, "--%s", row->name);
    }
    return st;
}

static const struct skep_option *find_letter(const struct skep_option *rows, char letter)
{
    for (const struct skep_option *row = rows; row->name != NULL; row++) {
        if (row->letter == letter) {
            return row;
        }
    }
    return NULL;
}

/* -x, -x value, -xvalue, -abc */
static skep_status walk_letters(struct walk *walk, const char *letters)
{
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && *letters != '\0') {
        char letter = *letters++;
        const struct skep_option *row = find_letter(walk->layer->rows, letter);
        const char *value = "yes";
        if (row == NULL) {
            return skep_error_set(walk->err, SKEP_E_USAGE, "unknown option -%c; --help shows them all",
                                  letter);
        }
        if (row->kind != SKEP_OPT_FLAG) {
            value = *letters != '\0' ? letters : walk_next(walk);
            letters = "";
        }
        st = value != NULL ? walk_set(walk, row, value) : walk_no_value(walk, row);
        if (st != SKEP_OK) {
            skep_error_prefix(walk->err, "-%c", letter);
        }
    }
    return st;
}

static skep_status walk_operand(struct walk *walk, const char *text)
{
    char *copy = skep_arena_strndup(walk->layer->arena, text, strlen(text));

    if (copy == NULL) {
        return skep_error_set(walk->err, SKEP_E_NOMEM, "no memory for the command line");
    }
    walk->operands->items[walk->operands->n++] = copy;
    return SKEP_OK;
}

static skep_status walk_line(struct walk *walk)
{
    bool options_ended = false;
    skep_status st = SKEP_OK;

    for (walk->at = 1; st == SKEP_OK && walk->at < walk->line->argc; walk->at++) {
        const char *text = walk->line->argv[walk->at];
        if (options_ended || text[0] != '-' || text[1] == '\0') {
            st = walk_operand(walk, text);
        } else if (strcmp(text, "--") == 0) {
            options_ended = true;
        } else if (text[1] == '-') {
            st = walk_long(walk, text + 2);
        } else {
            st = walk_letters(walk, text + 1);
        }
    }
    return st;
}

static skep_status apply_defaults(struct skep_option_layer *layer, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    skep_option_layer_begin(layer);
    for (const struct skep_option *row = layer->rows; st == SKEP_OK && row->name != NULL; row++) {
        if (row->default_text != NULL) {
            st = skep_option_layer_set_joined(layer, row, row->default_text, 1, err);
            assert(st != SKEP_E_USAGE);
        }
    }
    return st;
}

/* A variable that is set to nothing is as good as not set. */
static skep_status apply_environment(struct skep_option_layer *layer, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    skep_option_layer_begin(layer);
    for (const struct skep_option *row = layer->rows; st == SKEP_OK && row->name != NULL; row++) {
        const char *text = row->env != NULL ? getenv(row->env) : NULL;
        if (text == NULL || text[0] == '\0') {
            continue;
        }
        st = skep_option_layer_set_joined(layer, row, text, 1, err);
        if (st != SKEP_OK) {
            skep_error_prefix(err, "%s", row->env);
        }
    }
    return st;
}

static skep_status apply_environment_and_line(struct walk *walk)
{
    skep_status st = apply_environment(walk->layer, walk->err);

    if (st != SKEP_OK) {
        return st;
    }
    skep_option_layer_begin(walk->layer);
    walk->operands->n = 0;
    return walk_line(walk);
}

/* Read the file that the row CONFIG now names. */
static skep_status apply_file(struct skep_option_layer *layer, const struct skep_option *config,
                              struct skep_error *err)
{
    const char *const *field = (const void *)((const char *)layer->settings + config->offset);
    bool is_default =
        *field != NULL && config->default_text != NULL && strcmp(*field, config->default_text) == 0;

    skep_option_layer_begin(layer);
    if (*field == NULL || (is_default && access(*field, F_OK) != 0)) {
        return SKEP_OK;
    }
    return skep_options_read_file(layer, *field, err);
}

static const struct skep_option *find_config(const struct skep_option *rows)
{
    for (const struct skep_option *row = rows; row->name != NULL; row++) {
        if (row->kind == SKEP_OPT_CONFIG) {
            return row;
        }
    }
    return NULL;
}

static skep_status apply_layers(struct walk *walk)
{
    const struct skep_option *config = find_config(walk->layer->rows);
    skep_status st = apply_defaults(walk->layer, walk->err);

    if (st == SKEP_OK) {
        st = apply_environment_and_line(walk);
    }
    if (st == SKEP_OK && config != NULL) {
        st = apply_file(walk->layer, config, walk->err);
        if (st == SKEP_OK) {
            st = apply_environment_and_line(walk);
        }
    }
    return st;
}

skep_status skep_options_parse(const struct skep_option *rows, const struct skep_command_line *line,
                               struct skep_arena *arena, void *settings, struct skep_operands *operands_out,
                               struct skep_error *err)
{
    struct skep_option_layer layer = {.rows = rows, .settings = settings, .arena = arena};
    struct walk walk = {.layer = &layer, .line = line, .operands = operands_out, .err = err};
    size_t n_rows = 0;

    while (rows[n_rows].name != NULL) {
        n_rows++;
    }
    *operands_out = (struct skep_operands){0};
    layer.set_at = skep_arena_calloc(arena, n_rows + 1, sizeof *layer.set_at);
    operands_out->items = skep_arena_calloc(arena, (size_t)line->argc + 1, sizeof *operands_out->items);
    if (layer.set_at == NULL || operands_out->items == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the settings");
    }
    return apply_layers(&walk);
}
