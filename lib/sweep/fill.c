/* SPDX-License-Identifier: MIT */
#include "sweep/fill.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "sweep/crc32c.h"

const char *skep_fill_default(enum skep_dtype dtype)
{
    return skep_dtype_kind(dtype) == 'f' ? "nan" : "0";
}

static bool fill_parse_real(const char *text, enum skep_dtype dtype, struct skep_fill *fill)
{
    double number;
    float single;

    if (!skep_parse_f64(text, strlen(text), &number)) {
        return false;
    }
    if (dtype == SKEP_F8) {
        memcpy(fill->bytes, &number, sizeof number);
        return true;
    }
    single = (float)number;
    memcpy(fill->bytes, &single, sizeof single);
    return !isinf(single) || isinf(number);
}

/* The low bytes of a number of 64 bits, in the machine's order. */
static void fill_put_integer(struct skep_fill *fill, uint64_t number)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    number <<= 8 * (sizeof number - fill->size);
#endif
    memcpy(fill->bytes, &number, fill->size);
}

static bool fill_parse_signed(const char *text, struct skep_fill *fill)
{
    const int64_t most = INT64_MAX >> (64 - 8 * fill->size);
    int64_t number;

    if (!skep_parse_i64(text, strlen(text), &number) || number > most || number < -most - 1) {
        return false;
    }
    fill_put_integer(fill, (uint64_t)number);
    return true;
}

static bool fill_parse_unsigned(const char *text, uint64_t most, struct skep_fill *fill)
{
    uint64_t number;

    if (!skep_parse_u64(text, strlen(text), &number) || number > most) {
        return false;
    }
    fill_put_integer(fill, number);
    return true;
}

static bool fill_parse_bool(const char *text, struct skep_fill *fill)
{
    text = strcmp(text, "false") == 0 ? "0" : strcmp(text, "true") == 0 ? "1" : text;
    return fill_parse_unsigned(text, 1, fill);
}

skep_status skep_fill_parse(struct skep_fill *fill, const char *text, enum skep_dtype dtype,
                            struct skep_error *err)
{
    bool is_good = false;

    memset(fill, 0, sizeof *fill);
    fill->size = skep_dtype_size(dtype);
    text = text != NULL ? text : skep_fill_default(dtype);
    switch (skep_dtype_kind(dtype)) {
    case 'f':
        is_good = fill_parse_real(text, dtype, fill);
        break;
    case 'i':
        is_good = fill_parse_signed(text, fill);
        break;
    case 'u':
        is_good = fill_parse_unsigned(text, UINT64_MAX >> (64 - 8 * fill->size), fill);
        break;
    case 'b':
        is_good = fill_parse_bool(text, fill);
        break;
    default:
        break;
    }
    if (is_good) {
        return SKEP_OK;
    }
    return skep_error_set(err, SKEP_E_BAD_ARGS, "fill: '%.40s' is no %s%s", text, skep_dtype_name(dtype),
                          strcmp(text, "nan") == 0 ? ": --dtype f8 has a NaN" : "");
}

void skep_fill_put(const struct skep_fill *fill, void *to, size_t n)
{
    char *bytes = to;
    size_t done = fill->size < n ? fill->size : n;

    assert(fill->size > 0 && n % fill->size == 0);
    memcpy(bytes, fill->bytes, done);
    for (; done < n; done *= 2) {
        memcpy(bytes + done, bytes, done < n - done ? done : n - done);
    }
}

uint32_t skep_fill_crc(const struct skep_fill *fill, int64_t n_bytes)
{
    char piece[4096];
    uint32_t crc = 0;

    skep_fill_put(fill, piece, sizeof piece);
    while (n_bytes > 0) {
        size_t n = n_bytes < (int64_t)sizeof piece ? (size_t)n_bytes : sizeof piece;
        crc = skep_crc32c(crc, piece, n);
        n_bytes -= (int64_t)n;
    }
    return crc;
}
