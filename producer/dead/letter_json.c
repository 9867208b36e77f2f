/* SPDX-License-Identifier: MIT */
#include "producer/dead/letter_json.h"

#include <string.h>

#include "task/json.h"
#include "task/json_member.h"

enum {
    JSON_PARSE_BYTES = 1024 * 1024, /* a larger record is not looked at: it goes as base64 */
    JSON_ARENA_BYTES = 256 * 1024 * 1024,
    JSON_LINE_BYTES = 1024 * 1024 * 1024
};

void skep_letter_json_init(struct skep_letter_json *json)
{
    skep_arena_init(&json->arena, JSON_ARENA_BYTES);
    skep_buf_init(&json->line, JSON_LINE_BYTES);
}

void skep_letter_json_release(struct skep_letter_json *json)
{
    skep_arena_release(&json->arena);
    skep_buf_release(&json->line);
}

static void letter_add_base64(struct skep_buf *buf, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    skep_buf_add_char(buf, '"');
    for (size_t i = 0; i < n; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16 | (i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (i + 2 < n ? bytes[i + 2] : 0);
        skep_buf_add_char(buf, digits[group >> 18]);
        skep_buf_add_char(buf, digits[group >> 12 & 63]);
        skep_buf_add_char(buf, i + 1 < n ? digits[group >> 6 & 63] : '=');
        skep_buf_add_char(buf, i + 2 < n ? digits[group & 63] : '=');
    }
    skep_buf_add_char(buf, '"');
}

bool skep_letter_json_add_record(struct skep_letter_json *json, const struct skep_bytes *record)
{
    const struct skep_limits limits = {.record_bytes = JSON_PARSE_BYTES, .depth = 1000};
    const struct skep_node *node;

    skep_arena_reset(&json->arena, JSON_PARSE_BYTES);
    if (record->n > JSON_PARSE_BYTES ||
        skep_json_parse(record->bytes, record->n, &limits, &json->arena, &node, NULL) != SKEP_OK) {
        return false;
    }
    if (memchr(record->bytes, '\n', record->n) == NULL && memchr(record->bytes, '\r', record->n) == NULL) {
        skep_buf_add(&json->line, record->bytes, record->n);
    } else {
        skep_json_add_node(&json->line, node);
    }
    return true;
}

static void letter_add_events(struct skep_buf *buf, const struct skep_header *header)
{
    skep_json_add_key(buf, "attempts");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < header->n_events; i++) {
        const struct skep_header_event *event = &header->events[i];
        skep_buf_add_text(buf, i > 0 ? ",{" : "{");
        skep_json_member_i64(buf, "attempt", event->attempt);
        skep_json_member_i64(buf, "at_ms", event->at_ms);
        skep_json_member_text(buf, "cause", event->cause);
        skep_json_member_text(buf, "worker", event->worker);
        skep_json_member_text(buf, "message", event->message);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
}

void skep_letter_json_add(struct skep_letter_json *json, const struct skep_letter *letter)
{
    const struct skep_header *header = &letter->header;
    struct skep_buf *line = &json->line;
    size_t before;

    skep_buf_add_char(line, '{');
    skep_json_member_text(line, "id", header->id);
    if (header->has_index) {
        skep_json_add_key(line, "index");
        skep_json_add_u64(line, header->index);
    }
    skep_json_member_text(line, "kernel", header->kernel);
    skep_json_member_text(line, "cause", header->cause);
    skep_json_member_text(line, "message", letter->message);
    skep_json_member_i64(line, "at_ms", header->at_ms);
    letter_add_events(line, header);
    before = line->length;
    skep_json_add_key(line, "record");
    if (!skep_letter_json_add_record(json, &letter->record)) {
        line->length = before;
        skep_json_add_key(line, "record_base64");
        letter_add_base64(line, (const unsigned char *)letter->record.bytes, letter->record.n);
    }
    skep_buf_add_text(line, "}\n");
}
