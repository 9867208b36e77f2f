/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "monitor/findings.h"
#include "producer/ask/doctor_checks.h"

/* Read once, for both checks. What could not be read is not kept. */
static skep_status queue_read(struct skep_doctor *doctor, struct skep_error *err)
{
    skep_status st;

    if (doctor->overview != NULL) {
        return SKEP_OK;
    }
    doctor->overview = skep_calloc(1, sizeof *doctor->overview);
    if (doctor->overview == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for what is known of the queue");
    }
    st = skep_overview_read(doctor->conn, &doctor->keys, SKEP_OVERVIEW_INFOS | SKEP_OVERVIEW_JOBS, NULL,
                            doctor->overview, err);
    if (st != SKEP_OK) {
        skep_doctor_forget_overview(doctor);
    }
    return st;
}

/* A user who may not look does not need to. */
static void queue_say_unread(struct skep_doctor_verdict *verdict, skep_status st,
                             const struct skep_error *err)
{
    if (st == SKEP_E_REFUSED) {
        skep_doctor_say(verdict, SKEP_DOCTOR_NONE, NULL, "not known: this user is no monitor");
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, "is the server well? See its log", "%s",
                        skep_error_text(err, st));
    }
}

/* ---- workers ---- */

struct queue_versions {
    int64_t oldest, newest; /* of the protocol; 0: nobody says */
    const char *first;      /* of skep */
    bool differ;
    size_t n_silent; /* slots that tell nothing of themselves */
};

static struct queue_versions queue_find_versions(const struct skep_overview *overview)
{
    struct queue_versions found = {0};

    for (size_t i = 0; i < overview->n_slots; i++) {
        const struct skep_overview_slot *slot = &overview->slots[i];
        int64_t protocol = slot->info.protocol;
        if (!slot->has_info) {
            found.n_silent++;
            continue;
        }
        found.oldest = found.oldest == 0 || protocol < found.oldest ? protocol : found.oldest;
        found.newest = protocol > found.newest ? protocol : found.newest;
        if (found.first == NULL) {
            found.first = slot->info.version;
        } else if (slot->info.version != NULL && strcmp(slot->info.version, found.first) != 0) {
            found.differ = true;
        }
    }
    return found;
}

void skep_doctor_look_workers(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    struct skep_error err = {0};
    skep_status st = queue_read(doctor, &err);
    const struct skep_overview *overview = doctor->overview;
    struct queue_versions versions;
    const char *newer = "finish the upgrade: workers, and who pushes and asks, of one version";

    if (st != SKEP_OK) {
        queue_say_unread(verdict, st, &err);
        return;
    }
    versions = queue_find_versions(overview);
    if (overview->n_slots == 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN, "start `skep-worker` with this server and queue",
                        "nobody works on queue %s", doctor->keys.name);
    } else if (versions.first != NULL &&
               (versions.oldest != SKEP_INFO_PROTOCOL || versions.newest != SKEP_INFO_PROTOCOL)) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, newer,
                        "workers speak protocol %" PRId64 " to %" PRId64 ", and this skep %d",
                        versions.oldest, versions.newest, (int)SKEP_INFO_PROTOCOL);
    } else if (versions.differ) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN, newer,
                        "workers of several versions of skep, all of protocol %d", (int)SKEP_INFO_PROTOCOL);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "%zu slot%s on %zu machine%s, skep %.40s, protocol %d",
                        overview->n_slots, overview->n_slots == 1 ? "" : "s", overview->n_hosts,
                        overview->n_hosts == 1 ? "" : "s",
                        versions.first != NULL ? versions.first : "(not told yet)", (int)SKEP_INFO_PROTOCOL);
    }
}

/* ---- what is wrong ---- */

void skep_doctor_look_queue(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    static const enum skep_doctor_state states[] = {[SKEP_SEVERITY_NOTE] = SKEP_DOCTOR_OK,
                                                    [SKEP_SEVERITY_WARN] = SKEP_DOCTOR_WARN,
                                                    [SKEP_SEVERITY_BAD] = SKEP_DOCTOR_FAIL};
    struct skep_finding findings[SKEP_FINDINGS_MAX];
    struct skep_error err = {0};
    struct skep_buf words;
    skep_status st = queue_read(doctor, &err);
    const struct skep_finding *worst = NULL;
    size_t n;

    if (st != SKEP_OK) {
        queue_say_unread(verdict, st, &err);
        return;
    }
    n = skep_findings(doctor->overview, NULL, findings);
    skep_buf_init(&words, sizeof verdict->words);
    for (size_t i = 0; i < n; i++) {
        skep_buf_printf(&words, "%s%s (%s)", i > 0 ? "; " : "", skep_finding_word(findings[i].kind),
                        findings[i].words);
        if (worst == NULL || skep_finding_severity(findings[i].kind) > skep_finding_severity(worst->kind)) {
            worst = &findings[i];
        }
    }
    if (worst == NULL) {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL,
                        "%" PRId64 " waiting, %" PRId64 " held, %" PRId64 " results, %" PRId64
                        " dead letters",
                        doctor->overview->status.n_waiting, doctor->overview->status.n_held,
                        doctor->overview->status.n_results, doctor->overview->status.n_dead);
    } else {
        skep_doctor_say(verdict, states[skep_finding_severity(worst->kind)], skep_finding_help(worst->kind),
                        "%s", skep_buf_failed(&words) ? worst->words : words.bytes);
    }
    skep_buf_release(&words);
}
