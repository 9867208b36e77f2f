/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_JSON_MEMBER_H
#define SKEP_TASK_JSON_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Members of a JSON object, each with its key (task/json.h), for whoever tells something as JSON. NAME needs
 * no escaping. What is not known is null. */
void skep_json_member_text(struct skep_buf *buf, const char *name, const char *text); /* NULL: null */
void skep_json_member_i64(struct skep_buf *buf, const char *name, int64_t number);
void skep_json_member_f64(struct skep_buf *buf, const char *name, double number); /* NaN: null */
void skep_json_member_bool(struct skep_buf *buf, const char *name, bool boolean);
void skep_json_member_null(struct skep_buf *buf, const char *name);

#endif
