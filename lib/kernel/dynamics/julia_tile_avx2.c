/* SPDX-License-Identifier: MIT */
/* Sixteen neighbouring points at a time, in four vectors: one step waits for three operations in a row, and
 * four vectors fill that wait. They go on until the last of them is done; a point that is done before does
 * not count any more, and neither infinities nor NaN are below 4. */
#include "kernel/dynamics/julia_tile.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2   __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline))

enum { LANES = 4, GROUP = 4 * LANES };

struct constants {
    __m256d c_re, c_im, four;
};

struct lanes {
    __m256d re, im;
    __m256d is_inside; /* all ones or all zeros */
    __m256i count;
};

AVX2 INLINE struct lanes lanes_begin(const double *re, double im)
{
    return (struct lanes){_mm256_loadu_pd(re), _mm256_set1_pd(im),
                          _mm256_castsi256_pd(_mm256_set1_epi64x(-1)), _mm256_setzero_si256()};
}

AVX2 INLINE void lanes_step(struct lanes *p, const struct constants *c)
{
    __m256d re2 = _mm256_mul_pd(p->re, p->re);
    __m256d im2 = _mm256_mul_pd(p->im, p->im);
    __m256d cross = _mm256_mul_pd(p->re, p->im);

    p->is_inside = _mm256_and_pd(p->is_inside, _mm256_cmp_pd(_mm256_add_pd(re2, im2), c->four, _CMP_LT_OQ));
    p->count = _mm256_sub_epi64(p->count, _mm256_castpd_si256(p->is_inside));
    p->re = _mm256_add_pd(_mm256_sub_pd(re2, im2), c->c_re);
    p->im = _mm256_add_pd(_mm256_add_pd(cross, cross), c->c_im);
}

AVX2 INLINE int lanes_any(const struct lanes *a, const struct lanes *b)
{
    return _mm256_movemask_pd(_mm256_or_pd(a->is_inside, b->is_inside));
}

AVX2 static void julia_group(const struct skep_julia_tile *tile, const double *re, double im,
                             int64_t counts[GROUP])
{
    const struct constants k = {_mm256_set1_pd(tile->c_re), _mm256_set1_pd(tile->c_im), _mm256_set1_pd(4.0)};
    struct lanes a = lanes_begin(re, im);
    struct lanes b = lanes_begin(re + LANES, im);
    struct lanes c = lanes_begin(re + 2 * LANES, im);
    struct lanes d = lanes_begin(re + 3 * LANES, im);

    for (int64_t step = 0; step < tile->max_iter && (lanes_any(&a, &b) | lanes_any(&c, &d)) != 0; step++) {
        lanes_step(&a, &k);
        lanes_step(&b, &k);
        lanes_step(&c, &k);
        lanes_step(&d, &k);
    }
    _mm256_storeu_si256((__m256i *)counts, a.count);
    _mm256_storeu_si256((__m256i *)(counts + LANES), b.count);
    _mm256_storeu_si256((__m256i *)(counts + 2 * LANES), c.count);
    _mm256_storeu_si256((__m256i *)(counts + 3 * LANES), d.count);
}

static void julia_row(const struct skep_julia_tile *tile, double im, uint16_t *out)
{
    int64_t counts[GROUP];
    struct skep_julia_tile rest = *tile;
    int64_t j = 0;

    for (; j + GROUP <= tile->width; j += GROUP) {
        julia_group(tile, tile->re + j, im, counts);
        for (int i = 0; i < GROUP; i++) {
            out[j + i] = (uint16_t)counts[i];
        }
    }
    rest.re += j;
    rest.im = &im;
    rest.width -= j;
    rest.height = 1;
    rest.out = out + j;
    skep_julia_plain(&rest);
}

void skep_julia_avx2(const struct skep_julia_tile *tile)
{
    for (int64_t i = 0; i < tile->height; i++) {
        julia_row(tile, tile->im[i], tile->out + i * tile->out_stride);
    }
}

#endif
