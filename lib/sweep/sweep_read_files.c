/* SPDX-License-Identifier: MIT */
/* The parts of a sweep's record that are about files: outputs and inputs. */
#include <stddef.h>
#include <string.h>

#include "base/parse.h"
#include "sweep/sweep_read.h"
#include "task/fields.h"

/* ---- outputs ---- */

static bool read_dtype(const struct skep_node *node, void *field)
{
    const enum skep_dtype dtype =
        node->kind == SKEP_NODE_TEXT ? skep_dtype_parse(node->text) : SKEP_DTYPE_NONE;

    *(enum skep_dtype *)field = dtype;
    return dtype != SKEP_DTYPE_NONE;
}

static bool read_out_path(const struct skep_node *node, void *field)
{
    return skep_field_path(node, field) && node->length > 4 &&
           memcmp(node->text + node->length - 4, ".npy", 4) == 0;
}

struct out_fields {
    struct skep_sweep_out out;
    const struct skep_node *at;
    const struct skep_node *shape;
};

static const struct skep_field out_fields[] = {
    {"path", read_out_path, offsetof(struct out_fields, out.path), "a path that ends in .npy"},
    {"at", skep_field_array, offsetof(struct out_fields, at), "a list of texts"},
    {"of", skep_field_path, offsetof(struct out_fields, out.of), "a slice like \"[0:4]\""},
    {"dtype", read_dtype, offsetof(struct out_fields, out.dtype), "a dtype like \"f8\""},
    {"shape", skep_field_array, offsetof(struct out_fields, shape), "a list of lengths"},
    {"fill", skep_field_name, offsetof(struct out_fields, out.fill), "a number as a text"},
};

static skep_status out_read_at(const struct skep_node *at, struct skep_sweep_out *out, struct skep_error *err)
{
    if (at->n_children > SKEP_MAX_DIMS) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "\"at\" has %zu entries, at most %d are possible",
                              at->n_children, SKEP_MAX_DIMS);
    }
    for (size_t i = 0; i < at->n_children; i++) {
        if (!skep_field_path(&at->children[i], &out->at[i])) {
            return skep_error_set(err, SKEP_E_BAD_RECORD, "\"at\": wanted a list of texts");
        }
    }
    out->n_at = (int)at->n_children;
    return SKEP_OK;
}

static skep_status out_read_shape(const struct skep_node *shape, struct skep_sweep_out *out,
                                  struct skep_error *err)
{
    if (shape->n_children > SKEP_MAX_DIMS) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "\"shape\" has %zu axes, at most %d are possible",
                              shape->n_children, SKEP_MAX_DIMS);
    }
    for (size_t i = 0; i < shape->n_children; i++) {
        const struct skep_node *length = &shape->children[i];

        if (length->kind != SKEP_NODE_INT || length->i64 < 0) {
            return skep_error_set(err, SKEP_E_BAD_RECORD, "\"shape\": wanted a list of lengths");
        }
        out->shape[i] = length->i64;
    }
    out->ndim = (int)shape->n_children;
    return SKEP_OK;
}

static skep_status out_read(const struct skep_node *node, struct skep_sweep_out *out, struct skep_error *err)
{
    struct out_fields fields = {0};
    skep_status st =
        skep_fields_read(node, out_fields, sizeof out_fields / sizeof out_fields[0], &fields, err);

    if (st == SKEP_OK && fields.out.path == NULL) {
        st = skep_error_set(err, SKEP_E_BAD_RECORD, "no \"path\"");
    }
    if (st == SKEP_OK && (fields.shape != NULL) != (fields.out.dtype != SKEP_DTYPE_NONE)) {
        st = skep_error_set(err, SKEP_E_BAD_RECORD, "\"dtype\" and \"shape\" go together");
    }
    if (st == SKEP_OK && fields.at != NULL) {
        st = out_read_at(fields.at, &fields.out, err);
    }
    if (st == SKEP_OK && fields.shape != NULL) {
        st = out_read_shape(fields.shape, &fields.out, err);
    }
    *out = fields.out;
    return st;
}

skep_status skep_sweep_read_outs(const struct skep_node *outs, struct skep_sweep *sweep,
                                 struct skep_error *err)
{
    if (outs->n_children > SKEP_SWEEP_MAX_OUTS) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "%zu outputs, at most %d are possible",
                              outs->n_children, SKEP_SWEEP_MAX_OUTS);
    }
    for (size_t k = 0; k < outs->n_children; k++) {
        skep_status st = out_read(&outs->children[k], &sweep->outs[k], err);
        if (st != SKEP_OK) {
            skep_error_prefix(err, "out[%zu]", k);
            return st;
        }
    }
    sweep->n_outs = (int)outs->n_children;
    return SKEP_OK;
}

/* ---- inputs ---- */

static bool read_size(const struct skep_node *node, void *field)
{
    *(int64_t *)field = node->kind == SKEP_NODE_INT ? node->i64 : -1;
    return *(int64_t *)field >= 0;
}

static bool read_digits(const struct skep_node *node, void *field)
{
    return node->kind == SKEP_NODE_TEXT && skep_parse_i64(node->text, node->length, field);
}

static bool read_checksum(const struct skep_node *node, void *field)
{
    uint32_t checksum = 0;

    if (node->kind != SKEP_NODE_TEXT || node->length != 8 || strspn(node->text, "0123456789abcdef") != 8) {
        return false;
    }
    for (size_t i = 0; i < 8; i++) {
        const char c = node->text[i];
        checksum = checksum << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    *(uint32_t *)field = checksum;
    return true;
}

static const struct skep_field input_fields[] = {
    {"path", skep_field_path, offsetof(struct skep_sweep_input, path), "a path"},
    {"size", read_size, offsetof(struct skep_sweep_input, size), "bytes"},
    {"mtime_ns", read_digits, offsetof(struct skep_sweep_input, mtime_ns), "digits as a text"},
    {"header", read_checksum, offsetof(struct skep_sweep_input, header), "eight digits of 0-9 a-f"},
};

skep_status skep_sweep_read_inputs(const struct skep_node *inputs, struct skep_sweep *sweep,
                                   struct skep_error *err)
{
    if (inputs->n_children > SKEP_SWEEP_MAX_INPUTS) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "%zu inputs, at most %d are possible",
                              inputs->n_children, SKEP_SWEEP_MAX_INPUTS);
    }
    for (size_t i = 0; i < inputs->n_children; i++) {
        struct skep_sweep_input *input = &sweep->inputs[i];
        skep_status st = skep_fields_read(&inputs->children[i], input_fields,
                                          sizeof input_fields / sizeof input_fields[0], input, err);

        if (st == SKEP_OK && input->path == NULL) {
            st = skep_error_set(err, SKEP_E_BAD_RECORD, "no \"path\"");
        }
        if (st != SKEP_OK) {
            skep_error_prefix(err, "inputs[%zu]", i);
            return st;
        }
    }
    sweep->n_inputs = (int)inputs->n_children;
    return SKEP_OK;
}
