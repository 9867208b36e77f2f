/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_WORDS_H
#define SKEP_PRODUCER_WORDS_H

#include <stdint.h>

#include "base/buf.h"

/* Numbers as people read them. Each returns TEXT, which has room for SKEP_WORDS_BYTES. */
enum { SKEP_WORDS_BYTES = 48 };
const char *skep_words_number(int64_t number, char *text);   /* 1234567 as "1,234,567" */
const char *skep_words_duration(double seconds, char *text); /* "4 s", "3 min 20 s", "2 h 5 min", "3 d 4 h" */
const char *skep_words_time(double seconds, char *text);     /* "31 ns", "1.23 ms", "4.56 s", then as above */
const char *skep_words_bytes(uint64_t bytes, char *text);    /* "512 B", "1.5 MiB" */
const char *skep_words_plural(uint64_t number);              /* "" for one, "s" otherwise */

/* Append N bytes of a stranger, harmless for a terminal: well-formed printable UTF-8 as it is, anything else
 * as \n, \t, \\ or \xHH. No more than MAX bytes of it, then "...". */
void skep_words_add_harmless(struct skep_buf *buf, const char *bytes, size_t n, size_t max);

/* Append TEXT as a shell takes it for one word: quoted where it must be. */
void skep_words_add_shell(struct skep_buf *buf, const char *text);

#endif
