/* SPDX-License-Identifier: MIT */
/* A record with a header line from a stranger. What is accepted must be the same after being written and read
 * again, and the body must be what follows the line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "task/header.h"
#include "task/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth)
{
    if (!truth) {
        abort();
    }
}

/* The history is left alone where it does not fit: then the line is shorter, and stays so. */
static void check_round_trip(const struct skep_header *header, struct skep_arena *arena)
{
    struct skep_header again;
    const char *body;
    size_t body_n;
    struct skep_buf first;
    struct skep_buf second;

    skep_buf_init(&first, 64 * 1024);
    skep_buf_init(&second, 64 * 1024);
    skep_header_write(&first, header);
    demand(!skep_buf_failed(&first) && first.length <= SKEP_HEADER_MAX_BYTES);
    demand(skep_header_parse(first.bytes != NULL ? first.bytes : "", first.length, arena, &again, &body,
                             &body_n, NULL) == SKEP_OK);
    demand(body_n == 0);
    skep_header_write(&second, &again);
    demand(first.length == second.length && memcmp(first.bytes, second.bytes, first.length) == 0);
    skep_buf_release(&first);
    skep_buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct skep_arena arena;
    struct skep_header header;
    const char *body;
    size_t body_n;
    struct skep_error err = {0};

    skep_arena_init(&arena, 16 * 1024 * 1024);
    if (skep_header_parse(bytes, size, &arena, &header, &body, &body_n, &err) == SKEP_OK) {
        check_round_trip(&header, &arena);
    } else {
        demand(err.text[0] != '\0' && skep_text_is_printable(err.text, strlen(err.text)));
    }
    demand(body >= bytes && body + body_n == bytes + size);
    demand(body == bytes || body[-1] == '\n' || body_n == 0);
    skep_arena_release(&arena);
    return 0;
}
