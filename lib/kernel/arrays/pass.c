/* SPDX-License-Identifier: MIT */
#include "kernel/arrays/pass.h"

#include <math.h>

/* ---- one value ---- */

/* X without its NaN, in KEPT, which may be X itself. */
static int64_t pass_drop_nan(const double *x, int64_t n, double *kept)
{
    int64_t m = 0;

    for (int64_t i = 0; i < n; i++) {
        double value = x[i];
        kept[m] = value;
        m += !isnan(value);
    }
    return m;
}

static void pass_add(const struct skep_pass *pass, void *state, const void *x, int64_t n)
{
    const struct skep_reduce *reduce = pass->reduce;

    if (pass->reduction->drops_nan && reduce->skips_nan && reduce->dtype == SKEP_F8 &&
        reduce->spans->has_nan(x, n)) {
        n = pass_drop_nan(x, n, pass->room->reader.doubles);
        x = pass->room->reader.doubles;
    }
    if (n > 0) {
        pass->reduction->add(reduce, state, x, n);
    }
}

/* All pieces of VIEW once. */
static skep_status pass_stream(const struct skep_pass *pass, const struct skep_view *view)
{
    struct skep_reader reader;
    const void *x;

    skep_reader_init(&reader, view, pass->reduction->form, &pass->room->reader);
    for (;;) {
        int64_t n;

        if (skep_call_is_stopped(pass->reduce->call)) {
            return SKEP_STOPPED;
        }
        n = skep_reader_next(&reader, &x);
        if (n == 0) {
            return SKEP_OK;
        }
        pass_add(pass, pass->states, x, n);
    }
}

/* The same by the reduction that is always sure. */
static skep_status pass_view_exact(const struct skep_pass *pass, const struct skep_view *view,
                                   struct skep_scalar *value_out, struct skep_error *err)
{
    struct skep_pass exact = *pass;

    exact.reduction = pass->reduction->exact;
    exact.states = pass->room->exact_state;
    return skep_pass_view(&exact, view, value_out, err);
}

skep_status skep_pass_view(const struct skep_pass *pass, const struct skep_view *view,
                           struct skep_scalar *value_out, struct skep_error *err)
{
    struct skep_reduced reduced = {.step = SKEP_REDUCE_AGAIN};
    skep_status st = SKEP_OK;

    pass->reduction->init(pass->reduce, pass->states);
    while (st == SKEP_OK && reduced.step == SKEP_REDUCE_AGAIN) {
        reduced.step = SKEP_REDUCE_DONE;
        st = pass_stream(pass, view);
        if (st == SKEP_OK) {
            st = pass->reduction->finish(pass->reduce, pass->states, &reduced, err);
        }
    }
    if (st == SKEP_OK && reduced.step == SKEP_REDUCE_UNSURE) {
        return pass_view_exact(pass, view, value_out, err);
    }
    *value_out = reduced.value;
    return st;
}

/* ---- along an axis ---- */

static void pass_store(const struct skep_scalar *value, const struct skep_view *values, int64_t at)
{
    void *data = (void *)(uintptr_t)values->data; /* the call's own */

    switch (values->dtype) {
    case SKEP_B1:
        ((uint8_t *)data)[at] = value->boolean;
        break;
    case SKEP_I1:
    case SKEP_U1:
        ((uint8_t *)data)[at] = (uint8_t)value->u64;
        break;
    case SKEP_I2:
    case SKEP_U2:
        ((uint16_t *)data)[at] = (uint16_t)value->u64;
        break;
    case SKEP_I4:
    case SKEP_U4:
        ((uint32_t *)data)[at] = (uint32_t)value->u64;
        break;
    case SKEP_F4:
        ((float *)data)[at] = (float)value->f64;
        break;
    case SKEP_F8:
        ((double *)data)[at] = value->f64;
        break;
    default:
        ((uint64_t *)data)[at] = value->u64;
        break;
    }
}

/* The run of WALK that starts at element AT, as a view of its own. */
static void pass_take_run(const struct skep_walk *walk, int64_t at, struct skep_view *run_out)
{
    size_t size = skep_dtype_size(walk->view->dtype);

    skep_view_init(run_out, (const char *)walk->view->data + at * (int64_t)size, walk->view->dtype, 1,
                   &walk->length);
    run_out->strides[0] = walk->stride;
}

/* The value of N <= SKEP_SPAN elements that lie side by side from X on: what is short should not spend its
 * time on the way. *IS_DONE_OUT: nothing more is to be done. */
static skep_status pass_short(const struct skep_pass *pass, const void *x, int64_t n,
                              struct skep_scalar *value_out, bool *is_done_out, struct skep_error *err)
{
    struct skep_reduced reduced = {.step = SKEP_REDUCE_DONE};
    skep_status st;

    *is_done_out = false;
    if (skep_call_is_stopped(pass->reduce->call)) {
        return SKEP_STOPPED;
    }
    x = skep_reader_convert(x, pass->reduce->view->dtype, n, pass->reduction->form,
                            pass->room->reader.doubles);
    pass->reduction->init(pass->reduce, pass->states);
    pass_add(pass, pass->states, x, n);
    st = pass->reduction->finish(pass->reduce, pass->states, &reduced, err);
    *value_out = reduced.value;
    *is_done_out = reduced.step == SKEP_REDUCE_DONE;
    return st;
}

skep_status skep_pass_runs(const struct skep_pass *pass, int axis, const struct skep_view *values,
                           struct skep_error *err)
{
    struct skep_walk walk;
    skep_status st = SKEP_OK;

    skep_walk_init(&walk, pass->reduce->view, axis);
    for (int64_t i = 0; st == SKEP_OK && i < walk.n_runs; i++) {
        struct skep_scalar value;
        bool is_done = false;

        if (walk.length <= SKEP_SPAN && (walk.stride == 1 || walk.length <= 1)) {
            const char *x =
                (const char *)walk.view->data + walk.at * (int64_t)skep_dtype_size(walk.view->dtype);
            st = pass_short(pass, x, walk.length, &value, &is_done, err);
        }
        if (st == SKEP_OK && !is_done) {
            struct skep_view run;
            pass_take_run(&walk, walk.at, &run);
            st = skep_pass_view(pass, &run, &value, err);
        }
        if (st == SKEP_OK) {
            pass_store(&value, values, i);
        }
        skep_walk_step(&walk);
    }
    return st;
}

/* ---- strips ---- */

/* The runs of one strip: N of them, from the elements AT on. */
struct strip {
    const struct skep_walk *walk;
    int64_t at[SKEP_PASS_COLUMNS];
    int n;
};

static void *strip_state(const struct skep_pass *pass, int i)
{
    return (char *)pass->states + (size_t)i * pass->reduction->state_size;
}

/* Runs that start side by side, as those along the first axis of a matrix do, are copied eight rows at a
 * time: then both sides are read and written as they lie. */
enum { STRIP_ROWS = 8, STRIP_LEAST = 16 };

#define STRIP_GATHER_ROWS(type)                                                                              \
    do {                                                                                                     \
        const type *r0 = x + strip->at[0] + j * stride, *r1 = r0 + stride, *r2 = r1 + stride;                \
        const type *r3 = r2 + stride, *r4 = r3 + stride, *r5 = r4 + stride, *r6 = r5 + stride;               \
        const type *r7 = r6 + stride;                                                                        \
        for (int i = 0; i < strip->n; i++) {                                                                 \
            type *to = (type *)(columns + i * pitch) + j;                                                    \
            to[0] = r0[i];                                                                                   \
            to[1] = r1[i];                                                                                   \
            to[2] = r2[i];                                                                                   \
            to[3] = r3[i];                                                                                   \
            to[4] = r4[i];                                                                                   \
            to[5] = r5[i];                                                                                   \
            to[6] = r6[i];                                                                                   \
            to[7] = r7[i];                                                                                   \
        }                                                                                                    \
    } while (0)

#define STRIP_GATHER(type)                                                                                   \
    do {                                                                                                     \
        const type *x = (const type *)strip->walk->view->data + k * stride;                                  \
        int64_t j = 0;                                                                                       \
        for (; is_adjacent && j + STRIP_ROWS <= n; j += STRIP_ROWS) {                                        \
            STRIP_GATHER_ROWS(type);                                                                         \
        }                                                                                                    \
        for (; j < n; j++) {                                                                                 \
            for (int i = 0; i < strip->n; i++) {                                                             \
                ((type *)(columns + i * pitch))[j] = x[strip->at[i] + j * stride];                           \
            }                                                                                                \
        }                                                                                                    \
    } while (0)

/* Rows K ... K+N-1 as columns. */
static void strip_gather(const struct skep_pass *pass, const struct strip *strip, int64_t k, int64_t n)
{
    int64_t stride = strip->walk->stride;
    int64_t pitch = pass->n_rows + SKEP_PASS_GAP;
    double *columns = pass->columns;
    bool is_adjacent = true;

    for (int i = 1; i < strip->n; i++) {
        is_adjacent &= strip->at[i] == strip->at[0] + i;
    }
    switch (skep_dtype_size(strip->walk->view->dtype)) {
    case 1:
        STRIP_GATHER(uint8_t);
        break;
    case 2:
        STRIP_GATHER(uint16_t);
        break;
    case 4:
        STRIP_GATHER(uint32_t);
        break;
    default:
        STRIP_GATHER(uint64_t);
        break;
    }
}

static skep_status strip_add(const struct skep_pass *pass, const struct strip *strip)
{
    int64_t length = strip->walk->length;

    for (int i = 0; i < strip->n; i++) {
        pass->reduction->init(pass->reduce, strip_state(pass, i));
    }
    for (int64_t k = 0; k < length; k += pass->n_rows) {
        int64_t n = length - k < pass->n_rows ? length - k : pass->n_rows;

        if (skep_call_is_stopped(pass->reduce->call)) {
            return SKEP_STOPPED;
        }
        strip_gather(pass, strip, k, n);
        for (int i = 0; i < strip->n; i++) {
            const void *x = skep_reader_convert(pass->columns + i * (pass->n_rows + SKEP_PASS_GAP),
                                                strip->walk->view->dtype, n, pass->reduction->form,
                                                pass->room->reader.doubles);
            pass_add(pass, strip_state(pass, i), x, n);
        }
    }
    return SKEP_OK;
}

/* The values of a strip, from element DONE of VALUES on. */
static skep_status strip_finish(const struct skep_pass *pass, const struct strip *strip,
                                const struct skep_view *values, int64_t done, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (int i = 0; i < strip->n && st == SKEP_OK; i++) {
        struct skep_reduced reduced = {.step = SKEP_REDUCE_DONE};

        st = pass->reduction->finish(pass->reduce, strip_state(pass, i), &reduced, err);
        if (st == SKEP_OK && reduced.step == SKEP_REDUCE_UNSURE) {
            struct skep_view run;
            pass_take_run(strip->walk, strip->at[i], &run);
            st = pass_view_exact(pass, &run, &reduced.value, err);
        }
        if (st == SKEP_OK) {
            pass_store(&reduced.value, values, done + i);
        }
    }
    return st;
}

/* The next runs of WALK, of which LEFT are left: as far as they start side by side, or at least a few. */
static void strip_take_runs(const struct skep_pass *pass, struct skep_walk *walk, int64_t left,
                            struct strip *strip)
{
    strip->n = 0;
    while (strip->n < pass->n_columns && strip->n < left) {
        if (strip->n >= STRIP_LEAST && walk->at != strip->at[strip->n - 1] + 1) {
            return;
        }
        strip->at[strip->n++] = walk->at;
        skep_walk_step(walk);
    }
}

skep_status skep_pass_strips(const struct skep_pass *pass, int axis, const struct skep_view *values,
                             struct skep_error *err)
{
    struct skep_walk walk;
    struct strip strip = {.walk = &walk};
    skep_status st = SKEP_OK;

    skep_walk_init(&walk, pass->reduce->view, axis);
    for (int64_t done = 0; st == SKEP_OK && done < walk.n_runs; done += strip.n) {
        strip_take_runs(pass, &walk, walk.n_runs - done, &strip);
        st = strip_add(pass, &strip);
        if (st == SKEP_OK) {
            st = strip_finish(pass, &strip, values, done, err);
        }
    }
    return st;
}
