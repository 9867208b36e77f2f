/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_PARSE_H
#define SKEP_BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strict readers of N bytes of text: the whole of it is the number, nothing before and nothing behind, or
 * false and the output is untouched. They do not look at the locale. */
bool skep_parse_i64(const char *text, size_t n, int64_t *number_out);
bool skep_parse_u64(const char *text, size_t n, uint64_t *number_out);
/* Decimal with optional exponent, or "nan", "inf", "-inf". Overflow to infinity is refused. */
bool skep_parse_f64(const char *text, size_t n, double *number_out);
/* Bytes with an optional suffix K, M, G (1024-based): "64K". */
bool skep_parse_bytes(const char *text, size_t n, uint64_t *bytes_out);

#endif
