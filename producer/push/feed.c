/* SPDX-License-Identifier: MIT */
#include "producer/push/feed.h"

#include <assert.h>

#include "base/clock.h"
#include "task/header.h"

enum { FEED_MARKS = 2 * SKEP_PUT_WINDOW };

void skep_feed_init(struct skep_feed *feed, struct skep_source *source, struct skep_check *check, bool is_raw)
{
    *feed = (struct skep_feed){.source = source, .check = check, .is_raw = is_raw};
    skep_buf_init(&feed->bytes, SKEP_PUT_PIECE_BYTES + source->max_line_bytes + SKEP_HEADER_MAX_BYTES);
    skep_source_seek(source, (struct skep_source_place){0});
}

void skep_feed_release(struct skep_feed *feed)
{
    skep_buf_release(&feed->bytes);
}

/* The next line that is a task. */
static skep_status feed_next_line(struct skep_feed *feed, struct skep_line *line, struct skep_error *err)
{
    for (;;) {
        skep_status st = skep_source_next(feed->source, line, err);
        if (st == SKEP_OK && feed->check != NULL) {
            struct skep_error wrong = {0};
            skep_status good = skep_check_line(feed->check, line, NULL, &wrong);
            if (good != SKEP_OK && skep_check_is_lines_fault(good)) {
                continue;
            }
            st = good == SKEP_OK ? SKEP_OK : skep_error_set(err, good, "%s", skep_error_text(&wrong, good));
        }
        return st;
    }
}

static void feed_add(struct skep_feed *feed, const struct skep_line *line, int64_t now_ms)
{
    if (!feed->is_raw) {
        const struct skep_header header = {
            .has_index = true, .index = line->index, .queued_ms = now_ms, .job = feed->job};
        skep_header_write(&feed->bytes, &header);
    }
    skep_buf_add(&feed->bytes, line->bytes.bytes, line->bytes.n);
}

skep_status skep_feed_next(struct skep_feed *feed, size_t max, const struct skep_bytes **records_out,
                           size_t *n_out, struct skep_error *err)
{
    const int64_t now_ms = skep_wall_ms();
    size_t n = 0;

    assert(max > 0 && max <= SKEP_PUT_PIECE);
    *n_out = 0;
    skep_buf_reset(&feed->bytes);
    feed->marks[feed->n_marks++ % FEED_MARKS] =
        (struct feed_mark){feed->n_next, skep_source_tell(feed->source)};
    while (n < max && feed->bytes.length < SKEP_PUT_PIECE_BYTES) {
        struct skep_line line;
        skep_status st = feed_next_line(feed, &line, err);
        if (st == SKEP_EMPTY) {
            break;
        }
        if (st != SKEP_OK) {
            return st;
        }
        feed_add(feed, &line, now_ms);
        feed->ends[n++] = feed->bytes.length;
    }
    if (skep_buf_failed(&feed->bytes)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %zu records", n);
    }
    for (size_t i = 0; i < n; i++) {
        size_t begin = i > 0 ? feed->ends[i - 1] : 0;
        feed->records[i] = (struct skep_bytes){feed->bytes.bytes + begin, feed->ends[i] - begin};
    }
    feed->n_next += n;
    *records_out = feed->records;
    *n_out = n;
    return n > 0 ? SKEP_OK : SKEP_EMPTY;
}

skep_status skep_feed_seek(struct skep_feed *feed, uint64_t number, struct skep_error *err)
{
    struct feed_mark from = {0};
    size_t n_kept = feed->n_marks < FEED_MARKS ? feed->n_marks : FEED_MARKS;

    for (size_t i = 0; i < n_kept; i++) {
        if (feed->marks[i].number <= number && feed->marks[i].number >= from.number) {
            from = feed->marks[i];
        }
    }
    skep_source_seek(feed->source, from.place);
    for (feed->n_next = from.number; feed->n_next < number; feed->n_next++) {
        struct skep_line line;
        skep_status st = feed_next_line(feed, &line, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    return SKEP_OK;
}
