/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_RECORD_H
#define SKEP_TASK_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/view.h"

/* A task record: one JSON object (docs/protocol.md). Only lib/task knows jansson; the rest of skep sees these
 * nodes.
 *
 * To change the record: the field here, its row in record.c's table, docs/protocol.md, a golden file, the
 * fuzz corpus. */

enum skep_node_kind {
    SKEP_NODE_NULL,
    SKEP_NODE_BOOL,
    SKEP_NODE_INT,   /* i64 */
    SKEP_NODE_REAL,  /* f64 */
    SKEP_NODE_TEXT,  /* text, length (UTF-8, NUL behind it, no NUL within) */
    SKEP_NODE_ARRAY, /* children */
    SKEP_NODE_OBJECT /* children with names */
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

struct skep_limits {
    size_t record_bytes; /* 0: 64 KiB */
    int depth;           /* 0: 32 */
};

/* Everything lives in the arena it was parsed into. Absent strings are NULL. */
struct skep_task {
    const char *id;
    const char *job;
    const char *kernel;           /* never NULL */
    const struct skep_node *args; /* an object, or NULL when absent */
    const char *out;              /* where an array value goes: PATH or PATH[slice] */
    bool has_retries;
    unsigned retries;             /* failures that are tried again */
    double timeout_s;             /* 0: none */
    double backoff_s;             /* 0: the default */
    int64_t not_before_ms;        /* wall ms; 0: none */
    int64_t expires_ms;           /* wall ms; 0: none */
    uint64_t seed;                /* 0 when absent */
    const struct skep_node *meta; /* returned untouched; NULL when absent */
};

/* Parse the body of a record (header line already cut off). Checks size and depth before the parser runs;
 * refuses duplicate keys, unknown top-level keys, NUL bytes, text that is not UTF-8, and anything behind the
 * object. ERR names the key and what was wanted. SKEP_E_BAD_RECORD   not a task SKEP_E_NOMEM        the arena
 * is full */
SKEP_MUST_USE skep_status skep_task_parse(const char *bytes, size_t n, const struct skep_limits *limits,
                                          struct skep_arena *arena, struct skep_task *task_out,
                                          struct skep_error *err);

/* The child of an object by name, or NULL. */
const struct skep_node *skep_node_get(const struct skep_node *object, const char *name);

/* "a number", "an array": for messages. */
const char *skep_node_kind_text(const struct skep_node *node);

/* Turn nested arrays of numbers (or the strings "nan", "inf", "-inf") of one regular shape into a
 * C-contiguous view in ARENA: i8 when every element is an integer, b1 when every one is a boolean, else f8.
 * An empty array is f8[0]. SKEP_E_BAD_ARGS   ragged, mixed with something else, or too deep; ERR says where
 */
SKEP_MUST_USE skep_status skep_node_to_view(const struct skep_node *array, struct skep_arena *arena,
                                            struct skep_view *view_out, struct skep_error *err);

/* Make up an id: 26 characters, unique everywhere. TEXT has room for SKEP_ID_BYTES. */
enum { SKEP_ID_BYTES = 27 };
void skep_task_make_id(char *text);

#endif
