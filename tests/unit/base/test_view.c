/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "base/view.h"

/* NumPy's names, kinds and sizes. */
static void test_view__dtypes_are_those_of_numpy(void **state)
{
    static const struct {
        enum skep_dtype dtype;
        const char *name;
        char kind;
        size_t size;
    } rows[] = {
        {SKEP_B1, "b1", 'b', 1}, {SKEP_I1, "i1", 'i', 1}, {SKEP_I2, "i2", 'i', 2}, {SKEP_I4, "i4", 'i', 4},
        {SKEP_I8, "i8", 'i', 8}, {SKEP_U1, "u1", 'u', 1}, {SKEP_U2, "u2", 'u', 2}, {SKEP_U4, "u4", 'u', 4},
        {SKEP_U8, "u8", 'u', 8}, {SKEP_F4, "f4", 'f', 4}, {SKEP_F8, "f8", 'f', 8},
    };

    (void)state;
    assert_int_equal(sizeof rows / sizeof rows[0], SKEP_DTYPE_COUNT - 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(skep_dtype_name(rows[i].dtype), rows[i].name);
        assert_int_equal(skep_dtype_kind(rows[i].dtype), rows[i].kind);
        assert_int_equal(skep_dtype_size(rows[i].dtype), rows[i].size);
        assert_int_equal(skep_dtype_parse(rows[i].name), rows[i].dtype);
    }
}

/* Which dtype holds every value of which: computed in Python by carrying the extreme values of each across.
 */
static void test_view__lossless_pairs(void **state)
{
    static const char *const names[] = {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"};
    static const char *const table[] = {
        "11111111111", "01111000011", "00111000011", "00011000001", "00001000000", "00111111111",
        "00011011111", "00001001101", "00000000100", "00000000011", "00000000001",
    };

    (void)state;
    for (int i = 0; i < 11; i++) {
        for (int j = 0; j < 11; j++) {
            bool is_lossless = skep_dtype_is_lossless(skep_dtype_parse(names[i]), skep_dtype_parse(names[j]));
            if (is_lossless != (table[i][j] == '1')) {
                fail_msg("%s to %s", names[i], names[j]);
            }
        }
    }
}

/* Into a real every number goes, rounded if need be; into an integer only what it holds exactly. */
static void test_view__reals_take_every_number(void **state)
{
    static const int64_t large = (INT64_C(1) << 53) + 1;
    struct skep_view view;
    double rounded;

    (void)state;
    assert_true(skep_dtype_fits(SKEP_I8, SKEP_F8));
    assert_true(skep_dtype_fits(SKEP_F8, SKEP_F4));
    assert_true(skep_dtype_fits(SKEP_U1, SKEP_I2));
    assert_false(skep_dtype_fits(SKEP_F4, SKEP_I8));
    assert_false(skep_dtype_fits(SKEP_I8, SKEP_I4));
    assert_false(skep_dtype_fits(SKEP_DTYPE_NONE, SKEP_F8));
    skep_view_init(&view, &large, SKEP_I8, 0, NULL);
    skep_view_convert(&view, SKEP_F8, &rounded);
    assert_true(rounded == 0x1p53);
}

/* The strides of a new view are those of C order. */
static void test_view__init_is_c_order(void **state)
{
    static const int64_t shape[] = {2, 3, 4};
    double data[24] = {0};
    struct skep_view view;

    (void)state;
    skep_view_init(&view, data, SKEP_F8, 3, shape);
    assert_ptr_equal(view.data, data);
    assert_int_equal(view.strides[0], 12);
    assert_int_equal(view.strides[1], 4);
    assert_int_equal(view.strides[2], 1);
    assert_int_equal(skep_view_count(&view), 24);
    assert_true(skep_view_is_contiguous(&view));
}

/* A 0-dimensional view holds one element, an array with an axis of length 0 none. */
static void test_view__scalar_and_empty(void **state)
{
    static const int64_t shape[] = {3, 0, 5};
    double data = 2.5;
    double out[2] = {-1, -1};
    struct skep_view view;

    (void)state;
    skep_view_init(&view, &data, SKEP_F8, 0, NULL);
    assert_int_equal(skep_view_count(&view), 1);
    assert_true(skep_view_is_contiguous(&view));
    skep_view_copy_f8(&view, out);
    assert_true(out[0] == 2.5 && out[1] == -1);
    out[0] = -1;
    skep_view_copy(&view, out);
    assert_true(out[0] == 2.5 && out[1] == -1);

    skep_view_init(&view, &data, SKEP_F8, 3, shape);
    assert_int_equal(skep_view_count(&view), 0);
    assert_true(skep_view_is_contiguous(&view));
    out[0] = -1;
    skep_view_copy_f8(&view, out);
    skep_view_copy(&view, out);
    assert_true(out[0] == -1);
}

/* Contiguous means no gap and no turn; the stride of an axis of length 1 does not matter. */
static void test_view__contiguity(void **state)
{
    struct skep_view view = {.dtype = SKEP_F8, .ndim = 2, .shape = {3, 4}, .strides = {4, 1}};

    (void)state;
    assert_true(skep_view_is_contiguous(&view));
    view.strides[0] = 5;
    assert_false(skep_view_is_contiguous(&view));
    view = (struct skep_view){.dtype = SKEP_F8, .ndim = 2, .shape = {3, 4}, .strides = {1, 3}};
    assert_false(skep_view_is_contiguous(&view));
    view = (struct skep_view){.dtype = SKEP_F8, .ndim = 2, .shape = {1, 4}, .strides = {99, 1}};
    assert_true(skep_view_is_contiguous(&view));
    view = (struct skep_view){.dtype = SKEP_F8, .ndim = 1, .shape = {4}, .strides = {-1}};
    assert_false(skep_view_is_contiguous(&view));
    view = (struct skep_view){.dtype = SKEP_F8, .ndim = 1, .shape = {4}, .strides = {0}};
    assert_false(skep_view_is_contiguous(&view));
}

/* An element of each dtype becomes the double of the same value, and the integer where it is one. */
static void test_view__get_reads_every_dtype(void **state)
{
    static const uint8_t b1[] = {0, 1};
    static const int8_t i1[] = {0, INT8_MIN};
    static const int16_t i2[] = {0, INT16_MIN};
    static const int32_t i4[] = {0, INT32_MIN};
    static const int64_t i8[] = {0, -9007199254740992};
    static const uint8_t u1[] = {0, UINT8_MAX};
    static const uint16_t u2[] = {0, UINT16_MAX};
    static const uint32_t u4[] = {0, UINT32_MAX};
    static const uint64_t u8[] = {0, 9007199254740992};
    static const float f4[] = {0, -1.5F};
    static const double f8[] = {0, 0.1};
    static const struct {
        enum skep_dtype dtype;
        const void *data;
        double number;
    } cases[] = {
        {SKEP_B1, b1, 1},       {SKEP_I1, i1, -128}, {SKEP_I2, i2, -32768}, {SKEP_I4, i4, -2147483648.0},
        {SKEP_I8, i8, -0x1p53}, {SKEP_U1, u1, 255},  {SKEP_U2, u2, 65535},  {SKEP_U4, u4, 4294967295.0},
        {SKEP_U8, u8, 0x1p53},  {SKEP_F4, f4, -1.5}, {SKEP_F8, f8, 0.1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct skep_view view;
        skep_view_init(&view, cases[i].data, cases[i].dtype, 1, (const int64_t[]){2});
        assert_true(skep_view_get_f8(&view, 0) == 0);
        assert_true(skep_view_get_f8(&view, 1) == cases[i].number);
        if (skep_dtype_kind(cases[i].dtype) != 'f') {
            assert_int_equal(skep_view_get_i8(&view, 0), 0);
            assert_int_equal(skep_view_get_i8(&view, 1), (int64_t)cases[i].number);
        }
    }
}

/* A view with any strides, with as many dimensions as it likes, is copied as plain loops would copy it. */
static void test_view__copies_with_strides(void **state)
{
    int32_t data[120];
    int32_t out[24];
    double out_f8[24];
    /* data[4::-2, 3, 1::1, None] of an array of shape (5, 4, 6), and an axis repeated by a stride of zero. */
    struct skep_view view = {.data = data + 4 * 24 + 3 * 6 + 2,
                             .dtype = SKEP_I4,
                             .ndim = 3,
                             .shape = {3, 2, 4},
                             .strides = {-48, 0, 1}};
    int n = 0;

    (void)state;
    for (int i = 0; i < 120; i++) {
        data[i] = i;
    }
    skep_view_copy(&view, out);
    skep_view_copy_f8(&view, out_f8);
    for (int i = 4; i >= 0; i -= 2) {
        for (int twice = 0; twice < 2; twice++) {
            for (int k = 2; k < 6; k++) {
                assert_int_equal(out[n], i * 24 + 3 * 6 + k);
                assert_true(out_f8[n] == i * 24 + 3 * 6 + k);
                n++;
            }
        }
    }
    assert_int_equal(skep_view_count(&view), n);
}

/* Shapes are printed as NumPy prints them. */
static void test_view__formats_shapes(void **state)
{
    char text[64];

    (void)state;
    assert_string_equal(skep_shape_format(0, NULL, text, sizeof text), "()");
    assert_string_equal(skep_shape_format(1, (const int64_t[]){5}, text, sizeof text), "(5,)");
    assert_string_equal(skep_shape_format(2, (const int64_t[]){1000, 3}, text, sizeof text), "(1000, 3)");
    assert_string_equal(skep_shape_format(3, (const int64_t[]){0, 1, 2}, text, sizeof text), "(0, 1, 2)");
}

/* Elements become those of every dtype that can hold them: small numbers, and the ends of each type. */
static void test_view__converts_without_loss(void **state)
{
    static const int8_t of_i1[] = {-128, 0, 127};
    static const int16_t of_i2[] = {-32768, 0, 32767};
    static const int32_t of_i4[] = {INT32_MIN, 0, INT32_MAX};
    static const int64_t of_i8[] = {INT64_MIN, 0, INT64_MAX};
    static const uint8_t of_b1[] = {0, 1, 0}, of_u1[] = {0, 1, 255};
    static const uint16_t of_u2[] = {0, 1, 65535};
    static const uint32_t of_u4[] = {0, 1, UINT32_MAX};
    static const uint64_t of_u8[] = {0, 1, UINT64_MAX};
    static const float of_f4[] = {-0.0f, 1e-45f, 3e38f};
    static const double of_f8[] = {-0.0, 5e-324, 1e308};
    static const void *const data[SKEP_DTYPE_COUNT] = {
        [SKEP_B1] = of_b1, [SKEP_I1] = of_i1, [SKEP_I2] = of_i2, [SKEP_I4] = of_i4,
        [SKEP_I8] = of_i8, [SKEP_U1] = of_u1, [SKEP_U2] = of_u2, [SKEP_U4] = of_u4,
        [SKEP_U8] = of_u8, [SKEP_F4] = of_f4, [SKEP_F8] = of_f8};

    (void)state;
    for (int from = SKEP_B1; from < SKEP_DTYPE_COUNT; from++) {
        struct skep_view view, got;
        skep_view_init(&view, data[from], (enum skep_dtype)from, 1, (const int64_t[]){3});
        for (int to = SKEP_B1; to < SKEP_DTYPE_COUNT; to++) {
            double room[3] = {0};
            if (!skep_dtype_is_lossless((enum skep_dtype)from, (enum skep_dtype)to)) {
                continue;
            }
            skep_view_convert(&view, (enum skep_dtype)to, room);
            skep_view_init(&got, room, (enum skep_dtype)to, 1, (const int64_t[]){3});
            for (int i = 0; i < 3; i++) {
                assert_true(skep_view_get_f8(&got, i) == skep_view_get_f8(&view, i));
            }
        }
    }
}

/* Order is that of the view, not of its memory. */
static void test_view__converts_with_strides(void **state)
{
    static const int16_t numbers[] = {0, 1, 2, 3, 4, 5};
    const struct skep_view view = {
        .data = numbers + 5, .dtype = SKEP_I2, .ndim = 2, .shape = {3, 2}, .strides = {-1, -3}};
    int16_t same[6];
    double wide[6];

    (void)state;
    skep_view_convert(&view, SKEP_I2, same);
    skep_view_convert(&view, SKEP_F8, wide);
    for (int i = 0; i < 6; i++) {
        static const int16_t wanted[] = {5, 2, 4, 1, 3, 0};
        assert_true(same[i] == wanted[i] && wide[i] == wanted[i]);
    }
    skep_view_convert(&(struct skep_view){.dtype = SKEP_F4, .ndim = 1}, SKEP_F8, wide);
}

/* What is no dtype has harmless properties. */
static void test_view__refuses_unknown_dtypes(void **state)
{
    static const char *const names[] = {"", "none", "f2", "c16", "f80", "F8", "<f8", "O"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(skep_dtype_parse(names[i]), SKEP_DTYPE_NONE);
    }
    assert_string_equal(skep_dtype_name((enum skep_dtype)99), "none");
    assert_int_equal(skep_dtype_size(SKEP_DTYPE_NONE), 0);
    assert_int_equal(skep_dtype_kind(SKEP_DTYPE_COUNT), '\0');
    assert_false(skep_dtype_is_lossless(SKEP_DTYPE_NONE, SKEP_F8));
    assert_false(skep_dtype_is_lossless(SKEP_F8, SKEP_DTYPE_NONE));
}

/* A count that does not fit, or a negative length, is refused; a zero anywhere makes the count zero only if
 * the rest is a shape at all. */
static void test_view__shape_count_checks(void **state)
{
    (void)state;
    assert_int_equal(skep_shape_count(0, NULL), 1);
    assert_int_equal(skep_shape_count(2, (const int64_t[]){INT64_MAX, 1}), INT64_MAX);
    assert_int_equal(skep_shape_count(2, (const int64_t[]){INT64_MAX, 2}), -1);
    assert_int_equal(skep_shape_count(3, (const int64_t[]){INT64_C(1) << 32, INT64_C(1) << 31, 1}), -1);
    assert_int_equal(skep_shape_count(2, (const int64_t[]){3, -1}), -1);
    assert_int_equal(skep_shape_count(3, (const int64_t[]){0, INT64_MAX, 2}), -1);
    assert_int_equal(skep_shape_count(2, (const int64_t[]){0, 7}), 0);
}

/* A shape that does not fit into the buffer is cut and ended. */
static void test_view__format_is_cut(void **state)
{
    char text[8];

    (void)state;
    memset(text, 'x', sizeof text);
    skep_shape_format(3, (const int64_t[]){123, 456, 789}, text, 6);
    assert_string_equal(text, "(123,");
    assert_int_equal(text[6], 'x');
    assert_string_equal(skep_shape_format(3, (const int64_t[]){1, 2, 3}, text, 1), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_view__dtypes_are_those_of_numpy),
        cmocka_unit_test(test_view__lossless_pairs),
        cmocka_unit_test(test_view__reals_take_every_number),
        cmocka_unit_test(test_view__init_is_c_order),
        cmocka_unit_test(test_view__scalar_and_empty),
        cmocka_unit_test(test_view__contiguity),
        cmocka_unit_test(test_view__get_reads_every_dtype),
        cmocka_unit_test(test_view__copies_with_strides),
        cmocka_unit_test(test_view__converts_without_loss),
        cmocka_unit_test(test_view__converts_with_strides),
        cmocka_unit_test(test_view__formats_shapes),
        cmocka_unit_test(test_view__refuses_unknown_dtypes),
        cmocka_unit_test(test_view__shape_count_checks),
        cmocka_unit_test(test_view__format_is_cut),
    };
    return cmocka_run_group_tests_name("base/view", tests, NULL, NULL);
}
