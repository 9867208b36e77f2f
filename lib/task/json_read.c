/* SPDX-License-Identifier: MIT */
/* Reading JSON: a scan that bounds what the text can ask for (json_scan.c), then jansson, then nodes.
 *
 * jansson's memory comes from the caller's arena, so that a tree costs no heap call and is never taken apart:
 * it goes with the arena, and nodes point at jansson's own copies of names and texts. jansson knows only one
 * allocator for the whole process and gives it no context. Hence the functions below are set once, and where
 * they take from is in a thread-local variable that is set during a parse. Outside of one they are the heap,
 * in case somebody else in the process uses jansson.
 *
 * A full arena leaves jansson by longjmp. Its lexer (2.14, lex_save) does not look whether a string that
 * grows found room, and then reads and writes past the end of what it has. Nothing is lost by leaving: all it
 * owns is in the arena. */
#include "task/json_read.h"

#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <string.h>

#include "base/alloc.h"
#include "task/json_scan.h"
#include "task/text.h"

enum { JSON_MOST_DEPTH = 1000, JSON_CHUNK_BYTES = 1024, JSON_ALIGN = 16 };

/* Small blocks are cut from chunks, without a call. */
static _Thread_local struct {
    struct skep_arena *arena; /* NULL: no parse is going on */
    char *chunk;
    size_t chunk_bytes;
    jmp_buf when_full; /* out of jansson */
} json_memory;

static void *json_take(size_t size)
{
    void *block;

    if (size > SIZE_MAX - JSON_ALIGN) {
        return NULL;
    }
    size = (size + JSON_ALIGN - 1) & ~(size_t)(JSON_ALIGN - 1);
    if (size > json_memory.chunk_bytes) {
        size_t chunk_bytes = size > JSON_CHUNK_BYTES ? size : JSON_CHUNK_BYTES;
        char *chunk = skep_arena_alloc_small(json_memory.arena, chunk_bytes);
        if (chunk == NULL) {
            return NULL;
        }
        json_memory.chunk = chunk;
        json_memory.chunk_bytes = chunk_bytes;
    }
    block = json_memory.chunk;
    json_memory.chunk += size;
    json_memory.chunk_bytes -= size;
    return block;
}

static void *json_alloc(size_t size)
{
    void *block;

    if (json_memory.arena == NULL) {
        return skep_malloc(size);
    }
    block = json_take(size);
    if (block == NULL) {
        longjmp(json_memory.when_full, 1);
    }
    return block;
}

static void json_release(void *block)
{
    if (json_memory.arena == NULL) {
        skep_free(block);
    }
}

static void json_set_up(void)
{
    json_set_alloc_funcs(json_alloc, json_release);
}

/* ---- before jansson ---- */

static bool json_is_blank(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (memchr(" \t\r\n", bytes[i], 4) == NULL) {
            return false;
        }
    }
    return true;
}

static skep_status json_check(const char *bytes, size_t n, const struct skep_limits *limits,
                              struct skep_error *err)
{
    const size_t most_bytes =
        limits != NULL && limits->record_bytes > 0 ? limits->record_bytes : SKEP_RECORD_BYTES;
    const int depth = limits != NULL && limits->depth > 0 ? limits->depth : SKEP_RECORD_DEPTH;

    if (n > most_bytes) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "%zu bytes, at most %zu are allowed", n, most_bytes);
    }
    if (json_is_blank(bytes, n)) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "empty");
    }
    if (n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "begins with a byte order mark");
    }
    return skep_json_scan(bytes, n, depth < JSON_MOST_DEPTH ? depth : JSON_MOST_DEPTH, err);
}

/* ---- jansson's errors ---- */

static bool byte_is_escaped(const char *bytes, const char *p)
{
    size_t n_backslashes = 0;

    while (p > bytes && p[-1] == '\\') {
        n_backslashes++;
        p--;
    }
    return n_backslashes % 2 == 1;
}

/* The string that ends before END, with its quotes: back to the quote that no backslash escapes. */
static const char *token_find_string(const char *bytes, const char *end)
{
    const char *p = end;

    if (p > bytes) {
        p--; /* the closing quote */
    }
    while (p > bytes) {
        p--;
        if (*p == '"' && !byte_is_escaped(bytes, p)) {
            break;
        }
    }
    return p;
}

static const char *token_find_number(const char *bytes, const char *end)
{
    while (end > bytes && end[-1] != '\0' && strchr("0123456789+-.eE", end[-1]) != NULL) {
        end--;
    }
    return end;
}

/* Say it in our words where jansson's do not help, and never with its raw bytes. */
static skep_status json_explain(const char *bytes, size_t n, const json_error_t *what, struct skep_error *err)
{
    const size_t position = what->position >= 0 && (size_t)what->position <= n ? (size_t)what->position : n;
    const char *end = bytes + position;
    const char *token;
    char excerpt[SKEP_EXCERPT_BYTES];
    char words[JSON_ERROR_TEXT_LENGTH];

    switch (json_error_code(what)) {
    case json_error_duplicate_key:
        token = token_find_string(bytes, end);
        if (end - token < 2) {
            break;
        }
        return skep_error_set(
            err, SKEP_E_BAD_RECORD, "the key %s is there twice",
            skep_text_excerpt(token + 1, (size_t)(end - token) - 2, excerpt, sizeof excerpt));
    case json_error_numeric_overflow:
        token = token_find_number(bytes, end);
        return skep_error_set(err, SKEP_E_BAD_RECORD, "the number %s is too large: write it as a text",
                              skep_text_excerpt(token, (size_t)(end - token), excerpt, sizeof excerpt));
    case json_error_end_of_input_expected:
        return skep_error_set(err, SKEP_E_BAD_RECORD,
                              "something follows the end of the JSON value, at byte %zu", position);
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return skep_error_set(err, SKEP_E_BAD_RECORD, "a NUL character (\\u0000)");
    default:
        break;
    }
    skep_text_excerpt(what->text, strlen(what->text), words, sizeof words);
    return skep_error_set(err, SKEP_E_BAD_RECORD, "not JSON at byte %zu: %s", position, words);
}

/* ---- nodes ---- */

static bool node_fill(struct skep_node *node, json_t *json);

static struct skep_node *nodes_take(size_t n)
{
    return json_take(n * sizeof(struct skep_node)); /* n is less than the bytes of the text */
}

static bool node_fill_array(struct skep_node *node, json_t *json)
{
    const size_t n = json_array_size(json);
    struct skep_node *children = nodes_take(n);

    if (children == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        children[i].name = NULL;
        if (!node_fill(&children[i], json_array_get(json, i))) {
            return false;
        }
    }
    node->children = children;
    node->n_children = n;
    return true;
}

static bool node_fill_object(struct skep_node *node, json_t *json)
{
    const size_t n = json_object_size(json);
    struct skep_node *children = nodes_take(n);
    size_t i = 0;

    if (children == NULL) {
        return false;
    }
    for (void *at = json_object_iter(json); at != NULL; at = json_object_iter_next(json, at)) {
        children[i].name = json_object_iter_key(at);
        if (!node_fill(&children[i++], json_object_iter_value(at))) {
            return false;
        }
    }
    node->children = children;
    node->n_children = n;
    return true;
}

/* All but the name. False when the arena is full. */
static bool node_fill(struct skep_node *node, json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_NULL:
        node->kind = SKEP_NODE_NULL;
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        node->kind = SKEP_NODE_BOOL;
        node->boolean = json_is_true(json);
        return true;
    case JSON_INTEGER:
        node->kind = SKEP_NODE_INT;
        node->i64 = json_integer_value(json);
        return true;
    case JSON_REAL:
        node->kind = SKEP_NODE_REAL;
        node->f64 = json_real_value(json);
        return true;
    case JSON_STRING:
        node->kind = SKEP_NODE_TEXT;
        node->text = json_string_value(json);
        node->length = json_string_length(json);
        return true;
    case JSON_ARRAY:
        node->kind = SKEP_NODE_ARRAY;
        return node_fill_array(node, json);
    case JSON_OBJECT:
        node->kind = SKEP_NODE_OBJECT;
        return node_fill_object(node, json);
    }
    return false;
}

/* The tree is never released: it goes with the arena. NULL in *JSON_OUT: the text is no JSON. */
static skep_status json_load(const char *bytes, size_t n, json_t **json_out, json_error_t *what)
{
    if (setjmp(json_memory.when_full) != 0) {
        return SKEP_E_NOMEM;
    }
    *json_out = json_loadb(bytes, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, what);
    return SKEP_OK;
}

/* With json_memory set up. */
static skep_status json_build(const char *bytes, size_t n, const struct skep_node **node_out,
                              struct skep_error *err)
{
    struct skep_node *root = nodes_take(1);
    json_error_t what = {0};
    json_t *json = NULL;

    if (root != NULL && json_load(bytes, n, &json, &what) == SKEP_OK) {
        if (json == NULL) {
            return json_explain(bytes, n, &what, err);
        }
        root->name = NULL;
        if (node_fill(root, json)) {
            *node_out = root;
            return SKEP_OK;
        }
    }
    return skep_error_set(err, SKEP_E_NOMEM, "no memory for the tree of %zu bytes of JSON", n);
}

skep_status skep_json_parse(const char *bytes, size_t n, const struct skep_limits *limits,
                            struct skep_arena *arena, const struct skep_node **node_out,
                            struct skep_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    skep_status st = json_check(bytes, n, limits, err);

    if (st != SKEP_OK) {
        return st;
    }
    pthread_once(&once, json_set_up);
    json_memory.arena = arena;
    st = json_build(bytes, n, node_out, err);
    json_memory.arena = NULL;
    json_memory.chunk_bytes = 0;
    return st;
}
