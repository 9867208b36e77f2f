/* SPDX-License-Identifier: MIT */
#ifndef SKEP_MONITOR_REPORT_H
#define SKEP_MONITOR_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/account.h"

/* What the account of a job says about how well its slots were used. Pure: fields in, numbers out. */

/* The account (metrics/account.h), as it was read. */
struct skep_report_account {
    int64_t rows[SKEP_ACCOUNT_JOB_ROWS];
    int64_t buckets[SKEP_SECONDS_BUCKETS];
    int64_t peak_rss_bytes, from_ms, to_ms;
    int64_t n_slots;     /* slot incarnations that ran some of it */
    int64_t busiest_ns;  /* the one that ran it longest */
    int64_t n_uncounted; /* fields of slots that are not told apart: there were more than are kept */
};

/* Where the time of the slots went: from the first beginning to the last end of the job, times the slots. */
#define SKEP_REPORT_PART_MAP(X)                                                                              \
    X(WAIT, "wait", "idle, at other jobs, or not started yet")                                               \
    X(MAP, "map", "reading records, opening and mapping arrays")                                             \
    X(COMPUTE, "compute", "in kernels")                                                                      \
    X(COMMIT, "commit", "writing outputs and results, and telling of them")                                  \
    X(OTHER, "other", "the rest of a task's time")

#define SKEP_REPORT_PART_ENUM(name, word, help) SKEP_REPORT_##name,
enum skep_report_part { SKEP_REPORT_PART_MAP(SKEP_REPORT_PART_ENUM) SKEP_REPORT_PARTS };
#undef SKEP_REPORT_PART_ENUM

const char *skep_report_part_word(enum skep_report_part part);
const char *skep_report_part_help(enum skep_report_part part);

struct skep_report {
    int64_t slots;
    double elapsed_s;
    double busy_s;                   /* of all slots together, with tasks of this job */
    double use;                      /* busy / (slots * elapsed): 0 to 1. Parallel efficiency, too */
    double parts[SKEP_REPORT_PARTS]; /* of slots * elapsed; their sum is 1 */
    double speedup;                  /* against one slot that would do it all: busy / elapsed */
    double serial;                   /* Karp and Flatt's; NaN: it cannot be told of one slot */
    double twice_s, twice_speedup;   /* what twice the slots would take, by Amdahl's law; NaN likewise */
    bool is_bounded_by_longest;      /* twice_s is the longest task: more slots do not shorten it */
    double processor;                /* processor time / time in kernels; NaN: there was none */
    bool shares_cores;               /* less than it could use, and often interrupted: more slots than cores,
                                        or others at work; then nothing is foretold */
    int64_t more_slots;              /* so many more bring the use down to SKEP_REPORT_USE; 0: it is below */
    double mean_s, median_s, high_s; /* of an attempt; high: 99 of 100 are shorter. NaN: there is none */
};

#define SKEP_REPORT_SHARED 0.75 /* of the processor, and less than this was others' */
#define SKEP_REPORT_USE    0.6  /* above it for long, waiting grows quickly with every further task */
enum { SKEP_REPORT_COMPUTE_S = 1, SKEP_REPORT_INTERRUPTED_PER_S = 10 }; /* in kernels; less is chance */
enum { SKEP_REPORT_LONG_S = 10 }; /* less than this is no use that lasts */

/* One field of a job's account into CONTEXT, a struct skep_report_account that was zeroed before the first: a
 * skep_account_each. */
void skep_report_take(void *context, const char *field, int64_t value);

/* False: nothing has ended yet. LONGEST_S: the slowest task, 0 if it is not known. */
bool skep_report_make(const struct skep_report_account *account, double longest_s,
                      struct skep_report *report_out);

/* The experimentally determined serial fraction of a speed-up on so many processors: (1/s - 1/p) / (1 - 1/p)
 * (Karp, Flatt: Measuring parallel processor performance, CACM 33 (5), 1990, equation 2). NaN for one. */
double skep_karp_flatt(double speedup, double processors);

/* 1 / (e + (1 - e) / p) (Amdahl: Validity of the single processor approach, AFIPS 1967). */
double skep_amdahl(double serial, double processors);

#endif
