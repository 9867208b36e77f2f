/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CONFIG_OPTIONS_H
#define SKEP_CONFIG_OPTIONS_H

#include "config/option.h"

/* A command line as main gets it. ARGV[0] is skipped; nothing of it is changed. */
struct skep_command_line {
    int argc;
    char **argv;
};

/* What is left of a command line without its options, in their order. */
struct skep_operands {
    size_t n;
    const char **items;
};

/* Fill SETTINGS from the rows: defaults, then the configuration file (the one that the row of kind
 * SKEP_OPT_CONFIG names, on the command line, in the environment or by default), then the environment, then
 * the command line. A later one wins.
 *
 * On a command line: --name value, --name=value, -x value, -xvalue, flags alone and bundled (-qv), options
 * and operands in any order, `-` is an operand, `--` ends the options. In a file: `name = value` lines, and
 * comment lines that start with #. A configuration file that was asked for must be there; one that is only
 * the default may be missing.
 *
 * All texts, the operands too, are copied into ARENA and live as long as it does. On failure the settings are
 * half-filled. The rows are the program's own: a default that does not parse is asserted against.
 *
 *   SKEP_E_USAGE  an option, a setting or a value is wrong; the words name it and say what would be right
 *   SKEP_E_IO     the configuration file cannot be read
 *   SKEP_E_NOMEM  the arena is full */
SKEP_MUST_USE skep_status skep_options_parse(const struct skep_option *rows,
                                             const struct skep_command_line *line, struct skep_arena *arena,
                                             void *settings, struct skep_operands *operands_out,
                                             struct skep_error *err);

#endif
