/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_TEMPLATE_H
#define SKEP_SWEEP_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "sweep/axes.h"

/* Texts with {variables} in them; "{{" and "}}" are braces. */

/* A stretch of a text: the name of a variable, or characters that stand for themselves. */
struct skep_template_piece {
    bool is_variable;
    const char *text;
    size_t n;
};

/* The piece from *AT on, which moves behind it.
 *
 *   SKEP_EMPTY        the text is over
 *   SKEP_E_BAD_ARGS   a brace that is not closed, or was not opened; ERR says at which column */
SKEP_MUST_USE skep_status skep_template_next(const char *text, size_t n, size_t *at,
                                             struct skep_template_piece *piece_out, struct skep_error *err);

/* A text with its {variables} replaced, appended to BUF: integers by their digits, reals by the shortest text
 * that reads back (2.0 is "2", so that it can be an index).
 *
 *   SKEP_E_BAD_ARGS   a variable that there is not, a brace that is not closed; ERR names it */
SKEP_MUST_USE skep_status skep_template_fill(const char *text, size_t n, const struct skep_point *point,
                                             struct skep_buf *buf, struct skep_error *err);

/* Whether TEXT is one {variable} and nothing else: its place in POINT, else -1. */
int skep_template_is_variable(const char *text, size_t n, const struct skep_point *point);

/* Whether TEXT holds any {variable}. One that holds none may still hold "{{". */
bool skep_template_has_variable(const char *text, size_t n);

#endif
