/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_POISON_H
#define SKEP_CHAOS_POISON_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Records that ought to kill, block or confuse whoever takes them, one kind after the other, and what must
 * become of each. A task's number decides its kind and its bytes. */
enum { SKEP_POISON_LARGE_BYTES = 10 * 1024 * 1024, SKEP_POISON_LARGE_EVERY = 32 };

size_t skep_poison_n_kinds(void);

/* Append what a client pushes for the task NUMBER: skep's own line with its place and its id, so that what
 * becomes of bytes that nobody can read can be told, then the poison. Its dead letter must keep all of it. */
void skep_poison_write(struct skep_buf *buf, uint64_t number);

/* The cause that its dead letter must name. */
const char *skep_poison_cause(uint64_t number);

/* The word for its kind: "segv". */
const char *skep_poison_name(uint64_t number);

#endif
