/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_FILL_H
#define SKEP_SWEEP_FILL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/view.h"

/* What an output holds where nothing is yet. */
enum { SKEP_FILL_BYTES = 8 };

struct skep_fill {
    unsigned char bytes[SKEP_FILL_BYTES]; /* one element, as in memory */
    size_t size;                          /* of an element */
};

/* Read TEXT ("nan", "0", "-1", "true"; NULL: NaN for reals, else 0) as an element of DTYPE. NaN has the bits
 * of NumPy's.
 *
 *   SKEP_E_BAD_ARGS   it is no number, or DTYPE has no such */
SKEP_MUST_USE skep_status skep_fill_parse(struct skep_fill *fill, const char *text, enum skep_dtype dtype,
                                          struct skep_error *err);

/* The text for NULL. */
const char *skep_fill_default(enum skep_dtype dtype);

/* Fill N bytes, a multiple of the element. */
void skep_fill_put(const struct skep_fill *fill, void *to, size_t n);

/* The CRC32C of so many bytes of it. */
uint32_t skep_fill_crc(const struct skep_fill *fill, int64_t n_bytes);

#endif
