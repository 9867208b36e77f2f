/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_DIGEST_H
#define SKEP_PRODUCER_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a of 64 bits (Fowler, Noll, Vo): tells whether a file is what it was against accidents, not against
 * malice. Begin with SKEP_DIGEST_START and add pieces in order. */
#define SKEP_DIGEST_START UINT64_C(14695981039346656037)

static inline uint64_t skep_digest_add(uint64_t digest, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        digest = (digest ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    }
    return digest;
}

#endif
