/* SPDX-License-Identifier: MIT */
#include "sweep/out_text.h"

#include <stdio.h>
#include <string.h>

#include "npy/slice.h"
#include "sweep/affine.h"

/* The variables that tell the points of a factor from each other. A factor of one point has its axis, too:
 * how many axes an array has does not depend on how many files a pattern happens to match. */
static int factor_axes(const struct skep_factor *factor)
{
    return factor->kind == SKEP_FACTOR_PAIRS ? 2 : 1;
}

const char *skep_out_suggest(const struct skep_sweep *sweep, const char *path, char *text, size_t size)
{
    const char *before = "[";
    size_t used = (size_t)snprintf(text, size, "%s", path);

    for (int f = 0; f < sweep->n_factors; f++) {
        for (int i = 0; i < factor_axes(&sweep->factors[f]); i++) {
            used = used < size ? used : size - 1;
            used +=
                (size_t)snprintf(text + used, size - used, "%s{%s}", before, sweep->factors[f].variables[i]);
            before = ",";
        }
    }
    used = used < size ? used : size - 1;
    snprintf(text + used, size - used, "%s", before[0] == ',' ? "]" : "");
    return text;
}

static skep_status out_no_memory(struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_NOMEM, "no memory for an output");
}

static skep_status out_add_axis(const struct skep_sweep *sweep, const char *from, size_t n,
                                struct skep_arena *arena, struct skep_sweep_out *out, struct skep_error *err)
{
    struct skep_affine affine;
    skep_status st = skep_affine_parse(from, n, sweep, &affine, err);

    if (st != SKEP_OK) {
        return st;
    }
    if (out->n_at == SKEP_MAX_DIMS) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "more than %d axes", SKEP_MAX_DIMS);
    }
    out->at[out->n_at] = skep_arena_strndup(arena, from, n);
    return out->at[out->n_at++] != NULL ? SKEP_OK : out_no_memory(err);
}

static skep_status out_default_axes(const struct skep_sweep *sweep, struct skep_arena *arena,
                                    struct skep_sweep_out *out, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (int f = 0; f < sweep->n_factors; f++) {
        const struct skep_factor *factor = &sweep->factors[f];
        for (int i = 0; i < factor_axes(factor) && st == SKEP_OK; i++) {
            char text[SKEP_SWEEP_NAME_BYTES + 8];
            int n = snprintf(text, sizeof text, "{%s}", factor->variables[i]);
            st = out_add_axis(sweep, text, (size_t)n, arena, out, err);
        }
    }
    return st;
}

/* What is between brackets: expressions with commas between them. */
static skep_status out_read_axes(const struct skep_sweep *sweep, const char *from, const char *end,
                                 struct skep_arena *arena, struct skep_sweep_out *out, struct skep_error *err)
{
    while (from <= end) {
        const char *comma = memchr(from, ',', (size_t)(end - from));
        const char *to = comma != NULL ? comma : end;
        skep_status st = out_add_axis(sweep, from, (size_t)(to - from), arena, out, err);
        if (st != SKEP_OK) {
            return st;
        }
        from = to + 1;
    }
    return SKEP_OK;
}

/* The last place of C in FROM to END, or NULL. */
static const char *out_find_last(const char *from, const char *end, char c)
{
    while (end > from) {
        if (*--end == c) {
            return end;
        }
    }
    return NULL;
}

/* "=[slice]" at the end. *END moves in front of it. */
static skep_status out_read_of(const char *text, const char **end, struct skep_arena *arena,
                               struct skep_sweep_out *out, struct skep_error *err)
{
    const char *bracket = (*end)[-1] == ']' ? out_find_last(text, *end, '[') : NULL;
    struct skep_slice slice;
    size_t path_n;
    skep_status st;

    if (bracket == NULL || bracket == text || bracket[-1] != '=') {
        return SKEP_OK;
    }
    st = skep_ref_parse(bracket, (size_t)(*end - bracket), &path_n, &slice, err);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.60s", bracket);
        return st;
    }
    out->of = skep_arena_strndup(arena, bracket, (size_t)(*end - bracket));
    *end = bracket - 1;
    return out->of != NULL ? SKEP_OK : out_no_memory(err);
}

skep_status skep_out_parse(const struct skep_sweep *sweep, const char *text, struct skep_arena *arena,
                           struct skep_sweep_out *out_out, struct skep_error *err)
{
    const char *end = text + strlen(text);
    const char *bracket;
    skep_status st;

    memset(out_out, 0, sizeof *out_out);
    if (end == text) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "the name of an output is empty");
    }
    st = out_read_of(text, &end, arena, out_out, err);
    if (st != SKEP_OK) {
        return st;
    }
    bracket = end > text && end[-1] == ']' ? out_find_last(text, end, '[') : NULL;
    st = bracket != NULL ? out_read_axes(sweep, bracket + 1, end - 1, arena, out_out, err)
                         : out_default_axes(sweep, arena, out_out, err);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", text);
        return st;
    }
    end = bracket != NULL ? bracket : end;
    if (end - text < 5 || memcmp(end - 4, ".npy", 4) != 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s: an output must end in .npy, or in .npy[...]",
                              text);
    }
    out_out->path = skep_arena_strndup(arena, text, (size_t)(end - text));
    return out_out->path != NULL ? SKEP_OK : out_no_memory(err);
}
