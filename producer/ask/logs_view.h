/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_LOGS_VIEW_H
#define SKEP_PRODUCER_LOGS_VIEW_H

#include <stdbool.h>

#include "base/buf.h"
#include "queue/logs.h"

/* What tasks have printed, as people see it: every line with whose it is in front, and nothing in it that a
 * terminal would obey.
 *
 *     [te_box.17 stdout] r = 0.25
 *     [te_box.17 stderr, attempt 2] warning: empty box
 */
void skep_logs_view_add(struct skep_buf *buf, const struct skep_logs_entry *entry);

/* The same as one line of JSON. */
void skep_logs_view_add_json(struct skep_buf *buf, const struct skep_logs_entry *entry);

/* Which entries are wanted. Zeroed but for INDEX -1: all. */
struct skep_logs_choice {
    const char *job; /* NULL: any */
    int64_t index;   /* of the job; -1: any */
    const char *id;  /* NULL: any */
};

/* Read "JOB" or "JOB:INDEX"; the text is changed and borrowed. */
void skep_logs_choice_parse(struct skep_logs_choice *choice, char *text);

bool skep_logs_is_chosen(const struct skep_logs_choice *choice, const struct skep_logs_entry *entry);

#endif
