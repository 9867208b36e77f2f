/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_NUMBER_H
#define SKEP_TASK_NUMBER_H

#include <stddef.h>

/* Write a finite NUMBER as JSON: the fewest digits of 15, 16 or 17 that read back as the same double (15 with
 * zeros at the end left out, so 0.1 is "0.1"), laid out as Python's repr does it: "1.0", "0.0001", "1e-05",
 * "1e+16", "-0.0". There is always a point or an exponent, so that a reader can tell it from an integer. Does
 * not look at the locale. TEXT has room for SKEP_NUMBER_BYTES; there is a NUL behind the length returned. */
enum { SKEP_NUMBER_BYTES = 32 };
size_t skep_number_format(double number, char *text);

#endif
