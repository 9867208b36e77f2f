/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "base/status.h"

struct row {
    const char *name;
    int number;
    const char *word;
    const char *text;
};

#define ROW(name, number, kind, word, text) {#name, number, word, text},
static const struct row rows[] = {SKEP_STATUS_MAP(ROW)};
#undef ROW
enum { N_ROWS = sizeof rows / sizeof rows[0] };

/* A status has the word, the text and the kind of its row. */
static void test_status__row_is_found(void **state)
{
    (void)state;
    assert_string_equal(skep_status_word(SKEP_OK), "ok");
    assert_string_equal(skep_status_word(SKEP_E_TIMEOUT), "timeout");
    assert_string_equal(skep_status_text(SKEP_E_CANCELLED), "cancelled");
    assert_int_equal(skep_status_kind(SKEP_E_TIMEOUT), SKEP_TRANSIENT);
    assert_int_equal(skep_status_kind(SKEP_E_BAD_RECORD), SKEP_FINAL);
}

/* Numbers are on the wire in dead letters: these must never change. */
static void test_status__numbers_are_frozen(void **state)
{
    (void)state;
    assert_int_equal(SKEP_OK, 0);
    assert_int_equal(SKEP_E_NOMEM, 10);
    assert_int_equal(SKEP_E_UNREACHABLE, 30);
    assert_int_equal(SKEP_E_FENCED, 34);
    assert_int_equal(SKEP_E_BAD_RECORD, 100);
    assert_int_equal(SKEP_E_KERNEL, 106);
    assert_int_equal(SKEP_E_CRASH, 111);
    assert_int_equal(SKEP_E_OUTPUT, 115);
}

/* No number and no word is used twice. */
static void test_status__rows_are_distinct(void **state)
{
    (void)state;
    for (int i = 0; i < N_ROWS; i++) {
        for (int j = 0; j < i; j++) {
            assert_int_not_equal(rows[i].number, rows[j].number);
            assert_string_not_equal(rows[i].word, rows[j].word);
        }
    }
}

/* A word is a label: lower-case letters and hyphens, so that it needs no quotes anywhere. */
static void test_status__words_are_labels(void **state)
{
    (void)state;
    for (int i = 0; i < N_ROWS; i++) {
        assert_int_equal(strspn(rows[i].word, "abcdefghijklmnopqrstuvwxyz-"), strlen(rows[i].word));
        assert_true(strlen(rows[i].text) > 0);
    }
}

/* A number that is no row is final and says so. */
static void test_status__unknown_number(void **state)
{
    (void)state;
    assert_string_equal(skep_status_word((skep_status)99), "unknown");
    assert_string_equal(skep_status_text((skep_status)99), "unknown status");
    assert_int_equal(skep_status_kind((skep_status)99), SKEP_FINAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status__row_is_found),      cmocka_unit_test(test_status__numbers_are_frozen),
        cmocka_unit_test(test_status__rows_are_distinct), cmocka_unit_test(test_status__words_are_labels),
        cmocka_unit_test(test_status__unknown_number),
    };
    return cmocka_run_group_tests_name("base/status", tests, NULL, NULL);
}
