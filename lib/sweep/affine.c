/* SPDX-License-Identifier: MIT */
#include "sweep/affine.h"

#include <string.h>

#include "base/parse.h"
#include "sweep/factor.h"

struct affine_text {
    const char *from; /* where columns are counted from */
    const char *at;
    const char *end;
    const struct skep_sweep *sweep;
};

static skep_status affine_refuse(const struct affine_text *text, const char *at, const char *what,
                                 struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_BAD_ARGS, "index '%.*s', column %zu: %s",
                          text->end - text->from < 60 ? (int)(text->end - text->from) : 60, text->from,
                          (size_t)(at - text->from) + 1, what);
}

/* The next character that is no blank, '\0' at the end. */
static char affine_peek(struct affine_text *text)
{
    while (text->at < text->end && *text->at == ' ') {
        text->at++;
    }
    return text->at < text->end ? *text->at : '\0';
}

static bool name_is(const char *name, size_t n, const char *variable, const char *dot)
{
    size_t n_variable = strlen(variable);

    return n == n_variable + strlen(dot) && memcmp(name, variable, n_variable) == 0 &&
           memcmp(name + n_variable, dot, n - n_variable) == 0;
}

/* The place of NAME among the coordinates of FACTOR, or -1. */
static int factor_find(const struct skep_factor *factor, const char *name, size_t n)
{
    const char *const *dots = skep_factor_row(factor->kind)->dots;

    for (int i = 0; i < factor->n_variables; i++) {
        if (name_is(name, n, factor->variables[i], "")) {
            return i;
        }
    }
    for (int i = 0; dots[i] != NULL; i++) {
        if (name_is(name, n, factor->variables[0], dots[i])) {
            return factor->n_variables + i;
        }
    }
    return -1;
}

int skep_affine_count(const struct skep_sweep *sweep)
{
    int count = 1;

    for (int f = 0; f < sweep->n_factors; f++) {
        count += skep_factor_count_coordinates(&sweep->factors[f]);
    }
    return count;
}

static int affine_find(const struct skep_sweep *sweep, const char *name, size_t n)
{
    int before = 0;

    for (int f = 0; f < sweep->n_factors; f++) {
        int found = factor_find(&sweep->factors[f], name, n);
        if (found >= 0) {
            return before + found;
        }
        before += skep_factor_count_coordinates(&sweep->factors[f]);
    }
    return name_is(name, n, "index", "") ? before : -1;
}

/* {name}, at whose brace the text stands. */
static skep_status affine_variable(struct affine_text *text, int *number_out, struct skep_error *err)
{
    const char *name = text->at + 1;
    const char *close = memchr(name, '}', (size_t)(text->end - name));

    if (close == NULL) {
        return affine_refuse(text, text->at, "'{' without '}'", err);
    }
    *number_out = affine_find(text->sweep, name, (size_t)(close - name));
    if (*number_out < 0) {
        return affine_refuse(text, name, "no such variable", err);
    }
    text->at = close + 1;
    return SKEP_OK;
}

static skep_status affine_integer(struct affine_text *text, int64_t *number_out, struct skep_error *err)
{
    const char *from = text->at;

    while (text->at < text->end && *text->at >= '0' && *text->at <= '9') {
        text->at++;
    }
    if (text->at == from) {
        return affine_refuse(text, from, "wanted an integer or a {variable}", err);
    }
    if (!skep_parse_i64(from, (size_t)(text->at - from), number_out) || *number_out > SKEP_AFFINE_MOST) {
        return affine_refuse(text, from, "larger than 2^40", err);
    }
    return SKEP_OK;
}

/* A product. *NUMBER_OUT is its variable, -1: none. */
static skep_status affine_product(struct affine_text *text, int64_t *factor_out, int *number_out,
                                  struct skep_error *err)
{
    *factor_out = 1;
    *number_out = -1;
    for (;;) {
        int64_t number = 1;
        skep_status st;
        if (affine_peek(text) == '{' && *number_out >= 0) {
            return affine_refuse(text, text->at, "a product of variables is not affine", err);
        }
        st = affine_peek(text) == '{' ? affine_variable(text, number_out, err)
                                      : affine_integer(text, &number, err);
        if (st != SKEP_OK) {
            return st;
        }
        if (__builtin_mul_overflow(*factor_out, number, factor_out) || *factor_out > SKEP_AFFINE_MOST) {
            return affine_refuse(text, text->at, "larger than 2^40", err);
        }
        if (affine_peek(text) != '*') {
            return SKEP_OK;
        }
        text->at++;
    }
}

skep_status skep_affine_parse(const char *text, size_t n, const struct skep_sweep *sweep,
                              struct skep_affine *affine_out, struct skep_error *err)
{
    struct affine_text at = {text, text, text + n, sweep};
    char sign = affine_peek(&at);

    memset(affine_out, 0, sizeof *affine_out);
    at.at += sign == '+' || sign == '-';
    for (;;) {
        int64_t factor;
        int64_t *sum;
        int number;
        skep_status st = affine_product(&at, &factor, &number, err);
        if (st != SKEP_OK) {
            return st;
        }
        sum = number < 0 ? &affine_out->constant : &affine_out->by[number];
        *sum += sign == '-' ? -factor : factor;
        if (*sum > SKEP_AFFINE_MOST || *sum < -SKEP_AFFINE_MOST) {
            return affine_refuse(&at, at.at, "larger than 2^40", err);
        }
        sign = affine_peek(&at);
        if (sign == '\0' && at.at == at.end) {
            return SKEP_OK;
        }
        if (sign != '+' && sign != '-') {
            return affine_refuse(&at, at.at, "wanted '+', '-' or '*'", err);
        }
        at.at++;
    }
}
