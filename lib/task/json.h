/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_JSON_H
#define SKEP_TASK_JSON_H

#include <stddef.h>

#include "base/buf.h"
#include "task/json_read.h"
#include "task/node.h"

/* Writing JSON, straight into a buffer: it needs no tree, and this is the hot path of every result. Reading
 * is task/json_read.h.
 *
 * Numbers round-trip: doubles by the fewest digits of 15, 16 or 17 that read back the same, always with a
 * point or an exponent; NaN and infinities as the strings "nan", "inf", "-inf"; integers above 2^63 - 1,
 * which JSON readers do not agree about, as strings of digits. */

/* Quoted and escaped. What is not UTF-8 becomes U+FFFD. */
void skep_json_add_text(struct skep_buf *buf, const char *text, size_t n);
void skep_json_add_f64(struct skep_buf *buf, double number);
void skep_json_add_u64(struct skep_buf *buf, uint64_t number);
void skep_json_add_bool(struct skep_buf *buf, bool boolean);
void skep_json_add_node(struct skep_buf *buf, const struct skep_node *node);
void skep_json_add_view(struct skep_buf *buf, const struct skep_view *view); /* nested lists; 0-d: a number */

/* A member of an object: `,"name":` with the comma left out right after '{'. NAME needs no escaping. */
void skep_json_add_key(struct skep_buf *buf, const char *name);

#endif
