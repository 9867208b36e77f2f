/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "queue/rights.h"

#include <string.h>

static bool has(enum skep_role role, const char *command)
{
    char names[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES];
    size_t n = skep_rights_commands(role, names), found = 0;

    for (size_t i = 0; i < n; i++) {
        found += strcmp(names[i], command) == 0;
    }
    assert_true(found <= 1);
    return found == 1;
}

/* What a role sends itself, and what its scripts run, each once. */
static void test_rights__come_from_the_scripts(void **state)
{
    (void)state;
    assert_true(has(SKEP_ROLE_WORKER, "EVALSHA"));
    assert_true(has(SKEP_ROLE_WORKER, "BLMOVE"));
    assert_true(has(SKEP_ROLE_WORKER, "LMOVE"));
    assert_true(has(SKEP_ROLE_WORKER, "ZINCRBY"));
    assert_true(has(SKEP_ROLE_WORKER, "HSETNX"));
    assert_true(has(SKEP_ROLE_PRODUCER, "SCRIPT LOAD"));
    assert_true(has(SKEP_ROLE_PRODUCER, "RPUSH"));
    assert_true(has(SKEP_ROLE_CONSUMER, "LTRIM"));
    assert_true(has(SKEP_ROLE_OPERATOR, "HGETALL"));
    assert_true(has(SKEP_ROLE_OPERATOR, "LPOP"));
    assert_true(has(SKEP_ROLE_MONITOR, "HSCAN"));
    assert_true(has(SKEP_ROLE_MONITOR, "XREAD"));
    assert_true(has(SKEP_ROLE_WORKER, "XADD"));
    assert_true(has(SKEP_ROLE_WORKER, "ZREMRANGEBYRANK")); /* only ever tried: pcall */
}

/* Nobody gets what is not needed: a producer takes nothing, and nobody is an administrator. */
static void test_rights__are_no_more_than_needed(void **state)
{
    static const char *const never[] = {"FLUSHALL", "CONFIG", "CONFIG GET", "INFO",  "KEYS",
                                        "SCAN",     "EVAL",   "ACL",        "CLIENT"};

    (void)state;
    assert_false(has(SKEP_ROLE_PRODUCER, "LMOVE"));
    assert_false(has(SKEP_ROLE_PRODUCER, "LPOP"));
    assert_false(has(SKEP_ROLE_CONSUMER, "RPUSH"));
    assert_false(has(SKEP_ROLE_MONITOR, "HINCRBY"));
    assert_false(has(SKEP_ROLE_MONITOR, "XADD"));
    for (int role = 0; role < SKEP_ROLE_COUNT; role++) {
        for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
            assert_false(has((enum skep_role)role, never[i]));
        }
        assert_true(strlen(skep_rights_role_text((enum skep_role)role)) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rights__come_from_the_scripts),
        cmocka_unit_test(test_rights__are_no_more_than_needed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
