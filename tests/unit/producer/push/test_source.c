/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "producer/push/source.h"

enum { LIMIT = 20 };

struct fixture {
    char *folder;
    char *paths[2];
    struct skep_source source;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = test_make_folder()};
    fixture.paths[0] = test_path(fixture.folder, "a.jsonl");
    fixture.paths[1] = test_path(fixture.folder, "b.jsonl");
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_source_close(&f->source);
    free(f->paths[0]);
    free(f->paths[1]);
    test_remove_folder(f->folder);
    return 0;
}

static void write_a(struct fixture *f, const char *text)
{
    test_write_file(f->folder, "a.jsonl", text, strlen(text));
}

static void open_files(struct fixture *f, size_t n)
{
    const char *const paths[] = {f->paths[0], f->paths[1]};

    if (skep_source_open(&f->source, paths, n, LIMIT, &f->err) != SKEP_OK) {
        fail_msg("%s", f->err.text);
    }
}

/* The next line is TEXT (NULL: one that is too long), the NUMBER-th of its file and the INDEX-th of all. */
static void expect_line(struct fixture *f, const char *text, uint64_t number, uint64_t index)
{
    struct skep_line line;

    if (skep_source_next(&f->source, &line, &f->err) != SKEP_OK) {
        fail_msg("no line %s: %s", text, f->err.text);
    }
    assert_int_equal(line.is_too_long, text == NULL);
    if (text != NULL) {
        assert_int_equal(line.bytes.n, strlen(text));
        assert_memory_equal(line.bytes.bytes, text, line.bytes.n);
    }
    assert_int_equal(line.number, number);
    assert_int_equal(line.index, index);
}

static void expect_end(struct fixture *f)
{
    struct skep_line line;

    assert_int_equal(skep_source_next(&f->source, &line, &f->err), SKEP_EMPTY);
}

/* Lines end with \n or \r\n, the last one with nothing; blank ones are skipped but have a number. */
static void test_source__splits_lines(void **state)
{
    struct fixture *f = *state;

    write_a(f, "one\n\n  \t\r\ntwo\r\n three \n# four\nfive");
    open_files(f, 1);
    expect_line(f, "one", 1, 0);
    expect_line(f, "two", 4, 1);
    expect_line(f, " three ", 5, 2);
    expect_line(f, "# four", 6, 3);
    expect_line(f, "five", 7, 4);
    expect_end(f);
    expect_end(f);
}

/* Files follow one another: the numbers of lines start anew, the indexes go on. */
static void test_source__reads_several_files(void **state)
{
    struct fixture *f = *state;
    struct skep_line line;

    write_a(f, "a1\na2");
    test_write_file(f->folder, "b.jsonl", "\nb1\n", 4);
    open_files(f, 2);
    expect_line(f, "a1", 1, 0);
    expect_line(f, "a2", 2, 1);
    assert_int_equal(skep_source_next(&f->source, &line, &f->err), SKEP_OK);
    assert_string_equal(line.file, f->paths[1]);
    assert_int_equal(line.number, 2);
    assert_int_equal(line.index, 2);
    expect_end(f);
}

/* A line may be as long as the limit with either end; one byte more and it comes without its bytes, and the
 * next line is whole again. */
static void test_source__holds_the_limit(void **state)
{
    struct fixture *f = *state;
    size_t big_n = 3 * 1024 * 1024;
    char *big = malloc(big_n + 32);

    assert_non_null(big);
    write_a(f, "01234567890123456789\n01234567890123456789\r\n012345678901234567890\nx\n");
    open_files(f, 1);
    expect_line(f, "01234567890123456789", 1, 0);
    expect_line(f, "01234567890123456789", 2, 1);
    expect_line(f, NULL, 3, 2);
    expect_line(f, "x", 4, 3);
    skep_source_close(&f->source);
    memset(big, 'y', big_n); /* several times the window */
    memcpy(big + big_n, "\nlast", 5);
    test_write_file(f->folder, "a.jsonl", big, big_n + 5);
    open_files(f, 1);
    expect_line(f, NULL, 1, 0);
    expect_line(f, "last", 2, 1);
    expect_end(f);
    skep_source_close(&f->source);
    test_write_file(f->folder, "a.jsonl", big, big_n);
    open_files(f, 1);
    expect_line(f, NULL, 1, 0);
    expect_end(f);
    free(big);
}

/* NUL bytes are bytes of the line: the check of records refuses them with their place. */
static void test_source__keeps_nul_bytes(void **state)
{
    struct fixture *f = *state;
    struct skep_line line;

    test_write_file(f->folder, "a.jsonl", "a\0b\nc", 5);
    open_files(f, 1);
    assert_int_equal(skep_source_next(&f->source, &line, &f->err), SKEP_OK);
    assert_int_equal(line.bytes.n, 3);
    assert_memory_equal(line.bytes.bytes, "a\0b", 3);
    expect_line(f, "c", 2, 1);
}

/* Every place that was told leads back to the same lines, also in an earlier file. */
static void test_source__goes_back(void **state)
{
    struct fixture *f = *state;
    struct skep_source_place places[6];
    static const char *const lines[] = {"a1", "a2", "a3", "b1", "b2"};
    static const uint64_t numbers[] = {1, 3, 4, 1, 2};

    write_a(f, "a1\n\na2\na3\n");
    test_write_file(f->folder, "b.jsonl", "b1\nb2", 5);
    open_files(f, 2);
    for (size_t i = 0; i < 5; i++) {
        places[i] = skep_source_tell(&f->source);
        expect_line(f, lines[i], numbers[i], i);
    }
    expect_end(f);
    for (size_t from = 5; from-- > 0;) {
        skep_source_seek(&f->source, places[from]);
        for (size_t i = from; i < 5; i++) {
            expect_line(f, lines[i], numbers[i], i);
        }
        expect_end(f);
    }
    skep_source_seek(&f->source, (struct skep_source_place){0});
    expect_line(f, "a1", 1, 0);
}

/* What comes through a pipe can be read again, from memory of its own. */
static void test_source__reads_a_pipe_twice(void **state)
{
    struct fixture *f = *state;
    struct skep_source_place second;
    int fd;

    assert_int_equal(mkfifo(f->paths[0], 0600), 0);
    fd = open(f->paths[0], O_RDWR); /* both ends, so that nobody waits */
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "p1\np2\np3", 8), 8);
    open_files(f, 1);
    expect_line(f, "p1", 1, 0);
    second = skep_source_tell(&f->source);
    close(fd);
    expect_line(f, "p2", 2, 1);
    expect_line(f, "p3", 3, 2);
    expect_end(f);
    skep_source_seek(&f->source, second);
    expect_line(f, "p2", 2, 1);
    skep_source_seek(&f->source, (struct skep_source_place){0});
    expect_line(f, "p1", 1, 0);
    expect_line(f, "p2", 2, 1);
    expect_line(f, "p3", 3, 2);
    expect_end(f);
}

/* A missing file, a folder and a second standard input are told by name before anything is read. */
static void test_source__refuses_what_is_no_file(void **state)
{
    struct fixture *f = *state;
    const char *missing[] = {f->paths[0]};
    const char *folder[] = {f->folder};
    const char *twice[] = {"-", "-"};

    assert_int_equal(skep_source_open(&f->source, missing, 1, LIMIT, &f->err), SKEP_E_USAGE);
    assert_non_null(strstr(f->err.text, "a.jsonl: No such file"));
    skep_error_clear(&f->err);
    assert_int_equal(skep_source_open(&f->source, folder, 1, LIMIT, &f->err), SKEP_E_USAGE);
    assert_non_null(strstr(f->err.text, "is a folder"));
    skep_error_clear(&f->err);
    assert_int_equal(skep_source_open(&f->source, twice, 2, LIMIT, &f->err), SKEP_E_USAGE);
    assert_non_null(strstr(f->err.text, "only once"));
}

/* A file that grew, or was replaced, between two readings is an error that names it. */
static void test_source__refuses_a_file_that_changed(void **state)
{
    struct fixture *f = *state;
    struct skep_line line;

    write_a(f, "one\n");
    open_files(f, 1);
    expect_line(f, "one", 1, 0);
    expect_end(f);
    write_a(f, "one\ntwo\n");
    skep_source_seek(&f->source, (struct skep_source_place){0});
    assert_int_equal(skep_source_next(&f->source, &line, &f->err), SKEP_E_IO);
    assert_non_null(strstr(f->err.text, "a.jsonl changed while it was being read"));
}

static skep_status read_all(void *context)
{
    struct fixture *f = context;
    const char *const paths[] = {f->paths[0], f->paths[1]};
    struct skep_source source = {0};
    struct skep_line line;
    skep_status st = skep_source_open(&source, paths, 2, LIMIT, NULL);

    while (st == SKEP_OK) {
        st = skep_source_next(&source, &line, NULL);
    }
    skep_source_close(&source);
    return st == SKEP_EMPTY ? SKEP_OK : st;
}

/* Without memory nothing stays open and nothing leaks. */
static void test_source__survives_a_failing_heap(void **state)
{
    struct fixture *f = *state;

    write_a(f, "one\n");
    test_write_file(f->folder, "b.jsonl", "two\n", 4);
    test_heap_torture(read_all, f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_source__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(splits_lines),
        TEST(reads_several_files),
        TEST(holds_the_limit),
        TEST(keeps_nul_bytes),
        TEST(goes_back),
        TEST(reads_a_pipe_twice),
        TEST(refuses_what_is_no_file),
        TEST(refuses_a_file_that_changed),
        TEST(survives_a_failing_heap),
    };

    return cmocka_run_group_tests_name("producer/source", tests, NULL, NULL);
}
