/* SPDX-License-Identifier: MIT */
#include "base/log_json.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A line under construction. Two bytes stay free for the end of a text and of the object. */
struct json_line {
    char *at;
    size_t n, size;
};

static size_t json_room(const struct json_line *line)
{
    return line->size - line->n;
}

static void json_add(struct json_line *line, const char *bytes, size_t n)
{
    memcpy(line->at + line->n, bytes, n);
    line->n += n;
}

static bool json_is_key_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* How long the key at TEXT is, when `key=` stands there; else 0. */
static size_t json_key_length(const char *text)
{
    size_t n = 0;

    while (json_is_key_char(text[n])) {
        n++;
    }
    return n > 0 && text[n] == '=' && (text[0] < '0' || text[0] > '9') ? n : 0;
}

/* The value at TEXT reaches to the next ` key=`. */
static size_t json_value_length(const char *text)
{
    size_t n = 0;

    while (text[n] != '\0' && !(text[n] == ' ' && json_key_length(text + n + 1) > 0)) {
        n++;
    }
    return n;
}

/* Digits from AT on, and where they end. */
static size_t json_skip_digits(const char *text, size_t n, size_t at)
{
    while (at < n && text[at] >= '0' && text[at] <= '9') {
        at++;
    }
    return at;
}

/* Whether these bytes are a number as JSON has them. */
static bool json_is_number(const char *text, size_t n)
{
    size_t at = n > 0 && text[0] == '-' ? 1 : 0, digits = json_skip_digits(text, n, at);

    if (digits == at || (text[at] == '0' && digits > at + 1)) {
        return false;
    }
    at = digits;
    if (at < n && text[at] == '.') {
        digits = json_skip_digits(text, n, at + 1);
        if (digits == at + 1) {
            return false;
        }
        at = digits;
    }
    if (at < n && (text[at] == 'e' || text[at] == 'E')) {
        at += at + 1 < n && (text[at + 1] == '+' || text[at + 1] == '-') ? 2 : 1;
        digits = json_skip_digits(text, n, at);
        if (digits == at) {
            return false;
        }
        at = digits;
    }
    return at == n;
}

/* How many bytes the well-formed character at TEXT has (RFC 3629, section 4); 0: it is none. */
static size_t json_utf8_length(const unsigned char *text, size_t n)
{
    size_t length = text[0] < 0x80 ? 1 : text[0] < 0xc2 ? 0 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;

    if (length == 0 || length > n || text[0] > 0xf4) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    /* overlong forms, surrogates, beyond the last character */
    return (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
                   (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f)
               ? 0
               : length;
}

/* The text in quotes. False: it was cut. */
static bool json_add_text(struct json_line *line, const char *text, size_t n)
{
    bool is_whole = true;

    json_add(line, "\"", 1);
    for (size_t i = 0; i < n && is_whole;) {
        size_t length = json_utf8_length((const unsigned char *)text + i, n - i);
        bool is_tame = length > 0 && (unsigned char)text[i] >= 0x20 && text[i] != 0x7f;
        bool is_escaped = text[i] == '"' || text[i] == '\\';
        if (json_room(line) < 2 + 4 + 1) {
            is_whole = false;
        } else if (is_tame) {
            json_add(line, "\\", is_escaped);
            json_add(line, text + i, length);
        } else {
            json_add(line, "?", 1);
        }
        i += length > 0 ? length : 1;
    }
    json_add(line, "\"", 1);
    return is_whole;
}

/* `,"key":value`. False: no more fits. */
static bool json_add_pair(struct json_line *line, const char *key, size_t key_n, const char *value, size_t n)
{
    if (key_n + n + 8 > json_room(line) && key_n + 16 > json_room(line)) {
        return false;
    }
    json_add(line, ",", line->n > 1);
    json_add(line, "\"", 1);
    json_add(line, key, key_n);
    json_add(line, "\":", 2);
    if (n < 32 && n + 2 < json_room(line) && json_is_number(value, n)) {
        json_add(line, value, n);
        return true;
    }
    if (n >= 2 && value[0] == '"' && value[n - 1] == '"') {
        value++;
        n -= 2;
    }
    return json_add_text(line, value, n);
}

static void json_add_pairs(struct json_line *line, const char *text)
{
    bool has_room = true;

    while (*text != '\0' && has_room) {
        size_t key_n = json_key_length(text);
        const char *value = text + (key_n > 0 ? key_n + 1 : 0);
        size_t value_n = json_value_length(value);
        if (key_n > 0) {
            has_room = json_add_pair(line, text, key_n, value, value_n);
        } else if (value_n > 0) {
            has_room = json_add_pair(line, "text", 4, value, value_n);
        }
        text = value + value_n + (value[value_n] == ' ');
    }
}

size_t skep_log_json_write(const struct skep_log_event *event, char *line_out, size_t size)
{
    struct json_line line = {.at = line_out, .size = size - 2};

    assert(size >= SKEP_LOG_JSON_LEAST);
    json_add(&line, "{", 1);
    (void)json_add_pair(&line, "time", 4, event->when, strlen(event->when));
    (void)json_add_pair(&line, "level", 5, event->level, strlen(event->level));
    (void)json_add_pair(&line, "event", 5, event->name, strlen(event->name));
    json_add_pairs(&line, event->pairs);
    line_out[line.n++] = '}';
    line_out[line.n] = '\0';
    return line.n;
}
