/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_PEEK_NUMBERS_H
#define SKEP_PRODUCER_PEEK_NUMBERS_H

#include "base/buf.h"
#include "base/error.h"
#include "producer/tools/array_file.h"

/* The elements of an array as a table that fits between margins: its beginning and its end where all is too
 * much. Of an array with more than two axes the first plane. */
struct skep_numbers_style {
    int width;  /* columns of the terminal */
    int lines;  /* at most */
    int digits; /* significant ones of reals */
};

SKEP_MUST_USE skep_status skep_numbers_add(struct skep_buf *buf, struct skep_array_file *file,
                                           const struct skep_numbers_style *style, struct skep_error *err);

/* One element as text: an integer, or a real to DIGITS. Returns TEXT. */
enum { SKEP_ELEMENT_BYTES = 40 };
const char *skep_element_format(const struct skep_view *element, int digits, char text[SKEP_ELEMENT_BYTES]);

#endif
