/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "task/json.h"

static struct skep_arena arena;
static struct skep_buf buf;

static int set_up(void **state)
{
    (void)state;
    skep_arena_init(&arena, 16 * 1024 * 1024);
    skep_buf_init(&buf, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    skep_buf_release(&buf);
    return 0;
}

static const char *written_text(const char *text, size_t n)
{
    skep_buf_reset(&buf);
    skep_json_add_text(&buf, text, n);
    return buf.bytes;
}

static const char *written_f64(double number)
{
    skep_buf_reset(&buf);
    skep_json_add_f64(&buf, number);
    return buf.bytes;
}

static const char *written_view(const struct skep_view *view)
{
    skep_buf_reset(&buf);
    skep_json_add_view(&buf, view);
    return buf.bytes;
}

/* Quotes, backslashes and control characters are escaped; other characters stay as they are. */
static void test_json__escapes_text(void **state)
{
    (void)state;
    assert_string_equal(written_text("", 0), "\"\"");
    assert_string_equal(written_text("bee", 3), "\"bee\"");
    assert_string_equal(written_text("\"\\/\b\f\n\r\t", 8), "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
    assert_string_equal(written_text("a\0b\x01\x1F\x7F", 6), "\"a\\u0000b\\u0001\\u001f\\u007f\"");
    assert_string_equal(written_text("\xC3\xA9 \xF0\x9F\x90\x9D", 7), "\"\xC3\xA9 \xF0\x9F\x90\x9D\"");
}

/* A byte that is no UTF-8 becomes U+FFFD, and what follows is not lost. */
static void test_json__replaces_what_is_not_utf8(void **state)
{
    (void)state;
    assert_string_equal(written_text("a\xFFz", 3), "\"a\xEF\xBF\xBDz\"");
    assert_string_equal(written_text("\xC3", 1), "\"\xEF\xBF\xBD\"");
    assert_string_equal(written_text("\xE2\x82\"", 3), "\"\xEF\xBF\xBD\xEF\xBF\xBD\\\"\"");
}

/* Characters of every length read back as they were. */
static void test_json__text_reads_back(void **state)
{
    const struct skep_node *node;

    (void)state;
    for (unsigned point = 1; point <= 0x10FFFF; point += point < 0x900 ? 1 : 61) {
        char text[5] = {0};
        if (point < 0x80) {
            text[0] = (char)point;
        } else if (point < 0x800) {
            text[0] = (char)(0xC0 | point >> 6);
            text[1] = (char)(0x80 | (point & 63));
        } else if (point < 0x10000) {
            text[0] = (char)(0xE0 | point >> 12);
            text[1] = (char)(0x80 | (point >> 6 & 63));
            text[2] = (char)(0x80 | (point & 63));
        } else {
            text[0] = (char)(0xF0 | point >> 18);
            text[1] = (char)(0x80 | (point >> 12 & 63));
            text[2] = (char)(0x80 | (point >> 6 & 63));
            text[3] = (char)(0x80 | (point & 63));
        }
        if (point >= 0xD800 && point <= 0xDFFF) {
            continue;
        }
        written_text(text, strlen(text));
        assert_int_equal(skep_json_parse(buf.bytes, buf.length, NULL, &arena, &node, NULL), SKEP_OK);
        assert_string_equal(node->text, text);
        skep_arena_reset(&arena, 1 << 20);
    }
}

/* Doubles read back as the same; what JSON has no numbers for are words. */
static void test_json__writes_doubles(void **state)
{
    (void)state;
    assert_string_equal(written_f64(0.1), "0.1");
    assert_string_equal(written_f64(-0.0), "-0.0");
    assert_string_equal(written_f64(1), "1.0");
    assert_string_equal(written_f64(NAN), "\"nan\"");
    assert_string_equal(written_f64(-NAN), "\"nan\"");
    assert_string_equal(written_f64(INFINITY), "\"inf\"");
    assert_string_equal(written_f64(-INFINITY), "\"-inf\"");
}

/* Integers that do not fit into 64 bits with sign are strings. */
static void test_json__writes_large_integers_as_strings(void **state)
{
    (void)state;
    skep_json_add_u64(&buf, INT64_MAX);
    skep_buf_add_char(&buf, ' ');
    skep_json_add_u64(&buf, (uint64_t)INT64_MAX + 1);
    skep_buf_add_char(&buf, ' ');
    skep_json_add_u64(&buf, UINT64_MAX);
    assert_string_equal(buf.bytes, "9223372036854775807 \"9223372036854775808\" \"18446744073709551615\"");
}

/* What was read is written as it was, but for spaces and the spelling of numbers. */
static void test_json__nodes_read_back(void **state)
{
    static const char text[] =
        "{\"a\":[],\"b\":{},\"c\":[1,-2.5,true,false,null,\"x\\n\"],\"\\\"\":{\"d\":1e+300}}";
    const struct skep_node *node;

    (void)state;
    assert_int_equal(skep_json_parse(text, sizeof text - 1, NULL, &arena, &node, NULL), SKEP_OK);
    skep_json_add_node(&buf, node);
    assert_string_equal(buf.bytes, text);
}

/* A member brings its comma, but for the first of an object. */
static void test_json__keys_bring_their_commas(void **state)
{
    (void)state;
    skep_buf_add_char(&buf, '{');
    skep_json_add_key(&buf, "a");
    skep_buf_add_char(&buf, '{');
    skep_json_add_key(&buf, "b");
    skep_buf_add_text(&buf, "\"{\"}");
    skep_json_add_key(&buf, "c");
    skep_buf_add_text(&buf, "1}");
    assert_string_equal(buf.bytes, "{\"a\":{\"b\":\"{\"},\"c\":1}");
}

/* Views of every dtype are nested lists in C order, whatever their strides. */
static void test_json__writes_views(void **state)
{
    static const int32_t i4[] = {1, -2, 3, 4, 5, INT32_MIN};
    static const uint64_t u8[] = {0, UINT64_MAX};
    static const int64_t i8[] = {INT64_MIN, 9007199254740993};
    static const float f4[] = {0.5f, NAN};
    static const uint8_t b1[] = {0, 1};
    struct skep_view view;

    (void)state;
    skep_view_init(&view, i4, SKEP_I4, 2, (int64_t[]){2, 3});
    assert_string_equal(written_view(&view), "[[1,-2,3],[4,5,-2147483648]]");
    view.shape[0] = 3; /* transposed */
    view.shape[1] = 2;
    view.strides[0] = 1;
    view.strides[1] = 3;
    assert_string_equal(written_view(&view), "[[1,4],[-2,5],[3,-2147483648]]");
    skep_view_init(&view, i4 + 5, SKEP_I4, 1, (int64_t[]){3}); /* backwards, every other */
    view.strides[0] = -2;
    assert_string_equal(written_view(&view), "[-2147483648,4,-2]");
    skep_view_init(&view, u8, SKEP_U8, 1, (int64_t[]){2});
    assert_string_equal(written_view(&view), "[0,\"18446744073709551615\"]");
    skep_view_init(&view, i8, SKEP_I8, 1, (int64_t[]){2});
    assert_string_equal(written_view(&view), "[-9223372036854775808,9007199254740993]");
    skep_view_init(&view, f4, SKEP_F4, 1, (int64_t[]){2});
    assert_string_equal(written_view(&view), "[0.5,\"nan\"]");
    skep_view_init(&view, b1, SKEP_B1, 1, (int64_t[]){2});
    assert_string_equal(written_view(&view), "[false,true]");
}

/* The narrow integer dtypes keep their sign, or their lack of one. */
static void test_json__writes_narrow_integers(void **state)
{
    static const uint8_t ones[] = {0xFF, 0xFF, 0xFF, 0xFF};
    static const struct {
        enum skep_dtype dtype;
        const char *text;
    } rows[] = {{SKEP_I1, "[-1]"},    {SKEP_U1, "[255]"},        {SKEP_I2, "[-1]"},
                {SKEP_U2, "[65535]"}, {SKEP_U4, "[4294967295]"}, {SKEP_I4, "[-1]"}};
    struct skep_view view;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        skep_view_init(&view, ones, rows[i].dtype, 1, (int64_t[]){1});
        assert_string_equal(written_view(&view), rows[i].text);
    }
}

/* No dimension is one number; empty ones are empty lists. */
static void test_json__writes_views_without_elements_or_dimensions(void **state)
{
    static const double one = 0.25;
    struct skep_view view;

    (void)state;
    skep_view_init(&view, &one, SKEP_F8, 0, NULL);
    assert_string_equal(written_view(&view), "0.25");
    skep_view_init(&view, &one, SKEP_F8, 1, (int64_t[]){0});
    assert_string_equal(written_view(&view), "[]");
    skep_view_init(&view, &one, SKEP_F8, 2, (int64_t[]){2, 0});
    assert_string_equal(written_view(&view), "[[],[]]");
}

/* A buffer that is full stays so, and a view without end does not go on for long. */
static void test_json__stops_at_a_full_buffer(void **state)
{
    static const double one = 0.25;
    struct skep_view view;
    struct skep_buf small;

    (void)state;
    skep_view_init(&view, &one, SKEP_F8, 2, (int64_t[]){INT64_C(1) << 60, 0});
    skep_buf_init(&small, 100);
    skep_json_add_view(&small, &view);
    assert_true(skep_buf_failed(&small));
    skep_json_add_key(&small, "key");
    skep_json_add_text(&small, "text\n", 5);
    assert_true(small.length <= 100);
    skep_buf_release(&small);
}

static skep_status write_all(void *context)
{
    struct skep_buf own;
    bool failed;

    skep_buf_init(&own, 10000);
    skep_buf_add_char(&own, '{');
    for (int i = 0; i < 100; i++) {
        skep_json_add_key(&own, "key");
        skep_json_add_text(&own, context, strlen(context));
        skep_json_add_key(&own, "number");
        skep_json_add_f64(&own, i / 7.0);
    }
    failed = skep_buf_failed(&own);
    skep_buf_release(&own);
    return failed ? SKEP_E_NOMEM : SKEP_OK;
}

/* Whichever request for memory fails, the buffer says so at the end. */
static void test_json__survives_a_failing_heap(void **state)
{
    static char text[] = "a text\nwith escapes \xFF";

    (void)state;
    test_heap_torture(write_all, text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_json__escapes_text),
        TEST(test_json__replaces_what_is_not_utf8),
        TEST(test_json__text_reads_back),
        TEST(test_json__writes_doubles),
        TEST(test_json__writes_large_integers_as_strings),
        TEST(test_json__nodes_read_back),
        TEST(test_json__keys_bring_their_commas),
        TEST(test_json__writes_views),
        TEST(test_json__writes_narrow_integers),
        TEST(test_json__writes_views_without_elements_or_dimensions),
        TEST(test_json__stops_at_a_full_buffer),
        TEST(test_json__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
