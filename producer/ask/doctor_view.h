/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_DOCTOR_VIEW_H
#define SKEP_PRODUCER_DOCTOR_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "producer/ask/doctor.h"

/* What a doctor says, as text and as JSON. */

/* A check as a line, its fix as a second one. */
void skep_doctor_write_line(struct skep_buf *buf, const struct skep_doctor_check *check,
                            const struct skep_doctor_verdict *verdict);

/* The last line: how many are good, and what was not looked at. */
void skep_doctor_write_summary(struct skep_buf *buf, const struct skep_doctor *doctor);

/* Everything as one line of JSON. */
void skep_doctor_write_json(struct skep_buf *buf, const struct skep_doctor *doctor, int exit_code,
                            int64_t now_ms);

/* What a doctor who looks again and again has said before. Zeroed: nothing. */
struct skep_doctor_memory {
    bool has_looked;
    enum skep_doctor_state states[SKEP_DOCTOR_CHECKS]; /* as they were when last made */
};

/* A line for each check whose state is another than before, with the time in front; the first time for each
 * one that is not good, or a line that all are. Whether anything was new. */
bool skep_doctor_write_news(struct skep_buf *buf, const struct skep_doctor *doctor,
                            struct skep_doctor_memory *memory, int64_t now_ms);

#endif
