/* SPDX-License-Identifier: MIT */
#include "sweep/sweep.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "sweep/factor.h"
#include "sweep/template.h"
#include "task/text.h"

/* ---- variables ---- */

const struct skep_factor *skep_sweep_find(const struct skep_sweep *sweep, const char *variable, size_t n,
                                          int *place_out)
{
    for (int f = 0; f < sweep->n_factors; f++) {
        const struct skep_factor *factor = &sweep->factors[f];
        const struct skep_factor_row *row = skep_factor_row(factor->kind);

        for (int i = 0; i < factor->n_variables; i++) {
            if (strlen(factor->variables[i]) == n && memcmp(factor->variables[i], variable, n) == 0) {
                *place_out = i;
                return factor;
            }
        }
        for (int d = 0; row->dots[d] != NULL; d++) {
            const size_t n_variable = strlen(factor->variables[0]);

            if (n == n_variable + strlen(row->dots[d]) &&
                memcmp(factor->variables[0], variable, n_variable) == 0 &&
                memcmp(row->dots[d], variable + n_variable, n - n_variable) == 0) {
                *place_out = factor->n_variables + d;
                return factor;
            }
        }
    }
    return NULL;
}

static bool name_is_good(const char *name)
{
    const size_t n = strlen(name);
    const bool has_letters =
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") == n;

    return n > 0 && n < SKEP_SWEEP_NAME_BYTES && has_letters && !(name[0] >= '0' && name[0] <= '9');
}

static skep_status sweep_check_name(const struct skep_sweep *sweep, const struct skep_factor *factor, int i,
                                    struct skep_error *err)
{
    const char *name = factor->variables[i];
    const size_t n = strlen(name);
    char excerpt[SKEP_EXCERPT_BYTES];
    int place;

    if (!name_is_good(name)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "the variable %s: a name is 1 to %d of A-Z a-z 0-9 _, no digit first",
                              skep_text_excerpt(name, n, excerpt, sizeof excerpt), SKEP_SWEEP_NAME_BYTES - 1);
    }
    if (strcmp(name, "index") == 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "\"index\" is there already: the number of the task");
    }
    if (strcmp(name, "time") == 0 && factor->kind != SKEP_FACTOR_TIMES) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "\"time\" is the variable of `times`");
    }
    if (skep_sweep_find(sweep, name, n, &place) != factor || place != i) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "the variable \"%s\" is there twice", name);
    }
    return SKEP_OK;
}

/* ---- points ---- */

static skep_status factor_check(const struct skep_sweep *sweep, struct skep_factor *factor,
                                struct skep_error *err)
{
    const struct skep_factor_row *row = skep_factor_row(factor->kind);
    skep_status st;

    assert(row != NULL && (row->n_variables == 0 || row->n_variables == factor->n_variables));
    for (int i = 0; i < factor->n_variables; i++) {
        st = sweep_check_name(sweep, factor, i, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    st = row->check(factor, err);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%s %s", row->word, factor->variables[0]);
    }
    return st;
}

/* The number of all points; a double only for the words where there are too many. */
static skep_status sweep_count(struct skep_sweep *sweep, struct skep_error *err)
{
    double n_about = 1;

    sweep->n_all = 1;
    for (int i = 0; i < sweep->n_factors; i++) {
        n_about *= (double)sweep->factors[i].n;
        if (__builtin_mul_overflow(sweep->n_all, sweep->factors[i].n, &sweep->n_all)) {
            sweep->n_all = INT64_MAX;
        }
    }
    if (sweep->n_all > SKEP_SWEEP_MAX_TASKS) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%.4g points, at most %lld (2^40) are possible", n_about,
                              (long long)SKEP_SWEEP_MAX_TASKS);
    }
    if (sweep->n <= 0 || sweep->n > sweep->n_all) {
        sweep->n = sweep->n_all;
    }
    return SKEP_OK;
}

static skep_status sweep_check_factors(struct skep_sweep *sweep, struct skep_error *err)
{
    int n_coordinates = 0;

    for (int i = 0; i < sweep->n_factors; i++) {
        skep_status st = factor_check(sweep, &sweep->factors[i], err);
        if (st != SKEP_OK) {
            return st;
        }
        n_coordinates += skep_factor_count_coordinates(&sweep->factors[i]);
    }
    if (n_coordinates > SKEP_SWEEP_MAX_VARIABLES) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%d variables, at most %d are possible", n_coordinates,
                              SKEP_SWEEP_MAX_VARIABLES);
    }
    return sweep_count(sweep, err);
}

/* ---- templates ---- */

static skep_status sweep_refuse_variable(const struct skep_sweep *sweep, const char *name, size_t n,
                                         struct skep_error *err)
{
    char excerpt[SKEP_EXCERPT_BYTES];
    char known[160] = "";
    size_t used = 0;

    for (int f = 0; f < sweep->n_factors; f++) {
        for (int i = 0; i < sweep->factors[f].n_variables && used < sizeof known; i++) {
            used +=
                (size_t)snprintf(known + used, sizeof known - used, "%s, ", sweep->factors[f].variables[i]);
        }
    }
    return skep_error_set(err, SKEP_E_BAD_ARGS, "there is no variable %s: there are %sindex",
                          skep_text_excerpt(name, n, excerpt, sizeof excerpt), known);
}

static skep_status template_check(const struct skep_sweep *sweep, const char *text, size_t n,
                                  struct skep_error *err)
{
    struct skep_template_piece piece;
    size_t at = 0;
    skep_status st;
    int place;

    while ((st = skep_template_next(text, n, &at, &piece, err)) == SKEP_OK) {
        const bool is_index = piece.n == strlen("index") && memcmp(piece.text, "index", piece.n) == 0;

        if (piece.is_variable && !is_index && skep_sweep_find(sweep, piece.text, piece.n, &place) == NULL) {
            return sweep_refuse_variable(sweep, piece.text, piece.n, err);
        }
    }
    return st == SKEP_EMPTY ? SKEP_OK : st;
}

/* Every text of an argument, however deep. */
static skep_status templates_check(const struct skep_sweep *sweep, const struct skep_node *node,
                                   struct skep_error *err)
{
    if (node->kind == SKEP_NODE_TEXT) {
        return template_check(sweep, node->text, node->length, err);
    }
    if (node->kind != SKEP_NODE_ARRAY && node->kind != SKEP_NODE_OBJECT) {
        return SKEP_OK;
    }
    for (size_t i = 0; i < node->n_children; i++) {
        skep_status st = templates_check(sweep, &node->children[i], err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    return SKEP_OK;
}

static skep_status sweep_check_args(const struct skep_sweep *sweep, struct skep_error *err)
{
    for (size_t i = 0; sweep->args != NULL && i < sweep->args->n_children; i++) {
        const struct skep_node *arg = &sweep->args->children[i];
        skep_status st = templates_check(sweep, arg, err);
        if (st != SKEP_OK) {
            char excerpt[SKEP_EXCERPT_BYTES];
            skep_error_prefix(err, "argument %s",
                              skep_text_excerpt(arg->name, strlen(arg->name), excerpt, sizeof excerpt));
            return st;
        }
    }
    return SKEP_OK;
}

/* ---- outputs, order ---- */

static skep_status sweep_check_outs(const struct skep_sweep *sweep, struct skep_error *err)
{
    for (int k = 0; k < sweep->n_outs; k++) {
        const struct skep_sweep_out *out = &sweep->outs[k];
        skep_status st = SKEP_OK;

        for (int d = 0; d < out->n_at && st == SKEP_OK; d++) {
            st = template_check(sweep, out->at[d], strlen(out->at[d]), err);
        }
        for (int other = 0; other < k && st == SKEP_OK; other++) {
            if (strcmp(sweep->outs[other].path, out->path) == 0) {
                st = skep_error_set(err, SKEP_E_BAD_ARGS, "two outputs go to this file");
            }
        }
        if (st != SKEP_OK) {
            skep_error_prefix(err, "output %s", out->path);
            return st;
        }
    }
    return SKEP_OK;
}

static skep_status sweep_check_order(const struct skep_sweep *sweep, struct skep_error *err)
{
    if (sweep->order == SKEP_ORDER_LONGEST && sweep->n_all > SKEP_SWEEP_MAX_PERM) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "the order `longest` is written down: at most %d tasks, this has %lld",
                              SKEP_SWEEP_MAX_PERM, (long long)sweep->n_all);
    }
    return SKEP_OK;
}

skep_status skep_sweep_complete(struct skep_sweep *sweep, struct skep_error *err)
{
    skep_status st = sweep_check_factors(sweep, err);

    if (st == SKEP_OK) {
        st = sweep_check_order(sweep, err);
    }
    if (st == SKEP_OK) {
        st = sweep_check_args(sweep, err);
    }
    return st == SKEP_OK ? sweep_check_outs(sweep, err) : st;
}
