/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_EVIDENCE_H
#define SKEP_PRODUCER_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "monitor/overview.h"
#include "producer/ask/secrets.h"
#include "producer/ask/task_search.h"
#include "producer/cli/connect.h"

/* `skep evidence`: everything that is known of one task and of what is around it, in one text. evidence.c is
 * the command and the order of things, evidence_task.c the task, evidence_around.c the rest. */

struct skep_evidence_settings {
    struct skep_connect_settings connect;
    const char *queue;
    const char *out;
    int64_t max_records;
};

/* What one piece of a stranger's may take of the text, and what the whole text may have. */
enum {
    SKEP_EVIDENCE_PIECE_BYTES = 16 * 1024,
    SKEP_EVIDENCE_BYTES = 1024 * 1024,
    SKEP_EVIDENCE_HITS = 8,
    SKEP_EVIDENCE_LOGS = 16,
    SKEP_EVIDENCE_WORKERS = 32
};

struct skep_evidence {
    const struct skep_evidence_settings *settings;
    struct skep_conn *conn;
    struct skep_keys keys;
    struct skep_task_wanted wanted;
    struct skep_task_search search;
    struct skep_secrets secrets;
    struct skep_overview *overview;
    struct skep_server_facts facts;
    size_t n_hits;
    bool is_blind; /* this user may not look for tasks */
    bool is_held;  /* by the worker of this name */
    char holder[SKEP_WORKER_NAME_BYTES];
    char job[260], kernel[64], id[260]; /* of the first hit; "": not known */
    struct skep_buf text;
};

/* A heading. */
void skep_evidence_add_section(struct skep_evidence *evidence, const char *title);

/* "name       words": WORDS are ours. */
void skep_evidence_add_row(struct skep_evidence *evidence, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* N bytes of a stranger, without secrets and harmless. */
void skep_evidence_add_strange(struct skep_evidence *evidence, const char *bytes, size_t n);

/* What a user may not ask is told in the text, and no failure: SKEP_OK then, else ST with the words of OWN in
 * ERR. */
SKEP_MUST_USE skep_status skep_evidence_forgive(struct skep_evidence *evidence, skep_status st,
                                                const struct skep_error *own, struct skep_error *err);

/* The parts. Those that ask the server fail as it does. */
SKEP_MUST_USE skep_status skep_evidence_add_task(struct skep_evidence *evidence, struct skep_error *err);
SKEP_MUST_USE skep_status skep_evidence_add_why(struct skep_evidence *evidence, struct skep_error *err);
SKEP_MUST_USE skep_status skep_evidence_add_logs(struct skep_evidence *evidence, struct skep_error *err);
SKEP_MUST_USE skep_status skep_evidence_add_job(struct skep_evidence *evidence, struct skep_error *err);
void skep_evidence_add_findings(struct skep_evidence *evidence);
void skep_evidence_add_queue(struct skep_evidence *evidence);
void skep_evidence_add_workers(struct skep_evidence *evidence);
void skep_evidence_add_server(struct skep_evidence *evidence);
void skep_evidence_add_here(struct skep_evidence *evidence);

#endif
