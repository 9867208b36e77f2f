/* SPDX-License-Identifier: MIT */
/* Eight bytes at a time: one instruction where SSE4.2 has it, else eight tables ("slicing by 8", Kounavis and
 * Berry, IEEE Trans. Comp. 57 (2008) 1550). A checksum is linear in the bits of its input, so the 256 entries
 * of a table follow from those of the bytes 1, 2, 4, ..., 128, and these are all that is written down here.
 */
#include "sweep/crc32c.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

/* Entry I of a table with the entries A to H for the eight powers of two. */
#define CRC_BIT(i, bit, value) (((i) >> (bit)&1) * UINT32_C(value))
#define CRC_ENTRY(i, a, b, c, d, e, f, g, h)                                                                 \
    (CRC_BIT(i, 0, a) ^ CRC_BIT(i, 1, b) ^ CRC_BIT(i, 2, c) ^ CRC_BIT(i, 3, d) ^ CRC_BIT(i, 4, e) ^          \
     CRC_BIT(i, 5, f) ^ CRC_BIT(i, 6, g) ^ CRC_BIT(i, 7, h))
#define CRC_4(i, ...)                                                                                        \
    CRC_ENTRY(i, __VA_ARGS__), CRC_ENTRY((i) + 1, __VA_ARGS__), CRC_ENTRY((i) + 2, __VA_ARGS__),             \
        CRC_ENTRY((i) + 3, __VA_ARGS__)
#define CRC_16(i, ...)                                                                                       \
    CRC_4(i, __VA_ARGS__), CRC_4((i) + 4, __VA_ARGS__), CRC_4((i) + 8, __VA_ARGS__),                         \
        CRC_4((i) + 12, __VA_ARGS__)
#define CRC_64(i, ...)                                                                                       \
    CRC_16(i, __VA_ARGS__), CRC_16((i) + 16, __VA_ARGS__), CRC_16((i) + 32, __VA_ARGS__),                    \
        CRC_16((i) + 48, __VA_ARGS__)
#define CRC_TABLE(...)                                                                                       \
    {                                                                                                        \
        CRC_64(0u, __VA_ARGS__), CRC_64(64u, __VA_ARGS__), CRC_64(128u, __VA_ARGS__),                        \
            CRC_64(192u, __VA_ARGS__)                                                                        \
    }

/* Table K: what a byte leaves that is followed by K bytes of zero. The polynomial is 0x1edc6f41, its bits
 * reversed 0x82f63b78: the entry of 128 in the first. */
static const uint32_t crc_tables[8][256] = {
    CRC_TABLE(0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf, 0x105ec76f, 0x20bd8ede, 0x417b1dbc, 0x82f63b78),
    CRC_TABLE(0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8, 0x3fc5f181, 0x7f8be302, 0xff17c604, 0xfbc3faf9),
    CRC_TABLE(0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5, 0x70a27d8a, 0xe144fb14, 0xc76580d9, 0x8b277743),
    CRC_TABLE(0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6, 0xe964b13d, 0xd725148b, 0xaba65fe7, 0x52a0c93f),
    CRC_TABLE(0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91, 0x8f2261d3, 0x1ba8b557, 0x37516aae, 0x6ea2d55c),
    CRC_TABLE(0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f, 0xc00c303e, 0x85f4168d, 0x0e045beb, 0x1c08b7d6),
    CRC_TABLE(0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53, 0x9c5bfaa6, 0x3d5b83bd, 0x7ab7077a, 0xf56e0ef4),
    CRC_TABLE(0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da, 0x847609b4, 0x0d006599, 0x1a00cb32, 0x34019664),
};

static uint64_t crc_load(const unsigned char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

uint32_t skep_crc32c_plain(uint32_t crc, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;

    crc = ~crc;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t word = crc_load(p) ^ crc;
        crc = 0;
        for (unsigned k = 0; k < 8; k++) {
            crc ^= crc_tables[7 - k][word >> 8 * k & 0xff];
        }
    }
    for (; n > 0; n--, p++) {
        crc = crc >> 8 ^ crc_tables[0][(crc ^ *p) & 0xff];
    }
    return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc_sse42(uint32_t crc, const unsigned char *p, size_t n)
{
    uint64_t state = ~crc;

    for (; n >= 8; n -= 8, p += 8) {
        state = _mm_crc32_u64(state, crc_load(p));
    }
    crc = (uint32_t)state;
    for (; n > 0; n--, p++) {
        crc = _mm_crc32_u8(crc, *p);
    }
    return ~crc;
}
#endif

uint32_t skep_crc32c(uint32_t crc, const void *bytes, size_t n)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) {
        return crc_sse42(crc, bytes, n);
    }
#endif
    return skep_crc32c_plain(crc, bytes, n);
}
