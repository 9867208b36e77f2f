/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "worker/output.h"

static int fd;
static char bytes[SKEP_OUTPUT_TAIL_BYTES];
static struct skep_result_output output;

static int set_up(void **state)
{
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(skep_output_new(SKEP_RESULT_STDOUT, &fd, &err), SKEP_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(fd);
    return 0;
}

static void print_bytes(const void *text, size_t n)
{
    assert_int_equal(write(fd, text, n), n);
}

static void print_text(const char *text)
{
    print_bytes(text, strlen(text));
}

static void check_read(int64_t begin, const char *text, uint64_t total_n)
{
    skep_output_read(fd, begin, bytes, &output);
    assert_int_equal(output.n, strlen(text));
    assert_memory_equal(output.text, text, output.n);
    assert_int_equal(output.total_n, total_n);
}

/* What was printed since a place is read; before that, and where nothing was, there is nothing. */
static void test_output__reads_from_a_place(void **state)
{
    (void)state;
    check_read(SKEP_OUTPUT_EMPTY, "", 0);
    print_text("first");
    check_read(SKEP_OUTPUT_EMPTY, "first", 5);
    print_text("second");
    check_read(SKEP_OUTPUT_EMPTY + 5, "second", 6);
    check_read(SKEP_OUTPUT_EMPTY + 11, "", 0);
    assert_int_equal(skep_output_size(fd), SKEP_OUTPUT_EMPTY + 11);
}

/* Whoever has the file open prints at its end. */
static void test_output__is_written_at_its_end(void **state)
{
    int other = dup(fd);

    (void)state;
    print_text("a");
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(write(other, "b", 1), 1);
    check_read(SKEP_OUTPUT_EMPTY, "ab", 2);
    close(other);
}

/* Of much the end is read, and how much there was is told. */
static void test_output__reads_the_end_of_much(void **state)
{
    char line[16];

    (void)state;
    for (int i = 0; i < 10000; i++) {
        snprintf(line, sizeof line, "%07d\n", i);
        print_text(line);
    }
    skep_output_read(fd, SKEP_OUTPUT_EMPTY, bytes, &output);
    assert_int_equal(output.n, SKEP_OUTPUT_TAIL_BYTES);
    assert_int_equal(output.total_n, 80000);
    assert_memory_equal(output.text + output.n - 8, "0009999\n", 8);
    assert_memory_equal(output.text, "0009488\n", 8); /* 10000 - 4096 / 8 */
}

/* A character whose beginning was cut off goes, and only that. */
static void test_output__cuts_no_character(void **state)
{
    static const char bee[] = "\xf0\x9f\x90\x9d"; /* one character of four bytes */

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        int64_t begin = skep_output_size(fd);
        for (size_t i = 0; i <= SKEP_OUTPUT_TAIL_BYTES / 4; i++) {
            print_bytes(bee, 4);
        }
        print_bytes("xxx", shift);
        skep_output_read(fd, begin, bytes, &output);
        assert_int_equal(output.n, SKEP_OUTPUT_TAIL_BYTES - (shift > 0 ? 4 - shift : 0));
        assert_memory_equal(output.text, bee, 4);
        assert_int_equal(output.total_n, SKEP_OUTPUT_TAIL_BYTES + 4 + shift);
    }
    /* Bytes that never were a character are as good as any. */
    memset(bytes, 0x80, sizeof bytes);
    print_bytes(bytes, sizeof bytes);
    print_bytes(bytes, sizeof bytes);
    skep_output_read(fd, SKEP_OUTPUT_EMPTY, bytes, &output);
    assert_int_equal(output.n, SKEP_OUTPUT_TAIL_BYTES - 3);
}

/* A program that cuts its own output loses what was before, and nothing else breaks. */
static void test_output__survives_being_cut(void **state)
{
    (void)state;
    print_text("a long text before");
    assert_int_equal(ftruncate(fd, 0), 0);
    check_read(SKEP_OUTPUT_EMPTY + 10, "", 0);
    print_text("new");
    check_read(SKEP_OUTPUT_EMPTY + 10, "new", 3);
}

/* The end of an output is as long as is asked for, or as it is. */
static void test_output__gives_its_last_bytes(void **state)
{
    const struct skep_result_output all = {.text = "abcdef", .n = 6, .total_n = 100};
    struct skep_result_output last = skep_output_last(&all, 2);

    (void)state;
    assert_true(last.n == 2 && last.total_n == 2 && memcmp(last.text, "ef", 2) == 0);
    last = skep_output_last(&all, 50);
    assert_true(last.n == 6 && last.total_n == 50);
    last = skep_output_last(&all, 1000);
    assert_true(last.n == 6 && last.total_n == 100);
    last = skep_output_last(&all, 0);
    assert_true(last.n == 0 && last.total_n == 0);
}

static void check_word(const char *text, const char *word)
{
    const struct skep_result_output said = {.text = text, .n = strlen(text), .total_n = strlen(text)};
    char got[24];

    assert_string_equal(skep_output_word(&said, got, sizeof got), word);
}

/* The line that says most is the last one, or a sanitizer's summary. It is one line, whatever is in it. */
static void test_output__finds_the_word(void **state)
{
    (void)state;
    check_word("", "");
    check_word("\n\n", "");
    check_word("one\ntwo", "two");
    check_word("one\ntwo\n\n", "two");
    check_word("==1==ERROR\nSUMMARY: bad x.c:1\n==1==ABORTING\n", "SUMMARY: bad x.c:1");
    check_word("a \"b\"\x1b[31m\x7f\r", "a 'b'?[31m??");
    check_word("a line that is longer than there is room", "a line that is longer t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_output__reads_from_a_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_output__is_written_at_its_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_output__reads_the_end_of_much, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_output__cuts_no_character, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_output__survives_being_cut, set_up, tear_down),
        cmocka_unit_test(test_output__gives_its_last_bytes),
        cmocka_unit_test(test_output__finds_the_word),
    };
    return cmocka_run_group_tests_name("worker/output", tests, NULL, NULL);
}
