/* SPDX-License-Identifier: MIT */
/* Whatever a server sends, the reader gives replies that are whole, or refuses; and it gives the same ones
 * however the bytes are cut. The first byte of the input is the size of the pieces. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "queue/hello.h"
#include "queue/redis_error.h"
#include "queue/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(int condition)
{
    if (!condition) {
        abort();
    }
}

/* FNV-1a: enough to tell two readings apart. */
static uint64_t digest_add(uint64_t digest, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < n; i++) {
        digest = (digest ^ at[i]) * 1099511628211u;
    }
    return digest;
}

/* Every byte of the reply is read. */
static uint64_t digest_reply(uint64_t digest, const struct skep_reply *reply, int depth)
{
    need(depth <= 9);
    digest = digest_add(digest, &reply->kind, sizeof reply->kind);
    switch (reply->kind) {
    case SKEP_REPLY_NIL:
        break;
    case SKEP_REPLY_INT:
        digest = digest_add(digest, &reply->integer, sizeof reply->integer);
        break;
    case SKEP_REPLY_ARRAY:
        need(reply->n <= SKEP_REPLY_MAX_ELEMENTS);
        for (size_t i = 0; i < reply->n; i++) {
            digest = digest_reply(digest, &reply->items[i], depth + 1);
        }
        break;
    default:
        need(reply->bytes[reply->length] == '\0');
        digest = digest_add(digest, reply->bytes, reply->length);
        (void)skep_redis_error_set(NULL, reply->bytes, reply->length);
        break;
    }
    return digest;
}

static uint64_t read_in_pieces(const char *bytes, size_t n, size_t piece)
{
    struct skep_reply_reader *reader;
    uint64_t digest = 14695981039346656037u;
    skep_status st = SKEP_EMPTY;
    int version;

    need(skep_reply_reader_new(&reader, NULL) == SKEP_OK);
    for (size_t at = 0; at < n && st == SKEP_EMPTY; at += piece) {
        struct skep_reply *reply;
        st = skep_reply_reader_feed(reader, bytes + at, n - at < piece ? n - at : piece, NULL);
        while (st == SKEP_OK) {
            st = skep_reply_reader_next(reader, &reply, NULL);
            if (st == SKEP_OK) {
                digest = digest_reply(digest, reply, 0);
                need(skep_hello_read(reply, &version, NULL) != SKEP_OK ||
                     (version >= 0 && version < 1000000));
            }
        }
    }
    skep_reply_reader_free(reader);
    return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 && size <= SKEP_REPLY_PIECE_BYTES) {
        const char *bytes = (const char *)data + 1;
        need(read_in_pieces(bytes, size - 1, (size_t)data[0] + 1) == read_in_pieces(bytes, size - 1, size));
    }
    return 0;
}
