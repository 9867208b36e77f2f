/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "support/test.h"
#include "monitor/tally.h"

static struct skep_overview_account account;

static int begin(void **state)
{
    (void)state;
    account = (struct skep_overview_account){0};
    return 0;
}

static void add(const char *field, int64_t value)
{
    skep_tally_add(&account, field, value);
}

/* Every field of the list goes where it belongs, kernels and words by name. */
static void test_tally__reads_all_fields(void **state)
{
    (void)state;
    add("done:te_box", 10);
    add("ns:te_box", 12345);
    add("b0:te_box", 3);
    add("b17:te_box", 1);
    add("failed:dot", 2);
    add("cause:timeout", 4);
    add("cause:bad-args", 5);
    add("cycles:n", 100);
    add("cycles:ns", 5000);
    add("cycles:b2", 99);
    add("batch:n", 7);
    add("batch:tasks", 70);
    add("batch:b6", 1);
    add("error:redis-unwell", 8);
    add("reconnects", 9);
    add("logs:n", 11);
    skep_tally_sort(&account);
    assert_int_equal(account.n_kernels, 2);
    assert_string_equal(account.kernels[0].name, "dot");
    assert_int_equal(account.kernels[0].n_failed, 2);
    assert_string_equal(account.kernels[1].name, "te_box");
    assert_int_equal(account.kernels[1].n_done, 10);
    assert_int_equal(account.kernels[1].ns, 12345);
    assert_int_equal(account.kernels[1].buckets[0], 3);
    assert_int_equal(account.kernels[1].buckets[17], 1);
    assert_int_equal(account.n_causes, 2);
    assert_string_equal(account.causes[0].word, "bad-args");
    assert_int_equal(account.causes[0].n, 5);
    assert_string_equal(account.causes[1].word, "timeout");
    assert_int_equal(account.n_errors, 1);
    assert_string_equal(account.errors[0].word, "redis-unwell");
    assert_int_equal(account.cycles, 100);
    assert_int_equal(account.cycles_ns, 5000);
    assert_int_equal(account.cycle_buckets[2], 99);
    assert_int_equal(account.batches, 7);
    assert_int_equal(account.batch_tasks, 70);
    assert_int_equal(account.batch_buckets[6], 1);
    assert_int_equal(account.reconnects, 9);
}

/* What no skep has written is left out: other fields, buckets beyond, names that no kernel has. */
static void test_tally__leaves_nonsense_out(void **state)
{
    static const char *const fields[] = {
        "",           "done",         "done:",
        "done:a b",   "done:\033[2J", "b18:te_box",
        "b-1:te_box", "bx:te_box",    "b:te_box",
        "b0",         "cause:",       "cause:a\n",
        "cycles:b18", "cycles:x",     "batch:b7",
        "batch:b0x",  "batch:",       "reconnects:",
        "error:",     "error: ",      "done:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    const struct skep_overview_account nothing = {0};

    (void)state;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        add(fields[i], 1);
    }
    skep_tally_sort(&account);
    assert_int_equal(account.n_kernels, 0);
    assert_int_equal(account.n_causes, 0);
    assert_int_equal(account.n_errors, 0);
    assert_int_equal(account.cycles, 0);
    assert_memory_equal(account.cycle_buckets, nothing.cycle_buckets, sizeof account.cycle_buckets);
    assert_memory_equal(account.batch_buckets, nothing.batch_buckets, sizeof account.batch_buckets);
}

/* However many names somebody invents, the room is the same. */
static void test_tally__is_bounded(void **state)
{
    char field[64];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(field, sizeof field, "done:k%d", i);
        add(field, i);
        snprintf(field, sizeof field, "cause:c%d", i);
        add(field, i);
        snprintf(field, sizeof field, "error:e%d", i);
        add(field, i);
    }
    assert_int_equal(account.n_kernels, SKEP_OVERVIEW_KERNELS);
    assert_int_equal(account.n_causes, SKEP_OVERVIEW_CAUSES);
    assert_int_equal(account.n_errors, SKEP_OVERVIEW_ERRORS);
    add("failed:k0", 5); /* one that has its place is still found */
    assert_int_equal(account.kernels[0].n_failed, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_tally__reads_all_fields, begin),
        cmocka_unit_test_setup(test_tally__leaves_nonsense_out, begin),
        cmocka_unit_test_setup(test_tally__is_bounded, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
