/* SPDX-License-Identifier: MIT */
/* skep-exporter: reads queues in one thread, answers HTTP in another. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "address.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "collect.h"
#include "config/program.h"
#include "families.h"
#include "serve.h"
#include "settings.h"
#include "state.h"

static const char main_intro[] =
    "Usage: skep-exporter --redis URL [OPTION...]\n"
    "\n"
    "Tells over HTTP how queues are doing: a page for people at /, metrics for Prometheus at /metrics, and\n"
    "/healthz, which is red when tasks wait and nothing moves. It reads Redis and changes nothing.\n"
    "\n";

static const char main_outro[] =
    "\n"
    "Examples:\n"
    "  skep-exporter --redis redis://host:6379\n"
    "  SKEP_REDIS=unix:///run/redis.sock skep-exporter -q sweep --listen :9464\n"
    "\n"
    "Whoever reaches the address can read names of queues, jobs and hosts: it is this machine alone unless\n"
    "--listen says otherwise.\n"
    "\n"
    "Exit status: 0 stopped by SIGTERM or Ctrl-C, 2 a setting is wrong or the address is taken. A server "
    "that\n"
    "does not answer is no reason to end: skep_up is 0 then, /healthz red, and it is tried again.\n";

static const char main_man_head[] =
    ".TH SKEP\\-EXPORTER 1 \"\" \"skep " SKEP_VERSION "\" \"User Commands\"\n"
    ".SH NAME\n"
    "skep\\-exporter \\- tell over HTTP how queues of numeric tasks are doing\n"
    ".SH SYNOPSIS\n"
    ".B skep\\-exporter\n"
    "\\-\\-redis \\fIURL\\fR [\\fIOPTION\\fR...]\n"
    ".SH DESCRIPTION\n"
    "Reads Redis once a second over one connection, changes nothing, and answers:\n"
    ".TP\n.B /metrics\nthe Prometheus text format; \\-\\-describe\\-metrics lists the names\n"
    ".TP\n.B /healthz\n200 when everything that should move moves, else 503; JSON with the reasons\n"
    ".TP\n.B /api/overview.json\neverything the page shows; with ?queue=NAME that queue in detail\n"
    ".TP\n.B /\na page for people, live, without anything from elsewhere\n"
    ".PP\n"
    "Whoever reaches the address can read names of queues, jobs and hosts: it is this machine alone unless\n"
    "\\-\\-listen says otherwise.\n"
    ".SH OPTIONS\n";

static const char main_man_tail[] =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nstopped by SIGTERM or SIGINT\n"
    ".TP\n.B 2\na setting is wrong, or the address is taken\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.B SKEP_REDIS_PASSWORD\nthe password of the server, so that no command line shows it\n"
    ".SH SEE ALSO\n"
    "skep(1), skep\\-worker(1)\n";

/* ---- work ---- */

/* A file descriptor that is readable when somebody wants us to stop. */
static int main_watch_signals(void)
{
    sigset_t stops;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, NULL);
    return signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void main_loop(struct skep_export_collector *collector, struct skep_export_server *server, int stop_fd)
{
    struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
    int pause_ms;

    do {
        pause_ms = skep_export_collect(collector);
        (void)skep_export_visitors_end_old(&server->visitors, skep_monotonic_ms());
    } while (poll(&stop, 1, pause_ms) == 0 || (stop.revents & POLLIN) == 0);
}

static skep_status main_work(const struct skep_export_settings *settings, struct skep_error *err)
{
    struct skep_export_collector collector = {0};
    struct skep_export_server server = {0};
    struct skep_export_state state;
    char where[SKEP_EXPORT_WHERE_BYTES];
    int stop_fd = main_watch_signals();
    int listen_fd;
    skep_status st;

    skep_export_state_init(&state, skep_monotonic_ms());
    st = skep_export_collector_init(&collector, settings, &state, err);
    if (st == SKEP_OK) {
        st = skep_export_listen(settings->listen, &listen_fd, where, err);
    }
    if (st == SKEP_OK) {
        st = skep_export_serve_begin(&server, &state, listen_fd, err);
    }
    if (st == SKEP_OK) {
        skep_log(SKEP_LOG_INFO, "listening", "address=%s version=%s", where, SKEP_VERSION);
        main_loop(&collector, &server, stop_fd);
        skep_log(SKEP_LOG_INFO, "stopped", "address=%s", where);
        skep_export_serve_end(&server);
    }
    skep_export_collector_release(&collector);
    skep_export_state_release(&state);
    if (stop_fd >= 0) {
        close(stop_fd);
    }
    return st;
}

static int main_run(void *settings_read, int argc, char **argv);

static const struct skep_program main_program = {
    .name = "skep-exporter",
    .options = skep_export_options,
    .frame_at = offsetof(struct skep_export_settings, program),
    .intro = main_intro,
    .outro = main_outro,
    .man_head = main_man_head,
    .man_tail = main_man_tail,
    .describe = skep_export_families_describe,
    .run = main_run,
};

static int main_run(void *settings_read, int argc, char **argv)
{
    const struct skep_export_settings *settings = settings_read;
    struct skep_error err = {0};
    skep_status st = skep_server_hide_password(&settings->server, argc, argv, &err);

    if (st == SKEP_OK) {
        st = main_work(settings, &err);
    }
    return st == SKEP_OK ? EXIT_SUCCESS : skep_program_fail(&main_program, &err, st);
}

int main(int argc, char **argv)
{
    static struct skep_export_settings settings;

    return skep_program_main(&main_program, &settings, argc, argv);
}
