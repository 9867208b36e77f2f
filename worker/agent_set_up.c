/* SPDX-License-Identifier: MIT */
#include "agent_set_up.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include "base/log.h"
#include "base/parse.h"
#include "monitor/machine.h"
#include "npy/roots.h"

enum { AGENT_FILES = 64, AGENT_SLOT_FILES = 4 /* pidfd, control pipe, two outputs */ };

skep_status skep_agent_count_slots(const struct skep_worker_settings *settings, int *n_out,
                                   struct skep_error *err)
{
    struct skep_machine machine;
    int64_t n;

    if (strcmp(settings->slots, "auto") == 0) {
        skep_machine_read(&machine);
        *n_out = (int)(machine.cores_usable < SKEP_MAX_SLOTS ? machine.cores_usable : SKEP_MAX_SLOTS);
        return SKEP_OK;
    }
    if (!skep_parse_i64(settings->slots, strlen(settings->slots), &n) || n < 1 || n > SKEP_MAX_SLOTS) {
        return skep_error_set(err, SKEP_E_USAGE, "--slots must be auto or 1 to %d, not \"%.20s\"",
                              SKEP_MAX_SLOTS, settings->slots);
    }
    *n_out = (int)n;
    return SKEP_OK;
}

skep_status skep_agent_check_folders(const struct skep_worker_settings *settings, struct skep_error *err)
{
    const struct skep_text_list *lists[] = {&settings->data, &settings->output};
    struct skep_roots *roots = NULL;
    skep_status st = skep_roots_new(&roots, err);

    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; st == SKEP_OK && i < lists[k]->n; i++) {
            st = skep_roots_add(roots, lists[k]->items[i], err);
        }
    }
    skep_roots_free(roots);
    return st;
}

void skep_agent_allow_files(int n_slots)
{
    struct rlimit limit;
    rlim_t needed = (rlim_t)n_slots * AGENT_SLOT_FILES + AGENT_FILES;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < needed) {
        limit.rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            skep_log(SKEP_LOG_WARN, "limit-not-set", "name=RLIMIT_NOFILE errno=%d", errno);
        }
    }
}

skep_status skep_agent_watch_signals(int *fd_out, struct skep_error *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an output error, or a line of the log less */
    *fd_out = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return *fd_out >= 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_IO, "signalfd");
}

void skep_agent_set_environment(void)
{
    static const char *const names[] = {"OMP_NUM_THREADS",  "OPENBLAS_NUM_THREADS",   "MKL_NUM_THREADS",
                                        "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
                                        "GOTO_NUM_THREADS"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        setenv(names[i], "1", 1);
    }
}
