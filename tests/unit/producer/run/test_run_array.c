/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "producer/run/run_array.h"

struct fixture {
    char *folder, *journal_path, *array_path;
    struct skep_journal journal;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = test_make_folder(), .journal.fd = -1};
    fixture.journal_path = test_path(fixture.folder, "journal.jsonl");
    fixture.array_path = test_path(fixture.folder, "a.npy");
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    free(f->journal_path);
    free(f->array_path);
    test_remove_folder(f->folder);
    return 0;
}

/* Make the array of N values, given as JSON, or NULL for a failure; the last one comes first. */
static skep_status make(struct fixture *f, const char *const *values, size_t n, const char *shape_text)
{
    struct skep_run_shape shape;
    skep_status st;

    skep_error_clear(&f->err);
    (void)remove(f->journal_path);
    assert_int_equal(skep_journal_open(&f->journal, f->journal_path, &f->err), SKEP_OK);
    for (size_t i = n; i-- > 0;) {
        char text[512];
        uint64_t offset;
        int length = values[i] != NULL
                         ? snprintf(text, sizeof text,
                                    "{\"id\":\"a\",\"index\":%zu,\"ok\":true,\"value\":%s}", i, values[i])
                         : snprintf(text, sizeof text,
                                    "{\"id\":\"a\",\"index\":%zu,\"ok\":false,\"error\":{\"cause\":\"crash\","
                                    "\"message\":\"gone\"}}",
                                    i);
        assert_int_equal(skep_journal_add(&f->journal, text, (size_t)length, &offset, &f->err), SKEP_OK);
    }
    assert_int_equal(skep_journal_write(&f->journal, &f->err), SKEP_OK);
    st = skep_run_shape_parse(shape_text, n, &shape, &f->err);
    if (st == SKEP_OK) {
        st = skep_run_array_write(&f->journal, n, &shape, f->array_path, &f->err);
    }
    skep_journal_close(&f->journal);
    return st;
}

/* The file has HEADER words and BYTES of data. */
static void expect(struct fixture *f, const char *words, const void *bytes, size_t n)
{
    size_t n_file;
    char *file = test_read_file(f->folder, "a.npy", &n_file);

    if (f->err.text[0] != '\0') {
        fail_msg("%s", f->err.text);
    }
    assert_true(n_file == 128 + n); /* such a small header is padded to 128 bytes */
    if (memmem(file, 128, words, strlen(words)) == NULL) {
        fail_msg("wanted %s in %.118s", words, file + 10);
    }
    assert_memory_equal(file + 128, bytes, n);
    free(file);
}

#define N(values) (sizeof(values) / sizeof(values)[0])

/* ---- works ---- */

/* The dtype is the narrowest of three that holds all values. */
static void test_run_array__chooses_the_dtype(void **state)
{
    static const char *const booleans[] = {"true", "false", "true"};
    static const char *const integers[] = {"1", "-2", "9223372036854775807"};
    static const char *const mixed[] = {"1", "true", "0.5"};
    static const char *const words[] = {"\"nan\"", "\"inf\"", "\"-inf\"", "1e300"};
    static const char *const failed[] = {NULL, "7"};
    static const char *const all_failed[] = {NULL, NULL};
    struct fixture *f = *state;

    (void)!make(f, booleans, N(booleans), NULL);
    expect(f, "'|b1', 'fortran_order': False, 'shape': (3,)", (const char[]){1, 0, 1}, 3);
    (void)!make(f, integers, N(integers), NULL);
    expect(f, "'<i8', 'fortran_order': False, 'shape': (3,)", (const int64_t[]){1, -2, INT64_MAX}, 24);
    (void)!make(f, mixed, N(mixed), NULL);
    expect(f, "'<f8', 'fortran_order': False, 'shape': (3,)", (const double[]){1, 1, 0.5}, 24);
    (void)!make(f, words, N(words), NULL);
    expect(f, "'<f8'", (const double[]){(double)NAN, HUGE_VAL, -HUGE_VAL, 1e300}, 32);
    (void)!make(f, failed, N(failed), NULL);
    expect(f, "'<f8'", (const double[]){(double)NAN, 7}, 16);
    (void)!make(f, all_failed, N(all_failed), NULL);
    expect(f, "'<f8', 'fortran_order': False, 'shape': (2,)", (const double[]){(double)NAN, (double)NAN}, 16);
}

/* Values that are arrays add their axes; a shape may cut it all otherwise. */
static void test_run_array__shapes(void **state)
{
    static const char *const rows[] = {"[[1,2,3]]", "[[4,5,6]]"};
    static const char *const with_hole[] = {"[1,2]", NULL};
    static const char *const all_failed[] = {NULL, NULL};
    struct fixture *f = *state;

    (void)!make(f, rows, N(rows), NULL);
    expect(f, "'<i8', 'fortran_order': False, 'shape': (2, 1, 3)", (const int64_t[]){1, 2, 3, 4, 5, 6}, 48);
    (void)!make(f, rows, N(rows), "3,2");
    expect(f, "'<i8', 'fortran_order': False, 'shape': (3, 2)", (const int64_t[]){1, 2, 3, 4, 5, 6}, 48);
    (void)!make(f, with_hole, N(with_hole), NULL);
    expect(f, "'<f8', 'fortran_order': False, 'shape': (2, 2)",
           (const double[]){1, 2, (double)NAN, (double)NAN}, 32);
    (void)!make(f, all_failed, N(all_failed), "4");
    expect(f, "'shape': (4,)", (const double[]){(double)NAN, (double)NAN, (double)NAN, (double)NAN}, 32);
}

/* ---- refuses ---- */

/* Values that are not numbers, or of different shapes: the words name a task. */
static void test_run_array__refuses_values(void **state)
{
    static const struct {
        const char *values[2];
        const char *shape;
        const char *words;
    } bad[] = {
        {{"1", "\"abc\""}, NULL, "the value of task 1 is the text \"abc\", which is no number"},
        {{"null", "1"}, NULL, "the value of task 0 is null"},
        {{"{\"path\":\"a.npy\"}", "1"}, NULL, "the value of task 0 is an object"},
        {{"[1,[2]]", "1"}, NULL, "the value of task 0 is an array of 2"},
        {{"[1,2]", "[1,2,3]"}, NULL, "the values of task 1 and task 0 have different shapes, (3,) and (2,)"},
        {{"1", "[1]"}, NULL, "different shapes"},
        {{"9007199254740993", "0.5"}, NULL, "integers above 2^53"},
        {{"-9007199254740993", NULL}, NULL, "(or failed, which would be NaN)"},
        {{"1", "2"}, "4", "--shape (4,) does not fit: there are 2 tasks, and each gave a value of shape ()"},
        {{"[1,2,3]", "[1,2,3]"}, "2,2", "each gave a value of shape (3,)"},
        {{"[]", "[]"}, "2", "does not fit"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < N(bad); i++) {
        assert_int_equal(make(f, bad[i].values, 2, bad[i].shape), SKEP_E_BAD_ARGS);
        if (strstr(f->err.text, bad[i].words) == NULL) {
            fail_msg("wanted '%s', got '%s'", bad[i].words, f->err.text);
        }
    }
}

/* Shapes that are none, and those that so many tasks cannot fill. */
static void test_run_array__refuses_shapes(void **state)
{
    static const char *const none[] = {"",
                                       ",",
                                       "2,",
                                       ",2",
                                       "2,,3",
                                       "x",
                                       "2x",
                                       "0",
                                       "-2,3",
                                       "2 ,3",
                                       "1.5",
                                       "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1",
                                       "4294967296,4294967296",
                                       "99999999999999999999"};
    struct skep_run_shape shape;

    (void)state;
    for (size_t i = 0; i < N(none); i++) {
        if (skep_run_shape_parse(none[i], 1, &shape, NULL) != SKEP_E_USAGE) {
            fail_msg("taken: %s", none[i]);
        }
    }
    assert_int_equal(skep_run_shape_parse("24,2,6", 288, &shape, NULL), SKEP_OK);
    assert_int_equal(skep_run_shape_parse("24,2,6", 24, &shape, NULL), SKEP_OK);
    assert_int_equal(skep_run_shape_parse("24,2,6", 25, &shape, NULL), SKEP_E_USAGE);
    assert_int_equal(skep_run_shape_parse("24,2,6", 576, &shape, NULL), SKEP_E_USAGE);
    assert_int_equal(skep_run_shape_parse(NULL, 25, &shape, NULL), SKEP_OK);
    assert_int_equal(shape.ndim, 0);
}

/* ---- breaks ---- */

static skep_status write_array(void *context)
{
    struct fixture *f = context;
    const struct skep_run_shape shape = {.ndim = 0};

    return skep_run_array_write(&f->journal, 2, &shape, f->array_path, NULL);
}

/* Every request for memory may fail. */
static void test_run_array__survives_a_failing_heap(void **state)
{
    static const char *const values[] = {"[1,2.5]", "[3,4]"};
    struct fixture *f = *state;

    assert_int_equal(make(f, values, 2, NULL), SKEP_OK);
    assert_int_equal(skep_journal_open(&f->journal, f->journal_path, &f->err), SKEP_OK);
    test_heap_torture(write_array, f);
    skep_journal_close(&f->journal);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_run_array__chooses_the_dtype),       TEST(test_run_array__shapes),
        TEST(test_run_array__refuses_values),          TEST(test_run_array__refuses_shapes),
        TEST(test_run_array__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
