/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CONFIG_DESCRIBE_H
#define SKEP_CONFIG_DESCRIBE_H

#include "base/buf.h"
#include "config/option.h"

/* What people and shells are told of a table of options. Each appends to BUF; whether all of it fitted, the
 * buffer knows. */

/* For --help: two columns, at most 78 wide. */
void skep_options_help(const struct skep_option *rows, struct skep_buf *buf);

/* The entries of the section OPTIONS of a manual page, in man(7) roff. */
void skep_options_man(const struct skep_option *rows, struct skep_buf *buf);

/* A line of text for such a page: what roff would read as its own is escaped. */
void skep_roff_add(struct skep_buf *buf, const char *text);

/* A configuration file in which every setting is explained and commented out at its default. */
void skep_options_sample(const struct skep_option *rows, struct skep_buf *buf);

/* For shell completion: the long options, one a line, with = behind those that want a value. */
void skep_options_words(const struct skep_option *rows, struct skep_buf *buf);

#endif
