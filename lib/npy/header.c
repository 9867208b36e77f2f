/* SPDX-License-Identifier: MIT */
/* A .npy file starts so (numpy.lib.format):
 *
 *     0x93 'N' 'U' 'M' 'P' 'Y'   magic
 *     major minor                1 0, 2 0 or 3 0
 *     length                     of the text: 2 bytes in version 1, 4 in 2 and 3, little-endian
 *     text                       {'descr': '<f8', 'fortran_order': False, 'shape': (1000, 3), }
 *     data
 *
 * The text is a Python literal and NumPy evaluates it. Here a reader for exactly this dictionary walks it:
 * three keys, each once, in any order, and for each the one kind of value it can have. */
#include "npy/header.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"

struct header_text {
    const char *at;
    const char *end;
};

struct header_word {
    const char *at;
    int n;
};

enum header_key { KEY_DESCR, KEY_FORTRAN, KEY_SHAPE, KEY_COUNT };

static const char *const key_names[KEY_COUNT] = {"descr", "fortran_order", "shape"};

static skep_status header_malformed(struct skep_error *err, const char *what)
{
    return skep_error_set(err, SKEP_E_ARRAY_INVALID, "malformed .npy header: %s", what);
}

/* ---- the pieces of a literal ---- */

static void text_skip_space(struct header_text *text)
{
    while (text->at < text->end && (*text->at == ' ' || *text->at == '\n' || *text->at == '\t')) {
        text->at++;
    }
}

/* The next character that is no space, or '\0' at the end. */
static char text_peek(struct header_text *text)
{
    text_skip_space(text);
    return text->at < text->end ? *text->at : '\0';
}

static bool text_accept(struct header_text *text, char c)
{
    if (text_peek(text) != c) {
        return false;
    }
    text->at++;
    return true;
}

static bool text_accept_word(struct header_text *text, const char *word)
{
    size_t n = strlen(word);

    text_skip_space(text);
    if ((size_t)(text->end - text->at) < n || memcmp(text->at, word, n) != 0) {
        return false;
    }
    text->at += n;
    return true;
}

/* 'text' or "text", without escapes and in printable ASCII: the words that NumPy writes are so, and what is
 * let through here may be shown in an error. */
static bool text_string(struct header_text *text, struct header_word *word_out)
{
    char quote = text_peek(text);

    if (quote != '\'' && quote != '"') {
        return false;
    }
    word_out->at = ++text->at;
    while (text->at < text->end && *text->at != quote) {
        if (*text->at < ' ' || *text->at > '~' || *text->at == '\\') {
            return false;
        }
        text->at++;
    }
    if (text->at == text->end) {
        return false;
    }
    word_out->n = (int)(text->at++ - word_out->at);
    return true;
}

static bool text_length(struct header_text *text, int64_t *length_out)
{
    const char *from;

    text_skip_space(text);
    from = text->at;
    while (text->at < text->end && *text->at >= '0' && *text->at <= '9') {
        text->at++;
    }
    if (!skep_parse_i64(from, (size_t)(text->at - from), length_out)) {
        return false;
    }
    if (text->at < text->end && *text->at == 'L') {
        text->at++; /* Python 2 wrote long integers so, and NumPy still reads them. */
    }
    return true;
}

/* ---- the three values ---- */

/* "f2" and its like are refused by name: the user should not have to guess what is wrong with the file. */
static skep_status refuse_dtype(struct header_word descr, struct skep_error *err)
{
    static const struct {
        const char *codes;
        const char *words;
    } kinds[] = {{"O", " (Python objects)"}, {"c", " (complex numbers)"}, {"f", " (floating point)"},
                 {"Sa", " (byte strings)"},  {"U", " (strings)"},         {"V", " (raw bytes or records)"},
                 {"M", " (dates)"},          {"m", " (durations)"},       {"iu", " (integers)"}};
    const char *words = "";

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && descr.n > 1; i++) {
        if (strchr(kinds[i].codes, descr.at[1]) != NULL) {
            words = kinds[i].words;
        }
    }
    return skep_error_set(err, SKEP_E_ARRAY_INVALID,
                          "dtype '%.*s'%s is not one that skep computes on (b1, i1 to i8, u1 to u8, f4, f8)",
                          descr.n < 32 ? descr.n : 32, descr.at, words);
}

static skep_status parse_descr(struct header_text *text, struct skep_npy_header *header,
                               struct skep_error *err)
{
    const char native = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '<' : '>';
    struct header_word descr;
    char name[3] = "";
    size_t size;

    if (text_peek(text) == '[' || text_peek(text) == '(') {
        return skep_error_set(err, SKEP_E_ARRAY_INVALID, "structured dtypes are not computed on by skep");
    }
    if (!text_string(text, &descr)) {
        return header_malformed(err, "descr is not a string");
    }
    if (descr.n != 3) {
        return refuse_dtype(descr, err);
    }
    memcpy(name, descr.at + 1, 2);
    header->dtype = skep_dtype_parse(name);
    size = skep_dtype_size(header->dtype);
    if (size == 0 || strchr(size == 1 ? "<>|=" : "<>=", descr.at[0]) == NULL) {
        return refuse_dtype(descr, err);
    }
    header->is_swapped = size > 1 && descr.at[0] != '=' && descr.at[0] != native;
    return SKEP_OK;
}

static skep_status parse_fortran(struct header_text *text, struct skep_npy_header *header,
                                 struct skep_error *err)
{
    if (text_accept_word(text, "True")) {
        header->is_fortran = true;
    } else if (!text_accept_word(text, "False")) {
        return header_malformed(err, "fortran_order is neither True nor False");
    }
    return SKEP_OK;
}

static skep_status parse_shape(struct header_text *text, struct skep_npy_header *header,
                               struct skep_error *err)
{
    bool has_comma = false;

    if (!text_accept(text, '(')) {
        return header_malformed(err, "shape is not a tuple");
    }
    while (text_peek(text) != ')') {
        if (header->ndim == SKEP_MAX_DIMS) {
            return header_malformed(err, "more than 32 dimensions");
        }
        if ((header->ndim > 0 && !has_comma) || !text_length(text, &header->shape[header->ndim])) {
            return header_malformed(err, "shape is not a tuple of lengths");
        }
        header->ndim++;
        has_comma = text_accept(text, ',');
    }
    text_accept(text, ')');
    if (header->ndim == 1 && !has_comma) {
        return header_malformed(err, "shape is not a tuple"); /* (3) is a number in Python, (3,) a tuple */
    }
    return SKEP_OK;
}

static int parse_key(struct header_text *text)
{
    struct header_word word;

    if (!text_string(text, &word)) {
        return KEY_COUNT;
    }
    for (int key = 0; key < KEY_COUNT; key++) {
        if ((size_t)word.n == strlen(key_names[key]) &&
            memcmp(word.at, key_names[key], (size_t)word.n) == 0) {
            return key;
        }
    }
    return KEY_COUNT;
}

static skep_status parse_dict(struct header_text *text, struct skep_npy_header *header,
                              struct skep_error *err)
{
    static skep_status (*const parse_value[KEY_COUNT])(struct header_text *, struct skep_npy_header *,
                                                       struct skep_error *) = {parse_descr, parse_fortran,
                                                                               parse_shape};
    bool is_seen[KEY_COUNT] = {false};
    bool has_comma = true;

    if (!text_accept(text, '{')) {
        return header_malformed(err, "not a dictionary");
    }
    while (text_peek(text) != '}') {
        int key = has_comma ? parse_key(text) : KEY_COUNT;
        skep_status st;
        if (key == KEY_COUNT || is_seen[key] || !text_accept(text, ':')) {
            return header_malformed(err, "not the keys descr, fortran_order and shape, each once");
        }
        st = parse_value[key](text, header, err);
        if (st != SKEP_OK) {
            return st;
        }
        is_seen[key] = true;
        has_comma = text_accept(text, ',');
    }
    text_accept(text, '}');
    if (!is_seen[KEY_DESCR] || !is_seen[KEY_FORTRAN] || !is_seen[KEY_SHAPE]) {
        return header_malformed(err, "not the keys descr, fortran_order and shape, each once");
    }
    text_skip_space(text);
    return text->at == text->end ? SKEP_OK : header_malformed(err, "something follows the dictionary");
}

/* ---- around the text ---- */

/* Where the text lies within the first N bytes of a file. */
static skep_status find_text(const unsigned char *bytes, size_t n, uint64_t file_bytes,
                             struct header_text *text_out, struct skep_error *err)
{
    static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
    size_t from, length;

    if (n < 10 || memcmp(bytes, magic, sizeof magic) != 0) {
        return skep_error_set(err, SKEP_E_ARRAY_INVALID, "not a .npy file");
    }
    if (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0) {
        return skep_error_set(err, SKEP_E_ARRAY_INVALID, ".npy version %d.%d is none of 1.0, 2.0, 3.0",
                              bytes[6], bytes[7]);
    }
    from = bytes[6] == 1 ? 10 : 12;
    length = bytes[8] + ((size_t)bytes[9] << 8);
    if (bytes[6] > 1 && n >= 12) {
        length += ((size_t)bytes[10] << 16) + ((size_t)bytes[11] << 24);
    }
    if (from + length > file_bytes) {
        return skep_error_set(err, SKEP_E_ARRAY_INVALID,
                              "truncated: the header alone claims %zu bytes, the file has %llu",
                              from + length, (unsigned long long)file_bytes);
    }
    if (from + length > n) {
        return skep_error_set(err, SKEP_E_ARRAY_INVALID,
                              "a .npy header of %zu bytes is larger than allowed (%d)", from + length,
                              SKEP_NPY_HEADER_READ);
    }
    *text_out = (struct header_text){(const char *)bytes + from, (const char *)bytes + from + length};
    return SKEP_OK;
}

static skep_status check_size(struct skep_npy_header *header, uint64_t file_bytes, struct skep_error *err)
{
    int64_t count = skep_shape_count(header->ndim, header->shape);
    size_t bytes;
    char shape[64];

    skep_shape_format(header->ndim, header->shape, shape, sizeof shape);
    if (count < 0 || __builtin_mul_overflow((uint64_t)count, skep_dtype_size(header->dtype), &bytes) ||
        bytes > INT64_MAX) {
        return skep_error_set(err, SKEP_E_ARRAY_INVALID, "malformed .npy header: no file holds the shape %s",
                              shape);
    }
    if (bytes > file_bytes - header->data_offset) {
        return skep_error_set(
            err, SKEP_E_ARRAY_INVALID,
            "truncated: shape %s of %s needs %zu bytes behind the header, the file has %llu", shape,
            skep_dtype_name(header->dtype), bytes, (unsigned long long)(file_bytes - header->data_offset));
    }
    header->data_bytes = bytes;
    return SKEP_OK;
}

skep_status skep_npy_header_parse(const void *bytes, size_t n, uint64_t file_bytes,
                                  struct skep_npy_header *header_out, struct skep_error *err)
{
    struct skep_npy_header header = {0};
    struct header_text text;
    skep_status st = find_text(bytes, n, file_bytes, &text, err);

    if (st != SKEP_OK) {
        return st;
    }
    header.data_offset = (size_t)(text.end - (const char *)bytes);
    st = parse_dict(&text, &header, err);
    if (st == SKEP_OK) {
        st = check_size(&header, file_bytes, err);
    }
    if (st == SKEP_OK) {
        *header_out = header;
    }
    return st;
}

void skep_npy_header_view(const struct skep_npy_header *header, const void *data, struct skep_view *view_out)
{
    int64_t stride = 1;

    skep_view_init(view_out, data, header->dtype, header->ndim, header->shape);
    for (int i = 0; i < header->ndim && header->is_fortran; i++) {
        view_out->strides[i] = stride;
        stride *= header->shape[i] > 0 ? header->shape[i] : 1;
    }
}

size_t skep_npy_header_write(enum skep_dtype dtype, int ndim, const int64_t *shape, void *out, size_t size)
{
    char text[SKEP_NPY_HEADER_MAX];
    const char order = skep_dtype_size(dtype) == 1                 ? '|'
                       : __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '<'
                                                                   : '>';
    size_t used, total;

    used = (size_t)snprintf(text, sizeof text, "{'descr': '%c%s', 'fortran_order': False, 'shape': (", order,
                            skep_dtype_name(dtype));
    for (int i = 0; i < ndim; i++) {
        /* At most 32 lengths of 19 digits: the text cannot be full. */
        used += (size_t)snprintf(text + used, sizeof text - used, i == 0 ? "%lld," : " %lld,",
                                 (long long)shape[i]);
    }
    if (ndim > 1) {
        used--; /* (3, 4) but (3,) */
    }
    used += (size_t)snprintf(text + used, sizeof text - used, "), }");
    total = (10 + used + 1 + 63) / 64 * 64;
    if (total > size) {
        return 0;
    }
    memset(out, ' ', total);
    memcpy(out, "\x93NUMPY\x01\x00", 8);
    ((unsigned char *)out)[8] = (unsigned char)((total - 10) & 0xff);
    ((unsigned char *)out)[9] = (unsigned char)((total - 10) >> 8);
    memcpy((char *)out + 10, text, used);
    ((char *)out)[total - 1] = '\n';
    return total;
}
