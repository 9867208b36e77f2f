/* SPDX-License-Identifier: MIT */
/* Redis dies, and a replica takes its place that had lost touch with it some time before: the state is that
 * of then. The same push given again brings back what was lost in between. The proxy plays the address that
 * moves to the new server. */
#include "chaos/row.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "chaos/listen.h"

enum { REPLICA_N_WORKERS = 2, REPLICA_TASKS = 4000, REPLICA_IN_HAND = 2000, REPLICA_SYNC_MS = 60000 };

static const char *const replica_slots[] = {"--slots", "4", NULL};
static const char replica_task[] = "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.002}}";

struct replica_pair {
    char port[8]; /* of the first server: replicas come by TCP only */
    struct skep_actor replica;
    struct skep_url url; /* of the second one */
};

/* A port that nobody listens on just now; whoever wants it must be quick. */
static skep_status replica_find_port(char port[8], struct skep_error *err)
{
    struct skep_url url;
    int fd;
    skep_status st = skep_listen(NULL, NULL, &fd, &url, err);

    if (st == SKEP_OK) {
        close(fd);
        snprintf(port, 8, "%u", (unsigned)url.port);
    }
    return st;
}

/* A second server, which follows the first. */
static skep_status replica_start(struct skep_play *play, struct replica_pair *pair, struct skep_error *err)
{
    struct skep_cast *cast = &play->cast;
    char folder[PATH_MAX], log_path[PATH_MAX];
    const char *const args[] = {
        "redis-server", "--port",   "0", "--unixsocket", pair->url.path, "--dir",
        folder,         "--save",   "",  "--dbfilename", "replica.rdb",  "--replicaof",
        "127.0.0.1",    pair->port, NULL};
    const struct skep_actor_plan plan = {.program = cast->redis_server,
                                         .args = args,
                                         .folder = cast->folder,
                                         .log_path = skep_cast_path(cast, "replica.log", log_path)};

    snprintf(folder, sizeof folder, "%s", cast->folder);
    return skep_actor_start(&pair->replica, &plan, err);
}

/* Whether the first server says that the second one has all it has. */
static skep_status replica_await_sync(struct skep_play *play, struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + REPLICA_SYNC_MS;
    struct skep_reply *reply;
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && skep_monotonic_ms() < until_ms) {
        st = skep_cast_ask(&play->cast, &reply, err, "INFO", "replication", NULL);
        if (st == SKEP_OK && strstr(reply->bytes, "state=online") != NULL) {
            return SKEP_OK;
        }
        st = st == SKEP_OK ? skep_play_tick(play, err) : st;
    }
    return st == SKEP_OK ? skep_error_set(err, SKEP_E_UNREACHABLE, "the replica does not come up") : st;
}

/* The replica stays behind from now on: it is what it was at this instant. */
static skep_status replica_cut_off(struct replica_pair *pair, struct skep_error *err)
{
    const struct skep_conn_options options = {.url = pair->url, .client_name = "skep-chaos"};
    static const char *const leave[] = {"REPLICAOF", "NO", "ONE"};
    struct skep_conn *conn = NULL;
    skep_status st = skep_conn_new(&options, &conn, err);

    st = st == SKEP_OK ? skep_conn_connect(conn, err) : st;
    st = st == SKEP_OK ? skep_conn_aside(conn, 3, leave, err) : st;
    skep_conn_free(conn);
    return st;
}

/* Everybody on a pair of servers, and half of the first push done. */
static skep_status replica_begin(struct skep_play *play, struct replica_pair *pair, struct skep_error *err)
{
    const char *const server_args[] = {"--port", pair->port, "--repl-diskless-sync-delay", "0", NULL};
    char path[PATH_MAX];
    skep_status st = replica_find_port(pair->port, err);

    st = st == SKEP_OK ? skep_play_begin_server(play, server_args, 2 * REPLICA_TASKS, err) : st;
    st = st == SKEP_OK ? skep_cast_start_proxy(&play->cast, skep_chance_u64(&play->chance), err) : st;
    if (st == SKEP_OK) {
        pair->url.kind = SKEP_URL_UNIX;
        snprintf(pair->url.path, sizeof pair->url.path, "%.90s",
                 skep_cast_path(&play->cast, "two.sock", path));
        st = replica_start(play, pair, err);
    }
    st = st == SKEP_OK ? skep_cast_start_consumer(&play->cast, err) : st;
    st = st == SKEP_OK ? skep_play_start_workers(play, REPLICA_N_WORKERS, replica_slots, err) : st;
    st = st == SKEP_OK ? replica_await_sync(play, err) : st;
    st = st == SKEP_OK ? skep_play_push(play, replica_task, 0, REPLICA_TASKS, err) : st;
    return st == SKEP_OK ? skep_play_until_seen(play, REPLICA_TASKS / 2, err) : st;
}

/* The replica loses touch, the second push goes to the first server alone, which dies; the push is repeated.
 */
static skep_status replica_fail_over(struct skep_play *play, struct replica_pair *pair,
                                     struct skep_error *err)
{
    const uint64_t n_seen = play->ledger.n_seen;
    skep_status st = replica_cut_off(pair, err);

    st = st == SKEP_OK ? skep_play_until_seen(play, REPLICA_TASKS, err) : st;
    st = st == SKEP_OK ? skep_play_push(play, replica_task, REPLICA_TASKS, REPLICA_TASKS, err) : st;
    st = st == SKEP_OK ? skep_play_until_seen(play, REPLICA_TASKS + REPLICA_TASKS / 2, err) : st;
    play->may_repeat = (int64_t)(play->ledger.n_seen - n_seen) + REPLICA_IN_HAND;
    st = st == SKEP_OK ? skep_cast_change_server(&play->cast, &pair->replica, &pair->url, err) : st;
    if (st == SKEP_OK) {
        pair->replica.pid = 0; /* the cast's now */
        st = skep_play_push_again(play, REPLICA_TASKS, REPLICA_TASKS, err);
    }
    return st;
}

static skep_status replica_perform(struct skep_play *play, struct skep_error *err)
{
    struct replica_pair pair = {.replica.pid = 0};
    skep_status st = replica_begin(play, &pair, err);

    st = st == SKEP_OK ? replica_fail_over(play, &pair, err) : st;
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_check(play->report, play->ledger.n_duplicated > 0, "done again %" PRIu64,
                          play->ledger.n_duplicated);
    }
    skep_actor_end(&pair.replica, SIGKILL, 0);
    return st;
}

const struct skep_row skep_row_replica = {
    .name = "replica",
    .fault =
        "a replica that had lost touch takes the place of a Redis that died; the last push is given again",
    .small = "once",
    .large = "once",
    .holds = "nothing older than the loss of touch is lost; what was done since may be done again",
    .perform = replica_perform,
};
