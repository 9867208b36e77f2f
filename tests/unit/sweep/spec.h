/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_SWEEP_SPEC_H
#define SKEP_TESTS_UNIT_SWEEP_SPEC_H

#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "sweep/axes.h"
#include "sweep/sweep.h"

/* A sweep read from a text, with its axes open. */
struct spec {
    struct skep_arena arena;
    struct skep_sweep sweep;
    struct skep_axes *axes;
    struct skep_error err;
    char text[SKEP_SWEEP_SPEC_BYTES];
};

/* The record of a sweep over FACTORS, the inside of its list: `{"times":3}`. */
static inline void spec_compose(struct spec *s, const char *factors, const char *more)
{
    snprintf(s->text, sizeof s->text, "{\"kernel\":\"sum\",\"over\":[%s]%s%s}", factors,
             more[0] != '\0' ? "," : "", more);
}

static inline skep_status spec_read(struct spec *s)
{
    skep_arena_init(&s->arena, 256 * 1024 * 1024);
    s->axes = NULL;
    skep_error_clear(&s->err);
    return skep_sweep_parse(s->text, strlen(s->text), NULL, &s->arena, &s->sweep, &s->err);
}

static inline void spec_close(struct spec *s)
{
    skep_arena_release(&s->arena);
}

/* What is in FACTORS must be accepted; its axes are open when this returns. */
static inline void spec_open_with(struct spec *s, const char *factors, const char *more)
{
    spec_compose(s, factors, more);
    if (spec_read(s) != SKEP_OK || skep_axes_open(&s->sweep, NULL, &s->arena, &s->axes, &s->err) != SKEP_OK) {
        fail_msg("%s: %s", s->text, s->err.text);
    }
}

static inline void spec_open(struct spec *s, const char *factors)
{
    spec_open_with(s, factors, "");
}

/* Refused, and the words say WORDS. */
static inline void spec_refuse_with(const char *factors, const char *more, const char *words)
{
    static struct spec s;

    spec_compose(&s, factors, more);
    if (spec_read(&s) != SKEP_E_BAD_RECORD || s.err.status != SKEP_E_BAD_RECORD ||
        strstr(s.err.text, words) == NULL) {
        fail_msg("%s: \"%s\" is not \"%s\"", s.text, s.err.text, words);
    }
    spec_close(&s);
}

static inline void spec_refuse(const char *factors, const char *words)
{
    spec_refuse_with(factors, "", words);
}

/* The coordinate NAME at INDEX. */
static inline struct skep_coordinate spec_at(const struct spec *s, int64_t index, const char *name)
{
    struct skep_point point;
    int place;

    skep_axes_point(s->axes, index, &point);
    assert_int_equal(point.index, index);
    place = skep_point_find(&point, name, strlen(name));
    assert_in_range(place, 0, point.n - 1);
    return point.at[place];
}

static inline int64_t spec_int(const struct spec *s, int64_t index, const char *name)
{
    const struct skep_coordinate at = spec_at(s, index, name);

    assert_int_equal(at.kind, SKEP_OF_INT);
    return at.i64;
}

#endif
