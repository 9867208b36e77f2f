/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_ERROR_H
#define SKEP_BASE_ERROR_H

#include "base/status.h"

/* What went wrong, in words for people. The caller owns it, starts it at {0}, and may pass NULL where the
 * words do not matter. The first cause wins: setting an error that is already set changes nothing. */
struct skep_error {
    skep_status status;
    char text[256];
};

/* Record STATUS and the formatted words; returns STATUS, so that `return skep_error_set(err, ...)` reads
 * well. Words that do not fit are cut. */
skep_status skep_error_set(struct skep_error *err, skep_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with the text of errno at the end: "FORMAT...: No such file or directory". */
skep_status skep_error_errno(struct skep_error *err, skep_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#ifdef __clang_analyzer__
/* The analyzer does not see into error.c: tell it that what comes back is STATUS, so that it does not follow
 * `return skep_error_set(...)` as if it could be a success. */
#define skep_error_set(err, status, ...)   ((void)(skep_error_set)(err, status, __VA_ARGS__), (status))
#define skep_error_errno(err, status, ...) ((void)(skep_error_errno)(err, status, __VA_ARGS__), (status))
#endif

/* Put the caller's words in front of a recorded error: "WORDS: what was there". No effect on one that is not
 * set. */
void skep_error_prefix(struct skep_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

void skep_error_clear(struct skep_error *err); /* NULL is fine */

/* The words, or the status' own text when none were recorded. */
const char *skep_error_text(const struct skep_error *err, skep_status status);

#endif
