/* SPDX-License-Identifier: MIT */
#include "kernel/arrays/reader.h"

#include <string.h>

enum skep_dtype skep_reader_dtype(enum skep_dtype dtype, enum skep_reader_form form)
{
    if (form == SKEP_READER_DOUBLES || dtype == SKEP_F4) {
        return SKEP_F8;
    }
    return dtype == SKEP_B1 ? SKEP_U1 : dtype;
}

#define GATHER(type)                                                                                         \
    do {                                                                                                     \
        const type *from = x;                                                                                \
        type *to = out;                                                                                      \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            to[i] = from[i * stride];                                                                        \
        }                                                                                                    \
    } while (0)

void skep_gather(const void *x, int64_t stride, size_t size, int64_t n, void *out)
{
    if (stride == 1) {
        memcpy(out, x, (size_t)n * size);
        return;
    }
    switch (size) {
    case 1:
        GATHER(uint8_t);
        break;
    case 2:
        GATHER(uint16_t);
        break;
    case 4:
        GATHER(uint32_t);
        break;
    default:
        GATHER(uint64_t);
        break;
    }
}

#define TO_DOUBLES(type)                                                                                     \
    do {                                                                                                     \
        const type *from = x;                                                                                \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            room[i] = (double)from[i];                                                                       \
        }                                                                                                    \
    } while (0)

static const void *reader_to_truths(const uint8_t *x, int64_t n, uint8_t *room)
{
    for (int64_t i = 0; i < n; i++) {
        room[i] = x[i] != 0;
    }
    return room;
}

static const void *reader_to_doubles(const void *x, enum skep_dtype dtype, int64_t n, double *room)
{
    switch (dtype) {
    case SKEP_B1:
        for (int64_t i = 0; i < n; i++) {
            room[i] = ((const uint8_t *)x)[i] != 0;
        }
        break;
    case SKEP_I1:
        TO_DOUBLES(int8_t);
        break;
    case SKEP_I2:
        TO_DOUBLES(int16_t);
        break;
    case SKEP_I4:
        TO_DOUBLES(int32_t);
        break;
    case SKEP_I8:
        TO_DOUBLES(int64_t);
        break;
    case SKEP_U1:
        TO_DOUBLES(uint8_t);
        break;
    case SKEP_U2:
        TO_DOUBLES(uint16_t);
        break;
    case SKEP_U4:
        TO_DOUBLES(uint32_t);
        break;
    case SKEP_U8:
        TO_DOUBLES(uint64_t);
        break;
    case SKEP_F4:
        skep_spans_at(skep_cpu_level())->widen(x, n, room);
        break;
    default:
        return x;
    }
    return room;
}

const void *skep_reader_convert(const void *x, enum skep_dtype dtype, int64_t n, enum skep_reader_form form,
                                double *room)
{
    if (form == SKEP_READER_DOUBLES || dtype == SKEP_F4) {
        return reader_to_doubles(x, dtype, n, room);
    }
    return dtype == SKEP_B1 ? reader_to_truths(x, n, (uint8_t *)room) : x;
}

void skep_reader_init(struct skep_reader *reader, const struct skep_view *view, enum skep_reader_form form,
                      struct skep_reader_room *room)
{
    *reader = (struct skep_reader){
        .view = view, .form = form, .room = room, .next = view->data, .left = skep_view_count(view)};
    reader->is_contiguous = skep_view_is_contiguous(view);
    skep_walk_init(&reader->walk, view, view->ndim - 1);
}

/* The next N elements of a view that has gaps, side by side. A piece takes what is left of one run, whole
 * runs, and the beginning of another. */
static const void *reader_collect(struct skep_reader *reader, int64_t n)
{
    size_t size = skep_dtype_size(reader->view->dtype);
    struct skep_walk *walk = &reader->walk;
    int64_t done = 0;

    while (done < n) {
        int64_t m = walk->length - reader->run_done < n - done ? walk->length - reader->run_done : n - done;
        const char *from =
            (const char *)reader->view->data + (walk->at + reader->run_done * walk->stride) * (int64_t)size;

        skep_gather(from, walk->stride, size, m, (char *)reader->room->raw + (size_t)done * size);
        done += m;
        reader->run_done += m;
        if (reader->run_done == walk->length) {
            reader->run_done = 0;
            skep_walk_step(walk);
        }
    }
    return reader->room->raw;
}

int64_t skep_reader_next(struct skep_reader *reader, const void **x_out)
{
    const struct skep_view *view = reader->view;
    int64_t n = reader->left < SKEP_SPAN ? reader->left : SKEP_SPAN;
    const void *x;

    if (n == 0) {
        return 0;
    }
    if (reader->is_contiguous) {
        x = reader->next;
        reader->next += (size_t)n * skep_dtype_size(view->dtype);
    } else {
        x = reader_collect(reader, n);
    }
    reader->left -= n;
    *x_out = skep_reader_convert(x, view->dtype, n, reader->form, reader->room->doubles);
    return n;
}
