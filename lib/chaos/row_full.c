/* SPDX-License-Identifier: MIT */
/* The server is filled to its maxmemory while nobody works. Who pushes is told what helps and goes on
 * waiting; then workers and a consumer come, and everything drains, the waiting push too. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "chaos/row.h"

enum { FULL_PAD_BYTES = 900, FULL_N_WORKERS = 4, FULL_N_MORE = 5000 };

static const char *const full_slots[] = {"--slots", "2", NULL};

/* Whether the last command that was run said WORDS. */
static bool full_has_said(const struct skep_play *play, const char *words)
{
    char path[PATH_MAX], text[8192];
    FILE *file = fopen(skep_cast_path(&play->cast, "skep.log", path), "re");
    size_t n;

    if (file == NULL) {
        return false;
    }
    n = fread(text, 1, sizeof text, file);
    fclose(file);
    return memmem(text, n, words, strlen(words)) != NULL;
}

/* A user who pushes more tasks, from number AT on, and does not wait for long. Whether all went in: the first
 * few may, since the memory of a request is free again when it has been refused. */
static skep_status full_try(struct skep_play *play, const char *format, uint64_t at, bool *went_in_out,
                            struct skep_error *err)
{
    static const char *const args[] = {"push",   "-q",  "chaos",      "--job", "more",
                                       "--wait", "0.1", "more.jsonl", NULL};
    struct skep_actor user = {0};
    skep_status st = skep_cast_write_tasks(&play->cast, "more.jsonl", format, at, FULL_N_MORE, err);

    skep_ledger_attempt(&play->ledger, at, FULL_N_MORE);
    st = st == SKEP_OK ? skep_cast_run_skep(&play->cast, &user, args, NULL, err) : st;
    *went_in_out = skep_actor_has_succeeded(&user);
    if (st == SKEP_OK && *went_in_out) {
        skep_ledger_acknowledge(&play->ledger, at, FULL_N_MORE);
    }
    return st;
}

/* Until nothing more fits. */
static skep_status full_fill(struct skep_play *play, struct skep_error *err)
{
    int64_t before = -1;
    skep_status st = SKEP_OK;

    /* At first nothing goes in for a while: push looks at all lines before. */
    while (st == SKEP_OK && skep_play_is_pushing(play) &&
           (before <= 0 || play->books.status.n_waiting != before)) {
        before = play->books.has_status ? play->books.status.n_waiting : -1;
        st = skep_play_tick_for(play, 1500, err);
    }
    return st;
}

static skep_status full_perform(struct skep_play *play, struct skep_error *err)
{
    const char *const args[] = {"--maxmemory", play->is_long ? "200mb" : "16mb", "--maxmemory-policy",
                                "noeviction", NULL};
    const uint64_t n_tasks = play->is_long ? 300000 : 25000;
    char format[FULL_PAD_BYTES + 128], pad[FULL_PAD_BYTES + 1];
    bool went_in = true, was_told, was_full;
    skep_status st = skep_play_begin_server(play, args, n_tasks + FULL_N_MORE, err);

    memset(pad, 'x', FULL_PAD_BYTES);
    pad[FULL_PAD_BYTES] = '\0';
    snprintf(format, sizeof format, "{\"id\":\"%%s\",\"kernel\":\"echo\",\"meta\":\"%s\"}", pad);
    st = st == SKEP_OK ? skep_play_push(play, format, 0, n_tasks, err) : st;
    st = st == SKEP_OK ? full_fill(play, err) : st;
    was_full = skep_play_is_pushing(play);
    st = st == SKEP_OK ? full_try(play, format, n_tasks, &went_in, err) : st;
    was_told = full_has_said(play, "raise maxmemory");
    skep_report_note(play->report, "%" PRId64 " tasks filled it", play->books.status.n_waiting);
    st = st == SKEP_OK ? skep_play_start_workers(play, FULL_N_WORKERS, full_slots, err) : st;
    st = st == SKEP_OK ? skep_cast_start_consumer(&play->cast, err) : st;
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_check(play->report, was_full && !went_in, "further tasks were %s",
                          went_in ? "taken in" : "refused");
        skep_report_check(play->report, was_told, "the user was %stold what helps", was_told ? "" : "not ");
        skep_report_most(play->report, "dead", play->books.status.stat.dead, 0);
        skep_report_most(play->report, "pushes started again", (int64_t)play->n_push_restarts, 0);
    }
    return st;
}

const struct skep_row skep_row_full = {
    .name = "full",
    .fault = "Redis filled to its maxmemory (noeviction), then worked on",
    .small = "16 MB",
    .large = "200 MB",
    .holds = "all drained; push says what helps",
    .perform = full_perform,
};
