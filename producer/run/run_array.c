/* SPDX-License-Identifier: MIT */
/* Two passes over the journal: the first learns what the values are, the second puts each in its place. */
#include "producer/run/run_array.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/parse.h"
#include "npy/write.h"
#include "task/node.h"
#include "task/result_read.h"

enum { ARRAY_ARENA_BYTES = 1024 * 1024 * 1024, ARRAY_ARENA_KEEP = 1024 * 1024 };

/* Above it a double does not hold every integer. */
static const int64_t array_exact = INT64_C(1) << 53;

struct array {
    struct skep_arena arena; /* of one result */
    uint64_t n_tasks;
    bool is_known; /* some task gave a value; the next three are of it */
    int ndim;      /* of one value */
    int64_t lengths[SKEP_MAX_DIMS];
    int64_t each;   /* elements of one value */
    uint64_t first; /* the task that gave it */
    bool has_i8, has_b1, has_f8, has_failed;
    bool has_large; /* an integer that is no double */
    enum skep_dtype dtype;
    void *elements;
};

/* ---- the shape that was asked for ---- */

skep_status skep_run_shape_parse(const char *text, uint64_t n_tasks, struct skep_run_shape *shape_out,
                                 struct skep_error *err)
{
    int64_t count;

    *shape_out = (struct skep_run_shape){0};
    for (const char *at = text; at != NULL; at = *at == ',' ? at + 1 : NULL) {
        size_t n = strcspn(at, ",");
        if (shape_out->ndim == SKEP_MAX_DIMS ||
            !skep_parse_i64(at, n, &shape_out->lengths[shape_out->ndim]) ||
            shape_out->lengths[shape_out->ndim] < 1) {
            return skep_error_set(
                err, SKEP_E_USAGE,
                "--shape wants lengths from 1 with commas between them, like 24,2,6; not \"%.60s\"", text);
        }
        shape_out->ndim++;
        at += n;
    }
    count = skep_shape_count(shape_out->ndim, shape_out->lengths);
    if (text != NULL && (count < 0 || (uint64_t)count % n_tasks != 0)) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "--shape %.60s has %" PRId64 " elements, which %" PRIu64
                              " tasks cannot fill: each gives one element, or an array of equally many",
                              text, count, n_tasks);
    }
    return SKEP_OK;
}

/* ---- one value ---- */

/* The value of a result as a view in the arena: a number is a view without axes. */
static skep_status array_view(struct array *array, const struct skep_result_summary *outcome,
                              struct skep_view *view_out, struct skep_error *err)
{
    const struct skep_node *value = outcome->value;
    const struct skep_node alone = {.kind = SKEP_NODE_ARRAY, .children = value, .n_children = 1};
    struct skep_error why = {0};
    char got[SKEP_NODE_WORDS_BYTES];
    skep_status st = SKEP_E_BAD_ARGS;

    if (value->kind != SKEP_NODE_OBJECT && value->kind != SKEP_NODE_NULL) {
        st =
            skep_node_to_view(value->kind == SKEP_NODE_ARRAY ? value : &alone, &array->arena, view_out, &why);
    }
    if (st == SKEP_OK && value->kind != SKEP_NODE_ARRAY) {
        view_out->ndim = 0;
    }
    if (st == SKEP_E_BAD_ARGS) {
        return skep_error_set(err, st, "--array: the value of task %" PRIu64 " is %s, which is no number%s%s",
                              outcome->index, skep_node_describe(value, got, sizeof got),
                              why.text[0] != '\0' ? ": " : "", why.text);
    }
    return st == SKEP_OK ? SKEP_OK : skep_error_set(err, st, "no memory for the value of a task");
}

static skep_status array_check_shape(struct array *array, const struct skep_view *view, uint64_t index,
                                     struct skep_error *err)
{
    char wanted[128], got[128];

    if (!array->is_known) {
        array->is_known = true;
        array->first = index;
        array->ndim = view->ndim;
        memcpy(array->lengths, view->shape, sizeof array->lengths);
        array->each = skep_view_count(view);
    }
    if (array->ndim == view->ndim &&
        memcmp(array->lengths, view->shape, (size_t)view->ndim * sizeof view->shape[0]) == 0) {
        return SKEP_OK;
    }
    return skep_error_set(
        err, SKEP_E_BAD_ARGS,
        "--array: the values of task %" PRIu64 " and task %" PRIu64 " have different shapes, %s and %s",
        array->first, index, skep_shape_format(array->ndim, array->lengths, wanted, sizeof wanted),
        skep_shape_format(view->ndim, view->shape, got, sizeof got));
}

static void array_see_elements(struct array *array, const struct skep_view *view)
{
    const int64_t *integers = view->data;

    array->has_b1 = array->has_b1 || view->dtype == SKEP_B1;
    array->has_f8 = array->has_f8 || view->dtype == SKEP_F8;
    if (view->dtype == SKEP_I8) {
        array->has_i8 = true;
        for (int64_t i = 0; i < array->each; i++) {
            array->has_large = array->has_large || integers[i] > array_exact || integers[i] < -array_exact;
        }
    }
}

/* First pass. */
static skep_status array_see(struct array *array, const struct skep_result_summary *outcome,
                             struct skep_error *err)
{
    struct skep_view view;
    skep_status st;

    if (!outcome->is_ok) {
        array->has_failed = true;
        return SKEP_OK;
    }
    st = array_view(array, outcome, &view, err);
    if (st == SKEP_OK) {
        st = array_check_shape(array, &view, outcome->index, err);
    }
    if (st == SKEP_OK) {
        array_see_elements(array, &view);
    }
    return st;
}

/* Second pass. The first one has seen that it works. */
static skep_status array_put(struct array *array, const struct skep_result_summary *outcome,
                             struct skep_error *err)
{
    size_t each_bytes = (size_t)array->each * skep_dtype_size(array->dtype);
    char *to = (char *)array->elements + outcome->index * each_bytes;
    struct skep_view view;
    skep_status st;

    if (!outcome->is_ok) {
        return SKEP_OK; /* NaN already */
    }
    st = array_view(array, outcome, &view, err);
    if (st == SKEP_OK && array->dtype == SKEP_F8) {
        skep_view_copy_f8(&view, (double *)(void *)to);
    } else if (st == SKEP_OK) {
        skep_view_copy(&view, to);
    }
    return st;
}

/* ---- all values ---- */

static skep_status array_walk(struct array *array, const struct skep_journal *journal,
                              skep_status (*visit)(struct array *, const struct skep_result_summary *,
                                                   struct skep_error *),
                              struct skep_error *err)
{
    struct skep_journal_cursor cursor;
    skep_status st = SKEP_OK;

    skep_journal_cursor_init(&cursor, journal);
    while (st == SKEP_OK) {
        struct skep_result_summary outcome;
        struct skep_bytes line;
        skep_arena_reset(&array->arena, ARRAY_ARENA_KEEP);
        st = skep_journal_next(&cursor, &line, err);
        if (st == SKEP_OK) {
            st = skep_result_read(line.bytes, line.n, &array->arena, &outcome, err);
        }
        if (st == SKEP_OK && outcome.has_index && outcome.index < array->n_tasks) {
            st = visit(array, &outcome, err);
        }
    }
    skep_journal_cursor_release(&cursor);
    return st == SKEP_EMPTY ? SKEP_OK : st;
}

static skep_status array_choose_dtype(struct array *array, struct skep_error *err)
{
    bool is_f8 = array->has_f8 || array->has_failed || (array->has_i8 && array->has_b1) || !array->is_known;

    array->dtype = is_f8 ? SKEP_F8 : array->has_i8 ? SKEP_I8 : SKEP_B1;
    if (is_f8 && array->has_large) {
        return skep_error_set(
            err, SKEP_E_BAD_ARGS,
            "--array: some values are integers above 2^53 and others are not integers%s: no one "
            "dtype holds them all",
            array->has_failed ? " (or failed, which would be NaN)" : "");
    }
    return SKEP_OK;
}

/* The shape that was asked for, or (number of tasks, lengths of a value...). */
static skep_status array_choose_shape(struct array *array, const struct skep_run_shape *asked,
                                      struct skep_run_shape *shape_out, struct skep_error *err)
{
    int64_t count;
    char text[128], value[128];

    array->each = array->is_known ? array->each : 1;
    if (asked->ndim == 0) {
        *shape_out = (struct skep_run_shape){.ndim = array->ndim + 1, .lengths = {(int64_t)array->n_tasks}};
        if (array->ndim == SKEP_MAX_DIMS) {
            return skep_error_set(err, SKEP_E_BAD_ARGS, "--array: the values have too many axes");
        }
        memcpy(shape_out->lengths + 1, array->lengths, (size_t)array->ndim * sizeof array->lengths[0]);
        return SKEP_OK;
    }
    *shape_out = *asked;
    count = skep_shape_count(asked->ndim, asked->lengths);
    if (!array->is_known && count % (int64_t)array->n_tasks == 0) {
        array->each = count / (int64_t)array->n_tasks; /* every task failed */
    }
    if (array->each == 0 || count / array->each != (int64_t)array->n_tasks || count % array->each != 0) {
        return skep_error_set(
            err, SKEP_E_BAD_ARGS,
            "--shape %s does not fit: there are %" PRIu64 " tasks, and each gave a value of shape %s",
            skep_shape_format(asked->ndim, asked->lengths, text, sizeof text), array->n_tasks,
            skep_shape_format(array->ndim, array->lengths, value, sizeof value));
    }
    return SKEP_OK;
}

static skep_status array_make_room(struct array *array, struct skep_error *err)
{
    uint64_t count = array->n_tasks * (uint64_t)array->each;

    array->elements = skep_calloc(count > 0 ? count : 1, skep_dtype_size(array->dtype));
    if (array->elements == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "--array: no memory for an array of %" PRIu64 " elements",
                              count);
    }
    for (uint64_t i = 0; array->dtype == SKEP_F8 && i < count; i++) {
        ((double *)array->elements)[i] = NAN;
    }
    return SKEP_OK;
}

skep_status skep_run_array_write(const struct skep_journal *journal, uint64_t n_tasks,
                                 const struct skep_run_shape *shape, const char *path, struct skep_error *err)
{
    struct array array = {.n_tasks = n_tasks};
    struct skep_run_shape full;
    struct skep_view view;
    skep_status st;

    skep_arena_init(&array.arena, ARRAY_ARENA_BYTES);
    st = array_walk(&array, journal, array_see, err);
    if (st == SKEP_OK) {
        st = array_choose_dtype(&array, err);
    }
    if (st == SKEP_OK) {
        st = array_choose_shape(&array, shape, &full, err);
    }
    if (st == SKEP_OK) {
        st = array_make_room(&array, err);
    }
    if (st == SKEP_OK) {
        st = array_walk(&array, journal, array_put, err);
    }
    if (st == SKEP_OK) {
        skep_view_init(&view, array.elements, array.dtype, full.ndim, full.lengths);
        st = skep_npy_write_path(path, &view, err);
    }
    skep_free(array.elements);
    skep_arena_release(&array.arena);
    return st;
}
