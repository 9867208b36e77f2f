/* SPDX-License-Identifier: MIT */
#include "producer/ask/report_view.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "producer/cli/words.h"
#include "task/json.h"
#include "task/json_member.h"
#include "task/percent.h"

enum { REPORT_NAME_SHOWN = 200 };

/* ---- the slowest tasks ---- */

/* The parts of "NAME HOST SLOT"; what is not so is all name. */
struct report_place {
    char name[512];
    const char *host, *slot;
    size_t host_n, slot_n;
};

static void report_read_place(const char *what, struct report_place *place)
{
    const char *host = strchr(what, ' ');
    const char *slot = host != NULL ? strrchr(what, ' ') : NULL;
    size_t n = host != NULL ? (size_t)(host - what) : strlen(what);

    *place = (struct report_place){0};
    if (n >= sizeof place->name || !skep_percent_decode(what, n, place->name)) {
        n = n < sizeof place->name ? n : sizeof place->name - 1;
        memcpy(place->name, what, n);
        place->name[n] = '\0';
    }
    if (slot != NULL && slot > host) {
        place->host = host + 1;
        place->host_n = (size_t)(slot - host - 1);
        place->slot = slot + 1;
        place->slot_n = strlen(slot + 1);
    }
}

/* ---- for people ---- */

static const char *report_number(int64_t number, char text[SKEP_WORDS_BYTES])
{
    return skep_words_number(number, text);
}

static void report_add_head(struct skep_buf *buf, const struct skep_report_view *view)
{
    const struct skep_report *report = view->report;
    int64_t attempts = view->account->rows[SKEP_ACCOUNT_ATTEMPTS];
    int64_t failed = view->account->rows[SKEP_ACCOUNT_FAILED];
    char text[SKEP_WORDS_BYTES];

    skep_buf_add_text(buf, "job ");
    skep_words_add_harmless(buf, view->job->name, strlen(view->job->name), REPORT_NAME_SHOWN);
    skep_buf_printf(buf, " of queue %s: %s; %s attempt%s", view->queue, skep_job_state(view->job),
                    report_number(attempts, text), skep_words_plural((uint64_t)attempts));
    if (failed > 0) {
        skep_buf_printf(buf, " (%s failed)", report_number(failed, text));
    }
    skep_buf_printf(buf, " in %s", skep_words_time(report->elapsed_s, text));
    skep_buf_printf(buf, " on %s%s slot%s\n", view->account->n_uncounted > 0 ? "more than " : "",
                    report_number(report->slots, text), skep_words_plural((uint64_t)report->slots));
}

static void report_add_use(struct skep_buf *buf, const struct skep_report_view *view)
{
    const struct skep_report *report = view->report;
    char busy[SKEP_WORDS_BYTES];

    skep_buf_printf(buf,
                    "  efficiency       %5.1f %%   of the time of its slots; busy for %s, speed-up %.3g\n",
                    100 * report->use, skep_words_time(report->busy_s, busy), report->speedup);
    if (!isnan(report->serial)) {
        skep_buf_printf(buf, "  serial fraction  %.4f    by Karp and Flatt: what did not scale\n",
                        report->serial);
    }
    skep_buf_add_text(buf, "where the time of the slots went\n");
    for (int i = 0; i < SKEP_REPORT_PARTS; i++) {
        enum skep_report_part part = (enum skep_report_part)i;
        skep_buf_printf(buf, "  %-16s %5.1f %%   %s\n", skep_report_part_word(part), 100 * report->parts[i],
                        skep_report_part_help(part));
    }
}

static void report_add_attempts(struct skep_buf *buf, const struct skep_report_view *view)
{
    const struct skep_report *report = view->report;
    const int64_t *rows = view->account->rows;
    char a[SKEP_WORDS_BYTES], b[SKEP_WORDS_BYTES], c[SKEP_WORDS_BYTES];

    skep_buf_printf(buf, "an attempt\n  time             mean %s", skep_words_time(report->mean_s, a));
    if (!isnan(report->median_s)) {
        skep_buf_printf(buf, ", half of them below about %s, 99 of 100 below %s",
                        skep_words_time(report->median_s, b), skep_words_time(report->high_s, c));
    }
    skep_buf_printf(buf, "\n  processor        %s user, %s system, of all together\n",
                    skep_words_time((double)rows[SKEP_ACCOUNT_USER] * 1e-9, a),
                    skep_words_time((double)rows[SKEP_ACCOUNT_SYSTEM] * 1e-9, b));
    skep_buf_printf(buf, "  memory           %s at most; page faults: %s, and %s that read from a disk\n",
                    skep_words_bytes((uint64_t)view->account->peak_rss_bytes, a),
                    report_number(rows[SKEP_ACCOUNT_MINOR_FAULTS], b),
                    report_number(rows[SKEP_ACCOUNT_MAJOR_FAULTS], c));
    skep_buf_printf(buf, "  switches         %s to wait, %s for somebody else to run\n",
                    report_number(rows[SKEP_ACCOUNT_VOLUNTARY], a),
                    report_number(rows[SKEP_ACCOUNT_INVOLUNTARY], b));
}

static void report_add_slots(struct skep_buf *buf, const struct skep_report_view *view)
{
    const struct skep_report *report = view->report;
    char text[SKEP_WORDS_BYTES];

    if (report->shares_cores) {
        skep_buf_printf(buf,
                        "kernels had the processor for %.0f %% of their time and were often interrupted: the "
                        "slots share cores, with each other or with others; more of them would not help\n",
                        100 * report->processor);
    }
    if (!isnan(report->twice_s)) {
        skep_buf_printf(buf, "twice the slots: about %s", skep_words_time(report->twice_s, text));
        skep_buf_printf(buf, ", speed-up %.3g%s\n", report->twice_speedup,
                        report->is_bounded_by_longest ? ": the slowest task takes as long"
                                                      : " (Amdahl's law with that fraction)");
    }
    if (report->more_slots > 0) {
        skep_buf_printf(buf, "the slots are used above %.0f %%: %s more would bring that down to it\n",
                        100 * SKEP_REPORT_USE, report_number(report->more_slots, text));
    }
}

static void report_add_slowest(struct skep_buf *buf, const struct skep_report_view *view)
{
    char text[SKEP_WORDS_BYTES];
    struct report_place place;

    skep_buf_add_text(buf, view->n_slowest > 0 ? "the slowest tasks\n" : "");
    for (size_t i = 0; i < view->n_slowest; i++) {
        report_read_place(view->slowest[i].what, &place);
        skep_buf_printf(buf, "  %12s   ", skep_words_time(view->slowest[i].seconds, text));
        skep_words_add_harmless(buf, place.name, strlen(place.name), REPORT_NAME_SHOWN);
        if (place.host != NULL) {
            skep_buf_add_text(buf, "   on ");
            skep_words_add_harmless(buf, place.host, place.host_n, REPORT_NAME_SHOWN);
            skep_buf_add_text(buf, ", slot ");
            skep_words_add_harmless(buf, place.slot, place.slot_n, REPORT_NAME_SHOWN);
        }
        skep_buf_add_char(buf, '\n');
    }
}

void skep_report_write_text(struct skep_buf *buf, const struct skep_report_view *view)
{
    report_add_head(buf, view);
    report_add_use(buf, view);
    report_add_attempts(buf, view);
    report_add_slots(buf, view);
    report_add_slowest(buf, view);
}

/* ---- as JSON ---- */

static void report_json_text(struct skep_buf *buf, const char *key, const char *text, size_t n)
{
    skep_json_add_key(buf, key);
    skep_json_add_text(buf, text, n);
}

/* What is not known is null. */
static void report_json_number(struct skep_buf *buf, const char *key, double number)
{
    skep_json_member_f64(buf, key, isfinite(number) ? number : NAN);
}

static void report_json_slowest(struct skep_buf *buf, const struct skep_report_view *view)
{
    struct report_place place;

    skep_json_add_key(buf, "slowest");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < view->n_slowest; i++) {
        report_read_place(view->slowest[i].what, &place);
        skep_buf_add_text(buf, i > 0 ? ",{" : "{");
        skep_json_member_text(buf, "task", place.name);
        report_json_number(buf, "seconds", view->slowest[i].seconds);
        if (place.host != NULL) {
            report_json_text(buf, "host", place.host, place.host_n);
            report_json_text(buf, "slot", place.slot, place.slot_n);
        }
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_char(buf, ']');
}

void skep_report_write_json(struct skep_buf *buf, const struct skep_report_view *view)
{
    const struct skep_report *report = view->report;

    skep_buf_add_char(buf, '{');
    skep_json_member_text(buf, "job", view->job->name);
    skep_json_member_text(buf, "queue", view->queue);
    skep_json_member_text(buf, "state", skep_job_state(view->job));
    skep_json_member_i64(buf, "slots", report->slots);
    report_json_number(buf, "elapsed_s", report->elapsed_s);
    report_json_number(buf, "busy_s", report->busy_s);
    report_json_number(buf, "efficiency", report->use);
    report_json_number(buf, "speedup", report->speedup);
    report_json_number(buf, "serial_fraction", report->serial);
    skep_json_add_key(buf, "parts");
    skep_buf_add_char(buf, '{');
    for (int i = 0; i < SKEP_REPORT_PARTS; i++) {
        report_json_number(buf, skep_report_part_word((enum skep_report_part)i), report->parts[i]);
    }
    skep_buf_add_char(buf, '}');
    report_json_number(buf, "processor", report->processor);
    skep_json_add_key(buf, "shares_cores");
    skep_json_add_bool(buf, report->shares_cores);
    report_json_number(buf, "twice_the_slots_s", report->twice_s);
    skep_json_member_i64(buf, "more_slots", report->more_slots);
    report_json_number(buf, "mean_s", report->mean_s);
    report_json_number(buf, "median_s", report->median_s);
    report_json_number(buf, "p99_s", report->high_s);
    for (int i = 0; i < SKEP_ACCOUNT_JOB_ROWS; i++) {
        skep_json_member_i64(buf, skep_account_job_word((enum skep_account_job_row)i),
                             view->account->rows[i]);
    }
    skep_json_member_i64(buf, "peak_rss_bytes", view->account->peak_rss_bytes);
    report_json_slowest(buf, view);
    skep_buf_add_text(buf, "}\n");
}
