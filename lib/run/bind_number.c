/* SPDX-License-Identifier: MIT */
/* Arguments that are numbers: in the task's text, as text where JSON has no word for them, or one element of
 * an array. */
#include "run/bind_parts.h"

#include <math.h>

#include "base/parse.h"

static skep_status bind_check_range(const struct binding *b, double number)
{
    const struct skep_arg_spec *spec = b->spec;

    if ((spec->least == 0 && spec->most == 0) || (number >= spec->least && number <= spec->most)) {
        return SKEP_OK;
    }
    /* sixteen digits write every integer that a double holds exactly */
    if (spec->most >= 0x1p63) {
        return skep_error_set(b->err, SKEP_E_BAD_ARGS, "argument \"%s\" must be at least %.16g, not %.16g",
                              spec->name, spec->least, number);
    }
    return skep_error_set(b->err, SKEP_E_BAD_ARGS, "argument \"%s\" must be from %.16g to %.16g, not %.16g",
                          spec->name, spec->least, spec->most, number);
}

skep_status skep_bind_f64_view(const struct binding *b, const struct skep_view *view, struct skep_arg *arg)
{
    char shape[128];

    if (view->ndim != 0 || !skep_dtype_is_lossless(view->dtype, SKEP_F8)) {
        return skep_error_set(b->err, SKEP_E_BAD_ARGS, "argument \"%s\" wants one number, got %s of shape %s",
                              b->spec->name, skep_dtype_name(view->dtype),
                              skep_shape_format(view->ndim, view->shape, shape, sizeof shape));
    }
    arg->f64 = skep_view_get_f8(view, 0);
    return bind_check_range(b, arg->f64);
}

/* A number may also be one element of an array: "lambda.npy[7]". */
static skep_status bind_element(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    struct skep_view view;
    skep_status st = skep_bind_reference(b, node->text, node->length, &view);

    return st == SKEP_OK && b->cache != NULL ? skep_bind_f64_view(b, &view, arg) : st;
}

skep_status skep_bind_f64(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    if (node->kind == SKEP_NODE_INT) {
        arg->f64 = (double)node->i64;
    } else if (node->kind == SKEP_NODE_REAL) {
        arg->f64 = node->f64;
    } else if (node->kind == SKEP_NODE_TEXT && node->length > 0 && node->text[node->length - 1] == ']') {
        return bind_element(b, node, arg);
    } else if (node->kind != SKEP_NODE_TEXT || !skep_parse_f64(node->text, node->length, &arg->f64)) {
        return skep_bind_refuse(b, "a number", node);
    }
    return bind_check_range(b, arg->f64);
}

/* An integer as a double holds it: 1e6 is as good as 1000000. */
static bool bind_is_integral(double number)
{
    return fabs(number) <= 9007199254740992.0 && number == floor(number);
}

skep_status skep_bind_i64(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    if (node->kind == SKEP_NODE_INT) {
        arg->i64 = node->i64;
    } else if (node->kind == SKEP_NODE_REAL && bind_is_integral(node->f64)) {
        arg->i64 = (int64_t)node->f64;
    } else if (node->kind != SKEP_NODE_TEXT || !skep_parse_i64(node->text, node->length, &arg->i64)) {
        return skep_bind_refuse(b, "an integer", node);
    }
    return bind_check_range(b, (double)arg->i64);
}

skep_status skep_bind_u64(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    if (node->kind == SKEP_NODE_INT && node->i64 >= 0) {
        arg->u64 = (uint64_t)node->i64;
    } else if (node->kind == SKEP_NODE_REAL && node->f64 >= 0 && bind_is_integral(node->f64)) {
        arg->u64 = (uint64_t)node->f64;
    } else if (node->kind != SKEP_NODE_TEXT || !skep_parse_u64(node->text, node->length, &arg->u64)) {
        return skep_bind_refuse(b, "an integer that is not negative", node);
    }
    return bind_check_range(b, (double)arg->u64);
}
