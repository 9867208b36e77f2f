/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_SWEEP_RANDOM_SPEC_H
#define SKEP_TESTS_UNIT_SWEEP_RANDOM_SPEC_H

#include "unit/sweep/spec.h"

/* Sweeps made by chance, and what their variables are, from plain loops. */
enum { RANDOM_MOST_FACTORS = 5, RANDOM_MOST_POINTS = 24, RANDOM_NAMES = 3 };

struct random_factor {
    char text[1024];
    int n;
    int n_names;
    char names[RANDOM_NAMES][16];
    double values[RANDOM_NAMES][RANDOM_MOST_POINTS];
};

struct random_spec {
    uint64_t state;
    int n_factors;
    struct random_factor factors[RANDOM_MOST_FACTORS];
    char over[RANDOM_MOST_FACTORS * 1100];
};

/* A number below N (Marsaglia's xorshift). */
static inline int random_below(struct random_spec *r, int n)
{
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return (int)(r->state % (uint64_t)n);
}

static inline void random_name(struct random_factor *f, char letter, int number)
{
    snprintf(f->names[f->n_names++], sizeof f->names[0], "%c%d", letter, number);
}

/* A list of integers, of reals, or a linspace whose values are exact. */
static inline void random_values(struct random_spec *r, struct random_factor *f, double *values, char *text,
                                 size_t size)
{
    size_t used = 0;
    const int kind = random_below(r, 3);

    for (int i = 0; i < f->n; i++) {
        values[i] = kind == 2 ? 0.25 * i - 3 : random_below(r, 100000) - 500 + (kind == 1 ? 0.5 : 0);
        used += (size_t)snprintf(text + used, size - used, kind == 1 ? "%c%.1f" : "%c%.0f", i > 0 ? ',' : '[',
                                 values[i]);
    }
    snprintf(text + used, size - used, "]");
    if (kind == 2) {
        snprintf(text, size, "\"-3:%.17g:%d\"", 0.25 * (f->n - 1) - 3, f->n);
    }
}

static inline void random_grid(struct random_spec *r, struct random_factor *f, int number)
{
    char values[512];

    f->n = 1 + random_below(r, RANDOM_MOST_POINTS);
    random_name(f, 'g', number);
    random_values(r, f, f->values[0], values, sizeof values);
    snprintf(f->text, sizeof f->text, "{\"grid\":\"g%d\",\"from\":%s}", number, values);
}

static inline void random_zip(struct random_spec *r, struct random_factor *f, int number)
{
    char a[400];
    char b[400];

    f->n = 1 + random_below(r, RANDOM_MOST_POINTS);
    random_name(f, 'y', number);
    random_name(f, 'z', number);
    random_values(r, f, f->values[0], a, sizeof a);
    random_values(r, f, f->values[1], b, sizeof b);
    snprintf(f->text, sizeof f->text, "{\"zip\":[\"y%d\",\"z%d\"],\"from\":[%s,%s]}", number, number, a, b);
}

static inline void random_pairs(struct random_spec *r, struct random_factor *f, int number)
{
    const int of = 2 + random_below(r, 4);
    const int is_unordered = random_below(r, 2);

    random_name(f, 'i', number);
    random_name(f, 'j', number);
    for (int i = 0; i < of; i++) {
        for (int j = is_unordered ? i + 1 : 0; j < of; j++) {
            if (i != j) {
                f->values[0][f->n] = i;
                f->values[1][f->n++] = j;
            }
        }
    }
    snprintf(f->text, sizeof f->text, "{\"pairs\":[\"i%d\",\"j%d\"],\"of\":%d%s}", number, number, of,
             is_unordered ? ",\"unordered\":true" : "");
}

static inline void random_ranges(struct random_spec *r, struct random_factor *f, int number)
{
    const int lo = random_below(r, 1000) - 500;
    const int step = 1 + random_below(r, 9);
    const int hi = lo + 1 + random_below(r, step * (RANDOM_MOST_POINTS - 1));

    random_name(f, 'l', number);
    random_name(f, 'h', number);
    for (int at = lo; at < hi; at += step) {
        f->values[0][f->n] = at;
        f->values[1][f->n++] = at + step < hi ? at + step : hi;
    }
    snprintf(f->text, sizeof f->text, "{\"ranges\":[\"l%d\",\"h%d\"],\"from\":\"%d:%d/%d\"}", number, number,
             lo, hi, step);
}

static inline void random_split(struct random_spec *r, struct random_factor *f, int number)
{
    int total;
    int lo = 0;

    f->n = 1 + random_below(r, RANDOM_MOST_POINTS);
    total = f->n + random_below(r, 1000);
    random_name(f, 's', number);
    snprintf(f->names[1], sizeof f->names[1], "s%d.lo", number);
    snprintf(f->names[2], sizeof f->names[2], "s%d.hi", number);
    f->n_names = 3;
    for (int i = 0; i < f->n; i++) { /* the last total % n parts have one more */
        const int size = total / f->n + (f->n - i <= total % f->n);

        f->values[0][i] = size;
        f->values[1][i] = lo;
        f->values[2][i] = lo += size;
    }
    snprintf(f->text, sizeof f->text, "{\"split\":\"s%d\",\"from\":\"%d:%d\"}", number, total, f->n);
}

static inline void random_axis(struct random_spec *r, struct random_factor *f, int number)
{
    f->n = 1 + random_below(r, RANDOM_MOST_POINTS);
    random_name(f, 'k', number);
    for (int i = 0; i < f->n; i++) {
        f->values[0][i] = i;
    }
    snprintf(f->text, sizeof f->text, "{\"axis\":\"k%d\",\"of\":%d}", number, f->n);
}

/* One to RANDOM_MOST_FACTORS factors, by a SEED above 0. */
static inline void random_spec_make(struct random_spec *r, uint64_t seed)
{
    static void (*const kinds[])(struct random_spec *, struct random_factor *, int) = {
        random_grid, random_zip, random_pairs, random_ranges, random_split, random_axis};
    size_t used = 0;

    memset(r, 0, sizeof *r);
    r->state = seed * UINT64_C(0x9E3779B97F4A7C15);
    r->n_factors = 1 + random_below(r, RANDOM_MOST_FACTORS);
    for (int i = 0; i < r->n_factors; i++) {
        kinds[random_below(r, sizeof kinds / sizeof kinds[0])](r, &r->factors[i], i);
        used += (size_t)snprintf(r->over + used, sizeof r->over - used, "%s%s", i > 0 ? "," : "",
                                 r->factors[i].text);
    }
}

#endif
