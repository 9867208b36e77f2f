/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "hive.h"
#include "hive_kept.h"

#include <stdio.h>
#include <string.h>

struct hive_kept hive_kept[HIVE_MAX_KEPT];
static size_t n_kept;

static void keep(const struct skep_logs_entry *entry)
{
    struct hive_kept *one = &hive_kept[n_kept++];

    assert_true(n_kept < HIVE_MAX_KEPT);
    snprintf(one->id, sizeof one->id, "%s", entry->id != NULL ? entry->id : "");
    snprintf(one->job, sizeof one->job, "%s", entry->job != NULL ? entry->job : "");
    snprintf(one->stream, sizeof one->stream, "%s", entry->stream);
    snprintf(one->worker, sizeof one->worker, "%s", entry->worker);
    snprintf(one->text, sizeof one->text, "%s", entry->text);
    one->index = entry->index;
    one->attempt = entry->attempt;
    one->total_n = entry->total_n;
    one->n_lost = entry->n_lost;
}

size_t hive_read_kept(struct hive *hive)
{
    struct skep_logs_entry entries[64];
    char place[SKEP_LOGS_PLACE_BYTES] = "0";
    struct skep_error err = {0};
    size_t n;

    n_kept = 0;
    while (skep_logs_read(hive->conn, &hive->keys, place, 0, entries, 64, &n, &err) == SKEP_OK) {
        for (size_t i = 0; i < n; i++) {
            keep(&entries[i]);
        }
    }
    if (err.status != SKEP_OK) {
        hive_fail(hive, "logs: %s", err.text);
    }
    return n_kept;
}

const struct hive_kept *hive_find_kept(struct hive *hive, const char *id, int64_t attempt, const char *stream)
{
    const struct hive_kept *found = NULL;

    for (size_t i = 0; i < n_kept; i++) {
        const struct hive_kept *one = &hive_kept[i];
        if (strcmp(one->id, id) == 0 && one->attempt == attempt && strcmp(one->stream, stream) == 0) {
            if (found != NULL) {
                hive_fail(hive, "%s %s is kept twice", id, stream);
            }
            found = one;
        }
    }
    if (found == NULL) {
        hive_fail(hive, "nothing is kept of %s %s, attempt %d", id, stream, (int)attempt);
    }
    return found;
}

void hive_check_kept(struct hive *hive, const char *id, int64_t attempt, const char *stream, const char *text)
{
    assert_string_equal(hive_find_kept(hive, id, attempt, stream)->text, text);
}

const char *hive_said(const struct hive_result *result, const char *stream)
{
    const struct skep_node *node = skep_node_get(result->root, stream);

    return node != NULL ? node->text : NULL;
}

void hive_check_said(struct hive *hive, const struct hive_result *result, const char *stream,
                     const char *text)
{
    const char *got = hive_said(result, stream);

    if ((got == NULL) != (text == NULL) || (got != NULL && strcmp(got, text) != 0)) {
        hive_fail(hive, "%s: %s is %s, not %s", result->id, stream, got != NULL ? got : "nothing",
                  text != NULL ? text : "nothing");
    }
}
