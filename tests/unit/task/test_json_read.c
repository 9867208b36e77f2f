/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "task/json_read.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

static struct skep_arena arena;
static struct skep_error err;

static int set_up(void **state)
{
    (void)state;
    skep_arena_init(&arena, ARENA_BYTES);
    err = (struct skep_error){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    return 0;
}

/* The tree of TEXT, which must be good. */
static const struct skep_node *parse(const char *text)
{
    const struct skep_node *root = NULL;

    if (skep_json_parse(text, strlen(text), NULL, &arena, &root, &err) != SKEP_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    return root;
}

static void assert_refused(const char *bytes, size_t n, const char *words)
{
    const struct skep_node *root = NULL;

    skep_error_clear(&err);
    if (skep_json_parse(bytes, n, NULL, &arena, &root, &err) != SKEP_E_BAD_RECORD) {
        fail_msg("not refused: %.*s", (int)n, bytes);
    }
    assert_null(root);
    if (strstr(err.text, words) == NULL) {
        fail_msg("%.*s: \"%s\" is not in \"%s\"", (int)n, bytes, words, err.text);
    }
}

/* Each kind of value becomes a node of its kind. */
static void test_json_read__reads_every_kind(void **state)
{
    const struct skep_node *root =
        parse(" {\"a\":null,\"b\":true,\"c\":false,\"d\":-7,\"e\":2.5,\"f\":\"bee\","
              "\"g\":[1,[]],\"h\":{}}\n");
    const struct skep_node *child = root->children;

    (void)state;
    assert_int_equal(root->kind, SKEP_NODE_OBJECT);
    assert_null(root->name);
    assert_int_equal(root->n_children, 8);
    assert_int_equal(child[0].kind, SKEP_NODE_NULL);
    assert_string_equal(child[0].name, "a");
    assert_int_equal(child[1].kind, SKEP_NODE_BOOL);
    assert_true(child[1].boolean);
    assert_int_equal(child[2].kind, SKEP_NODE_BOOL);
    assert_false(child[2].boolean);
    assert_int_equal(child[3].kind, SKEP_NODE_INT);
    assert_int_equal(child[3].i64, -7);
    assert_int_equal(child[4].kind, SKEP_NODE_REAL);
    assert_true(child[4].f64 == 2.5);
    assert_int_equal(child[5].kind, SKEP_NODE_TEXT);
    assert_int_equal(child[5].length, 3);
    assert_string_equal(child[5].text, "bee");
    assert_int_equal(child[6].kind, SKEP_NODE_ARRAY);
    assert_int_equal(child[6].n_children, 2);
    assert_null(child[6].children[0].name);
    assert_int_equal(child[6].children[1].n_children, 0);
    assert_int_equal(child[7].kind, SKEP_NODE_OBJECT);
    assert_int_equal(child[7].n_children, 0);
}

/* Members stay in the order of the text, however many there are. */
static void test_json_read__keeps_the_order(void **state)
{
    char text[40000];
    size_t used = 1;
    const struct skep_node *root;

    (void)state;
    text[0] = '{';
    for (int i = 0; i < 2000; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s\"k%d\":%d", i > 0 ? "," : "",
                                 i * 7919 % 2000, i);
    }
    memcpy(text + used, "}", 2);
    root = parse(text);
    assert_int_equal(root->n_children, 2000);
    for (int i = 0; i < 2000; i++) {
        assert_int_equal(root->children[i].i64, i);
        assert_int_equal(strtol(root->children[i].name + 1, NULL, 10), i * 7919 % 2000);
    }
}

/* Escapes mean what RFC 8259 says, in names too; UTF-8 stays as it is. */
static void test_json_read__reads_escapes(void **state)
{
    const struct skep_node *root =
        parse("{\"\\u006bey\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t \\u00e9 \\u20AC \\ud83d\\udc1d "
              "\xC3\xA9\"}");

    (void)state;
    assert_string_equal(root->children[0].name, "key");
    assert_string_equal(root->children[0].text,
                        "\"\\/\b\f\n\r\t \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\x9D \xC3\xA9");
    assert_int_equal(root->children[0].length, strlen(root->children[0].text));
}

/* Integers keep 64 bits; reals are the nearest double; what has a point or an exponent is a real. */
static void test_json_read__reads_numbers(void **state)
{
    const struct skep_node *n =
        parse("[9223372036854775807,-9223372036854775808,0,-0,9007199254740993,1.0,1e2,"
              "-0.0,0.1,4.9406564584124654e-324,1.7976931348623157e308,1e-400,"
              "9007199254740993.0]")
            ->children;

    (void)state;
    assert_true(n[0].kind == SKEP_NODE_INT && n[0].i64 == INT64_MAX);
    assert_true(n[1].kind == SKEP_NODE_INT && n[1].i64 == INT64_MIN);
    assert_true(n[2].kind == SKEP_NODE_INT && n[2].i64 == 0);
    assert_true(n[3].kind == SKEP_NODE_INT && n[3].i64 == 0);
    assert_true(n[4].kind == SKEP_NODE_INT && n[4].i64 == 9007199254740993);
    assert_true(n[5].kind == SKEP_NODE_REAL && n[5].f64 == 1);
    assert_true(n[6].kind == SKEP_NODE_REAL && n[6].f64 == 100);
    assert_true(n[7].kind == SKEP_NODE_REAL && n[7].f64 == 0 && 1 / n[7].f64 < 0);
    assert_true(n[8].kind == SKEP_NODE_REAL && n[8].f64 == 0x1.999999999999ap-4);
    assert_true(n[9].kind == SKEP_NODE_REAL && n[9].f64 == 0x1p-1074);
    assert_true(n[10].kind == SKEP_NODE_REAL && n[10].f64 == 0x1.fffffffffffffp1023);
    assert_true(n[11].kind == SKEP_NODE_REAL && n[11].f64 == 0);
    assert_true(n[12].kind == SKEP_NODE_REAL && n[12].f64 == 0x1p53);
}

/* The tree does not need the text: it may be overwritten. */
static void test_json_read__copies_the_text(void **state)
{
    char text[] = "{\"key\":[\"value\"]}";
    const struct skep_node *root = parse(text);

    (void)state;
    memset(text, 'x', sizeof text - 1);
    assert_string_equal(root->children[0].name, "key");
    assert_string_equal(root->children[0].children[0].text, "value");
}

/* Any value may be the root; brackets in strings do not count as depth. */
static void test_json_read__takes_any_root(void **state)
{
    char brackets[203];

    (void)state;
    assert_int_equal(parse("true")->kind, SKEP_NODE_BOOL);
    assert_int_equal(parse(" 12 ")->i64, 12);
    assert_string_equal(parse("\"\"")->text, "");
    memset(brackets, '[', sizeof brackets);
    brackets[0] = '"';
    brackets[100] = '\\';
    brackets[101] = '"';
    brackets[201] = '"';
    brackets[202] = '\0';
    assert_int_equal(parse(brackets)->length, 199);
}

/* What is no JSON is refused, in words that say where. */
static void test_json_read__refuses_what_is_no_json(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"", "empty"},
        {" \t\r\n", "empty"},
        {"{", "end of file"},
        {"{\"a\"", "not JSON at byte 4"},
        {"[1,]", "not JSON at byte 4"},
        {"{\"a\":1,}", "not JSON at byte 8"},
        {"{'a':1}", "not JSON at byte 2"},
        {"{a:1}", "not JSON"},
        {"[01]", "not JSON"},
        {"[+1]", "not JSON"},
        {"[1.]", "not JSON"},
        {"[.5]", "not JSON"},
        {"[1e]", "not JSON"},
        {"[0x10]", "not JSON"},
        {"[NaN]", "not JSON"},
        {"[Infinity]", "not JSON"},
        {"nul", "not JSON"},
        {"[\"a]", "not JSON"},
        {"[\"\\x\"]", "not JSON"},
        {"[\"\\u12g4\"]", "not JSON"},
        {"[\"\\ud83d\"]", "not JSON"},
        {"[\"\\udc1d\"]", "not JSON"},
        {"[\"tab\there\"]", "control character"},
        {"// no comments\n{}", "not JSON"},
        {"[1] [2]", "something follows the end of the JSON value, at byte 5"},
        {"{}x", "something follows the end"},
        {"{}}", "something follows the end"},
        {"{\"a\":1,\"b\":2,\"a\":3}", "the key \"a\" is there twice"},
        {"{\"x\":{\"q\\\"r\":1,\"q\\\"r\":2}}", "the key \"q\\\"r\" is there twice"},
        {"{\"\":1,\"\":2}", "the key \"\" is there twice"},
        {"{\"a\":1,\"\\u0061\":2}", "is there twice"},
        {"[9223372036854775808]", "the number \"9223372036854775808\" is too large: write it as a text"},
        {"[-9223372036854775809 ]", "the number \"-9223372036854775809\" is too large"},
        {"[1e400]", "the number \"1e400\" is too large"},
        {"[\"\\u0000\"]", "a NUL character (\\u0000)"},
        {"{\"\\u0000\":1}", "a NUL character (\\u0000)"},
        {"\xEF\xBB\xBF{}", "byte order mark"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_refused(rows[i].text, strlen(rows[i].text), rows[i].words);
    }
}

/* NUL bytes and bytes that are not UTF-8 are named by their place, in strings and out of them. */
static void test_json_read__refuses_raw_bytes(void **state)
{
    (void)state;
    assert_refused("{\"a\":\"x\0y\"}", 11, "a NUL byte at byte 7");
    assert_refused("{}\0", 3, "a NUL byte at byte 2");
    assert_refused("\0", 1, "a NUL byte at byte 0");
    assert_refused("[\"\\\0\"]", 6, "a NUL byte at byte 3");
    assert_refused("[\"\xFF\"]", 5, "not UTF-8 at byte 2");
    assert_refused("[\"\xC3\"]", 5, "not UTF-8 at byte 2");
    assert_refused("[\"\\\xC3\"]", 6, "not UTF-8 at byte 3");
    assert_refused("\xC0\xAF", 2, "not UTF-8 at byte 0");
}

/* Whatever bytes come, the message is fit for a terminal. */
static void test_json_read__never_echoes_raw_bytes(void **state)
{
    static const char *const patterns[] = {"[%c]", "{\"%c\":1,\"%c\":2}", "[\"\\%c\"]", "{}%c", "%c"};
    const struct skep_node *root;

    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[64];
            size_t n = 0;
            for (const char *p = patterns[i]; *p != '\0'; p++) {
                text[n++] = p[0] == '%' ? (char)byte : p[0];
                p += p[0] == '%';
            }
            skep_error_clear(&err);
            if (skep_json_parse(text, n, NULL, &arena, &root, &err) != SKEP_OK) {
                for (const char *p = err.text; *p != '\0'; p++) {
                    assert_true(*p >= 0x20 && *p < 0x7F);
                }
            }
        }
        skep_arena_reset(&arena, 0);
    }
}

/* A text may be as large as the limit says and not a byte larger. */
static void test_json_read__limits_the_size(void **state)
{
    static char text[SKEP_RECORD_BYTES + 1];
    const struct skep_limits limits = {.record_bytes = 10};
    const struct skep_node *root = NULL;

    (void)state;
    memset(text, ' ', sizeof text);
    text[0] = '7';
    assert_int_equal(skep_json_parse(text, SKEP_RECORD_BYTES, NULL, &arena, &root, &err), SKEP_OK);
    assert_refused(text, SKEP_RECORD_BYTES + 1, "65537 bytes, at most 65536 are allowed");
    assert_int_equal(skep_json_parse(text, 10, &limits, &arena, &root, NULL), SKEP_OK);
    assert_int_equal(skep_json_parse(text, 11, &limits, &arena, &root, NULL), SKEP_E_BAD_RECORD);
}

static skep_status parse_nested(int depth, const struct skep_limits *limits)
{
    static char text[100000];
    const struct skep_node *root;

    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    skep_error_clear(&err);
    return skep_json_parse(text, 2 * (size_t)depth, limits, &arena, &root, &err);
}

/* Brackets may be nested as deep as the limit says and not one deeper; no limit lifts it beyond 1000. */
static void test_json_read__limits_the_depth(void **state)
{
    static char brackets[100000];
    const struct skep_limits deep = {.depth = 1000000, .record_bytes = 1000000};

    (void)state;
    assert_int_equal(parse_nested(32, NULL), SKEP_OK);
    assert_int_equal(parse_nested(33, NULL), SKEP_E_BAD_RECORD);
    assert_string_equal(err.text, "nested more than 32 deep at byte 32");
    assert_int_equal(parse_nested(1000, &deep), SKEP_OK);
    assert_int_equal(parse_nested(1001, &deep), SKEP_E_BAD_RECORD);
    memset(brackets, '[', sizeof brackets);
    assert_refused(brackets, SKEP_RECORD_BYTES, "nested more than 32 deep at byte 32");
    memset(brackets, '{', sizeof brackets);
    assert_refused(brackets, SKEP_RECORD_BYTES, "nested more than 32 deep at byte 32");
}

/* In a steady state, with an arena that has its blocks, reading calls the heap not once. */
static void test_json_read__leaves_the_heap_alone(void **state)
{
    static const char text[] =
        "{\"kernel\":\"echo\",\"args\":{\"x\":[1,2.5,\"a long text that needs some room of "
        "its own in the reader\"],\"y\":{}},\"meta\":null}";

    (void)state;
    parse(text);
    skep_arena_reset(&arena, ARENA_BYTES);
    test_heap_begin(0, TEST_HEAP_REST_FAILS);
    parse(text);
    assert_false(test_heap_end());
    assert_int_equal(test_heap_requests(), 0);
}

/* The hungriest text known fits into a hundred times its size. */
static void test_json_read__bounds_its_memory(void **state)
{
    static const char *const pieces[] = {"{},", "[],", "0,", "\"\",", "{\"\":{}},", "{\"\":0},", "[0],"};
    static char text[SKEP_RECORD_BYTES + 1];
    const struct skep_node *root;

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        const size_t n_piece = strlen(pieces[i]);
        size_t n = 1;
        text[0] = '[';
        while (n + n_piece <= SKEP_RECORD_BYTES) {
            memcpy(text + n, pieces[i], n_piece);
            n += n_piece;
        }
        text[n - 1] = ']';
        skep_arena_release(&arena);
        skep_arena_init(&arena, n * 100);
        if (skep_json_parse(text, n, NULL, &arena, &root, &err) != SKEP_OK) {
            fail_msg("%s: %s", pieces[i], err.text);
        }
    }
}

/* An arena that is too small says so, however little is missing, and nothing is lost. */
static void test_json_read__says_when_the_arena_is_full(void **state)
{
    static char text[4096];
    const struct skep_node *root;
    size_t n = 1;
    size_t limit = 0;
    skep_status st;

    (void)state;
    text[0] = '[';
    while (n < sizeof text - 40) {
        n += (size_t)snprintf(text + n, sizeof text - n, "{\"k\":[1,\"x\"]},");
    }
    text[n - 1] = ']';
    do {
        skep_arena_release(&arena);
        skep_arena_init(&arena, limit);
        skep_error_clear(&err);
        st = skep_json_parse(text, n, NULL, &arena, &root, &err);
        assert_true(st == SKEP_OK || st == SKEP_E_NOMEM);
        limit += 512;
    } while (st != SKEP_OK);
    assert_true(limit > 10 * 512);
}

static skep_status parse_and_drop(void *context)
{
    struct skep_arena own;
    const struct skep_node *root;
    skep_status st;

    skep_arena_init(&own, ARENA_BYTES);
    st = skep_json_parse(context, strlen(context), NULL, &own, &root, NULL);
    skep_arena_release(&own);
    return st;
}

/* Whichever request for memory fails, the outcome is that, and nothing leaks. */
static void test_json_read__survives_a_failing_heap(void **state)
{
    static char text[SKEP_RECORD_BYTES];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[0] = '"';
    text[sizeof text - 2] = '"';
    test_heap_torture(parse_and_drop, text);
}

static void *parse_often(void *failures)
{
    for (int i = 0; i < 2000; i++) {
        struct skep_arena own;
        const struct skep_node *root = NULL;
        skep_arena_init(&own, ARENA_BYTES);
        if (skep_json_parse("{\"a\":[1,2,3]}", 13, NULL, &own, &root, NULL) != SKEP_OK ||
            root->children[0].children[2].i64 != 3 ||
            skep_json_parse("{\"a\":[1,2,3", 11, NULL, &own, &root, NULL) == SKEP_OK) {
            ++*(int *)failures;
        }
        skep_arena_release(&own);
    }
    return NULL;
}

/* Threads read at the same time, each into its own arena. */
static void test_json_read__is_safe_among_threads(void **state)
{
    pthread_t threads[4];
    int failures[4] = {0};

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, parse_often, &failures[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(failures[i], 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_json_read__reads_every_kind),        TEST(test_json_read__keeps_the_order),
        TEST(test_json_read__reads_escapes),           TEST(test_json_read__reads_numbers),
        TEST(test_json_read__copies_the_text),         TEST(test_json_read__takes_any_root),
        TEST(test_json_read__refuses_what_is_no_json), TEST(test_json_read__refuses_raw_bytes),
        TEST(test_json_read__never_echoes_raw_bytes),  TEST(test_json_read__limits_the_size),
        TEST(test_json_read__limits_the_depth),        TEST(test_json_read__leaves_the_heap_alone),
        TEST(test_json_read__bounds_its_memory),       TEST(test_json_read__says_when_the_arena_is_full),
        TEST(test_json_read__survives_a_failing_heap), TEST(test_json_read__is_safe_among_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
