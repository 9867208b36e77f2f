/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "npy/header.h"
#include "producer/tools/array_file.h"
#include "support/files.h"

/* The golden arrays are what NumPy has written. */
#define GOLDEN SKEP_TESTS_DIR "/golden/npy/"

static char *folder;

static int set_up(void **state)
{
    (void)state;
    folder = test_make_folder();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_remove_folder(folder);
    return 0;
}

/* An array whose element at (i, j) is i * columns + j, without writing its zeros: a sparse file of any size.
 */
static char *make(const char *name, int64_t rows, int64_t columns)
{
    char header[SKEP_NPY_HEADER_MAX];
    const int64_t shape[] = {rows, columns};
    size_t n = skep_npy_header_write(SKEP_F8, 2, shape, header, sizeof header);
    char *path = test_path(folder, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(header, 1, n, file), n);
    for (int64_t i = 0; i < rows * columns && rows * columns < 100000; i++) {
        double element = (double)i;
        assert_int_equal(fwrite(&element, sizeof element, 1, file), 1);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(truncate(path, (off_t)n + rows * columns * 8), 0);
    return path;
}

static void open_ref(struct skep_array_file *file, const char *path, const char *slice)
{
    struct skep_error err = {0};
    char ref[4096];

    snprintf(ref, sizeof ref, "%s%s", path, slice);
    if (skep_array_file_open(ref, file, &err) != SKEP_OK) {
        fail_msg("%s: %s", ref, err.text);
    }
}

static void expect_refused(skep_status st, const char *ref, const char *words)
{
    struct skep_array_file file;
    struct skep_error err = {0};

    assert_int_equal(skep_array_file_open(ref, &file, &err), st);
    if (strstr(err.text, words) == NULL) {
        fail_msg("%s: wanted '%s', got '%s'", ref, words, err.text);
    }
    skep_array_file_close(&file);
}

/* ---- works ---- */

struct seen {
    const struct skep_view *whole;
    int64_t columns;
    unsigned char times[100000]; /* how often each element of the view was given, in C order */
    int64_t first, row_step, column_step;
    int n_blocks;
};

/* Look at each element of a block of a view with two axes: it is the one that belongs there. */
static void look(void *context, const struct skep_view *block, const int64_t *origin)
{
    struct seen *seen = context;

    seen->n_blocks++;
    for (int64_t i = 0; i < block->shape[0]; i++) {
        for (int64_t j = 0; j < block->shape[1]; j++) {
            int64_t row = origin[0] + i, column = origin[1] + j;
            double wanted = (double)(seen->first + row * seen->row_step + column * seen->column_step);
            assert_true(skep_view_get_f8(block, i * block->strides[0] + j * block->strides[1]) == wanted);
            seen->times[row * seen->whole->shape[1] + column]++;
        }
    }
}

static void expect_walk(struct skep_array_file *file, int64_t first, int64_t row_step, int64_t column_step,
                        int most_blocks)
{
    static struct seen seen;
    struct skep_error err = {0};

    seen =
        (struct seen){.whole = &file->view, .first = first, .row_step = row_step, .column_step = column_step};
    assert_int_equal(skep_array_file_walk(file, look, &seen, &err), SKEP_OK);
    for (int64_t i = 0; i < skep_view_count(&file->view); i++) {
        assert_int_equal(seen.times[i], 1);
    }
    assert_in_range(seen.n_blocks, 1, most_blocks);
}

/* Every element of a slice comes once and where it belongs, forwards, backwards, with steps. */
static void test_array_file__walks_slices(void **state)
{
    struct skep_array_file file;
    char *path = make("a.npy", 70, 90);

    (void)state;
    open_ref(&file, path, "");
    expect_walk(&file, 0, 90, 1, 1);
    skep_array_file_close(&file);
    open_ref(&file, path, "[::-1, ::-7]");
    expect_walk(&file, 69 * 90 + 89, -90, -7, 1);
    skep_array_file_close(&file);
    open_ref(&file, path, "[3:60:11, 5:80:3]");
    expect_walk(&file, 3 * 90 + 5, 11 * 90, 3, 1);
    skep_array_file_close(&file);
    free(path);
}

static void count_blocks(void *context, const struct skep_view *block, const int64_t *origin)
{
    int64_t *counts = context;

    (void)origin;
    counts[0]++;
    counts[1] += skep_view_count(block);
    assert_true(skep_view_count(block) * 8 <= SKEP_ARRAY_BLOCK_BYTES);
}

/* What is larger than a block comes in blocks; what lies far apart is not read together with what lies
 * between. */
static void test_array_file__large_ones_come_in_blocks(void **state)
{
    char *path = make("large.npy", 3000, 100000); /* 2.2 GiB, of which nothing is on the disk */
    struct skep_array_file file;
    struct skep_error err = {0};
    int64_t counts[2] = {0};

    (void)state;
    open_ref(&file, path, "[:100]");
    assert_int_equal(skep_array_file_walk(&file, count_blocks, counts, &err), SKEP_OK);
    assert_int_equal(counts[1], 100 * 100000);
    assert_in_range(counts[0], 5, 6); /* 80 MB by 16 MiB, whole rows */
    skep_array_file_close(&file);
    counts[0] = counts[1] = 0;
    open_ref(&file, path, "[:, 5]");
    assert_int_equal(skep_array_file_walk(&file, count_blocks, counts, &err), SKEP_OK);
    assert_int_equal(counts[1], 3000);
    assert_int_equal(counts[0], 3000);
    skep_array_file_close(&file);
    free(path);
}

struct sum {
    double sum;
    int64_t n;
};

static void add(void *context, const struct skep_view *block, const int64_t *origin)
{
    struct sum *sum = context;
    double *elements = malloc((size_t)skep_view_count(block) * sizeof *elements);

    (void)origin;
    assert_non_null(elements);
    skep_view_copy_f8(block, elements);
    for (int64_t i = 0; i < skep_view_count(block); i++) {
        sum->sum += elements[i];
        sum->n++;
    }
    free(elements);
}

/* Element k of each golden array is 3k - 4, or 3k where there is no sign, whatever the order of its bytes and
 * axes and its place in the file. */
static void test_array_file__knows_all_forms(void **state)
{
    static const char *const names[] = {"f8-big",  "f8-little", "f4-big",    "i2-big", "i8-little",
                                        "fortran", "unaligned", "version-3", "u4-big", "fortran-big"};
    struct skep_array_file file;
    struct skep_error err = {0};
    struct skep_view element;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[4096];
        struct sum one = {0};
        double wanted = strncmp(names[i], "u4", 2) == 0 ? 0 : -4;
        snprintf(path, sizeof path, GOLDEN "%s.npy", names[i]);
        open_ref(&file, path, "");
        assert_int_equal(skep_array_file_walk(&file, add, &one, &err), SKEP_OK);
        assert_int_equal(one.n, 12);
        assert_true(one.sum == 12 * wanted + 3 * 66);
        for (int64_t k = 0; k < 12; k++) {
            const int64_t index[] = {k / 4, k % 4};
            assert_int_equal(skep_array_file_get(&file, index, &element, &err), SKEP_OK);
            assert_true(skep_view_get_f8(&element, 0) == wanted + (double)(3 * k));
        }
        skep_array_file_close(&file);
    }
}

/* A number is an array without axes, and nothing is nothing. */
static void test_array_file__no_axes_and_no_elements(void **state)
{
    struct skep_array_file file;
    struct skep_error err = {0};
    struct sum one = {0};

    (void)state;
    open_ref(&file, GOLDEN "zero-d.npy", "");
    assert_int_equal(skep_array_file_walk(&file, add, &one, &err), SKEP_OK);
    assert_int_equal(one.n, 1);
    skep_array_file_close(&file);
    open_ref(&file, GOLDEN "empty-2d.npy", "");
    assert_int_equal(skep_array_file_walk(&file, add, &one, &err), SKEP_OK);
    assert_int_equal(one.n, 1);
    skep_array_file_close(&file);
}

/* ---- refuses ---- */

/* What is no array of numbers is named. */
static void test_array_file__refuses_by_name(void **state)
{
    (void)state;
    expect_refused(SKEP_E_ARRAY_MISSING, "/nowhere/a.npy", "/nowhere/a.npy: No such file");
    expect_refused(SKEP_E_ARRAY_INVALID, folder, "is no plain file");
    expect_refused(SKEP_E_ARRAY_INVALID, GOLDEN "refused-structured.npy", "structured");
    expect_refused(SKEP_E_ARRAY_INVALID, GOLDEN "refused-complex.npy", "complex");
    expect_refused(SKEP_E_ARRAY_INVALID, GOLDEN "refused-object.npy", "refused-object.npy: ");
    expect_refused(SKEP_E_ARRAY_INVALID, GOLDEN "make-golden", "make-golden: ");
    expect_refused(SKEP_E_BAD_ARGS, GOLDEN "f8-little.npy[1000000]", "out of bounds");
    expect_refused(SKEP_E_BAD_ARGS, GOLDEN "f8-little.npy[a]", "column");
}

/* ---- breaks ---- */

/* A file that loses its end while it is read is an error, not a signal; and that it was written to shows. */
static void test_array_file__survives_truncation(void **state)
{
    char *path = make("a.npy", 70, 90);
    struct skep_array_file file;
    struct skep_error err = {0};
    struct sum one = {0};

    (void)state;
    open_ref(&file, path, "");
    assert_false(skep_array_file_has_changed(&file));
    assert_int_equal(truncate(path, 1000), 0);
    assert_int_equal(skep_array_file_walk(&file, add, &one, &err), SKEP_E_INPUT_CHANGED);
    assert_true(skep_array_file_has_changed(&file));
    skep_array_file_close(&file);
    free(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_array_file__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(walks_slices),    TEST(large_ones_come_in_blocks),
        TEST(knows_all_forms), TEST(no_axes_and_no_elements),
        TEST(refuses_by_name), TEST(survives_truncation),
    };

    return cmocka_run_group_tests_name("producer/tools/array_file", tests, NULL, NULL);
}
