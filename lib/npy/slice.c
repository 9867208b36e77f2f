/* SPDX-License-Identifier: MIT */
/* A slice moves a view's origin, changes its strides and drops axes; it never touches an element. The rules
 * for what start, stop and step mean are Python's slice.indices. */
#include "npy/slice.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"

/* ---- parsing ---- */

struct slice_text {
    const char *ref; /* where columns are counted from */
    const char *at;
    const char *end;
};

static skep_status slice_syntax(const struct slice_text *text, struct skep_error *err, const char *what)
{
    return skep_error_set(err, SKEP_E_BAD_ARGS, "array reference, column %zu: %s",
                          (size_t)(text->at - text->ref) + 1, what);
}

static void slice_skip_space(struct slice_text *text)
{
    while (text->at < text->end && *text->at == ' ') {
        text->at++;
    }
}

/* Past spaces and C, if C is what comes next. */
static bool slice_accept(struct slice_text *text, char c)
{
    slice_skip_space(text);
    if (text->at == text->end || *text->at != c) {
        return false;
    }
    text->at++;
    return true;
}

/* An integer, if one is there: *HAS_OUT says so. */
static skep_status slice_parse_number(struct slice_text *text, bool *has_out, int64_t *number_out,
                                      struct skep_error *err)
{
    const char *from;
    const char *to;

    slice_skip_space(text);
    from = to = text->at;
    while (to < text->end && ((*to >= '0' && *to <= '9') || (to == from && (*to == '-' || *to == '+')))) {
        to++;
    }
    *has_out = to > from;
    if (*has_out && *from == '+') {
        from++; /* Python allows it, the number reader does not. */
    }
    if (*has_out && !skep_parse_i64(from, (size_t)(to - from), number_out)) {
        return slice_syntax(text, err, "not a 64-bit integer");
    }
    text->at = to;
    return SKEP_OK;
}

/* What follows the first ':' of a range. */
static skep_status slice_parse_range(struct slice_text *text, struct skep_slice_item *item,
                                     struct skep_error *err)
{
    skep_status st = slice_parse_number(text, &item->has_stop, &item->stop, err);
    bool has_step = false;

    item->kind = SKEP_SLICE_RANGE;
    item->step = 1;
    if (st != SKEP_OK || !slice_accept(text, ':')) {
        return st;
    }
    st = slice_parse_number(text, &has_step, &item->step, err);
    if (st == SKEP_OK && has_step && item->step == 0) {
        return slice_syntax(text, err, "a step of 0");
    }
    return st;
}

static skep_status slice_parse_item(struct slice_text *text, struct skep_slice_item *item,
                                    struct skep_error *err)
{
    skep_status st;
    bool has_number;

    *item = (struct skep_slice_item){.kind = SKEP_SLICE_INDEX};
    slice_skip_space(text);
    if (text->end - text->at >= 3 && memcmp(text->at, "...", 3) == 0) {
        text->at += 3;
        item->kind = SKEP_SLICE_ELLIPSIS;
        return SKEP_OK;
    }
    st = slice_parse_number(text, &has_number, &item->start, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (slice_accept(text, ':')) {
        item->has_start = has_number;
        return slice_parse_range(text, item, err);
    }
    if (!has_number) {
        return slice_syntax(text, err, "an integer, start:stop:step or ... must stand here");
    }
    return SKEP_OK;
}

/* Everything between the brackets. */
static skep_status slice_parse(struct slice_text *text, struct skep_slice *slice, struct skep_error *err)
{
    bool has_ellipsis = false;

    do {
        skep_status st;
        if (slice->n == SKEP_MAX_DIMS + 1) {
            return slice_syntax(text, err, "more items than an array can have dimensions");
        }
        st = slice_parse_item(text, &slice->items[slice->n], err);
        if (st != SKEP_OK) {
            return st;
        }
        if (slice->items[slice->n++].kind == SKEP_SLICE_ELLIPSIS) {
            if (has_ellipsis) {
                return slice_syntax(text, err, "a second '...'");
            }
            has_ellipsis = true;
        }
    } while (slice_accept(text, ','));
    slice_skip_space(text);
    return text->at == text->end ? SKEP_OK : slice_syntax(text, err, "',' or ']' must stand here");
}

skep_status skep_ref_parse(const char *ref, size_t n, size_t *path_n_out, struct skep_slice *slice_out,
                           struct skep_error *err)
{
    struct slice_text text = {.ref = ref, .at = ref, .end = ref + n};
    const char *bracket = n > 0 ? memrchr(ref, '[', n) : NULL;

    slice_out->n = 0;
    *path_n_out = n;
    if (n > 0 && ref[n - 1] == ']') {
        text.at = bracket != NULL ? bracket : ref + n - 1;
        if (bracket == NULL) {
            return slice_syntax(&text, err, "']' without '['");
        }
        *path_n_out = (size_t)(bracket - ref);
        text.at = bracket + 1;
        text.end = ref + n - 1;
        return slice_parse(&text, slice_out, err);
    }
    if (bracket != NULL && memchr(bracket, ']', (size_t)(ref + n - bracket)) == NULL) {
        text.at = bracket;
        return slice_syntax(&text, err, "'[' without ']'");
    }
    return SKEP_OK;
}

/* ---- applying ---- */

/* A start or stop, counted from the end when negative, brought into [LOW, HIGH]. */
static int64_t slice_clip(int64_t at, int64_t length, int64_t low, int64_t high)
{
    if (at < 0) {
        at += length;
    }
    return at < low ? low : at > high ? high : at;
}

/* First index and number of elements that a range takes from an axis of LENGTH. */
static int64_t slice_range_count(const struct skep_slice_item *item, int64_t length, int64_t *first_out)
{
    /* As Python does it; the negation of the smallest integer would overflow. */
    int64_t step = item->step < -INT64_MAX ? -INT64_MAX : item->step;
    int64_t low = step > 0 ? 0 : -1;
    int64_t high = step > 0 ? length : length - 1;
    int64_t start = item->has_start ? slice_clip(item->start, length, low, high) : step > 0 ? low : high;
    int64_t stop = item->has_stop ? slice_clip(item->stop, length, low, high) : step > 0 ? high : low;

    *first_out = start;
    if (step > 0) {
        return start < stop ? (stop - start - 1) / step + 1 : 0;
    }
    return stop < start ? (start - stop - 1) / -step + 1 : 0;
}

static void slice_add_axis(struct skep_view *view, int64_t length, int64_t stride)
{
    view->shape[view->ndim] = length;
    view->strides[view->ndim] = stride;
    view->ndim++;
}

static skep_status slice_apply_item(const struct skep_slice_item *item, const struct skep_view *whole,
                                    int axis, struct skep_view *view, int64_t *at, struct skep_error *err)
{
    int64_t length = whole->shape[axis];
    int64_t stride = whole->strides[axis];
    int64_t first, count;

    if (item->kind == SKEP_SLICE_INDEX) {
        if (item->start >= length || item->start < -length) {
            return skep_error_set(err, SKEP_E_BAD_ARGS,
                                  "index %lld is out of bounds for axis %d with length %lld",
                                  (long long)item->start, axis, (long long)length);
        }
        *at += (item->start < 0 ? item->start + length : item->start) * stride;
        return SKEP_OK;
    }
    count = slice_range_count(item, length, &first);
    if (count > 0) {
        *at += first * stride;
    }
    /* With two elements or more the step is smaller than the axis, and the product fits. */
    slice_add_axis(view, count, count > 1 ? stride * item->step : stride);
    return SKEP_OK;
}

/* The axes that no item names stand where the ellipsis is, or come last without one. */
skep_status skep_slice_locate(const struct skep_slice *slice, const struct skep_view *whole,
                              struct skep_view *view_out, int64_t *at_out, struct skep_error *err)
{
    int n_named = 0;
    int axis = 0;
    int64_t at = 0;

    for (int i = 0; i < slice->n; i++) {
        n_named += slice->items[i].kind != SKEP_SLICE_ELLIPSIS;
    }
    if (n_named > whole->ndim) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%d indices for an array of %d dimensions", n_named,
                              whole->ndim);
    }
    view_out->data = NULL;
    view_out->dtype = whole->dtype;
    view_out->ndim = 0;
    for (int i = 0; i <= slice->n; i++) {
        skep_status st;
        if (i == slice->n || slice->items[i].kind == SKEP_SLICE_ELLIPSIS) {
            int n_left = i == slice->n ? whole->ndim - axis : whole->ndim - n_named;
            for (int k = 0; k < n_left; k++, axis++) {
                slice_add_axis(view_out, whole->shape[axis], whole->strides[axis]);
            }
            continue;
        }
        st = slice_apply_item(&slice->items[i], whole, axis++, view_out, &at, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    *at_out = skep_view_count(view_out) == 0 ? 0 : at;
    return SKEP_OK;
}

skep_status skep_slice_apply(const struct skep_slice *slice, const struct skep_view *whole,
                             struct skep_view *view_out, struct skep_error *err)
{
    int64_t at = 0;
    skep_status st = skep_slice_locate(slice, whole, view_out, &at, err);

    if (st == SKEP_OK) {
        view_out->data = (const char *)whole->data + at * (int64_t)skep_dtype_size(whole->dtype);
    }
    return st;
}
