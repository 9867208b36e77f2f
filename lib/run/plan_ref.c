/* SPDX-License-Identifier: MIT */
/* Which number of a slice is which variable is found by trying: the text is filled in with numbers that
 * nobody writes, twice, and read as any reference is. A number that came out different both times, and as
 * such a number, is a variable; whatever else is different is something that this cannot do. So there is one
 * reader of references, and what it does not know here is not known there. */
#include "run/plan_ref.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "sweep/template.h"

enum { REF_MAX_BYTES = 64 * 1024 };

/* What variable K is in trial T: of twelve digits, so that nothing in front of it or behind makes one
 * out of another. */
static int64_t ref_trial_number(int t, int k)
{
    return (t == 0 ? INT64_C(710000000000) : INT64_C(820000000000)) + 1000 * (int64_t)k;
}

/* POINT with other values. Those that are no numbers give texts that are none, and differ. */
static void ref_make_trial(int t, const struct skep_point *point, struct skep_point *trial)
{
    *trial = *point;
    for (int k = 0; k < trial->n; k++) {
        struct skep_coordinate *at = &trial->at[k];
        if (at->kind == SKEP_OF_INT) {
            at->i64 = ref_trial_number(t, k);
        } else if (at->kind == SKEP_OF_REAL) {
            at->f64 = (double)ref_trial_number(t, k);
        } else {
            at->kind = SKEP_OF_TEXT;
            at->text = t == 0 ? "a" : "b";
            at->length = 1;
        }
    }
}

/* One trial: the reference as text in ARENA, its path and slice. */
static skep_status ref_try(int t, const struct skep_node *text, const struct skep_point *point,
                           struct skep_arena *arena, const char **path_out, size_t *path_n_out,
                           struct skep_slice *slice_out)
{
    struct skep_point trial;
    struct skep_buf buf;
    size_t n;
    skep_status st;

    ref_make_trial(t, point, &trial);
    skep_buf_init(&buf, REF_MAX_BYTES);
    st = skep_template_fill(text->text, text->length, &trial, &buf, NULL);
    n = buf.length;
    *path_out = st != SKEP_OK || skep_buf_failed(&buf) ? NULL : skep_arena_strndup(arena, buf.bytes, n);
    skep_buf_release(&buf);
    if (st != SKEP_OK || *path_out == NULL) {
        return st != SKEP_OK ? SKEP_EMPTY : SKEP_E_NOMEM;
    }
    st = skep_ref_parse(*path_out, n, path_n_out, slice_out, NULL);
    return st == SKEP_OK ? SKEP_OK : SKEP_EMPTY;
}

/* NUMBER of the first trial was OTHER in the second: remember it as a hole if it is one. */
static bool ref_add_hole(struct skep_plan_ref *ref, const struct skep_point *point, int64_t *number,
                         int64_t other)
{
    if (*number == other) {
        return true;
    }
    for (int k = 0; k < point->n && ref->n_holes < SKEP_PLAN_HOLES; k++) {
        int64_t first = ref_trial_number(0, k);
        int64_t second = ref_trial_number(1, k);
        if (point->at[k].kind <= SKEP_OF_REAL &&
            ((*number == first && other == second) || (*number == -first && other == -second))) {
            ref->holes[ref->n_holes++] =
                (struct skep_plan_hole){.number = number, .place = k, .is_negated = *number < 0};
            return true;
        }
    }
    return false;
}

static bool ref_find_holes(struct skep_plan_ref *ref, const struct skep_point *point,
                           const struct skep_slice *other)
{
    for (int i = 0; i < ref->slice.n; i++) {
        struct skep_slice_item *a = &ref->slice.items[i];
        const struct skep_slice_item *b = &other->items[i];
        bool is_range = a->kind == SKEP_SLICE_RANGE;

        if (a->kind != b->kind || a->has_start != b->has_start || a->has_stop != b->has_stop) {
            return false;
        }
        if (((!is_range || a->has_start) && a->kind != SKEP_SLICE_ELLIPSIS &&
             !ref_add_hole(ref, point, &a->start, b->start)) ||
            (is_range && a->has_stop && !ref_add_hole(ref, point, &a->stop, b->stop)) ||
            (is_range && !ref_add_hole(ref, point, &a->step, b->step))) {
            return false;
        }
    }
    return true;
}

skep_status skep_plan_ref_read(const struct skep_node *text, const struct skep_point *point,
                               struct skep_arena *arena, struct skep_plan_ref *ref)
{
    struct skep_slice other;
    const char *other_path;
    size_t other_n = 0;
    skep_status st;

    ref->n_holes = 0;
    st = ref_try(0, text, point, arena, &ref->path, &ref->path_n, &ref->slice);
    if (st == SKEP_OK) {
        st = ref_try(1, text, point, arena, &other_path, &other_n, &other);
    }
    if (st != SKEP_OK) {
        return st;
    }
    if (ref->path_n != other_n || memcmp(ref->path, other_path, other_n) != 0 || ref->slice.n != other.n ||
        !ref_find_holes(ref, point, &other)) {
        return SKEP_EMPTY;
    }
    return SKEP_OK;
}

/* The digits of a variable's value as a number. False: it has more than digits. */
static bool ref_number(const struct skep_coordinate *at, int64_t *number_out)
{
    if (at->kind == SKEP_OF_INT) {
        *number_out = at->i64;
        return at->i64 >= 0; /* "-{i}" would have two signs */
    }
    /* A whole real is written as an integer, up to where it gets an exponent. */
    if (signbit(at->f64) || !(at->f64 < 1e15) || at->f64 != floor(at->f64)) {
        return false;
    }
    *number_out = (int64_t)at->f64;
    return true;
}

bool skep_plan_ref_set(struct skep_plan_ref *ref, const struct skep_point *point)
{
    for (int i = 0; i < ref->n_holes; i++) {
        int64_t number;
        if (!ref_number(&point->at[ref->holes[i].place], &number)) {
            return false;
        }
        *ref->holes[i].number = ref->holes[i].is_negated ? -number : number;
    }
    for (int i = 0; i < ref->slice.n; i++) {
        if (ref->slice.items[i].kind == SKEP_SLICE_RANGE && ref->slice.items[i].step == 0) {
            return false;
        }
    }
    return true;
}
