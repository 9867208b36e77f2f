/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "chaos/border.h"

#include <string.h>

/* Whole values; the length of each is its own length as text. */
static const char *const wholes[] = {
    "+OK\r\n",
    "-ERR no\r\n",
    ":12\r\n",
    "$3\r\nabc\r\n",
    "$0\r\n\r\n",
    "$-1\r\n",
    "*-1\r\n",
    "*0\r\n",
    "*2\r\n$4\r\nECHO\r\n$2\r\n\r\n\r\n",
    "*3\r\n:1\r\n*2\r\n+a\r\n*0\r\n$1\r\nx\r\n",
    "%1\r\n+a\r\n:1\r\n",
    "_\r\n",
    "PING\r\n",
};
enum { N_WHOLES = sizeof wholes / sizeof wholes[0] };

/* A value that came at once ends where it ends, whatever stands behind it. */
static void test_border__finds_the_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_WHOLES; i++) {
        struct skep_border border;
        char bytes[128];
        size_t n = strlen(wholes[i]);
        memcpy(bytes, wholes[i], n);
        memcpy(bytes + n, "*1\r\n+x", 6);
        skep_border_start(&border);
        assert_int_equal(skep_border_find(&border, bytes, n + 6), n);
        assert_false(border.is_broken);
    }
}

/* Byte by byte the end is found with the last byte and not before. */
static void test_border__waits_for_the_last_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_WHOLES; i++) {
        struct skep_border border;
        size_t n = strlen(wholes[i]);
        skep_border_start(&border);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(skep_border_find(&border, wholes[i], k), 0);
            assert_false(border.is_broken);
        }
        assert_int_equal(skep_border_find(&border, wholes[i], n), n);
    }
}

/* What is not the protocol is told, and never taken for a value. */
static void test_border__refuses_other_bytes(void **state)
{
    static const char *const broken[] = {"$x\r\n", "*1x\r\n", "$\r\n", "$3\n", "$99999999999\r\n", "*\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct skep_border border;
        skep_border_start(&border);
        assert_int_equal(skep_border_find(&border, broken[i], strlen(broken[i])), 0);
        assert_true(border.is_broken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_border__finds_the_end),
        cmocka_unit_test(test_border__waits_for_the_last_byte),
        cmocka_unit_test(test_border__refuses_other_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
