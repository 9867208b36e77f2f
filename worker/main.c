/* SPDX-License-Identifier: MIT */
/* skep-worker: the agent, and, started by it with --slot, a slot, or with --gather, the gatherer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/log.h"
#include "config/program.h"
#include "gather_main.h"
#include "limit.h"
#include "metrics/metrics.h"
#include "settings.h"
#include "slot.h"
#include "title.h"

static const char main_intro[] =
    "Usage: skep-worker -q QUEUE --redis URL [OPTION...]\n"
    "\n"
    "Works on a queue: takes tasks, computes over memory-mapped arrays, pushes results.\n"
    "One worker per machine is enough; it keeps one process per core busy.\n"
    "\n";

static const char main_outro[] =
    "\n"
    "Examples:\n"
    "  skep-worker --redis redis://host:6379 -q sweep --slots 8 --data /srv/data\n"
    "  SKEP_REDIS=unix:///run/redis.sock skep-worker -q sweep --data eeg=/srv/eeg\n"
    "\n"
    "SIGTERM or Ctrl-C: finish what runs (see --grace), give the rest back. Twice: give all back at once.\n"
    "SIGUSR1: log more, SIGUSR2: log less, in all slots at once (kill -USR1 PID, PID being the agent's).\n"
    "What tasks print is in their results and in `skep logs`, not here.\n"
    "\n"
    "Exit status: 0 stopped cleanly, 2 a setting is wrong, 3 the server refused.\n";

static const char main_man_head[] =
    ".TH SKEP\\-WORKER 1 \"\" \"skep " SKEP_VERSION "\" \"User Commands\"\n"
    ".SH NAME\n"
    "skep\\-worker \\- work on a queue of numeric tasks\n"
    ".SH SYNOPSIS\n"
    ".B skep\\-worker\n"
    "\\-q \\fIQUEUE\\fR \\-\\-redis \\fIURL\\fR [\\fIOPTION\\fR...]\n"
    ".SH DESCRIPTION\n"
    "An agent that starts one slot per core, each a process of its own. Slots take tasks from the list\n"
    ".B skep:QUEUE\n"
    "in batches, compute over memory\\-mapped arrays, and push results. The agent beats for its slots, "
    "restarts those\n"
    "that die, and moves what slots of dead machines held back to the queue.\n"
    ".PP\n"
    "One worker per machine is enough. Any number of them may serve one queue.\n"
    ".SH OPTIONS\n";

static const char main_man_tail[] =
    ".SH SIGNALS\n"
    ".TP\n.B SIGTERM, SIGINT\n"
    "Finish what runs, for at most \\-\\-grace, and give the rest back. Twice: give everything back at "
    "once.\n"
    ".TP\n.B SIGUSR1, SIGUSR2\n"
    "To the agent: log more, log less, in all slots at once. Each step is one of error, warn, info, debug, "
    "trace.\n"
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nstopped cleanly\n"
    ".TP\n.B 2\na setting is wrong\n"
    ".TP\n.B 3\nthe server refused: wrong password, or a right is missing\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.B SKEP_REDIS_PASSWORD\nthe password of the server, so that no command line shows it\n"
    ".TP\n.B SKEP_CPU\nplain, avx2 or avx512: which variants of the kernels to use; the best that the "
    "processor has when not set\n"
    ".SH SEE ALSO\n"
    "skep(1), redis\\-server(1)\n";

/* Print what a describer writes, between two texts. */
static void main_free_arguments(char **arguments)
{
    for (int i = 0; arguments != NULL && arguments[i] != NULL; i++) {
        skep_free(arguments[i]);
    }
    skep_free(arguments);
}

/* The command line without its secrets, in memory of its own: slots are started with it again. */
static char **main_copy_arguments(int argc, char **argv)
{
    char **copy = skep_calloc((size_t)argc + 1, sizeof *copy);

    for (int i = 0; copy != NULL && i < argc; i++) {
        copy[i] = skep_strdup(argv[i]);
        if (copy[i] == NULL) {
            main_free_arguments(copy);
            return NULL;
        }
    }
    return copy;
}

static int main_run(void *settings_read, int argc, char **argv);

static const struct skep_program main_program = {
    .name = "skep-worker",
    .options = skep_worker_options,
    .frame_at = offsetof(struct skep_worker_settings, program),
    .intro = main_intro,
    .outro = main_outro,
    .man_head = main_man_head,
    .man_tail = main_man_tail,
    .describe = skep_metrics_describe,
    .run = main_run,
};

static int main_run(void *settings_read, int argc, char **argv)
{
    static char **arguments; /* static: to a leak checker too they are needed to the end */
    struct skep_worker_settings *settings = settings_read;
    struct skep_error err = {0};
    skep_status st;
    int status;

    if (settings->log_fd >= 0) {
        skep_log_set_fd((int)settings->log_fd);
    }
    st = skep_queues_parse(&settings->queue_texts, &settings->queues, &err);
    if (st == SKEP_OK) {
        st = skep_server_hide_password(&settings->server, argc, argv, &err);
    }
    if (st != SKEP_OK) {
        return skep_program_fail(&main_program, &err, st);
    }
    arguments = main_copy_arguments(argc, argv);
    if (arguments == NULL) {
        return skep_program_fail(&main_program, &err, SKEP_E_NOMEM);
    }
    skep_title_init(argc, argv);
    if (settings->slot >= 0) {
        skep_limits_enter(settings);
        status = skep_slot_main(settings);
    } else if (settings->gathers) {
        status = skep_gather_main(settings);
    } else {
        status = skep_agent_main(settings, arguments);
    }
    main_free_arguments(arguments);
    return status;
}

int main(int argc, char **argv)
{
    static struct skep_worker_settings settings;

    return skep_program_main(&main_program, &settings, argc, argv);
}
