/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "worker/crash.h"

enum { MANY = 8 };

static struct skep_crash crashes[MANY];

/* What was written is read back, line by line. */
static void test_crash__reads_what_was_written(void **state)
{
    char one[SKEP_CRASH_BYTES], two[SKEP_CRASH_BYTES], text[2 * SKEP_CRASH_BYTES];

    (void)state;
    skep_crash_write("signal=11 (Segmentation fault) host=h", "h:1:2:3", 1732190400000, one);
    skep_crash_write("cause=lost-worker silent for 5 s", "h:4:5:6", 7, two);
    assert_string_equal(one, "signal=11 (Segmentation fault) host=h worker=h:1:2:3 at=1732190400000");
    snprintf(text, sizeof text, "%s\n%s", one, two);
    assert_int_equal(skep_crash_read(text, crashes, MANY), 2);
    assert_int_equal(crashes[0].cause, SKEP_E_CRASH);
    assert_string_equal(crashes[0].words, "signal=11 (Segmentation fault) host=h");
    assert_string_equal(crashes[0].worker, "h:1:2:3");
    assert_int_equal(crashes[0].at_ms, 1732190400000);
    assert_int_equal(crashes[1].cause, SKEP_E_LOST_WORKER);
    assert_string_equal(crashes[1].words, "silent for 5 s");
    assert_int_equal(crashes[1].at_ms, 7);
}

/* Of too many lines the newest are read. */
static void test_crash__reads_the_newest(void **state)
{
    (void)state;
    assert_int_equal(skep_crash_read("a\nb\nc", crashes, 2), 2);
    assert_string_equal(crashes[0].words, "b");
    assert_string_equal(crashes[1].words, "c");
}

/* Lines of an older version, or of anybody, are words. */
static void test_crash__bears_any_text(void **state)
{
    static const char *const texts[] = {"", "x", "at=7", " worker=w", "a worker= at=", "a worker=w at=seven",
                                        " "};
    char big[2000];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(skep_crash_read(texts[i], crashes, MANY), 1);
        assert_string_equal(crashes[0].words, texts[i]);
        assert_string_equal(crashes[0].worker, "");
        assert_int_equal(crashes[0].at_ms, 0);
    }
    assert_int_equal(skep_crash_read("words at=5", crashes, MANY), 1);
    assert_string_equal(crashes[0].words, "words");
    assert_int_equal(crashes[0].at_ms, 5);
    assert_int_equal(skep_crash_read(" worker=w at=5", crashes, MANY), 1);
    assert_string_equal(crashes[0].words, "");
    assert_string_equal(crashes[0].worker, "w");
    memset(big, 'x', sizeof big);
    big[sizeof big - 1] = '\0';
    assert_int_equal(skep_crash_read(big, crashes, MANY), 1);
    assert_int_equal(strlen(crashes[0].words), SKEP_CRASH_WORDS_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crash__reads_what_was_written),
        cmocka_unit_test(test_crash__reads_the_newest),
        cmocka_unit_test(test_crash__bears_any_text),
    };

    return cmocka_run_group_tests_name("worker/crash", tests, NULL, NULL);
}
