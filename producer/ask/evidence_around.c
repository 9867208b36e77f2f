/* SPDX-License-Identifier: MIT */
/* What is around a task: its job, its queue, who works, where. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel/kernel.h"
#include "monitor/findings.h"
#include "monitor/machine.h"
#include "producer/ask/evidence.h"
#include "producer/ask/why.h"
#include "producer/cli/words.h"
#include "queue/account.h"

enum { AROUND_TOLD_BYTES = 4096 };

/* ---- why ---- */

skep_status skep_evidence_add_why(struct skep_evidence *evidence, struct skep_error *err)
{
    struct skep_finding findings[SKEP_FINDINGS_MAX];
    const struct skep_why why = {
        .conn = evidence->conn,
        .overview = evidence->overview,
        .facts = &evidence->facts,
        .findings = findings,
        .n_findings = skep_findings(evidence->overview, &evidence->facts, findings),
        .max_records = evidence->settings->max_records,
        .is_quiet = true,
    };
    struct skep_why_answer answer;
    struct skep_error own = {0};
    struct skep_buf text;
    skep_status st;

    skep_why_answer_init(&answer);
    skep_buf_init(&text, SKEP_EVIDENCE_BYTES);
    skep_evidence_add_section(evidence, "why it is where it is");
    st = skep_why_task(&why, evidence->wanted.id, &answer, &own);
    if (st == SKEP_OK) {
        skep_why_write_text(&text, &answer);
        skep_secrets_add(&evidence->secrets, &evidence->text, text.bytes != NULL ? text.bytes : "",
                         text.length);
    }
    skep_buf_release(&text);
    skep_why_answer_release(&answer);
    return skep_evidence_forgive(evidence, st, &own, err);
}

/* ---- job ---- */

/* Times of slots and histograms are many, and tell nothing of one task. */
static void around_each(void *context, const char *field, int64_t value)
{
    if (strncmp(field, "w:", 2) != 0 && !(field[0] == 'b' && field[1] >= '0' && field[1] <= '9')) {
        skep_evidence_add_row(context, field, "%" PRId64, value);
    }
}

static void around_add_counts(struct skep_evidence *evidence, const struct skep_job *job)
{
    skep_evidence_add_row(evidence, "state", "%s", skep_job_state(job));
    skep_evidence_add_row(evidence, "tasks",
                          "%" PRId64 " announced, %" PRId64 " put, %" PRId64 " done, %" PRId64
                          " failed, %" PRId64 " cancelled",
                          job->n_announced, job->n_put, job->n_done, job->n_failed, job->n_cancelled);
    if (job->is_held_up) {
        skep_evidence_add_row(evidence, "held up", "its values wait for a gatherer");
    }
}

skep_status skep_evidence_add_job(struct skep_evidence *evidence, struct skep_error *err)
{
    struct skep_error own = {0};
    struct skep_job job;
    skep_status st;

    if (evidence->job[0] == '\0') {
        return SKEP_OK;
    }
    skep_evidence_add_section(evidence, "its job");
    skep_evidence_add_row(evidence, "name", "%s", evidence->job);
    st = skep_job_read(evidence->conn, &evidence->keys, evidence->job, &job, &own);
    if (st == SKEP_OK && !skep_job_is_known(&job)) {
        skep_evidence_add_row(evidence, "state", "nobody has announced it: it is a mere name");
        return SKEP_OK;
    }
    if (st == SKEP_OK) {
        around_add_counts(evidence, &job);
        st = skep_account_read(evidence->conn, &evidence->keys, evidence->job, around_each, evidence, &own);
    }
    return skep_evidence_forgive(evidence, st, &own, err);
}

/* ---- queue ---- */

void skep_evidence_add_findings(struct skep_evidence *evidence)
{
    struct skep_finding findings[SKEP_FINDINGS_MAX];
    size_t n = skep_findings(evidence->overview, &evidence->facts, findings);

    skep_evidence_add_section(evidence, "what is wrong");
    for (size_t i = 0; i < n; i++) {
        skep_evidence_add_row(evidence, skep_finding_word(findings[i].kind), "%s: %s (%s)",
                              skep_severity_word(skep_finding_severity(findings[i].kind)), findings[i].words,
                              skep_finding_help(findings[i].kind));
    }
    if (n == 0) {
        skep_buf_add_text(&evidence->text, "nothing that is seen\n");
    }
}

void skep_evidence_add_queue(struct skep_evidence *evidence)
{
    const struct skep_overview *overview = evidence->overview;
    const struct skep_queue_status *status = &overview->status;
    const struct skep_overview_account *account = &overview->account;

    skep_evidence_add_section(evidence, "the queue");
    skep_evidence_add_row(evidence, "records",
                          "%" PRId64 " waiting, %" PRId64 " delayed, %" PRId64 " suspect, %" PRId64
                          " dead letters, %" PRId64 " results; %" PRId64 " tasks held",
                          status->n_waiting, status->n_delayed, status->n_suspect, status->n_dead,
                          status->n_results, status->n_held);
    skep_evidence_add_row(evidence, "limits",
                          "%s; max_depth %" PRId64 ", max_results %" PRId64 ", max_dead %" PRId64
                          " (0: none)",
                          status->is_paused ? "paused" : "not paused", status->max_depth, status->max_results,
                          status->max_dead);
    skep_evidence_add_row(evidence, "who works", "%zu slots, %zu busy, %zu workers on %zu machines",
                          overview->n_slots, overview->n_busy, overview->n_workers, overview->n_hosts);
    skep_evidence_add_row(evidence, "audit", "%" PRId64 " (0 is right)", skep_queue_audit(status));
#define AROUND_STAT(name, help)                                                                              \
    if (status->stat.name != 0) {                                                                            \
        skep_evidence_add_row(evidence, #name, "%" PRId64 " since ever", status->stat.name);                 \
    }
    SKEP_STAT_MAP(AROUND_STAT)
#undef AROUND_STAT
    for (size_t i = 0; i < account->n_causes; i++) {
        skep_evidence_add_row(evidence, "failures", "%s: %" PRId64, account->causes[i].word,
                              account->causes[i].n);
    }
    for (size_t i = 0; i < account->n_errors; i++) {
        skep_evidence_add_row(evidence, "server errors", "%s: %" PRId64, account->errors[i].word,
                              account->errors[i].n);
    }
}

/* ---- workers ---- */

static void around_add_slot(struct skep_evidence *evidence, const struct skep_overview_slot *slot,
                            bool has_it)
{
    size_t n = slot->told.n < AROUND_TOLD_BYTES ? slot->told.n : AROUND_TOLD_BYTES;

    skep_evidence_add_row(evidence, "slot", "%s%s", slot->status->worker, has_it ? " (it has the task)" : "");
    skep_evidence_add_row(evidence, "", "holds %" PRId64 ", %" PRId64 " cycles, beat %" PRId64,
                          slot->status->n_held, slot->status->n_cycles, slot->status->beat);
    skep_evidence_add_row(evidence, "", "%s%s", n > 0 ? "tells:" : "tells nothing",
                          n == 0 && slot->is_silent ? ", for long" : "");
    if (n > 0) {
        skep_evidence_add_strange(evidence, slot->told.bytes, n);
        skep_buf_add_char(&evidence->text, '\n');
    }
}

/* A slot of the task's holder. */
static bool around_has_it(const struct skep_evidence *evidence, const struct skep_overview_slot *slot)
{
    return evidence->is_held && strcmp(slot->status->worker, evidence->holder) == 0;
}

/* The one that holds the task comes whatever its place is. */
void skep_evidence_add_workers(struct skep_evidence *evidence)
{
    const struct skep_overview *overview = evidence->overview;
    size_t n_shown = 0;

    skep_evidence_add_section(evidence, "workers");
    for (size_t i = 0; i < overview->n_slots; i++) {
        const struct skep_overview_slot *slot = &overview->slots[i];
        bool has_it = around_has_it(evidence, slot);
        if (has_it || n_shown < SKEP_EVIDENCE_WORKERS) {
            around_add_slot(evidence, slot, has_it);
            n_shown++;
        }
    }
    if (overview->n_slots == 0) {
        skep_buf_add_text(&evidence->text, "none\n");
    } else if (n_shown < overview->n_slots) {
        skep_buf_printf(&evidence->text, "and %zu more slots\n", overview->n_slots - n_shown);
    }
}

/* ---- server ---- */

static const char *around_known(enum skep_server_known known)
{
    return known == SKEP_SERVER_UNKNOWN ? "not known" : known == SKEP_SERVER_YES ? "yes" : "no";
}

void skep_evidence_add_server(struct skep_evidence *evidence)
{
    const struct skep_server_facts *facts = &evidence->facts;
    char used[SKEP_WORDS_BYTES], most[SKEP_WORDS_BYTES], version[SKEP_SERVER_VERSION_BYTES];

    skep_evidence_add_section(evidence, "the server");
    skep_evidence_add_row(evidence, "version", "Redis %s%s%s%s",
                          skep_server_version_text(facts->version, version),
                          facts->is_replica ? ", a replica" : "", facts->is_cluster ? ", in a cluster" : "",
                          facts->is_loading ? ", loading" : "");
    skep_evidence_add_row(evidence, "INFO",
                          facts->has_info ? "allowed" : "not allowed: what it tells is not known");
    skep_evidence_add_row(
        evidence, "append-only", "%s, synced %s; snapshots %s%s", around_known(facts->has_aof),
        facts->fsync[0] != '\0' ? facts->fsync : "(not known)", around_known(facts->has_snapshots),
        facts->is_save_broken ? "; the last write to its disk FAILED" : "");
    skep_evidence_add_row(evidence, "memory", "%s used, maxmemory %s, %s",
                          skep_words_bytes(facts->used_bytes, used),
                          facts->max_bytes > 0 ? skep_words_bytes(facts->max_bytes, most) : "none",
                          facts->eviction[0] != '\0' ? facts->eviction : "policy not known");
    skep_evidence_add_row(evidence, "clients", "%" PRId64 " of %" PRId64, facts->n_clients,
                          facts->max_clients);
    skep_evidence_add_row(evidence, "time",
                          "its clock is %" PRId64 " ms ahead of ours; a round trip takes %.3g ms",
                          facts->apart_ms, facts->round_trip_s * 1e3);
}

/* ---- here ---- */

static void around_add_kernel(struct skep_evidence *evidence)
{
    const struct skep_kernel *kernel =
        evidence->kernel[0] != '\0' ? skep_kernel_find(evidence->kernel) : NULL;

    if (kernel != NULL) {
        skep_evidence_add_row(evidence, "its kernel", "%s, here of version %d", kernel->name,
                              kernel->version);
    } else if (evidence->kernel[0] != '\0') {
        skep_evidence_add_row(evidence, "its kernel", "%s, which is not known here", evidence->kernel);
    }
}

/* What the environment tells skep, and what changes how programs compute. */
static void around_add_environment(struct skep_evidence *evidence)
{
    static const char *const prefixes[] = {"SKEP_", "OMP_", "LC_", "LANG=", "TZ=", "MALLOC_"};

    for (char **at = environ; *at != NULL; at++) {
        const char *equals = strchr(*at, '=');
        for (size_t i = 0; equals != NULL && i < sizeof prefixes / sizeof prefixes[0]; i++) {
            if (strncmp(*at, prefixes[i], strlen(prefixes[i])) == 0) {
                skep_evidence_add_row(evidence, "environment", "%s", *at);
            }
        }
    }
}

void skep_evidence_add_here(struct skep_evidence *evidence)
{
    struct skep_machine machine;
    struct utsname system;
    char bytes[SKEP_WORDS_BYTES], free_bytes[SKEP_WORDS_BYTES], limit[SKEP_WORDS_BYTES];

    skep_machine_read(&machine);
    skep_evidence_add_section(evidence, "here, where this was made");
    skep_evidence_add_row(evidence, "skep", "%s, protocol %d", SKEP_VERSION, (int)SKEP_INFO_PROTOCOL);
    around_add_kernel(evidence);
    if (uname(&system) == 0) {
        skep_evidence_add_row(evidence, "system", "%s %s %s on %s", system.sysname, system.release,
                              system.machine, system.nodename);
    }
    skep_evidence_add_row(evidence, "cores",
                          machine.quota_cores > 0 ? "%" PRId64 ", a quota of %.4g" : "%" PRId64 ", no quota",
                          machine.cores, machine.quota_cores);
    skep_evidence_add_row(evidence, "memory", "%s, %s free, limit of its cgroup: %s",
                          skep_words_bytes((uint64_t)machine.memory_bytes, bytes),
                          skep_words_bytes((uint64_t)machine.memory_free_bytes, free_bytes),
                          machine.memory_limit_bytes > 0
                              ? skep_words_bytes((uint64_t)machine.memory_limit_bytes, limit)
                              : "none");
    skep_evidence_add_row(evidence, "limits", "%" PRId64 " open files, %" PRId64 " processes",
                          machine.open_files, machine.processes);
    skep_evidence_add_row(evidence, "boot", "%s", machine.boot);
    around_add_environment(evidence);
}
