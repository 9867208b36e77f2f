/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_JSON_H
#define SKEP_TASK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "task/record.h"

/* Writing JSON, straight into a buffer. Reading is jansson's work; writing needs no tree, and this is the hot
 * path of every result. Numbers round-trip: doubles by the fewest digits that read back the same, at most 17
 * (%.17g); NaN and infinities as the strings "nan", "inf", "-inf". */
void skep_json_add_text(struct skep_buf *buf, const char *text,
                        size_t n); /* quoted, escaped; invalid UTF-8 becomes U+FFFD */
void skep_json_add_f64(struct skep_buf *buf, double number);
void skep_json_add_node(struct skep_buf *buf, const struct skep_node *node);
void skep_json_add_view(struct skep_buf *buf, const struct skep_view *view); /* nested lists; 0-d: a number */

/* A member of an object: `,"name":` with the comma left out right after '{'. NAME needs no escaping. */
void skep_json_add_key(struct skep_buf *buf, const char *name);

/* Reading of small documents that skep wrote itself (results, info): the whole text as one node tree.
 *   SKEP_E_BAD_RECORD   not JSON, or beyond LIMITS */
SKEP_MUST_USE skep_status skep_json_parse(const char *bytes, size_t n, const struct skep_limits *limits,
                                          struct skep_arena *arena, const struct skep_node **node_out,
                                          struct skep_error *err);

#endif
