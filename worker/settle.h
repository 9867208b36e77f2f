/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_SETTLE_H
#define SKEP_WORKER_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "metrics/metrics.h"
#include "queue/holder.h"
#include "run/run.h"
#include "settings.h"

/* The verdict on a task: the only place that decides between done, another try and a dead letter. */

struct skep_policy {
    unsigned retries;
    double backoff_s, backoff_max_s;
    unsigned crashes;      /* a task that was running so often when its slot died is not run again */
    double task_time_s;    /* no task runs longer; 0: as long as it likes */
    uint64_t memory_bytes; /* a task in a slot may have so much; 0: not known */
};

/* The policy that the settings ask for. */
struct skep_policy skep_settle_policy(const struct skep_worker_settings *settings);

/* Who ran it, and when. */
struct skep_attempt {
    const char *worker, *host;
    int slot;
    int64_t started_ms, finished_ms; /* wall */
    int64_t now_ms;                  /* Redis TIME, as well as the slot knows it */
    struct skep_usage usage;
    /* Monotonic: when it began, had its arguments, and was computed; 0: it did not come so far. */
    int64_t began_ns, bound_ns, computed_ns;
    const struct skep_result_output *output; /* what it has printed; NULL: nothing */
};

/* A verdict whose bytes are in a buffer that still grows: places instead of pointers. */
struct skep_settled {
    enum skep_verdict_kind kind;
    skep_status cause;          /* why an attempt has failed; SKEP_OK: it has not, or there was none */
    size_t result_at, result_n; /* n 0: none */
    size_t record_at, record_n; /* RETRY, BURY */
    size_t job_at, job_n;       /* with its NUL; DONE, BURY, CANCEL */
    size_t id_at, id_n;         /* likewise; CANCEL */
    int64_t delay_ms;
};

/* The same with pointers, once BYTES does not grow any more. */
struct skep_verdict skep_settled_verdict(const struct skep_settled *settled, const struct skep_buf *bytes);

/* The job whose counts a task raises: the one it was pushed under, or its record's; NULL: none. Goes into its
 * verdict. */
const char *skep_settle_job(const struct skep_work *work);

/* How long a task may run: its own timeout_s (OWN_S, 0: it has none), and never longer than the policy's; 0:
 * for ever. And that it did, in words: returns SKEP_E_TIMEOUT. */
double skep_settle_time_s(const struct skep_policy *policy, double own_s);
skep_status skep_settle_timeout(const struct skep_policy *policy, double own_s, struct skep_error *err);

/* Whether WORK must not run at all: an unreadable record, too many crashes, expired, not due yet. If so
 * *SETTLED_OUT is its verdict (appended to BYTES) and the answer is true. */
bool skep_settle_unrun(const struct skep_policy *policy, const struct skep_attempt *attempt,
                       const struct skep_work *work, unsigned crashes, const char *crash_info,
                       struct skep_buf *bytes, struct skep_settled *settled_out);

/* The verdict on WORK, which somebody has cancelled before it ran. */
void skep_settle_cancelled(const struct skep_attempt *attempt, const struct skep_work *work,
                           struct skep_buf *bytes, struct skep_settled *settled_out);

/* The verdict on what came of it; result, record or dead letter are appended to BYTES. Failures that are not
 * final are tried again, also those for which the slot had to be ended (SKEP_E_TIMEOUT, SKEP_E_MEMORY_LIMIT),
 * until the task's retries are used up. SKEP_E_CANCELLED ends it, without a dead letter. */
void skep_settle(const struct skep_policy *policy, const struct skep_attempt *attempt,
                 const struct skep_work *work, const struct skep_outcome *outcome, struct skep_buf *bytes,
                 struct skep_settled *settled_out);

/* Another try, whatever is left of its retries: for an index whose slot was ended, from an agent, who does
 * not know its job's spec. Whoever takes it buries it when it has none left (skep_settle_unrun). */
void skep_settle_again(const struct skep_policy *policy, const struct skep_attempt *attempt,
                       const struct skep_work *work, const struct skep_outcome *outcome,
                       struct skep_buf *bytes, struct skep_settled *settled_out);

/* What the task of an index of a range job is called: "JOB.INDEX". Returns TEXT. */
const char *skep_settle_name_index(const char *job, int64_t index, char *text, size_t size);

/* Count a verdict that was given. */
void skep_settle_count(struct skep_metrics *metrics, enum skep_verdict_kind kind);

#endif
