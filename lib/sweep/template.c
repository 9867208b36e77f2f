/* SPDX-License-Identifier: MIT */
#include "sweep/template.h"

#include <math.h>
#include <string.h>

#include "task/number.h"
#include "task/text.h"

skep_status skep_template_next(const char *text, size_t n, size_t *at, struct skep_template_piece *piece_out,
                               struct skep_error *err)
{
    const char *start = text + *at;
    const size_t left = n - *at;
    size_t i = 0;
    const char *end;

    if (left == 0) {
        return SKEP_EMPTY;
    }
    while (i < left && start[i] != '{' && start[i] != '}') {
        i++;
    }
    if (i == 0 && left > 1 && start[1] == start[0]) {
        *piece_out = (struct skep_template_piece){.text = start, .n = 1};
        *at += 2;
        return SKEP_OK;
    }
    if (i > 0) {
        *piece_out = (struct skep_template_piece){.text = start, .n = i};
        *at += i;
        return SKEP_OK;
    }
    end = start[0] == '{' ? memchr(start, '}', left) : NULL;
    if (end == NULL) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "column %zu: %s; a brace itself is written twice",
                              *at + 1, start[0] == '{' ? "a { that is not closed" : "a } without a {");
    }
    *piece_out =
        (struct skep_template_piece){.is_variable = true, .text = start + 1, .n = (size_t)(end - start) - 1};
    *at += (size_t)(end - start) + 1;
    return SKEP_OK;
}

static void fill_real(struct skep_buf *buf, double number)
{
    char digits[SKEP_NUMBER_BYTES];
    size_t n;

    if (!isfinite(number)) {
        skep_buf_add_text(buf, isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
        return;
    }
    n = skep_number_format(number, digits);
    if (n > 2 && memcmp(digits + n - 2, ".0", 2) == 0) {
        n -= 2;
    }
    skep_buf_add(buf, digits, n);
}

static void fill_value(struct skep_buf *buf, const struct skep_coordinate *at)
{
    switch (at->kind) {
    case SKEP_OF_INT:
        skep_buf_add_i64(buf, at->i64);
        break;
    case SKEP_OF_REAL:
        fill_real(buf, at->f64);
        break;
    case SKEP_OF_BOOL:
        skep_buf_add_text(buf, at->boolean ? "true" : "false");
        break;
    case SKEP_OF_TEXT:
        skep_buf_add(buf, at->text, at->length);
        break;
    }
}

skep_status skep_template_fill(const char *text, size_t n, const struct skep_point *point,
                               struct skep_buf *buf, struct skep_error *err)
{
    struct skep_template_piece piece;
    size_t at = 0;
    skep_status st;

    while ((st = skep_template_next(text, n, &at, &piece, err)) == SKEP_OK) {
        int place;
        char excerpt[SKEP_EXCERPT_BYTES];

        if (!piece.is_variable) {
            skep_buf_add(buf, piece.text, piece.n);
            continue;
        }
        place = skep_point_find(point, piece.text, piece.n);
        if (place < 0) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "there is no variable %s",
                                  skep_text_excerpt(piece.text, piece.n, excerpt, sizeof excerpt));
        }
        fill_value(buf, &point->at[place]);
    }
    return st == SKEP_EMPTY ? SKEP_OK : st;
}

int skep_template_is_variable(const char *text, size_t n, const struct skep_point *point)
{
    struct skep_template_piece piece;
    size_t at = 0;

    if (skep_template_next(text, n, &at, &piece, NULL) != SKEP_OK || !piece.is_variable || at != n) {
        return -1;
    }
    return skep_point_find(point, piece.text, piece.n);
}

bool skep_template_has_variable(const char *text, size_t n)
{
    struct skep_template_piece piece;
    size_t at = 0;

    while (skep_template_next(text, n, &at, &piece, NULL) == SKEP_OK) {
        if (piece.is_variable) {
            return true;
        }
    }
    return false;
}
