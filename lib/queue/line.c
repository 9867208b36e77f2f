/* SPDX-License-Identifier: MIT */
/* What arrives is read in large pieces and fed to the parser in small ones, one reply at a time. While a
 * flush cannot write it reads, so that two full directions do not wait for each other; the input then grows
 * to whatever the replies of one flush amount to. */
#include "queue/line.h"

#include "base/alloc.h"
#include "queue/line_error.h"

enum {
    LINE_READ_BYTES = 64 * 1024,
    LINE_KEEP_BYTES = 1024 * 1024, /* of the input buffer, once it is empty */
    LINE_MAX_INPUT_BYTES = 512 * 1024 * 1024
};

void skep_line_init(struct skep_line *line, int silence_ms)
{
    *line = (struct skep_line){.silence_ms = silence_ms};
    skep_transport_init(&line->transport);
    skep_buf_init(&line->in, LINE_MAX_INPUT_BYTES);
}

void skep_line_release(struct skep_line *line)
{
    skep_line_close(line);
    skep_reply_reader_free(line->reader);
    line->reader = NULL;
    skep_buf_release(&line->in);
}

void skep_line_close(struct skep_line *line)
{
    skep_transport_close(&line->transport);
}

bool skep_line_is_open(const struct skep_line *line)
{
    return line->transport.fd >= 0;
}

skep_status skep_line_open(struct skep_line *line, const struct skep_url *url,
                           const struct skep_tls_options *tls_options, int timeout_ms, struct skep_error *err)
{
    skep_status st;

    skep_line_close(line);
    skep_reply_reader_free(line->reader);
    skep_buf_reset(&line->in);
    line->in_at = 0;
    st = skep_reply_reader_new(&line->reader, err);
    if (st == SKEP_OK) {
        st = skep_transport_open(&line->transport, url, tls_options, timeout_ms, err);
    }
    return st;
}

/* Take in what has arrived, behind what is there. SKEP_EMPTY: nothing. */
static skep_status line_receive(struct skep_line *line, struct skep_error *err)
{
    size_t n = 0;
    char *room;
    skep_status st;

    if (line->in_at == line->in.length) {
        skep_buf_reset(&line->in);
        line->in_at = 0;
        if (line->in.capacity > LINE_KEEP_BYTES) {
            skep_buf_release(&line->in);
        }
    }
    room = skep_buf_reserve(&line->in, LINE_READ_BYTES);
    if (room == NULL) {
        return line->in.length > LINE_MAX_INPUT_BYTES - LINE_READ_BYTES
                   ? skep_error_set(err, SKEP_E_PROTOCOL, "more than 512 MiB of replies to one flush")
                   : skep_error_set(err, SKEP_E_NOMEM, "no memory for replies");
    }
    st = skep_transport_read(&line->transport, room, LINE_READ_BYTES, &n, err);
    line->in.length += n;
    return st;
}

skep_status skep_line_send(struct skep_line *line, struct skep_requests *out, struct skep_error *err)
{
    while (out->n_sent < out->bytes.length) {
        size_t n = 0;
        skep_status st = skep_transport_write(&line->transport, out->bytes.bytes + out->n_sent,
                                              out->bytes.length - out->n_sent, &n, err);
        out->n_sent += n;
        if (st == SKEP_EMPTY) {
            st = line_receive(line, err);
        }
        if (st == SKEP_EMPTY) {
            short events = (short)(line->transport.write_events | line->transport.read_events);
            if (skep_transport_wait(&line->transport, events, line->silence_ms) == SKEP_OK) {
                st = SKEP_OK;
            } else {
                st = skep_line_error_late(err, SKEP_LINE_WRITE_LATE, line->silence_ms);
            }
        }
        if (st != SKEP_OK) {
            return st;
        }
    }
    return SKEP_OK;
}

/* The next reply of what has been read. */
static skep_status line_parse(struct skep_line *line, struct skep_reply **reply_out, struct skep_error *err)
{
    skep_status st = skep_reply_reader_next(line->reader, reply_out, err);

    while (st == SKEP_EMPTY && line->in_at < line->in.length) {
        size_t n = line->in.length - line->in_at;
        n = n < SKEP_REPLY_PIECE_BYTES ? n : SKEP_REPLY_PIECE_BYTES;
        st = skep_reply_reader_feed(line->reader, line->in.bytes + line->in_at, n, err);
        line->in_at += n;
        if (st == SKEP_OK) {
            st = skep_reply_reader_next(line->reader, reply_out, err);
        }
    }
    return st;
}

skep_status skep_line_try_reply(struct skep_line *line, struct skep_reply **reply_out, struct skep_error *err)
{
    skep_status st = line_parse(line, reply_out, err);

    while (st == SKEP_EMPTY) {
        st = line_receive(line, err);
        if (st != SKEP_OK) {
            return st;
        }
        st = line_parse(line, reply_out, err);
    }
    return st;
}

skep_status skep_line_await_reply(struct skep_line *line, int silence_ms, struct skep_reply **reply_out,
                                  struct skep_error *err)
{
    skep_status st;

    for (;;) {
        st = skep_line_try_reply(line, reply_out, err);
        if (st != SKEP_EMPTY) {
            return st;
        }
        if (skep_transport_wait(&line->transport, line->transport.read_events, silence_ms) == SKEP_EMPTY) {
            return skep_line_error_late(err, SKEP_LINE_READ_LATE, silence_ms);
        }
    }
}
