/* SPDX-License-Identifier: MIT */
#include "producer/ask/logs_view.h"

#include <string.h>

#include "base/parse.h"
#include "producer/cli/words.h"
#include "task/json.h"
#include "task/json_member.h"
#include "task/timestamp.h"

enum { VIEW_NAME_BYTES = 200 };

/* "[te_box.17 stderr, attempt 2] " */
static void view_add_whose(struct skep_buf *buf, const struct skep_logs_entry *entry)
{
    const char *name = entry->id != NULL ? entry->id : entry->job;

    skep_buf_add_char(buf, '[');
    if (name != NULL) {
        skep_words_add_harmless(buf, name, strlen(name), VIEW_NAME_BYTES);
    }
    if (entry->id == NULL) {
        skep_buf_add_text(buf, name != NULL ? ".?" : "?"); /* one of its tasks */
    }
    skep_buf_printf(buf, " %s", entry->stream);
    if (entry->attempt > 1) {
        skep_buf_printf(buf, ", attempt %lld", (long long)entry->attempt);
    }
    skep_buf_add_text(buf, "] ");
}

/* A remark of ours is in round brackets. */
static void view_add_remark(struct skep_buf *buf, const struct skep_logs_entry *entry, uint64_t n,
                            const char *words)
{
    char number[SKEP_WORDS_BYTES];

    view_add_whose(buf, entry);
    skep_buf_printf(buf, "(%s %s)\n", skep_words_number((int64_t)n, number), words);
}

/* A line without its newline. Tabs are harmless, and whoever prints tables uses them. */
static void view_add_line(struct skep_buf *buf, const char *text, size_t n)
{
    while (n > 0) {
        const char *tab = memchr(text, '\t', n);
        size_t part = tab != NULL ? (size_t)(tab - text) : n;
        skep_words_add_harmless(buf, text, part, part);
        if (tab != NULL) {
            skep_buf_add_char(buf, '\t');
            part++;
        }
        text += part;
        n -= part;
    }
}

void skep_logs_view_add(struct skep_buf *buf, const struct skep_logs_entry *entry)
{
    const char *at = entry->text, *end = entry->text + entry->text_n;

    if (entry->total_n > entry->text_n) {
        view_add_remark(buf, entry, entry->total_n - entry->text_n, "bytes before this were not kept");
    }
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((stop != NULL ? stop : end) - at);
        view_add_whose(buf, entry);
        view_add_line(buf, at, n > 0 && at[n - 1] == '\r' ? n - 1 : n);
        skep_buf_add_char(buf, '\n');
        at += n + 1;
    }
    if (entry->n_lost > 0) {
        view_add_remark(buf, entry, entry->n_lost, "outputs of this slot after it were too many to be kept");
    }
}

static void view_add_member(struct skep_buf *buf, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        skep_json_add_key(buf, key);
        skep_json_add_text(buf, text, strlen(text));
    }
}

void skep_logs_view_add_json(struct skep_buf *buf, const struct skep_logs_entry *entry)
{
    char when[SKEP_TIMESTAMP_BYTES] = "";

    if (entry->at_ms > 0 && entry->at_ms <= SKEP_TIMESTAMP_MAX_MS) {
        skep_timestamp_format(entry->at_ms, when);
    }
    skep_buf_add_char(buf, '{');
    view_add_member(buf, "id", entry->id);
    view_add_member(buf, "job", entry->job);
    if (entry->index >= 0) {
        skep_json_member_i64(buf, "index", entry->index);
    }
    if (entry->attempt > 0) {
        skep_json_member_i64(buf, "attempt", entry->attempt);
    }
    view_add_member(buf, "worker", entry->worker);
    view_add_member(buf, "host", entry->host);
    if (entry->slot >= 0) {
        skep_json_member_i64(buf, "slot", entry->slot);
    }
    view_add_member(buf, "at", when);
    view_add_member(buf, "stream", entry->stream);
    skep_json_add_key(buf, "text");
    skep_json_add_text(buf, entry->text, entry->text_n);
    skep_json_add_key(buf, "bytes");
    skep_json_add_u64(buf, entry->total_n);
    if (entry->n_lost > 0) {
        skep_json_add_key(buf, "lost");
        skep_json_add_u64(buf, entry->n_lost);
    }
    skep_buf_add_text(buf, "}\n");
}

/* ---- which ---- */

void skep_logs_choice_parse(struct skep_logs_choice *choice, char *text)
{
    char *colon = strrchr(text, ':');
    int64_t index;

    choice->job = text;
    choice->index = -1;
    if (colon != NULL && colon > text && skep_parse_i64(colon + 1, strlen(colon + 1), &index) && index >= 0) {
        *colon = '\0';
        choice->index = index;
    }
}

bool skep_logs_is_chosen(const struct skep_logs_choice *choice, const struct skep_logs_entry *entry)
{
    if (choice->job != NULL && (entry->job == NULL || strcmp(entry->job, choice->job) != 0)) {
        return false;
    }
    if (choice->index >= 0 && entry->index != choice->index) {
        return false;
    }
    return choice->id == NULL || (entry->id != NULL && strcmp(entry->id, choice->id) == 0);
}
