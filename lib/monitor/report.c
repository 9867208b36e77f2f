/* SPDX-License-Identifier: MIT */
/* A job has used P slots for T seconds, and they were busy with it for B. One slot would have taken about B,
 * so its speed-up is B/T and its efficiency B/(PT). What is not busy is what does not scale: the beginning,
 * the end when some slots have nothing left, waiting for the server. Karp and Flatt's fraction is what Amdahl
 * would have to assume for that; it is then used to say what other numbers of slots would give. */
#include "monitor/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define REPORT_PART_WORD(name, word, help) [SKEP_REPORT_##name] = (word),
static const char *const report_words[SKEP_REPORT_PARTS] = {SKEP_REPORT_PART_MAP(REPORT_PART_WORD)};
#undef REPORT_PART_WORD

#define REPORT_PART_HELP(name, word, help) [SKEP_REPORT_##name] = (help),
static const char *const report_helps[SKEP_REPORT_PARTS] = {SKEP_REPORT_PART_MAP(REPORT_PART_HELP)};
#undef REPORT_PART_HELP

const char *skep_report_part_word(enum skep_report_part part)
{
    return report_words[part];
}

const char *skep_report_part_help(enum skep_report_part part)
{
    return report_helps[part];
}

/* ---- reading ---- */

static void report_take_slot(struct skep_report_account *account, const char *name, int64_t ns)
{
    if (name[0] == '\0') {
        account->n_uncounted++;
    }
    account->n_slots++;
    account->busiest_ns = ns > account->busiest_ns ? ns : account->busiest_ns;
}

void skep_report_take(void *context, const char *field, int64_t value)
{
    struct skep_report_account *account = context;
    int64_t bucket;

    if (value < 0) {
        return; /* nothing here is: somebody else's writing */
    }
    for (int row = 0; row < SKEP_ACCOUNT_JOB_ROWS; row++) {
        if (strcmp(field, skep_account_job_word((enum skep_account_job_row)row)) == 0) {
            account->rows[row] = value;
            return;
        }
    }
    if (strncmp(field, "w:", 2) == 0) {
        report_take_slot(account, field + 2, value);
    } else if (field[0] == 'b' && skep_parse_i64(field + 1, strlen(field + 1), &bucket) && bucket >= 0 &&
               bucket < SKEP_SECONDS_BUCKETS) {
        account->buckets[bucket] = value;
    } else if (strcmp(field, "peak_rss_bytes") == 0) {
        account->peak_rss_bytes = value;
    } else if (strcmp(field, "from_ms") == 0) {
        account->from_ms = value;
    } else if (strcmp(field, "to_ms") == 0) {
        account->to_ms = value;
    }
}

/* ---- the laws ---- */

double skep_karp_flatt(double speedup, double processors)
{
    return processors > 1 ? (1 / speedup - 1 / processors) / (1 - 1 / processors) : NAN;
}

double skep_amdahl(double serial, double processors)
{
    return 1 / (serial + (1 - serial) / processors);
}

/* ---- the report ---- */

static double report_seconds(int64_t ns)
{
    return (double)ns * 1e-9;
}

/* The parts of a task's time and what else it took; its sum is what the slots were busy with. */
static void report_measure(const struct skep_report_account *account, double longest_s,
                           struct skep_report *report)
{
    const int64_t *rows = account->rows;
    double told_s = report_seconds(rows[SKEP_ACCOUNT_MAP]) + report_seconds(rows[SKEP_ACCOUNT_COMPUTE]) +
                    report_seconds(rows[SKEP_ACCOUNT_COMMIT]);
    double wall_s = report_seconds(rows[SKEP_ACCOUNT_WALL]);
    double least_s = fmax(report_seconds(account->busiest_ns), longest_s);
    double all_s;

    report->slots = account->n_slots > 0 ? account->n_slots : 1;
    report->busy_s = fmax(wall_s, told_s);
    /* Times of the server are in ms; and no job is shorter than what one of its slots has done. */
    report->elapsed_s = fmax((double)(account->to_ms - account->from_ms) * 1e-3, least_s);
    report->elapsed_s = fmax(report->elapsed_s, report->busy_s / (double)report->slots);
    report->elapsed_s = fmax(report->elapsed_s, 1e-9);
    all_s = report->elapsed_s * (double)report->slots;
    report->use = report->busy_s / all_s;
    report->parts[SKEP_REPORT_WAIT] = 1 - report->use;
    report->parts[SKEP_REPORT_MAP] = report_seconds(rows[SKEP_ACCOUNT_MAP]) / all_s;
    report->parts[SKEP_REPORT_COMPUTE] = report_seconds(rows[SKEP_ACCOUNT_COMPUTE]) / all_s;
    report->parts[SKEP_REPORT_COMMIT] = report_seconds(rows[SKEP_ACCOUNT_COMMIT]) / all_s;
    report->parts[SKEP_REPORT_OTHER] = (report->busy_s - told_s) / all_s;
}

/* A kernel that waits gives the processor up by itself; one that is kept waiting is interrupted. */
static void report_look_at_cores(const struct skep_report_account *account, struct skep_report *report)
{
    const int64_t *rows = account->rows;
    double compute_s = report_seconds(rows[SKEP_ACCOUNT_COMPUTE]);
    double processor_s = report_seconds(rows[SKEP_ACCOUNT_USER]) + report_seconds(rows[SKEP_ACCOUNT_SYSTEM]);

    report->processor = compute_s > 0 ? processor_s / compute_s : NAN;
    report->shares_cores = compute_s >= SKEP_REPORT_COMPUTE_S && report->processor < SKEP_REPORT_SHARED &&
                           rows[SKEP_ACCOUNT_INVOLUNTARY] > rows[SKEP_ACCOUNT_VOLUNTARY] &&
                           (double)rows[SKEP_ACCOUNT_INVOLUNTARY] > SKEP_REPORT_INTERRUPTED_PER_S * compute_s;
    if (report->shares_cores) {
        report->twice_s = report->twice_speedup = NAN;
        report->is_bounded_by_longest = false;
        report->more_slots = 0;
    }
}

/* No more slots than tasks are of use, and the longest task remains as long as it is. */
static void report_foretell(const struct skep_report_account *account, double longest_s,
                            struct skep_report *report)
{
    double slots = (double)report->slots;
    double twice = fmin(2 * slots, fmax((double)account->rows[SKEP_ACCOUNT_ATTEMPTS], slots));

    report->speedup = report->busy_s / report->elapsed_s;
    report->serial = skep_karp_flatt(report->speedup, slots);
    report->twice_speedup = skep_amdahl(report->serial, twice);
    report->twice_s = report->busy_s / report->twice_speedup;
    if (report->twice_s < longest_s) {
        report->is_bounded_by_longest = true;
        report->twice_s = longest_s;
        report->twice_speedup = report->busy_s / longest_s;
    }
    if (report->use > SKEP_REPORT_USE && report->elapsed_s >= SKEP_REPORT_LONG_S) {
        report->more_slots = (int64_t)ceil(slots * report->use / SKEP_REPORT_USE) - report->slots;
    }
}

bool skep_report_make(const struct skep_report_account *account, double longest_s,
                      struct skep_report *report_out)
{
    int64_t attempts = account->rows[SKEP_ACCOUNT_ATTEMPTS];

    *report_out = (struct skep_report){0};
    if (attempts == 0) {
        return false;
    }
    report_measure(account, longest_s, report_out);
    report_foretell(account, longest_s, report_out);
    report_look_at_cores(account, report_out);
    report_out->mean_s = report_seconds(account->rows[SKEP_ACCOUNT_WALL]) / (double)attempts;
    report_out->median_s = skep_seconds_quantile(account->buckets, 0.5);
    report_out->high_s = skep_seconds_quantile(account->buckets, 0.99);
    return true;
}
