/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CONFIG_FILE_H
#define SKEP_CONFIG_FILE_H

#include "config/option.h"

/* Set what the configuration file at PATH says. Lines are `name = value`; blanks around both do not count; a
 * line whose first character is # is a comment, but # inside a value is part of it. The items of a list stand
 * between commas, or on lines of their own; any other setting stands once.
 *
 *   SKEP_E_USAGE  a line is wrong: "skep.conf:3: slots: ..."
 *   SKEP_E_IO     the file cannot be read
 *   SKEP_E_NOMEM  the arena is full */
SKEP_MUST_USE skep_status skep_options_read_file(struct skep_option_layer *layer, const char *path,
                                                 struct skep_error *err);

/* The same for text in memory, N bytes; PATH is for the words of errors. */
SKEP_MUST_USE skep_status skep_options_read_text(struct skep_option_layer *layer, const char *path,
                                                 const char *text, size_t n, struct skep_error *err);

#endif
