/* SPDX-License-Identifier: MIT */
#include "chaos/cast.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "chaos/ledger.h"
#include "chaos/programs.h"

#define CAST_QUEUE "chaos"

enum { CAST_LOOK_MS = 5, CAST_MAX_WORDS = 16, CAST_URL_BYTES = SKEP_URL_TEXT_BYTES };

const char *skep_cast_path(const struct skep_cast *cast, const char *name, char path[PATH_MAX])
{
    if ((size_t)snprintf(path, PATH_MAX, "%s/%s", cast->folder, name) >= PATH_MAX) {
        path[0] = '\0'; /* nothing can be opened there */
    }
    return path;
}

/* ---- life ---- */

static skep_status cast_make_folder(struct skep_cast *cast, const char *temporary, struct skep_error *err)
{
    const char *const places[] = {temporary, getenv("TMPDIR"), P_tmpdir};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char whole[PATH_MAX]; /* the others work in the folder itself */
        if (places[i] != NULL && places[i][0] != '\0' && realpath(places[i], whole) != NULL &&
            (size_t)snprintf(cast->folder, sizeof cast->folder, "%s/skep-chaos-XXXXXX", whole) <
                sizeof cast->folder &&
            mkdtemp(cast->folder) != NULL) {
            return SKEP_OK;
        }
    }
    cast->folder[0] = '\0';
    return skep_error_errno(err, SKEP_E_IO, "cannot make a temporary folder");
}

skep_status skep_cast_init(struct skep_cast *cast, const struct skep_cast_options *options,
                           struct skep_error *err)
{
    char path[PATH_MAX];
    skep_status st;

    memset(cast, 0, sizeof *cast);
    st = skep_programs_find(options->programs, "skep", cast->skep, err);
    st = st == SKEP_OK ? skep_programs_find(options->programs, "skep-worker", cast->skep_worker, err) : st;
    st = st == SKEP_OK ? skep_programs_find_in_path("redis-server", cast->redis_server, err) : st;
    st = st == SKEP_OK ? skep_keys_init(&cast->keys, CAST_QUEUE, err) : st;
    st = st == SKEP_OK ? cast_make_folder(cast, options->temporary, err) : st;
    if (st != SKEP_OK) {
        return st;
    }
    skep_cast_path(cast, "results.jsonl", cast->results_path);
    skep_cast_path(cast, "redis.sock", path);
    cast->server_url.kind = SKEP_URL_UNIX;
    if (strlen(path) >= sizeof cast->server_url.path) {
        skep_cast_release(cast, false);
        return skep_error_set(err, SKEP_E_IO, "%.100s...: too long for a socket; set TMPDIR", path);
    }
    memcpy(cast->server_url.path, path, strlen(path) + 1);
    return SKEP_OK;
}

static int cast_remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

void skep_cast_release(struct skep_cast *cast, bool keeps_folder)
{
    skep_actor_end(&cast->producer, SIGKILL, 0);
    for (size_t i = 0; i < SKEP_CAST_MAX_WORKERS; i++) {
        skep_actor_signal_all(&cast->workers[i], SIGKILL);
        skep_actor_end(&cast->workers[i], SIGKILL, 0);
    }
    skep_actor_end(&cast->consumer, SIGKILL, 0);
    skep_proxy_free(cast->proxy);
    skep_conn_free(cast->conn);
    skep_actor_end(&cast->server, SIGKILL, 0);
    if (cast->folder[0] != '\0' && !keeps_folder) {
        (void)nftw(cast->folder, cast_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    memset(cast, 0, sizeof *cast);
}

/* ---- the server ---- */

static skep_status cast_connect(struct skep_cast *cast, struct skep_error *err)
{
    const struct skep_conn_options options = {.url = cast->server_url, .client_name = "skep-chaos"};
    int64_t until_ms = skep_monotonic_ms() + SKEP_CAST_START_MS;
    skep_status st = SKEP_OK;

    if (cast->conn == NULL) {
        st = skep_conn_new(&options, &cast->conn, err);
    }
    while (st == SKEP_OK) {
        struct skep_error why = {0};
        struct skep_reply *reply;
        st = skep_conn_connect(cast->conn, &why);
        if (st == SKEP_OK) {
            skep_conn_begin(cast->conn, 1);
            skep_conn_arg_text(cast->conn, "PING");
            st = skep_conn_call(cast->conn, -1, &reply, &why);
        }
        if (st == SKEP_OK) {
            return SKEP_OK;
        }
        if (skep_actor_is_over(&cast->server) || skep_monotonic_ms() > until_ms ||
            skep_status_kind(st) == SKEP_FINAL) {
            return skep_error_set(err, SKEP_E_UNREACHABLE, "the redis-server of the play: %.160s (%s)",
                                  skep_error_text(&why, st), cast->server.log_path);
        }
        skep_sleep_ms(CAST_LOOK_MS);
        st = SKEP_OK;
    }
    return st;
}

skep_status skep_cast_start_server(struct skep_cast *cast, const char *const *args, struct skep_error *err)
{
    const char *all[SKEP_ACTOR_MAX_ARGS] = {"redis-server",
                                            "--port",
                                            "0",
                                            "--unixsocket",
                                            cast->server_url.path,
                                            "--dir",
                                            cast->folder,
                                            "--save",
                                            "",
                                            "--databases",
                                            "1"};
    char log_path[PATH_MAX];
    const struct skep_actor_plan plan = {.program = cast->redis_server,
                                         .args = all,
                                         .folder = cast->folder,
                                         .log_path = skep_cast_path(cast, "redis.log", log_path)};
    size_t n = 11;
    skep_status st;

    for (; args != NULL && *args != NULL && n < SKEP_ACTOR_MAX_ARGS - 1; args++) {
        all[n++] = *args;
    }
    (void)unlink(cast->server_url.path);
    st = skep_actor_start(&cast->server, &plan, err);
    return st == SKEP_OK ? cast_connect(cast, err) : st;
}

skep_status skep_cast_change_server(struct skep_cast *cast, const struct skep_actor *actor,
                                    const struct skep_url *url, struct skep_error *err)
{
    skep_actor_end(&cast->server, SIGKILL, 0);
    skep_conn_free(cast->conn);
    cast->conn = NULL;
    cast->server = *actor;
    cast->server_url = *url;
    if (cast->proxy != NULL) {
        skep_proxy_set_server(cast->proxy, url);
        skep_proxy_cut(cast->proxy);
    }
    return cast_connect(cast, err);
}

skep_status skep_cast_start_proxy(struct skep_cast *cast, uint64_t seed, struct skep_error *err)
{
    char path[PATH_MAX];
    const struct skep_proxy_options options = {
        .path = skep_cast_path(cast, "proxy.sock", path), .server = cast->server_url, .seed = seed};

    return skep_proxy_new(&options, &cast->proxy, err);
}

skep_status skep_cast_ask(struct skep_cast *cast, struct skep_reply **reply_out, struct skep_error *err,
                          const char *word, ...)
{
    const char *words[CAST_MAX_WORDS] = {word};
    struct skep_reply *reply;
    size_t n = 1;
    va_list rest;
    skep_status st = SKEP_OK;

    va_start(rest, word);
    while (n < CAST_MAX_WORDS && (words[n] = va_arg(rest, const char *)) != NULL) {
        n++;
    }
    va_end(rest);
    if (!skep_conn_is_open(cast->conn)) {
        st = skep_conn_connect(cast->conn, err);
    }
    if (st == SKEP_OK) {
        skep_conn_begin(cast->conn, n);
        for (size_t i = 0; i < n; i++) {
            skep_conn_arg_text(cast->conn, words[i]);
        }
        st = skep_conn_call(cast->conn, -1, reply_out != NULL ? reply_out : &reply, err);
    }
    return st;
}

/* ---- the others ---- */

/* Start PROGRAM with ALL (its name and up to SKEP_ACTOR_MAX_ARGS words; NULL ends them), told where the
 * server is by the environment. NAME is for its log. */
static skep_status cast_start(struct skep_cast *cast, struct skep_actor *actor, const char *program,
                              const char *const *all, const char *const *env, const char *name,
                              const char *out_name, struct skep_error *err)
{
    const char *environment[CAST_MAX_WORDS + 2] = {NULL};
    char url[CAST_URL_BYTES], where[CAST_URL_BYTES + 16];
    char log_path[PATH_MAX], out_path[PATH_MAX], log_name[64];
    struct skep_actor_plan plan = {
        .program = program, .args = all, .folder = cast->folder, .env = environment, .log_path = log_path};

    skep_url_format(cast->proxy != NULL ? skep_proxy_get_url(cast->proxy) : &cast->server_url, url,
                    sizeof url);
    snprintf(where, sizeof where, "SKEP_REDIS=%s", url);
    environment[0] = where;
    for (size_t i = 0; env != NULL && env[i] != NULL && i < CAST_MAX_WORDS; i++) {
        environment[i + 1] = env[i];
    }
    snprintf(log_name, sizeof log_name, "%s.log", name);
    skep_cast_path(cast, log_name, log_path);
    if (out_name != NULL) {
        plan.out_path = skep_cast_path(cast, out_name, out_path);
    }
    return skep_actor_start(actor, &plan, err);
}

/* FIRST words, then MORE: both end with NULL. */
static void cast_join(const char *const *first, const char *const *more, const char **all)
{
    const char *const *const lists[] = {first, more};
    size_t n = 0;

    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; lists[l] != NULL && lists[l][i] != NULL && n < SKEP_ACTOR_MAX_ARGS - 1; i++) {
            all[n++] = lists[l][i];
        }
    }
    all[n] = NULL;
}

skep_status skep_cast_start_worker(struct skep_cast *cast, size_t at, const char *const *args,
                                   const char *const *env, struct skep_error *err)
{
    static const char *const first[] = {"skep-worker", "-q", CAST_QUEUE, NULL};
    const char *all[SKEP_ACTOR_MAX_ARGS];
    char name[32];

    snprintf(name, sizeof name, "worker-%zu", at);
    cast_join(first, args, all);
    return cast_start(cast, &cast->workers[at], cast->skep_worker, all, env, name, NULL, err);
}

skep_status skep_cast_start_consumer(struct skep_cast *cast, struct skep_error *err)
{
    const char *const all[] = {"skep", "results",          "-q",     CAST_QUEUE, "--follow", "--quiet",
                               "-o",   cast->results_path, "--wait", "600",      NULL};

    return cast_start(cast, &cast->consumer, cast->skep, all, NULL, "consumer", NULL, err);
}

skep_status skep_cast_start_producer(struct skep_cast *cast, const char *job, const char *name,
                                     struct skep_error *err)
{
    const char *const all[] = {"skep", "push",  "-q", CAST_QUEUE, "--quiet", "--wait",
                               "600",  "--job", job,  name,       NULL};

    return cast_start(cast, &cast->producer, cast->skep, all, NULL, "producer", NULL, err);
}

skep_status skep_cast_start_skep(struct skep_cast *cast, struct skep_actor *actor, const char *const *args,
                                 const char *out_name, struct skep_error *err)
{
    static const char *const first[] = {"skep", NULL};
    const char *all[SKEP_ACTOR_MAX_ARGS];

    cast_join(first, args, all);
    return cast_start(cast, actor, cast->skep, all, NULL, "skep", out_name, err);
}

skep_status skep_cast_run_skep(struct skep_cast *cast, struct skep_actor *actor, const char *const *args,
                               const char *out_name, struct skep_error *err)
{
    skep_status st = skep_cast_start_skep(cast, actor, args, out_name, err);

    if (st == SKEP_OK && !skep_actor_wait(actor, SKEP_CAST_START_MS)) {
        skep_actor_end(actor, SIGKILL, 0);
        st = skep_error_set(err, SKEP_E_IO, "skep %s does not end", args[0]);
    }
    return st;
}

skep_status skep_cast_write_tasks(struct skep_cast *cast, const char *name, const char *format,
                                  uint64_t first, uint64_t n, struct skep_error *err)
{
    const char *hole = strstr(format, "%s");
    int n_before = hole != NULL ? (int)(hole - format) : 0;
    char path[PATH_MAX], id[SKEP_LEDGER_ID_BYTES];
    FILE *file = hole != NULL ? fopen(skep_cast_path(cast, name, path), "we") : NULL;
    bool is_bad = file == NULL;

    for (uint64_t i = first; !is_bad && i < first + n; i++) {
        is_bad = fprintf(file, "%.*s%s%s\n", n_before, format, skep_ledger_id(i, id), hole + 2) < 0;
    }
    if (file != NULL) {
        is_bad = fclose(file) != 0 || is_bad;
    }
    return is_bad ? skep_error_errno(err, SKEP_E_IO, "cannot write %s", name) : SKEP_OK;
}
