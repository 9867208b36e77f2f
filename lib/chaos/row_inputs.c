/* SPDX-License-Identifier: MIT */
/* Inputs change under those who read them: they are cut and written anew, overwritten in place, replaced by
 * rename. Every element of an array is the number of its version, so that a sum tells which version it is of,
 * and a mixture of two is the sum of none. */
#include "chaos/row.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "chaos/array.h"
#include "chaos/supply.h"
#include "task/result_read.h"
#include "task/timestamp.h"

enum {
    INPUTS_N_WORKERS = 2,
    INPUTS_COUNT = 1 << 20, /* elements: 8 MiB, of which a task reads for some milliseconds */
    INPUTS_CHUNK = 200,
    INPUTS_MAX_TASKS = 1000000, /* of one way: while a file is cut they fail quickly */
    INPUTS_MEAN_MS = 40,        /* between two changes: some tasks have the file to themselves */
    INPUTS_CUT_MS = 10,         /* a file that is cut stays so for a while */
    INPUTS_N_SLOW = 1024,
    INPUTS_ARENA_BYTES = 1024 * 1024
};

struct inputs_file;

/* A way to change a file. */
struct inputs_way {
    const char *words; /* "this way 7 times" */
    const char *format;
    const char *file;
    skep_status (*change)(struct skep_play *play, struct inputs_file *file, struct skep_error *err);
    const char *causes[2]; /* that it may cost tasks; NULL: it costs none */
};

struct inputs_file {
    const struct inputs_way *way;
    struct skep_buf *bytes; /* of the newest version */
    uint64_t newest;        /* versions count from 1 */
    uint64_t first;         /* of its tasks */
    uint64_t n_good, n_failed, n_other_cause;
    uint64_t lowest, highest; /* versions seen */
};

/* Who writes in place, and is held up in the middle, leaves a file of which nobody can know that it is half
 * written (lib/npy/file.h says how long is granted). A value of that time proves nothing. */
struct inputs_slow {
    int64_t from_ms, to_ms; /* wall time */
};

struct inputs_state {
    uint64_t n_changes; /* of each way */
    struct skep_supply supply;
    struct inputs_file files[3];
    size_t n_files;                         /* those that are there by now */
    struct inputs_slow slow[INPUTS_N_SLOW]; /* the last ones */
    uint64_t n_slow;
    uint64_t n_torn, n_excused;
    char first_wrong[160];
    struct skep_buf bytes;
    struct skep_arena arena;
};

/* ---- changes ---- */

static skep_status inputs_overwrite(struct skep_play *play, struct inputs_file *file, struct skep_error *err)
{
    struct inputs_state *state = play->row_state;
    int64_t began_ms = skep_wall_ms(), began_ns = skep_monotonic_ns();
    char path[PATH_MAX];
    skep_status st =
        skep_chaos_array_write(skep_cast_path(&play->cast, file->way->file, path), 0, file->bytes, err);

    if (skep_monotonic_ns() - began_ns > (int64_t)file->bytes->length) {
        state->slow[state->n_slow++ % INPUTS_N_SLOW] = (struct inputs_slow){began_ms - 1, skep_wall_ms() + 1};
    }
    return st;
}

/* Whose tasks are reading it touch pages that are gone. */
static skep_status inputs_cut(struct skep_play *play, struct inputs_file *file, struct skep_error *err)
{
    struct inputs_state *state = play->row_state;
    int64_t cut_ms = skep_chance_life_ms(&play->chance, INPUTS_CUT_MS);
    char path[PATH_MAX];
    skep_status st;

    skep_cast_path(&play->cast, file->way->file, path);
    if (truncate(path, (off_t)skep_chance_below(&play->chance, file->bytes->length)) != 0) {
        return skep_error_errno(err, SKEP_E_IO, "cannot cut %.120s", path);
    }
    st = skep_supply_for(&state->supply, play, cut_ms, err);
    return st == SKEP_OK ? skep_chaos_array_write(path, 0, file->bytes, err) : st;
}

/* As it should be done. */
static skep_status inputs_replace(struct skep_play *play, struct inputs_file *file, struct skep_error *err)
{
    char from[PATH_MAX], to[PATH_MAX];
    skep_status st = skep_chaos_array_write(skep_cast_path(&play->cast, "next.npy", from), O_CREAT | O_EXCL,
                                            file->bytes, err);

    if (st == SKEP_OK && rename(from, skep_cast_path(&play->cast, file->way->file, to)) != 0) {
        st = skep_error_errno(err, SKEP_E_IO, "cannot rename %.120s", from);
    }
    return st;
}

static const struct inputs_way inputs_ways[] = {
    {"cut and written anew",
     "{\"id\":\"%s\",\"kernel\":\"sum\",\"args\":{\"x\":\"cut.npy\"}}",
     "cut.npy",
     inputs_cut,
     {"input-changed", "array-invalid"}},
    {"overwritten",
     "{\"id\":\"%s\",\"kernel\":\"sum\",\"args\":{\"x\":\"over.npy\"}}",
     "over.npy",
     inputs_overwrite,
     {"input-changed", "input-changed"}},
    {"replaced",
     "{\"id\":\"%s\",\"kernel\":\"sum\",\"args\":{\"x\":\"new.npy\"}}",
     "new.npy",
     inputs_replace,
     {NULL, NULL}},
};
enum { INPUTS_N_WAYS = sizeof inputs_ways / sizeof inputs_ways[0] };

static skep_status inputs_change(struct skep_play *play, struct inputs_file *file, struct skep_error *err)
{
    file->newest++;
    skep_chaos_array_make(file->bytes, INPUTS_COUNT, (double)file->newest);
    return file->way->change(play, file, err);
}

/* ---- results ---- */

static int64_t inputs_time_of(const struct skep_result_summary *result, const char *name)
{
    const struct skep_node *node = skep_node_get(result->root, name);
    int64_t ms = 0;

    return node != NULL && node->kind == SKEP_NODE_TEXT && skep_timestamp_parse(node->text, node->length, &ms)
               ? ms
               : 0;
}

static bool inputs_was_half_written(const struct inputs_state *state,
                                    const struct skep_result_summary *result)
{
    int64_t started_ms = inputs_time_of(result, "started"), finished_ms = inputs_time_of(result, "finished");

    for (size_t i = 0; i < INPUTS_N_SLOW && i < state->n_slow; i++) {
        if (finished_ms >= state->slow[i].from_ms && started_ms <= state->slow[i].to_ms) {
            return true;
        }
    }
    return false;
}

/* The version that a sum is of; 0: none that was ever written. */
static uint64_t inputs_version_of(const struct inputs_file *file, const struct skep_node *value)
{
    double sum = value->kind == SKEP_NODE_REAL  ? value->f64
                 : value->kind == SKEP_NODE_INT ? (double)value->i64
                                                : 0;
    double version = floor(sum / INPUTS_COUNT);

    return version >= 1 && version <= (double)file->newest && sum == version * INPUTS_COUNT
               ? (uint64_t)version
               : 0;
}

static void inputs_note_wrong(struct inputs_state *state, const char *line, size_t n)
{
    if (state->first_wrong[0] == '\0') {
        snprintf(state->first_wrong, sizeof state->first_wrong, "%.*s", n < 150 ? (int)n : 150, line);
    }
}

static bool inputs_is_cause(const struct inputs_way *way, const char *cause)
{
    return way->causes[0] != NULL &&
           (strcmp(cause, way->causes[0]) == 0 || strcmp(cause, way->causes[1]) == 0);
}

static struct inputs_file *inputs_file_of(struct inputs_state *state, uint64_t number)
{
    size_t at = state->n_files - 1;

    while (at > 0 && number < state->files[at].first) {
        at--;
    }
    return &state->files[at];
}

static void inputs_look(struct skep_play *play, int64_t number, const char *line, size_t n)
{
    struct inputs_state *state = play->row_state;
    struct skep_result_summary result;
    struct inputs_file *file;
    uint64_t version;

    skep_arena_reset(&state->arena, INPUTS_ARENA_BYTES);
    if (number < 0 || skep_result_read(line, n, &state->arena, &result, NULL) != SKEP_OK) {
        return; /* the ledger's: unexpected */
    }
    file = inputs_file_of(state, (uint64_t)number);
    if (!result.is_ok) {
        file->n_failed++;
        if (!inputs_is_cause(file->way, result.cause)) {
            file->n_other_cause++;
            inputs_note_wrong(state, line, n);
        }
        return;
    }
    version = inputs_version_of(file, result.value);
    if (version > 0) {
        file->n_good++;
        file->lowest = file->lowest == 0 || version < file->lowest ? version : file->lowest;
        file->highest = version > file->highest ? version : file->highest;
    } else if (inputs_was_half_written(state, &result)) {
        state->n_excused++;
    } else {
        state->n_torn++;
        inputs_note_wrong(state, line, n);
    }
}

/* ---- the play ---- */

/* Begin with the next file. */
static skep_status inputs_make(struct skep_play *play, struct inputs_state *state, struct skep_error *err)
{
    const struct inputs_way *way = &inputs_ways[state->n_files];
    struct inputs_file *file = &state->files[state->n_files++];
    char path[PATH_MAX];

    *file =
        (struct inputs_file){.way = way, .bytes = &state->bytes, .newest = 1, .first = state->supply.next};
    state->supply.format = way->format;
    state->supply.end = file->first + INPUTS_MAX_TASKS;
    skep_chaos_array_make(file->bytes, INPUTS_COUNT, 1);
    return skep_chaos_array_write(skep_cast_path(&play->cast, way->file, path), O_CREAT, file->bytes, err);
}

/* Whoever takes part is gone. */
static bool inputs_stands_still(const struct skep_play *play)
{
    return skep_monotonic_ms() - play->progressed_ms > SKEP_CAST_START_MS;
}

/* One file changes under its tasks. The next one begins when nobody works on this one any more. */
static skep_status inputs_storm(struct skep_play *play, struct inputs_state *state, struct skep_error *err)
{
    skep_status st = inputs_make(play, state, err);
    struct inputs_file *file = &state->files[state->n_files - 1];
    int64_t due_ms = 0;

    while (st == SKEP_OK && file->newest <= state->n_changes && !inputs_stands_still(play)) {
        st = skep_supply_tick(&state->supply, play, err);
        if (st == SKEP_OK && file->n_good + file->n_failed == 0) {
            due_ms = skep_monotonic_ms() + INPUTS_MEAN_MS; /* not before they are at work */
        } else if (st == SKEP_OK && skep_monotonic_ms() >= due_ms) {
            st = inputs_change(play, file, err);
            due_ms = skep_monotonic_ms() + skep_chance_life_ms(&play->chance, INPUTS_MEAN_MS);
        }
    }
    return st == SKEP_OK ? skep_play_until_seen(play, state->supply.next, err) : st;
}

static void inputs_report(struct skep_play *play, const struct inputs_state *state)
{
    const struct skep_stat *stat = &play->books.status.stat;
    uint64_t n_failed = 0, n_other = 0;

    for (size_t i = 0; i < INPUTS_N_WAYS; i++) {
        const struct inputs_file *file = &state->files[i];
        bool costs = file->way->causes[0] != NULL;
        skep_report_check(play->report, file->highest > file->lowest && (!costs || file->n_failed > 0),
                          "%s %" PRIu64 " times: %" PRIu64 " good, %" PRIu64 " failed", file->way->words,
                          file->newest - 1, file->n_good, file->n_failed);
        n_failed += file->n_failed;
        n_other += file->n_other_cause;
    }
    skep_report_most(play->report, "values of no version", (int64_t)state->n_torn, 0);
    skep_report_note(play->report, "beside these %" PRIu64 " while the writer was held up", state->n_excused);
    skep_report_most(play->report, "with another cause", (int64_t)n_other, 0);
    if (state->first_wrong[0] != '\0') {
        skep_report_note(play->report, "first: %s", state->first_wrong);
    }
    skep_report_check(play->report, (uint64_t)stat->dead == n_failed, "dead letters %" PRId64, stat->dead);
    skep_report_most(play->report, "crashes", stat->crashes, 0);
    skep_report_most(play->report, "declared dead", stat->reaped, 0);
}

static skep_status inputs_perform(struct skep_play *play, struct skep_error *err)
{
    const char *const slots[] = {"--slots", "2", "--data", play->cast.folder, NULL};
    struct inputs_state state = {.n_changes = play->is_long ? 1000 : 30, .supply.chunk = INPUTS_CHUNK};
    skep_status st;

    skep_buf_init(&state.bytes, SKEP_ARRAY_BYTES(INPUTS_COUNT));
    skep_arena_init(&state.arena, INPUTS_ARENA_BYTES);
    play->row_state = &state;
    play->on_result = inputs_look;
    st = skep_play_begin(play, NULL, INPUTS_N_WAYS * INPUTS_MAX_TASKS, err);
    st = st == SKEP_OK ? skep_play_start_workers(play, INPUTS_N_WORKERS, slots, err) : st;
    for (size_t i = 0; st == SKEP_OK && i < INPUTS_N_WAYS; i++) {
        st = inputs_storm(play, &state, err);
    }
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        inputs_report(play, &state);
    }
    skep_buf_release(&state.bytes);
    skep_arena_release(&state.arena);
    return st;
}

const struct skep_row skep_row_inputs = {
    .name = "inputs",
    .fault = "inputs cut and written anew, overwritten in place, replaced by rename while they are mapped",
    .small = "30 times each",
    .large = "1000 times each",
    .holds = "every value is of one version of its input, or the task fails as input-changed or "
             "array-invalid; the workers live",
    .perform = inputs_perform,
};
