/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_BENCH_KERNELS_BENCH_H
#define SKEP_TESTS_BENCH_KERNELS_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel.h"

/* What is measured: tables of cases, one file for each folder of lib/kernel. README.md says how to add one.
 */

/* What a case is compared with. Set one of: python, run, kernel; with none of them the row's reference is
 * meant. */
struct bench_peer {
    const char *name;   /* of the column: "plain loop", "NumPy", "Numba", "cKDTree" */
    const char *python; /* a function of python/FOLDER.py: see README.md */
    skep_kernel_run
        run; /* a C function that takes the call as the row's run does: plain_FOLDER.c, always -O2 */
    const char *kernel;  /* skep itself: this kernel ... */
    const char *args;    /* ... with these arguments */
    double times;        /* what is compared is so many times its time; 0: 1 */
    double goal;         /* peer / skep is to be at least this; 0: no goal, for information */
    double rtol;         /* how far the value may be off, relative to the largest element; 0: same numbers */
    bool is_another;     /* computes something else: values are not compared */
    const char *missing; /* it is named in the goals and not measured here: why */
};

enum { BENCH_MAX_PEERS = 6 };

struct bench_inputs;

struct bench_case {
    const char *kernel; /* the row */
    const char *name;   /* sizes, as the table has them: "n=2000 r=0.2"; unique within the kernel */
    /* The record's args; "x.npy" is what make has written under this name. */
    const char *args;
    void (*make)(struct bench_inputs *inputs); /* NULL: no inputs */
    int many;      /* so many calls by run_many, which differ in the index of their stream; 0: one run */
    bool is_long;  /* left out by --quick: more than 0.2 s for inputs and two runs */
    double most_s; /* the goal is a time: at most this; 0: none */
    struct bench_peer peers[BENCH_MAX_PEERS]; /* up to the first without a name */
};

/* Each ends with a case without a kernel. */
extern const struct bench_case bench_box[];
extern const struct bench_case bench_dynamics[];
extern const struct bench_case bench_numbers[];
extern const struct bench_case bench_arrays[];
extern const struct bench_case bench_expr[];
extern const struct bench_case bench_sketches[];
extern const struct bench_case bench_math[];

/* ---- inputs: what make calls ---- */

/* Room for the array NAME (to be "NAME.npy" in args), which is written when make returns. */
double *bench_new_f8(struct bench_inputs *inputs, const char *name, int64_t n);
double *bench_new_f8_2d(struct bench_inputs *inputs, const char *name, int64_t n, int64_t m);
void *bench_new(struct bench_inputs *inputs, const char *name, enum skep_dtype dtype, int ndim,
                const int64_t *shape);

/* Numbers that are the same in every run: Philox with key 4, a stream for each (STREAM). */
void bench_fill_uniform(double *out, int64_t n, uint64_t stream); /* [0, 1) */
void bench_fill_normal(double *out, int64_t n, uint64_t stream);
void bench_fill_words(uint64_t *out, int64_t n, uint64_t stream);

#endif
