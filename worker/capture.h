/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_CAPTURE_H
#define SKEP_WORKER_CAPTURE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "output.h"
#include "page.h"

/* The slot's side of its outputs: whose is what was printed? Asked after every attempt, however short: two
 * loads from memory where nothing was printed. */
struct skep_capture {
    struct skep_page *page;
    int fds[SKEP_OUTPUTS];
    /* The byte that the next print fills. It is NUL until then; where it cannot be looked at, a byte that is
     * not stands for it. */
    const volatile char *next[SKEP_OUTPUTS];
    const char *maps[SKEP_OUTPUTS];
    bool has_trusted; /* an attempt since the last look was believed to be silent because of that byte */
    struct skep_output_tails tails; /* of the attempt that ended last */
    uint64_t n_untold[SKEP_OUTPUTS];
    pthread_mutex_t lock;          /* what stands in the files is where the marks say: for the keeper */
    int keeper_fd;                 /* eventfd: wakes it */
    int64_t trimmed[SKEP_OUTPUTS]; /* its own: pages in front of this are gone */
};

enum skep_captured {
    SKEP_CAPTURED_NOTHING,
    SKEP_CAPTURED_OURS, /* the attempt that is over has printed something */
    SKEP_CAPTURED_ANYS  /* it or one before it: what begins with a NUL is not seen at once */
};

/* What is printed goes to these files of the agent. Starts the keeper, a thread that frees what nobody will
 * read while a task prints without end.
 *
 *   SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_capture_begin(struct skep_capture *capture, struct skep_page *page,
                                             const int fds[SKEP_OUTPUTS], struct skep_error *err);

/* A task is going to run, after nothing did. */
void skep_capture_wake(const struct skep_capture *capture);

/* The attempt that began at the last call is over, the next one begins. Its tails, and whose they are. Costs
 * some system calls. */
enum skep_captured skep_capture_look(struct skep_capture *capture);

enum { SKEP_CAPTURE_SHORT_NS = 20 * 1000 };

/* The same for an attempt that took RAN_NS: one that was short is not looked at where it seems silent. */
static inline enum skep_captured skep_capture_end(struct skep_capture *capture, int64_t ran_ns)
{
    if (ran_ns < SKEP_CAPTURE_SHORT_NS &&
        (*capture->next[SKEP_RESULT_STDOUT] | *capture->next[SKEP_RESULT_STDERR]) == 0) {
        capture->has_trusted = true;
        return SKEP_CAPTURED_NOTHING;
    }
    return skep_capture_look(capture);
}

/* What of the attempt that has just ended was not told while it ran; no bytes: everything was. */
struct skep_result_output skep_capture_untold(const struct skep_capture *capture, int which);

/* What the attempt that runs has printed since this was last asked, for who reads along. BYTES is the
 * caller's. False: nothing. From any thread, but not while another one is in a function of this file. */
bool skep_capture_peek(struct skep_capture *capture, int which, char bytes[SKEP_OUTPUT_TAIL_BYTES],
                       struct skep_result_output *output_out);

#endif
