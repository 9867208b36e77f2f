/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/log_json.h"

#define HEAD "{\"time\":\"T\",\"level\":\"info\",\"event\":\"e\""

static char line[1024];

static const char *write_pairs(const char *pairs)
{
    const struct skep_log_event event = {"T", "info", "e", pairs};
    size_t n = skep_log_json_write(&event, line, sizeof line);

    assert_int_equal(n, strlen(line));
    return line;
}

/* Pairs become members; what is a number stays one, quotes around a value go. */
static void test_log_json__pairs_become_members(void **state)
{
    (void)state;
    assert_string_equal(write_pairs(""), HEAD "}");
    assert_string_equal(write_pairs("slot=3 pid=811 name=x"), HEAD ",\"slot\":3,\"pid\":811,\"name\":\"x\"}");
    assert_string_equal(write_pairs("reason=\"no such file\" n=-1.5e+3"),
                        HEAD ",\"reason\":\"no such file\",\"n\":-1.5e+3}");
    assert_string_equal(write_pairs("reason=\"\" id="), HEAD ",\"reason\":\"\",\"id\":\"\"}");
}

/* A value reaches to the next key, blanks and quotes in it included. */
static void test_log_json__values_reach_to_the_next_key(void **state)
{
    (void)state;
    assert_string_equal(write_pairs("signal=11 (Segmentation fault) host=h"),
                        HEAD ",\"signal\":\"11 (Segmentation fault)\",\"host\":\"h\"}");
    assert_string_equal(write_pairs("reason=\"argument \"x\" is bad\" slot=1"),
                        HEAD ",\"reason\":\"argument \\\"x\\\" is bad\",\"slot\":1}");
    assert_string_equal(write_pairs("some words slot=1"), HEAD ",\"text\":\"some words\",\"slot\":1}");
    assert_string_equal(write_pairs("metrics={\"a\":1}"), HEAD ",\"metrics\":\"{\\\"a\\\":1}\"}");
}

/* What only looks like a number is a text. */
static void test_log_json__texts_that_look_like_numbers(void **state)
{
    static const char *const texts[] = {"007", "1.",   ".5",    "-",  "1e",
                                        "nan", "0x10", "1.2.3", "+1", "00000000000000000000000000000000001"};
    char pairs[64], expected[128];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        snprintf(pairs, sizeof pairs, "v=%s", texts[i]);
        snprintf(expected, sizeof expected, HEAD ",\"v\":\"%s\"}", texts[i]);
        assert_string_equal(write_pairs(pairs), expected);
    }
    assert_string_equal(write_pairs("v=0 w=-0.25"), HEAD ",\"v\":0,\"w\":-0.25}");
}

/* UTF-8 passes; control characters and broken bytes become question marks. */
static void test_log_json__hostile_bytes_are_tamed(void **state)
{
    (void)state;
    assert_string_equal(write_pairs("v=\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d"),
                        HEAD ",\"v\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d\"}");
    assert_string_equal(write_pairs("v=a\nb\x1b[31m\x7f"), HEAD ",\"v\":\"a?b?[31m?\"}");
    /* alone, cut, overlong, a surrogate, beyond the last character */
    assert_string_equal(write_pairs("v=\xff\xc3"), HEAD ",\"v\":\"??\"}");
    assert_string_equal(write_pairs("v=\xe0\x80\x80"), HEAD ",\"v\":\"???\"}");
    assert_string_equal(write_pairs("v=\xed\xa0\x80"), HEAD ",\"v\":\"???\"}");
    assert_string_equal(write_pairs("v=\xf4\x90\x80\x80\xc0\xaf"), HEAD ",\"v\":\"??????\"}");
}

/* Whatever the length and the bytes, the object ends, and no byte is written behind the room. */
static void test_log_json__always_ends(void **state)
{
    static const char *const units[] = {"v=xxxx ", "\"", "\xc3\xa9", "k=", "\\ ", "longer_key_than_most=1 "};
    char pairs[2048];

    (void)state;
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        for (size_t size = SKEP_LOG_JSON_LEAST; size < 600; size++) {
            char *room = malloc(size); /* its end is in the sight of the sanitizer */
            const struct skep_log_event event = {"T", "info", "e", pairs};
            size_t n;
            assert_non_null(room);
            pairs[0] = '\0';
            for (size_t at = 0, unit_n = strlen(units[u]); at + unit_n < sizeof pairs; at += unit_n) {
                memcpy(pairs + at, units[u], unit_n + 1);
            }
            n = skep_log_json_write(&event, room, size);
            assert_true(n < size && n == strlen(room) && room[n - 1] == '}');
            assert_true(n > size - 64); /* and the room is used */
            free(room);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_json__pairs_become_members),
        cmocka_unit_test(test_log_json__values_reach_to_the_next_key),
        cmocka_unit_test(test_log_json__texts_that_look_like_numbers),
        cmocka_unit_test(test_log_json__hostile_bytes_are_tamed),
        cmocka_unit_test(test_log_json__always_ends),
    };
    return cmocka_run_group_tests_name("base/log_json", tests, NULL, NULL);
}
