/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_LINE_H
#define SKEP_QUEUE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/status.h"
#include "queue/reply.h"
#include "queue/request.h"
#include "queue/transport.h"

/* Requests out and replies in over a transport: both directions' bytes, and who waits for which. It does not
 * know which reply belongs to which request, nor what they mean; that is conn.h's. */
struct skep_line {
    struct skep_transport transport;
    struct skep_buf in;               /* what arrived */
    size_t in_at;                     /* how far it has been fed to the parser */
    struct skep_reply_reader *reader; /* made anew with each opening */
    int silence_ms;                   /* how long the line may be silent when something is due */
};

void skep_line_init(struct skep_line *line, int silence_ms);
void skep_line_release(struct skep_line *line);

/* As skep_transport_open, and nothing of an earlier line is left. Closing keeps the last reply alive. */
SKEP_MUST_USE skep_status skep_line_open(struct skep_line *line, const struct skep_url *url,
                                         const struct skep_tls_options *tls_options, int timeout_ms,
                                         struct skep_error *err);
void skep_line_close(struct skep_line *line);
bool skep_line_is_open(const struct skep_line *line);

/* After any of these says anything but SKEP_OK or SKEP_EMPTY the line is of no use; the caller closes it. The
 * statuses are those of conn.h. */

/* Send what OUT still holds, taking in what arrives whenever the line takes nothing. Blocks. */
SKEP_MUST_USE skep_status skep_line_send(struct skep_line *line, struct skep_requests *out,
                                         struct skep_error *err);

/* The next reply of what has arrived; SKEP_EMPTY if none is complete. Ends the life of the one before. */
SKEP_MUST_USE skep_status skep_line_try_reply(struct skep_line *line, struct skep_reply **reply_out,
                                              struct skep_error *err);

/* Wait for it, at most SILENCE_MS after the last byte. */
SKEP_MUST_USE skep_status skep_line_await_reply(struct skep_line *line, int silence_ms,
                                                struct skep_reply **reply_out, struct skep_error *err);

#endif
