/* SPDX-License-Identifier: MIT */
/* The state is file-static because a signal handler has no other way to it. */
#include "producer/cli/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t stop_signal;
static atomic_uint stop_word; /* lock-free, so that a handler may set it */
static int stop_pipe[2] = {-1, -1};

static void stop_handle(int signal)
{
    int saved = errno;

    if (stop_signal != 0) {
        _exit(128 + signal);
    }
    stop_signal = signal;
    atomic_store_explicit(&stop_word, 1, memory_order_relaxed);
    if (stop_pipe[1] >= 0) {
        (void)!write(stop_pipe[1], "", 1);
    }
    errno = saved;
}

/* What the caller ignores stays ignored: nohup, and what a shell runs in the background. */
static void stop_catch(int signal, const struct sigaction *action)
{
    struct sigaction was;

    if (sigaction(signal, NULL, &was) == 0 && was.sa_handler != SIG_IGN) {
        (void)sigaction(signal, action, NULL);
    }
}

void skep_stop_install(void)
{
    struct sigaction ask = {.sa_handler = stop_handle}; /* no SA_RESTART: reads and waits are to end */
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    if (pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        stop_pipe[0] = stop_pipe[1] = -1;
    }
    (void)sigemptyset(&ask.sa_mask);
    (void)sigemptyset(&ignore.sa_mask);
    stop_catch(SIGINT, &ask);
    stop_catch(SIGTERM, &ask);
    stop_catch(SIGHUP, &ask);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL);
}

bool skep_stop_is_asked(void)
{
    return stop_signal != 0;
}

int skep_stop_signal(void)
{
    return stop_signal;
}

int skep_stop_fd(void)
{
    return stop_pipe[0];
}

const atomic_uint *skep_stop_word(void)
{
    return &stop_word;
}
