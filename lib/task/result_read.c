/* SPDX-License-Identifier: MIT */
#include "task/result_read.h"

#include "task/json_read.h"

/* One member of an object that must be a text, or may be absent. */
static skep_status outcome_read_text(const struct skep_node *object, const char *key, bool is_needed,
                                     const char **text_out, struct skep_error *err)
{
    const struct skep_node *node = skep_node_get(object, key);
    char got[SKEP_NODE_WORDS_BYTES];

    if (node == NULL && !is_needed) {
        return SKEP_OK;
    }
    if (node == NULL || node->kind != SKEP_NODE_TEXT) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "\"%s\": wanted a text, got %s", key,
                              skep_node_describe(node, got, sizeof got));
    }
    *text_out = node->text;
    return SKEP_OK;
}

static skep_status outcome_read_index(struct skep_result_summary *outcome, struct skep_error *err)
{
    const struct skep_node *node = skep_node_get(outcome->root, "index");
    char got[SKEP_NODE_WORDS_BYTES];

    if (node == NULL) {
        return SKEP_OK;
    }
    if (node->kind != SKEP_NODE_INT || node->i64 < 0) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "\"index\": wanted an integer from 0, got %s",
                              skep_node_describe(node, got, sizeof got));
    }
    outcome->has_index = true;
    outcome->index = (uint64_t)node->i64;
    return SKEP_OK;
}

/* "ok" and what hangs on it. */
static skep_status outcome_read_verdict(struct skep_result_summary *outcome, struct skep_error *err)
{
    const struct skep_node *ok = skep_node_get(outcome->root, "ok");
    const struct skep_node *error = skep_node_get(outcome->root, "error");
    char got[SKEP_NODE_WORDS_BYTES];
    skep_status st;

    if (ok == NULL || ok->kind != SKEP_NODE_BOOL) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "\"ok\": wanted true or false, got %s",
                              skep_node_describe(ok, got, sizeof got));
    }
    outcome->is_ok = ok->boolean;
    if (outcome->is_ok) {
        outcome->value = skep_node_get(outcome->root, "value");
        return outcome->value != NULL ? SKEP_OK
                                      : skep_error_set(err, SKEP_E_BAD_RECORD, "ok, but no \"value\"");
    }
    st = outcome_read_text(error, "cause", true, &outcome->cause, err);
    if (st == SKEP_OK) {
        st = outcome_read_text(error, "message", true, &outcome->message, err);
    }
    skep_error_prefix(err, "\"error\"");
    return st;
}

skep_status skep_result_read(const char *bytes, size_t n, struct skep_arena *arena,
                             struct skep_result_summary *outcome_out, struct skep_error *err)
{
    static const struct skep_limits limits = {.record_bytes = SKEP_RESULT_BYTES, .depth = SKEP_RESULT_DEPTH};
    struct skep_result_summary outcome = {0};
    skep_status st = skep_json_parse(bytes, n, &limits, arena, &outcome.root, err);

    if (st == SKEP_OK && outcome.root->kind != SKEP_NODE_OBJECT) {
        st = skep_error_set(err, SKEP_E_BAD_RECORD, "a result is an object, got %s",
                            skep_node_kind_text(outcome.root));
    }
    if (st == SKEP_OK) {
        st = outcome_read_text(outcome.root, "id", true, &outcome.id, err);
    }
    if (st == SKEP_OK) {
        st = outcome_read_text(outcome.root, "job", false, &outcome.job, err);
    }
    if (st == SKEP_OK) {
        st = outcome_read_text(outcome.root, "kernel", false, &outcome.kernel, err);
    }
    if (st == SKEP_OK) {
        st = outcome_read_index(&outcome, err);
    }
    if (st == SKEP_OK) {
        st = outcome_read_verdict(&outcome, err);
    }
    if (st == SKEP_OK) {
        *outcome_out = outcome;
    }
    return st;
}
