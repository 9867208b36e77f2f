/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "producer/push/feed.h"

static int64_t fixed_wall_ms(void)
{
    return 1732190400000;
}

static int64_t fixed_monotonic_ns(void)
{
    return 0;
}

struct fixture {
    char *folder;
    char *path;
    struct skep_source source;
    struct skep_check check;
    struct skep_feed feed;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;
    static const struct skep_clock clock = {fixed_wall_ms, fixed_monotonic_ns};

    fixture = (struct fixture){.folder = test_make_folder()};
    fixture.path = test_path(fixture.folder, "tasks.jsonl");
    skep_check_init(&fixture.check, NULL);
    skep_clock_replace(&clock);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_clock_replace(NULL);
    skep_feed_release(&f->feed);
    skep_check_release(&f->check);
    skep_source_close(&f->source);
    free(f->path);
    test_remove_folder(f->folder);
    return 0;
}

/* N tasks that name their number; every third line is bad when there are BAD ones. */
static void begin(struct fixture *f, size_t n, bool has_bad, bool is_raw)
{
    const char *const paths[] = {f->path};
    FILE *file = fopen(f->path, "w");

    assert_non_null(file);
    for (size_t i = 0; i < n; i++) {
        fprintf(file, has_bad && i % 3 == 2 ? "bad %zu\n" : "{\"kernel\":\"echo\",\"args\":{\"x\":%zu}}\n",
                i);
    }
    fclose(file);
    assert_int_equal(skep_source_open(&f->source, paths, 1, 65536, &f->err), SKEP_OK);
    skep_feed_init(&f->feed, &f->source, has_bad ? &f->check : NULL, is_raw);
}

/* The records FROM to TO - 1 come, in pieces of MAX; line i of the file is record i. */
static void expect_records(struct fixture *f, uint64_t from, uint64_t to, size_t max)
{
    while (from < to) {
        const struct skep_bytes *records;
        size_t n = 0;
        if (skep_feed_next(&f->feed, max, &records, &n, &f->err) != SKEP_OK) {
            fail_msg("record %" PRIu64 ": %s", from, f->err.text);
        }
        assert_true(n > 0 && n <= max);
        for (size_t i = 0; i < n; i++, from++) {
            char wanted[128];
            snprintf(wanted, sizeof wanted,
                     "#skep i=%" PRIu64 " q=1732190400000\n{\"kernel\":\"echo\",\"args\":{\"x\":%" PRIu64
                     "}}",
                     from, from);
            assert_int_equal(records[i].n, strlen(wanted));
            assert_memory_equal(records[i].bytes, wanted, records[i].n);
        }
    }
}

static void expect_end(struct fixture *f)
{
    const struct skep_bytes *records;
    size_t n;

    assert_int_equal(skep_feed_next(&f->feed, 10, &records, &n, &f->err), SKEP_EMPTY);
}

/* Each record has skep's line with its place and the time in front of its untouched bytes. */
static void test_feed__gives_records_in_pieces(void **state)
{
    struct fixture *f = *state;

    begin(f, 2345, false, false);
    expect_records(f, 0, 2345, SKEP_PUT_PIECE);
    expect_end(f);
}

/* The job of the push stands in each line; a space in it does not end it. */
static void test_feed__says_the_job(void **state)
{
    static const char wanted[] =
        "#skep i=0 q=1732190400000 j=one%20job\n{\"kernel\":\"echo\",\"args\":{\"x\":0}}";
    struct fixture *f = *state;
    const struct skep_bytes *records;
    size_t n;

    begin(f, 1, false, false);
    f->feed.job = "one job";
    assert_int_equal(skep_feed_next(&f->feed, 1, &records, &n, &f->err), SKEP_OK);
    assert_int_equal(records[0].n, strlen(wanted));
    assert_memory_equal(records[0].bytes, wanted, records[0].n);
}

/* A raw record is its line and nothing else. */
static void test_feed__gives_raw_lines(void **state)
{
    struct fixture *f = *state;
    const struct skep_bytes *records;
    size_t n;

    begin(f, 1, false, true);
    assert_int_equal(skep_feed_next(&f->feed, 1, &records, &n, &f->err), SKEP_OK);
    assert_int_equal(n, 1);
    assert_memory_equal(records[0].bytes, "{\"kernel\":\"echo\",\"args\":{\"x\":0}}", records[0].n);
}

/* From wherever the feed is, it goes to any record and on from there: what pushed half a batch before the
 * server died depends on it. */
static void test_feed__goes_to_any_record(void **state)
{
    struct fixture *f = *state;
    static const uint64_t stops[] = {0, 1, 49, 50, 51, 399, 400, 499, 500};

    begin(f, 500, false, false);
    for (size_t had = 0; had < 500; had += 73) {
        for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
            assert_int_equal(skep_feed_seek(&f->feed, 0, &f->err), SKEP_OK);
            expect_records(f, 0, had, 1); /* many small pieces: their marks go round */
            assert_int_equal(skep_feed_seek(&f->feed, stops[i], &f->err), SKEP_OK);
            expect_records(f, stops[i], 500, 50);
            expect_end(f);
        }
    }
    assert_int_equal(skep_feed_seek(&f->feed, 501, &f->err), SKEP_EMPTY);
}

/* Bad lines are left out but keep their place: the good ones have the index of their line, and records are
 * counted without the bad ones. */
static void test_feed__leaves_bad_lines_out(void **state)
{
    struct fixture *f = *state;
    const struct skep_bytes *records;
    size_t n;

    begin(f, 9, true, false);
    assert_int_equal(skep_feed_next(&f->feed, 100, &records, &n, &f->err), SKEP_OK);
    assert_int_equal(n, 6);
    assert_memory_equal(records[2].bytes, "#skep i=3 ", 10);
    assert_memory_equal(records[5].bytes, "#skep i=7 ", 10);
    assert_int_equal(skep_feed_seek(&f->feed, 4, &f->err), SKEP_OK);
    assert_int_equal(skep_feed_next(&f->feed, 1, &records, &n, &f->err), SKEP_OK);
    assert_memory_equal(records[0].bytes, "#skep i=6 ", 10);
}

/* A piece ends when it has enough bytes, whatever the number of records. */
static void test_feed__bounds_a_piece_by_its_bytes(void **state)
{
    struct fixture *f = *state;
    const char *const paths[] = {f->path};
    const struct skep_bytes *records;
    size_t n, n_all = 0;
    size_t line_n = 60000;
    char *line = malloc(line_n);
    FILE *file = fopen(f->path, "w");

    assert_non_null(line);
    assert_non_null(file);
    memset(line, 'x', line_n);
    line[line_n - 1] = '\n';
    for (int i = 0; i < 200; i++) {
        assert_int_equal(fwrite(line, 1, line_n, file), line_n);
    }
    fclose(file);
    assert_int_equal(skep_source_open(&f->source, paths, 1, 65536, &f->err), SKEP_OK);
    skep_feed_init(&f->feed, &f->source, NULL, false);
    while (skep_feed_next(&f->feed, SKEP_PUT_PIECE, &records, &n, &f->err) == SKEP_OK) {
        size_t bytes = 0;
        for (size_t i = 0; i < n; i++) {
            bytes += records[i].n;
        }
        assert_true(bytes < SKEP_PUT_PIECE_BYTES + line_n + 64);
        n_all += n;
    }
    assert_int_equal(n_all, 200);
    free(line);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_feed__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_records_in_pieces), TEST(says_the_job),         TEST(gives_raw_lines),
        TEST(goes_to_any_record),      TEST(leaves_bad_lines_out), TEST(bounds_a_piece_by_its_bytes),
    };

    return cmocka_run_group_tests_name("producer/feed", tests, NULL, NULL);
}
