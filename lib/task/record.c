/* SPDX-License-Identifier: MIT */
#include "task/record.h"

#include <stddef.h>

#include "task/fields.h"

static const struct skep_field record_fields[] = {
    {"kernel", skep_field_kernel, offsetof(struct skep_task, kernel),
     "a name of 1 to 64 of A-Z a-z 0-9 _ . -"},
    {"args", skep_field_object, offsetof(struct skep_task, args), "an object"},
    {"id", skep_field_name, offsetof(struct skep_task, id), "1 to 256 bytes of printable text"},
    {"job", skep_field_name, offsetof(struct skep_task, job), "1 to 256 bytes of printable text"},
    {"out", skep_field_path, offsetof(struct skep_task, out), "a path of 1 to 4096 bytes of printable text"},
    {"seed", skep_field_u64, offsetof(struct skep_task, seed), "an integer from 0 to 2^64 - 1"},
    {"meta", skep_field_anything, offsetof(struct skep_task, meta), "anything"},
    {"retries", skep_field_retries, offsetof(struct skep_task, retries), "an integer from 0 to 1000"},
    {"timeout_s", skep_field_seconds, offsetof(struct skep_task, timeout_s), "a number of seconds above 0"},
    {"backoff_s", skep_field_seconds, offsetof(struct skep_task, backoff_s), "a number of seconds above 0"},
    {"not_before", skep_field_time, offsetof(struct skep_task, not_before_ms),
     "seconds since 1970 or a time like \"2026-11-21T10:04:05Z\""},
    {"expires", skep_field_time, offsetof(struct skep_task, expires_ms),
     "seconds since 1970 or a time like \"2026-11-21T10:04:05Z\""},
};
enum { RECORD_N_FIELDS = sizeof record_fields / sizeof record_fields[0] };

skep_status skep_task_parse(const char *bytes, size_t n, const struct skep_limits *limits,
                            struct skep_arena *arena, struct skep_task *task_out, struct skep_error *err)
{
    const struct skep_node *root;
    struct skep_task task = {0};
    skep_status st = skep_json_parse(bytes, n, limits, arena, &root, err);

    if (st != SKEP_OK) {
        return st;
    }
    if (root->kind != SKEP_NODE_OBJECT) {
        char got[SKEP_NODE_WORDS_BYTES];
        return skep_error_set(err, SKEP_E_BAD_RECORD, "a record is an object, got %s",
                              skep_node_describe(root, got, sizeof got));
    }
    st = skep_fields_read(root, record_fields, RECORD_N_FIELDS, &task, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (task.kernel == NULL) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "no \"kernel\"");
    }
    task.has_retries = skep_node_get(root, "retries") != NULL;
    *task_out = task;
    return SKEP_OK;
}
