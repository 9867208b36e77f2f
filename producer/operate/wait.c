/* SPDX-License-Identifier: MIT */
/* skep wait: until a job is over. */
#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/commands.h"
#include "producer/cli/connect.h"
#include "producer/operate/job_wait.h"

struct wait_settings {
    struct skep_connect_settings connect;
    const char *queue;
    const char *job;
    double timeout_s;
    bool is_quiet;
};

#define AT(field) .offset = offsetof(struct wait_settings, field)

static const struct skep_option wait_options[] = {
    SKEP_QUEUE_ROW(struct wait_settings, queue),
    {.name = "job",
     .kind = SKEP_OPT_TEXT,
     AT(job),
     .value_name = "NAME",
     .help = "the job to wait for, in place of the operand"},
    {.name = "timeout",
     .kind = SKEP_OPT_SECONDS,
     AT(timeout_s),
     .least = 0,
     .most = 3.2e7,
     .value_name = "SECONDS",
     .help = "give up after so long, with exit code 124; 0: wait for ever"},
    SKEP_QUIET_ROW(struct wait_settings, is_quiet, SKEP_QUIET_HELP),
    SKEP_CONNECT_ROWS(struct wait_settings, connect),
    {.name = NULL},
};

static int wait_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct wait_settings *settings = settings_read;
    struct skep_job_wait wait = {
        .connect = &settings->connect,
        .queue = settings->queue,
        .name = operands->n > 0 ? operands->items[0] : settings->job,
        .timeout_s = settings->timeout_s,
        .is_quiet = settings->is_quiet,
    };
    int exit_code;
    skep_status st;

    if (wait.name == NULL || (operands->n > 0 && settings->job != NULL)) {
        skep_complain("wait: for which job? Give its name (`skep job ls` lists them)");
        return SKEP_EXIT_USAGE;
    }
    st = skep_job_wait(&wait, &exit_code);
    if (st == SKEP_EMPTY) {
        skep_job_wait_tell(&wait, "; the time is over, the job is not");
        exit_code = SKEP_EXIT_TIMEOUT;
    } else if (st == SKEP_OK) {
        skep_job_wait_tell(&wait, wait.job.n_failed > 0 ? " (`skep dead ls` shows why)" : "");
        exit_code = skep_job_wait_exit(&wait);
    }
    skep_job_wait_close(&wait);
    return exit_code;
}

static const char *const wait_text[] = {
    "Wait until the last task of a job is over: done, failed for good, or cancelled. Results are not taken; "
    "`skep results` does that, before, meanwhile or afterwards.",
    "A job with arrays (`skep sweep`) is over when they are: when everything is on the disk.",
    "A server that goes away and comes back is waited for (--wait). A job whose push was broken off is not "
    "over before "
    "the rest is pushed, or the job is cancelled.",
    "Exit codes: 0 all tasks are done; 1 some failed for good or were cancelled, or there is no such job; 2 "
    "usage; 3 the "
    "server is out of reach or refused; 124 --timeout is over.",
    NULL,
};

static const char *const wait_examples[] = {
    "skep wait -q sweep monday",
    "come back when it is over",
    "skep wait -q sweep monday --timeout 10min || skep status -q sweep --job monday",
    "or say how far it is after ten minutes",
    NULL,
};

const struct skep_command skep_command_wait = {
    .name = "wait",
    .summary = "wait until a job is over",
    .usage = "-q QUEUE JOB [OPTION...]",
    .text = wait_text,
    .examples = wait_examples,
    .options = wait_options,
    .settings_bytes = sizeof(struct wait_settings),
    .max_operands = 1,
    .act = wait_act,
};
