/* SPDX-License-Identifier: MIT */
/* Neighbouring points take very different numbers of steps, so a lane does not wait for the others: when its
 * point is done it is given the next one. Thirty-two lanes, in four vectors, are on their way together: one
 * step waits for three operations in a row, and four vectors fill that wait. Every few steps the lanes that
 * are done put their counts on a list, which a plain loop writes to the image, and get new points. A point
 * that is done goes on for the rest of the few steps; it does not count any more, and neither infinities nor
 * NaN are below 4. */
#include "kernel/dynamics/julia_tile.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,popcnt")))
#define INLINE static inline __attribute__((always_inline))

enum {
    LANES = 8,
    STEPS = 10,  /* between two looks at what is done; measured: 6 to 16 are much the same */
    LIST = 1024, /* counts that wait for the image */
    NOWHERE = -1 /* the place of a lane without a point */
};

struct constants {
    __m512d c_re, c_im, four;
    __m512i one, max_iter;
};

struct lanes {
    __m512d re, im;
    __m512i count; /* of steps */
    __m512i place; /* row and column as one number, row * width + column */
    __mmask8 is_inside;
};

/* Where the next points come from, and where counts go. */
struct stream {
    const struct skep_julia_tile *tile;
    int64_t row, column;
    int64_t left; /* points without a count */
    int64_t n;    /* on the list */
    uint64_t list[LIST + LANES];
};

AVX512 INLINE void lanes_step(struct lanes *p, const struct constants *c)
{
    __m512d re2 = _mm512_mul_pd(p->re, p->re);
    __m512d im2 = _mm512_mul_pd(p->im, p->im);
    __m512d cross = _mm512_mul_pd(p->re, p->im);

    p->is_inside = _mm512_mask_cmp_pd_mask(p->is_inside, _mm512_add_pd(re2, im2), c->four, _CMP_LT_OQ);
    p->count = _mm512_mask_add_epi64(p->count, p->is_inside, p->count, c->one);
    p->re = _mm512_add_pd(_mm512_sub_pd(re2, im2), c->c_re);
    p->im = _mm512_add_pd(_mm512_add_pd(cross, cross), c->c_im);
}

static void stream_write(struct stream *s)
{
    const struct skep_julia_tile *tile = s->tile;

    for (int64_t i = 0; i < s->n; i++) {
        int64_t place = (int64_t)(s->list[i] >> 16);
        int64_t row = tile->height == 1 ? 0 : place / tile->width;

        tile->out[place + row * (tile->out_stride - tile->width)] = (uint16_t)s->list[i];
    }
    s->n = 0;
}

/* Give the lanes IS_FREE the next points of the row, or none where it ends. */
AVX512 static void stream_refill(struct stream *s, struct lanes *p, __mmask8 is_free)
{
    const struct skep_julia_tile *tile = s->tile;
    __m512i column = _mm512_add_epi64(_mm512_set1_epi64(s->column), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
    __m512i place = _mm512_set1_epi64(NOWHERE);

    p->place = _mm512_mask_mov_epi64(p->place, is_free, place);
    p->is_inside = (__mmask8)(p->is_inside & ~is_free);
    if (s->row == tile->height) {
        return;
    }
    place = _mm512_mask_add_epi64(place, _mm512_cmplt_epi64_mask(column, _mm512_set1_epi64(tile->width)),
                                  column, _mm512_set1_epi64(s->row * tile->width));
    p->place = _mm512_mask_expand_epi64(p->place, is_free, place);
    p->re = _mm512_mask_expandloadu_pd(p->re, is_free, tile->re + s->column);
    p->im = _mm512_mask_mov_pd(p->im, is_free, _mm512_set1_pd(tile->im[s->row]));
    p->count = _mm512_mask_mov_epi64(p->count, is_free, _mm512_setzero_si512());
    p->is_inside = (__mmask8)(p->is_inside | is_free);
    s->column += __builtin_popcount(is_free);
    if (s->column >= tile->width) {
        s->column = 0;
        s->row++;
    }
}

/* Take the counts of the points that are done, and let others follow. */
AVX512 static void stream_turn(struct stream *s, struct lanes *p, const struct constants *c)
{
    __mmask8 is_done = (__mmask8)(~p->is_inside | _mm512_cmpge_epi64_mask(p->count, c->max_iter));
    __mmask8 has_count = _mm512_mask_cmpge_epi64_mask(is_done, p->place, _mm512_setzero_si512());
    __m512i entry = _mm512_or_epi64(_mm512_slli_epi64(p->place, 16), _mm512_min_epi64(p->count, c->max_iter));

    _mm512_storeu_si512(s->list + s->n, _mm512_maskz_compress_epi64(has_count, entry));
    s->n += __builtin_popcount(has_count);
    s->left -= __builtin_popcount(has_count);
    if (s->n > LIST - LANES) {
        stream_write(s);
    }
    stream_refill(s, p, is_done);
}

AVX512 void skep_julia_avx512(const struct skep_julia_tile *tile)
{
    const struct constants k = {_mm512_set1_pd(tile->c_re), _mm512_set1_pd(tile->c_im), _mm512_set1_pd(4.0),
                                _mm512_set1_epi64(1), _mm512_set1_epi64(tile->max_iter)};
    const struct lanes empty = {.place = _mm512_set1_epi64(NOWHERE)};
    struct lanes a = empty, b = empty, c = empty, d = empty;
    struct stream s = {.tile = tile, .left = tile->width * tile->height};

    while (s.left > 0) {
        stream_turn(&s, &a, &k);
        stream_turn(&s, &b, &k);
        stream_turn(&s, &c, &k);
        stream_turn(&s, &d, &k);
        for (int step = 0; step < STEPS; step++) {
            lanes_step(&a, &k);
            lanes_step(&b, &k);
            lanes_step(&c, &k);
            lanes_step(&d, &k);
        }
    }
    stream_write(&s);
}

#endif
