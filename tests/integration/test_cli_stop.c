/* SPDX-License-Identifier: MIT */
/* skep sweep --stop: what was found, and that nothing was. */
#include "integration/interrupted.h"

/* The lowest hit wins, whatever came first: what it was called with and what it gave are printed. */
static void test_cli_stop__prints_the_first_hit(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "{\"index\":3,\"position\":3,\"args\":{\"s\":0.002},\"value\":0.002}\n", NULL, "sweep",
            "sleep", "--grid", "s=0,0,0,0.002,0.001,0.001,0.001,0.001", "-o", "te.npy", "--stop", "first",
            "--order", "index");
}

/* Any hit ends it: what was still to do is cancelled, which is no failure, and stays a hole. */
static void test_cli_stop__ends_at_any_hit(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "{\"index\":", " cancelled", "sweep", "sleep", "--grid", "s=0.02:0.03:1000", "-o",
            "te.npy", "--stop", "any", "--slots", "2");
    cli_run(cli, 1, NULL, " of 1,000 tasks are missing", "holes", "te.npy");
}

/* Without a hit it says null, and fails as grep does. */
static void test_cli_stop__says_that_there_was_none(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 1, "null\n", "3 done, 0 failed", "sweep", "sleep", "--grid", "s=0,0,0", "-o", "te.npy",
            "--stop", "any");
    cli_run(cli, 0, "", "all 3 tasks are done", "holes", "te.npy");
}

/* The value of a kernel that says only afterwards what it is lies in no array, and is printed all the same.
 */
static void test_cli_stop__prints_a_value_that_no_array_has(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "\"args\":{\"n\":91,\"lo\":7,\"hi\":12},\"value\":7}\n", NULL, "sweep", "prime_divisor",
            "n=91", "--ranges", "lo,hi=2:22/5", "--stop", "first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cli_stop__prints_the_first_hit, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_stop__ends_at_any_hit, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_stop__prints_a_value_that_no_array_has, runs_setup,
                                        runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_stop__says_that_there_was_none, runs_setup, runs_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
