/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "task/percent.h"

static const char *encoded(struct skep_buf *buf, const char *text)
{
    skep_buf_reset(buf);
    skep_percent_add(buf, text);
    skep_buf_add(buf, "", 0); /* so that there are bytes to look at */
    assert_int_equal(skep_percent_bytes(text), buf->length);
    return buf->bytes;
}

/* What a header line cannot hold is written as two upper-case hexadecimal digits; the rest stays. */
static void test_percent__encodes(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, 1000);
    assert_string_equal(encoded(&buf, ""), "");
    assert_string_equal(encoded(&buf, NULL), "");
    assert_string_equal(encoded(&buf, "!az[09]~=#\"\\"), "!az[09]~=#\"\\");
    assert_string_equal(encoded(&buf, "a b,c;d%e"), "a%20b%2Cc%3Bd%25e");
    assert_string_equal(encoded(&buf, "\x01\n\x7F\xC3\xA9\xFF"), "%01%0A%7F%C3%A9%FF");
    skep_buf_release(&buf);
}

/* Digits in either case decode, also of bytes that needed no encoding. */
static void test_percent__decodes(void **state)
{
    char text[64];

    (void)state;
    assert_true(skep_percent_decode("%41%c3%A9x%20", 13, text));
    assert_string_equal(text, "A\xC3\xA9x ");
    assert_true(skep_percent_decode("", 0, text));
    assert_string_equal(text, "");
}

/* What no writer writes is refused, and nothing is read behind the end. */
static void test_percent__refuses(void **state)
{
    static const char *const wrong[] = {"%",   "%4",  "%g1",  "%1g",  "a%00", "a b",
                                        "a,b", "a;b", "\xC3", "\x7F", "\n"};
    char text[64];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (skep_percent_decode(wrong[i], strlen(wrong[i]), text)) {
            fail_msg("passed: %s", wrong[i]);
        }
    }
    assert_false(skep_percent_decode("%41", 2, text));
    assert_false(skep_percent_decode("a\0b", 3, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percent__encodes),
        cmocka_unit_test(test_percent__decodes),
        cmocka_unit_test(test_percent__refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
