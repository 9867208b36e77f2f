/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

/* Pieces of every kind stand behind each other, with a NUL behind the last. */
static void test_buf__appends_in_order(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 1000);
    skep_buf_add(&buf, "ab\0c", 4);
    skep_buf_add_text(&buf, "-text-");
    skep_buf_add_char(&buf, '|');
    skep_buf_printf(&buf, "%d %s", 7, "bees");
    assert_int_equal(buf.length, 17);
    assert_memory_equal(buf.bytes, "ab\0c-text-|7 bees", 18);
    assert_false(skep_buf_failed(&buf));
    skep_buf_release(&buf);
}

/* Whole numbers are written in full, up to both ends of their range. */
static void test_buf__writes_numbers(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 1000);
    skep_buf_add_u64(&buf, 0);
    skep_buf_add_char(&buf, ' ');
    skep_buf_add_u64(&buf, UINT64_MAX);
    skep_buf_add_char(&buf, ' ');
    skep_buf_add_i64(&buf, INT64_MIN);
    skep_buf_add_char(&buf, ' ');
    skep_buf_add_i64(&buf, INT64_MAX);
    skep_buf_add_char(&buf, ' ');
    skep_buf_add_i64(&buf, -1);
    assert_string_equal(buf.bytes, "0 18446744073709551615 -9223372036854775808 9223372036854775807 -1");
    skep_buf_release(&buf);
}

/* It grows through many sizes without losing a byte. */
static void test_buf__grows(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 1 << 20);
    for (int i = 0; i < 100000; i++) {
        skep_buf_add_char(&buf, (char)('a' + i % 26));
    }
    assert_int_equal(buf.length, 100000);
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(buf.bytes[i], 'a' + i % 26);
    }
    skep_buf_release(&buf);
}

/* Reserved room may be filled by hand. */
static void test_buf__reserve_gives_room(void **state)
{
    struct skep_buf buf;
    char *room;

    (void)state;
    skep_buf_init(&buf, 1000);
    skep_buf_add_text(&buf, "x");
    room = skep_buf_reserve(&buf, 500);
    assert_non_null(room);
    memset(room, 'y', 500);
    buf.length += 500;
    skep_buf_add_text(&buf, "z");
    assert_int_equal(strlen(buf.bytes), 502);
    skep_buf_release(&buf);
}

/* The taken storage is the caller's, and the buffer starts anew. */
static void test_buf__take_moves_out(void **state)
{
    struct skep_buf buf;
    size_t length;
    char *bytes;

    (void)state;
    skep_buf_init(&buf, 1000);
    skep_buf_add_text(&buf, "honey");
    bytes = skep_buf_take(&buf, &length);
    assert_string_equal(bytes, "honey");
    assert_int_equal(length, 5);
    assert_int_equal(buf.length, 0);
    assert_null(buf.bytes);
    skep_buf_add_text(&buf, "wax");
    assert_string_equal(buf.bytes, "wax");
    skep_free(bytes);
    skep_buf_release(&buf);
}

/* Nothing is a valid thing to append, to an empty buffer too. */
static void test_buf__appends_nothing(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 0);
    skep_buf_add(&buf, NULL, 0);
    skep_buf_add_text(&buf, "");
    skep_buf_printf(&buf, "%s", "");
    assert_false(skep_buf_failed(&buf));
    assert_int_equal(buf.length, 0);
    skep_buf_release(&buf);
}

/* The maximum can be reached and not passed; what did not fit leaves no part of itself behind. */
static void test_buf__limit_is_kept(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 10);
    skep_buf_add_text(&buf, "0123456789");
    assert_false(skep_buf_failed(&buf));
    skep_buf_printf(&buf, "%s", "x");
    assert_true(skep_buf_failed(&buf));
    assert_string_equal(buf.bytes, "0123456789");
    skep_buf_release(&buf);
}

/* A failure sticks until the reset, so that a gap cannot go unnoticed. */
static void test_buf__failure_sticks(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 4);
    skep_buf_add_text(&buf, "12345");
    skep_buf_add_text(&buf, "1");
    assert_true(skep_buf_failed(&buf));
    assert_int_equal(buf.length, 0);
    assert_null(skep_buf_reserve(&buf, 1));
    skep_buf_reset(&buf);
    assert_false(skep_buf_failed(&buf));
    skep_buf_add_text(&buf, "1234");
    assert_string_equal(buf.bytes, "1234");
    skep_buf_release(&buf);
}

/* Impossible sizes are refused without arithmetic going round. */
static void test_buf__overflow_is_refused(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, SIZE_MAX / 4);
    skep_buf_add_text(&buf, "x");
    assert_null(skep_buf_reserve(&buf, SIZE_MAX));
    assert_true(skep_buf_failed(&buf));
    assert_string_equal(buf.bytes, "x");
    skep_buf_release(&buf);
}

static skep_status fill_a_buffer(void *context)
{
    struct skep_buf buf;
    skep_status st;

    (void)context;
    skep_buf_init(&buf, 100000);
    for (int i = 0; i < 300; i++) {
        skep_buf_printf(&buf, "%d bottles, ", i);
        skep_buf_add_i64(&buf, i);
    }
    st = skep_buf_failed(&buf) ? SKEP_E_NOMEM : SKEP_OK;
    skep_buf_release(&buf);
    return st;
}

/* Whichever growth the heap refuses, the failure is seen at the end and nothing is left. */
static void test_buf__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(fill_a_buffer, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buf__appends_in_order),
        cmocka_unit_test(test_buf__writes_numbers),
        cmocka_unit_test(test_buf__grows),
        cmocka_unit_test(test_buf__reserve_gives_room),
        cmocka_unit_test(test_buf__take_moves_out),
        cmocka_unit_test(test_buf__appends_nothing),
        cmocka_unit_test(test_buf__limit_is_kept),
        cmocka_unit_test(test_buf__failure_sticks),
        cmocka_unit_test(test_buf__overflow_is_refused),
        cmocka_unit_test(test_buf__survives_a_failing_heap),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
