/* SPDX-License-Identifier: MIT */
/* What dies is started again, as long as something gets done in between. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "producer/run/restarts.h"

enum { KILLED = 9, EXITED_3 = 3 << 8 };

/* Each restart is told in words; progress forgives those before. */
static void test_restarts__are_forgiven_by_progress(void **state)
{
    struct skep_restarts restarts = {0};
    char note[96];

    (void)state;
    for (uint64_t n_done = 0; n_done < 20; n_done++) {
        assert_int_equal(
            skep_restarts_count(&restarts, "the worker", KILLED, n_done, note, sizeof note, NULL), SKEP_OK);
        assert_string_equal(note, "the worker ended with signal 9 (Killed) and is started again");
        assert_int_equal(
            skep_restarts_count(&restarts, "the worker", EXITED_3, n_done, note, sizeof note, NULL), SKEP_OK);
        assert_string_equal(note, "the worker ended with exit status 3 and is started again");
    }
}

/* Five without progress are borne, the sixth is one too many; the words cannot outgrow their room. */
static void test_restarts__come_to_an_end(void **state)
{
    struct skep_restarts restarts = {0};
    struct skep_error err = {0};
    char note[8];

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(skep_restarts_count(&restarts, "the worker", KILLED, 7, note, sizeof note, &err),
                         SKEP_OK);
        assert_int_equal(strlen(note), sizeof note - 1);
    }
    assert_int_equal(skep_restarts_count(&restarts, "the worker", KILLED, 7, note, sizeof note, &err),
                     SKEP_E_UNREACHABLE);
    assert_string_equal(err.text,
                        "the worker ended 6 times without a result in between, now with signal 9 (Killed)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restarts__are_forgiven_by_progress),
        cmocka_unit_test(test_restarts__come_to_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
