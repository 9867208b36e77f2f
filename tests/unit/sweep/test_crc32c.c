/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "sweep/crc32c.h"

/* The definition, a bit at a time. */
static uint32_t crc_by_bits(const unsigned char *p, size_t n)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ UINT32_C(0x82f63b78) : crc >> 1;
        }
    }
    return ~crc;
}

/* The examples of RFC 3720, B.4, and the usual one. */
static void test_crc32c__gives_the_known_answers(void **state)
{
    unsigned char bytes[32];

    (void)state;
    assert_int_equal(skep_crc32c(0, "123456789", 9), 0xe3069283);
    assert_int_equal(skep_crc32c(0, "", 0), 0);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(skep_crc32c(0, bytes, 32), 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(skep_crc32c(0, bytes, 32), 0x62a8ab43);
    for (int i = 0; i < 32; i++) {
        bytes[i] = (unsigned char)i;
    }
    assert_int_equal(skep_crc32c(0, bytes, 32), 0x46dd794e);
    for (int i = 0; i < 32; i++) {
        bytes[i] = (unsigned char)(31 - i);
    }
    assert_int_equal(skep_crc32c(0, bytes, 32), 0x113fdb5c);
}

/* The instruction and the tables give what the definition gives, at every length and alignment. */
static void test_crc32c__is_the_same_in_every_way(void **state)
{
    unsigned char bytes[200];
    uint32_t noise = 1;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        noise = noise * 1664525 + 1013904223;
        bytes[i] = (unsigned char)(noise >> 24);
    }
    for (size_t from = 0; from < 9; from++) {
        for (size_t n = 0; from + n <= sizeof bytes; n++) {
            uint32_t want = crc_by_bits(bytes + from, n);
            assert_int_equal(skep_crc32c(0, bytes + from, n), want);
            assert_int_equal(skep_crc32c_plain(0, bytes + from, n), want);
        }
    }
}

/* A checksum goes on where it stopped. */
static void test_crc32c__goes_on(void **state)
{
    static const char text[] = "123456789";

    (void)state;
    for (size_t cut = 0; cut <= 9; cut++) {
        uint32_t crc = skep_crc32c(0, text, cut);
        assert_int_equal(skep_crc32c(crc, &text[cut], 9 - cut), 0xe3069283);
        crc = skep_crc32c_plain(0, text, cut);
        assert_int_equal(skep_crc32c_plain(crc, &text[cut], 9 - cut), 0xe3069283);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc32c__gives_the_known_answers),
        cmocka_unit_test(test_crc32c__is_the_same_in_every_way),
        cmocka_unit_test(test_crc32c__goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
