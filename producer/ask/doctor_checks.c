/* SPDX-License-Identifier: MIT */
#include "producer/ask/doctor_checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "producer/cli/stop.h"

/* In the order in which they are made: each rests on those before it. */
static const struct skep_doctor_check doctor_rows[] = {
    {"name", SKEP_DOCTOR_ADDRESS, SKEP_EXIT_SERVER, skep_doctor_look_name},
    {"connect", SKEP_DOCTOR_ADDRESS, SKEP_EXIT_SERVER, skep_doctor_look_connect},
    {"tls", SKEP_DOCTOR_ADDRESS, SKEP_EXIT_SERVER, skep_doctor_look_tls},
    {"auth", SKEP_DOCTOR_ADDRESS, SKEP_EXIT_SERVER, skep_doctor_look_auth},
    {"rights", SKEP_DOCTOR_LINE, SKEP_EXIT_SERVER, skep_doctor_look_rights},
    {"version", SKEP_DOCTOR_ADDRESS, SKEP_EXIT_SERVER, skep_doctor_look_version},
    {"master", SKEP_DOCTOR_FACTS, SKEP_EXIT_SERVER, skep_doctor_look_master},
    {"persistence", SKEP_DOCTOR_FACTS, SKEP_EXIT_FAILED, skep_doctor_look_persistence},
    {"memory", SKEP_DOCTOR_FACTS, SKEP_EXIT_FAILED, skep_doctor_look_memory},
    {"eviction", SKEP_DOCTOR_FACTS, SKEP_EXIT_FAILED, skep_doctor_look_eviction},
    {"clients", SKEP_DOCTOR_FACTS, SKEP_EXIT_FAILED, skep_doctor_look_clients},
    {"latency", SKEP_DOCTOR_FACTS, SKEP_EXIT_FAILED, skep_doctor_look_latency},
    {"clock", SKEP_DOCTOR_FACTS, SKEP_EXIT_FAILED, skep_doctor_look_clock},
    {"workers", SKEP_DOCTOR_QUEUE, SKEP_EXIT_FAILED, skep_doctor_look_workers},
    {"queue", SKEP_DOCTOR_QUEUE, SKEP_EXIT_FAILED, skep_doctor_look_queue},
    {"private", SKEP_DOCTOR_NOTHING, SKEP_EXIT_FAILED, skep_doctor_look_private},
    {"roots", SKEP_DOCTOR_NOTHING, SKEP_EXIT_FAILED, skep_doctor_look_roots},
    {"disk", SKEP_DOCTOR_NOTHING, SKEP_EXIT_FAILED, skep_doctor_look_disk},
    {"limits", SKEP_DOCTOR_NOTHING, SKEP_EXIT_FAILED, skep_doctor_look_limits},
    {"cores", SKEP_DOCTOR_NOTHING, SKEP_EXIT_FAILED, skep_doctor_look_cores},
};
enum { DOCTOR_N_ROWS = sizeof doctor_rows / sizeof doctor_rows[0] };
_Static_assert((int)DOCTOR_N_ROWS <= (int)SKEP_DOCTOR_CHECKS, "a verdict for each check");

/* A queue that is asked about when none is named: nobody's. */
#define DOCTOR_ANY_QUEUE "doctor"

static const struct {
    const char *word;
    enum skep_role role;
} doctor_roles[] = {
    {"worker", SKEP_ROLE_WORKER},     {"producer", SKEP_ROLE_PRODUCER}, {"consumer", SKEP_ROLE_CONSUMER},
    {"operator", SKEP_ROLE_OPERATOR}, {"monitor", SKEP_ROLE_MONITOR},   {"run", SKEP_ROLE_RUN},
};

const struct skep_doctor_check *skep_doctor_checks(size_t *n_out)
{
    *n_out = DOCTOR_N_ROWS;
    return doctor_rows;
}

void skep_doctor_say(struct skep_doctor_verdict *verdict, enum skep_doctor_state state, const char *fix,
                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(verdict->words, sizeof verdict->words, format, args);
    va_end(args);
    verdict->state = state;
    snprintf(verdict->fix, sizeof verdict->fix, "%s", fix != NULL ? fix : "");
}

/* ---- the settings ---- */

static bool doctor_find_role(struct skep_doctor *doctor, const char *word)
{
    for (size_t i = 0; word != NULL && i < sizeof doctor_roles / sizeof doctor_roles[0]; i++) {
        if (strcmp(word, doctor_roles[i].word) == 0) {
            doctor->has_role = true;
            doctor->role = doctor_roles[i].role;
            return true;
        }
    }
    return word == NULL;
}

static skep_status doctor_read_settings(struct skep_doctor *doctor, struct skep_error *err)
{
    const struct skep_doctor_settings *settings = doctor->settings;
    const char *url = settings->server.url;
    skep_status st =
        skep_keys_init(&doctor->keys, settings->queue != NULL ? settings->queue : DOCTOR_ANY_QUEUE, err);

    doctor->has_queue = settings->queue != NULL;
    doctor->is_private = url == NULL || url[0] == '\0' || strcmp(url, "private") == 0;
    if (st == SKEP_OK && !doctor->is_private) {
        st = skep_url_parse(url, &doctor->url, err);
        explicit_bzero(doctor->url.password, sizeof doctor->url.password);
    }
    if (st == SKEP_OK && !doctor->is_private) {
        st = skep_server_conn_new(&settings->server, "skep-doctor", &doctor->conn, err);
    }
    if (st == SKEP_OK && !doctor_find_role(doctor, settings->role)) {
        st = skep_error_set(err, SKEP_E_USAGE,
                            "--role: \"%.40s\" is none of worker, producer, consumer, operator, monitor, run",
                            settings->role);
    }
    return st;
}

int skep_doctor_new(const struct skep_doctor_settings *settings, struct skep_doctor **doctor_out)
{
    struct skep_doctor *doctor = skep_calloc(1, sizeof *doctor);
    struct skep_error err = {0};
    skep_status st = SKEP_E_NOMEM;

    *doctor_out = NULL;
    if (doctor != NULL) {
        doctor->settings = settings;
        st = doctor_read_settings(doctor, &err);
    }
    if (st != SKEP_OK) {
        skep_doctor_free(doctor);
        return skep_complain_error(st, &err);
    }
    *doctor_out = doctor;
    return SKEP_EXIT_OK;
}

void skep_doctor_forget_overview(struct skep_doctor *doctor)
{
    if (doctor->overview != NULL) {
        skep_overview_release(doctor->overview);
        skep_free(doctor->overview);
        doctor->overview = NULL;
    }
}

void skep_doctor_free(struct skep_doctor *doctor)
{
    if (doctor == NULL) {
        return;
    }
    skep_doctor_forget_overview(doctor);
    skep_conn_free(doctor->conn);
    skep_free(doctor);
}

/* ---- the examination ---- */

/* Each step on the way to the server rests on those before it. */
static bool doctor_lost_way(const struct skep_doctor *doctor)
{
    for (size_t i = 0; i < DOCTOR_N_ROWS; i++) {
        if (doctor_rows[i].need == SKEP_DOCTOR_ADDRESS && doctor->verdicts[i].state == SKEP_DOCTOR_FAIL) {
            return true;
        }
    }
    return false;
}

/* Whether CHECK can be made now; else VERDICT says that it has no meaning, or stays unasked. */
static bool doctor_may_look(const struct skep_doctor *doctor, const struct skep_doctor_check *check,
                            struct skep_doctor_verdict *verdict)
{
    if (check->need == SKEP_DOCTOR_NOTHING) {
        return true;
    }
    if (doctor->is_private) {
        verdict->state = SKEP_DOCTOR_NONE;
        return false;
    }
    if (check->need == SKEP_DOCTOR_QUEUE && !doctor->has_queue) {
        skep_doctor_say(verdict, SKEP_DOCTOR_NONE, NULL, "no queue is named (-q)");
        return false;
    }
    if (check->need == SKEP_DOCTOR_ADDRESS) {
        return !doctor_lost_way(doctor);
    }
    return check->need == SKEP_DOCTOR_FACTS ? doctor->has_facts : skep_conn_is_open(doctor->conn);
}

int skep_doctor_examine(struct skep_doctor *doctor, skep_doctor_each *each, void *context)
{
    int exit_code = SKEP_EXIT_OK;

    memset(doctor->verdicts, 0, sizeof doctor->verdicts);
    skep_machine_read(&doctor->machine);
    for (size_t i = 0; i < DOCTOR_N_ROWS && !skep_stop_is_asked(); i++) {
        struct skep_doctor_verdict *verdict = &doctor->verdicts[i];
        if (doctor_may_look(doctor, &doctor_rows[i], verdict)) {
            doctor_rows[i].look(doctor, verdict);
        }
        if (each != NULL && verdict->state != SKEP_DOCTOR_UNASKED) {
            each(context, &doctor_rows[i], verdict);
        }
        if (verdict->state == SKEP_DOCTOR_FAIL) {
            exit_code = exit_code == SKEP_EXIT_OK ? (int)doctor_rows[i].exit_code : exit_code;
            if (!doctor->settings->goes_on) {
                break;
            }
        }
    }
    if (doctor->conn != NULL) {
        skep_conn_close(doctor->conn);
    }
    skep_doctor_forget_overview(doctor);
    doctor->has_facts = false;
    doctor->server_version = 0;
    return skep_stop_is_asked() ? SKEP_EXIT_INTERRUPTED : exit_code;
}
