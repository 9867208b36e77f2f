/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "chaos/tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reading {
    char *folder, *path;
    struct skep_tail tail;
    char lines[256]; /* with a '/' behind each */
};

static int set_up(void **state)
{
    static struct reading reading;

    reading = (struct reading){.folder = test_make_folder()};
    reading.path = test_path(reading.folder, "file");
    skep_tail_init(&reading.tail);
    *state = &reading;
    return 0;
}

static int tear_down(void **state)
{
    struct reading *reading = *state;

    skep_tail_release(&reading->tail);
    free(reading->path);
    test_remove_folder(reading->folder);
    return 0;
}

static void add(struct reading *reading, const char *text)
{
    FILE *f = fopen(reading->path, "a");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void take(void *context, const char *line, size_t n)
{
    struct reading *reading = context;
    size_t used = strlen(reading->lines);

    snprintf(reading->lines + used, sizeof reading->lines - used, "%.*s/", (int)n, line);
}

static size_t read_on(struct reading *reading)
{
    return skep_tail_read(&reading->tail, reading->path, take, reading);
}

/* Whole lines are read once each, as they come, from a file that may not be there yet. */
static void test_tail__reads_whole_lines(void **state)
{
    struct reading *reading = *state;

    assert_int_equal(read_on(reading), 0);
    add(reading, "one\ntw");
    assert_int_equal(read_on(reading), 1);
    assert_int_equal(read_on(reading), 0);
    add(reading, "o\n\nthree\n");
    assert_int_equal(read_on(reading), 3);
    assert_string_equal(reading->lines, "one/two//three/");
    assert_false(reading->tail.was_cut);
}

/* A file that lost its half line goes on, and says that it was cut. */
static void test_tail__notices_a_cut(void **state)
{
    struct reading *reading = *state;

    add(reading, "one\nha");
    assert_int_equal(read_on(reading), 1);
    assert_int_equal(truncate(reading->path, 4), 0);
    assert_int_equal(read_on(reading), 0);
    assert_true(reading->tail.was_cut);
    add(reading, "half\n");
    assert_int_equal(read_on(reading), 1);
    assert_string_equal(reading->lines, "one/half/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tail__reads_whole_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tail__notices_a_cut, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
