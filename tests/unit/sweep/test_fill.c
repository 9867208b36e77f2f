/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "sweep/crc32c.h"
#include "sweep/fill.h"

/* Texts become the bytes that NumPy has for them (little endian; turned round on other machines). */
static void test_fill__has_the_bytes_of_numpy(void **state)
{
    static const struct {
        const char *text;
        enum skep_dtype dtype;
        const char *bytes;
    } cases[] = {
        {"nan", SKEP_F8, "\0\0\0\0\0\0\xf8\x7f"},
        {NULL, SKEP_F8, "\0\0\0\0\0\0\xf8\x7f"},
        {"nan", SKEP_F4, "\0\0\xc0\x7f"},
        {"-1.5", SKEP_F8, "\0\0\0\0\0\0\xf8\xbf"},
        {"1e-3", SKEP_F4, "\x6f\x12\x83\x3a"},
        {"-inf", SKEP_F4, "\0\0\x80\xff"},
        {NULL, SKEP_I4, "\0\0\0\0"},
        {"-1", SKEP_I1, "\xff"},
        {"-128", SKEP_I1, "\x80"},
        {"-2", SKEP_I2, "\xfe\xff"},
        {"-2147483648", SKEP_I4, "\0\0\0\x80"},
        {"-9223372036854775808", SKEP_I8, "\0\0\0\0\0\0\0\x80"},
        {"255", SKEP_U1, "\xff"},
        {"18446744073709551615", SKEP_U8, "\xff\xff\xff\xff\xff\xff\xff\xff"},
        {"258", SKEP_U2, "\x02\x01"},
        {"true", SKEP_B1, "\x01"},
        {"0", SKEP_B1, "\0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct skep_fill fill;
        assert_int_equal(skep_fill_parse(&fill, cases[i].text, cases[i].dtype, NULL), SKEP_OK);
        assert_int_equal(fill.size, skep_dtype_size(cases[i].dtype));
        for (size_t k = 0; k < fill.size; k++) {
            size_t place = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? k : fill.size - 1 - k;
            assert_int_equal(fill.bytes[place], (unsigned char)cases[i].bytes[k]);
        }
    }
}

/* Every byte of a stretch is filled, whatever its length, and none behind it; the checksum is that of the
 * bytes. */
static void test_fill__fills(void **state)
{
    struct skep_fill fill;
    unsigned char bytes[10016];

    (void)state;
    assert_int_equal(skep_fill_parse(&fill, "-3", SKEP_I4, NULL), SKEP_OK);
    for (size_t n = 0; n <= 10000; n += n < 100 ? 4 : 1236) {
        memset(bytes, 0xaa, sizeof bytes);
        skep_fill_put(&fill, bytes, n);
        for (size_t i = 0; i < n; i += 4) {
            assert_memory_equal(bytes + i, fill.bytes, 4);
        }
        assert_int_equal(bytes[n], 0xaa);
        assert_int_equal(skep_fill_crc(&fill, (int64_t)n), skep_crc32c(0, bytes, n));
    }
}

/* What a dtype does not have is refused by name. */
static void test_fill__refuses_what_does_not_fit(void **state)
{
    static const struct {
        const char *text;
        enum skep_dtype dtype;
    } cases[] = {
        {"nan", SKEP_I4}, {"1.5", SKEP_I8},   {"128", SKEP_I1},       {"-129", SKEP_I1},  {"-1", SKEP_U4},
        {"256", SKEP_U1}, {"2", SKEP_B1},     {"1e39", SKEP_F4},      {"1e999", SKEP_F8}, {"", SKEP_F8},
        {"x", SKEP_F8},   {"65536", SKEP_U2}, {"0", SKEP_DTYPE_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct skep_fill fill;
        struct skep_error err = {0};
        assert_int_equal(skep_fill_parse(&fill, cases[i].text, cases[i].dtype, &err), SKEP_E_BAD_ARGS);
        assert_non_null(strstr(err.text, skep_dtype_name(cases[i].dtype)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fill__has_the_bytes_of_numpy),
        cmocka_unit_test(test_fill__fills),
        cmocka_unit_test(test_fill__refuses_what_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
