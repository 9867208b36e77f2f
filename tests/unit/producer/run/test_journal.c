/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "producer/run/journal.h"

struct fixture {
    char *folder;
    char *path;
    struct skep_journal journal;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = test_make_folder(), .journal = {.fd = -1}};
    fixture.path = test_path(fixture.folder, "journal.jsonl");
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_journal_close(&f->journal);
    free(f->path);
    test_remove_folder(f->folder);
    return 0;
}

static uint64_t add(struct fixture *f, const char *text)
{
    uint64_t offset;

    assert_int_equal(skep_journal_add(&f->journal, text, strlen(text), &offset, &f->err), SKEP_OK);
    return offset;
}

static void open_journal(struct fixture *f)
{
    assert_int_equal(skep_journal_open(&f->journal, f->path, &f->err), SKEP_OK);
}

static void expect_file(struct fixture *f, const char *wanted)
{
    char *text = test_read_file(f->folder, "journal.jsonl", NULL);

    assert_string_equal(text, wanted);
    free(text);
}

/* ---- works ---- */

/* What is added is in the file once it has been written, and is read back line by line. */
static void test_journal__keeps_lines(void **state)
{
    struct fixture *f = *state;
    struct skep_journal_cursor cursor;
    struct skep_bytes line;

    open_journal(f);
    assert_int_equal(add(f, "one"), 0);
    assert_int_equal(add(f, "two\nlines"), 4);
    expect_file(f, "");
    assert_int_equal(skep_journal_sync(&f->journal, &f->err), SKEP_OK);
    assert_int_equal(add(f, "three"), 14);
    assert_int_equal(skep_journal_write(&f->journal, &f->err), SKEP_OK);
    expect_file(f, "one\ntwo lines\nthree\n");
    assert_int_equal(f->journal.n_synced, 14);

    skep_journal_cursor_init(&cursor, &f->journal);
    assert_int_equal(skep_journal_next(&cursor, &line, &f->err), SKEP_OK);
    assert_memory_equal(line.bytes, "one", line.n);
    assert_int_equal(skep_journal_next(&cursor, &line, &f->err), SKEP_OK);
    assert_memory_equal(line.bytes, "two lines", line.n);
    assert_int_equal(skep_journal_next(&cursor, &line, &f->err), SKEP_OK);
    assert_int_equal(skep_journal_next(&cursor, &line, &f->err), SKEP_EMPTY);
    skep_journal_cursor_seek(&cursor, 4);
    assert_int_equal(skep_journal_next(&cursor, &line, &f->err), SKEP_OK);
    assert_int_equal(line.n, 9);
    assert_memory_equal(line.bytes, "two lines", line.n);
    add(f, "four"); /* a cursor at the end sees what is written later */
    skep_journal_cursor_seek(&cursor, 20);
    assert_int_equal(skep_journal_next(&cursor, &line, &f->err), SKEP_EMPTY);
    assert_int_equal(skep_journal_write(&f->journal, &f->err), SKEP_OK);
    assert_int_equal(skep_journal_next(&cursor, &line, &f->err), SKEP_OK);
    assert_memory_equal(line.bytes, "four", 4);
    skep_journal_cursor_release(&cursor);
}

/* A line that a death left without its end is cut off; what stands before it stays. */
static void test_journal__cuts_a_torn_line(void **state)
{
    static const char *const torn[][2] = {
        {"", ""}, {"x", ""}, {"one\n", "one\n"}, {"one\ntwo\nthr", "one\ntwo\n"}, {"\n\n{", "\n\n"}};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof torn / sizeof torn[0]; i++) {
        test_write_file(f->folder, "journal.jsonl", torn[i][0], strlen(torn[i][0]));
        open_journal(f);
        expect_file(f, torn[i][1]);
        assert_int_equal(f->journal.n_written, strlen(torn[i][1]));
        assert_int_equal(add(f, "next"), strlen(torn[i][1]));
        skep_journal_close(&f->journal);
    }
}

/* The last end may be many blocks away from the end of the file. */
static void test_journal__cuts_a_long_torn_line(void **state)
{
    enum { SIZE = 300000 };
    struct fixture *f = *state;
    char *text = malloc(SIZE);

    assert_non_null(text);
    memset(text, 'x', SIZE);
    text[10] = '\n';
    test_write_file(f->folder, "journal.jsonl", text, SIZE);
    open_journal(f);
    assert_int_equal(f->journal.n_written, 11);
    free(text);
}

/* Lines of all lengths, read in order and from back to front, whatever the size of the blocks they are read
 * in. */
static void test_journal__reads_lines_of_any_length(void **state)
{
    enum { LINES = 400 };
    struct fixture *f = *state;
    static char long_line[200001];
    uint64_t offsets[LINES];
    struct skep_journal_cursor cursor;
    struct skep_bytes line;

    open_journal(f);
    memset(long_line, 'y', sizeof long_line - 1);
    for (size_t i = 0; i < LINES; i++) {
        size_t n = i % 50 == 49 ? 200000 : i * 37;
        assert_int_equal(skep_journal_add(&f->journal, long_line, n, &offsets[i], &f->err), SKEP_OK);
    }
    assert_int_equal(skep_journal_write(&f->journal, &f->err), SKEP_OK);
    skep_journal_cursor_init(&cursor, &f->journal);
    for (size_t i = 0; i < LINES; i++) {
        assert_int_equal(cursor.offset, offsets[i]);
        assert_int_equal(skep_journal_next(&cursor, &line, &f->err), SKEP_OK);
        assert_int_equal(line.n, i % 50 == 49 ? 200000 : i * 37);
    }
    assert_int_equal(skep_journal_next(&cursor, &line, &f->err), SKEP_EMPTY);
    for (size_t i = LINES; i-- > 0;) {
        skep_journal_cursor_seek(&cursor, offsets[i]);
        assert_int_equal(skep_journal_next(&cursor, &line, &f->err), SKEP_OK);
        assert_int_equal(line.n, i % 50 == 49 ? 200000 : i * 37);
        assert_true(line.n == 0 || (line.bytes[0] == 'y' && line.bytes[line.n - 1] == 'y'));
    }
    skep_journal_cursor_release(&cursor);
}

/* ---- refuses ---- */

/* A folder in its place, and no folder for it. */
static void test_journal__refuses_a_bad_place(void **state)
{
    struct fixture *f = *state;
    char *nowhere = test_path(f->folder, "none/journal");

    assert_int_equal(skep_journal_open(&f->journal, f->folder, &f->err), SKEP_E_IO);
    assert_non_null(strstr(f->err.text, "Is a directory"));
    skep_error_clear(&f->err);
    assert_int_equal(skep_journal_open(&f->journal, nowhere, &f->err), SKEP_E_IO);
    assert_int_equal(f->journal.fd, -1);
    free(nowhere);
}

/* ---- breaks ---- */

/* A full disk: the file holds whole lines only, those of before. */
static void test_journal__survives_a_full_disk(void **state)
{
    struct fixture *f = *state;
    struct rlimit unlimited, limit;

    open_journal(f);
    add(f, "stays");
    assert_int_equal(skep_journal_sync(&f->journal, &f->err), SKEP_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    limit = (struct rlimit){.rlim_cur = 20, .rlim_max = unlimited.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    add(f, "too much for this disk");
    assert_int_equal(skep_journal_sync(&f->journal, &f->err), SKEP_E_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    expect_file(f, "stays\n");
    assert_non_null(strstr(f->err.text, "journal.jsonl: File too large"));
    assert_int_equal(add(f, "again"), 6);
    assert_int_equal(skep_journal_sync(&f->journal, NULL), SKEP_OK);
    expect_file(f, "stays\nagain\n");
}

/* A file that was cut behind our back is an error, not an endless loop. */
static void test_journal__notices_a_cut_file(void **state)
{
    struct fixture *f = *state;
    struct skep_journal_cursor cursor;
    struct skep_bytes line;

    open_journal(f);
    add(f, "one");
    assert_int_equal(skep_journal_write(&f->journal, &f->err), SKEP_OK);
    test_write_file(f->folder, "journal.jsonl", "", 0);
    skep_journal_cursor_init(&cursor, &f->journal);
    assert_int_equal(skep_journal_next(&cursor, &line, &f->err), SKEP_E_IO);
    skep_journal_cursor_release(&cursor);
}

static skep_status whole_life(void *context)
{
    struct fixture *f = context;
    struct skep_journal_cursor cursor;
    struct skep_bytes line;
    uint64_t offset;
    skep_status st = skep_journal_open(&f->journal, f->path, NULL);

    skep_journal_cursor_init(&cursor, &f->journal);
    if (st == SKEP_OK) {
        st = skep_journal_add(&f->journal, "result", 6, &offset, NULL);
    }
    if (st == SKEP_OK) {
        st = skep_journal_write(&f->journal, NULL);
    }
    if (st == SKEP_OK) {
        st = skep_journal_next(&cursor, &line, NULL);
    }
    skep_journal_cursor_release(&cursor);
    skep_journal_close(&f->journal);
    return st;
}

/* Every request for memory may fail. */
static void test_journal__survives_a_failing_heap(void **state)
{
    test_heap_torture(whole_life, *state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_journal__keeps_lines),           TEST(test_journal__cuts_a_torn_line),
        TEST(test_journal__cuts_a_long_torn_line), TEST(test_journal__reads_lines_of_any_length),
        TEST(test_journal__refuses_a_bad_place),   TEST(test_journal__survives_a_full_disk),
        TEST(test_journal__notices_a_cut_file),    TEST(test_journal__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
