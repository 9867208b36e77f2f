/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_ACCOUNT_VERBS_H
#define SKEP_TESTS_INTEGRATION_ACCOUNT_VERBS_H

/* Short words for what the tests of accounts do again and again (verbs.h). Everything here fails the test. */
#include "verbs.h"

/* The fields of the queue, or of a job, in words. */
struct seen {
    char text[4096];
    size_t n, n_fields;
};

/* For skep_account_read: CONTEXT is a struct seen. Times are counted, and left out of the words. */
void see(void *context, const char *field, int64_t value);

struct seen read_account(const char *job);
void check_account(const char *job, const char *wanted); /* "field=value field=value", without times */
void check_slowest(const char *job, const char *wanted); /* "what:seconds what:seconds" */
int64_t field_of(const char *job, const char *field);    /* -1: it has none */

/* A job of N tasks, as a producer without skep announces it. */
void announce(const char *job, const char *n);

/* Two attempts of `echo`, one of which failed; the job "j" has had a slow one. */
extern const struct skep_account_news news;
#define ONCE      "done:echo=1 failed:echo=1 ns:echo=9000000000 cause:timeout=1"
#define TWICE     "done:echo=2 failed:echo=2 ns:echo=18000000000 cause:timeout=2"
#define ONCE_OF_J "attempts=2 wall_ns=9000000000 w:W=5 peak_rss_bytes=1000"

/* The holder has one task, and this settles it. */
struct skep_cycle settling(void);

#endif
