/* SPDX-License-Identifier: MIT */
#include "producer/ask/doctor.h"

#include <poll.h>

#include "base/clock.h"
#include "producer/ask/doctor_view.h"
#include "producer/cli/command_rows.h"
#include "producer/cli/connect.h"
#include "producer/cli/stop.h"
#include "producer/commands.h"

enum { DOCTOR_TEXT_BYTES = 1 << 20 };

#define AT(field) offsetof(struct skep_doctor_settings, field)
static const struct skep_option doctor_options[] = {
    SKEP_QUEUE_ROW(struct skep_doctor_settings, queue),
    {.name = "role",
     .kind = SKEP_OPT_TEXT,
     .offset = AT(role),
     .value_name = "ROLE",
     .help = "what is to run here: worker, producer, consumer, operator, monitor, or run (`skep run` over a "
             "server); it must have all its rights"},
    SKEP_DATA_ROW(struct skep_doctor_settings, data, NULL,
                  "input folder, as the worker will have it: is it there, and may it be read?"),
    SKEP_OUTPUT_ROW(struct skep_doctor_settings, output,
                    "output folder: is it there, may it be written to, is there room?"),
    {.name = "all",
     .kind = SKEP_OPT_FLAG,
     .offset = AT(goes_on),
     .help = "go on after a failure, with the checks that can still be made"},
    {.name = "json", .kind = SKEP_OPT_FLAG, .offset = AT(is_json), .help = "print a line of JSON"},
    SKEP_QUIET_ROW(struct skep_doctor_settings, is_quiet, "print only what is not good"),
    {.name = "watch",
     .kind = SKEP_OPT_FLAG,
     .offset = AT(watches),
     .help = "look again and again, and print only what has changed, until it is stopped"},
    {.name = "interval",
     .kind = SKEP_OPT_SECONDS,
     .offset = AT(interval_s),
     .default_text = "10",
     .least = 0.1,
     .most = 86400,
     .value_name = "SECONDS",
     .help = "the time between two looks of --watch"},
    SKEP_SERVER_ROWS(struct skep_doctor_settings, server),
    {.name = NULL},
};
#undef AT

/* As soon as it is known: the next one may take its time. */
static void doctor_show(void *context, const struct skep_doctor_check *check,
                        const struct skep_doctor_verdict *verdict)
{
    const struct skep_doctor *doctor = context;
    bool is_good = verdict->state != SKEP_DOCTOR_WARN && verdict->state != SKEP_DOCTOR_FAIL;
    struct skep_buf buf;

    if (doctor->settings->is_quiet && is_good) {
        return;
    }
    skep_buf_init(&buf, DOCTOR_TEXT_BYTES);
    skep_doctor_write_line(&buf, check, verdict);
    (void)skep_print_buf(&buf);
}

static int doctor_look_once(struct skep_doctor *doctor)
{
    const struct skep_doctor_settings *settings = doctor->settings;
    struct skep_buf buf;
    int shown = SKEP_EXIT_OK;
    int exit_code = skep_doctor_examine(doctor, settings->is_json ? NULL : doctor_show, doctor);

    if (settings->is_json) {
        skep_buf_init(&buf, DOCTOR_TEXT_BYTES);
        skep_doctor_write_json(&buf, doctor, exit_code, skep_wall_ms());
        shown = skep_print_buf(&buf);
    } else if (!settings->is_quiet) {
        skep_buf_init(&buf, DOCTOR_TEXT_BYTES);
        skep_doctor_write_summary(&buf, doctor);
        shown = skep_print_buf(&buf);
    }
    return exit_code != SKEP_EXIT_OK ? exit_code : shown;
}

/* Say what is new since the last look, in one form or the other. */
static int doctor_show_news(const struct skep_doctor *doctor, struct skep_doctor_memory *memory,
                            int exit_code, int64_t now_ms)
{
    struct skep_buf buf;
    bool is_new;

    skep_buf_init(&buf, DOCTOR_TEXT_BYTES);
    is_new = skep_doctor_write_news(&buf, doctor, memory, now_ms);
    if (doctor->settings->is_json) {
        skep_buf_reset(&buf);
    }
    if (doctor->settings->is_json && is_new) {
        skep_doctor_write_json(&buf, doctor, exit_code, now_ms);
    }
    return skep_print_buf(&buf);
}

/* Until it is stopped, or nobody reads what it says; the exit code is that of the last whole look. */
static int doctor_watch(struct skep_doctor *doctor)
{
    struct skep_doctor_memory memory = {0};
    struct pollfd stop = {.fd = skep_stop_fd(), .events = POLLIN};
    int exit_code = SKEP_EXIT_INTERRUPTED, shown = SKEP_EXIT_OK;

    while (shown == SKEP_EXIT_OK && !skep_stop_is_asked()) {
        int64_t now_ms = skep_wall_ms();
        int looked = skep_doctor_examine(doctor, NULL, NULL);
        if (!skep_stop_is_asked()) {
            exit_code = looked;
            shown = doctor_show_news(doctor, &memory, exit_code, now_ms);
            (void)poll(&stop, 1, (int)(doctor->settings->interval_s * 1000));
        }
    }
    return exit_code != SKEP_EXIT_OK ? exit_code : shown;
}

static int doctor_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct skep_doctor_settings *settings = settings_read;
    struct skep_doctor *doctor;
    int exit_code = skep_doctor_new(settings, &doctor);

    (void)operands;
    if (exit_code == SKEP_EXIT_OK) {
        exit_code = settings->watches ? doctor_watch(doctor) : doctor_look_once(doctor);
    }
    skep_doctor_free(doctor);
    return exit_code;
}

static const char *const doctor_text[] = {
    "Look whether skep can work from here, step by step, and stop at the first failure with what helps. "
    "Warnings go on. Nothing is changed, on the server or here.",
    "name: the host's address, or the socket. connect: does anybody listen? tls: is the certificate trusted? "
    "auth: user and password. rights: each right that the role needs, with the ACL SETUSER that gives it. "
    "version: 6.2 or later. master: not a replica, not loading. persistence, memory, eviction, clients: what "
    "the server keeps, and when it is full. latency, clock: how far, and how far apart.",
    "With -q: workers (is anybody there, and of this version of skep?) and queue (what `skep status` finds "
    "wrong). And of this machine: roots (--data, --output), disk, limits, cores (and the quota of its "
    "cgroup). Without a "
    "server: private, what `skep run` needs.",
    "Without --role it says what the user is good for. Exit code 0: nothing failed; 3: the server is out of "
    "reach, or "
    "refused; 1: another check failed; 2: the command line is wrong. Stopped, --watch ends with the code of "
    "its last look.",
    NULL,
};

static const char *const doctor_examples[] = {
    "skep doctor --redis rediss://redis.lab/ --role worker -q sweep",
    "before a worker is started on a new machine",
    "skep doctor",
    "what `skep run` needs, here",
    "skep doctor -q sweep --quiet || mail -s skep me@lab < /dev/null",
    "in cron: silent while all is good",
    "skep doctor -q sweep --watch --json >> doctor.jsonl",
    "for monitoring: a line when something changes",
    NULL,
};

const struct skep_command skep_command_doctor = {
    .name = "doctor",
    .summary = "can it work from here? What is wrong, and what helps",
    .usage = "[-q QUEUE] [--role ROLE] [OPTION...]",
    .text = doctor_text,
    .examples = doctor_examples,
    .options = doctor_options,
    .settings_bytes = sizeof(struct skep_doctor_settings),
    .act = doctor_act,
};
