/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"
#include "queue/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct skep_reply_reader *new_reader(void)
{
    struct skep_reply_reader *reader;

    assert_int_equal(skep_reply_reader_new(&reader, NULL), SKEP_OK);
    return reader;
}

static skep_status read_all(struct skep_reply_reader *reader, const char *bytes, size_t n, size_t piece,
                            struct skep_reply **reply_out, struct skep_error *err)
{
    skep_status st = SKEP_EMPTY;

    for (size_t at = 0; at < n && st == SKEP_EMPTY; at += piece) {
        st = skep_reply_reader_feed(reader, bytes + at, n - at < piece ? n - at : piece, err);
        if (st == SKEP_OK) {
            st = skep_reply_reader_next(reader, reply_out, err);
        }
    }
    return st;
}

/* Every kind of reply, nested, whatever the pieces in which it arrives. */
static void test_reply__reads_every_kind_in_any_pieces(void **state)
{
    static const char bytes[] =
        "*7\r\n$-1\r\n:-42\r\n$4\r\na\r\nb\r\n+OK\r\n-ERR no\r\n*2\r\n:1\r\n*1\r\n$0\r\n\r\n*0\r\n";

    (void)state;
    for (size_t piece = 1; piece <= sizeof bytes; piece++) {
        struct skep_reply_reader *reader = new_reader();
        struct skep_reply *reply = NULL, *i;
        assert_int_equal(read_all(reader, bytes, sizeof bytes - 1, piece, &reply, NULL), SKEP_OK);
        assert_int_equal(reply->kind, SKEP_REPLY_ARRAY);
        assert_int_equal(reply->n, 7);
        i = reply->items;
        assert_int_equal(i[0].kind, SKEP_REPLY_NIL);
        assert_int_equal(i[1].kind, SKEP_REPLY_INT);
        assert_int_equal(i[1].integer, -42);
        assert_int_equal(i[2].kind, SKEP_REPLY_TEXT);
        assert_int_equal(i[2].length, 4);
        assert_string_equal(i[2].bytes, "a\r\nb");
        assert_int_equal(i[3].kind, SKEP_REPLY_STATUS);
        assert_true(skep_reply_is(&i[3], "OK"));
        assert_false(skep_reply_is(&i[3], "O"));
        assert_int_equal(i[4].kind, SKEP_REPLY_ERROR);
        assert_string_equal(i[4].bytes, "ERR no");
        assert_int_equal(i[5].n, 2);
        assert_int_equal(i[5].items[1].items[0].kind, SKEP_REPLY_TEXT);
        assert_int_equal(i[5].items[1].items[0].length, 0);
        assert_string_equal(i[5].items[1].items[0].bytes, "");
        assert_int_equal(i[6].kind, SKEP_REPLY_ARRAY);
        assert_int_equal(i[6].n, 0);
        assert_int_equal(skep_reply_reader_next(reader, &reply, NULL), SKEP_EMPTY);
        assert_null(reply);
        skep_reply_reader_free(reader);
    }
}

/* A nil array is nil. */
static void test_reply__a_nil_array_is_nil(void **state)
{
    struct skep_reply_reader *reader = new_reader();
    struct skep_reply *reply = NULL;

    (void)state;
    assert_int_equal(read_all(reader, "*-1\r\n", 5, 5, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->kind, SKEP_REPLY_NIL);
    skep_reply_reader_free(reader);
}

/* An array of one kind is told from one with anything else in it, and from what is no array. */
static void test_reply__knows_an_array_of_one_kind(void **state)
{
    static const char bytes[] = "*4\r\n:1\r\n$1\r\na\r\n$0\r\n\r\n+b\r\n";
    struct skep_reply_reader *reader = new_reader();
    struct skep_reply *reply = NULL;

    (void)state;
    assert_int_equal(read_all(reader, bytes, sizeof bytes - 1, sizeof bytes, &reply, NULL), SKEP_OK);
    assert_false(skep_reply_is_array_of(reply, 0, SKEP_REPLY_TEXT));
    assert_false(skep_reply_is_array_of(reply, 1, SKEP_REPLY_TEXT)); /* a status is no text */
    assert_true(skep_reply_is_array_of(reply, 3, SKEP_REPLY_STATUS));
    reply->n = 3;
    assert_true(skep_reply_is_array_of(reply, 1, SKEP_REPLY_TEXT));
    assert_true(skep_reply_is_array_of(reply, 3, SKEP_REPLY_TEXT));
    assert_false(skep_reply_is_array_of(&reply->items[1], 0, SKEP_REPLY_TEXT));
    skep_reply_reader_free(reader);
}

/* Several replies in one piece come one by one, and half of one stays for later. */
static void test_reply__gives_one_at_a_time(void **state)
{
    struct skep_reply_reader *reader = new_reader();
    struct skep_reply *reply = NULL;

    (void)state;
    assert_int_equal(skep_reply_reader_feed(reader, ":1\r\n:2\r\n*2\r\n$1\r\na\r\n", 19, NULL), SKEP_OK);
    assert_int_equal(skep_reply_reader_next(reader, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->integer, 1);
    assert_int_equal(skep_reply_reader_next(reader, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->integer, 2);
    assert_int_equal(skep_reply_reader_next(reader, &reply, NULL), SKEP_EMPTY);
    skep_reply_reader_forget(reader); /* must not take the half that is there */
    assert_int_equal(skep_reply_reader_feed(reader, "$1\r\nb\r\n", 7, NULL), SKEP_OK);
    assert_int_equal(skep_reply_reader_next(reader, &reply, NULL), SKEP_OK);
    assert_string_equal(reply->items[0].bytes, "a");
    assert_string_equal(reply->items[1].bytes, "b");
    skep_reply_reader_free(reader);
}

/* A thousand strings a reply, again and again: after the first rounds skep's heap is not called any more. */
static void test_reply__steady_state_calls_no_heap(void **state)
{
    enum { N_STRINGS = 1000, N_BYTES = 200, ENTRY = 6 + N_BYTES + 2, N_ROUNDS = 20 };
    size_t n = 7 + (size_t)N_STRINGS * ENTRY, n_requests = 0;
    char *bytes = malloc(n + 1);
    struct skep_reply_reader *reader;

    (void)state;
    assert_non_null(bytes);
    memcpy(bytes, "*1000\r\n", 7);
    for (size_t i = 0; i < N_STRINGS; i++) {
        char *entry = bytes + 7 + i * ENTRY;
        memcpy(entry, "$200\r\n", 6);
        memset(entry + 6, 'a' + (int)(i % 26), N_BYTES);
        memcpy(entry + 6 + N_BYTES, "\r\n", 2);
    }
    test_heap_begin(SIZE_MAX, TEST_HEAP_ONE_FAILS);
    reader = new_reader();
    for (int round = 0; round < N_ROUNDS; round++) {
        struct skep_reply *reply = NULL;
        assert_int_equal(read_all(reader, bytes, n, SKEP_REPLY_PIECE_BYTES, &reply, NULL), SKEP_OK);
        assert_int_equal(reply->n, N_STRINGS);
        assert_int_equal(reply->items[999].length, N_BYTES);
        assert_int_equal(reply->items[999].bytes[199], 'a' + 999 % 26);
        if (round == 1) {
            n_requests = test_heap_requests();
        }
    }
    assert_int_equal(test_heap_requests(), n_requests);
    skep_reply_reader_free(reader);
    assert_false(test_heap_end());
    assert_int_equal(test_heap_live(), 0);
    free(bytes);
}

/* What is no reply, or promises more than is allowed, is refused with its reason; nothing more comes
 * afterwards. */
static void test_reply__refuses_with_a_reason(void **state)
{
    static const char *const rows[][2] = {
        {"HTTP/1.1 400 Bad Request\r\n", "no Redis server"},
        {"\x15\x03\x01", "TLS"},
        {"$x\r\n", "no Redis server"},
        {":12a\r\n", "no Redis server"},
        {"$-2\r\n", "no Redis server"},
        {"*-2\r\n", "no Redis server"},
        {"*4194305\r\n", "elements"},
        {"*2147483647\r\n", "elements"},
        {"*99999999999999999999\r\n", "no Redis server"},
        {"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "depth"},
        {"*4000000\r\n*4000000\r\n*4000000\r\n*4000000\r\n", "512 MiB"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_reply_reader *reader = new_reader();
        struct skep_reply *reply = NULL;
        struct skep_error err = {0};
        assert_int_equal(read_all(reader, rows[i][0], strlen(rows[i][0]), 7, &reply, &err), SKEP_E_PROTOCOL);
        if (strstr(err.text, rows[i][1]) == NULL) {
            fail_msg("%s gives '%s'", rows[i][0], err.text);
        }
        assert_int_equal(skep_reply_reader_next(reader, &reply, NULL), SKEP_E_PROTOCOL);
        skep_reply_reader_free(reader);
    }
}

/* A line that does not end is given up early, even if it has line feeds of its own; a large string is not. */
static void test_reply__refuses_an_endless_line(void **state)
{
    static const char *const beginnings[] = {"+", "-", ":", "$1", "*1", "+\n"};
    static char piece[SKEP_REPLY_PIECE_BYTES];

    (void)state;
    memset(piece, '1', sizeof piece);
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        struct skep_reply_reader *reader = new_reader();
        struct skep_reply *reply = NULL;
        skep_status st = skep_reply_reader_feed(reader, beginnings[i], strlen(beginnings[i]), NULL);
        size_t n = 0;
        for (; st == SKEP_OK && n < 100; n++) {
            assert_int_equal(skep_reply_reader_next(reader, &reply, NULL), SKEP_EMPTY);
            st = skep_reply_reader_feed(reader, piece, sizeof piece, NULL);
        }
        assert_int_equal(st, SKEP_E_PROTOCOL);
        assert_in_range(n, 4, 7);
        skep_reply_reader_free(reader);
    }
}

/* A string of 32 MiB arrives whole. */
static void test_reply__reads_a_large_string(void **state)
{
    enum { N_BYTES = 32 * 1024 * 1024 };
    struct skep_reply_reader *reader = new_reader();
    struct skep_reply *reply = NULL;
    size_t n = 11 + N_BYTES + 2;
    char *bytes = malloc(n + 1);

    (void)state;
    assert_non_null(bytes);
    assert_int_equal(snprintf(bytes, n, "$%d\r\n", N_BYTES), 11);
    memset(bytes + 11, 'x', N_BYTES);
    memcpy(bytes + 11 + N_BYTES, "\r\n", 2);
    assert_int_equal(read_all(reader, bytes, n, SKEP_REPLY_PIECE_BYTES, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->length, N_BYTES);
    assert_memory_equal(reply->bytes, bytes + 11, N_BYTES);
    skep_reply_reader_free(reader);
    free(bytes);
}

/* A string that is announced longer than any reply may be is given up when the limit is reached. */
static void test_reply__refuses_more_than_the_limit(void **state)
{
    struct skep_reply_reader *reader = new_reader();
    struct skep_reply *reply = NULL;
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(read_all(reader, "$9000000000000000000\r\nxx", 24, 24, &reply, NULL), SKEP_EMPTY);
    assert_int_equal(skep_reply_reader_feed(reader, "", SKEP_REPLY_MAX_BYTES, &err), SKEP_E_PROTOCOL);
    assert_non_null(strstr(err.text, "512 MiB"));
    skep_reply_reader_free(reader);
}

static skep_status read_and_drop(void *context)
{
    static const char bytes[] = "*2\r\n$3\r\nabc\r\n*1\r\n+OK\r\n";
    struct skep_reply_reader *reader = NULL;
    struct skep_reply *reply = NULL;
    skep_status st = skep_reply_reader_new(&reader, NULL);

    (void)context;
    if (st == SKEP_OK) {
        st = read_all(reader, bytes, sizeof bytes - 1, 4, &reply, NULL);
    }
    skep_reply_reader_free(reader);
    return st;
}

/* Without memory it says so, and nothing leaks. */
static void test_reply__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(read_and_drop, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reply__reads_every_kind_in_any_pieces),
        cmocka_unit_test(test_reply__a_nil_array_is_nil),
        cmocka_unit_test(test_reply__knows_an_array_of_one_kind),
        cmocka_unit_test(test_reply__gives_one_at_a_time),
        cmocka_unit_test(test_reply__steady_state_calls_no_heap),
        cmocka_unit_test(test_reply__reads_a_large_string),
        cmocka_unit_test(test_reply__refuses_with_a_reason),
        cmocka_unit_test(test_reply__refuses_an_endless_line),
        cmocka_unit_test(test_reply__refuses_more_than_the_limit),
        cmocka_unit_test(test_reply__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
