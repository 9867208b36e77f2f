/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_REPORT_H
#define SKEP_CHAOS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* What came out of one row: figures, some of them judged. */
enum { SKEP_REPORT_MAX = 48 };

struct skep_figure {
    char words[160]; /* "lost 0", "slot back after 240 ms at p99 (limit 1000)" */
    bool is_bad;
};

struct skep_report {
    struct skep_figure figures[SKEP_REPORT_MAX];
    size_t n;
    size_t n_bad;
    uint64_t seed;
    bool is_long;
    bool is_left_out; /* what it takes is not there; that is no failure */
    double seconds;   /* that it took */
};

/* A figure for the reader alone. */
void skep_report_note(struct skep_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A figure that must hold. */
void skep_report_check(struct skep_report *report, bool holds, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "NAME VALUE", which must not be more than MOST. */
void skep_report_most(struct skep_report *report, const char *name, int64_t value, int64_t most);

/* The row cannot be performed here, because of WHAT. */
void skep_report_leave_out(struct skep_report *report, const char *what);

/* "passed", "FAILED", "left out". */
const char *skep_report_verdict(const struct skep_report *report);
bool skep_report_has_passed(const struct skep_report *report);

/* The table: head, then one line a row. FAULT says what was done. */
void skep_report_write_head(struct skep_buf *buf);
void skep_report_write_row(struct skep_buf *buf, const char *name, const char *fault,
                           const struct skep_report *report);

#endif
