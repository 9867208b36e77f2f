/* SPDX-License-Identifier: MIT */
/* The name of an output, whatever it says, is refused or proved: then each task has a slice of its own inside
 * the array. The first two bytes of the input pick the sweep. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "sweep/out_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_SLICES = 1 << 16 };

static void need(int condition)
{
    if (!condition) {
        abort();
    }
}

static void add_factor(struct skep_sweep *sweep, enum skep_factor_kind kind, int64_t n, const char *first,
                       const char *second)
{
    struct skep_factor *factor = &sweep->factors[sweep->n_factors++];

    factor->kind = kind;
    factor->n = factor->of = n;
    factor->n_variables = second != NULL ? 2 : 1;
    factor->variables[0] = first;
    factor->variables[1] = second;
    sweep->n_all *= n;
}

static void pick_sweep(struct skep_sweep *sweep, const uint8_t *data)
{
    sweep->n_all = 1;
    if (data[0] & 1) {
        struct skep_factor *pairs = &sweep->factors[sweep->n_factors];
        int64_t of = 2 + (data[0] >> 1 & 3);
        bool is_unordered = data[0] >> 3 & 1;
        add_factor(sweep, SKEP_FACTOR_PAIRS, is_unordered ? of * (of - 1) / 2 : of * (of - 1), "i", "j");
        pairs->of = of;
        pairs->is_unordered = is_unordered;
    }
    add_factor(sweep, SKEP_FACTOR_GRID, 1 + (data[1] & 7), "a", NULL);
    add_factor(sweep, SKEP_FACTOR_ZIP, 1 + (data[1] >> 3 & 3), "b", "c");
    add_factor(sweep, SKEP_FACTOR_SPLIT, data[1] >> 7 ? INT64_C(1) << 30 : 3, "n", NULL);
    sweep->n = sweep->n_all;
}

static void check_slices(const struct skep_out_map *map, const struct skep_sweep *sweep)
{
    static unsigned char is_taken[MOST_SLICES];
    int64_t n = sweep->n_all < 1000 ? sweep->n_all : 1000;

    memset(is_taken, 0, sizeof is_taken);
    for (int64_t i = 0; i < n; i++) {
        int64_t slice = skep_out_map_at(map, i);
        need(slice >= 0 && slice < map->n_slices);
        if (slice < MOST_SLICES) {
            need(!is_taken[slice]);
            is_taken[slice] = 1;
        }
    }
    need(skep_out_map_at(map, sweep->n_all - 1) < map->n_slices);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct skep_sweep sweep = {0};
    struct skep_error err = {0};
    struct skep_out_map map;
    struct skep_arena arena;
    struct skep_view value;
    char text[512];
    size_t n = size - 2;

    if (size < 2) {
        return 0;
    }
    pick_sweep(&sweep, data);
    n = n < sizeof text - 1 ? n : sizeof text - 1;
    memcpy(text, data + 2, n);
    text[n] = '\0';
    skep_arena_init(&arena, 1 << 20);
    skep_view_init(&value, NULL, SKEP_F8, 2, (const int64_t[]){12, 2});
    if (skep_out_parse(&sweep, text, &arena, &sweep.outs[0], &err) == SKEP_OK &&
        skep_out_complete(&sweep, &sweep.outs[0], &value, &err) == SKEP_OK) {
        sweep.n_outs = 1;
        need(skep_out_map_init(&map, &sweep, 0, NULL) == SKEP_OK);
        check_slices(&map, &sweep);
    } else {
        need(err.status == SKEP_E_BAD_ARGS && err.text[0] != '\0');
    }
    skep_arena_release(&arena);
    return 0;
}
