/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "task/text.h"

/* Characters of one to four bytes, the first and the last of each length, are measured. */
static void test_text__measures_characters(void **state)
{
    static const char *const characters[] = {
        "a",
        "\x7F",
        "\xC2\x80",
        "\xDF\xBF",
        "\xE0\xA0\x80",
        "\xED\x9F\xBF",
        "\xEE\x80\x80",
        "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF",
    };

    (void)state;
    for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++) {
        assert_int_equal(skep_utf8_length(characters[i], strlen(characters[i])), strlen(characters[i]));
    }
    assert_int_equal(skep_utf8_length("", 1), 1); /* NUL is a character */
}

/* What no UTF-8 has is refused: overlong forms, surrogates, beyond U+10FFFF, lone and missing followers. */
static void test_text__refuses_what_is_not_utf8(void **state)
{
    static const char *const wrong[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC2",
        "\xC2\x41",
        "\xE0\x9F\xBF",
        "\xED\xA0\x80",
        "\xE1\x80",
        "\xE1\x80\x41",
        "\xF0\x8F\x80\x80",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xF1\x80\x80\x41",
        "\xF1\x80\x80",
        "\xFF",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (skep_utf8_length(wrong[i], strlen(wrong[i])) != 0) {
            fail_msg("row %zu passed", i);
        }
    }
}

/* Letters of any language are printable; what a terminal or a log obeys is not. */
static void test_text__knows_what_is_printable(void **state)
{
    static const char *const printable[] = {
        "", "abc xyz~", "Bienenkorb", "\xD1\x83\xD0\xBB\xD0\xB5\xD0\xB9", "\xF0\x9F\x90\x9D", "\xC2\xA0"};
    static const char *const not [] = {"a\n",          "\x1B[2J",      "\x7F",         "\xC2\x80",
                                       "\xC2\x9B",     "\xE2\x80\xA8", "\xE2\x80\xAE", "\xE2\x81\xA6",
                                       "\xEF\xBB\xBF", "a\xFFz"};

    (void)state;
    for (size_t i = 0; i < sizeof printable / sizeof printable[0]; i++) {
        assert_true(skep_text_is_printable(printable[i], strlen(printable[i])));
    }
    for (size_t i = 0; i < sizeof not / sizeof not [0]; i++) {
        if (skep_text_is_printable(not [i], strlen(not [i]))) {
            fail_msg("row %zu passed", i);
        }
    }
    assert_false(skep_text_is_printable("a\0b", 3));
}

/* An excerpt is quoted; each character or byte that is not printable is one question mark. */
static void test_text__excerpt_is_harmless(void **state)
{
    char text[SKEP_EXCERPT_BYTES];

    (void)state;
    assert_string_equal(skep_text_excerpt("", 0, text, sizeof text), "\"\"");
    assert_string_equal(skep_text_excerpt("bee", 3, text, sizeof text), "\"bee\"");
    assert_string_equal(skep_text_excerpt("a\x1B[2J\0\xFF\xC2\x9Bz", 10, text, sizeof text), "\"a?[2J???z\"");
}

/* What is too long ends in dots, never in half a character. */
static void test_text__excerpt_is_cut_between_characters(void **state)
{
    char text[12];

    (void)state;
    assert_string_equal(skep_text_excerpt("abcdefg", 7, text, sizeof text), "\"abcdef...\"");
    assert_string_equal(skep_text_excerpt("abcdef", 6, text, sizeof text), "\"abcdef\"");
    assert_string_equal(skep_text_excerpt("abcde\xC3\xA9"
                                          "f",
                                          8, text, sizeof text),
                        "\"abcde...\"");
    for (size_t n = 0; n < 100; n++) {
        char bytes[100];
        memset(bytes, 'x', sizeof bytes);
        assert_true(strlen(skep_text_excerpt(bytes, n, text, sizeof text)) < sizeof text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text__measures_characters),
        cmocka_unit_test(test_text__refuses_what_is_not_utf8),
        cmocka_unit_test(test_text__knows_what_is_printable),
        cmocka_unit_test(test_text__excerpt_is_harmless),
        cmocka_unit_test(test_text__excerpt_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
