/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_STATUS_JSON_H
#define SKEP_PRODUCER_STATUS_JSON_H

#include "producer/operate/status_view.h"

/* What skep status shows of one queue as one JSON object; its members are told in the help of the command.
 * Texts of strangers are JSON strings. */
void skep_status_write_json(struct skep_buf *buf, const struct skep_status_look *look);

#endif
