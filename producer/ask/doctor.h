/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_DOCTOR_H
#define SKEP_PRODUCER_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/option.h"
#include "monitor/machine.h"
#include "monitor/overview.h"
#include "producer/cli/command.h"
#include "queue/conn.h"
#include "queue/rights.h"
#include "queue/server.h"
#include "queue/server_facts.h"

/* `skep doctor`: may what is wanted work from here? A row for each question, in an order in which each one
 * rests on those before it.
 *
 * To add a check: a row in doctor_checks.c, its function in the file of its sort, a line in the help of
 * doctor.c, a test against something that is bad. */

struct skep_doctor_settings {
    struct skep_server_settings server;
    const char *queue;
    const char *role;
    struct skep_text_list data, output;
    bool goes_on; /* --all */
    bool is_json;
    bool is_quiet;
    bool watches;
    double interval_s;
};

enum skep_doctor_state {
    SKEP_DOCTOR_UNASKED, /* a check before it failed */
    SKEP_DOCTOR_NONE,    /* has no meaning here */
    SKEP_DOCTOR_OK,
    SKEP_DOCTOR_WARN,
    SKEP_DOCTOR_FAIL
};

struct skep_doctor_verdict {
    enum skep_doctor_state state;
    char words[400]; /* what is so */
    char fix[2048];  /* what helps; "": nothing is to be done */
};

enum { SKEP_DOCTOR_CHECKS = 32 };

/* What has been found out so far. */
struct skep_doctor {
    const struct skep_doctor_settings *settings;
    bool is_private;     /* no server is named: `skep run` brings its own */
    struct skep_url url; /* without its password */
    bool has_role;
    enum skep_role role;
    bool has_queue;
    struct skep_keys keys; /* without -q of a queue that is not there */
    struct skep_conn *conn;
    int server_version; /* 0: unknown */
    bool has_facts;
    struct skep_server_facts facts;
    struct skep_overview *overview; /* NULL: not read */
    struct skep_machine machine;
    struct skep_doctor_verdict verdicts[SKEP_DOCTOR_CHECKS];
};

/* What must be there before a check can be made. */
enum skep_doctor_need {
    SKEP_DOCTOR_NOTHING,
    SKEP_DOCTOR_ADDRESS,
    SKEP_DOCTOR_LINE,
    SKEP_DOCTOR_FACTS, /* of the server */
    SKEP_DOCTOR_QUEUE
};

struct skep_doctor_check {
    const char *name;
    enum skep_doctor_need need;
    enum skep_exit exit_code; /* of a failure */
    void (*look)(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
};
const struct skep_doctor_check *skep_doctor_checks(size_t *n_out);

/* The settings, read into a doctor: *DOCTOR_OUT is the caller's to free, NULL on failure, of which the user
 * has been told. Returns an enum skep_exit. */
SKEP_MUST_USE int skep_doctor_new(const struct skep_doctor_settings *settings,
                                  struct skep_doctor **doctor_out);
void skep_doctor_free(struct skep_doctor *doctor); /* NULL is fine */

/* All checks from the beginning. EACH (NULL: nobody) hears of each one as soon as it is made. Returns the
 * exit code of the first failure, or SKEP_EXIT_OK; SKEP_EXIT_INTERRUPTED when Ctrl-C ended it, and what was
 * not looked at is unasked. */
typedef void skep_doctor_each(void *context, const struct skep_doctor_check *check,
                              const struct skep_doctor_verdict *verdict);
int skep_doctor_examine(struct skep_doctor *doctor, skep_doctor_each *each, void *context);

void skep_doctor_forget_overview(struct skep_doctor *doctor);

/* Fill VERDICT in: the words as a format, the fix as it is (NULL: none). */
void skep_doctor_say(struct skep_doctor_verdict *verdict, enum skep_doctor_state state, const char *fix,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
