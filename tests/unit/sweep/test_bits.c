/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "sweep/bits.h"

/* A plain loop over the same bits. */
static int64_t plain_next(const unsigned char *bits, int64_t n, int64_t from, bool value)
{
    while (from < n && (bits[from / 8] >> from % 8 & 1) != value) {
        from++;
    }
    return from < n ? from : n;
}

/* Next bits and counts are those of a plain loop, for every length and beginning. */
static void test_bits__are_found_and_counted(void **state)
{
    static const int densities[] = {2, 3, 40, 500};
    uint32_t noise = 3;

    (void)state;
    for (size_t d = 0; d < sizeof densities / sizeof densities[0]; d++) {
        unsigned char bits[40] = {0};
        for (int64_t i = 0; i < 320; i++) {
            noise = noise * 1664525 + 1013904223;
            if ((noise >> 16) % (unsigned)densities[d] == 0) {
                skep_bits_set(bits, i);
                assert_true(skep_bits_get(bits, i));
            }
        }
        for (int inverted = 0; inverted < 2; inverted++) {
            for (int64_t n = 0; n <= 320; n++) {
                int64_t count = 0;
                for (int64_t i = 0; i < n; i++) {
                    count += skep_bits_get(bits, i);
                }
                assert_int_equal(skep_bits_count(bits, n), count);
                for (int64_t from = 0; from <= n; from += 7) {
                    assert_int_equal(skep_bits_next(bits, n, from, true), plain_next(bits, n, from, true));
                    assert_int_equal(skep_bits_next(bits, n, from, false), plain_next(bits, n, from, false));
                }
            }
            for (size_t i = 0; i < sizeof bits; i++) {
                bits[i] = (unsigned char)~bits[i];
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits__are_found_and_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
