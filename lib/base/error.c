/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef skep_error_set /* in error.h, macros for the static analyzer */
#undef skep_error_errno

__attribute__((format(printf, 3, 0))) static void error_record(struct skep_error *err, skep_status status,
                                                               const char *format, va_list args)
{
    err->status = status;
    vsnprintf(err->text, sizeof err->text, format, args);
}

static int error_is_set(const struct skep_error *err)
{
    return err->status != SKEP_OK;
}

skep_status skep_error_set(struct skep_error *err, skep_status status, const char *format, ...)
{
    va_list args;

    if (err == NULL || error_is_set(err)) {
        return status;
    }
    va_start(args, format);
    error_record(err, status, format, args);
    va_end(args);
    return status;
}

skep_status skep_error_errno(struct skep_error *err, skep_status status, const char *format, ...)
{
    int saved = errno;
    char reason[128];
    va_list args;
    size_t used;

    if (err == NULL || error_is_set(err)) {
        return status;
    }
    va_start(args, format);
    error_record(err, status, format, args);
    va_end(args);
    used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", strerror_r(saved, reason, sizeof reason));
    errno = saved;
    return status;
}

void skep_error_prefix(struct skep_error *err, const char *format, ...)
{
    char words[sizeof err->text];
    char joined[2 * sizeof err->text + 3];
    va_list args;

    if (err == NULL || !error_is_set(err)) {
        return;
    }
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    snprintf(joined, sizeof joined, "%s: %s", words, err->text);
    joined[sizeof err->text - 1] = '\0';
    memcpy(err->text, joined, strlen(joined) + 1);
}

void skep_error_clear(struct skep_error *err)
{
    if (err != NULL) {
        err->status = SKEP_OK;
        err->text[0] = '\0';
    }
}

const char *skep_error_text(const struct skep_error *err, skep_status status)
{
    return err != NULL && err->text[0] != '\0' ? err->text : skep_status_text(status);
}
