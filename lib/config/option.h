/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CONFIG_OPTION_H
#define SKEP_CONFIG_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* What a setting holds, and what its texts look like. */
enum skep_option_kind {
    SKEP_OPT_FLAG,    /* bool: yes no true false on off 1 0; on a command line the name alone means yes */
    SKEP_OPT_TEXT,    /* const char *, NULL until set */
    SKEP_OPT_I64,     /* int64_t */
    SKEP_OPT_F64,     /* double */
    SKEP_OPT_BYTES,   /* uint64_t: "512", "64K", "8M", "2G" */
    SKEP_OPT_SECONDS, /* double: "5", "0.5", "250ms", "5s", "2min", "1h", "7d" */
    SKEP_OPT_LIST,    /* struct skep_text_list: on a command line an item each time, elsewhere "a, b, c" */
    SKEP_OPT_SERIES, /* struct skep_option_series, which several rows share: an item each time, and the series
                        keeps the order in which the options stood; on a command line only */
    SKEP_OPT_CONFIG, /* const char *: the configuration file to read; one such row at most */
};

enum { SKEP_TEXT_LIST_MAX = 64 };

struct skep_text_list {
    size_t n;
    const char *items[SKEP_TEXT_LIST_MAX];
};

struct skep_option_series {
    size_t n;
    struct skep_option_item {
        const struct skep_option *row; /* which of the options it was */
        const char *text;
    } items[SKEP_TEXT_LIST_MAX];
};

/* A setting is a row; a table of them ends with a row without a name. Everything that people see of a setting
 * comes from here: the help, the manual page, the sample file, the completion and the checks.
 *
 * To add a setting: a field in the program's struct of settings, a row in its table, and nothing else. */
struct skep_option {
    const char *name; /* the long name, without the hyphens; also the name in the configuration file */
    char letter;      /* the short one; 0: none */
    enum skep_option_kind kind;
    size_t offset;            /* of the field in the struct of settings */
    const char *default_text; /* as a file would say it; NULL: the field is zero */
    double least, most;       /* of numbers; both zero: no limits (but seconds are never negative) */
    const char *value_name;   /* for the help: "N", "FILE" */
    const char *env;          /* the environment variable that sets it, as a file would say it; NULL: none */
    const char *help; /* a sentence without its full stop; NULL keeps the row out of everything printed */
    bool command_line_only; /* makes no sense in a file (--version) */
};

/* One of the layers that settings come from: defaults, file, environment, command line. A layer that sets a
 * list starts it anew, and then adds to it. */
struct skep_option_layer {
    const struct skep_option *rows;
    void *settings;
    struct skep_arena *arena; /* texts are copied here */
    size_t *set_at;           /* for each row 0, or where in this layer it was last set */
};

/* Forget what was set where: the next layer begins. */
void skep_option_layer_begin(struct skep_option_layer *layer);

/* Set the field of ROW from TEXT; AT (1 or more) says where in the layer, a line or a place on the command
 * line. The words of an error begin with what is wrong with the text; the caller puts in front where it
 * stands.
 *
 *   SKEP_E_USAGE  the text is not what the kind of the row asks for, or out of range
 *   SKEP_E_NOMEM  no memory for a copy of it */
SKEP_MUST_USE skep_status skep_option_layer_set(struct skep_option_layer *layer,
                                                const struct skep_option *row, const char *text, size_t at,
                                                struct skep_error *err);

/* The same for a list's items between commas, each trimmed; for any other kind skep_option_layer_set itself.
 */
SKEP_MUST_USE skep_status skep_option_layer_set_joined(struct skep_option_layer *layer,
                                                       const struct skep_option *row, const char *text,
                                                       size_t at, struct skep_error *err);

/* The row of that name, N bytes long; NULL if there is none. */
const struct skep_option *skep_option_find(const struct skep_option *rows, const char *name, size_t n);

/* The range of a row for people: "1 to 4096", "0.1 s to 3600 s", "1K to 2G", "at least 1"; "" without limits.
 * Returns TEXT. */
enum { SKEP_OPTION_RANGE_BYTES = 96 };
const char *skep_option_range(const struct skep_option *row, char text[SKEP_OPTION_RANGE_BYTES]);

#endif
