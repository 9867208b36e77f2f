/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "producer/dead/causes.h"

enum { FIRST_CAUSE = 100, LAST_CAUSE = 999 }; /* base/status.h: causes of failed tasks */

/* Everything that a task can fail with has its advice. */
static void test_causes__have_advice(void **state)
{
    int n = 0;

    (void)state;
    for (int number = FIRST_CAUSE; number <= LAST_CAUSE; number++) {
        const char *word = skep_status_word((skep_status)number);
        const struct skep_cause *cause = skep_cause_find(word);
        if (skep_status_text((skep_status)number) == skep_status_text((skep_status)LAST_CAUSE)) {
            continue; /* no row */
        }
        if (cause == NULL) {
            fail_msg("no advice for %s", word);
        }
        assert_int_equal(cause->status, number);
        assert_true(cause->advice[0] != '\0');
        n++;
    }
    assert_true(n >= 16);
    assert_int_equal(skep_cause_find("io")->status, SKEP_E_IO);
}

/* What is no cause is none. */
static void test_causes__knows_no_other(void **state)
{
    (void)state;
    assert_null(skep_cause_find("unknown"));
    assert_null(skep_cause_find(""));
    assert_null(skep_cause_find("ok"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_causes__have_advice),
        cmocka_unit_test(test_causes__knows_no_other),
    };

    return cmocka_run_group_tests_name("producer/causes", tests, NULL, NULL);
}
