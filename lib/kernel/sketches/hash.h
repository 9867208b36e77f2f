/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_SKETCHES_HASH_H
#define SKEP_KERNEL_SKETCHES_HASH_H

#include <stdint.h>

#include "base/view.h"
#include "kernel/cpu.h"

/* The 64-bit hash of a number. Part of what the sketches promise: states made today must merge with states
 * made in ten years, so it never changes.
 *
 * Numbers that are equal hash alike, whatever their dtype: 7, 7.0, an i1 of 7 and a u8 of 7 are one value,
 * true is 1, -0.0 is 0, and every NaN is one value. A number becomes a key of 64 bits,
 *
 *     a whole number from 0 to 2^64 - 1        itself
 *     a whole number from -2^63 to -1          its two's complement, xor 0x243f6a8885a308d3
 *     any other double                         its bits, xor 0x13198a2e03707344; 0x7ff8000000000000 for NaN
 *
 * (the constants are the first digits of pi: two numbers have one key by accident only, and never two of one
 * dtype), and the hash is the key mixed by the output function of SplitMix64 (G. Steele, D. Lea, C. Flood,
 * "Fast splittable pseudorandom number generators", OOPSLA 2014; constants by D. Stafford), a bijection:
 *
 *     z = key + 0x9e3779b97f4a7c15
 *     z = (z xor z >> 30) 0xbf58476d1ce4e5b9
 *     z = (z xor z >> 27) 0x94d049bb133111eb
 *     z xor z >> 31 */
uint64_t skep_hash_key(uint64_t key); /* the mixing alone */
uint64_t skep_hash_i8(int64_t x);
uint64_t skep_hash_f8(double x);

/* The hash of the element of a view at offset AT, any dtype: the definition, one by one. */
uint64_t skep_hash_element(const struct skep_view *view, int64_t at);

/* The same for N numbers; OUT may be X. */
struct skep_hash_functions {
    void (*i8)(const int64_t *x, int64_t n, uint64_t *out);
    void (*u8)(const uint64_t *x, int64_t n, uint64_t *out); /* whose hash is that of its key, itself */
    void (*f8)(const double *x, int64_t n, uint64_t *out);
};
extern const struct skep_hash_functions skep_hash_plain, skep_hash_avx2, skep_hash_avx512;
const struct skep_hash_functions *skep_hash_at(enum skep_cpu_level level);

/* N elements of DTYPE that lie one behind the other. */
void skep_hash_run(const struct skep_hash_functions *functions, enum skep_dtype dtype, const void *x,
                   int64_t n, uint64_t *out);

#define SKEP_HASH_NEGATIVE UINT64_C(0x243f6a8885a308d3)
#define SKEP_HASH_FRACTION UINT64_C(0x13198a2e03707344)
#define SKEP_HASH_NAN      UINT64_C(0x7ff8000000000000)
#define SKEP_HASH_STEP     UINT64_C(0x9e3779b97f4a7c15)
#define SKEP_HASH_FIRST    UINT64_C(0xbf58476d1ce4e5b9)
#define SKEP_HASH_SECOND   UINT64_C(0x94d049bb133111eb)

#endif
