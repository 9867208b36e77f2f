/* SPDX-License-Identifier: MIT */
/* hiredis' redisReader cuts the bytes up and calls back for every element; the elements are built in place,
 * inside their array, and their bytes are copied into an arena. Arrays announce their length before their
 * elements come, so the limits are held against the announcement. */
#include "queue/reply.h"

#include <string.h>

#include <hiredis.h>

#include "base/alloc.h"
#include "base/arena.h"

enum {
    REPLY_KEEP_BYTES = 2 * 1024 * 1024, /* of arena, between replies: a batch of 1000 records of 1 KiB */
    REPLY_PARSER_BYTES = 1024 * 1024,   /* hiredis' buffer, when it is empty */
    REPLY_MAX_LINE_BYTES = 64 * 1024,   /* a status, an error, a length */
    REPLY_MAX_DEPTH = 7
};

struct skep_reply_reader {
    redisReader *parser;
    struct skep_arena arena;
    struct skep_reply root;
    bool is_lent;        /* the arena holds a reply that the caller has */
    const char *refusal; /* why a callback said no, unless for want of memory */
};

#if HIREDIS_MAJOR >= 1
typedef size_t reply_count;
#else
typedef int reply_count;
#endif

static struct skep_reply_reader *task_get_reader(const redisReadTask *task)
{
    return task->privdata;
}

/* Where the element that is being read belongs. */
static struct skep_reply *task_get_place(const redisReadTask *task)
{
    struct skep_reply *array = task->parent != NULL ? task->parent->obj : NULL;

    return array != NULL ? &array->items[task->idx] : &task_get_reader(task)->root;
}

static void *reader_alloc(struct skep_reply_reader *reader, size_t size)
{
    if (size > reader->arena.max_bytes - reader->arena.used_bytes) {
        reader->refusal = "a reply of more than 512 MiB";
        return NULL;
    }
    return skep_arena_alloc_small(&reader->arena, size);
}

static enum skep_reply_kind string_kind(int type)
{
    switch (type) {
    case REDIS_REPLY_STATUS:
        return SKEP_REPLY_STATUS;
    case REDIS_REPLY_ERROR:
        return SKEP_REPLY_ERROR;
    default:
        return SKEP_REPLY_TEXT;
    }
}

static void *reply_create_string(const redisReadTask *task, char *text, size_t n)
{
    struct skep_reply *reply = task_get_place(task);
    char *bytes = reader_alloc(task_get_reader(task), n + 1);

    if (bytes == NULL) {
        return NULL;
    }
    memcpy(bytes, text, n);
    bytes[n] = '\0';
    *reply = (struct skep_reply){.kind = string_kind(task->type), .bytes = bytes, .length = n};
    return reply;
}

static void *reply_create_array(const redisReadTask *task, reply_count n)
{
    struct skep_reply_reader *reader = task_get_reader(task);
    struct skep_reply *reply = task_get_place(task);
    struct skep_reply *items = NULL;
    int depth = 0;

    for (const redisReadTask *above = task->parent; above != NULL; above = above->parent) {
        depth++;
    }
    if (depth > REPLY_MAX_DEPTH) {
        reader->refusal = "arrays nested too deeply";
        return NULL;
    }
    if ((uint64_t)n > SKEP_REPLY_MAX_ELEMENTS) {
        reader->refusal = "an array of more than 4 Mi elements";
        return NULL;
    }
    if (n > 0) {
        items = reader_alloc(reader, (size_t)n * sizeof *items);
        if (items == NULL) {
            return NULL;
        }
    }
    *reply = (struct skep_reply){.kind = SKEP_REPLY_ARRAY, .n = (size_t)n, .items = items};
    return reply;
}

static void *reply_create_integer(const redisReadTask *task, long long number)
{
    struct skep_reply *reply = task_get_place(task);

    *reply = (struct skep_reply){.kind = SKEP_REPLY_INT, .integer = number};
    return reply;
}

static void *reply_create_nil(const redisReadTask *task)
{
    struct skep_reply *reply = task_get_place(task);

    *reply = (struct skep_reply){.kind = SKEP_REPLY_NIL};
    return reply;
}

#if HIREDIS_MAJOR >= 1
/* Kinds of RESP3, which skep never asks for: a server that sends one has to be told from one that is broken.
 */
static void *reply_create_double(const redisReadTask *task, double number, char *text, size_t n)
{
    (void)number;
    return reply_create_string(task, text, n);
}

static void *reply_create_bool(const redisReadTask *task, int truth)
{
    return reply_create_integer(task, truth);
}
#endif

static void reply_free_nothing(void *reply)
{
    (void)reply; /* all of it lies in the arena */
}

static redisReplyObjectFunctions reply_functions = {
    .createString = reply_create_string,
    .createArray = reply_create_array,
    .createInteger = reply_create_integer,
    .createNil = reply_create_nil,
#if HIREDIS_MAJOR >= 1
    .createDouble = reply_create_double,
    .createBool = reply_create_bool,
#endif
    .freeObject = reply_free_nothing,
};

skep_status skep_reply_reader_new(struct skep_reply_reader **reader_out, struct skep_error *err)
{
    struct skep_reply_reader *reader = skep_calloc(1, sizeof *reader);

    *reader_out = NULL;
    if (reader == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a reader of replies");
    }
    skep_arena_init(&reader->arena, SKEP_REPLY_MAX_BYTES);
    reader->parser = redisReaderCreateWithFunctions(&reply_functions);
    if (reader->parser == NULL) {
        skep_reply_reader_free(reader);
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a reader of replies");
    }
    reader->parser->privdata = reader;
    reader->parser->maxbuf = REPLY_PARSER_BYTES;
    *reader_out = reader;
    return SKEP_OK;
}

void skep_reply_reader_free(struct skep_reply_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    if (reader->parser != NULL) {
        redisReaderFree(reader->parser);
    }
    skep_arena_release(&reader->arena);
    skep_free(reader);
}

/* What the parser's error means. */
static skep_status reader_failed(const struct skep_reply_reader *reader, struct skep_error *err)
{
    const redisReader *parser = reader->parser;

    if (reader->refusal != NULL) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "the server sent %s", reader->refusal);
    }
    if (parser->err == REDIS_ERR_OOM) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a reply");
    }
    if (strstr(parser->errstr, "\"\\x15\"") != NULL) { /* the first byte of a TLS alert */
        return skep_error_set(err, SKEP_E_PROTOCOL, "the server speaks TLS on this port (rediss://)");
    }
    return skep_error_set(err, SKEP_E_PROTOCOL, "this is no Redis server: %s", parser->errstr);
}

skep_status skep_reply_reader_feed(struct skep_reply_reader *reader, const char *bytes, size_t n,
                                   struct skep_error *err)
{
    redisReader *parser = reader->parser;
    size_t n_waiting = parser->len - parser->pos;

    if (n > SKEP_REPLY_MAX_BYTES || n_waiting + reader->arena.used_bytes > SKEP_REPLY_MAX_BYTES - n) {
        reader->refusal = "a reply of more than 512 MiB";
        return reader_failed(reader, err);
    }
    /* A line without an end would be searched from its start with each piece that comes. */
    if (n_waiting > REPLY_MAX_LINE_BYTES &&
        memmem(parser->buf + parser->pos, REPLY_MAX_LINE_BYTES, "\r\n", 2) == NULL) {
        reader->refusal = "a line of more than 64 KiB";
        return reader_failed(reader, err);
    }
    if (redisReaderFeed(parser, bytes, n) != REDIS_OK) {
        return reader_failed(reader, err);
    }
    return SKEP_OK;
}

skep_status skep_reply_reader_next(struct skep_reply_reader *reader, struct skep_reply **reply_out,
                                   struct skep_error *err)
{
    void *reply = NULL;

    *reply_out = NULL;
    skep_reply_reader_forget(reader);
    if (reader->refusal != NULL || redisReaderGetReply(reader->parser, &reply) != REDIS_OK) {
        return reader_failed(reader, err);
    }
    if (reply == NULL) {
        return SKEP_EMPTY;
    }
    reader->is_lent = true;
    *reply_out = reply;
    return SKEP_OK;
}

void skep_reply_reader_forget(struct skep_reply_reader *reader)
{
    if (reader->is_lent) {
        skep_arena_reset(&reader->arena, REPLY_KEEP_BYTES);
        reader->is_lent = false;
    }
}

bool skep_reply_is(const struct skep_reply *reply, const char *word)
{
    size_t n = strlen(word);

    return (reply->kind == SKEP_REPLY_STATUS || reply->kind == SKEP_REPLY_TEXT) && reply->length == n &&
           memcmp(reply->bytes, word, n) == 0;
}

bool skep_reply_is_array_of(const struct skep_reply *reply, size_t from, enum skep_reply_kind kind)
{
    if (reply->kind != SKEP_REPLY_ARRAY) {
        return false;
    }
    for (size_t i = from; i < reply->n; i++) {
        if (reply->items[i].kind != kind) {
            return false;
        }
    }
    return true;
}
