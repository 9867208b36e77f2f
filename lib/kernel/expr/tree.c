/* SPDX-License-Identifier: MIT */
#include "kernel/expr/tree.h"

#include <stdarg.h>
#include <stdio.h>

#define OP_INFO(name, text, operands, rule) {text, operands, SKEP_EXPR_RULE_##rule},
const struct skep_expr_op_info skep_expr_ops[SKEP_EXPR_OP_COUNT] = {SKEP_EXPR_OP_MAP(OP_INFO)};
#undef OP_INFO

skep_status skep_expr_fail(const struct skep_expr_tree *tree, size_t at, skep_status status,
                           struct skep_error *err, const char *format, ...)
{
    char words[200];
    int column = 1;
    va_list args;

    for (size_t i = 0; i < at && i < tree->length; i++) {
        column += ((unsigned char)tree->text[i] & 0xc0) != 0x80; /* not the rest of a UTF-8 character */
    }
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    return skep_error_set(err, status, "expr: column %d: %s", column, words);
}

enum skep_dtype skep_expr_dtype_of(enum skep_dtype stored)
{
    switch (stored) {
    case SKEP_I1:
    case SKEP_I2:
    case SKEP_U1:
    case SKEP_U2:
        return SKEP_I4;
    case SKEP_U4:
        return SKEP_I8;
    case SKEP_U8:
        return SKEP_DTYPE_NONE;
    default:
        return stored;
    }
}
