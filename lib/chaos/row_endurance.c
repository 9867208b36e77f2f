/* SPDX-License-Identifier: MIT */
/* Millions of small tasks: what the processes hold in memory and in file descriptors must be in the end what
 * it was after the first ones. */
#include "chaos/row.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
    ENDURANCE_N_WORKERS = 1,
    ENDURANCE_WARM = 50000,
    ENDURANCE_REST_MS = 1500,
    ENDURANCE_SLACK_KB = 128 /* what counts as nothing: a buffer that grew once */
};

/* What was slow is kept for the operator, up to half a megabyte: not what is measured here. */
static const char *const endurance_server[] = {"--slowlog-log-slower-than", "-1", NULL};
static const char *const endurance_slots[] = {"--slots", "2", NULL};

struct endurance_size {
    int64_t worker_kb, server_kb; /* memory of their own */
    int64_t n_fds;                /* of the workers */
};

static int64_t endurance_count_fds(pid_t pid)
{
    char path[64];
    int64_t n = 0;
    DIR *dir;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    dir = opendir(path);
    while (dir != NULL && readdir(dir) != NULL) {
        n++;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return n;
}

/* Anonymous resident memory: what the process has for itself alone. */
static int64_t endurance_read_kb(pid_t pid)
{
    char path[64], line[256];
    long kb = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0) {
            kb = strtol(line + 8, NULL, 10);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return kb;
}

static skep_status endurance_measure(struct skep_play *play, struct endurance_size *size,
                                     struct skep_error *err)
{
    static const char field[] = "used_memory:";
    struct skep_reply *reply;
    const char *at;
    skep_status st = skep_play_tick_for(play, ENDURANCE_REST_MS, err);

    *size = (struct endurance_size){0};
    for (size_t i = 0; i < ENDURANCE_N_WORKERS; i++) {
        pid_t pids[SKEP_ACTOR_MAX_CHILDREN];
        size_t n = skep_actor_children(&play->cast.workers[i], pids);
        pids[n++] = play->cast.workers[i].pid;
        for (size_t k = 0; k < n; k++) {
            size->worker_kb += endurance_read_kb(pids[k]);
            size->n_fds += endurance_count_fds(pids[k]);
        }
    }
    st = st == SKEP_OK ? skep_cast_ask(&play->cast, &reply, err, "INFO", "memory", NULL) : st;
    if (st == SKEP_OK) {
        at = strstr(reply->bytes, field);
        size->server_kb = at != NULL ? strtoll(at + sizeof field - 1, NULL, 10) / 1024 : 0;
    }
    return st;
}

/* Grown by no more than 1 %, or by so little that it says nothing. */
static void endurance_check(struct skep_play *play, const char *what, int64_t before_kb, int64_t after_kb)
{
    int64_t most_kb =
        before_kb + (before_kb / 100 > ENDURANCE_SLACK_KB ? before_kb / 100 : ENDURANCE_SLACK_KB);

    skep_report_check(play->report, after_kb <= most_kb,
                      "memory of %s %" PRId64 " kB, before %" PRId64 " kB (limit %" PRId64 ")", what,
                      after_kb, before_kb, most_kb);
}

static skep_status endurance_perform(struct skep_play *play, struct skep_error *err)
{
    const uint64_t n_tasks = play->is_long ? 10000000 : 1000000;
    struct endurance_size before = {0}, after = {0};
    int64_t began_ms, ended_ms;
    skep_status st = skep_play_begin(play, endurance_server, ENDURANCE_WARM + n_tasks, err);

    st = st == SKEP_OK ? skep_play_start_workers(play, ENDURANCE_N_WORKERS, endurance_slots, err) : st;
    st = st == SKEP_OK ? skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"echo\"}", 0, ENDURANCE_WARM, err)
                       : st;
    st = st == SKEP_OK ? skep_play_until_seen(play, UINT64_MAX, err) : st;
    st = st == SKEP_OK ? endurance_measure(play, &before, err) : st;
    began_ms = skep_monotonic_ms();
    st = st == SKEP_OK
             ? skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"echo\"}", ENDURANCE_WARM, n_tasks, err)
             : st;
    st = st == SKEP_OK ? skep_play_until_seen(play, UINT64_MAX, err) : st;
    ended_ms = skep_monotonic_ms();
    st = st == SKEP_OK ? endurance_measure(play, &after, err) : st;
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_note(play->report, "%.0f tasks/s with two slots",
                         (double)n_tasks * 1000 / (double)(ended_ms - began_ms));
        endurance_check(play, "the worker", before.worker_kb, after.worker_kb);
        endurance_check(play, "the server", before.server_kb, after.server_kb);
        skep_report_check(play->report, after.n_fds == before.n_fds && after.n_fds > 0,
                          "file descriptors of the worker %" PRId64 ", before %" PRId64, after.n_fds,
                          before.n_fds);
        skep_report_most(play->report, "failed", (int64_t)play->ledger.n_failed, 0);
    }
    return st;
}

const struct skep_row skep_row_endurance = {
    .name = "endurance",
    .fault = "echo tasks by the million",
    .small = "1,000,000 tasks",
    .large = "10,000,000 tasks",
    .holds = "memory back to the start within 1 %, file descriptors constant",
    .perform = endurance_perform,
};
