/* SPDX-License-Identifier: MIT */
#include "kernel/arrays/reduce.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "kernel/arrays/pass.h"

enum { NAN_PROPAGATE, NAN_SKIP };
static const char *const nan_choices[] = {"propagate", "skip", NULL};

#define ARG_X                                                                                                \
    {                                                                                                        \
        .name = "x", .kind = SKEP_ARG_ARRAY, .is_required = true, .min_ndim = 0, .max_ndim = SKEP_MAX_DIMS,  \
        .shape_text = "[...]", .help = "The array, of any dtype, rank and strides."                          \
    }
#define ARG_AXIS                                                                                             \
    {                                                                                                        \
        .name = "axis", .kind = SKEP_ARG_I64,                                                                \
        .help = "The axis to go along, negative from the last one on; absent: all elements."                 \
    }
#define ARG_NAN                                                                                              \
    {                                                                                                        \
        .name = "nan", .kind = SKEP_ARG_CHOICE, .default_text = "propagate", .choices = nan_choices,         \
        .help = "Whether a NaN makes the value NaN (propagate) or is left out (skip)."                       \
    }
#define ARG_DDOF                                                                                             \
    {                                                                                                        \
        .name = "ddof", .kind = SKEP_ARG_I64, .default_text = "0", .least = 0, .most = 0x1p53,               \
        .help = "What is taken off the number of elements in the denominator: 1 for an unbiased estimate."   \
    }

const struct skep_arg_spec skep_reduce_args_plain[] = {ARG_X, ARG_AXIS, {0}};
const struct skep_arg_spec skep_reduce_args_nan[] = {ARG_X, ARG_AXIS, ARG_NAN, {0}};
const struct skep_arg_spec skep_reduce_args_ddof[] = {ARG_X, ARG_AXIS, ARG_NAN, ARG_DDOF, {0}};

enum skep_dtype skep_reduce_to_f8(enum skep_dtype dtype)
{
    (void)dtype;
    return SKEP_F8;
}

enum skep_dtype skep_reduce_to_i8(enum skep_dtype dtype)
{
    (void)dtype;
    return SKEP_I8;
}

enum skep_dtype skep_reduce_to_same(enum skep_dtype dtype)
{
    return dtype;
}

/* What a call takes from the arena, apart from its value. */
struct reduce_plan {
    int axis;          /* -1: all elements */
    int64_t n_values;  /* of an array */
    bool has_strips;   /* values grow together */
    int64_t n_columns; /* of a strip */
    int64_t n_rows;    /* of a strip, at a time */
    int64_t n_doubles; /* of a strip, with the gaps */
    int64_t n_states;
};

/* An axis that is out of range counts as none. */
static void reduce_make_plan(const struct skep_call *call, struct reduce_plan *plan)
{
    const struct skep_view *view = &call->args[SKEP_REDUCE_X].view;
    int64_t axis = call->args[SKEP_REDUCE_AXIS].i64;

    *plan = (struct reduce_plan){.axis = -1, .n_states = 1};
    axis += axis < 0 ? view->ndim : 0;
    if (!call->args[SKEP_REDUCE_AXIS].is_given || view->ndim <= 1 || axis < 0 || axis >= view->ndim) {
        return;
    }
    plan->axis = (int)axis;
    plan->n_values = 1;
    for (int i = 0; i < view->ndim; i++) {
        plan->n_values *= i == axis ? 1 : view->shape[i];
    }
    /* The truth stays simple: it goes from one value to the next. */
    plan->has_strips = !call->is_reference && view->strides[axis] != 1 && view->shape[axis] > 1;
    if (plan->has_strips) {
        plan->n_columns = plan->n_values < SKEP_PASS_COLUMNS ? plan->n_values : SKEP_PASS_COLUMNS;
        plan->n_rows = SKEP_PASS_STRIP / (plan->n_columns > 0 ? plan->n_columns : 1);
        plan->n_rows = plan->n_rows < SKEP_SPAN ? plan->n_rows : SKEP_SPAN;
        plan->n_rows = plan->n_rows < view->shape[axis] ? plan->n_rows : view->shape[axis];
        plan->n_doubles = plan->n_columns * (plan->n_rows + SKEP_PASS_GAP);
        plan->n_states = plan->n_columns;
    }
}

void skep_reduce_cost(const struct skep_reduction *reduction, const struct skep_call *call,
                      struct skep_cost *cost_out)
{
    const struct skep_view *view = &call->args[SKEP_REDUCE_X].view;
    struct reduce_plan plan;

    reduce_make_plan(call, &plan);
    cost_out->bytes = (double)sizeof(struct skep_pass_room) +
                      (double)plan.n_states * (double)reduction->state_size + 8.0 * (double)plan.n_doubles +
                      (double)plan.n_values * (double)skep_dtype_size(reduction->value_dtype(view->dtype));
    cost_out->seconds =
        1e-6 + reduction->seconds * (double)skep_view_count(view) + 1e-7 * (double)plan.n_values;
}

/* The shape of VIEW without AXIS; returns its number of axes. */
static int reduce_shape(const struct skep_view *view, int axis, int64_t shape_out[SKEP_MAX_DIMS])
{
    int ndim = 0;

    for (int i = 0; i < view->ndim; i++) {
        if (i != axis) {
            shape_out[ndim++] = view->shape[i];
        }
    }
    return ndim;
}

/* The array value of a reduction along AXIS. */
static skep_status reduce_output(struct skep_call *call, enum skep_dtype dtype, int axis,
                                 struct skep_value *value_out, struct skep_error *err)
{
    int64_t shape[SKEP_MAX_DIMS];
    int ndim = reduce_shape(&call->args[SKEP_REDUCE_X].view, axis, shape);
    void *data;

    return skep_call_output(call, dtype, ndim, shape, &data, value_out, err);
}

static skep_status reduce_take_room(struct skep_call *call, const struct reduce_plan *plan,
                                    struct skep_pass *pass, struct skep_error *err)
{
    void *room = NULL, *columns = NULL;
    skep_status st = skep_call_scratch(call, 1, sizeof(struct skep_pass_room), &room, err);

    if (st == SKEP_OK) {
        st = skep_call_scratch(call, plan->n_states, pass->reduction->state_size, &pass->states, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, plan->n_doubles, sizeof(double), &columns, err);
    }
    pass->room = room;
    pass->columns = columns;
    pass->n_columns = (int)plan->n_columns;
    pass->n_rows = plan->n_rows;
    return st;
}

static skep_status reduce_check_axis(const struct skep_call *call, struct skep_error *err)
{
    const struct skep_view *view = &call->args[SKEP_REDUCE_X].view;
    int64_t axis = call->args[SKEP_REDUCE_AXIS].i64;
    int64_t n_axes = view->ndim > 0 ? view->ndim : 1; /* NumPy lets a single number have one axis */

    if (call->args[SKEP_REDUCE_AXIS].is_given && (axis < -n_axes || axis >= n_axes)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "axis %" PRId64 " is out of range for an array of %d axes", axis, view->ndim);
    }
    return SKEP_OK;
}

skep_status skep_reduce_value(const struct skep_reduction *reduction, const struct skep_call *call,
                              struct skep_view *value_out)
{
    const struct skep_view *view = &call->args[SKEP_REDUCE_X].view;
    enum skep_dtype dtype = reduction->value_dtype(view->dtype);
    int64_t shape[SKEP_MAX_DIMS];
    struct reduce_plan plan;

    if (reduce_check_axis(call, NULL) != SKEP_OK) {
        return SKEP_EMPTY;
    }
    reduce_make_plan(call, &plan);
    if (plan.axis < 0) {
        return skep_value_number(dtype, value_out);
    }
    return skep_value_array(dtype, reduce_shape(view, plan.axis, shape), shape, value_out);
}

static skep_status reduce_all(const struct skep_pass *pass, struct skep_value *value_out,
                              struct skep_error *err)
{
    struct skep_scalar value;
    skep_status st = skep_pass_view(pass, pass->reduce->view, &value, err);

    if (st != SKEP_OK) {
        return st;
    }
    value_out->kind = value.kind;
    switch (value.kind) {
    case SKEP_VALUE_F64:
        value_out->f64 = value.f64;
        break;
    case SKEP_VALUE_U64:
        value_out->u64 = value.u64;
        break;
    case SKEP_VALUE_BOOL:
        value_out->boolean = value.boolean;
        break;
    case SKEP_VALUE_JSON:
        value_out->json.text = value.json;
        value_out->json.length = strlen(value.json);
        break;
    default:
        value_out->i64 = value.i64;
        break;
    }
    return SKEP_OK;
}

skep_status skep_reduce_run(const struct skep_reduction *reduction, struct skep_call *call,
                            struct skep_value *value_out, struct skep_error *err)
{
    struct skep_reduce reduce = {.call = call, .view = &call->args[SKEP_REDUCE_X].view};
    struct skep_pass pass = {.reduce = &reduce, .reduction = reduction};
    struct reduce_plan plan;
    skep_status st = reduce_check_axis(call, err);

    assert(reduction->exact == NULL || reduction->exact->state_size <= SKEP_PASS_EXACT_SIZE);
    reduce.dtype = skep_reader_dtype(reduce.view->dtype, reduction->form);
    reduce.skips_nan = reduction->takes_nan && call->args[SKEP_REDUCE_NAN].choice == NAN_SKIP;
    reduce.ddof = reduction->takes_ddof ? call->args[SKEP_REDUCE_DDOF].i64 : 0;
    reduce.spans = skep_spans_at(call->is_reference ? SKEP_CPU_PLAIN : skep_cpu_level());
    reduce_make_plan(call, &plan);
    if (st == SKEP_OK && plan.axis >= 0) {
        st = reduce_output(call, reduction->value_dtype(reduce.view->dtype), plan.axis, value_out, err);
    }
    if (st == SKEP_OK) {
        st = reduce_take_room(call, &plan, &pass, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    if (plan.axis < 0) {
        return reduce_all(&pass, value_out, err);
    }
    return plan.has_strips ? skep_pass_strips(&pass, plan.axis, &value_out->array, err)
                           : skep_pass_runs(&pass, plan.axis, &value_out->array, err);
}
