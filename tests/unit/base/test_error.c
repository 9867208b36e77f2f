/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"

/* Setting records status and words and hands the status back. */
static void test_error__set_records(void **state)
{
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(skep_error_set(&err, SKEP_E_LIMIT, "%d of %s", 7, "them"), SKEP_E_LIMIT);
    assert_int_equal(err.status, SKEP_E_LIMIT);
    assert_string_equal(err.text, "7 of them");
}

/* The first cause wins: a second one changes nothing, but its status is still handed back. */
static void test_error__first_cause_wins(void **state)
{
    struct skep_error err = {0};

    (void)state;
    skep_error_set(&err, SKEP_E_IO, "first");
    assert_int_equal(skep_error_set(&err, SKEP_E_LIMIT, "second"), SKEP_E_LIMIT);
    errno = ENOENT;
    assert_int_equal(skep_error_errno(&err, SKEP_E_USAGE, "third"), SKEP_E_USAGE);
    assert_int_equal(err.status, SKEP_E_IO);
    assert_string_equal(err.text, "first");
}

/* The text of errno stands behind the words, and errno itself survives. */
static void test_error__errno_is_told(void **state)
{
    struct skep_error err = {0};

    (void)state;
    errno = ENOENT;
    assert_int_equal(skep_error_errno(&err, SKEP_E_IO, "a.npy"), SKEP_E_IO);
    assert_string_equal(err.text, "a.npy: No such file or directory");
    assert_int_equal(errno, ENOENT);
}

/* Each layer puts its words in front. */
static void test_error__prefix_goes_in_front(void **state)
{
    struct skep_error err = {0};

    (void)state;
    skep_error_set(&err, SKEP_E_IO, "timed out");
    skep_error_prefix(&err, "redis");
    skep_error_prefix(&err, "slot %d", 3);
    assert_string_equal(err.text, "slot 3: redis: timed out");
    assert_int_equal(err.status, SKEP_E_IO);
}

/* A cleared error takes the next cause. */
static void test_error__clear_forgets(void **state)
{
    struct skep_error err = {0};

    (void)state;
    skep_error_set(&err, SKEP_E_IO, "first");
    skep_error_clear(&err);
    assert_int_equal(err.status, SKEP_OK);
    skep_error_set(&err, SKEP_E_LIMIT, "second");
    assert_string_equal(err.text, "second");
}

/* Without recorded words the status speaks. */
static void test_error__text_falls_back_to_the_status(void **state)
{
    struct skep_error err = {0};

    (void)state;
    assert_string_equal(skep_error_text(&err, SKEP_E_CANCELLED), "cancelled");
    assert_string_equal(skep_error_text(NULL, SKEP_OK), "success");
    skep_error_set(&err, SKEP_E_IO, "words");
    assert_string_equal(skep_error_text(&err, SKEP_E_IO), "words");
}

/* A prefix has nothing to stand in front of when no error is set. */
static void test_error__prefix_of_nothing(void **state)
{
    struct skep_error err = {0};

    (void)state;
    skep_error_prefix(&err, "redis");
    assert_string_equal(err.text, "");
}

/* Words that do not fit are cut, never written past the end, whichever call brings them. */
static void test_error__long_words_are_cut(void **state)
{
    struct skep_error err = {0};
    char words[2 * sizeof err.text];

    (void)state;
    memset(words, 'w', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    skep_error_set(&err, SKEP_E_IO, "%s", words);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    skep_error_prefix(&err, "front");
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_memory_equal(err.text, "front: www", 10);
    skep_error_prefix(&err, "%s", words);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    skep_error_clear(&err);
    errno = ENOENT;
    skep_error_errno(&err, SKEP_E_IO, "%s", words);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

/* Who does not care for the words passes NULL. */
static void test_error__null_is_fine(void **state)
{
    (void)state;
    assert_int_equal(skep_error_set(NULL, SKEP_E_IO, "x"), SKEP_E_IO);
    assert_int_equal(skep_error_errno(NULL, SKEP_E_IO, "x"), SKEP_E_IO);
    skep_error_prefix(NULL, "x");
    skep_error_clear(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error__set_records),
        cmocka_unit_test(test_error__first_cause_wins),
        cmocka_unit_test(test_error__errno_is_told),
        cmocka_unit_test(test_error__prefix_goes_in_front),
        cmocka_unit_test(test_error__clear_forgets),
        cmocka_unit_test(test_error__text_falls_back_to_the_status),
        cmocka_unit_test(test_error__prefix_of_nothing),
        cmocka_unit_test(test_error__long_words_are_cut),
        cmocka_unit_test(test_error__null_is_fine),
    };
    return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}
