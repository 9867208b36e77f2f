/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "producer/cli/words.h"

/* Digits stand in groups of three. */
static void test_words__groups_numbers(void **state)
{
    char text[SKEP_WORDS_BYTES];

    (void)state;
    assert_string_equal(skep_words_number(0, text), "0");
    assert_string_equal(skep_words_number(999, text), "999");
    assert_string_equal(skep_words_number(1000, text), "1,000");
    assert_string_equal(skep_words_number(1234567, text), "1,234,567");
    assert_string_equal(skep_words_number(-123456, text), "-123,456");
    assert_string_equal(skep_words_number(INT64_MIN, text), "-9,223,372,036,854,775,808");
}

/* Durations have two units at most, and never say that nothing is left. */
static void test_words__says_durations(void **state)
{
    char text[SKEP_WORDS_BYTES];

    (void)state;
    assert_string_equal(skep_words_duration(0, text), "1 s");
    assert_string_equal(skep_words_duration(59.4, text), "59 s");
    assert_string_equal(skep_words_duration(200, text), "3 min 20 s");
    assert_string_equal(skep_words_duration(7500, text), "2 h 5 min");
    assert_string_equal(skep_words_duration(90000, text), "1 d 1 h");
    assert_string_equal(skep_words_duration(1e300, text), "11574 d 1 h");
}

/* Short times have three figures, and a unit in which they are above one. */
static void test_words__says_times(void **state)
{
    char text[SKEP_WORDS_BYTES];

    (void)state;
    assert_string_equal(skep_words_time(31.4e-9, text), "31.4 ns");
    assert_string_equal(skep_words_time(999.6e-9, text), "1 us");
    assert_string_equal(skep_words_time(0.00123, text), "1.23 ms");
    assert_string_equal(skep_words_time(59.9, text), "59.9 s");
    assert_string_equal(skep_words_time(59.97, text), "1 min 0 s");
    assert_string_equal(skep_words_time(0, text), "0 ns");
}

/* Bytes have the largest unit that leaves a number above one. */
static void test_words__says_bytes(void **state)
{
    char text[SKEP_WORDS_BYTES];

    (void)state;
    assert_string_equal(skep_words_bytes(0, text), "0 B");
    assert_string_equal(skep_words_bytes(1023, text), "1023 B");
    assert_string_equal(skep_words_bytes(1536, text), "1.5 KiB");
    assert_string_equal(skep_words_bytes(UINT64_C(200) << 20, text), "200 MiB");
    assert_string_equal(skep_words_bytes(UINT64_C(5) << 50, text), "5120 TiB");
}

/* Nothing that a terminal obeys comes through: not escape sequences, not line breaks, not bytes that are no
 * UTF-8, not the control characters that UTF-8 hides. */
static void test_words__makes_bytes_harmless(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 1000);
    skep_words_add_harmless(&buf, "a\x1b[31m\n\r\t\0\xff\xc3\xa9\xc2\x9b|\xe2\x80\xae", 19, 100);
    assert_string_equal(buf.bytes, "a\\x1b[31m\\n\\r\\t\\x00\\xff\xc3\xa9\\xc2\\x9b|\\xe2\\x80\\xae");
    skep_buf_reset(&buf);
    skep_words_add_harmless(&buf, "abcdef", 6, 4);
    assert_string_equal(buf.bytes, "abcd...");
    skep_buf_reset(&buf);
    skep_words_add_harmless(&buf, "abcd", 4, 4);
    assert_string_equal(buf.bytes, "abcd");
    skep_buf_release(&buf);
}

static void expect_shell(const char *text, const char *word)
{
    struct skep_buf buf;

    skep_buf_init(&buf, 1000);
    skep_words_add_shell(&buf, text);
    assert_string_equal(buf.bytes, word);
    skep_buf_release(&buf);
}

/* A shell takes it for one word, and for this word. */
static void test_words__quotes_for_a_shell(void **state)
{
    (void)state;
    expect_shell("t17", "t17");
    expect_shell("a/b.npy", "a/b.npy");
    expect_shell("", "''");
    expect_shell("t 17", "'t 17'");
    expect_shell("$(rm)", "'$(rm)'");
    expect_shell("it's", "'it'\\''s'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words__groups_numbers),       cmocka_unit_test(test_words__says_durations),
        cmocka_unit_test(test_words__says_times),           cmocka_unit_test(test_words__says_bytes),
        cmocka_unit_test(test_words__makes_bytes_harmless), cmocka_unit_test(test_words__quotes_for_a_shell),
    };

    return cmocka_run_group_tests_name("producer/words", tests, NULL, NULL);
}
