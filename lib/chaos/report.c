/* SPDX-License-Identifier: MIT */
#include "chaos/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static void __attribute__((format(printf, 3, 0)))
report_add(struct skep_report *report, bool is_bad, const char *format, va_list rest)
{
    /* Figures that do not fit are not shown; that one of them is bad is kept all the same. */
    report->n_bad += is_bad;
    if (report->n < SKEP_REPORT_MAX) {
        struct skep_figure *figure = &report->figures[report->n++];
        (void)vsnprintf(figure->words, sizeof figure->words, format, rest);
        figure->is_bad = is_bad;
    }
}

void skep_report_note(struct skep_report *report, const char *format, ...)
{
    va_list rest;

    va_start(rest, format);
    report_add(report, false, format, rest);
    va_end(rest);
}

void skep_report_check(struct skep_report *report, bool holds, const char *format, ...)
{
    va_list rest;

    va_start(rest, format);
    report_add(report, !holds, format, rest);
    va_end(rest);
}

void skep_report_most(struct skep_report *report, const char *name, int64_t value, int64_t most)
{
    if (value > most) {
        skep_report_check(report, false, "%s %" PRId64 " (at most %" PRId64 ")", name, value, most);
    } else {
        skep_report_note(report, "%s %" PRId64, name, value);
    }
}

void skep_report_leave_out(struct skep_report *report, const char *what)
{
    report->is_left_out = true;
    skep_report_note(report, "left out: %s", what);
}

const char *skep_report_verdict(const struct skep_report *report)
{
    if (!skep_report_has_passed(report)) {
        return "FAILED";
    }
    return report->is_left_out ? "left out" : "passed";
}

bool skep_report_has_passed(const struct skep_report *report)
{
    return report->n_bad == 0 && report->n > 0;
}

void skep_report_write_head(struct skep_buf *buf)
{
    skep_buf_add_text(buf, "| row | what | seed | figures | time | verdict |\n|---|---|---|---|---|---|\n");
}

/* A cell must not end its own column. */
static void report_add_cell(struct skep_buf *buf, const char *text)
{
    for (; *text != '\0'; text++) {
        skep_buf_add_char(buf, *text == '|' ? '/' : (unsigned char)*text < ' ' ? ' ' : *text);
    }
}

void skep_report_write_row(struct skep_buf *buf, const char *name, const char *fault,
                           const struct skep_report *report)
{
    const char *mark;

    skep_buf_printf(buf, "| %s | ", name);
    report_add_cell(buf, fault);
    skep_buf_printf(buf, " | %" PRIu64 " | ", report->seed);
    for (size_t i = 0; i < report->n; i++) {
        const struct skep_figure *figure = &report->figures[i];
        skep_buf_add_text(buf, i > 0 ? "; " : "");
        skep_buf_add_text(buf, figure->is_bad ? "**" : "");
        report_add_cell(buf, figure->words);
        skep_buf_add_text(buf, figure->is_bad ? "**" : "");
    }
    mark = skep_report_has_passed(report) ? "" : "**";
    skep_buf_printf(buf, " | %.1f s | %s%s%s |\n", report->seconds, mark, skep_report_verdict(report), mark);
}
