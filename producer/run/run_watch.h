/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_WATCH_H
#define SKEP_PRODUCER_RUN_WATCH_H

#include <stdbool.h>

#include "base/error.h"
#include "producer/run/run_session.h"

/* What goes wrong in a session, and what is done about it. */

/* Wait for MS, a signal, or the death of a child. */
void skep_run_pause(const struct skep_run_session *session, int ms);

/* Whether STATUS may pass: the server is out of reach or unwell. */
bool skep_run_is_trouble(skep_status status);

/* After trouble ST: SKEP_OK when it is worth another try, after a pause; ST itself when patience is over. */
SKEP_MUST_USE skep_status skep_run_bear(struct skep_run_session *session, skep_status st,
                                        struct skep_error *err);
void skep_run_trouble_is_over(struct skep_run_session *session);

/* Start server and worker again when they have died; a failure when they die too often. */
SKEP_MUST_USE skep_status skep_run_watch(struct skep_run_session *session, struct skep_error *err);

/* When nothing has come for a while: say why, and have the tasks of lost results put again. */
SKEP_MUST_USE skep_status skep_run_look(struct skep_run_session *session, struct skep_error *err);

#endif
