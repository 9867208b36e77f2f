/* SPDX-License-Identifier: MIT */
/* skep diff: two arrays, element by element. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "npy/cache.h"
#include "producer/sweep/array_path.h"
#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/commands.h"
#include "producer/cli/words.h"
#include "run/fault.h"
#include "sweep/compare.h"

enum { DIFF_MAPPINGS = 2, DIFF_SHAPE_BYTES = 256 };
#define DIFF_MAPPED_BYTES (UINT64_C(1) << 46)
#define DIFF_ARENA_BYTES  (UINT64_C(1) << 40) /* arrays of another byte order are copied */

struct diff_settings {
    bool is_quiet;
};

static const struct skep_option diff_options[] = {
    SKEP_QUIET_ROW(struct diff_settings, is_quiet, "say nothing: the exit code tells"),
    {.name = NULL},
};

struct diff {
    struct skep_roots *roots;
    struct skep_npy_cache *cache;
    struct skep_arena arena;
    char refs[2][PATH_MAX];
    struct skep_view views[2];
    struct skep_comparison comparison;
};

/* Maps both and looks at every element: a file that is truncated meanwhile ends it anywhere. */
static skep_status diff_body(void *context, struct skep_error *err)
{
    struct diff *diff = context;
    skep_status st = SKEP_OK;

    for (int i = 0; i < 2 && st == SKEP_OK; i++) {
        st = skep_npy_cache_view(diff->cache, diff->refs[i], strlen(diff->refs[i]), &diff->arena,
                                 &diff->views[i], err);
    }
    if (st == SKEP_OK) {
        skep_compare(&diff->views[0], &diff->views[1], &diff->comparison);
    }
    return st;
}

static skep_status diff_compute(struct diff *diff, struct skep_error *err)
{
    const struct skep_fault_realm realm = {diff->cache, &diff->arena};
    struct skep_fault fault;
    skep_status st = skep_fault_install(err);

    if (st == SKEP_OK) {
        st = skep_fault_call(&realm, diff_body, diff, &fault, err);
    }
    if (st == SKEP_OK) {
        st = skep_npy_cache_check(diff->cache, err);
    }
    skep_npy_cache_end_task(diff->cache);
    return st;
}

static skep_status diff_open(struct diff *diff, const struct skep_operands *operands, struct skep_error *err)
{
    const char *names[2];
    skep_status st = skep_array_path_open(operands->items[0], &diff->roots, &names[0], err);

    if (st == SKEP_OK) {
        st = skep_array_path_add(diff->roots, "b", operands->items[1], &names[1], err);
    }
    if (st == SKEP_OK && (snprintf(diff->refs[0], PATH_MAX, "%s", names[0]) >= PATH_MAX ||
                          snprintf(diff->refs[1], PATH_MAX, "@b/%s", names[1]) >= PATH_MAX)) {
        st = skep_error_set(err, SKEP_E_USAGE, "the path is too long");
    }
    return st == SKEP_OK
               ? skep_npy_cache_new(diff->roots, DIFF_MAPPINGS, DIFF_MAPPED_BYTES, &diff->cache, err)
               : st;
}

/* ---- telling ---- */

/* "[3,0,17]", as one would type it. */
static const char *diff_format_place(const struct diff *diff, char *text, size_t size)
{
    size_t n = (size_t)snprintf(text, size, "[");

    for (int i = 0; i < diff->views[0].ndim && n < size; i++) {
        n += (size_t)snprintf(text + n, size - n, "%s%" PRId64, i > 0 ? "," : "",
                              diff->comparison.first_at[i]);
    }
    if (n < size) {
        snprintf(text + n, size - n, "]");
    }
    return text;
}

static void diff_say(const struct diff *diff, const struct skep_operands *operands)
{
    const struct skep_comparison *c = &diff->comparison;
    char number[SKEP_WORDS_BYTES], total[SKEP_WORDS_BYTES];
    char a[DIFF_SHAPE_BYTES], b[DIFF_SHAPE_BYTES];

    if (!c->has_same_shape) {
        skep_say("the shapes differ: %.400s is %s, %.400s is %s", operands->items[0],
                 skep_shape_format(diff->views[0].ndim, diff->views[0].shape, a, sizeof a),
                 operands->items[1],
                 skep_shape_format(diff->views[1].ndim, diff->views[1].shape, b, sizeof b));
    } else if (c->n_different == 0) {
        skep_say("all %s elements are equal%s", skep_words_number(c->n, number),
                 diff->views[0].dtype != diff->views[1].dtype ? " (their types are not)" : "");
    } else {
        skep_say("%s of %s elements differ: the first is %s, %.17g and %.17g; greatest difference %.6g, "
                 "relative %.6g",
                 skep_words_number(c->n_different, number), skep_words_number(c->n, total),
                 diff_format_place(diff, a, sizeof a), c->first_a, c->first_b, c->max_abs, c->max_rel);
    }
}

static int diff_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct diff_settings *settings = settings_read;
    struct diff diff = {0};
    struct skep_error err = {0};
    skep_status st;

    if (operands->n != 2) {
        skep_complain("diff: which two arrays? `skep diff a.npy b.npy`");
        return SKEP_EXIT_USAGE;
    }
    skep_arena_init(&diff.arena, DIFF_ARENA_BYTES);
    st = diff_open(&diff, operands, &err);
    if (st == SKEP_OK) {
        st = diff_compute(&diff, &err);
    }
    skep_npy_cache_free(diff.cache);
    skep_roots_free(diff.roots);
    skep_arena_release(&diff.arena);
    if (st != SKEP_OK) {
        skep_complain_error(st, &err);
        return st == SKEP_E_NOMEM || st == SKEP_E_IO ? SKEP_EXIT_SERVER : SKEP_EXIT_USAGE;
    }
    if (!settings->is_quiet) {
        diff_say(&diff, operands);
    }
    return diff.comparison.has_same_shape && diff.comparison.n_different == 0 ? SKEP_EXIT_OK
                                                                              : SKEP_EXIT_FAILED;
}

static const char *const diff_text[] = {
    "Compare two arrays, element by element: are they equal, how many elements differ, which is the first, "
    "and "
    "how large is the greatest difference. NaN is equal to NaN and -0 to 0; element types may differ, values "
    "count. Each may have a slice: 'te.npy[0,:]'.",
    "Exit codes: 0 equal; 1 different, in shape or elements; 2 one of them cannot be read as an array.",
    NULL,
};

static const char *const diff_examples[] = {
    "skep diff te.npy again.npy",
    "the same numbers?",
    "skep diff 'te.npy[:, 0]' column.npy",
    "a part of one",
    NULL,
};

const struct skep_command skep_command_diff = {
    .name = "diff",
    .summary = "compare two arrays",
    .usage = "[--quiet] A.npy B.npy",
    .text = diff_text,
    .examples = diff_examples,
    .options = diff_options,
    .settings_bytes = sizeof(struct diff_settings),
    .max_operands = 2,
    .act = diff_act,
};
