/* SPDX-License-Identifier: MIT */
#include "records.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

static void need(bool condition)
{
    if (!condition) {
        perror("no memory for the model");
        abort();
    }
}

struct record record_make(const char *bytes, size_t n)
{
    struct record record = {malloc(n + 1), n};

    need(record.bytes != NULL);
    memcpy(record.bytes, bytes, n);
    record.bytes[n] = '\0';
    return record;
}

bool record_is(const struct record *record, const char *bytes, size_t n)
{
    return record->n == n && memcmp(record->bytes, bytes, n) == 0;
}

void records_release(struct records *list)
{
    records_clear(list);
    free(list->items);
    *list = (struct records){0};
}

void records_copy(const struct records *from, struct records *to)
{
    *to = (struct records){0};
    for (size_t i = 0; i < from->n; i++) {
        records_push_tail(to, record_make(from->items[i].bytes, from->items[i].n));
    }
}

static void records_grow(struct records *list)
{
    if (list->n == list->capacity) {
        list->capacity = list->capacity > 0 ? 2 * list->capacity : 16;
        list->items = realloc(list->items, list->capacity * sizeof *list->items);
        need(list->items != NULL);
    }
}

void records_push_tail(struct records *list, struct record record)
{
    records_grow(list);
    list->items[list->n++] = record;
}

void records_push_head(struct records *list, struct record record)
{
    records_grow(list);
    memmove(list->items + 1, list->items, list->n * sizeof *list->items);
    list->items[0] = record;
    list->n++;
}

struct record records_pop_head(struct records *list)
{
    struct record record;

    assert(list->n > 0);
    record = list->items[0];
    list->n--;
    memmove(list->items, list->items + 1, list->n * sizeof *list->items);
    return record;
}

struct record records_pop_tail(struct records *list)
{
    assert(list->n > 0);
    return list->items[--list->n];
}

struct record records_take(struct records *list, size_t at)
{
    struct record record = list->items[at];

    assert(at < list->n);
    list->n--;
    memmove(list->items + at, list->items + at + 1, (list->n - at) * sizeof *list->items);
    return record;
}

void records_drop(struct records *list, size_t n)
{
    assert(n <= list->n);
    for (size_t i = 0; i < n; i++) {
        free(list->items[i].bytes);
    }
    list->n -= n;
    if (list->n > 0) {
        memmove(list->items, list->items + n, list->n * sizeof *list->items);
    }
}

void records_clear(struct records *list)
{
    records_drop(list, list->n);
}

/* The digits behind " i=" in a line of skep's, if it has any. */
static void line_find_place(const char *line, size_t n, char place_out[24])
{
    for (size_t i = 0; i + 3 < n; i++) {
        size_t digits = 0;
        if (memcmp(line + i, " i=", 3) != 0) {
            continue;
        }
        while (i + 3 + digits < n && isdigit((unsigned char)line[i + 3 + digits])) {
            digits++;
        }
        if (digits > 0 && digits < 24) {
            memcpy(place_out, line + i + 3, digits);
            place_out[digits] = '\0';
            return;
        }
    }
}

struct skep_bytes record_body(const struct record *record, char place_out[24])
{
    struct skep_bytes body = {record->bytes, record->n};

    place_out[0] = '\0';
    while (body.n >= 6 && memcmp(body.bytes, "#skep ", 6) == 0) {
        const char *end = memchr(body.bytes, '\n', body.n);
        size_t n;
        if (end == NULL) {
            break;
        }
        n = (size_t)(end - body.bytes);
        line_find_place(body.bytes, n, place_out);
        body.bytes += n + 1;
        body.n -= n + 1;
    }
    return body;
}

bool record_is_range(const struct record *record)
{
    static const char mark[] = "#skep r=", body_mark[] = "{\"p\":";
    const char *end = memchr(record->bytes, '\n', record->n);
    size_t second = end != NULL ? (size_t)(end + 1 - record->bytes) : record->n;
    char place[24];
    struct skep_bytes body = record_body(record, place);

    return (record->n >= sizeof mark - 1 && memcmp(record->bytes, mark, sizeof mark - 1) == 0) ||
           (record->n - second >= sizeof mark - 1 &&
            memcmp(record->bytes + second, mark, sizeof mark - 1) == 0) ||
           (body.n >= sizeof body_mark - 1 && memcmp(body.bytes, body_mark, sizeof body_mark - 1) == 0);
}

static void key_make(const char *text, size_t n, char key_out[RECORD_KEY_BYTES])
{
    unsigned char digest[EVP_MAX_MD_SIZE];

    need(EVP_Digest(text, n, digest, NULL, EVP_sha1(), NULL) == 1);
    for (size_t i = 0; i < 20; i++) {
        snprintf(key_out + 2 * i, 3, "%02x", digest[i]);
    }
}

/* "job:position" where the record is the line of one position of a range job. */
static bool record_is_position(const struct record *record, char text_out[128])
{
    const char *end = memchr(record->bytes, '\n', record->n), *job;
    long long lo, hi;

    if (end == NULL || sscanf(record->bytes, "#skep r=%lld:%lld ", &lo, &hi) != 2 || hi != lo + 1) {
        return false;
    }
    job = memmem(record->bytes, (size_t)(end - record->bytes), " j=", 3);
    need(job != NULL);
    snprintf(text_out, 128, "%.*s:%lld", (int)strcspn(job + 3, " \n"), job + 3, lo);
    return true;
}

void record_crash_key(const struct record *record, char key_out[RECORD_KEY_BYTES])
{
    char place[24], position[128];
    struct skep_bytes body = record_body(record, place);
    size_t n_place = strlen(place);
    char *text;

    if (record_is_position(record, position)) {
        key_make(position, strlen(position), key_out);
        return;
    }
    text = malloc(n_place + 1 + body.n);
    need(text != NULL);
    memcpy(text, place, n_place);
    text[n_place] = '\n';
    memcpy(text + n_place + 1, body.bytes, body.n);
    key_make(text, n_place + 1 + body.n, key_out);
    free(text);
}
