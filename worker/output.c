/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char *skep_output_name(int which)
{
    return which == SKEP_RESULT_STDERR ? "stderr" : "stdout";
}

skep_status skep_output_new(int which, int *fd_out, struct skep_error *err)
{
    int fd = memfd_create(which == SKEP_RESULT_STDERR ? "skep-stderr" : "skep-stdout", MFD_CLOEXEC);

    *fd_out = fd;
    if (fd >= 0 && ftruncate(fd, SKEP_OUTPUT_EMPTY) == 0 && fcntl(fd, F_SETFL, O_APPEND) == 0) {
        return SKEP_OK;
    }
    return skep_error_errno(err, SKEP_E_IO, "no memory file for a slot's output");
}

int64_t skep_output_size(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 ? (int64_t)status.st_size : SKEP_OUTPUT_EMPTY;
}

/* Bytes in front that continue a character whose beginning is not there. */
static size_t output_count_rest(const char *bytes, size_t n)
{
    size_t rest = 0;

    while (rest < 3 && rest < n && ((unsigned char)bytes[rest] & 0xc0) == 0x80) {
        rest++;
    }
    return rest;
}

void skep_output_read(int fd, int64_t begin, char bytes[SKEP_OUTPUT_TAIL_BYTES],
                      struct skep_result_output *output_out)
{
    int64_t size = skep_output_size(fd);
    int64_t from;
    ssize_t n;

    *output_out = (struct skep_result_output){.text = bytes};
    begin = size < begin ? 0 : begin;
    if (size == begin || size <= SKEP_OUTPUT_EMPTY) {
        return;
    }
    from = size - begin > SKEP_OUTPUT_TAIL_BYTES ? size - SKEP_OUTPUT_TAIL_BYTES : begin;
    n = pread(fd, bytes, (size_t)(size - from), from);
    output_out->total_n = (uint64_t)(size - begin);
    output_out->n = n > 0 ? (size_t)n : 0;
    if (output_out->n < output_out->total_n) {
        size_t rest = output_count_rest(bytes, output_out->n);
        output_out->text += rest;
        output_out->n -= rest;
    }
}

struct skep_result_output skep_output_last(const struct skep_result_output *output, uint64_t n)
{
    struct skep_result_output last = *output;

    if (n < last.total_n) {
        last.total_n = n;
    }
    if (last.n > last.total_n) {
        last.text += last.n - (size_t)last.total_n;
        last.n = (size_t)last.total_n;
    }
    return last;
}

/* ---- words of the dead ---- */

static const char output_summary[] = "SUMMARY: ";

static const char *output_find_line(const struct skep_result_output *output, size_t *n_out)
{
    const char *at = output->text, *end = output->text + output->n, *found = at;

    *n_out = 0;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((stop != NULL ? stop : end) - at);
        if (n > 0) {
            found = at;
            *n_out = n;
        }
        if (n >= sizeof output_summary - 1 && memcmp(at, output_summary, sizeof output_summary - 1) == 0) {
            return found;
        }
        at += n + 1;
    }
    return found;
}

const char *skep_output_word(const struct skep_result_output *output, char *text, size_t size)
{
    size_t n;
    const char *line = output_find_line(output, &n);

    n = n < size ? n : size - 1;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)line[i];
        text[i] = c == '"' ? '\'' : c < ' ' || c == 0x7f ? '?' : line[i];
    }
    text[n] = '\0';
    return text;
}
