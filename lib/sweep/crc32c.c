/* SPDX-License-Identifier: MIT */
#include "sweep/crc32c.h"

/* The polynomial 0x1EDC6F41, its bits reversed. */
static const uint32_t crc_polynomial = UINT32_C(0x82f63b78);

uint32_t skep_crc32c(uint32_t crc, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;

    crc = ~crc;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ crc_polynomial : crc >> 1;
        }
    }
    return ~crc;
}
