/* SPDX-License-Identifier: MIT */
#include "chaos/poison.h"

#include <inttypes.h>

enum { POISON_DEPTH = 5000, POISON_LONG_BYTES = 100 * 1000 };

typedef void (*poison_maker)(struct skep_buf *buf, uint64_t number, const char *how);

static void poison_fail(struct skep_buf *buf, uint64_t number, const char *how)
{
    skep_buf_printf(buf,
                    "{\"id\":\"t%" PRIu64 "\",\"kernel\":\"fail\",\"args\":{\"how\":\"%s\"},\"retries\":0}",
                    number, how);
}

static void poison_loop(struct skep_buf *buf, uint64_t number, const char *how)
{
    skep_buf_printf(buf,
                    "{\"id\":\"t%" PRIu64 "\",\"kernel\":\"fail\",\"args\":{\"how\":\"%s\"},\"retries\":0,"
                    "\"timeout_s\":0.5}",
                    number, how);
}

/* As it stands, with the number to make it unique. */
static void poison_text(struct skep_buf *buf, uint64_t number, const char *text)
{
    skep_buf_printf(buf, "%s%" PRIu64, text, number);
}

static void poison_nul(struct skep_buf *buf, uint64_t number, const char *unused)
{
    static const char start[] = "{\"kernel\":\"echo\",\"meta\":\"a\0b\",\"id\":\"t";

    (void)unused;
    skep_buf_add(buf, start, sizeof start - 1);
    skep_buf_printf(buf, "%" PRIu64 "\"}", number);
}

static void poison_deep(struct skep_buf *buf, uint64_t number, const char *unused)
{
    (void)unused;
    skep_buf_printf(buf, "{\"id\":\"t%" PRIu64 "\",\"kernel\":\"echo\",\"meta\":", number);
    for (int i = 0; i < POISON_DEPTH; i++) {
        skep_buf_add_char(buf, '[');
    }
}

static void poison_large(struct skep_buf *buf, uint64_t number, const char *unused)
{
    size_t n = number / skep_poison_n_kinds() % SKEP_POISON_LARGE_EVERY == 0 ? SKEP_POISON_LARGE_BYTES
                                                                             : POISON_LONG_BYTES;

    (void)unused;
    skep_buf_printf(buf, "{\"id\":\"t%" PRIu64 "\",\"kernel\":\"echo\",\"meta\":\"", number);
    for (size_t end = buf->length + n; buf->length < end && !skep_buf_failed(buf);) {
        skep_buf_add_text(buf, "0123456789abcdef");
    }
    skep_buf_add_text(buf, "\"}");
}

static void poison_record(struct skep_buf *buf, uint64_t number, const char *rest)
{
    skep_buf_printf(buf, "{\"id\":\"t%" PRIu64 "\",%s}", number, rest);
}

static const struct poison_kind {
    const char *name;
    poison_maker make;
    const char *how;
    const char *cause;
} poison_kinds[] = {
    {"segv", poison_fail, "segv", "crash"},
    {"abort", poison_fail, "abort", "crash"},
    {"exit", poison_fail, "exit", "crash"},
    {"overrun", poison_fail, "overrun", "crash"},
    {"loop", poison_loop, "loop", "timeout"},
    {"memory", poison_fail, "memory", "memory-limit"},
    {"final", poison_fail, "final", "kernel-final"},
    {"half json", poison_text, "{\"kernel\":\"echo\",\"id\":\"t", "bad-record"},
    {"no json", poison_text, "\x01\xff\xfe binary \r\n", "bad-record"},
    {"nul", poison_nul, NULL, "bad-record"},
    {"deep", poison_deep, NULL, "bad-record"},
    {"large", poison_large, NULL, "bad-record"},
    {"no kernel", poison_record, "\"kernel\":\"nonesuch\"", "unknown-kernel"},
    {"no array", poison_record, "\"kernel\":\"sum\",\"args\":{\"x\":\"none.npy\"}", "array-missing"},
};

size_t skep_poison_n_kinds(void)
{
    return sizeof poison_kinds / sizeof poison_kinds[0];
}

static const struct poison_kind *poison_of(uint64_t number)
{
    return &poison_kinds[number % skep_poison_n_kinds()];
}

void skep_poison_write(struct skep_buf *buf, uint64_t number)
{
    const struct poison_kind *kind = poison_of(number);

    skep_buf_printf(buf, "#skep i=%" PRIu64 " id=t%" PRIu64 "\n", number, number);
    kind->make(buf, number, kind->how);
}

const char *skep_poison_cause(uint64_t number)
{
    return poison_of(number)->cause;
}

const char *skep_poison_name(uint64_t number)
{
    return poison_of(number)->name;
}
