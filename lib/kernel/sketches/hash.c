/* SPDX-License-Identifier: MIT */
#include "kernel/sketches/hash.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

uint64_t skep_hash_key(uint64_t key)
{
    uint64_t z = key + SKEP_HASH_STEP;

    z = (z ^ z >> 30) * SKEP_HASH_FIRST;
    z = (z ^ z >> 27) * SKEP_HASH_SECOND;
    return z ^ z >> 31;
}

uint64_t skep_hash_i8(int64_t x)
{
    return skep_hash_key((uint64_t)x ^ (x < 0 ? SKEP_HASH_NEGATIVE : 0));
}

uint64_t skep_hash_f8(double x)
{
    uint64_t bits = SKEP_HASH_NAN;

    if (x >= -0x1p63 && x < 0x1p63 && (double)(int64_t)x == x) {
        return skep_hash_i8((int64_t)x);
    }
    if (x >= 0x1p63 && x < 0x1p64) {
        return skep_hash_key((uint64_t)x); /* so large that it is whole */
    }
    if (!isnan(x)) {
        memcpy(&bits, &x, sizeof bits);
    }
    return skep_hash_key(bits ^ SKEP_HASH_FRACTION);
}

/* ---- by dtype ---- */

/* Widened in place of its hashes: every X is an i8 or an f8. */
#define WIDEN(type, wide)                                                                                    \
    do {                                                                                                     \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            ((wide *)(void *)out)[i] = ((const type *)x)[i];                                                 \
        }                                                                                                    \
    } while (0)

/* Whether they became doubles. */
static bool hash_widen(enum skep_dtype dtype, const void *x, int64_t n, uint64_t *out)
{
    switch (dtype) {
    case SKEP_B1:
        for (int64_t i = 0; i < n; i++) {
            out[i] = ((const uint8_t *)x)[i] != 0;
        }
        return false;
    case SKEP_I1:
        WIDEN(int8_t, int64_t);
        return false;
    case SKEP_I2:
        WIDEN(int16_t, int64_t);
        return false;
    case SKEP_I4:
        WIDEN(int32_t, int64_t);
        return false;
    case SKEP_U1:
        WIDEN(uint8_t, int64_t);
        return false;
    case SKEP_U2:
        WIDEN(uint16_t, int64_t);
        return false;
    case SKEP_U4:
        WIDEN(uint32_t, int64_t);
        return false;
    default:
        WIDEN(float, double);
        return true;
    }
}

void skep_hash_run(const struct skep_hash_functions *functions, enum skep_dtype dtype, const void *x,
                   int64_t n, uint64_t *out)
{
    if (dtype == SKEP_I8) {
        functions->i8(x, n, out);
    } else if (dtype == SKEP_U8) {
        functions->u8(x, n, out);
    } else if (dtype == SKEP_F8) {
        functions->f8(x, n, out);
    } else if (hash_widen(dtype, x, n, out)) {
        functions->f8((const double *)(const void *)out, n, out);
    } else {
        functions->i8((const int64_t *)(const void *)out, n, out);
    }
}

uint64_t skep_hash_element(const struct skep_view *view, int64_t at)
{
    if (view->dtype == SKEP_I8) {
        return skep_hash_i8(((const int64_t *)view->data)[at]);
    }
    if (view->dtype == SKEP_U8) {
        return skep_hash_key(((const uint64_t *)view->data)[at]);
    }
    return skep_hash_f8(skep_view_get_f8(view, at)); /* every other dtype is exact as a double */
}

/* ---- by the array ---- */

static void hash_i8_plain(const int64_t *x, int64_t n, uint64_t *out)
{
    for (int64_t i = 0; i < n; i++) {
        out[i] = skep_hash_i8(x[i]);
    }
}

static void hash_u8_plain(const uint64_t *x, int64_t n, uint64_t *out)
{
    for (int64_t i = 0; i < n; i++) {
        out[i] = skep_hash_key(x[i]);
    }
}

static void hash_f8_plain(const double *x, int64_t n, uint64_t *out)
{
    for (int64_t i = 0; i < n; i++) {
        out[i] = skep_hash_f8(x[i]);
    }
}

const struct skep_hash_functions skep_hash_plain = {hash_i8_plain, hash_u8_plain, hash_f8_plain};

const struct skep_hash_functions *skep_hash_at(enum skep_cpu_level level)
{
#if defined(__x86_64__)
    if (level == SKEP_CPU_AVX512) {
        return &skep_hash_avx512;
    }
    if (level == SKEP_CPU_AVX2) {
        return &skep_hash_avx2;
    }
#endif
    (void)level;
    return &skep_hash_plain;
}
