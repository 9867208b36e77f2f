/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_CRC32C_H
#define SKEP_SWEEP_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* CRC32C (Castagnoli, RFC 3720 appendix B.4: "123456789" gives e3069283). With the processor's instruction
 * where it has one (SSE4.2), else by tables; the same value. CRC is what was returned for the bytes before, 0
 * at the start. */
uint32_t skep_crc32c(uint32_t crc, const void *bytes, size_t n);

/* The one by tables, for tests. */
uint32_t skep_crc32c_plain(uint32_t crc, const void *bytes, size_t n);

#endif
