/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_NODE_H
#define SKEP_TASK_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/view.h"

/* What a JSON text says, as a tree of plain structs in an arena. Only lib/task knows the JSON library; the
 * rest of skep sees these nodes. */

enum skep_node_kind {
    SKEP_NODE_NULL,
    SKEP_NODE_BOOL,
    SKEP_NODE_INT,   /* i64 */
    SKEP_NODE_REAL,  /* f64, finite */
    SKEP_NODE_TEXT,  /* text, length (UTF-8, NUL behind it, no NUL within) */
    SKEP_NODE_ARRAY, /* children */
    SKEP_NODE_OBJECT /* children with names, in the order of the text, no name twice */
};

struct skep_node {
    enum skep_node_kind kind;
    const char *name; /* in an object; else NULL */
    union {
        bool boolean;
        int64_t i64;
        double f64;
        struct {
            const char *text;
            size_t length;
        };
        struct {
            const struct skep_node *children;
            size_t n_children;
        };
    };
};

/* The child of an object by name, or NULL; NULL also when OBJECT is NULL or no object. */
const struct skep_node *skep_node_get(const struct skep_node *object, const char *name);

/* "a number", "an array": for messages. NULL is "nothing". */
const char *skep_node_kind_text(const struct skep_node *node);

/* What a node holds, for the "got ..." of a message: `-1`, `the text "abc"`, `an array of 3`. Fit for a
 * terminal whatever the node holds. SIZE is at least SKEP_NODE_WORDS_BYTES. Returns TEXT. */
enum { SKEP_NODE_WORDS_BYTES = 96 };
const char *skep_node_describe(const struct skep_node *node, char *text, size_t size);

/* Turn nested arrays of numbers (or the strings "nan", "inf", "-inf") of one regular shape into a
 * C-contiguous view in ARENA: i8 when every element is an integer, b1 when every one is a boolean, else f8.
 * An empty array is f8. An integer among reals must be exact as a double.
 *
 *   SKEP_E_BAD_ARGS   ragged, mixed with something else, or too deep; ERR says where
 *   SKEP_E_NOMEM      the arena is full */
SKEP_MUST_USE skep_status skep_node_to_view(const struct skep_node *array, struct skep_arena *arena,
                                            struct skep_view *view_out, struct skep_error *err);

#endif
