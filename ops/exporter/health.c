/* SPDX-License-Identifier: MIT */
#include "health.h"

#include "task/json.h"
#include "task/json_member.h"
#include "view_parts.h"

/* What goes through the reasons one by one: QUEUE NULL is the server. */
struct health_reason {
    const struct skep_export_queue *queue;
    const char *word, *severity, *words, *help;
};
typedef void health_each(void *context, const struct health_reason *reason);

static void health_findings(const struct skep_finding *findings, size_t n,
                            const struct skep_export_queue *queue, health_each *each, void *context)
{
    for (size_t i = 0; i < n; i++) {
        const struct skep_finding *finding = &findings[i];
        enum skep_severity severity = skep_finding_severity(finding->kind);
        if (severity == SKEP_SEVERITY_BAD) {
            each(context, &(struct health_reason){queue, skep_finding_word(finding->kind),
                                                  skep_severity_word(severity), finding->words,
                                                  skep_finding_help(finding->kind)});
        }
    }
}

static void health_unread(const struct skep_export_queue *queue, const char *error, health_each *each,
                          void *context)
{
    each(context,
         &(struct health_reason){queue, "unread", skep_severity_word(SKEP_SEVERITY_BAD),
                                 error[0] != '\0' ? error : "not read yet",
                                 "see the server and the exporter's log; `skep doctor --role monitor`"});
}

static void health_queue(const struct skep_export_state *state, const struct skep_export_queue *queue,
                         int64_t now_ms, health_each *each, void *context)
{
    if (skep_export_queue_is_fresh(state, queue, now_ms)) {
        health_findings(queue->findings, queue->n_findings, queue, each, context);
    } else if (now_ms - queue->read_ms > skep_export_late_ms(state)) { /* a new one may be read yet */
        health_unread(queue, queue->error, each, context);
    }
}

/* When the server cannot be read, that is all there is to say. */
static void health_walk(const struct skep_export_state *state, int64_t now_ms, health_each *each,
                        void *context)
{
    if (!skep_export_is_fresh(state, now_ms)) {
        health_unread(NULL, state->error, each, context);
        return;
    }
    health_findings(state->findings, state->n_findings, NULL, each, context);
    for (size_t i = 0; i < state->n_queues; i++) {
        health_queue(state, state->queues[i], now_ms, each, context);
    }
}

static void health_note(void *context, const struct health_reason *reason)
{
    const char **word = context;

    *word = *word == NULL ? reason->word : *word;
}

bool skep_export_is_healthy(const struct skep_export_state *state, int64_t now_ms)
{
    const char *word = NULL;

    health_walk(state, now_ms, health_note, &word);
    return word == NULL;
}

const char *skep_export_queue_ailment(const struct skep_export_state *state,
                                      const struct skep_export_queue *queue, int64_t now_ms)
{
    const char *word = NULL;

    health_queue(state, queue, now_ms, health_note, &word);
    return word;
}

/* ---- as JSON ---- */

static void health_write_reason(void *context, const struct health_reason *reason)
{
    struct skep_buf *buf = context;

    skep_export_view_next(buf);
    skep_buf_add_char(buf, '{');
    skep_json_member_text(buf, "queue", reason->queue != NULL ? reason->queue->name : NULL);
    skep_json_member_text(buf, "finding", reason->word);
    skep_json_member_text(buf, "severity", reason->severity);
    skep_json_member_text(buf, "words", reason->words);
    skep_json_member_text(buf, "help", reason->help);
    skep_buf_add_char(buf, '}');
}

void skep_export_health_write(struct skep_buf *buf, const struct skep_export_state *state, int64_t now_ms)
{
    skep_buf_add_char(buf, '{');
    skep_json_member_bool(buf, "ok", skep_export_is_healthy(state, now_ms));
    skep_json_add_key(buf, "reasons");
    skep_buf_add_char(buf, '[');
    health_walk(state, now_ms, health_write_reason, buf);
    skep_buf_add_text(buf, "]}");
}
