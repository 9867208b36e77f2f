/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "producer/dead/letter.h"

static int setup(void **state)
{
    static struct skep_arena arena;

    skep_arena_init(&arena, 1 << 20);
    *state = &arena;
    return 0;
}

static int teardown(void **state)
{
    skep_arena_release(*state);
    return 0;
}

static struct skep_letter read_text(struct skep_arena *arena, const char *text)
{
    struct skep_letter letter;
    const struct skep_bytes bytes = {text, strlen(text)};

    skep_letter_read(&bytes, arena, &letter);
    return letter;
}

static void expect_record(const struct skep_letter *letter, const char *record)
{
    assert_int_equal(letter->record.n, strlen(record));
    assert_memory_equal(letter->record.bytes, record, letter->record.n);
}

/* The first line says why, the record is what the producer wrote: a line of skep's in front of it is none of
 * it. */
static void test_letter__reads_cause_and_record(void **state)
{
    struct skep_letter letter = read_text(
        *state, "#skep i=5 id=a1 k=sum cause=bad-args at=1732190400000 e=1,1732190400000,bad-args,W,first "
                "e=2,1732190400001,bad-args,W,last%20words\n#skep i=5 q=7\n{\"kernel\":\"sum\"}\n");

    assert_string_equal(letter.header.id, "a1");
    assert_string_equal(letter.header.kernel, "sum");
    assert_string_equal(letter.header.cause, "bad-args");
    assert_int_equal(letter.header.n_events, 2);
    assert_string_equal(letter.message, "last words");
    assert_int_equal(letter.fresh.n, strlen("#skep i=5 q=7\n{\"kernel\":\"sum\"}\n"));
    assert_memory_equal(letter.fresh.bytes, "#skep i=5 q=7\n{", 15);
    assert_memory_equal(letter.whole.bytes, "#skep i=5 id=a1 ", 16);
    expect_record(&letter, "{\"kernel\":\"sum\"}\n");
    letter = read_text(*state, "#skep cause=timeout\n#skep is what my records begin with");
    assert_string_equal(letter.message, "");
    expect_record(&letter, "#skep is what my records begin with");
}

/* What skep did not write is all record, and says that nobody knows why. */
static void test_letter__reads_what_is_no_letter(void **state)
{
    static const char *const strange[] = {"", "garbage", "#skep ", "#skep cause=%zz\nx", "#skep i=1\n{}"};

    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        struct skep_letter letter = read_text(*state, strange[i]);
        assert_string_equal(letter.header.cause, "unknown");
        assert_null(letter.header.id);
        assert_int_equal(letter.header.n_events, 0);
        expect_record(&letter, strange[i]);
    }
}

/* The words to look for are those that stand in the line, encoded as there, with a blank at both ends. */
static void test_letter__says_what_to_look_for(void **state)
{
    char text[SKEP_LETTER_WANTED_BYTES];
    char big[2000];

    (void)state;
    assert_true(skep_letter_wanted(&(struct skep_header){.id = "t 1%"}, text));
    assert_string_equal(text, " id=t%201%25 ");
    assert_true(skep_letter_wanted(&(struct skep_header){.cause = "timeout"}, text));
    assert_string_equal(text, " cause=timeout ");
    assert_true(skep_letter_wanted(&(struct skep_header){.kernel = "te_box"}, text));
    assert_string_equal(text, " k=te_box ");
    assert_true(skep_letter_wanted(&(struct skep_header){.job = "mon day"}, text));
    assert_string_equal(text, " j=mon%20day ");
    memset(big, 'x', sizeof big);
    big[sizeof big - 1] = '\0';
    assert_false(skep_letter_wanted(&(struct skep_header){.id = big}, text));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_letter__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_cause_and_record),
        TEST(reads_what_is_no_letter),
        TEST(says_what_to_look_for),
    };

    return cmocka_run_group_tests_name("producer/letter", tests, NULL, NULL);
}
