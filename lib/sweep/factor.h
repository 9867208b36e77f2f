/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_FACTOR_H
#define SKEP_SWEEP_FACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/view.h"
#include "sweep/axes.h"
#include "sweep/sweep.h"

/* The kinds of factors, one row each (factor.c), one file for those that are alike. Everything that depends
 * on the kind is in its row: to add one, a kind in sweep.h and a row. */

/* The members of a factor's object, as they came; NULL or 0 where there is none. */
struct skep_factor_fields {
    const struct skep_node *names[SKEP_FACTOR_TIMES + 1]; /* by kind; one of them is there */
    const struct skep_node *from;
    int64_t of;
    int64_t n;
    bool is_unordered;
};

/* Which of them a kind has. */
enum { SKEP_FACTOR_FROM = 1, SKEP_FACTOR_OF = 2, SKEP_FACTOR_N = 4, SKEP_FACTOR_UNORDERED = 8 };

/* A factor made ready to be asked. */
struct skep_axis {
    const struct skep_factor *factor;
    int number; /* of the factor in its sweep */
    uint64_t seed;
    int n_coordinates;
    const struct skep_view *views; /* of the grids that are arrays, one for each variable; or NULL */
};

struct skep_factor_row {
    const char *word;    /* the key that gives its variables */
    int n_variables;     /* 0: one or more */
    const char *dots[3]; /* what comes with a dot behind its first variable; NULL at the end */
    unsigned needs, may; /* fields */
    bool has_grids;      /* its values come from grids, one for each variable */
    /* The text of `from` into FACTOR; kind and variables are there already. NULL where READ is. */
    skep_status (*parse)(const char *text, size_t n, struct skep_factor *factor, struct skep_error *err);
    /* The same of all FIELDS. */
    skep_status (*read)(const struct skep_factor_fields *fields, struct skep_factor *factor,
                        struct skep_error *err);
    /* Whether it makes sense; sets n. SKEP_E_BAD_ARGS */
    skep_status (*check)(struct skep_factor *factor, struct skep_error *err);
    /* The members behind the first one. */
    void (*write)(struct skep_buf *buf, const struct skep_factor *factor);
    /* Values and places of its coordinates at PLACE in [0, n); names, kinds and extents are there. */
    void (*set)(const struct skep_axis *axis, int64_t place, struct skep_coordinate *at);
};

/* The row of a kind; NULL when KIND is none. */
const struct skep_factor_row *skep_factor_row(enum skep_factor_kind kind);

/* How many coordinates its variables have, those with a dot too. */
int skep_factor_count_coordinates(const struct skep_factor *factor);

/* Between two colons of TEXT: the next piece from *AT on, of *N_OUT bytes; NULL behind the last. */
const char *skep_factor_next_piece(const char *text, size_t n, size_t *at, size_t *n_out);

/* An integer, also as a real that is one: "1e10". */
bool skep_factor_parse_integer(const char *text, size_t n, int64_t *number_out);

/* What a command line or a record says behind a variable: "0.1:1.0:10" (np.linspace) or "@array.npy[slice]"
 * of a grid; the length of an array is to be filled in. TEXT lives as long as GRID.
 *
 *   SKEP_E_BAD_ARGS */
SKEP_MUST_USE skep_status skep_grid_parse(const char *text, size_t n, struct skep_grid *grid_out,
                                          struct skep_error *err);

/* The same for factors with one text: RANGES "LO:HI:PARTS" or "LO:HI/STEP", SPLIT "TOTAL:PARTS", RANDOM
 * "FROM:TO:N". The kind is set. Integers may be written "1e10".
 *
 *   SKEP_E_BAD_ARGS */
SKEP_MUST_USE skep_status skep_factor_parse(const char *text, size_t n, struct skep_factor *factor,
                                            struct skep_error *err);

#endif
