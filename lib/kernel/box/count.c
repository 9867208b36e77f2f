/* SPDX-License-Identifier: MIT */
/* Room for counts, and the choice of how to count. */
#include "kernel/box/sweep.h"

#include <inttypes.h>
#include <string.h>

enum {
    ROOM_ALIGN = 64,
    NARROW_LINES =
        255, /* rows and columns of the table: a row must fit into 8 bits, the table into 128 KiB */
    WIDE_LINES = 255,
    ZERO_POLL_EVERY = 1 << 20, /* counts: far less than a millisecond */
    SHIFT_LEAST = 7            /* half of 2^7 places is what one comparison takes */
};

/* ---- room ---- */

/* What a sweep over N places looks like. */
struct layout {
    int b_shift, c_shift;
    int64_t rows, columns, stride, places; /* places: with as many more as may be read beyond the last */
    size_t place_bytes, row_bytes;
};

static struct layout layout_find(int64_t n, bool is_wide)
{
    struct layout layout = {
        .b_shift = SHIFT_LEAST,
        .place_bytes = is_wide ? sizeof(uint32_t) : sizeof(uint16_t),
        .row_bytes = is_wide ? sizeof(uint16_t) : sizeof(uint8_t),
    };
    int64_t lanes = (int64_t)(ROOM_ALIGN / layout.place_bytes);
    int64_t lines_most = is_wide ? WIDE_LINES : NARROW_LINES;

    while (n >> layout.b_shift >= lines_most) {
        layout.b_shift++;
    }
    /* Columns cost more than rows: all of a row's vectors change with each point that enters or leaves. */
    layout.c_shift = layout.b_shift + (layout.b_shift > SHIFT_LEAST ? 1 : 0);
    layout.rows = (n >> layout.b_shift) + 1;
    layout.columns = (n >> layout.c_shift) + 1;
    layout.stride = (layout.columns + 1 + lanes - 1) / lanes * lanes;
    layout.places = n + ((int64_t)1 << layout.c_shift) + 2 * ROOM_ALIGN;
    return layout;
}

/* COUNT elements from the room at *AT, which may be NULL to learn how much it takes. */
static void *room_take(unsigned char *room, size_t *at, int64_t count, size_t size)
{
    void *piece = room == NULL ? NULL : room + *at;

    *at += ((size_t)count * size + ROOM_ALIGN - 1) / ROOM_ALIGN * ROOM_ALIGN;
    return piece;
}

static size_t sweep_take_room(struct skep_box_sweep *s, const struct layout *l, unsigned char *room)
{
    int64_t words = l->places / 64 + 1;
    size_t at = 0;

    s->b_of_a = room_take(room, &at, l->places, l->place_bytes);
    s->c_of_a = room_take(room, &at, l->places, l->place_bytes);
    s->c_of_b = room_take(room, &at, l->places, l->place_bytes);
    s->row_of_c = room_take(room, &at, l->places, l->row_bytes);
    s->bits_b = room_take(room, &at, words, sizeof *s->bits_b);
    s->bits_c = room_take(room, &at, words, sizeof *s->bits_c);
    s->table = room_take(room, &at, (l->rows + 1) * l->stride, l->place_bytes);
    s->steps = room_take(room, &at, l->rows * l->stride, l->place_bytes);
    if (room != NULL) {
        memset(s->bits_b, 0, (size_t)((unsigned char *)(room + at) - (unsigned char *)s->bits_b));
    }
    return at;
}

void skep_box_sweep_init(struct skep_box_sweep *sweep, const struct skep_box_axis *a,
                         const struct skep_box_axis *b, const struct skep_box_axis *c,
                         const struct skep_box_counts3 *counts, unsigned char *room)
{
    int64_t places = a->n + 1;
    struct layout layout = layout_find(places, a->is_wide);

    *sweep = (struct skep_box_sweep){
        .a = a,
        .b = b,
        .c = c,
        .counts = counts,
        .n = a->n,
        .reach = layout.b_shift > SHIFT_LEAST ? 128 : 64,
        .b_shift = layout.b_shift,
        .c_shift = layout.c_shift,
        .rows = layout.rows,
        .columns = c != NULL ? layout.columns : 0,
        .stride = c != NULL ? layout.stride : 1,
    };
    sweep_take_room(sweep, &layout, room);
}

size_t skep_box_sweep_bytes(int64_t n)
{
    struct skep_box_sweep sweep;
    struct layout narrow = layout_find(n + 1, false), wide = layout_find(n + 1, true);
    size_t bytes = sweep_take_room(&sweep, &wide, NULL);

    return n > SKEP_BOX_NARROW_MAX ? bytes : sweep_take_room(&sweep, &narrow, NULL);
}

skep_status skep_box_work_init(struct skep_call *call, int64_t n, struct skep_box_work *work,
                               struct skep_error *err)
{
    void *keys, *index, *room;
    skep_status st;

    if (n > INT32_MAX) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "at most 2^31 - 1 points can be counted, not %" PRId64,
                              n);
    }
    st = skep_call_scratch(call, n, sizeof *work->keys, &keys, err);
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, n, sizeof *work->index, &index, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, 1, skep_box_sweep_bytes(n), &room, err);
    }
    if (st == SKEP_OK) {
        *work = (struct skep_box_work){.n = n, .keys = keys, .index = index, .room = room};
    }
    return st;
}

double skep_box_work_bytes(int64_t n)
{
    return (double)n * (sizeof(uint64_t) + sizeof(uint32_t)) + (double)skep_box_sweep_bytes(n) + 192.0;
}

/* ---- counting ---- */

static skep_status set_zero(const struct skep_call *call, uint32_t *counts, int64_t n)
{
    for (int64_t k = 0; counts != NULL && k < n; k += ZERO_POLL_EVERY) {
        int64_t run = n - k < ZERO_POLL_EVERY ? n - k : ZERO_POLL_EVERY;

        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        memset(counts + k, 0, (size_t)run * sizeof *counts);
    }
    return SKEP_OK;
}

/* Pairs less than GAP apart, and the others. */
static double near_pairs(int64_t n, int64_t gap)
{
    return gap <= 0 ? 0.0 : (double)n * (2.0 * (double)gap - 1.0) - (double)gap * ((double)gap - 1.0);
}

static double far_pairs(int64_t n, int64_t gap)
{
    return (double)n * (double)n - near_pairs(n, gap);
}

double skep_box_way_seconds(const struct skep_box_code *code, enum skep_box_way way, bool is_wide, int64_t n,
                            int64_t gap)
{
    const struct skep_box_price *price = is_wide ? &code->wide.price : &code->narrow.price;
    double pairs = way == SKEP_BOX_FAR ? far_pairs(n, gap) : near_pairs(n, gap);

    if (way == SKEP_BOX_FAR) {
        return price->pair * pairs;
    }
    return (price->point + price->place * (double)n) * (double)n + price->pair * pairs;
}

static enum skep_box_way way_find(const struct skep_box_code *code, bool is_wide, int64_t n, int64_t gap)
{
    return skep_box_way_seconds(code, SKEP_BOX_FAR, is_wide, n, gap) <
                   skep_box_way_seconds(code, SKEP_BOX_SWEEP, is_wide, n, gap)
               ? SKEP_BOX_FAR
               : SKEP_BOX_SWEEP;
}

skep_status skep_box_count_as(struct skep_call *call, struct skep_box_work *work,
                              const struct skep_box_code *code, enum skep_box_way way,
                              const struct skep_box_axis *a, const struct skep_box_axis *b,
                              const struct skep_box_axis *c, int64_t gap,
                              const struct skep_box_counts3 *counts)
{
    const struct skep_box_runs *runs = a->is_wide ? &code->wide : &code->narrow;
    struct skep_box_sweep sweep;
    skep_status st;

    if (skep_call_is_stopped(call)) {
        return SKEP_STOPPED;
    }
    if (gap >= a->n) {
        st = set_zero(call, counts->abc, a->n);
        st = st == SKEP_OK ? set_zero(call, counts->ab, a->n) : st;
        st = st == SKEP_OK ? set_zero(call, counts->ac, a->n) : st;
        return st == SKEP_OK ? set_zero(call, counts->a, a->n) : st;
    }
    skep_box_sweep_init(&sweep, a, b, c, counts, work->room);
    way = way == SKEP_BOX_CHEAPEST ? way_find(code, a->is_wide, a->n, gap) : way;
    if (way == SKEP_BOX_FAR) {
        return (c != NULL ? runs->far3 : runs->far2)(call, &sweep, gap);
    }
    st = (c != NULL ? runs->sweep3 : runs->sweep2)(call, &sweep);
    if (st == SKEP_OK && gap > 0) {
        st = (c != NULL ? runs->near3 : runs->near2)(call, &sweep, gap);
    }
    return st;
}

skep_status skep_box_count2(struct skep_call *call, struct skep_box_work *work, const struct skep_box_axis *a,
                            const struct skep_box_axis *b, int64_t gap, const struct skep_box_counts2 *counts,
                            struct skep_error *err)
{
    const struct skep_box_counts3 all = {.ab = counts->ab, .a = counts->a, .ac = counts->b};

    (void)err;
    return skep_box_count_as(call, work, skep_box_code_at(skep_cpu_level()), SKEP_BOX_CHEAPEST, a, b, NULL,
                             gap, &all);
}

skep_status skep_box_count3(struct skep_call *call, struct skep_box_work *work, const struct skep_box_axis *a,
                            const struct skep_box_axis *b, const struct skep_box_axis *c, int64_t gap,
                            const struct skep_box_counts3 *counts, struct skep_error *err)
{
    (void)err;
    return skep_box_count_as(call, work, skep_box_code_at(skep_cpu_level()), SKEP_BOX_CHEAPEST, a, b, c, gap,
                             counts);
}

double skep_box_count_seconds(int axes, int64_t n, int64_t gap)
{
    const struct skep_box_code *code = skep_box_code_at(skep_cpu_level());
    bool is_wide = n > SKEP_BOX_NARROW_MAX;
    double prepare = 20e-9 * axes * (double)n;

    if (gap >= n) {
        return prepare;
    }
    return prepare + skep_box_way_seconds(code, way_find(code, is_wide, n, gap), is_wide, n, gap);
}
