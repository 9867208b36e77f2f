/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "npy/header.h"

#define GOLDEN SKEP_TESTS_DIR "/golden/npy"

/* A file in memory: version MAJOR.0, TEXT as it is, then DATA_BYTES zeros. */
static struct {
    unsigned char bytes[4096];
    size_t n;
} made;

static void make(int major, const char *text, size_t data_bytes)
{
    size_t n_text = strlen(text);
    size_t from = major == 1 ? 10 : 12;

    made.n = from + n_text + data_bytes;
    assert_true(made.n <= sizeof made.bytes && n_text < 65536);
    memset(made.bytes, 0, sizeof made.bytes);
    memcpy(made.bytes, "\x93NUMPY", 6);
    made.bytes[6] = (unsigned char)major;
    made.bytes[8] = (unsigned char)(n_text & 0xff);
    made.bytes[9] = (unsigned char)(n_text >> 8);
    memcpy(made.bytes + from, text, n_text);
}

static skep_status parse_made(struct skep_npy_header *header, struct skep_error *err)
{
    return skep_npy_header_parse(made.bytes, made.n, made.n, header, err);
}

/* The header made of TEXT is refused, and the reason holds WORDS. */
static void assert_refused(const char *text, size_t data_bytes, const char *words)
{
    struct skep_npy_header header;
    struct skep_error err = {0};

    make(1, text, data_bytes);
    if (parse_made(&header, &err) != SKEP_E_ARRAY_INVALID || strstr(err.text, words) == NULL) {
        fail_msg("%s: '%s' is not about '%s'", text, err.text, words);
    }
}

static void parse_golden(const char *name, struct skep_npy_header *header)
{
    size_t n;
    char *bytes = test_read_file(GOLDEN, name, &n);
    struct skep_error err = {0};

    if (skep_npy_header_parse(bytes, n, n, header, &err) != SKEP_OK) {
        fail_msg("%s: %s", name, err.text);
    }
    if (header->data_offset + header->data_bytes != n) {
        fail_msg("%s: %zu + %zu bytes of %zu", name, header->data_offset, header->data_bytes, n);
    }
    free(bytes);
}

/* ---- works ---- */

/* Every dtype that NumPy writes in either byte order is recognised. */
static void test_header__knows_each_dtype_in_both_orders(void **state)
{
    (void)state;
    for (int dtype = SKEP_DTYPE_NONE + 1; dtype < SKEP_DTYPE_COUNT; dtype++) {
        const char *name = skep_dtype_name((enum skep_dtype)dtype);
        bool is_byte = skep_dtype_size((enum skep_dtype)dtype) == 1;
        for (int is_big = 0; is_big <= !is_byte; is_big++) {
            struct skep_npy_header header;
            char file[32];
            snprintf(file, sizeof file, "%s%s.npy", name, is_byte ? "" : is_big ? "-big" : "-little");
            parse_golden(file, &header);
            assert_int_equal(header.dtype, dtype);
            assert_int_equal(header.is_swapped,
                             is_big != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) && !is_byte);
            assert_false(header.is_fortran);
            assert_int_equal(header.ndim, 2);
            assert_int_equal(header.shape[0], 3);
            assert_int_equal(header.shape[1], 4);
        }
    }
}

/* The three versions of the format differ in nothing that shows. */
static void test_header__reads_versions_1_to_3(void **state)
{
    static const char *const names[] = {"version-1.npy", "version-2.npy", "version-3.npy"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct skep_npy_header header;
        parse_golden(names[i], &header);
        assert_int_equal(header.dtype, SKEP_F8);
        assert_int_equal(header.data_bytes, 96);
        assert_int_equal(header.data_offset, 128);
    }
}

/* A column-major file says so, and its view walks down the columns. */
static void test_header__gives_column_major_strides(void **state)
{
    struct skep_npy_header header;
    struct skep_view view;

    (void)state;
    parse_golden("fortran.npy", &header);
    assert_true(header.is_fortran);
    skep_npy_header_view(&header, NULL, &view);
    assert_int_equal(view.ndim, 2);
    assert_int_equal(view.shape[0], 3);
    assert_int_equal(view.shape[1], 4);
    assert_int_equal(view.strides[0], 1);
    assert_int_equal(view.strides[1], 3);
}

/* No dimensions is one element, a length of 0 is none. */
static void test_header__reads_zero_d_and_empty(void **state)
{
    struct skep_npy_header header;

    (void)state;
    parse_golden("zero-d.npy", &header);
    assert_int_equal(header.ndim, 0);
    assert_int_equal(header.data_bytes, 8);
    parse_golden("empty.npy", &header);
    assert_int_equal(header.ndim, 1);
    assert_int_equal(header.data_bytes, 0);
    parse_golden("empty-2d.npy", &header);
    assert_int_equal(header.ndim, 3);
    assert_int_equal(header.shape[1], 0);
    assert_int_equal(header.data_bytes, 0);
}

/* An offset that is no multiple of the element is what it is. */
static void test_header__reads_an_unaligned_offset(void **state)
{
    struct skep_npy_header header;

    (void)state;
    parse_golden("unaligned.npy", &header);
    assert_int_equal(header.data_offset, 75);
}

/* What NumPy's own reader accepts besides what it writes: other quotes, order, spaces, Python 2's integers.
 */
static void test_header__reads_other_spellings(void **state)
{
    static const char *const texts[] = {
        "{\"shape\":(3L,4L),\"fortran_order\":False,\"descr\":\"=f8\"}",
        " { 'fortran_order' : False ,\n 'shape' : ( 3 , 4 , ) ,\t'descr' : '=f8' , } \n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct skep_npy_header header;
        struct skep_error err = {0};
        make(1, texts[i], 96);
        assert_int_equal(parse_made(&header, &err), SKEP_OK);
        assert_int_equal(header.dtype, SKEP_F8);
        assert_false(header.is_swapped);
        assert_int_equal(header.ndim, 2);
        assert_int_equal(header.data_bytes, 96);
    }
}

/* More bytes than the array needs are left alone: NumPy saves several arrays in one file. */
static void test_header__leaves_what_follows_the_array(void **state)
{
    struct skep_npy_header header;

    (void)state;
    make(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", 100);
    assert_int_equal(parse_made(&header, NULL), SKEP_OK);
    assert_int_equal(header.data_bytes, 3);
}

/* What is written is byte for byte what NumPy writes. */
static void test_header__writes_as_numpy(void **state)
{
    static const struct {
        const char *file;
        enum skep_dtype dtype;
        int ndim;
        int64_t shape[3];
    } cases[] = {{"f8-little.npy", SKEP_F8, 2, {3, 4}},   {"u2-little.npy", SKEP_U2, 2, {3, 4}},
                 {"b1.npy", SKEP_B1, 2, {3, 4}},          {"empty.npy", SKEP_F8, 1, {0}},
                 {"empty-2d.npy", SKEP_I4, 3, {3, 0, 2}}, {"zero-d.npy", SKEP_F8, 0, {0}}};

    (void)state;
    if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__) {
        return; /* The golden files come from a little-endian machine. */
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *golden = test_read_file(GOLDEN, cases[i].file, NULL);
        char written[SKEP_NPY_HEADER_MAX];
        size_t n =
            skep_npy_header_write(cases[i].dtype, cases[i].ndim, cases[i].shape, written, sizeof written);
        size_t text_end = (size_t)((char *)memchr(golden, '}', 128) - golden) + 1;
        /* NumPy leaves room for a first length that grows, so the padding may differ; the text may not. */
        assert_true(n >= text_end && n % 64 == 0);
        assert_memory_equal(written + 10, golden + 10, text_end - 10);
        assert_int_equal(written[n - 1], '\n');
        free(golden);
    }
}

/* The largest header there can be fits, is read back, and is not written into less room than it needs. */
static void test_header__writes_32_dimensions(void **state)
{
    int64_t shape[SKEP_MAX_DIMS];
    unsigned char bytes[SKEP_NPY_HEADER_MAX];
    struct skep_npy_header header;
    size_t n;

    (void)state;
    for (int i = 0; i < SKEP_MAX_DIMS; i++) {
        shape[i] = i == 0 ? 0 : INT64_MAX;
    }
    n = skep_npy_header_write(SKEP_F8, SKEP_MAX_DIMS, shape, bytes, sizeof bytes);
    assert_true(n > 0);
    assert_int_equal(skep_npy_header_write(SKEP_F8, SKEP_MAX_DIMS, shape, bytes, n - 1), 0);
    for (int i = 1; i < SKEP_MAX_DIMS; i++) {
        shape[i] = 1;
    }
    n = skep_npy_header_write(SKEP_F8, SKEP_MAX_DIMS, shape, bytes, sizeof bytes);
    assert_int_equal(skep_npy_header_parse(bytes, n, n, &header, NULL), SKEP_OK);
    assert_int_equal(header.ndim, SKEP_MAX_DIMS);
    assert_memory_equal(header.shape, shape, sizeof shape);
}

/* ---- refuses ---- */

/* Dtypes that NumPy writes and skep does not compute on are named. */
static void test_header__names_the_dtype_it_refuses(void **state)
{
    static const char *const cases[][2] = {{"refused-f2.npy", "'<f2' (floating point)"},
                                           {"refused-longdouble.npy", "'<f16' (floating point)"},
                                           {"refused-complex.npy", "'<c16' (complex"},
                                           {"refused-object.npy", "'|O' (Python objects)"},
                                           {"refused-structured.npy", "structured dtypes"},
                                           {"refused-strings.npy", "'<U2' (strings)"},
                                           {"refused-bytes.npy", "'|S2' (byte strings)"},
                                           {"refused-void.npy", "'|V8' (raw bytes"},
                                           {"refused-dates.npy", "'<M8[ns]' (dates)"},
                                           {"refused-durations.npy", "'<m8[s]' (durations)"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t n;
        char *bytes = test_read_file(GOLDEN, cases[i][0], &n);
        struct skep_npy_header header;
        struct skep_error err = {0};
        assert_int_equal(skep_npy_header_parse(bytes, n, n, &header, &err), SKEP_E_ARRAY_INVALID);
        if (strstr(err.text, cases[i][1]) == NULL) {
            fail_msg("%s: %s", cases[i][0], err.text);
        }
        free(bytes);
    }
}

/* Whatever is not the dictionary of the format is malformed, and nothing in it is evaluated. */
static void test_header__refuses_malformed_text(void **state)
{
    static const char *const cases[][2] = {
        {"", "not a dictionary"},
        {"{}", "keys"},
        {"{'descr': '<f8', 'fortran_order': False}", "keys"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}", "keys"},
        {"{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", "keys"},
        {"{'descr': '<f8' 'fortran_order': False, 'shape': (1,)}", "keys"},
        {"{descr: '<f8', 'fortran_order': False, 'shape': (1,)}", "keys"},
        {"{'descr' '<f8', 'fortran_order': False, 'shape': (1,)}", "keys"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)", "keys"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,),", "keys"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x", "follows"},
        {"{'descr': <f8, 'fortran_order': False, 'shape': (1,)}", "descr"},
        {"{'descr': '<f8, 'fortran_order': False, 'shape': (1,)}", "dtype '<f8, '"},
        {"{'descr': '<f8", "descr"},
        {"{'descr': '\\x3cf8', 'fortran_order': False, 'shape': (1,)}", "descr"},
        {"{'descr': 'f8', 'fortran_order': False, 'shape': (1,)}", "dtype 'f8'"},
        {"{'descr': '|f8', 'fortran_order': False, 'shape': (1,)}", "dtype '|f8'"},
        {"{'descr': '', 'fortran_order': False, 'shape': (1,)}", "dtype ''"},
        {"{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}", "fortran_order"},
        {"{'descr': '<f8', 'fortran_order': Fals", "fortran_order"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': 1}", "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1)}", "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': [1]}", "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1.0,)}", "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1 1)}", "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (,)}", "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,,1)}", "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, ", "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775808,)}", "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (__import__('os').abort(),)}", "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': "
         "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}",
         "32 dimensions"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused(cases[i][0], 512, cases[i][1]);
    }
}

/* A product that overflows, and one that only overflows in bytes, are refused whatever the file's size. */
static void test_header__refuses_shapes_that_overflow(void **state)
{
    (void)state;
    assert_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 0,
                   "no file holds");
    assert_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}", 0,
                   "no file holds");
    assert_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (1152921504606846976,)}", 0,
                   "no file holds");
    assert_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}", 0,
                   "no file holds");
}

/* A header that promises one byte more than the file has is a lie. */
static void test_header__refuses_files_that_are_too_short(void **state)
{
    static const char text[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }";

    (void)state;
    assert_refused(text, 95,
                   "truncated: shape (3, 4) of f8 needs 96 bytes behind the header, the file has 95");
    assert_refused(text, 0, "truncated");
}

/* A file cut anywhere is refused, and no byte behind its end is read. */
static void test_header__refuses_every_truncation(void **state)
{
    static const char *const names[] = {"version-1.npy", "version-2.npy", "version-3.npy"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        size_t n;
        char *bytes = test_read_file(GOLDEN, names[i], &n);
        for (size_t cut = 0; cut < n; cut++) {
            struct skep_npy_header header;
            char *part = malloc(cut + 1); /* its end is the sanitizer's to watch */
            char *end = part + 1;
            memcpy(end, bytes, cut);
            assert_int_equal(skep_npy_header_parse(end, cut, cut, &header, NULL), SKEP_E_ARRAY_INVALID);
            free(part);
        }
        free(bytes);
    }
}

/* Magic, version and the length of the text are checked before the text. */
static void test_header__refuses_a_bad_preamble(void **state)
{
    struct skep_npy_header header;
    struct skep_error err = {0};

    (void)state;
    make(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", 8);
    made.bytes[0] = 'x';
    assert_int_equal(parse_made(&header, &err), SKEP_E_ARRAY_INVALID);
    assert_string_equal(err.text, "not a .npy file");
    skep_error_clear(&err);
    made.bytes[0] = 0x93;
    made.bytes[6] = 4;
    assert_int_equal(parse_made(&header, &err), SKEP_E_ARRAY_INVALID);
    assert_string_equal(err.text, ".npy version 4.0 is none of 1.0, 2.0, 3.0");
    skep_error_clear(&err);
    made.bytes[6] = 1;
    made.bytes[9] = 0xff;
    assert_int_equal(parse_made(&header, &err), SKEP_E_ARRAY_INVALID);
    assert_non_null(strstr(err.text, "truncated"));
}

/* A header of 4 GiB in a file that has them is refused for its length; it is not read. */
static void test_header__refuses_a_huge_header(void **state)
{
    struct skep_npy_header header;
    struct skep_error err = {0};

    (void)state;
    make(2, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", 8);
    memset(made.bytes + 8, 0xff, 4);
    assert_int_equal(skep_npy_header_parse(made.bytes, made.n, UINT64_MAX / 2, &header, &err),
                     SKEP_E_ARRAY_INVALID);
    assert_non_null(strstr(err.text, "larger than allowed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header__knows_each_dtype_in_both_orders),
        cmocka_unit_test(test_header__reads_versions_1_to_3),
        cmocka_unit_test(test_header__gives_column_major_strides),
        cmocka_unit_test(test_header__reads_zero_d_and_empty),
        cmocka_unit_test(test_header__reads_an_unaligned_offset),
        cmocka_unit_test(test_header__reads_other_spellings),
        cmocka_unit_test(test_header__leaves_what_follows_the_array),
        cmocka_unit_test(test_header__writes_as_numpy),
        cmocka_unit_test(test_header__writes_32_dimensions),
        cmocka_unit_test(test_header__names_the_dtype_it_refuses),
        cmocka_unit_test(test_header__refuses_malformed_text),
        cmocka_unit_test(test_header__refuses_shapes_that_overflow),
        cmocka_unit_test(test_header__refuses_files_that_are_too_short),
        cmocka_unit_test(test_header__refuses_every_truncation),
        cmocka_unit_test(test_header__refuses_a_bad_preamble),
        cmocka_unit_test(test_header__refuses_a_huge_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
