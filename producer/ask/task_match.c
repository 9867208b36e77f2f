/* SPDX-License-Identifier: MIT */
/* Is it this one? Most are not, and are told by a look for the bytes of the name; only then are they read. */
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "producer/ask/task_search.h"
#include "task/json_read.h"

enum { MATCH_KEEP_BYTES = 1024 * 1024, MATCH_JSON_BYTES = 16 * 1024 * 1024, MATCH_JSON_DEPTH = 128 };

void skep_task_wanted_read(struct skep_task_wanted *wanted, const char *text)
{
    const char *colon = strrchr(text, ':'), *dot = strrchr(text, '.');
    const char *mark = colon != NULL ? colon : dot;

    *wanted = (struct skep_task_wanted){.id = text, .index = -1};
    if (mark == NULL || mark == text || (size_t)(mark - text) >= sizeof wanted->job ||
        !skep_parse_i64(mark + 1, strlen(mark + 1), &wanted->index) || wanted->index < 0) {
        wanted->index = -1;
        return;
    }
    snprintf(wanted->job, sizeof wanted->job, "%.*s", (int)(mark - text), text);
    snprintf(wanted->dotted, sizeof wanted->dotted, "%s.%s", wanted->job, mark + 1);
}

/* Whether ID, which may be NULL, is one of its names. */
static bool match_id(const struct skep_task_wanted *wanted, const char *id)
{
    return id != NULL &&
           (strcmp(id, wanted->id) == 0 || (wanted->index >= 0 && strcmp(id, wanted->dotted) == 0));
}

static bool match_place(const struct skep_task_wanted *wanted, const char *job, bool has_index, int64_t index)
{
    return wanted->index >= 0 && job != NULL && has_index && index == wanted->index &&
           strcmp(job, wanted->job) == 0;
}

static const char *match_text(const struct skep_node *root, const char *name)
{
    const struct skep_node *node = skep_node_get(root, name);

    return node != NULL && node->kind == SKEP_NODE_TEXT ? node->text : NULL;
}

/* Whether N bytes hold the name at all. JSON may escape any letter, but who does that cannot be found. */
static bool match_may_hold(const struct skep_task_wanted *wanted, const struct skep_bytes *bytes)
{
    return memmem(bytes->bytes, bytes->n, wanted->id, strlen(wanted->id)) != NULL ||
           (wanted->index >= 0 && memmem(bytes->bytes, bytes->n, wanted->job, strlen(wanted->job)) != NULL);
}

/* The names that a record or a result has in its JSON. */
static bool match_json(const struct skep_task_wanted *wanted, const struct skep_header *header,
                       const struct skep_bytes *body, struct skep_arena *arena)
{
    const struct skep_limits limits = {.record_bytes = MATCH_JSON_BYTES, .depth = MATCH_JSON_DEPTH};
    const struct skep_node *root = NULL, *index;
    const char *job;

    if (body->n > MATCH_JSON_BYTES ||
        skep_json_parse(body->bytes, body->n, &limits, arena, &root, NULL) != SKEP_OK) {
        return false;
    }
    if (match_id(wanted, match_text(root, "id"))) {
        return true;
    }
    job = match_text(root, "job");
    index = skep_node_get(root, "index");
    if (index != NULL && index->kind == SKEP_NODE_INT && match_place(wanted, job, true, index->i64)) {
        return true;
    }
    return match_place(wanted, job, header->has_index, (int64_t)header->index);
}

bool skep_task_matches(const struct skep_task_wanted *wanted, enum skep_task_place place,
                       const struct skep_bytes *bytes, struct skep_arena *arena, struct skep_task_hit *hit)
{
    struct skep_header *header = &hit->header;
    const char *body;
    size_t n;

    hit->place = place;
    hit->bytes = *bytes;
    if (!match_may_hold(wanted, bytes)) {
        return false;
    }
    skep_arena_reset(arena, MATCH_KEEP_BYTES);
    if (skep_header_parse(bytes->bytes, bytes->n, arena, header, &body, &n, NULL) != SKEP_OK) {
        *header = (struct skep_header){0};
    }
    hit->body = (struct skep_bytes){body, n};
    if (place == SKEP_TASK_DEAD) { /* below skep's line the record may have one of its own */
        struct skep_header own;
        if (skep_header_parse(body, n, arena, &own, &body, &n, NULL) == SKEP_OK) {
            hit->body = (struct skep_bytes){body, n};
            header->has_index = header->has_index || own.has_index;
            header->index = own.has_index ? own.index : header->index;
        }
    }
    if (match_id(wanted, header->id) ||
        match_place(wanted, header->job, header->has_index, (int64_t)header->index)) {
        return true;
    }
    if (header->is_range) {
        return match_place(wanted, header->job, wanted->index >= header->lo && wanted->index < header->hi,
                           wanted->index);
    }
    return match_json(wanted, header, &hit->body, arena);
}
