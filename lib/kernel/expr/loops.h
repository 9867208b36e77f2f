/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_LOOPS_H
#define SKEP_KERNEL_EXPR_LOOPS_H

#include "kernel/cpu.h"
#include "kernel/expr/tree.h"

/* The innermost loops: one operation over a block. One source, loops.inc, is compiled once for each level of
 * instructions; all give the same bits. */

/* N is a multiple of SKEP_EXPR_STEP. OUT may be an operand whose elements have its size; otherwise it
 * overlaps none. */
typedef void (*skep_expr_loop)(void *out, const void *a, const void *b, const void *c, int64_t n);

enum { SKEP_EXPR_STEP = 64 };

/* Which operand is one element for all instead of one for each. */
enum skep_expr_form {
    SKEP_EXPR_FORM_ALL,    /* none */
    SKEP_EXPR_FORM_LAST,   /* the last one */
    SKEP_EXPR_FORM_BEFORE, /* the one before the last */
    SKEP_EXPR_FORM_COUNT
};

struct skep_expr_loops {
    /* By operation, dtype of the operands (WHERE: of the last two) and form; NULL where program.c finds
     * another way. PLUS copies. */
    skep_expr_loop ops[SKEP_EXPR_OP_COUNT][SKEP_DTYPE_COUNT][SKEP_EXPR_FORM_COUNT];
    skep_expr_loop casts[SKEP_DTYPE_COUNT][SKEP_DTYPE_COUNT]; /* from, to */
    /* The same for results that go past the caches, which then must begin at a multiple of 64 bytes; NULL:
     * this level has none. */
    const struct skep_expr_loops *streams;
};

extern const struct skep_expr_loops skep_expr_loops_plain;
#if defined(__x86_64__)
extern const struct skep_expr_loops skep_expr_loops_avx2;
extern const struct skep_expr_loops skep_expr_loops_avx512;
extern const struct skep_expr_loops skep_expr_streams_avx2;
extern const struct skep_expr_loops skep_expr_streams_avx512;
#endif

/* Those of LEVEL; those of the plain level where this architecture has no others. */
const struct skep_expr_loops *skep_expr_loops_at(enum skep_cpu_level level);

#endif
