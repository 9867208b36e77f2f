/* SPDX-License-Identifier: MIT */
#include "task/record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/parse.h"
#include "task/text.h"
#include "task/timestamp.h"

enum { RECORD_NAME_BYTES = 256, RECORD_KERNEL_BYTES = 64, RECORD_PATH_BYTES = 4096, RECORD_RETRIES = 1000 };

/* ---- one reader a type of field: false when the node does not hold what the field wants ---- */

static bool text_fits(const struct skep_node *node, size_t most_bytes)
{
    return node->kind == SKEP_NODE_TEXT && node->length > 0 && node->length <= most_bytes &&
           skep_text_is_printable(node->text, node->length);
}

static bool read_name(const struct skep_node *node, void *field)
{
    if (!text_fits(node, RECORD_NAME_BYTES)) {
        return false;
    }
    *(const char **)field = node->text;
    return true;
}

static bool read_path(const struct skep_node *node, void *field)
{
    if (!text_fits(node, RECORD_PATH_BYTES)) {
        return false;
    }
    *(const char **)field = node->text;
    return true;
}

static bool is_kernel_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

static bool read_kernel(const struct skep_node *node, void *field)
{
    if (!text_fits(node, RECORD_KERNEL_BYTES)) {
        return false;
    }
    for (size_t i = 0; i < node->length; i++) {
        if (!is_kernel_character(node->text[i])) {
            return false;
        }
    }
    *(const char **)field = node->text;
    return true;
}

static bool read_object(const struct skep_node *node, void *field)
{
    *(const struct skep_node **)field = node;
    return node->kind == SKEP_NODE_OBJECT;
}

static bool read_anything(const struct skep_node *node, void *field)
{
    *(const struct skep_node **)field = node;
    return true;
}

static bool read_retries(const struct skep_node *node, void *field)
{
    if (node->kind != SKEP_NODE_INT || node->i64 < 0 || node->i64 > RECORD_RETRIES) {
        return false;
    }
    *(unsigned *)field = (unsigned)node->i64;
    return true;
}

static bool node_get_number(const struct skep_node *node, double *number_out)
{
    if (node->kind != SKEP_NODE_INT && node->kind != SKEP_NODE_REAL) {
        return false;
    }
    *number_out = node->kind == SKEP_NODE_INT ? (double)node->i64 : node->f64;
    return true;
}

static bool read_seconds(const struct skep_node *node, void *field)
{
    double seconds;

    if (!node_get_number(node, &seconds) || !(seconds > 0) || !isfinite(seconds)) {
        return false;
    }
    *(double *)field = seconds;
    return true;
}

/* Never 0, which says "none" in the struct. */
static bool read_time(const struct skep_node *node, void *field)
{
    int64_t ms = 0;
    double seconds;

    if (node->kind == SKEP_NODE_TEXT) {
        if (!skep_timestamp_parse(node->text, node->length, &ms)) {
            return false;
        }
    } else if (node_get_number(node, &seconds) && seconds > 0 && seconds * 1000 <= SKEP_TIMESTAMP_MAX_MS) {
        ms = llround(seconds * 1000);
    }
    *(int64_t *)field = ms;
    return ms > 0;
}

static bool read_seed(const struct skep_node *node, void *field)
{
    if (node->kind == SKEP_NODE_TEXT) {
        return skep_parse_u64(node->text, node->length, field);
    }
    if (node->kind != SKEP_NODE_INT || node->i64 < 0) {
        return false;
    }
    *(uint64_t *)field = (uint64_t)node->i64;
    return true;
}

/* ---- the table ---- */

static const struct record_field {
    const char *name;
    bool (*read)(const struct skep_node *node, void *field);
    size_t offset; /* of the field in struct skep_task */
    const char *wanted;
} record_fields[] = {
    {"kernel", read_kernel, offsetof(struct skep_task, kernel), "a name of 1 to 64 of A-Z a-z 0-9 _ . -"},
    {"args", read_object, offsetof(struct skep_task, args), "an object"},
    {"id", read_name, offsetof(struct skep_task, id), "1 to 256 bytes of printable text"},
    {"job", read_name, offsetof(struct skep_task, job), "1 to 256 bytes of printable text"},
    {"out", read_path, offsetof(struct skep_task, out), "a path of 1 to 4096 bytes of printable text"},
    {"seed", read_seed, offsetof(struct skep_task, seed), "an integer from 0 to 2^64 - 1"},
    {"meta", read_anything, offsetof(struct skep_task, meta), "anything"},
    {"retries", read_retries, offsetof(struct skep_task, retries), "an integer from 0 to 1000"},
    {"timeout_s", read_seconds, offsetof(struct skep_task, timeout_s), "a number of seconds above 0"},
    {"backoff_s", read_seconds, offsetof(struct skep_task, backoff_s), "a number of seconds above 0"},
    {"not_before", read_time, offsetof(struct skep_task, not_before_ms),
     "seconds since 1970 or a time like \"2026-11-21T10:04:05Z\""},
    {"expires", read_time, offsetof(struct skep_task, expires_ms),
     "seconds since 1970 or a time like \"2026-11-21T10:04:05Z\""},
};
enum { RECORD_N_FIELDS = sizeof record_fields / sizeof record_fields[0] };

static const struct record_field *record_find_field(const char *name)
{
    for (size_t i = 0; i < RECORD_N_FIELDS; i++) {
        if (strcmp(record_fields[i].name, name) == 0) {
            return &record_fields[i];
        }
    }
    return NULL;
}

/* ---- keys that do not exist ---- */

/* The key that was probably meant, or NULL: at most one letter in three is wrong, and one more; upper and
 * lower case are the same (ours are lower). */
static const char *record_guess_key(const char *key)
{
    char folded[SKEP_NEAREST_MAX + 1];
    const char *nearest = NULL;
    const size_t n = strlen(key);
    size_t least = SIZE_MAX;

    for (size_t i = 0; i < n && i < SKEP_NEAREST_MAX; i++) {
        folded[i] = (char)(key[i] >= 'A' && key[i] <= 'Z' ? key[i] - 'A' + 'a' : key[i]);
    }
    for (size_t i = 0; i < RECORD_N_FIELDS && n <= SKEP_NEAREST_MAX; i++) {
        const size_t n_known = strlen(record_fields[i].name);
        const size_t longer = n > n_known ? n : n_known;
        const size_t distance = skep_nearest_distance(folded, n, record_fields[i].name, n_known);
        if (distance < least && distance <= 1 + longer / 3) {
            least = distance;
            nearest = record_fields[i].name;
        }
    }
    return nearest;
}

static skep_status record_refuse_key(const char *key, struct skep_error *err)
{
    const char *guess = record_guess_key(key);
    char excerpt[SKEP_EXCERPT_BYTES];
    char known[160];
    size_t used = 0;

    skep_text_excerpt(key, strlen(key), excerpt, sizeof excerpt);
    if (guess != NULL) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "unknown key %s: did you mean \"%s\"?", excerpt, guess);
    }
    for (size_t i = 0; i < RECORD_N_FIELDS && used < sizeof known; i++) {
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "",
                                 record_fields[i].name);
    }
    return skep_error_set(err, SKEP_E_BAD_RECORD, "unknown key %s: there are %s", excerpt, known);
}

/* ---- the whole record ---- */

static skep_status record_read_field(const struct skep_node *node, struct skep_task *task,
                                     struct skep_error *err)
{
    const struct record_field *field = record_find_field(node->name);
    char got[SKEP_NODE_WORDS_BYTES];

    if (field == NULL) {
        return record_refuse_key(node->name, err);
    }
    if (!field->read(node, (char *)task + field->offset)) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "\"%s\": wanted %s, got %s", field->name, field->wanted,
                              skep_node_describe(node, got, sizeof got));
    }
    return SKEP_OK;
}

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
    for (size_t i = 0; i < root->n_children; i++) {
        st = record_read_field(&root->children[i], &task, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    if (task.kernel == NULL) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "no \"kernel\"");
    }
    task.has_retries = skep_node_get(root, "retries") != NULL;
    *task_out = task;
    return SKEP_OK;
}
