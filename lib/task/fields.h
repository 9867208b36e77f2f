/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_FIELDS_H
#define SKEP_TASK_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "task/node.h"

/* A JSON object read into a struct by a table: a row for each key. */
struct skep_field {
    const char *name;
    bool (*read)(const struct skep_node *node, void *field); /* false: not what the field wants */
    size_t offset;                                           /* of the field in the struct */
    const char *wanted;                                      /* "an integer from 0 to 1000" */
};

/* Read every member of OBJECT into TO by its row. A key without a row is refused, for it is a typing mistake;
 * ERR says which key was probably meant.
 *
 *   SKEP_E_BAD_RECORD   no object, an unknown key, or a member that does not hold what is wanted */
SKEP_MUST_USE skep_status skep_fields_read(const struct skep_node *object, const struct skep_field *fields,
                                           size_t n_fields, void *to, struct skep_error *err);

/* Readers for the rows, by what the field is. */
bool skep_field_name(const struct skep_node *node, void *field);     /* const char *, 1 to 256 bytes */
bool skep_field_path(const struct skep_node *node, void *field);     /* const char *, 1 to 4096 bytes */
bool skep_field_kernel(const struct skep_node *node, void *field);   /* const char * */
bool skep_field_object(const struct skep_node *node, void *field);   /* const struct skep_node * */
bool skep_field_array(const struct skep_node *node, void *field);    /* const struct skep_node * */
bool skep_field_anything(const struct skep_node *node, void *field); /* const struct skep_node * */
bool skep_field_retries(const struct skep_node *node, void *field);  /* unsigned, 0 to 1000 */
bool skep_field_seconds(const struct skep_node *node, void *field);  /* double, above 0 */
bool skep_field_time(const struct skep_node *node, void *field);     /* int64_t, wall ms, never 0 */
bool skep_field_u64(const struct skep_node *node, void *field);      /* uint64_t, digits as a text, too */
bool skep_field_bool(const struct skep_node *node, void *field);     /* bool */
bool skep_field_count(const struct skep_node *node, void *field);    /* int64_t, at least 1 */

#endif
