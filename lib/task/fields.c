/* SPDX-License-Identifier: MIT */
#include "task/fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/parse.h"
#include "task/text.h"
#include "task/timestamp.h"

enum { FIELD_NAME_BYTES = 256, FIELD_KERNEL_BYTES = 64, FIELD_PATH_BYTES = 4096, FIELD_RETRIES = 1000 };

/* ---- one reader a type of field ---- */

static bool text_fits(const struct skep_node *node, size_t most_bytes)
{
    return node->kind == SKEP_NODE_TEXT && node->length > 0 && node->length <= most_bytes &&
           skep_text_is_printable(node->text, node->length);
}

bool skep_field_name(const struct skep_node *node, void *field)
{
    if (!text_fits(node, FIELD_NAME_BYTES)) {
        return false;
    }
    *(const char **)field = node->text;
    return true;
}

bool skep_field_path(const struct skep_node *node, void *field)
{
    if (!text_fits(node, FIELD_PATH_BYTES)) {
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

bool skep_field_kernel(const struct skep_node *node, void *field)
{
    if (!text_fits(node, FIELD_KERNEL_BYTES)) {
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

bool skep_field_object(const struct skep_node *node, void *field)
{
    *(const struct skep_node **)field = node;
    return node->kind == SKEP_NODE_OBJECT;
}

bool skep_field_array(const struct skep_node *node, void *field)
{
    *(const struct skep_node **)field = node;
    return node->kind == SKEP_NODE_ARRAY;
}

bool skep_field_anything(const struct skep_node *node, void *field)
{
    *(const struct skep_node **)field = node;
    return true;
}

bool skep_field_retries(const struct skep_node *node, void *field)
{
    if (node->kind != SKEP_NODE_INT || node->i64 < 0 || node->i64 > FIELD_RETRIES) {
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

bool skep_field_seconds(const struct skep_node *node, void *field)
{
    double seconds;

    if (!node_get_number(node, &seconds) || !(seconds > 0) || !isfinite(seconds)) {
        return false;
    }
    *(double *)field = seconds;
    return true;
}

/* Never 0, which says "none" in the struct. */
bool skep_field_time(const struct skep_node *node, void *field)
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

bool skep_field_u64(const struct skep_node *node, void *field)
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

bool skep_field_bool(const struct skep_node *node, void *field)
{
    *(bool *)field = node->kind == SKEP_NODE_BOOL && node->boolean;
    return node->kind == SKEP_NODE_BOOL;
}

bool skep_field_count(const struct skep_node *node, void *field)
{
    *(int64_t *)field = node->kind == SKEP_NODE_INT ? node->i64 : 0;
    return *(int64_t *)field >= 1;
}

/* ---- the table ---- */

static const struct skep_field *field_find(const struct skep_field *fields, size_t n_fields, const char *name)
{
    for (size_t i = 0; i < n_fields; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

/* ---- keys that do not exist ---- */

/* The key that was probably meant, or NULL: at most one letter in three is wrong, and one more; upper and
 * lower case are the same (ours are lower). */
static const char *field_guess(const struct skep_field *fields, size_t n_fields, const char *key)
{
    char folded[SKEP_NEAREST_MAX + 1];
    const char *nearest = NULL;
    const size_t n = strlen(key);
    size_t least = SIZE_MAX;

    for (size_t i = 0; i < n && i < SKEP_NEAREST_MAX; i++) {
        folded[i] = (char)(key[i] >= 'A' && key[i] <= 'Z' ? key[i] - 'A' + 'a' : key[i]);
    }
    for (size_t i = 0; i < n_fields && n <= SKEP_NEAREST_MAX; i++) {
        const size_t n_known = strlen(fields[i].name);
        const size_t longer = n > n_known ? n : n_known;
        const size_t distance = skep_nearest_distance(folded, n, fields[i].name, n_known);
        if (distance < least && distance <= 1 + longer / 3) {
            least = distance;
            nearest = fields[i].name;
        }
    }
    return nearest;
}

static skep_status field_refuse_key(const struct skep_field *fields, size_t n_fields, const char *key,
                                    struct skep_error *err)
{
    const char *guess = field_guess(fields, n_fields, key);
    char excerpt[SKEP_EXCERPT_BYTES];
    char known[192];
    size_t used = 0;

    skep_text_excerpt(key, strlen(key), excerpt, sizeof excerpt);
    if (guess != NULL) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "unknown key %s: did you mean \"%s\"?", excerpt, guess);
    }
    for (size_t i = 0; i < n_fields && used < sizeof known; i++) {
        used +=
            (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", fields[i].name);
    }
    return skep_error_set(err, SKEP_E_BAD_RECORD, "unknown key %s: there are %s", excerpt, known);
}

/* ---- the whole object ---- */

static skep_status field_read(const struct skep_node *node, const struct skep_field *fields, size_t n_fields,
                              void *to, struct skep_error *err)
{
    const struct skep_field *field = field_find(fields, n_fields, node->name);
    char got[SKEP_NODE_WORDS_BYTES];

    if (field == NULL) {
        return field_refuse_key(fields, n_fields, node->name, err);
    }
    if (!field->read(node, (char *)to + field->offset)) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "\"%s\": wanted %s, got %s", field->name, field->wanted,
                              skep_node_describe(node, got, sizeof got));
    }
    return SKEP_OK;
}

skep_status skep_fields_read(const struct skep_node *object, const struct skep_field *fields, size_t n_fields,
                             void *to, struct skep_error *err)
{
    if (object->kind != SKEP_NODE_OBJECT) {
        char got[SKEP_NODE_WORDS_BYTES];
        return skep_error_set(err, SKEP_E_BAD_RECORD, "wanted an object, got %s",
                              skep_node_describe(object, got, sizeof got));
    }
    for (size_t i = 0; i < object->n_children; i++) {
        skep_status st = field_read(&object->children[i], fields, n_fields, to, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    return SKEP_OK;
}
