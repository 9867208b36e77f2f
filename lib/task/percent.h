/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_PERCENT_H
#define SKEP_TASK_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Percent-encoding of header values: every byte but printable ASCII without space, '%', ';' and ','. NULL is
 * written as nothing. */
void skep_percent_add(struct skep_buf *buf, const char *text);
size_t skep_percent_bytes(const char *text); /* how many skep_percent_add writes */

/* Decode into TEXT, which has room for N bytes and a NUL. False for a byte that should have been encoded, a
 * sequence that is none, and a NUL, which would hide what follows it. */
bool skep_percent_decode(const char *encoded, size_t n, char *text);

#endif
