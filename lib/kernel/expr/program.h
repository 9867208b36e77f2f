/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_PROGRAM_H
#define SKEP_KERNEL_EXPR_PROGRAM_H

#include "kernel/expr/loops.h"
#include "kernel/expr/tree.h"
#include "kernel/math/vmath.h"

/* A checked tree as a flat list of steps, each a loop over one block. What steps read and write are slots,
 * which evaluate.c points to memory:
 *
 *     slot 0                  the result
 *     then one for each       input (a block of an array), constant, register
 *
 * Equal subexpressions are computed once, what no step needs is left out, and registers are used again as
 * soon as nobody reads them any more. */

enum skep_expr_step_kind { SKEP_EXPR_STEP_LOOP, SKEP_EXPR_STEP_MAP, SKEP_EXPR_STEP_MAP2 };

struct skep_expr_step {
    uint8_t kind;
    uint8_t op;
    uint8_t work;    /* dtype of the operands */
    bool is_partial; /* some elements may have no value (skep_expr_is_defined): look at operand 1 first */
    uint16_t at;     /* in the text */
    uint16_t out;    /* slots */
    uint16_t in[SKEP_EXPR_MAX_OPERANDS];
    union {
        skep_expr_loop loop;
        skep_map_f8 map;
        skep_map2_f8 map2;
    };
};

struct skep_expr_input {
    int array; /* which of the vars */
    uint16_t slot;
    uint8_t dtype; /* in which its elements are computed */
};

struct skep_expr_constant {
    union skep_expr_number number; /* as skep_expr_store left it: an element of DTYPE */
    uint16_t slot;
    uint8_t dtype;
    bool is_block; /* some step needs a whole block of it */
};

struct skep_expr_program {
    struct skep_expr_step *steps;
    struct skep_expr_input *inputs;
    struct skep_expr_constant *constants;
    int n_steps, n_inputs, n_constants, n_registers;
    enum skep_dtype dtype;          /* of the result */
    struct skep_expr_step *last;    /* the step that gives the result */
    skep_expr_loop loop, streaming; /* of that step: the usual one; past the caches, or NULL */
};

enum { SKEP_EXPR_SLOT_RESULT = 0 };

/* Bytes that skep_expr_compile takes from the arena for a text of LENGTH bytes. */
size_t skep_expr_compile_bytes(size_t length);

/* The program for TREE, its result converted to WANTED unless that is NONE. Everything lives in the arena of
 * CALL.
 *
 *   SKEP_E_BAD_ARGS  a constant divisor of 0
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_expr_compile(struct skep_call *call, const struct skep_expr_tree *tree,
                                            enum skep_dtype wanted, enum skep_cpu_level level,
                                            struct skep_expr_program *program_out, struct skep_error *err);

#endif
