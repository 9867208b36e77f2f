/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "chaos/array.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* What numpy.save writes for numpy.full(3, 2.5), byte by byte. */
static const char numpy_words[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }";
enum { NUMPY_BYTES = 152, NUMPY_WORDS_AT = 10, NUMPY_DATA_AT = 128 };

static void make_as_numpy(char bytes[NUMPY_BYTES])
{
    memset(bytes, ' ', NUMPY_BYTES);
    memcpy(bytes, "\x93NUMPY\x01\x00v\x00", NUMPY_WORDS_AT);
    memcpy(bytes + NUMPY_WORDS_AT, numpy_words, sizeof numpy_words - 1);
    bytes[NUMPY_DATA_AT - 1] = '\n';
    for (int i = 0; i < 3; i++) {
        memcpy(bytes + NUMPY_DATA_AT + 8 * i, "\x00\x00\x00\x00\x00\x00\x04\x40", 8);
    }
}

/* An array is, to the byte, what NumPy writes; made again it is the new one alone. */
static void test_array__is_as_numpy_writes_it(void **state)
{
    char expected[NUMPY_BYTES];
    struct skep_buf buf;

    (void)state;
    make_as_numpy(expected);
    skep_buf_init(&buf, SKEP_ARRAY_BYTES(100));
    skep_chaos_array_make(&buf, 100, 1);
    assert_int_equal(buf.length, SKEP_ARRAY_BYTES(100));
    skep_chaos_array_make(&buf, 3, 2.5);
    assert_int_equal(buf.length, NUMPY_BYTES);
    assert_memory_equal(buf.bytes, expected, NUMPY_BYTES);
    skep_buf_release(&buf);
}

/* It is written over the start of a file and cuts nothing off behind. */
static void test_array__overwrites_in_place(void **state)
{
    char *folder = test_make_folder(), *path = test_path(folder, "x.npy"), *bytes;
    char expected[NUMPY_BYTES];
    struct skep_error err = {0};
    struct skep_buf buf;
    size_t n;

    (void)state;
    make_as_numpy(expected);
    skep_buf_init(&buf, SKEP_ARRAY_BYTES(4));
    skep_chaos_array_make(&buf, 4, 7);
    assert_int_equal(skep_chaos_array_write(path, O_CREAT, &buf, &err), SKEP_OK);
    skep_chaos_array_make(&buf, 3, 2.5);
    assert_int_equal(skep_chaos_array_write(path, 0, &buf, &err), SKEP_OK);
    bytes = test_read_file(folder, "x.npy", &n);
    assert_int_equal(n, NUMPY_BYTES + 8);
    assert_memory_equal(bytes, expected, NUMPY_BYTES);
    free(bytes);
    free(path);
    skep_buf_release(&buf);
    test_remove_folder(folder);
}

/* What does not fit its buffer is not written, and where nothing can be written the path is named. */
static void test_array__refuses_what_cannot_be(void **state)
{
    char *folder = test_make_folder(), *path = test_path(folder, "none/x.npy");
    struct skep_error err = {0};
    struct skep_buf buf;

    (void)state;
    skep_buf_init(&buf, SKEP_ARRAY_BYTES(4));
    skep_chaos_array_make(&buf, 5, 1);
    assert_int_equal(skep_chaos_array_write(path, O_CREAT, &buf, &err), SKEP_E_NOMEM);
    skep_error_clear(&err);
    skep_chaos_array_make(&buf, 4, 1);
    assert_int_equal(skep_chaos_array_write(path, O_CREAT, &buf, &err), SKEP_E_IO);
    assert_non_null(strstr(err.text, "x.npy"));
    free(path);
    skep_buf_release(&buf);
    test_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_array__is_as_numpy_writes_it),
        cmocka_unit_test(test_array__overwrites_in_place),
        cmocka_unit_test(test_array__refuses_what_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
