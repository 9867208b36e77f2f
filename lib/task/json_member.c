/* SPDX-License-Identifier: MIT */
#include "task/json_member.h"

#include <math.h>
#include <string.h>

#include "task/json.h"

void skep_json_member_text(struct skep_buf *buf, const char *name, const char *text)
{
    if (text == NULL) {
        skep_json_member_null(buf, name);
        return;
    }
    skep_json_add_key(buf, name);
    skep_json_add_text(buf, text, strlen(text));
}

void skep_json_member_i64(struct skep_buf *buf, const char *name, int64_t number)
{
    skep_json_add_key(buf, name);
    skep_buf_add_i64(buf, number);
}

void skep_json_member_f64(struct skep_buf *buf, const char *name, double number)
{
    if (isnan(number)) {
        skep_json_member_null(buf, name);
        return;
    }
    skep_json_add_key(buf, name);
    skep_json_add_f64(buf, number);
}

void skep_json_member_bool(struct skep_buf *buf, const char *name, bool boolean)
{
    skep_json_add_key(buf, name);
    skep_json_add_bool(buf, boolean);
}

void skep_json_member_null(struct skep_buf *buf, const char *name)
{
    skep_json_add_key(buf, name);
    skep_buf_add_text(buf, "null");
}
