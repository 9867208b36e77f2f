/* SPDX-License-Identifier: MIT */
/* That no two tasks share a slice is a statement about numbers in mixed radix. Each factor of more than one
 * point is a digit (pairs are two, each running over all its values, which proves a little more than is
 * needed), and the number of a slice is a sum of stride times digit. Sorted by the size of their strides,
 *
 *     |stride of a digit| > sum over the smaller ones of |stride| (values - 1)
 *
 * for every digit means that no smaller ones can make up for a change of it: the map is injective. The
 * condition is not necessary; a map that fails it, `{i}+{j}` or something cleverer, is refused. `{index}` is
 * the sum of all digits times their radices, so it is expanded, but for pairs, whose place among all points
 * is no multiple of theirs: with pairs it has to stand alone.
 *
 * Each axis by itself must stay between 0 and its length, so a slice that is inside is one slice; gaps are
 * fine, they keep the fill. No sum overflows once that holds: the spans of all digits together are less than
 * the number of slices. */
#include "sweep/out_proof.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sweep/factor.h"
#include "sweep/out_text.h"

int64_t skep_out_dot(int n, const int64_t *a, const int64_t *b)
{
    uint64_t sum = 0;

    for (int i = 0; i < n; i++) {
        sum += (uint64_t)a[i] * (uint64_t)b[i];
    }
    return (int64_t)sum;
}

const struct skep_out_digit *skep_out_proof_find(const struct skep_out_proof *proof,
                                                 const struct skep_factor *factor)
{
    for (int i = 0; i < proof->n_digits; i++) {
        if (proof->digits[i].factor == factor) {
            return &proof->digits[i];
        }
    }
    return NULL;
}

/* *SUM += A * B; false when it does not fit. */
static bool add_product(int64_t *sum, int64_t a, int64_t b)
{
    int64_t product;

    return !__builtin_mul_overflow(a, b, &product) && !__builtin_add_overflow(*sum, product, sum);
}

static skep_status out_too_large(const struct skep_out_proof *proof, struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s: no file holds so many bytes", proof->out->path);
}

/* ---- digits ---- */

static bool sweep_has_pairs(const struct skep_sweep *sweep)
{
    for (int f = 0; f < sweep->n_factors; f++) {
        if (sweep->factors[f].kind == SKEP_FACTOR_PAIRS && sweep->factors[f].n > 1) {
            return true;
        }
    }
    return false;
}

/* Where a factor of one point stands: only of pairs, (0, 1), that is not 0. */
static bool proof_add_constants(struct skep_out_proof *proof, const struct skep_factor *factor, int number)
{
    for (int d = 0; factor->kind == SKEP_FACTOR_PAIRS && d < proof->out->n_at; d++) {
        if (!add_product(&proof->constant[d], proof->at[d].by[number + 1], 1)) {
            return false;
        }
    }
    return true;
}

/* The digit of coordinates NUMBER to NUMBER + N - 1, which have the same place, and of the index as far as it
 * follows that place. */
static bool proof_add_digit(struct skep_out_proof *proof, const struct skep_factor *factor, const char *name,
                            int number, int n, int64_t radix)
{
    struct skep_out_digit *digit = &proof->digits[proof->n_digits++];
    int index = skep_affine_count(proof->sweep) - 1;

    *digit =
        (struct skep_out_digit){.name = name, .factor = factor, .hi = factor != NULL ? factor->n - 1 : 0};
    for (int d = 0; d < proof->out->n_at; d++) {
        for (int i = 0; i < n; i++) {
            digit->by[d] += proof->at[d].by[number + i];
        }
        if (!add_product(&digit->by[d], proof->at[d].by[index], radix)) {
            return false;
        }
    }
    return true;
}

static void proof_add_pairs(struct skep_out_proof *proof, const struct skep_factor *factor, int number)
{
    struct skep_out_digit *digit = &proof->digits[proof->n_digits];

    (void)proof_add_digit(proof, factor, factor->variables[0], number, 1, 0);
    (void)proof_add_digit(proof, factor, factor->variables[1], number + 1, 1, 0);
    digit[0].hi = factor->is_unordered ? factor->of - 2 : factor->of - 1;
    digit[1].lo = factor->is_unordered ? 1 : 0;
    digit[1].hi = factor->of - 1;
}

static bool proof_collect(struct skep_out_proof *proof)
{
    const struct skep_sweep *sweep = proof->sweep;
    bool has_pairs = sweep_has_pairs(sweep);
    int64_t radix = sweep->n_all;
    int number = 0;
    bool fits = true;

    for (int f = 0; f < sweep->n_factors && fits; f++) {
        const struct skep_factor *factor = &sweep->factors[f];
        int n = skep_factor_count_coordinates(factor);
        radix /= factor->n;
        if (factor->n == 1) {
            fits = proof_add_constants(proof, factor, number);
        } else if (factor->kind == SKEP_FACTOR_PAIRS) {
            proof_add_pairs(proof, factor, number);
        } else {
            fits = proof_add_digit(proof, factor, factor->variables[0], number, n, has_pairs ? 0 : radix);
        }
        number += n;
    }
    if (fits && has_pairs) {
        fits = proof_add_digit(proof, NULL, "index", 0, 0, 1);
        proof->digits[proof->n_digits - 1].hi = sweep->n_all - 1;
    }
    return fits;
}

/* ---- axes ---- */

/* The first of two with i < j stops one short of the second; who gives i an axis wants a matrix of all, of
 * which one triangle is filled. */
static bool proof_measure_room(struct skep_out_proof *proof, int d)
{
    const struct skep_sweep *sweep = proof->sweep;
    int number = 0;

    proof->room[d] = proof->most[d];
    for (int f = 0; f < sweep->n_factors; f++) {
        const struct skep_factor *factor = &sweep->factors[f];
        int64_t by = proof->at[d].by[number];
        if (factor->kind == SKEP_FACTOR_PAIRS && factor->is_unordered && by > 0 &&
            !add_product(&proof->room[d], by, 1)) {
            return false;
        }
        number += skep_factor_count_coordinates(factor);
    }
    return true;
}

static skep_status proof_measure_axis(struct skep_out_proof *proof, int d, struct skep_error *err)
{
    int64_t least = proof->constant[d];
    int64_t most = proof->constant[d];

    for (int i = 0; i < proof->n_digits; i++) {
        const struct skep_out_digit *digit = &proof->digits[i];
        bool falls = digit->by[d] < 0;
        if (!add_product(&least, digit->by[d], falls ? digit->hi : digit->lo) ||
            !add_product(&most, digit->by[d], falls ? digit->lo : digit->hi)) {
            return out_too_large(proof, err);
        }
    }
    if (least < 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s: the index '%.40s' goes down to %lld",
                              proof->out->path, proof->out->at[d], (long long)least);
    }
    proof->most[d] = most;
    return proof_measure_room(proof, d) && proof->room[d] < INT64_MAX ? SKEP_OK : out_too_large(proof, err);
}

skep_status skep_out_proof_init(struct skep_out_proof *proof, const struct skep_sweep *sweep,
                                const struct skep_sweep_out *out, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    memset(proof, 0, sizeof *proof);
    proof->sweep = sweep;
    proof->out = out;
    if (out->n_at < 0 || out->n_at > SKEP_MAX_DIMS) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s: more than %d axes", out->path, SKEP_MAX_DIMS);
    }
    for (int d = 0; d < out->n_at && st == SKEP_OK; d++) {
        st = skep_affine_parse(out->at[d], strlen(out->at[d]), sweep, &proof->at[d], err);
        proof->constant[d] = proof->at[d].constant;
    }
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", out->path);
        return st;
    }
    if (!proof_collect(proof)) {
        return out_too_large(proof, err);
    }
    for (int d = 0; d < out->n_at && st == SKEP_OK; d++) {
        st = proof_measure_axis(proof, d, err);
    }
    return st;
}

/* ---- the proof ---- */

static int64_t magnitude(int64_t number)
{
    return number < 0 ? -number : number;
}

/* "te.npy[0,1]", where the first point goes. */
static const char *proof_first_place(const struct skep_out_proof *proof, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "%.60s", proof->out->path);

    for (int d = 0; d < proof->out->n_at && used < size; d++) {
        int64_t place = proof->constant[d];
        for (int i = 0; i < proof->n_digits; i++) {
            place += proof->digits[i].by[d] * proof->digits[i].lo;
        }
        used += (size_t)snprintf(text + used, size - used, "%s%lld", d == 0 ? "[" : ",", (long long)place);
    }
    if (proof->out->n_at > 0 && used < size) {
        snprintf(text + used, size - used, "]");
    }
    return text;
}

static skep_status proof_refuse_absent(const struct skep_out_proof *proof, const struct skep_out_digit *digit,
                                       struct skep_error *err)
{
    char place[100], better[100];

    return skep_error_set(err, SKEP_E_BAD_ARGS, "%s is not in the index: %lld tasks would write %s; write %s",
                          digit->name, (long long)(digit->hi - digit->lo + 1),
                          proof_first_place(proof, place, sizeof place),
                          skep_out_suggest(proof->sweep, proof->out->path, better, sizeof better));
}

static skep_status proof_refuse_overlap(const struct skep_out_proof *proof, const struct skep_out_digit *a,
                                        const struct skep_out_digit *b, struct skep_error *err)
{
    char better[100];

    return skep_error_set(err, SKEP_E_BAD_ARGS,
                          "%.60s: tasks that differ in %s and %s might write the same slice; write %s",
                          proof->out->path, a->name, b->name,
                          skep_out_suggest(proof->sweep, proof->out->path, better, sizeof better));
}

/* Digits by the size of their strides; there are at most 25. */
static int proof_sort(const struct skep_out_proof *proof, const struct skep_out_digit **sorted)
{
    int n = 0;

    for (int i = 0; i < proof->n_digits; i++) {
        const struct skep_out_digit *digit = &proof->digits[i];
        int at = n++;
        for (; at > 0 && magnitude(sorted[at - 1]->stride) > magnitude(digit->stride); at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = digit;
    }
    return n;
}

/* With pairs the index is a digit of its own, the last, which tells all points apart. */
static skep_status proof_check_index(const struct skep_out_proof *proof, bool *is_enough_out,
                                     struct skep_error *err)
{
    const struct skep_out_digit *last = proof->n_digits > 0 ? &proof->digits[proof->n_digits - 1] : NULL;

    *is_enough_out = last != NULL && last->factor == NULL && last->stride != 0;
    for (int i = 0; *is_enough_out && i < proof->n_digits - 1; i++) {
        if (proof->digits[i].stride != 0) {
            return proof_refuse_overlap(proof, &proof->digits[i], last, err);
        }
    }
    return SKEP_OK;
}

skep_status skep_out_proof_check(struct skep_out_proof *proof, const int64_t *axis_strides,
                                 struct skep_error *err)
{
    const struct skep_out_digit *sorted[SKEP_OUT_MAX_DIGITS];
    const struct skep_out_digit *before = NULL;
    int64_t span = 0;
    bool is_enough;
    skep_status st;
    int n;

    for (int i = 0; i < proof->n_digits; i++) {
        proof->digits[i].stride = skep_out_dot(proof->out->n_at, proof->digits[i].by, axis_strides);
    }
    n = proof_sort(proof, sorted);
    st = proof_check_index(proof, &is_enough, err);
    if (st != SKEP_OK || is_enough) {
        return st;
    }
    for (int i = 0; i < n; i++) {
        if (sorted[i]->factor == NULL) {
            continue; /* an index that is not used */
        }
        if (sorted[i]->stride == 0) {
            return proof_refuse_absent(proof, sorted[i], err);
        }
        if (before != NULL && magnitude(sorted[i]->stride) <= span) {
            return proof_refuse_overlap(proof, before, sorted[i], err);
        }
        before = sorted[i];
        span += magnitude(sorted[i]->stride) * (sorted[i]->hi - sorted[i]->lo);
    }
    return SKEP_OK;
}
