/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_LETTER_PATTERN_H
#define SKEP_PRODUCER_LETTER_PATTERN_H

#include <stddef.h>

/* What is left of a message when everything in which the messages of one mistake differ is taken out of it:
 * numbers (and random names, which are long and hexadecimal) become '#', paths become '/'. Two messages with
 * the same pattern tell of the same thing. At most SIZE - 1 bytes of it; returns TEXT. */
enum { SKEP_LETTER_PATTERN_BYTES = 512 };
const char *skep_letter_pattern(const char *message, char *text, size_t size);

#endif
