/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include "kernel/arrays/reader.h"

/* All elements of a view, in its own dtype, and the length of each piece. */
static int64_t read_all(const struct skep_view *view, enum skep_reader_form form, void *out)
{
    static struct skep_reader_room room;
    size_t size = skep_dtype_size(skep_reader_dtype(view->dtype, form));
    struct skep_reader reader;
    const void *x;
    int64_t n, done = 0;

    skep_reader_init(&reader, view, form, &room);
    while ((n = skep_reader_next(&reader, &x)) > 0) {
        memcpy((char *)out + (size_t)done * size, x, (size_t)n * size);
        done += n;
        assert_true(n == SKEP_SPAN || done == skep_view_count(view));
    }
    assert_int_equal(skep_reader_next(&reader, &x), 0);
    return done;
}

/* A turned matrix comes in the same pieces as a copy of it, whatever the size of its elements. */
static void test_reader__strides_and_sizes(void **state)
{
    static const int64_t shape[] = {90, 70};
    static const enum skep_dtype dtypes[] = {SKEP_I1, SKEP_U2, SKEP_I4, SKEP_F8};
    static unsigned char pool[6300 * 8], copy[6300 * 8], out[6300 * 8];
    uint64_t chance = 1;

    (void)state;
    for (size_t i = 0; i < sizeof pool; i++) {
        pool[i] = (unsigned char)(test_chance(&chance) % 100);
    }
    for (int i = 0; i < 4; i++) {
        struct skep_view view;

        skep_view_init(&view, pool, dtypes[i], 2, shape);
        view.strides[0] = 1;
        view.strides[1] = 90;
        skep_view_copy(&view, copy);
        assert_int_equal(read_all(&view, SKEP_READER_OWN, out), 6300);
        assert_memory_equal(out, copy, 6300 * skep_dtype_size(dtypes[i]));
    }
}

/* A contiguous view is not copied. */
static void test_reader__no_copies_without_need(void **state)
{
    static double x[5000];
    static struct skep_reader_room room;
    int64_t n = 5000;
    struct skep_view view;
    struct skep_reader reader;
    const void *piece;

    (void)state;
    skep_view_init(&view, x, SKEP_F8, 1, &n);
    skep_reader_init(&reader, &view, SKEP_READER_DOUBLES, &room);
    for (int64_t done = 0; done < n; done += SKEP_SPAN) {
        assert_true(skep_reader_next(&reader, &piece) > 0);
        assert_ptr_equal(piece, x + done);
    }
}

/* Truths are 0 and 1, floats doubles; as doubles everything is. */
static void test_reader__forms(void **state)
{
    static const uint8_t b1[] = {0, 1, 255};
    static const float f4[] = {0.5f, -1.5f, 3.0f};
    static const int16_t i2[] = {-5, 0, 32767};
    static const uint64_t u8[] = {1, UINT64_MAX, 1};
    int64_t n = 3, stride_check = 2;
    struct skep_view view;
    uint8_t bytes[3];
    double doubles[3];

    (void)state;
    skep_view_init(&view, b1, SKEP_B1, 1, &n);
    read_all(&view, SKEP_READER_OWN, bytes);
    assert_true(bytes[0] == 0 && bytes[1] == 1 && bytes[2] == 1);
    read_all(&view, SKEP_READER_DOUBLES, doubles);
    assert_true(doubles[0] == 0 && doubles[1] == 1 && doubles[2] == 1);
    skep_view_init(&view, f4, SKEP_F4, 1, &n);
    assert_int_equal(skep_reader_dtype(SKEP_F4, SKEP_READER_OWN), SKEP_F8);
    read_all(&view, SKEP_READER_OWN, doubles);
    assert_true(doubles[0] == 0.5 && doubles[1] == -1.5 && doubles[2] == 3.0);
    skep_view_init(&view, i2, SKEP_I2, 1, &n);
    read_all(&view, SKEP_READER_DOUBLES, doubles);
    assert_true(doubles[0] == -5 && doubles[2] == 32767);
    skep_view_init(&view, u8, SKEP_U8, 1, &stride_check);
    view.strides[0] = 0; /* one element, twice */
    view.data = &u8[1];
    assert_int_equal(read_all(&view, SKEP_READER_DOUBLES, doubles), 2);
    assert_true(doubles[0] == 0x1p64 && doubles[1] == 0x1p64);
}

/* Nothing comes in no pieces, a number without axes in one. */
static void test_reader__of_nothing_and_of_a_number(void **state)
{
    static const int64_t shape[] = {3, 0, 2};
    double x = 2.5, out = 0;
    struct skep_view view;

    (void)state;
    skep_view_init(&view, &x, SKEP_F8, 3, shape);
    view.strides[0] = 7;
    assert_int_equal(read_all(&view, SKEP_READER_OWN, &out), 0);
    skep_view_init(&view, &x, SKEP_F8, 0, NULL);
    assert_int_equal(read_all(&view, SKEP_READER_OWN, &out), 1);
    assert_true(out == 2.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader__strides_and_sizes),
        cmocka_unit_test(test_reader__no_copies_without_need),
        cmocka_unit_test(test_reader__forms),
        cmocka_unit_test(test_reader__of_nothing_and_of_a_number),
    };
    return cmocka_run_group_tests_name("kernel/reader", tests, NULL, NULL);
}
