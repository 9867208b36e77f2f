/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_winner.h"

#include <inttypes.h>

#include "npy/cache.h"
#include "producer/cli/command.h"
#include "run/run.h"
#include "sweep/array.h"
#include "sweep/axes.h"
#include "sweep/expand.h"
#include "sweep/out_map.h"
#include "task/json.h"

enum {
    WINNER_ARENA_BYTES = 64 * 1024 * 1024,
    WINNER_TEXT_BYTES = 4 * 1024 * 1024,
    WINNER_SLICE_BYTES = 1024 * 1024, /* a larger value is not printed */
    WINNER_MAPPINGS = 16
};
#define WINNER_TASK_BYTES   (UINT64_C(4) << 30) /* skep-worker's default */
#define WINNER_MAPPED_BYTES (UINT64_C(1) << 46)

static void winner_add_i64(struct skep_buf *text, const char *name, int64_t number)
{
    skep_json_add_key(text, name);
    skep_buf_add_i64(text, number);
}

/* The arguments of the task at POINT. */
static skep_status winner_add_args(const struct skep_sweep *sweep, const struct skep_point *point,
                                   struct skep_arena *arena, struct skep_buf *text, struct skep_error *err)
{
    const struct skep_node *args;
    skep_status st = skep_expand_args(sweep, point, arena, &args, err);

    if (st == SKEP_OK) {
        skep_json_add_key(text, "args");
        skep_json_add_node(text, args);
    }
    return st;
}

/* What the task wrote to the first output, read back. */
static skep_status winner_add_value(const struct skep_gatherer *files, const struct skep_point *point,
                                    struct skep_arena *arena, struct skep_buf *text, struct skep_error *err)
{
    const struct skep_sweep_out *out = &files->sweep->outs[0];
    const struct skep_out_map *map = &files->maps[0];
    struct skep_view view;
    void *bytes;
    skep_status st;

    if (map->slice_bytes > WINNER_SLICE_BYTES) {
        return SKEP_OK;
    }
    bytes = skep_arena_alloc(arena, (size_t)map->slice_bytes + 1);
    if (bytes == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a value");
    }
    st = skep_array_read(&files->arrays[0], skep_out_map_slice(map, point), 1, bytes, err);
    if (st == SKEP_OK) {
        skep_view_init(&view, bytes, out->dtype, out->ndim - out->n_at, out->shape + out->n_at);
        skep_json_add_key(text, "value");
        skep_json_add_view(text, &view);
    }
    return st;
}

/* Nothing keeps it where there are no arrays: compute it here, as the plain task that it would be. That it
 * cannot be (an input that only workers see) is no harm. */
static void winner_compute_value(const struct skep_sweep_job *job, const struct skep_point *point,
                                 struct skep_npy_cache *cache, struct skep_buf *text)
{
    const struct skep_run run = {.inputs = job->inputs, .outputs = job->inputs, .cache = cache};
    struct skep_outcome outcome;
    struct skep_arena arena;
    struct skep_buf record;
    struct skep_work work;

    skep_arena_init(&arena, WINNER_TASK_BYTES);
    skep_buf_init(&record, WINNER_TEXT_BYTES);
    skep_buf_printf(&record, "#skep i=%" PRId64 "\n", point->index);
    if (skep_expand_record(&job->sweep, point, &arena, &record, NULL) == SKEP_OK &&
        !skep_buf_failed(&record)) {
        skep_work_read(&run, record.bytes, record.length, &arena, &work);
        if (work.status == SKEP_OK) {
            skep_run_work(&run, &work, &arena, &outcome);
        }
        if (work.status == SKEP_OK && outcome.status == SKEP_OK) {
            skep_json_add_key(text, "value");
            skep_result_write_value(text, &outcome.value);
        }
    }
    skep_buf_release(&record);
    skep_arena_release(&arena);
}

static skep_status winner_write(const struct skep_sweep_session *session, const struct skep_range_end *end,
                                struct skep_arena *arena, struct skep_buf *text, struct skep_error *err)
{
    const struct skep_sweep_job *job = session->job;
    struct skep_npy_cache *cache = NULL;
    struct skep_axes *axes;
    struct skep_point point;
    skep_status st = skep_npy_cache_new(job->inputs, WINNER_MAPPINGS, WINNER_MAPPED_BYTES, &cache, err);

    if (st == SKEP_OK) {
        st = skep_axes_open(&job->sweep, cache, arena, &axes, err);
    }
    if (st == SKEP_OK) {
        skep_axes_point(axes, end->winner, &point);
        skep_buf_add_char(text, '{');
        winner_add_i64(text, "index", end->winner);
        winner_add_i64(text, "position", end->hit);
        st = winner_add_args(&job->sweep, &point, arena, text, err);
    }
    if (st == SKEP_OK && session->gathering.is_open) {
        st = winner_add_value(&session->gathering.files, &point, arena, text, err);
    } else if (st == SKEP_OK && job->sweep.n_outs == 0) {
        winner_compute_value(job, &point, cache, text);
    }
    skep_buf_add_text(text, "}\n");
    skep_npy_cache_free(cache);
    return st;
}

int skep_sweep_print_winner(const struct skep_sweep_session *session)
{
    struct skep_range_end end;
    struct skep_arena arena;
    struct skep_error err = {0};
    struct skep_buf text;
    int exit_code;
    skep_status st = skep_range_read_end(session->conn, &session->keys, session->job->job, &end, &err);

    skep_arena_init(&arena, WINNER_ARENA_BYTES);
    skep_buf_init(&text, WINNER_TEXT_BYTES);
    if (st == SKEP_OK && end.hit >= 0) {
        st = winner_write(session, &end, &arena, &text, &err);
    } else {
        skep_buf_add_text(&text, "null\n");
    }
    exit_code = st == SKEP_OK ? skep_print_buf(&text) : skep_complain_error(st, &err);
    if (exit_code == SKEP_EXIT_OK && end.hit < 0) {
        exit_code = SKEP_EXIT_FAILED; /* as grep has it */
    }
    skep_buf_release(&text);
    skep_arena_release(&arena);
    return exit_code;
}
