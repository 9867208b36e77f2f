/* SPDX-License-Identifier: MIT */
#include "kernel/expr/names.h"

#include <string.h>

enum { SHOWN = 40 }; /* bytes of a name in a message, at most */

static bool is_word(const char *text, size_t length, const char *word)
{
    return *word == *text && strncmp(word, text, length) == 0 && word[length] == '\0';
}

/* Which of the vars, or -1. */
static int find_var(const struct skep_expr_tree *tree, const char *text, size_t length)
{
    for (int i = 0; i < tree->n_vars; i++) {
        if (is_word(text, length, tree->vars[i].name)) {
            return i;
        }
    }
    return -1;
}

/* Whether the language has the name. */
static bool find_word(const char *text, size_t length, struct skep_expr_name *name_out)
{
    if (is_word(text, length, "pi")) {
        name_out->meaning = SKEP_EXPR_MEANS_PI;
        return true;
    }
    if (is_word(text, length, "True") || is_word(text, length, "False")) {
        name_out->meaning = SKEP_EXPR_MEANS_TRUTH;
        return true;
    }
    name_out->meaning = SKEP_EXPR_MEANS_FUNCTION;
    for (int op = SKEP_EXPR_WHERE; op < SKEP_EXPR_OP_COUNT; op++) {
        if (is_word(text, length, skep_expr_ops[op].text)) {
            name_out->function = (enum skep_expr_op)op;
            return true;
        }
    }
    return false;
}

/* The names of the vars, one after the other, as far as they fit. */
static const char *list_vars(const struct skep_expr_tree *tree, char *names, size_t size)
{
    static const char more[] = "...";
    size_t used = 0;

    for (int i = 0; i < tree->n_vars; i++) {
        size_t n = strlen(tree->vars[i].name);
        if (used + n + sizeof ", " + sizeof more > size) { /* two zeros more than needed */
            memcpy(names + used, more, sizeof more);
            return names;
        }
        memcpy(names + used, tree->vars[i].name, n);
        memcpy(names + used + n, ", ", sizeof ", ");
        used += n + 2;
    }
    names[used > 0 ? used - 2 : 0] = '\0';
    return names;
}

skep_status skep_expr_check_word(const struct skep_expr_tree *tree, size_t at, size_t length,
                                 struct skep_error *err)
{
    static const char *const words[][2] = {
        {"and", "(...) & (...)"},
        {"or", "(...) | (...)"},
        {"not", "~"},
        {"if", "where(condition, then, else)"},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (is_word(tree->text + at, length, words[i][0])) {
            return skep_expr_fail(tree, at, SKEP_E_BAD_ARGS, err, "\"%s\" is not for arrays; write %s",
                                  words[i][0], words[i][1]);
        }
    }
    return SKEP_OK;
}

static skep_status refuse(const struct skep_expr_tree *tree, size_t at, size_t length, struct skep_error *err)
{
    const char *text = tree->text + at;
    char names[100];
    skep_status st = skep_expr_check_word(tree, at, length, err);

    if (st != SKEP_OK) {
        return st;
    }
    return skep_expr_fail(tree, at, SKEP_E_BAD_ARGS, err, "unknown name \"%.*s\"; vars %s%s",
                          (int)(length < SHOWN ? length : SHOWN), text,
                          tree->n_vars > 0 ? "are " : "is empty", list_vars(tree, names, sizeof names));
}

skep_status skep_expr_find_name(const struct skep_expr_tree *tree, size_t at, size_t length,
                                struct skep_expr_name *name_out, struct skep_error *err)
{
    const char *text = tree->text + at;
    bool is_of_language;

    name_out->meaning = SKEP_EXPR_MEANS_VAR;
    name_out->var = find_var(tree, text, length);
    if (name_out->var >= 0 && length == 1) { /* the language has no name so short */
        return SKEP_OK;
    }
    is_of_language = find_word(text, length, name_out);
    if (name_out->var >= 0 && is_of_language) {
        return skep_expr_fail(tree, at, SKEP_E_BAD_ARGS, err,
                              "%.*s is a name of the language and of a var; rename the var",
                              (int)(length < SHOWN ? length : SHOWN), text);
    }
    if (name_out->var >= 0) {
        name_out->meaning = SKEP_EXPR_MEANS_VAR;
        return SKEP_OK;
    }
    return is_of_language ? SKEP_OK : refuse(tree, at, length, err);
}
