/* SPDX-License-Identifier: MIT */
#include "task/header.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "task/percent.h"
#include "task/text.h"

/* The line is "#skep", then " k=v" for each key, then a newline. */
static const char header_mark[] = "#skep";
enum { HEADER_MARK_BYTES = sizeof header_mark - 1, HEADER_EVENT_PARTS = 5, HEADER_NAME_BYTES = 256 };

/* A piece of the line. */
struct span {
    const char *bytes;
    size_t n;
};

/* What is in front of the first SEPARATOR, which goes too; the rest stays in *LINE. */
static struct span span_cut(struct span *line, char separator)
{
    const char *end = line->n > 0 ? memchr(line->bytes, separator, line->n) : NULL;
    struct span piece = {line->bytes, end != NULL ? (size_t)(end - line->bytes) : line->n};
    size_t gone = end != NULL ? piece.n + 1 : piece.n;

    line->bytes += gone;
    line->n -= gone;
    return piece;
}

/* ---- one reader a key ---- */

struct header_reader {
    struct skep_arena *arena;
    struct skep_header *header;
    bool is_full; /* the arena is */
};

static bool read_text(struct span value, struct header_reader *reader, const char **text_out)
{
    char *text = skep_arena_alloc_small(reader->arena, value.n + 1);

    if (text == NULL) {
        reader->is_full = true;
        return false;
    }
    *text_out = text;
    return skep_percent_decode(value.bytes, value.n, text);
}

/* Short and printable, so that whatever was read can be written again with more keys beside it. */
static bool read_name(struct span value, struct header_reader *reader, const char **name_out)
{
    return read_text(value, reader, name_out) && strlen(*name_out) <= HEADER_NAME_BYTES &&
           skep_text_is_printable(*name_out, strlen(*name_out));
}

static bool read_ms(struct span value, int64_t *ms_out)
{
    return skep_parse_i64(value.bytes, value.n, ms_out) && *ms_out >= 0;
}

static bool read_count(struct span value, unsigned *count_out)
{
    uint64_t count;

    if (!skep_parse_u64(value.bytes, value.n, &count) || count > UINT_MAX) {
        return false;
    }
    *count_out = (unsigned)count;
    return true;
}

static bool read_range(struct span value, struct header_reader *reader)
{
    struct skep_header *header = reader->header;
    const struct span lo = span_cut(&value, ':');

    header->is_range = true;
    return skep_parse_i64(lo.bytes, lo.n, &header->lo) && skep_parse_i64(value.bytes, value.n, &header->hi) &&
           header->lo >= 0 && header->lo < header->hi;
}

static bool read_index(struct span value, struct header_reader *reader)
{
    reader->header->has_index = true;
    return skep_parse_u64(value.bytes, value.n, &reader->header->index);
}

static bool read_queued(struct span value, struct header_reader *reader)
{
    return read_ms(value, &reader->header->queued_ms);
}

static bool read_id(struct span value, struct header_reader *reader)
{
    return read_name(value, reader, &reader->header->id);
}

static bool read_job(struct span value, struct header_reader *reader)
{
    return read_name(value, reader, &reader->header->job);
}

static bool read_tries(struct span value, struct header_reader *reader)
{
    return read_count(value, &reader->header->tries);
}

static bool read_kernel(struct span value, struct header_reader *reader)
{
    return read_name(value, reader, &reader->header->kernel);
}

static bool read_unique(struct span value, struct header_reader *reader)
{
    return read_name(value, reader, &reader->header->unique);
}

static bool read_cause(struct span value, struct header_reader *reader)
{
    return read_name(value, reader, &reader->header->cause);
}

static bool read_at(struct span value, struct header_reader *reader)
{
    return read_ms(value, &reader->header->at_ms);
}

/* A part that a newer writer adds behind the five is not looked at. */
static bool read_event(struct span value, struct header_reader *reader)
{
    struct skep_header_event event;
    struct span parts[HEADER_EVENT_PARTS];

    for (int i = 0; i < HEADER_EVENT_PARTS; i++) {
        if (i < HEADER_EVENT_PARTS - 1 && memchr(value.bytes, ',', value.n) == NULL) {
            return false;
        }
        parts[i] = span_cut(&value, ',');
    }
    if (!read_count(parts[0], &event.attempt) || !read_ms(parts[1], &event.at_ms) ||
        !read_text(parts[2], reader, &event.cause) || !read_text(parts[3], reader, &event.worker) ||
        !read_text(parts[4], reader, &event.message)) {
        return false;
    }
    skep_header_add_event(reader->header, &event);
    return true;
}

static const struct header_key {
    const char *name;
    bool (*read)(struct span value, struct header_reader *reader);
    bool is_repeatable;
} header_keys[] = {
    {"r", read_range, false},     {"i", read_index, false},  {"q", read_queued, false},
    {"id", read_id, false},       {"j", read_job, false},    {"try", read_tries, false},
    {"u", read_unique, false},    {"k", read_kernel, false}, {"e", read_event, true},
    {"cause", read_cause, false}, {"at", read_at, false},
};
enum { HEADER_N_KEYS = sizeof header_keys / sizeof header_keys[0] };

static size_t header_find_key(struct span name)
{
    size_t i = 0;

    while (i < HEADER_N_KEYS &&
           !(strlen(header_keys[i].name) == name.n && memcmp(header_keys[i].name, name.bytes, name.n) == 0)) {
        i++;
    }
    return i;
}

/* ---- the line ---- */

static skep_status header_refuse(struct span piece, const char *what, struct skep_error *err)
{
    char excerpt[SKEP_EXCERPT_BYTES];

    return skep_error_set(err, SKEP_E_BAD_RECORD, "%s in the #skep line: %s", what,
                          skep_text_excerpt(piece.bytes, piece.n, excerpt, sizeof excerpt));
}

/* LINE: what stands between "#skep " and the newline. */
static skep_status header_read_line(struct span line, struct header_reader *reader, struct skep_error *err)
{
    bool seen[HEADER_N_KEYS] = {false};

    while (line.n > 0) {
        const struct span piece = span_cut(&line, ' ');
        struct span value = piece;
        const struct span name = span_cut(&value, '=');
        const size_t key = header_find_key(name);

        if (name.n == 0 || name.n == piece.n) {
            return header_refuse(piece, "not k=v", err);
        }
        if (key == HEADER_N_KEYS) {
            continue;
        }
        if (seen[key] && !header_keys[key].is_repeatable) {
            return header_refuse(piece, "a key twice", err);
        }
        seen[key] = true;
        if (value.n == 0 || !header_keys[key].read(value, reader)) {
            return reader->is_full ? skep_error_set(err, SKEP_E_NOMEM, "no memory for the #skep line")
                                   : header_refuse(piece, "a bad value", err);
        }
    }
    return SKEP_OK;
}

static bool header_is_there(const char *bytes, size_t n)
{
    return n > HEADER_MARK_BYTES && memcmp(bytes, header_mark, HEADER_MARK_BYTES) == 0 &&
           (bytes[HEADER_MARK_BYTES] == ' ' || bytes[HEADER_MARK_BYTES] == '\n');
}

skep_status skep_header_parse(const char *bytes, size_t n, struct skep_arena *arena,
                              struct skep_header *header_out, const char **body_out, size_t *body_n_out,
                              struct skep_error *err)
{
    struct header_reader reader = {.arena = arena, .header = header_out};
    struct span rest = {bytes, n};
    struct span line;
    skep_status st;

    *header_out = (struct skep_header){0};
    *body_out = bytes;
    *body_n_out = n;
    if (!header_is_there(bytes, n)) {
        return SKEP_OK;
    }
    line = span_cut(&rest, '\n');
    *body_out = rest.bytes;
    *body_n_out = rest.n;
    if (rest.bytes[-1] != '\n') {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "the #skep line does not end");
    }
    if (line.n >= SKEP_HEADER_MAX_BYTES) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "the #skep line has %zu bytes, at most %d are allowed",
                              line.n + 1, SKEP_HEADER_MAX_BYTES);
    }
    (void)span_cut(&line, ' ');
    st = header_read_line(line, &reader, err);
    if (st != SKEP_OK) {
        *header_out = (struct skep_header){0};
    }
    return st;
}

/* ---- writing ---- */

static void header_add_key(struct skep_buf *buf, const char *key)
{
    skep_buf_add_char(buf, ' ');
    skep_buf_add_text(buf, key);
    skep_buf_add_char(buf, '=');
}

static void header_add_i64(struct skep_buf *buf, const char *key, int64_t number)
{
    header_add_key(buf, key);
    skep_buf_add_i64(buf, number);
}

static void header_add_text(struct skep_buf *buf, const char *key, const char *text)
{
    if (text != NULL) {
        header_add_key(buf, key);
        skep_percent_add(buf, text);
    }
}

/* The keys but for the history. */
static void header_add_keys(struct skep_buf *buf, const struct skep_header *header)
{
    if (header->is_range) {
        header_add_i64(buf, "r", header->lo);
        skep_buf_add_char(buf, ':');
        skep_buf_add_i64(buf, header->hi);
    }
    if (header->has_index) {
        header_add_key(buf, "i");
        skep_buf_add_u64(buf, header->index);
    }
    if (header->queued_ms != 0) {
        header_add_i64(buf, "q", header->queued_ms);
    }
    header_add_text(buf, "id", header->id);
    header_add_text(buf, "j", header->job);
    if (header->tries != 0) {
        header_add_i64(buf, "try", header->tries);
    }
    header_add_text(buf, "u", header->unique);
    header_add_text(buf, "k", header->kernel);
    header_add_text(buf, "cause", header->cause);
    if (header->at_ms != 0) {
        header_add_i64(buf, "at", header->at_ms);
    }
}

static void header_add_event(struct skep_buf *buf, const struct skep_header_event *event)
{
    const char *const texts[] = {event->cause, event->worker, event->message};

    header_add_i64(buf, "e", event->attempt);
    skep_buf_add_char(buf, ',');
    skep_buf_add_i64(buf, event->at_ms);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        skep_buf_add_char(buf, ',');
        skep_percent_add(buf, texts[i]);
    }
}

/* At most so many bytes does header_add_event write: numbers have 20 digits at most. */
static size_t event_bytes(const struct skep_header_event *event)
{
    return sizeof " e=,,,," + 40 + skep_percent_bytes(event->cause) + skep_percent_bytes(event->worker) +
           skep_percent_bytes(event->message);
}

void skep_header_write(struct skep_buf *buf, const struct skep_header *header)
{
    const size_t start = buf->length;
    size_t first = header->n_events;
    size_t left;

    skep_buf_add_text(buf, header_mark);
    header_add_keys(buf, header);
    if (skep_buf_failed(buf)) {
        return;
    }
    if (buf->length - start == HEADER_MARK_BYTES && header->n_events == 0) {
        buf->length = start;
        buf->bytes[start] = '\0';
        return;
    }
    if (buf->length - start >= SKEP_HEADER_MAX_BYTES) {
        buf->failed = true; /* ids and causes are short: somebody put a text where none belongs */
        return;
    }
    left = SKEP_HEADER_MAX_BYTES - 1 - (buf->length - start);
    while (first > 0 && event_bytes(&header->events[first - 1]) <= left) {
        left -= event_bytes(&header->events[--first]);
    }
    for (; first < header->n_events; first++) {
        header_add_event(buf, &header->events[first]);
    }
    skep_buf_add_char(buf, '\n');
}

void skep_header_add_event(struct skep_header *header, const struct skep_header_event *event)
{
    if (header->n_events == SKEP_HEADER_MAX_HISTORY) {
        memmove(&header->events[0], &header->events[1],
                (SKEP_HEADER_MAX_HISTORY - 1) * sizeof header->events[0]);
        header->n_events--;
    }
    header->events[header->n_events++] = *event;
}
