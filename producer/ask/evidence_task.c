/* SPDX-License-Identifier: MIT */
/* The task itself: where it is, what it is, what became of it, what it printed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "producer/ask/evidence.h"
#include "queue/logs.h"
#include "task/json_read.h"

enum { TASK_ARENA_BYTES = 512 * 1024 * 1024, TASK_LOGS_PIECE = 100 };

/* ---- where it is ---- */

static void task_add_place(struct skep_evidence *evidence, const struct skep_task_hit *hit)
{
    char due[SKEP_TIME_TEXT_BYTES];

    skep_evidence_add_section(evidence, hit->place == SKEP_TASK_RESULT
                                            ? "done: its result is there to be collected"
                                            : skep_task_place_text(hit->place));
    switch (hit->place) {
    case SKEP_TASK_HELD:
        skep_evidence_add_row(evidence, "by", "%s", hit->worker);
        skep_evidence_add_row(evidence, "where",
                              hit->at == 0 ? "at the head: it runs" : "behind %" PRId64 " others", hit->at);
        snprintf(evidence->holder, sizeof evidence->holder, "%s", hit->worker);
        evidence->is_held = true;
        break;
    case SKEP_TASK_DELAYED:
        skep_evidence_add_row(evidence, "due", "%s by the server's clock",
                              skep_time_format(hit->due_ms, due, sizeof due));
        break;
    case SKEP_TASK_SUSPECT:
        skep_evidence_add_row(evidence, "where",
                              "crashed twice; %" PRId64 " suspects before it, each runs alone", hit->at);
        break;
    case SKEP_TASK_DEAD:
        skep_evidence_add_row(evidence, "where", "%" PRId64 " older dead letters", hit->at);
        break;
    default:
        skep_evidence_add_row(evidence, "where", "%" PRId64 " records before it", hit->at);
        break;
    }
}

static void task_add_time(struct skep_evidence *evidence, const char *name, int64_t at_ms)
{
    char at[SKEP_TIME_TEXT_BYTES];

    if (at_ms > 0) {
        skep_evidence_add_row(evidence, name, "%s", skep_time_format(at_ms, at, sizeof at));
    }
}

static void task_add_text(struct skep_evidence *evidence, const char *name, const char *text)
{
    if (text != NULL) {
        skep_evidence_add_row(evidence, name, "%s", text);
    }
}

static void task_add_history(struct skep_evidence *evidence, const struct skep_header *header)
{
    char at[SKEP_TIME_TEXT_BYTES];

    task_add_text(evidence, "id", header->id);
    task_add_text(evidence, "job", header->job);
    task_add_text(evidence, "kernel", header->kernel);
    if (header->is_range) {
        skep_evidence_add_row(evidence, "positions", "%" PRId64 " to %" PRId64 " of its job", header->lo,
                              header->hi - 1);
    }
    if (header->has_index) {
        skep_evidence_add_row(evidence, "index", "%" PRIu64, header->index);
    }
    task_add_time(evidence, "queued at", header->queued_ms);
    task_add_time(evidence, "dead since", header->at_ms);
    task_add_text(evidence, "cause", header->cause);
    if (header->tries > 0) {
        skep_evidence_add_row(evidence, "failed attempts", "%u", header->tries);
    }
    for (size_t i = 0; i < header->n_events; i++) {
        const struct skep_header_event *event = &header->events[i];
        skep_evidence_add_row(evidence, "attempt", "%u, %s, on %s: %s: %s", event->attempt,
                              skep_time_format(event->at_ms, at, sizeof at), event->worker, event->cause,
                              event->message);
    }
}

/* ---- what it is ---- */

static void task_keep(const struct skep_node *root, const char *name, char *text, size_t size)
{
    const struct skep_node *node = skep_node_get(root, name);

    if (text[0] == '\0' && node != NULL && node->kind == SKEP_NODE_TEXT) {
        snprintf(text, size, "%s", node->text);
    }
}

/* What the rest of the text is to be about. */
static void task_keep_names(struct skep_evidence *evidence, const struct skep_task_hit *hit)
{
    const struct skep_limits limits = {.record_bytes = 16 << 20, .depth = 128};
    const struct skep_node *root = NULL;
    struct skep_arena arena;

    skep_arena_init(&arena, TASK_ARENA_BYTES);
    if (hit->header.job != NULL) {
        snprintf(evidence->job, sizeof evidence->job, "%s", hit->header.job);
    }
    if (hit->header.id != NULL) {
        snprintf(evidence->id, sizeof evidence->id, "%s", hit->header.id);
    }
    if (skep_json_parse(hit->body.bytes, hit->body.n, &limits, &arena, &root, NULL) == SKEP_OK) {
        task_keep(root, "job", evidence->job, sizeof evidence->job);
        task_keep(root, "id", evidence->id, sizeof evidence->id);
        task_keep(root, "kernel", evidence->kernel, sizeof evidence->kernel);
    }
    skep_arena_release(&arena);
}

static skep_status task_visit(void *context, const struct skep_task_hit *hit, struct skep_error *err)
{
    struct skep_evidence *evidence = context;

    (void)err;
    if (evidence->n_hits++ >= SKEP_EVIDENCE_HITS) {
        return SKEP_OK;
    }
    if (evidence->n_hits == 1) {
        task_keep_names(evidence, hit);
    }
    task_add_place(evidence, hit);
    task_add_history(evidence, &hit->header);
    if (hit->body.n > 0) {
        skep_buf_printf(&evidence->text, "%s of %zu bytes, as it came:\n",
                        hit->place == SKEP_TASK_RESULT ? "result" : "record", hit->body.n);
        skep_evidence_add_strange(evidence, hit->body.bytes, hit->body.n);
        skep_buf_add_char(&evidence->text, '\n');
    }
    return SKEP_OK;
}

skep_status skep_evidence_add_task(struct skep_evidence *evidence, struct skep_error *err)
{
    struct skep_error own = {0};
    skep_status st;

    evidence->search = (struct skep_task_search){.conn = evidence->conn,
                                                 .keys = &evidence->keys,
                                                 .status = &evidence->overview->status,
                                                 .max = evidence->settings->max_records};
    st = skep_task_search_run(&evidence->search, &evidence->wanted, task_visit, evidence, &own);
    if (st != SKEP_OK) {
        evidence->is_blind = true;
        skep_evidence_add_section(evidence, "where it is");
        return skep_evidence_forgive(evidence, st, &own, err);
    }
    if (evidence->n_hits == 0) {
        skep_evidence_add_section(evidence, "nowhere");
        skep_buf_add_text(&evidence->text,
                          "It is over and its result was taken, or it never was put, or it is called "
                          "otherwise.\n");
    }
    if (evidence->n_hits > SKEP_EVIDENCE_HITS) {
        skep_buf_printf(&evidence->text, "\nand in %zu more places: its id is not its own\n",
                        evidence->n_hits - SKEP_EVIDENCE_HITS);
    }
    if (evidence->job[0] == '\0') {
        snprintf(evidence->job, sizeof evidence->job, "%s", evidence->wanted.job);
    }
    skep_buf_printf(&evidence->text, "(%" PRId64 " records were looked through%s)\n",
                    evidence->search.n_looked, evidence->search.is_cut ? ": not all, see --max" : "");
    return SKEP_OK;
}

/* ---- what it printed ---- */

static bool task_is_log(const struct skep_evidence *evidence, const struct skep_logs_entry *entry)
{
    const struct skep_task_wanted *wanted = &evidence->wanted;

    if (entry->id != NULL && entry->id[0] != '\0' &&
        (strcmp(entry->id, wanted->id) == 0 || strcmp(entry->id, evidence->id) == 0 ||
         strcmp(entry->id, wanted->dotted) == 0)) {
        return true;
    }
    return wanted->index >= 0 && entry->job != NULL && entry->index == wanted->index &&
           strcmp(entry->job, wanted->job) == 0;
}

static void task_add_log(struct skep_evidence *evidence, const struct skep_logs_entry *entry)
{
    char at[SKEP_TIME_TEXT_BYTES];

    skep_evidence_add_row(evidence, entry->stream != NULL ? entry->stream : "?",
                          "%s, attempt %" PRId64 ", on %s: the last %zu of %" PRIu64 " bytes",
                          skep_time_format(entry->at_ms, at, sizeof at), entry->attempt,
                          entry->host != NULL ? entry->host : "?", entry->text_n, entry->total_n);
    skep_evidence_add_strange(evidence, entry->text, entry->text_n);
    skep_buf_add_char(&evidence->text, '\n');
}

skep_status skep_evidence_add_logs(struct skep_evidence *evidence, struct skep_error *err)
{
    struct skep_logs_entry *entries = skep_calloc(TASK_LOGS_PIECE, sizeof *entries);
    char after[SKEP_LOGS_PLACE_BYTES] = "0";
    struct skep_error own = {0};
    size_t n_shown = 0, n_found = 0, n = 0;
    skep_status st = entries != NULL ? SKEP_OK : skep_error_set(&own, SKEP_E_NOMEM, "no memory for outputs");

    skep_evidence_add_section(evidence, "what it printed");
    while (st == SKEP_OK) {
        st = skep_logs_read(evidence->conn, &evidence->keys, after, 0, entries, TASK_LOGS_PIECE, &n, &own);
        for (size_t i = 0; st == SKEP_OK && i < n; i++) {
            bool is_its = task_is_log(evidence, &entries[i]);
            n_found += is_its;
            if (is_its && n_shown < SKEP_EVIDENCE_LOGS) {
                task_add_log(evidence, &entries[i]);
                n_shown++;
            }
        }
    }
    skep_free(entries);
    if (st != SKEP_EMPTY) {
        return skep_evidence_forgive(evidence, st, &own, err);
    }
    if (n_found > n_shown) {
        skep_buf_printf(&evidence->text, "and %zu more\n", n_found - n_shown);
    } else if (n_found == 0) {
        skep_buf_add_text(&evidence->text, "nothing that is kept\n");
    }
    return SKEP_OK;
}
