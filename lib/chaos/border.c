/* SPDX-License-Identifier: MIT */
#include "chaos/border.h"

#include <string.h>

#include "base/parse.h"

enum { BORDER_LINE_MAX = 64 * 1024 };

void skep_border_start(struct skep_border *border)
{
    *border = (struct skep_border){.n_due = 1};
}

/* What a line that begins with KIND and holds NUMBER has behind it: so many bytes, and so many values. */
static bool border_weigh(char kind, int64_t number, size_t *bytes_out, uint64_t *values_out)
{
    *bytes_out = 0;
    *values_out = 0;
    switch (kind) {
    case '$': /* bytes and their line end; -1: nil */
    case '=':
    case '!':
        *bytes_out = number >= 0 ? (size_t)number + 2 : 0;
        return true;
    case '*':
    case '~':
    case '>':
        *values_out = number > 0 ? (uint64_t)number : 0;
        return true;
    case '%':
        *values_out = number > 0 ? 2 * (uint64_t)number : 0;
        return true;
    default:
        return false;
    }
}

static bool border_is_sized(char kind)
{
    return strchr("$=!*~>%", kind) != NULL;
}

/* One line and what belongs to it, from border->at on. False: it is not all there, or broken. */
static bool border_step(struct skep_border *border, const char *bytes, size_t n)
{
    const char *line = bytes + border->at;
    size_t n_left = n - border->at, behind = 0, length;
    const char *end = n_left > 0 ? memchr(line, '\n', n_left) : NULL;
    uint64_t values = 0;
    int64_t number;

    if (end == NULL) {
        border->is_broken = n_left > BORDER_LINE_MAX;
        return false;
    }
    length = (size_t)(end - line) + 1;
    if (border_is_sized(line[0]) &&
        (length < 4 || end[-1] != '\r' || !skep_parse_i64(line + 1, length - 3, &number) ||
         number > INT32_MAX || !border_weigh(line[0], number, &behind, &values))) {
        border->is_broken = true;
        return false;
    }
    if (behind > n_left - length) {
        return false;
    }
    border->at += length + behind;
    border->n_due += values;
    border->n_due--;
    return true;
}

size_t skep_border_find(struct skep_border *border, const char *bytes, size_t n)
{
    while (border->n_due > 0 && !border->is_broken) {
        if (!border_step(border, bytes, n)) {
            return 0;
        }
    }
    return border->is_broken ? 0 : border->at;
}
