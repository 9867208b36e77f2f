/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_WHY_ANSWER_H
#define SKEP_PRODUCER_WHY_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "monitor/findings.h"

/* The conditions that are not findings of the whole queue (monitor/findings.h):
 *
 *   name, word, what it says of its subject, what helps
 *
 * To add one: a row, the place where it is answered, and its line in the help of `skep why`. */
#define SKEP_WHY_MAP(X)                                                                                      \
    X(NOT_FOUND, "not-found", "is not there", "")                                                            \
    X(DONE, "done", "is done", "")                                                                           \
    X(FAILED, "failed", "has failed", "`skep dead ls` counts what went wrong")                               \
    X(DEAD, "dead", "has failed for good", "")                                                               \
    X(CANCELLED, "cancelled", "is cancelled", "")                                                            \
    X(EXPIRED, "expired", "is too late", "it fails when its turn comes: push it with a later `expires`")     \
    X(BAD_RECORD, "bad-record", "will fail", "mend what wrote it, push it anew")                             \
    X(NO_KERNEL, "no-kernel", "will fail", "`skep kernels` lists those that there are")                      \
    X(NO_ROOT, "no-root", "will fail", "")                                                                   \
    X(RUNNING, "running", "runs", "")                                                                        \
    X(HELD, "held", "waits in a worker's hand", "")                                                          \
    X(DELAYED, "delayed", "is due later", "")                                                                \
    X(SUSPECT, "suspect", "waits to be run alone", "")                                                       \
    X(PUSHING, "pushing", "is not complete", "the same `skep push --job` puts the rest in")                  \
    X(UNCOUNTED, "uncounted", "is not counted",                                                              \
      "it was pushed without --job, or announced by nobody: ask for its tasks")                              \
    X(QUEUED, "queued", "waits for its turn", "")                                                            \
    X(IDLE, "idle", "has nothing to do", "")

#define SKEP_WHY_ENUM(name, word, says, help) SKEP_WHY_##name,
enum skep_why_kind { SKEP_WHY_MAP(SKEP_WHY_ENUM) SKEP_WHY_KINDS };
#undef SKEP_WHY_ENUM

enum { SKEP_WHY_FACTS = 24, SKEP_WHY_TEXT_BYTES = 1024 };

/* Plain data; texts live in the arena, and may be a stranger's. What does not fit is left out. */
struct skep_why_answer {
    const char *subject;   /* "task t17 of queue sweep" */
    const char *condition; /* a word of this list, or of the findings' */
    const char *says;      /* "waits" */
    const char *words;     /* the facts in a sentence */
    const char *help;      /* "": none */
    size_t n_facts;
    struct {
        const char *name, *text;
    } facts[SKEP_WHY_FACTS];
    struct skep_arena arena;
};

void skep_why_answer_init(struct skep_why_answer *answer);
void skep_why_answer_release(struct skep_why_answer *answer);

void skep_why_set_subject(struct skep_why_answer *answer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void skep_why_set(struct skep_why_answer *answer, enum skep_why_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void skep_why_set_help(struct skep_why_answer *answer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void skep_why_set_finding(struct skep_why_answer *answer, const struct skep_finding *finding);
void skep_why_add_fact(struct skep_why_answer *answer, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For people, harmless for a terminal; as a JSON object on a line. */
void skep_why_write_text(struct skep_buf *buf, const struct skep_why_answer *answer);
void skep_why_write_json(struct skep_buf *buf, const struct skep_why_answer *answer, const char *queue);

#endif
