/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_TEXT_H
#define SKEP_TASK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text that strangers wrote. */

/* Bytes of the well-formed UTF-8 character that TEXT begins with (N > 0), or 0 if there is none. */
size_t skep_utf8_length(const char *text, size_t n);

/* Whether all of it is well-formed UTF-8 without what a terminal or a log takes as a command: control
 * characters (below U+0020, U+007F to U+009F), line and paragraph separators, direction marks. */
bool skep_text_is_printable(const char *text, size_t n);

/* The beginning of BYTES in double quotes, fit for a message: what is not printable becomes '?', what is too
 * long ends in "...". SIZE is at least 8; SKEP_EXCERPT_BYTES is the usual size. Returns TEXT. */
enum { SKEP_EXCERPT_BYTES = 64 };
const char *skep_text_excerpt(const char *bytes, size_t n, char *text, size_t size);

#endif
