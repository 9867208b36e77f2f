/* SPDX-License-Identifier: MIT */
/* skep holes: what is missing in an output array, told from its sidecar. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "producer/sweep/array_path.h"
#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/commands.h"
#include "producer/cli/words.h"
#include "sweep/order.h"
#include "sweep/sidecar.h"
#include "task/json.h"
#include "task/json_member.h"

enum { HOLES_ARENA_BYTES = 64 * 1024 * 1024, HOLES_FLUSH_BYTES = 64 * 1024, HOLES_LINE_BYTES = 1024 * 1024 };

struct holes_settings {
    bool is_json;
    bool is_quiet;
};

#define AT(field) .offset = offsetof(struct holes_settings, field)

static const struct skep_option holes_options[] = {
    {.name = "json",
     .kind = SKEP_OPT_FLAG,
     AT(is_json),
     .help = "print one JSON object: path, job, queue, tasks, done, missing, complete, and the ranges as "
             "[lo,hi]"},
    SKEP_QUIET_ROW(struct holes_settings, is_quiet, "no summary"),
    {.name = NULL},
};

struct holes {
    const struct holes_settings *settings;
    const struct skep_sidecar *sidecar;
    struct skep_sweep sweep;
    struct skep_buf text;
    int64_t lo, hi; /* the range that is being put together; hi 0: none */
    int64_t n_missing, n_ranges;
    int exit_code; /* of printing */
};

/* ---- ranges ---- */

static void holes_print_range(struct holes *holes)
{
    if (holes->hi == 0) {
        return;
    }
    if (holes->settings->is_json) {
        skep_buf_printf(&holes->text, "%s[%" PRId64 ",%" PRId64 "]", holes->n_ranges > 0 ? "," : "",
                        holes->lo, holes->hi);
    } else {
        skep_buf_printf(&holes->text, "%" PRId64 ":%" PRId64 "\n", holes->lo, holes->hi);
    }
    holes->n_missing += holes->hi - holes->lo;
    holes->n_ranges++;
    holes->hi = 0;
    if (holes->text.length >= HOLES_FLUSH_BYTES && holes->exit_code == SKEP_EXIT_OK) {
        holes->exit_code = skep_print(holes->text.bytes, holes->text.length);
        skep_buf_reset(&holes->text);
    }
}

static void holes_add(struct holes *holes, int64_t lo, int64_t hi)
{
    if (holes->hi != lo || holes->hi == 0) {
        holes_print_range(holes);
        holes->lo = lo;
    }
    holes->hi = hi;
}

/* Indexes that --take left out are nobody's holes. */
static void holes_add_taken(struct holes *holes, int64_t lo, int64_t hi)
{
    if (holes->sweep.n == holes->sweep.n_all) {
        holes_add(holes, lo, hi);
        return;
    }
    for (; lo < hi; lo++) {
        if (skep_order_position(&holes->sweep, lo) >= 0) {
            holes_add(holes, lo, lo + 1);
        }
    }
}

static void holes_walk(struct holes *holes)
{
    int64_t n_all = skep_sidecar_facts(holes->sidecar)->n_all;
    int64_t lo = skep_sidecar_next_hole(holes->sidecar, 0);

    while (lo < n_all && holes->exit_code == SKEP_EXIT_OK) {
        int64_t hi = skep_sidecar_next_done(holes->sidecar, lo);
        holes_add_taken(holes, lo, hi);
        lo = skep_sidecar_next_hole(holes->sidecar, hi);
    }
    holes_print_range(holes);
}

/* ---- the whole ---- */

static int holes_print(struct holes *holes, const char *path)
{
    const struct skep_sidecar_facts *facts = skep_sidecar_facts(holes->sidecar);
    struct skep_buf *text = &holes->text;

    if (holes->settings->is_json) {
        skep_buf_add_char(text, '{');
        skep_json_member_text(text, "path", path);
        skep_json_member_text(text, "job", facts->job);
        skep_json_member_text(text, "queue", facts->queue);
        skep_json_member_i64(text, "tasks", holes->sweep.n);
        skep_json_add_key(text, "ranges");
        skep_buf_add_char(text, '[');
    }
    holes_walk(holes);
    if (holes->settings->is_json) {
        skep_buf_add_char(text, ']');
        skep_json_member_i64(text, "missing", holes->n_missing);
        skep_json_member_i64(text, "done", holes->sweep.n - holes->n_missing);
        skep_json_member_bool(text, "complete", facts->is_complete);
        skep_buf_add_text(text, "}\n");
    }
    return holes->exit_code == SKEP_EXIT_OK ? skep_print(text->bytes, text->length) : holes->exit_code;
}

static int holes_tell(const struct holes *holes, const char *path)
{
    char missing[SKEP_WORDS_BYTES], total[SKEP_WORDS_BYTES], ranges[SKEP_WORDS_BYTES];

    if (!holes->settings->is_quiet && holes->n_missing > 0) {
        skep_say("%s: %s of %s task%s missing, in %s range%s; `skep resume` computes them", path,
                 skep_words_number(holes->n_missing, missing), skep_words_number(holes->sweep.n, total),
                 holes->sweep.n == 1 ? " is" : "s are", skep_words_number(holes->n_ranges, ranges),
                 skep_words_plural((uint64_t)holes->n_ranges));
    } else if (!holes->settings->is_quiet) {
        skep_say("%s: all %s task%s done", path, skep_words_number(holes->sweep.n, total),
                 holes->sweep.n == 1 ? " is" : "s are");
    }
    return holes->n_missing > 0 ? SKEP_EXIT_FAILED : SKEP_EXIT_OK;
}

static int holes_of(struct holes *holes, const char *given, struct skep_arena *arena)
{
    struct skep_roots *roots;
    struct skep_sidecar *sidecar = NULL;
    const char *name;
    struct skep_error err = {0};
    int exit_code;
    skep_status st = skep_array_path_open(given, &roots, &name, &err);

    if (st == SKEP_OK) {
        st = skep_sidecar_open(roots, name, false, &sidecar, &err);
    }
    if (st == SKEP_OK) {
        const struct skep_sidecar_facts *facts = skep_sidecar_facts(sidecar);
        st = skep_sweep_parse(facts->spec, facts->spec_n, NULL, arena, &holes->sweep, &err);
    }
    if (st != SKEP_OK) {
        skep_complain_error(st, &err);
        exit_code = st == SKEP_E_NOMEM || st == SKEP_E_IO ? SKEP_EXIT_SERVER : SKEP_EXIT_USAGE;
    } else {
        holes->sidecar = sidecar;
        exit_code = holes_print(holes, given);
        exit_code = exit_code == SKEP_EXIT_OK ? holes_tell(holes, given) : exit_code;
    }
    skep_sidecar_close(sidecar);
    skep_roots_free(roots);
    return exit_code;
}

static int holes_act(const void *settings, const struct skep_operands *operands)
{
    struct holes holes = {.settings = settings};
    struct skep_arena arena;
    int exit_code;

    if (operands->n != 1) {
        skep_complain("holes: of which array? `skep holes te.npy`");
        return SKEP_EXIT_USAGE;
    }
    skep_arena_init(&arena, HOLES_ARENA_BYTES);
    skep_buf_init(&holes.text, HOLES_LINE_BYTES);
    exit_code = holes_of(&holes, operands->items[0], &arena);
    skep_buf_release(&holes.text);
    skep_arena_release(&arena);
    return exit_code;
}

static const char *const holes_text[] = {
    "Tell which tasks of a sweep are not in its array yet: the ranges of their indexes, a line LO:HI each, "
    "HI "
    "not included. The index counts the tasks as np.unravel_index does. It is told from the sidecar "
    "(te.npy.skep) alone, also while the array fills; tasks that failed are holes, too.",
    "Exit codes: 0 nothing is missing; 1 something is; 2 there is no such array, or no sidecar beside it.",
    NULL,
};

static const char *const holes_examples[] = {
    "skep holes te.npy",
    "what is missing",
    "skep holes te.npy --json | jq .missing",
    "how many, for scripts",
    NULL,
};

const struct skep_command skep_command_holes = {
    .name = "holes",
    .summary = "what is missing in a sweep's array",
    .usage = "[--json] FILE.npy",
    .text = holes_text,
    .examples = holes_examples,
    .options = holes_options,
    .settings_bytes = sizeof(struct holes_settings),
    .max_operands = 1,
    .act = holes_act,
};
