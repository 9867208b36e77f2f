/* SPDX-License-Identifier: MIT */
/* Written here rather than with hiredis' redisFormatCommandArgv, which wants arrays of pointers and lengths,
 * measures them, allocates the whole command and leaves it to be copied: that is two passes and one copy more
 * for a batch of a thousand results. */
#include "queue/request.h"

#include <assert.h>
#include <string.h>

/* A marker, twenty digits, "\r\n". */
enum { REQUEST_HEAD_BYTES = 1 + 20 + 2 };

void skep_requests_init(struct skep_requests *requests)
{
    *requests = (struct skep_requests){0};
    skep_buf_init(&requests->bytes, SKEP_REQUESTS_MAX_BYTES);
}

void skep_requests_release(struct skep_requests *requests)
{
    skep_buf_release(&requests->bytes);
    skep_requests_init(requests);
}

static void requests_clear(struct skep_requests *requests)
{
    skep_buf_reset(&requests->bytes);
    requests->n_requests = 0;
    requests->n_args_due = 0;
    requests->n_sent = 0;
    requests->n_expected = 0;
    requests->done = false;
    requests->too_large = false;
}

/* MARKER, NUMBER and the end of the line to TO; what is behind them is returned. */
static char *head_write(char *to, char marker, size_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    *to++ = marker;
    memcpy(to, digits + at, sizeof digits - at);
    to += sizeof digits - at;
    *to++ = '\r';
    *to++ = '\n';
    return to;
}

/* Room for SIZE bytes, or NULL. */
static char *requests_reserve(struct skep_requests *requests, size_t size)
{
    struct skep_buf *bytes = &requests->bytes;

    if (size > bytes->max_bytes - bytes->length) {
        requests->too_large = true;
    }
    return skep_buf_reserve(bytes, size);
}

/* END is behind what was written into the reserved room. */
static void requests_advance(struct skep_requests *requests, char *end)
{
    requests->bytes.length = (size_t)(end - requests->bytes.bytes);
    *end = '\0';
}

void skep_requests_begin(struct skep_requests *requests, size_t n_args)
{
    char *to;

    assert(n_args > 0);
    if (requests->done) {
        requests_clear(requests);
    }
    assert(requests->n_args_due == 0);
    requests->n_args_due = n_args;
    requests->n_requests++;
    to = requests_reserve(requests, REQUEST_HEAD_BYTES);
    if (to != NULL) {
        requests_advance(requests, head_write(to, '*', n_args));
    }
}

void skep_requests_add(struct skep_requests *requests, const void *bytes, size_t n)
{
    char *to, *at;

    assert(requests->n_args_due > 0);
    requests->n_args_due--;
    if (n > SKEP_REQUESTS_MAX_BYTES) {
        n = SKEP_REQUESTS_MAX_BYTES; /* too large with its head, as it should be */
    }
    to = requests_reserve(requests, REQUEST_HEAD_BYTES + n + 2);
    if (to == NULL) {
        return;
    }
    at = head_write(to, '$', n);
    if (n > 0) {
        memcpy(at, bytes, n);
        at += n;
    }
    *at++ = '\r';
    *at++ = '\n';
    requests_advance(requests, at);
}

void skep_requests_add_text(struct skep_requests *requests, const char *text)
{
    skep_requests_add(requests, text, strlen(text));
}

void skep_requests_add_u64(struct skep_requests *requests, uint64_t number)
{
    char line[REQUEST_HEAD_BYTES];
    char *end = head_write(line, ':', number);

    skep_requests_add(requests, line + 1, (size_t)(end - line) - 3);
}

void skep_requests_add_i64(struct skep_requests *requests, int64_t number)
{
    char line[REQUEST_HEAD_BYTES];
    char *end;

    if (number >= 0) {
        skep_requests_add_u64(requests, (uint64_t)number);
        return;
    }
    end = head_write(line, '-', 0 - (uint64_t)number);
    skep_requests_add(requests, line, (size_t)(end - line) - 2);
}

void skep_requests_done(struct skep_requests *requests)
{
    requests->done = true;
}

void skep_requests_rewind(struct skep_requests *requests)
{
    requests->n_sent = 0;
    requests->n_expected = 0;
    requests->done = false;
}

void skep_requests_wipe(struct skep_requests *requests)
{
    if (requests->bytes.bytes != NULL) {
        explicit_bzero(requests->bytes.bytes, requests->bytes.capacity);
    }
    requests_clear(requests);
}
