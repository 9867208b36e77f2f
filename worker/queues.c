/* SPDX-License-Identifier: MIT */
#include "queues.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"

static skep_status queues_parse_one(const char *text, struct skep_worker_queue *queue_out,
                                    struct skep_error *err)
{
    const char *colon = strchr(text, ':');
    size_t n = colon != NULL ? (size_t)(colon - text) : strlen(text);
    struct skep_keys keys;
    int64_t weight = 1;

    if (colon != NULL && (!skep_parse_i64(colon + 1, strlen(colon + 1), &weight) || weight < 1 ||
                          weight > SKEP_QUEUE_WEIGHT_MAX)) {
        return skep_error_set(err, SKEP_E_USAGE, "-q %.80s: a weight is 1 to %d", text,
                              SKEP_QUEUE_WEIGHT_MAX);
    }
    /* One that is too long for a name is told in the words for names. */
    if (n >= sizeof queue_out->name) {
        return skep_keys_init(&keys, text, err);
    }
    *queue_out = (struct skep_worker_queue){.weight = (unsigned)weight};
    memcpy(queue_out->name, text, n);
    return skep_keys_init(&keys, queue_out->name, err);
}

skep_status skep_queues_parse(const struct skep_text_list *texts, struct skep_queues *queues_out,
                              struct skep_error *err)
{
    *queues_out = (struct skep_queues){0};
    if (texts->n == 0) {
        return skep_error_set(err, SKEP_E_USAGE, "which queue? give -q NAME");
    }
    if (texts->n > SKEP_MAX_QUEUES) {
        return skep_error_set(err, SKEP_E_USAGE, "-q: a worker serves at most %d queues", SKEP_MAX_QUEUES);
    }
    for (size_t i = 0; i < texts->n; i++) {
        struct skep_worker_queue *queue = &queues_out->items[i];
        skep_status st = queues_parse_one(texts->items[i], queue, err);
        if (st != SKEP_OK) {
            return st;
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(queues_out->items[k].name, queue->name) == 0) {
                return skep_error_set(err, SKEP_E_USAGE, "-q %s: given twice", queue->name);
            }
        }
    }
    queues_out->n = texts->n;
    return SKEP_OK;
}

const char *skep_queues_join(const struct skep_queues *queues, char *text, size_t size)
{
    size_t n = 0;

    text[0] = '\0';
    for (size_t i = 0; i < queues->n && n < size; i++) {
        n += (size_t)snprintf(text + n, size - n, "%s%s", i > 0 ? "," : "", queues->items[i].name);
    }
    return text;
}
