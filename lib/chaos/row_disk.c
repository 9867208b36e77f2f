/* SPDX-License-Identifier: MIT */
/* The disk is full: under the server's append-only file, under the workers' outputs and logs, under the file
 * of the consumer. A limit on the size of files (RLIMIT_FSIZE) does that to one process and to nobody else.
 * The workers all write to the same file: whoever looks must find it whole, whatever happens. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <dirent.h>

#include "base/clock.h"
#include "chaos/row.h"
#include "chaos/supply.h"

enum {
    DISK_N_WORKERS = 3,
    DISK_CHUNK = 1500,
    DISK_COLUMNS = 4096,
    DISK_HEAD_BYTES = 128,
    DISK_OUTPUT_BYTES = DISK_HEAD_BYTES + 8 * DISK_COLUMNS,
    DISK_FULL_MS = 1500,
    DISK_RESUME_MS = 2000
};

struct disk_state {
    struct skep_supply supply;
    struct skep_times server, outputs;
    char output[PATH_MAX]; /* the workers' folder */
    uint64_t n_looks, n_partial, n_server_errors, n_consumers;
};

/* ---- full, and not full ---- */

static void disk_limit(pid_t pid, bool is_full)
{
    const struct rlimit limit = {is_full ? 1 : RLIM_INFINITY, RLIM_INFINITY};

    (void)prlimit(pid, RLIMIT_FSIZE, &limit, NULL);
}

static void disk_limit_workers(struct skep_play *play, bool is_full)
{
    pid_t pids[SKEP_ACTOR_MAX_CHILDREN];

    for (size_t i = 0; i < DISK_N_WORKERS; i++) {
        const struct skep_actor *worker = &play->cast.workers[i];
        size_t n;
        disk_limit(worker->pid, is_full); /* first: slots that start now inherit it */
        n = skep_actor_children(worker, pids);
        for (size_t k = 0; k < n; k++) {
            disk_limit(pids[k], is_full);
        }
    }
}

/* ---- what the workers read and write ---- */

/* An array of two rows, 0 1 2 ... and 1 1 1 ...: their sum is 1 2 3 ... */
static skep_status disk_write_input(struct skep_play *play, struct skep_error *err)
{
    char path[PATH_MAX], head[DISK_HEAD_BYTES + 1];
    FILE *file = fopen(skep_cast_path(&play->cast, "x.npy", path), "we");
    bool is_bad = file == NULL;

    if (!is_bad) {
        memset(head, ' ', sizeof head);
        memcpy(head, "\x93NUMPY\x01\x00\x76\x00", 10);
        snprintf(head + 10, sizeof head - 10, "%-117s\n",
                 "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 4096), }");
        is_bad = fwrite(head, 1, DISK_HEAD_BYTES, file) != DISK_HEAD_BYTES;
        for (int i = 0; i < 2 * DISK_COLUMNS && !is_bad; i++) {
            double x = i < DISK_COLUMNS ? i : 1;
            is_bad = fwrite(&x, sizeof x, 1, file) != 1;
        }
        is_bad = fclose(file) != 0 || is_bad;
    }
    return is_bad ? skep_error_errno(err, SKEP_E_IO, "cannot write x.npy") : SKEP_OK;
}

static bool disk_is_whole(const char *path)
{
    static double values[DISK_COLUMNS];
    FILE *file = fopen(path, "re");
    bool is_whole = file != NULL && fseek(file, DISK_HEAD_BYTES, SEEK_SET) == 0 &&
                    fread(values, sizeof values[0], DISK_COLUMNS, file) == DISK_COLUMNS && fgetc(file) == EOF;

    for (int i = 0; i < DISK_COLUMNS && is_whole; i++) {
        is_whole = values[i] == i + 1;
    }
    if (file != NULL) {
        fclose(file);
    }
    return is_whole;
}

/* Everything that can be seen in the folder of outputs. Hidden files are in the making; in the end there must
 * be none. */
static void disk_look(struct disk_state *state, bool is_end)
{
    char path[PATH_MAX + NAME_MAX + 2];
    DIR *folder = opendir(state->output);
    const struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        bool is_hidden = entry->d_name[0] == '.';
        bool is_folder = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        snprintf(path, sizeof path, "%s/%s", state->output, entry->d_name);
        if (!is_hidden) {
            state->n_looks++;
            state->n_partial += !disk_is_whole(path);
        } else if (is_end && !is_folder) {
            state->n_partial++;
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

/* ---- the three disks ---- */

static skep_status disk_hold(struct skep_play *play, struct disk_state *state, struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + DISK_FULL_MS;
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && skep_monotonic_ms() < until_ms) {
        st = skep_supply_for(&state->supply, play, 50, err);
        disk_look(state, false);
    }
    return st;
}

static bool disk_server_says(struct skep_play *play, const char *words)
{
    struct skep_reply *reply;

    return skep_cast_ask(&play->cast, &reply, NULL, "INFO", "persistence", NULL) == SKEP_OK &&
           strstr(reply->bytes, words) != NULL;
}

static skep_status disk_fill_server(struct skep_play *play, struct disk_state *state, struct skep_error *err)
{
    skep_status st;

    disk_limit(play->cast.server.pid, true);
    st = disk_hold(play, state, err);
    state->n_server_errors += disk_server_says(play, "aof_last_write_status:err");
    disk_limit(play->cast.server.pid, false);
    return st == SKEP_OK
               ? skep_supply_await_work(&state->supply, play, skep_monotonic_ms(), true, &state->server, err)
               : st;
}

static skep_status disk_fill_workers(struct skep_play *play, struct disk_state *state, struct skep_error *err)
{
    int64_t done, since_ms;
    skep_status st;

    disk_limit_workers(play, true);
    st = disk_hold(play, state, err);
    disk_limit_workers(play, false);
    since_ms = skep_monotonic_ms();
    done = play->books.status.stat.done;
    while (st == SKEP_OK && play->books.status.stat.done <= done &&
           skep_monotonic_ms() - since_ms < SKEP_CAST_START_MS) {
        st = skep_supply_tick(&state->supply, play, err);
    }
    skep_times_add(&state->outputs, skep_monotonic_ms() - since_ms);
    return st;
}

/* The consumer ends, for it cannot do what it is for; when there is room its user starts it again. */
static skep_status disk_fill_consumer(struct skep_play *play, struct disk_state *state,
                                      struct skep_error *err)
{
    struct skep_actor *consumer = &play->cast.consumer;
    skep_status st;

    disk_limit(consumer->pid, true);
    st = disk_hold(play, state, err);
    state->n_consumers += skep_actor_is_over(consumer) && !skep_actor_has_succeeded(consumer);
    return st == SKEP_OK && skep_actor_is_over(consumer) ? skep_cast_start_consumer(&play->cast, err) : st;
}

static skep_status disk_rounds(struct skep_play *play, struct disk_state *state, uint64_t n_rounds,
                               struct skep_error *err)
{
    skep_status st = skep_supply_for(&state->supply, play, 2000, err);

    for (uint64_t i = 0; st == SKEP_OK && i < n_rounds; i++) {
        st = disk_fill_server(play, state, err);
        st = st == SKEP_OK ? disk_fill_workers(play, state, err) : st;
        st = st == SKEP_OK ? disk_fill_consumer(play, state, err) : st;
        st = st == SKEP_OK ? skep_supply_for(&state->supply, play, 500, err) : st;
    }
    return st;
}

static void disk_report(struct skep_play *play, struct disk_state *state, uint64_t n_rounds)
{
    const struct skep_stat *stat = &play->books.status.stat;

    disk_look(state, true);
    skep_report_check(play->report, state->n_server_errors == n_rounds,
                      "append-only file not written %" PRIu64 " times", state->n_server_errors);
    skep_supply_report_times(play, &state->server, "work resumed after", DISK_RESUME_MS);
    skep_report_check(play->report, stat->retried > 0, "outputs not written %" PRId64 " times",
                      stat->retried);
    skep_supply_report_times(play, &state->outputs, "outputs resumed after", DISK_RESUME_MS);
    skep_report_check(play->report, state->n_consumers == n_rounds,
                      "consumer without room ended %" PRIu64 " times", state->n_consumers);
    skep_report_check(play->report, state->n_partial == 0 && state->n_looks > 0,
                      "partial outputs %" PRIu64 " at %" PRIu64 " looks", state->n_partial, state->n_looks);
    skep_report_most(play->report, "crashes", stat->crashes, 0);
    skep_report_most(play->report, "dead", stat->dead, 0);
    skep_report_most(play->report, "declared dead", stat->reaped, 0);
}

static skep_status disk_perform(struct skep_play *play, struct skep_error *err)
{
    static const char *const server[] = {"--appendonly", "yes", "--appendfsync", "everysec", NULL};
    const uint64_t n_rounds = play->is_long ? 10 : 1;
    struct disk_state state = {
        .supply = {.format = "{\"id\":\"%s\",\"kernel\":\"sum\",\"args\":{\"x\":\"x.npy\",\"axis\":0},"
                             "\"out\":\"r.npy\",\"retries\":100,\"backoff_s\":0.5}",
                   .chunk = DISK_CHUNK,
                   .end = n_rounds * 100 * DISK_CHUNK}};
    const char *const slots[] = {"--slots",  "2",          "--data", play->cast.folder, "--backoff-max", "1",
                                 "--output", state.output, NULL};
    skep_status st;

    signal(SIGXFSZ, SIG_IGN); /* the server inherits it: a write that is too long fails */
    st = skep_play_begin(play, server, state.supply.end, err);
    skep_cast_path(&play->cast, "outputs", state.output);
    if (st == SKEP_OK && mkdir(state.output, 0700) != 0) {
        st = skep_error_errno(err, SKEP_E_IO, "cannot make %.100s", state.output);
    }
    st = st == SKEP_OK ? disk_write_input(play, err) : st;
    st = st == SKEP_OK ? skep_play_start_workers(play, DISK_N_WORKERS, slots, err) : st;
    st = st == SKEP_OK ? disk_rounds(play, &state, n_rounds, err) : st;
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        disk_report(play, &state, n_rounds);
    }
    skep_times_release(&state.server);
    skep_times_release(&state.outputs);
    return st;
}

const struct skep_row skep_row_disk = {
    .name = "disk",
    .fault = "disk full under the append-only file, under outputs and logs, under the consumer's file",
    .small = "1.5 s each",
    .large = "1.5 s each, ten times",
    .holds = "work resumes within 2 s of there being room; no partial output is seen",
    .perform = disk_perform,
};
