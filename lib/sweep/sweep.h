/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_SWEEP_H
#define SKEP_SWEEP_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/view.h"
#include "task/json_read.h"
#include "task/node.h"

/* A sweep: one record for any number of tasks (docs/protocol.md, "Range jobs"). Its tasks are the points of a
 * product of factors; the first factor is the slowest, as in np.unravel_index. This is the record as a
 * struct; axes.h gives the values at an index, order.h the order in which tasks are taken. Plain data, all of
 * it in the arena it was read into. */

enum {
    SKEP_SWEEP_MAX_FACTORS = 12,
    SKEP_SWEEP_MAX_VARIABLES = 24, /* of all factors; what they give with a dot counts (n.lo) */
    SKEP_SWEEP_MAX_OUTS = 8,
    SKEP_SWEEP_MAX_INPUTS = 64,
    SKEP_SWEEP_NAME_BYTES = 33,
    SKEP_SWEEP_TOKEN_BYTES = 33,
    SKEP_SWEEP_SPEC_BYTES = 64 * 1024,
    SKEP_SWEEP_MAX_PERM = 4096 /* tasks, for the order `longest`, which is written down */
};
#define SKEP_SWEEP_MAX_TASKS (INT64_C(1) << 40)

enum skep_factor_kind {
    SKEP_FACTOR_GRID,   /* one variable: a list, np.linspace, a vector in a file */
    SKEP_FACTOR_ZIP,    /* several variables in lockstep, each as a grid */
    SKEP_FACTOR_RANGES, /* two integers [lo, hi): the parts of a range */
    SKEP_FACTOR_SPLIT,  /* one integer: the size of a part; the remainder is to the right */
    SKEP_FACTOR_AXIS,   /* one integer: the slices of an array along an axis */
    SKEP_FACTOR_PAIRS,  /* two integers below N: ordered and different, or i < j */
    SKEP_FACTOR_RANDOM, /* one real: uniform in [from, to) */
    SKEP_FACTOR_LINES,  /* one text: the lines of a file, or the names of files */
    SKEP_FACTOR_TIMES   /* one integer, `time`: the same again, with other random numbers */
};

/* Where the values of a grid come from. */
struct skep_grid {
    enum { SKEP_GRID_LIST, SKEP_GRID_LINSPACE, SKEP_GRID_ARRAY } kind;
    const struct skep_node *list; /* LIST: an array of numbers, booleans or texts */
    double from, to;              /* LINSPACE: n values, both ends included */
    const char *ref;              /* ARRAY: reference of a vector, without the '@' */
    int64_t n;                    /* length; of an ARRAY as the producer saw it */
};

struct skep_factor {
    enum skep_factor_kind kind;
    int64_t n; /* how many points it has, at least 1 */
    int n_variables;
    const char *variables[SKEP_SWEEP_MAX_VARIABLES];  /* in the order of the record */
    struct skep_grid grids[SKEP_SWEEP_MAX_VARIABLES]; /* GRID, ZIP: one a variable; LINES: the first, texts */
    int64_t lo, hi,
        step;   /* RANGES: of [lo, hi), STEP 0: equal parts (remainder right); SPLIT: hi is the total */
    int64_t of; /* PAIRS: both are below this; AXIS: slices */
    bool is_unordered; /* PAIRS: i < j only */
    double from, to;   /* RANDOM */
};

enum skep_sweep_order { SKEP_ORDER_INDEX, SKEP_ORDER_RANDOM, SKEP_ORDER_LONGEST };
enum skep_sweep_stop { SKEP_SWEEP_STOP_NONE, SKEP_SWEEP_STOP_ANY, SKEP_SWEEP_STOP_FIRST };

/* One output array. What `--out 'te.npy[{i},{r}]=[0:4]'` says, and what was found out when the job was put.
 */
struct skep_sweep_out {
    const char *path; /* below the output folders, ends in .npy */
    int n_at;
    const char *at[SKEP_MAX_DIMS]; /* the index expressions, as typed; out_map.h reads them */
    const char *of;                /* slice of the value, "[0:4]"; NULL: all of it */
    enum skep_dtype dtype;
    int ndim; /* of the whole array: n_at axes, then those of a slice */
    int64_t shape[SKEP_MAX_DIMS];
    const char *fill; /* "nan", "0", ...: what is there before a task is done */
};

/* An input as the producer saw it: a task fails as `input-changed` when it is not that any more. */
struct skep_sweep_input {
    const char *path; /* without a slice */
    int64_t size, mtime_ns;
    uint32_t header; /* CRC32C of the bytes in front of its data */
};

struct skep_sweep {
    const char *kernel;
    const struct skep_node *args; /* object; texts hold {variables} */
    int n_factors;
    struct skep_factor factors[SKEP_SWEEP_MAX_FACTORS];
    int64_t n_all; /* points: product of the factors */
    int64_t n;     /* positions: n_all, or what --take leaves */
    uint64_t seed;
    enum skep_sweep_order order;
    const int64_t *perm; /* LONGEST: index of each position, n_all of them */
    const char *filter;  /* NULL: none */
    char token[SKEP_SWEEP_TOKEN_BYTES];
    int n_outs;
    struct skep_sweep_out outs[SKEP_SWEEP_MAX_OUTS];
    const char *reduce; /* name of a reduction; NULL: none */
    enum skep_sweep_stop stop;
    bool has_results; /* a result for each index goes to the output list, too */
    bool has_retries;
    unsigned retries;
    double timeout_s, backoff_s; /* 0: not said */
    int n_inputs;
    struct skep_sweep_input inputs[SKEP_SWEEP_MAX_INPUTS];
    const struct skep_node *meta; /* NULL: none */
};

/* Read a spec. What does not fit together (a variable twice, one that nobody has in a template, too many
 * points, a length that is not that of the list) is refused; ERR names the key.
 *
 *   SKEP_E_BAD_RECORD
 *   SKEP_E_NOMEM   the arena is full */
SKEP_MUST_USE skep_status skep_sweep_parse(const char *bytes, size_t n, const struct skep_limits *limits,
                                           struct skep_arena *arena, struct skep_sweep *sweep_out,
                                           struct skep_error *err);

/* Whether BYTES, a record without skep's own line, is a spec and not a plain task: a look at its keys. */
bool skep_sweep_is_spec(const struct skep_node *record);

/* Append it as JSON, one line, without a newline. Reading it back gives the same sweep. */
void skep_sweep_write(struct skep_buf *buf, const struct skep_sweep *sweep);

/* Count points and check the whole as skep_sweep_parse does: for a producer that has filled the struct.
 *
 *   SKEP_E_BAD_ARGS   ERR names the factor, and the number of points where there are too many */
SKEP_MUST_USE skep_status skep_sweep_complete(struct skep_sweep *sweep, struct skep_error *err);

/* The factor and the place in its list of a variable; NULL when there is none of this name. What a factor
 * gives with a dot (n.lo, n.hi of a split) is found, too. */
const struct skep_factor *skep_sweep_find(const struct skep_sweep *sweep, const char *variable, size_t n,
                                          int *place_out);

#endif
