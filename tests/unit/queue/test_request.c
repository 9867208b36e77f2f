/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"
#include "queue/request.h"

#include <string.h>

/* The bytes are those of the protocol's specification. */
static void test_request__writes_the_protocol(void **state)
{
    static const char expected[] =
        "*5\r\n$4\r\nPUSH\r\n$0\r\n\r\n$3\r\na\0b\r\n$20\r\n-9223372036854775808\r\n"
        "$20\r\n18446744073709551615\r\n*1\r\n$4\r\nPING\r\n"
        "*3\r\n$1\r\n0\r\n$2\r\n-1\r\n$2\r\n10\r\n";
    struct skep_requests requests;

    (void)state;
    skep_requests_init(&requests);
    skep_requests_begin(&requests, 5);
    skep_requests_add_text(&requests, "PUSH");
    skep_requests_add(&requests, NULL, 0);
    skep_requests_add(&requests, "a\0b", 3);
    skep_requests_add_i64(&requests, INT64_MIN);
    skep_requests_add_u64(&requests, UINT64_MAX);
    skep_requests_begin(&requests, 1);
    skep_requests_add_text(&requests, "PING");
    skep_requests_begin(&requests, 3);
    skep_requests_add_i64(&requests, 0);
    skep_requests_add_i64(&requests, -1);
    skep_requests_add_i64(&requests, 10);
    assert_int_equal(requests.n_requests, 3);
    assert_int_equal(requests.bytes.length, sizeof expected - 1);
    assert_memory_equal(requests.bytes.bytes, expected, sizeof expected - 1);
    skep_requests_release(&requests);
}

/* What was sent stays until the next begin, and a rewind sends all of it again. */
static void test_request__stays_until_the_next_begin(void **state)
{
    struct skep_requests requests;

    (void)state;
    skep_requests_init(&requests);
    skep_requests_begin(&requests, 1);
    skep_requests_add_text(&requests, "PING");
    requests.n_sent = requests.bytes.length;
    requests.n_expected = 1;
    skep_requests_done(&requests);
    assert_int_equal(requests.bytes.length, 14);
    skep_requests_rewind(&requests);
    assert_int_equal(requests.n_sent, 0);
    assert_int_equal(requests.n_expected, 0);
    assert_int_equal(requests.n_requests, 1);
    skep_requests_done(&requests);
    skep_requests_begin(&requests, 1);
    skep_requests_add_text(&requests, "QUIT");
    assert_int_equal(requests.n_requests, 1);
    assert_string_equal(requests.bytes.bytes, "*1\r\n$4\r\nQUIT\r\n");
    skep_requests_release(&requests);
}

/* A wiped buffer holds nothing of what was in it. */
static void test_request__wipe_overwrites(void **state)
{
    struct skep_requests requests;

    (void)state;
    skep_requests_init(&requests);
    skep_requests_begin(&requests, 1);
    skep_requests_add_text(&requests, "secret");
    skep_requests_wipe(&requests);
    assert_int_equal(requests.bytes.length, 0);
    assert_null(memmem(requests.bytes.bytes, requests.bytes.capacity, "secret", 6));
    skep_requests_release(&requests);
}

/* An argument beyond the limit is told from want of memory. */
static void test_request__refuses_what_is_too_large(void **state)
{
    struct skep_requests requests;

    (void)state;
    skep_requests_init(&requests);
    requests.bytes.max_bytes = 100;
    skep_requests_begin(&requests, 2);
    skep_requests_add_text(&requests, "SET");
    assert_false(skep_buf_failed(&requests.bytes));
    skep_requests_add(&requests, "0123456789012345678901234567890123456789012345678901234567890123456789",
                      70);
    assert_true(skep_buf_failed(&requests.bytes));
    assert_true(requests.too_large);
    skep_requests_release(&requests);
    assert_false(requests.too_large);
    /* Even a length that would overflow the sum. */
    skep_requests_begin(&requests, 1);
    skep_requests_add(&requests, "", SIZE_MAX);
    assert_true(requests.too_large);
    skep_requests_release(&requests);
}

static skep_status build_and_drop(void *context)
{
    char bytes[5000] = {0};
    struct skep_requests requests;
    skep_status st;

    (void)context;
    skep_requests_init(&requests);
    skep_requests_begin(&requests, 2);
    skep_requests_add_text(&requests, "SET");
    skep_requests_add(&requests, bytes, sizeof bytes);
    assert_false(requests.too_large);
    st = skep_buf_failed(&requests.bytes) ? SKEP_E_NOMEM : SKEP_OK;
    skep_requests_release(&requests);
    return st;
}

/* Without memory it says so, and nothing leaks. */
static void test_request__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(build_and_drop, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request__writes_the_protocol),
        cmocka_unit_test(test_request__stays_until_the_next_begin),
        cmocka_unit_test(test_request__wipe_overwrites),
        cmocka_unit_test(test_request__refuses_what_is_too_large),
        cmocka_unit_test(test_request__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
