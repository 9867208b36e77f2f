/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_AGENT_LINE_H
#define SKEP_WORKER_AGENT_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "crew.h"
#include "obituary.h"

/* An agent's one connection, and all that goes over it: for every queue once a second the beats of the slots,
 * sent together and without waiting, so that a silent server does not hide a dying slot; the reaping of slots
 * that died here or fell silent elsewhere; what people read about slots. Nothing is decided by the clock of
 * another machine. */
struct skep_agent_line; /* opaque */

/* CREW is borrowed; not connected yet.
 *
 *   SKEP_E_USAGE   the name of a queue, or the server's settings
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_agent_line_new(struct skep_crew *crew, struct skep_agent_line **line_out,
                                              struct skep_error *err);
void skep_agent_line_free(struct skep_agent_line *line); /* NULL is fine */

/* Do what is due: connect, beat, read, reap, tell. Waits no longer than a time-out of the server. */
void skep_agent_line_tend(struct skep_agent_line *line, int64_t now_ms);

/* When there is something to do again, and what to poll for input meanwhile (-1: nothing). */
int64_t skep_agent_line_next_ms(const struct skep_agent_line *line);
int skep_agent_line_fd(const struct skep_agent_line *line);

/* A slot is over: its queues are told as soon as they can be. */
void skep_agent_line_mourn(struct skep_agent_line *line, const struct skep_obituary *obituary);

/* Whether a slot's end waits to be told to a server that can be reached. */
bool skep_agent_line_is_mourning(const struct skep_agent_line *line);

/* The acks of some job wait, and nobody gathers them: told once for each time that a queue says so. */
bool skep_agent_line_take_gather(struct skep_agent_line *line);

/* The server refuses us: somebody must change something. */
bool skep_agent_line_is_refused(const struct skep_agent_line *line);

const char *skep_agent_line_server_text(const struct skep_agent_line *line);

#endif
