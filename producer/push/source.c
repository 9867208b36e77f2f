/* SPDX-License-Identifier: MIT */
#include "producer/push/source.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"

enum { SOURCE_READ_BYTES = 256 * 1024 };

skep_status skep_source_open(struct skep_source *source, const char *const *paths, size_t n,
                             size_t max_line_bytes, struct skep_error *err)
{
    static const char *const nothing_named[] = {"-"};
    bool has_stdin = false;
    skep_status st = SKEP_OK;

    if (n == 0) {
        paths = nothing_named;
        n = 1;
    }
    *source = (struct skep_source){
        .max_line_bytes = max_line_bytes,
        .window_bytes = max_line_bytes + 2 + SOURCE_READ_BYTES,
        .inputs = skep_calloc(n, sizeof *source->inputs),
    };
    source->window = skep_malloc(source->window_bytes);
    if (source->inputs == NULL || source->window == NULL) {
        st = skep_error_set(err, SKEP_E_NOMEM, "no memory to read lines of up to %zu bytes", max_line_bytes);
    }
    for (size_t i = 0; i < n && st == SKEP_OK; i++) {
        bool is_stdin = strcmp(paths[i], "-") == 0;
        if (is_stdin && has_stdin) {
            st = skep_error_set(err, SKEP_E_USAGE, "standard input (-) can be read only once");
            break;
        }
        has_stdin = has_stdin || is_stdin;
        st = skep_input_init(&source->inputs[i], paths[i], err);
        source->n_inputs += st == SKEP_OK;
    }
    if (st != SKEP_OK) {
        skep_source_close(source);
    }
    return st;
}

void skep_source_close(struct skep_source *source)
{
    for (size_t i = 0; i < source->n_inputs; i++) {
        skep_input_release(&source->inputs[i]);
    }
    skep_free(source->inputs);
    skep_free(source->window);
    *source = (struct skep_source){0};
}

struct skep_source_place skep_source_tell(const struct skep_source *source)
{
    return source->place;
}

void skep_source_seek(struct skep_source *source, struct skep_source_place place)
{
    if (source->place.input < source->n_inputs && source->place.input != place.input) {
        skep_input_close(&source->inputs[source->place.input]);
    }
    source->place = place;
    source->window_begin = source->window_end = 0;
}

static void source_consume(struct skep_source *source, size_t n)
{
    source->window_begin += n;
    source->place.offset += n;
}

/* Read more behind what is in the window. *N_OUT is 0 at the end of this input. */
static skep_status source_fill(struct skep_source *source, size_t *n_out, struct skep_error *err)
{
    size_t held = source->window_end - source->window_begin;
    skep_status st;

    memmove(source->window, source->window + source->window_begin, held);
    source->window_begin = 0;
    source->window_end = held;
    assert(held < source->window_bytes);
    st = skep_input_read(&source->inputs[source->place.input], source->place.offset + held,
                         source->window + held, source->window_bytes - held, n_out, err);
    source->window_end += st == SKEP_OK ? *n_out : 0;
    return st;
}

/* Look for the end of the line that begins the window, reading as needed. *N_OUT is its length and *TAKEN_OUT
 * how much of the window it takes with its end; a line that is too long has been taken already, and *N_OUT is
 * SIZE_MAX. SKEP_EMPTY: this input has no more. */
static skep_status source_find_end(struct skep_source *source, size_t *n_out, size_t *taken_out,
                                   struct skep_error *err)
{
    size_t searched = 0;
    bool is_too_long = false;

    for (;;) {
        const char *line = source->window + source->window_begin;
        size_t held = source->window_end - source->window_begin;
        const char *end = held > searched ? memchr(line + searched, '\n', held - searched) : NULL;
        size_t n_read = 0;
        skep_status st;
        if (end != NULL) {
            *n_out = is_too_long ? SIZE_MAX : (size_t)(end - line);
            *taken_out = (size_t)(end - line) + 1;
            return SKEP_OK;
        }
        searched = held;
        if (held > source->max_line_bytes + 1) { /* one more for a \r */
            is_too_long = true;
            source_consume(source, held);
            searched = 0;
        }
        st = source_fill(source, &n_read, err);
        if (st != SKEP_OK) {
            return st;
        }
        if (n_read == 0) {
            held = source->window_end - source->window_begin;
            *n_out = is_too_long ? SIZE_MAX : held;
            *taken_out = held;
            return held > 0 || is_too_long ? SKEP_OK : SKEP_EMPTY;
        }
    }
}

static bool source_is_blank(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r') {
            return false;
        }
    }
    return true;
}

/* The next line of this input, blank or not. */
static skep_status source_next_line(struct skep_source *source, struct skep_line *line,
                                    struct skep_error *err)
{
    size_t n, taken;
    const char *bytes;
    skep_status st = source_find_end(source, &n, &taken, err);

    if (st != SKEP_OK) {
        return st;
    }
    bytes = source->window + source->window_begin;
    source_consume(source, taken);
    source->place.number++;
    *line = (struct skep_line){
        .file = skep_input_name(&source->inputs[source->place.input]),
        .number = source->place.number,
        .is_too_long = n == SIZE_MAX,
    };
    if (!line->is_too_long) {
        n -= n > 0 && bytes[n - 1] == '\r';
        line->is_too_long = n > source->max_line_bytes;
    }
    if (!line->is_too_long) {
        line->bytes = (struct skep_bytes){bytes, n};
    }
    return SKEP_OK;
}

skep_status skep_source_next(struct skep_source *source, struct skep_line *line_out, struct skep_error *err)
{
    while (source->place.input < source->n_inputs) {
        skep_status st = source_next_line(source, line_out, err);
        if (st == SKEP_EMPTY) {
            struct skep_source_place next = {.input = source->place.input + 1, .index = source->place.index};
            skep_source_seek(source, next);
            continue;
        }
        if (st != SKEP_OK) {
            return st;
        }
        if (line_out->is_too_long || !source_is_blank(line_out->bytes.bytes, line_out->bytes.n)) {
            line_out->index = source->place.index++;
            return SKEP_OK;
        }
    }
    return SKEP_EMPTY;
}
