/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ledger_release(struct ledger *ledger)
{
    free(ledger->lines);
    *ledger = (struct ledger){0};
}

void ledger_copy(const struct ledger *from, struct ledger *to)
{
    *to = *from;
    to->lines = malloc((from->n + 1) * sizeof *to->lines);
    assert(to->lines != NULL);
    if (from->n > 0) {
        memcpy(to->lines, from->lines, from->n * sizeof *to->lines);
    }
}

static struct ledger_line *ledger_line(struct ledger *ledger, const char *bytes, size_t n)
{
    const struct record record = {(char *)bytes, n};
    char place[24];
    struct skep_bytes body = record_body(&record, place);
    size_t number;

    assert(body.n > 5 && memcmp(body.bytes, "{\"t\":", 5) == 0);
    number = strtoul(body.bytes + 5, NULL, 10);
    if (number >= ledger->n) {
        size_t grown = number + 4096;
        ledger->lines = realloc(ledger->lines, grown * sizeof *ledger->lines);
        assert(ledger->lines != NULL);
        memset(ledger->lines + ledger->n, 0, (grown - ledger->n) * sizeof *ledger->lines);
        ledger->n = grown;
    }
    return &ledger->lines[number];
}

/* Tasks of range jobs are counted by their positions (model_range_check). */
static bool ledger_knows(const char *bytes, size_t n)
{
    return !record_is_range(&(struct record){(char *)bytes, n});
}

void ledger_accept(struct ledger *ledger, const char *bytes, size_t n)
{
    ledger_line(ledger, bytes, n)->n_accepted++;
    ledger->n_open++;
}

void ledger_finish(struct ledger *ledger, const char *bytes, size_t n)
{
    if (ledger_knows(bytes, n)) {
        ledger_line(ledger, bytes, n)->n_finished++;
        ledger->n_open--;
    }
}

struct ledger_check {
    struct ledger *ledger;
    uint64_t n_found;
    char *words;
    size_t size;
};

static void check_find(void *context, const struct skep_bytes *record)
{
    struct ledger_check *check = context;

    if (ledger_knows(record->bytes, record->n)) {
        ledger_line(check->ledger, record->bytes, record->n)->n_found++;
        check->n_found++;
    }
}

static void check_forget(void *context, const struct skep_bytes *record)
{
    struct ledger_check *check = context;
    struct ledger_line *line;

    if (!ledger_knows(record->bytes, record->n)) {
        return;
    }
    line = ledger_line(check->ledger, record->bytes, record->n);
    if (line->n_found > 0 && line->n_found + line->n_finished != line->n_accepted &&
        check->words[0] == '\0') {
        snprintf(check->words, check->size,
                 "'%.80s' was accepted %u times, finished %u times and found %u times", record->bytes,
                 line->n_accepted, line->n_finished, line->n_found);
    }
    line->n_found = 0;
}

bool ledger_check(struct ledger *ledger, const struct observation *observation, char *words, size_t size)
{
    struct ledger_check check = {ledger, 0, words, size};

    words[0] = '\0';
    observe_each_task(observation, check_find, &check);
    observe_each_task(observation, check_forget, &check);
    if (check.n_found != ledger->n_open && words[0] == '\0') {
        snprintf(words, size, "%" PRIu64 " tasks are unfinished, and %" PRIu64 " are there", ledger->n_open,
                 check.n_found);
    }
    return words[0] == '\0';
}
