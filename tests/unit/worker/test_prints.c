/* SPDX-License-Identifier: MIT */
/* What tasks have printed waits for the next cycle; a real server hears it in tests/integration. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "worker/prints.h"

static struct skep_prints prints;

static int set_up(void **state)
{
    (void)state;
    skep_prints_init(&prints);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_prints_release(&prints);
    return 0;
}

static void add(const char *id, const char *text, size_t n)
{
    const struct skep_logs_entry entry = {
        .job = NULL, .id = id, .worker = "w", .host = "h", .text = text, .text_n = n, .total_n = n};

    skep_prints_add(&prints, &entry);
}

/* Everything is copied: who printed it may forget it. */
static void test_prints__copies(void **state)
{
    char id[] = "id", text[] = "text";

    (void)state;
    add(id, text, 4);
    memset(id, 'x', 2);
    memset(text, 'x', 4);
    assert_int_equal(prints.n, 1);
    /* job, id, worker, host, each with its end; then the text */
    assert_int_equal(prints.bytes.length, 1 + 3 + 2 + 2 + 4);
    assert_memory_equal(prints.bytes.bytes, "\0id\0w\0h\0text", 12);
}

/* Of many the first stay, and the others are counted. */
static void test_prints__is_bounded_in_number(void **state)
{
    (void)state;
    for (int i = 0; i < SKEP_PRINTS_MAX + 5; i++) {
        add("id", "x", 1);
    }
    assert_int_equal(prints.n, SKEP_PRINTS_MAX);
    assert_int_equal(prints.n_lost, 5);
}

/* So it is with bytes. */
static void test_prints__is_bounded_in_bytes(void **state)
{
    static char text[SKEP_LOGS_TAIL_BYTES], id[256];

    (void)state;
    memset(id, 'i', sizeof id - 1);
    for (int i = 0; i < SKEP_PRINTS_MAX; i++) {
        add(id, text, sizeof text);
    }
    assert_true(prints.n < SKEP_PRINTS_MAX && prints.n > 900);
    assert_int_equal(prints.n + prints.n_lost, SKEP_PRINTS_MAX);
    assert_true(prints.bytes.length <= SKEP_PRINTS_MAX_BYTES);
    assert_false(skep_buf_failed(&prints.bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_prints__copies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_prints__is_bounded_in_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_prints__is_bounded_in_bytes, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("worker/prints", tests, NULL, NULL);
}
