/* SPDX-License-Identifier: MIT */
#include "kernel/dynamics/julia_tile.h"

static uint16_t julia_count(const struct skep_julia_tile *tile, double re, double im)
{
    int64_t n = 0;

    while (n < tile->max_iter && re * re + im * im < 4.0) {
        double square_re = re * re - im * im;
        double square_im = re * im + im * re;

        re = square_re + tile->c_re;
        im = square_im + tile->c_im;
        n++;
    }
    return (uint16_t)n;
}

void skep_julia_plain(const struct skep_julia_tile *tile)
{
    for (int64_t i = 0; i < tile->height; i++) {
        for (int64_t j = 0; j < tile->width; j++) {
            tile->out[i * tile->out_stride + j] = julia_count(tile, tile->re[j], tile->im[i]);
        }
    }
}

skep_julia skep_julia_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return skep_julia_avx2;
    case SKEP_CPU_AVX512:
        return skep_julia_avx512;
#endif
    default:
        return skep_julia_plain;
    }
}
