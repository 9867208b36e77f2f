/* SPDX-License-Identifier: MIT */
/* The record of a sweep from a stranger. What is accepted must mean the same after being written and read
 * again; its points must be where its axes say, its order must undo itself, and a point's record must be a
 * task. What is refused must come with a message that a terminal can show. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sweep/axes.h"
#include "sweep/expand.h"
#include "sweep/order.h"
#include "sweep/sweep.h"
#include "task/record.h"
#include "task/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_BYTES = 64 * 1024 * 1024 };

static void demand(bool truth)
{
    if (!truth) {
        abort();
    }
}

static bool has_arrays(const struct skep_sweep *sweep)
{
    for (int f = 0; f < sweep->n_factors; f++) {
        for (int i = 0; i < sweep->factors[f].n_variables; i++) {
            if (sweep->factors[f].grids[i].kind == SKEP_GRID_ARRAY) {
                return true;
            }
        }
    }
    return false;
}

static void check_round_trip(const struct skep_sweep *sweep, struct skep_arena *arena)
{
    static const struct skep_limits limits = {.record_bytes = FUZZ_BYTES, .depth = 200};
    static struct skep_sweep again;
    struct skep_buf first;
    struct skep_buf second;

    skep_buf_init(&first, FUZZ_BYTES);
    skep_buf_init(&second, FUZZ_BYTES);
    skep_sweep_write(&first, sweep);
    demand(!skep_buf_failed(&first));
    demand(skep_sweep_parse(first.bytes, first.length, &limits, arena, &again, NULL) == SKEP_OK);
    demand(again.n_all == sweep->n_all && again.n == sweep->n && again.seed == sweep->seed);
    skep_sweep_write(&second, &again);
    demand(first.length == second.length && memcmp(first.bytes, second.bytes, first.length) == 0);
    skep_buf_release(&first);
    skep_buf_release(&second);
}

static void check_record(const struct skep_sweep *sweep, const struct skep_point *point,
                         struct skep_arena *arena)
{
    static const struct skep_limits limits = {.record_bytes = FUZZ_BYTES, .depth = 200};
    struct skep_buf buf;
    struct skep_task task;
    skep_status st;

    skep_buf_init(&buf, FUZZ_BYTES);
    st = skep_expand_record(sweep, point, arena, &buf, NULL);
    demand(st == SKEP_OK || st == SKEP_E_NOMEM);
    if (st == SKEP_OK && !skep_buf_failed(&buf)) {
        st = skep_task_parse(buf.bytes, buf.length, &limits, arena, &task, NULL);
        demand(st == SKEP_OK || st == SKEP_E_NOMEM);
    }
    skep_buf_release(&buf);
}

static void check_points(const struct skep_sweep *sweep, struct skep_arena *arena)
{
    const int64_t positions[] = {0, sweep->n / 3, sweep->n - 1};
    struct skep_axes *axes;
    struct skep_point point;

    demand(skep_axes_open(sweep, NULL, arena, &axes, NULL) == SKEP_OK);
    for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++) {
        const int64_t index = skep_order_index(sweep, positions[i]);

        demand(index >= 0 && index < sweep->n_all);
        demand(skep_order_position(sweep, index) == positions[i]);
        skep_axes_point(axes, index, &point);
        demand(point.index == index && point.at[point.n - 1].i64 == index);
        for (int k = 0; k < point.n; k++) {
            demand(point.at[k].place >= 0 && point.at[k].place < point.at[k].extent);
        }
        check_record(sweep, &point, arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct skep_sweep sweep;
    struct skep_arena arena;
    struct skep_error err = {0};
    skep_status st;

    skep_arena_init(&arena, 1024 * 1024 * 1024);
    st = skep_sweep_parse((const char *)data, size, NULL, &arena, &sweep, &err);
    if (st == SKEP_OK) {
        check_round_trip(&sweep, &arena);
        if (!has_arrays(&sweep)) {
            check_points(&sweep, &arena);
        }
    } else {
        demand(st == SKEP_E_BAD_RECORD && err.status == st);
        demand(err.text[0] != '\0');
        demand(strlen(err.text) > 250 || skep_text_is_printable(err.text, strlen(err.text)));
    }
    skep_arena_release(&arena);
    skep_arena_init(&arena, 8 * size); /* with little memory nothing may break either */
    st = skep_sweep_parse((const char *)data, size, NULL, &arena, &sweep, NULL);
    demand(st == SKEP_OK || st == SKEP_E_BAD_RECORD || st == SKEP_E_NOMEM);
    skep_arena_release(&arena);
    return 0;
}
