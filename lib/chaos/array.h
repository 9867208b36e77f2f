/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_ARRAY_H
#define SKEP_CHAOS_ARRAY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* Input files that are written here and not by lib/npy: who is tested does not write its own test. */

/* Room for an array of N elements, in bytes. */
enum { SKEP_ARRAY_HEAD_BYTES = 128 };
#define SKEP_ARRAY_BYTES(n) (SKEP_ARRAY_HEAD_BYTES + 8 * (size_t)(n))

/* Make BUF the bytes of an .npy file: N doubles (f8, rank 1), all X. BUF has failed when they do not fit. */
void skep_chaos_array_make(struct skep_buf *buf, int64_t n, double x);

/* Write them over the file PATH from its start, in one write(2). FLAGS are further ones of open(2): 0 for a
 * file that is there, O_CREAT, O_TRUNC. SKEP_E_IO */
SKEP_MUST_USE skep_status skep_chaos_array_write(const char *path, int flags, const struct skep_buf *buf,
                                                 struct skep_error *err);

#endif
