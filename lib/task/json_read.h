/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_JSON_READ_H
#define SKEP_TASK_JSON_READ_H

#include <stddef.h>

#include "task/node.h"

/* How much a stranger may ask of the reader. */
struct skep_limits {
    size_t record_bytes; /* 0: SKEP_RECORD_BYTES */
    int depth;           /* brackets within brackets; 0: SKEP_RECORD_DEPTH; never more than 1000 */
};

enum { SKEP_RECORD_BYTES = 64 * 1024, SKEP_RECORD_DEPTH = 32 };

/* Read the whole of BYTES as one JSON value. Strict: well-formed UTF-8, no NUL, no name twice in an object,
 * nothing behind the value, integers within 64 bits with sign. Size and depth are checked before anything is
 * built.
 *
 * Everything lives in ARENA, the strings too: BYTES may go. A text needs about ten times its size there, a
 * hostile one ("[{},{},{}...") up to a hundred times. In a steady state nothing calls the heap. Any number of
 * threads may read, each into its own arena.
 *
 *   SKEP_E_BAD_RECORD   not such a text, or beyond LIMITS (NULL: the defaults); ERR says where
 *   SKEP_E_NOMEM        the arena is full */
SKEP_MUST_USE skep_status skep_json_parse(const char *bytes, size_t n, const struct skep_limits *limits,
                                          struct skep_arena *arena, const struct skep_node **node_out,
                                          struct skep_error *err);

#endif
