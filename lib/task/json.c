/* SPDX-License-Identifier: MIT */
#include "task/json.h"

#include <math.h>
#include <string.h>

#include "task/number.h"
#include "task/text.h"

/* Bytes that may stand in a string as they are. DEL is legal JSON but no good on a terminal. */
static bool byte_is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

static void text_add_escape(struct skep_buf *buf, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    static const char short_forms[] =
        "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: byte, letter behind the backslash */
    char escape[] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};

    for (size_t i = 0; i + 1 < sizeof short_forms; i += 2) {
        if ((unsigned char)short_forms[i] == byte) {
            escape[1] = short_forms[i + 1];
            skep_buf_add(buf, escape, 2);
            return;
        }
    }
    skep_buf_add(buf, escape, sizeof escape);
}

/* One character that is not plain. Returns the bytes it had. */
static size_t text_add_character(struct skep_buf *buf, const char *text, size_t n)
{
    size_t length = skep_utf8_length(text, n);

    if (length == 0) {
        skep_buf_add_text(buf, "\xEF\xBF\xBD"); /* U+FFFD */
        return 1;
    }
    if (length == 1) {
        text_add_escape(buf, (unsigned char)text[0]);
        return 1;
    }
    skep_buf_add(buf, text, length);
    return length;
}

/* Most texts have nothing to escape: they are copied while they are looked at. Returns how many bytes went.
 */
static size_t text_add_plain(struct skep_buf *buf, const char *text, size_t n)
{
    char *to = skep_buf_reserve(buf, n);
    size_t i = 0;

    if (to == NULL) {
        return n;
    }
    while (i < n && byte_is_plain((unsigned char)text[i])) {
        to[i] = text[i];
        i++;
    }
    to[i] = '\0';
    buf->length += i;
    return i;
}

void skep_json_add_text(struct skep_buf *buf, const char *text, size_t n)
{
    skep_buf_add_char(buf, '"');
    for (size_t i = text_add_plain(buf, text, n); i < n; i += text_add_plain(buf, text + i, n - i)) {
        i += text_add_character(buf, text + i, n - i);
    }
    skep_buf_add_char(buf, '"');
}

void skep_json_add_f64(struct skep_buf *buf, double number)
{
    char digits[SKEP_NUMBER_BYTES];

    if (isnan(number)) {
        skep_buf_add_text(buf, "\"nan\"");
        return;
    }
    if (isinf(number)) {
        skep_buf_add_text(buf, number > 0 ? "\"inf\"" : "\"-inf\"");
        return;
    }
    skep_buf_add(buf, digits, skep_number_format(number, digits));
}

void skep_json_add_u64(struct skep_buf *buf, uint64_t number)
{
    if (number <= INT64_MAX) {
        skep_buf_add_u64(buf, number);
        return;
    }
    skep_buf_add_char(buf, '"');
    skep_buf_add_u64(buf, number);
    skep_buf_add_char(buf, '"');
}

void skep_json_add_bool(struct skep_buf *buf, bool boolean)
{
    skep_buf_add_text(buf, boolean ? "true" : "false");
}

static void node_add_children(struct skep_buf *buf, const struct skep_node *node)
{
    const bool has_names = node->kind == SKEP_NODE_OBJECT;

    skep_buf_add_char(buf, has_names ? '{' : '[');
    for (size_t i = 0; i < node->n_children; i++) {
        const struct skep_node *child = &node->children[i];
        if (i > 0) {
            skep_buf_add_char(buf, ',');
        }
        if (has_names) {
            skep_json_add_text(buf, child->name, strlen(child->name));
            skep_buf_add_char(buf, ':');
        }
        skep_json_add_node(buf, child);
    }
    skep_buf_add_char(buf, has_names ? '}' : ']');
}

void skep_json_add_node(struct skep_buf *buf, const struct skep_node *node)
{
    switch (node->kind) {
    case SKEP_NODE_NULL:
        skep_buf_add_text(buf, "null");
        break;
    case SKEP_NODE_BOOL:
        skep_json_add_bool(buf, node->boolean);
        break;
    case SKEP_NODE_INT:
        skep_buf_add_i64(buf, node->i64);
        break;
    case SKEP_NODE_REAL:
        skep_json_add_f64(buf, node->f64);
        break;
    case SKEP_NODE_TEXT:
        skep_json_add_text(buf, node->text, node->length);
        break;
    case SKEP_NODE_ARRAY:
    case SKEP_NODE_OBJECT:
        node_add_children(buf, node);
        break;
    }
}

static void view_add_element(struct skep_buf *buf, const struct skep_view *view, int64_t at)
{
    switch (view->dtype) {
    case SKEP_B1:
        skep_json_add_bool(buf, ((const uint8_t *)view->data)[at] != 0);
        break;
    case SKEP_I1:
        skep_buf_add_i64(buf, ((const int8_t *)view->data)[at]);
        break;
    case SKEP_I2:
        skep_buf_add_i64(buf, ((const int16_t *)view->data)[at]);
        break;
    case SKEP_I4:
        skep_buf_add_i64(buf, ((const int32_t *)view->data)[at]);
        break;
    case SKEP_I8:
        skep_buf_add_i64(buf, ((const int64_t *)view->data)[at]);
        break;
    case SKEP_U1:
        skep_buf_add_u64(buf, ((const uint8_t *)view->data)[at]);
        break;
    case SKEP_U2:
        skep_buf_add_u64(buf, ((const uint16_t *)view->data)[at]);
        break;
    case SKEP_U4:
        skep_buf_add_u64(buf, ((const uint32_t *)view->data)[at]);
        break;
    case SKEP_U8:
        skep_json_add_u64(buf, ((const uint64_t *)view->data)[at]);
        break;
    default:
        skep_json_add_f64(buf, skep_view_get_f8(view, at));
        break;
    }
}

static void view_add_from(struct skep_buf *buf, const struct skep_view *view, int dim, int64_t at)
{
    if (dim == view->ndim) {
        view_add_element(buf, view, at);
        return;
    }
    skep_buf_add_char(buf, '[');
    for (int64_t i = 0; i < view->shape[dim] && !skep_buf_failed(buf); i++) {
        if (i > 0) {
            skep_buf_add_char(buf, ',');
        }
        view_add_from(buf, view, dim + 1, at + i * view->strides[dim]);
    }
    skep_buf_add_char(buf, ']');
}

void skep_json_add_view(struct skep_buf *buf, const struct skep_view *view)
{
    view_add_from(buf, view, 0, 0);
}

void skep_json_add_key(struct skep_buf *buf, const char *name)
{
    const size_t n = strlen(name);
    const bool is_first = buf->length > 0 && buf->bytes[buf->length - 1] == '{';
    char *to = skep_buf_reserve(buf, n + sizeof ",\"\":" - 1 - is_first);

    if (to == NULL) {
        return;
    }
    if (!is_first) {
        *to++ = ',';
    }
    *to++ = '"';
    memcpy(to, name, n);
    memcpy(to + n, "\":", sizeof "\":");
    buf->length = (size_t)(to + n + 2 - buf->bytes);
}
