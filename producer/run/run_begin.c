/* SPDX-License-Identifier: MIT */
#include "producer/run/run_begin.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/entropy.h"
#include "producer/cli/command.h"
#include "producer/run/embedded.h"
#include "producer/run/run_choose.h"
#include "producer/run/run_session.h"
#include "producer/run/run_tasks.h"
#include "producer/cli/stop.h"

enum { BEGIN_ARENA_BYTES = 16 * 1024 * 1024 };

/* ---- texts of the plan ---- */

static const char *begin_copy(struct skep_run_begun *begun, const char *text)
{
    return text != NULL ? skep_arena_strndup(&begun->arena, text, strlen(text)) : NULL;
}

/* PATH from the root on; it need not exist. NULL when it is too long. */
static const char *begin_absolute(struct skep_run_begun *begun, const char *path)
{
    char here[PATH_MAX];
    char full[2 * PATH_MAX];

    if (path == NULL || path[0] == '/' || strcmp(path, "-") == 0) {
        return begin_copy(begun, path);
    }
    if (getcwd(here, sizeof here) == NULL || snprintf(full, sizeof full, "%s/%s", here, path) >= PATH_MAX) {
        return NULL;
    }
    return begin_copy(begun, full);
}

/* "[NAME=]DIR" with DIR from the root on. */
static int begin_add_root(struct skep_run_begun *begun, struct skep_text_list *list, const char *spec)
{
    size_t n_name = strcspn(spec, "=/");
    char real[PATH_MAX];
    char full[2 * PATH_MAX];
    struct stat info;

    n_name = spec[n_name] == '=' ? n_name + 1 : 0;
    if (realpath(spec + n_name, real) == NULL || stat(real, &info) != 0) {
        skep_complain("%s: %s", spec + n_name, strerror(errno));
        return SKEP_EXIT_USAGE;
    }
    if (!S_ISDIR(info.st_mode)) {
        skep_complain("%s is not a folder", spec + n_name);
        return SKEP_EXIT_USAGE;
    }
    (void)!snprintf(full, sizeof full, "%.*s%s", (int)n_name, spec, real);
    list->items[list->n++] = begin_copy(begun, full);
    return SKEP_EXIT_OK;
}

static int begin_set_roots(struct skep_run_begun *begun, struct skep_text_list *list,
                           const struct skep_text_list *given, const char *when_none)
{
    int exit_code = SKEP_EXIT_OK;

    if (given->n > 0) {
        list->n = 0;
    }
    for (size_t i = 0; i < given->n && exit_code == SKEP_EXIT_OK; i++) {
        exit_code = begin_add_root(begun, list, given->items[i]);
    }
    if (exit_code == SKEP_EXIT_OK && list->n == 0 && when_none != NULL) {
        exit_code = begin_add_root(begun, list, when_none);
    }
    return exit_code;
}

/* What the user says now goes into the plan; what an earlier session was told stays where he says nothing. */
static int begin_merge(struct skep_run_begun *begun, const struct skep_run_settings *settings)
{
    struct skep_run_plan *plan = &begun->plan;
    struct skep_error err = {0};
    int exit_code = begin_set_roots(begun, &plan->data, &settings->data, ".");

    if (exit_code == SKEP_EXIT_OK) {
        exit_code = begin_set_roots(begun, &plan->output, &settings->output, NULL);
    }
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    plan->is_ordered = plan->is_ordered || settings->is_ordered;
    plan->results = settings->results != NULL ? begin_absolute(begun, settings->results) : plan->results;
    plan->array = settings->array != NULL ? begin_absolute(begun, settings->array) : plan->array;
    plan->shape = settings->shape != NULL ? begin_copy(begun, settings->shape) : plan->shape;
    plan->slots = settings->slots != NULL ? begin_copy(begun, settings->slots) : plan->slots;
    plan->memory_bytes = settings->memory_bytes > 0 ? settings->memory_bytes : plan->memory_bytes;
    if ((settings->results != NULL && plan->results == NULL) ||
        (settings->array != NULL && plan->array == NULL)) {
        skep_complain("the name of an output file is too long");
        return SKEP_EXIT_USAGE;
    }
    if (plan->array != NULL && (plan->array[0] != '/' || plan->array[strlen(plan->array) - 1] == '/')) {
        skep_complain("--array wants the name of a file");
        return SKEP_EXIT_USAGE;
    }
    if (plan->shape != NULL && plan->array == NULL) {
        skep_complain("--shape is for --array");
        return SKEP_EXIT_USAGE;
    }
    if (skep_run_shape_parse(plan->shape, plan->n_tasks, &begun->shape, &err) != SKEP_OK) {
        return skep_complain_error(SKEP_E_USAGE, &err);
    }
    return SKEP_EXIT_OK;
}

/* ---- a new run ---- */

/* The queue's name is ours alone on a server that others use too. */
static const char *begin_queue_name(struct skep_run_begun *begun, const char *name)
{
    char queue[SKEP_RUN_NAME_BYTES + 16];

    snprintf(queue, sizeof queue, "%s-%08x", name, (unsigned)skep_entropy_u64());
    return begin_copy(begun, queue);
}

/* The URL as a plan may hold it: without the password, which the environment then holds for the worker. */
static int begin_set_server(struct skep_run_begun *begun, const struct skep_run_settings *settings)
{
    char text[SKEP_URL_TEXT_BYTES];
    struct skep_url url;
    struct skep_error err = {0};
    skep_status st = skep_server_hide_password(&settings->connect.server, 0, NULL, &err);

    if (st == SKEP_OK) {
        st = skep_url_parse(settings->connect.server.url, &url, &err);
    }
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    skep_url_format(&url, text, sizeof text);
    explicit_bzero(&url, sizeof url);
    begun->plan.server = begin_copy(begun, text);
    return SKEP_EXIT_OK;
}

/* Forget an earlier run (all zero: none, or it is not known). Its private server may still be about to end; a
 * real one must not keep its queue. */
static int begin_forget(struct skep_run_begun *begun, const struct skep_run_settings *settings,
                        const struct skep_run_plan *earlier)
{
    struct skep_connect_settings connect = settings->connect;
    const struct skep_queue_status no_slots = {0};
    struct skep_error err = {0};
    struct skep_embedded embedded;
    struct skep_keys keys;
    struct skep_conn *conn = NULL;
    char folder[PATH_MAX];
    skep_status st;

    if (earlier->server == NULL) {
        st = skep_embedded_init(&embedded, skep_run_state_path(&begun->state, "redis", folder), "",
                                skep_stop_fd(), &err);
        if (st != SKEP_OK) {
            return skep_run_tasks_tell(st, &err);
        }
        skep_embedded_release(&embedded);
        skep_run_state_clear(&begun->state);
        return SKEP_EXIT_OK;
    }
    connect.server.url = skep_connect_is_private(&connect) ? earlier->server : connect.server.url;
    if (skep_connect_queue(&connect, earlier->queue, &keys, &conn) != SKEP_EXIT_OK ||
        skep_run_remove_keys(conn, &keys, &no_slots, &err) != SKEP_OK) {
        skep_complain("the queue %s of the earlier run stays on its server", earlier->queue);
    }
    skep_conn_free(conn);
    skep_run_state_clear(&begun->state);
    return SKEP_EXIT_OK;
}

/* The earlier run is forgotten once its successor is known to be good; a copy of standard input takes the
 * place of the earlier one's before that. */
static int begin_new(struct skep_run_begun *begun, const struct skep_run_settings *settings)
{
    const struct skep_run_plan earlier = begun->plan;
    bool is_stdin = strcmp(begun->tasks, "-") == 0;
    char name[SKEP_RUN_NAME_BYTES];
    struct skep_error err = {0};
    int exit_code = is_stdin ? begin_forget(begun, settings, &earlier) : SKEP_EXIT_OK;
    skep_status st = skep_run_name(begun->tasks, name, &err);

    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    begun->plan = (struct skep_run_plan){
        .tasks = begin_absolute(begun, begun->tasks),
        .queue = skep_connect_is_private(&settings->connect) ? "run" : begin_queue_name(begun, name),
        .record_bytes = settings->record_bytes};
    if (st == SKEP_OK && is_stdin) {
        st = skep_run_tasks_copy(&begun->state, &err);
    }
    if (st == SKEP_OK) {
        st = skep_run_tasks_open(&begun->source, &begun->state, begun->tasks, begun->plan.record_bytes, &err);
    }
    if (st != SKEP_OK) {
        return skep_run_tasks_tell(st, &err);
    }
    if (!skep_connect_is_private(&settings->connect)) {
        exit_code = begin_set_server(begun, settings);
    }
    if (exit_code == SKEP_EXIT_OK) {
        exit_code = skep_run_tasks_check(&begun->source, &begun->plan);
    }
    if (exit_code == SKEP_EXIT_OK) {
        exit_code = begin_merge(begun, settings);
    }
    return exit_code == SKEP_EXIT_OK && !is_stdin ? begin_forget(begun, settings, &earlier) : exit_code;
}

/* ---- an earlier one ---- */

static int begin_again(struct skep_run_begun *begun, const struct skep_run_settings *settings)
{
    char hint[SKEP_RUN_HINT_BYTES];
    uint64_t n_bytes, digest;
    struct skep_error err = {0};
    int exit_code = SKEP_EXIT_OK;
    skep_status st;

    begun->is_resumed = true;
    begun->tasks = begun->tasks != NULL ? begun->tasks : begun->plan.tasks;
    if (strcmp(begun->plan.tasks, "-") == 0) {
        begun->tasks = "-"; /* standard input has been read */
    }
    st = skep_run_tasks_open(&begun->source, &begun->state, begun->tasks, begun->plan.record_bytes, &err);
    if (st == SKEP_OK) {
        st = skep_run_tasks_digest(&begun->source, &n_bytes, &digest, &err);
    }
    if (st != SKEP_OK) {
        return skep_run_tasks_tell(st, &err);
    }
    if (n_bytes != begun->plan.n_bytes || digest != begun->plan.digest) {
        skep_complain("%s is not what it was when this run began: it cannot be resumed; `%s` starts over",
                      begun->tasks, skep_run_hint(settings, begun->tasks, "--fresh", hint));
        return SKEP_EXIT_USAGE;
    }
    if (begun->plan.server != NULL && !skep_connect_is_private(&settings->connect)) {
        exit_code = begin_set_server(begun, settings); /* the same server may be reached in another way */
    }
    return exit_code == SKEP_EXIT_OK ? begin_merge(begun, settings) : exit_code;
}

static int begin_refuse(const struct skep_run_begun *begun, const struct skep_run_settings *settings)
{
    const char *tasks = begun->tasks != NULL ? begun->tasks : begun->plan.tasks;
    char resume[SKEP_RUN_HINT_BYTES];
    char fresh[SKEP_RUN_HINT_BYTES];

    skep_complain("an earlier run of %s was not brought to its end: %" PRIu64 " of %" PRIu64 " done", tasks,
                  skep_run_state_count(begun->state.folder), begun->plan.n_tasks);
    skep_say("  %s   goes on with it", skep_run_hint(settings, tasks, "--resume", resume));
    skep_say("  %s    forgets it and starts over", skep_run_hint(settings, tasks, "--fresh", fresh));
    return SKEP_EXIT_USAGE;
}

/* A pipe that has a name, as the shell's <(command) has, is as good as standard input: it is read once. */
static int begin_take_pipe(struct skep_run_begun *begun)
{
    struct stat info;
    int fd;

    if (stat(begun->tasks, &info) != 0 || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)) {
        return SKEP_EXIT_OK;
    }
    fd = open(begun->tasks, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || dup2(fd, STDIN_FILENO) < 0) {
        skep_complain("%s: %s", begun->tasks, strerror(errno));
        return SKEP_EXIT_USAGE;
    }
    close(fd);
    begun->tasks = "-";
    return SKEP_EXIT_OK;
}

static int begin_choose_tasks(struct skep_run_begun *begun, const struct skep_run_settings *settings,
                              const struct skep_operands *operands)
{
    begun->tasks = operands->n > 0 ? operands->items[0] : NULL;
    if (settings->resumes && settings->is_fresh) {
        skep_complain("--resume goes on and --fresh starts over: choose one");
        return SKEP_EXIT_USAGE;
    }
    if (begun->tasks == NULL && !settings->resumes) {
        if (isatty(STDIN_FILENO) == 1) {
            skep_complain("which tasks? `skep run tasks.jsonl`, or `skep run -` for standard input");
            return SKEP_EXIT_USAGE;
        }
        begun->tasks = "-";
    }
    return begun->tasks != NULL && !settings->resumes ? begin_take_pipe(begun) : SKEP_EXIT_OK;
}

/* With the folder held: new, resumed, or refused. */
static int begin_held(struct skep_run_begun *begun, const struct skep_run_settings *settings)
{
    char path[PATH_MAX];
    struct skep_error err = {0};
    skep_status st = skep_run_plan_read(&begun->plan, skep_run_state_path(&begun->state, "plan", path),
                                        &begun->arena, &err);

    if (st == SKEP_OK && settings->resumes) {
        return begin_again(begun, settings);
    }
    if (st == SKEP_OK && !settings->is_fresh) {
        return begin_refuse(begun, settings);
    }
    if (st != SKEP_OK && st != SKEP_EMPTY && !settings->is_fresh) {
        return skep_complain_error(st, &err);
    }
    return begin_new(begun, settings);
}

int skep_run_begin(struct skep_run_begun *begun, const struct skep_run_settings *settings,
                   const struct skep_operands *operands)
{
    char folder[PATH_MAX];
    struct skep_error err = {0};
    skep_status st;
    int exit_code;

    *begun = (struct skep_run_begun){.state.lock_fd = -1};
    skep_arena_init(&begun->arena, BEGIN_ARENA_BYTES);
    exit_code = begin_choose_tasks(begun, settings, operands);
    if (exit_code == SKEP_EXIT_OK) {
        exit_code = skep_run_choose(settings, begun->tasks, folder);
    }
    if (exit_code == SKEP_EXIT_OK) {
        st = skep_run_state_open(&begun->state, folder, &err);
        if (st != SKEP_OK) {
            skep_complain("%s%s%s", begun->tasks != NULL ? begun->tasks : "",
                          begun->tasks != NULL ? ": " : "", skep_error_text(&err, st));
            exit_code = SKEP_EXIT_USAGE;
        }
    }
    if (exit_code == SKEP_EXIT_OK) {
        exit_code = begin_held(begun, settings);
    }
    if (exit_code != SKEP_EXIT_OK) {
        skep_run_begun_release(begun);
    }
    return exit_code;
}

void skep_run_begun_release(struct skep_run_begun *begun)
{
    char path[PATH_MAX];

    skep_source_close(&begun->source);
    if (begun->state.lock_fd >= 0 && access(skep_run_state_path(&begun->state, "plan", path), F_OK) != 0) {
        skep_run_state_clear(&begun->state); /* nothing that could be resumed */
    }
    skep_run_state_close(&begun->state);
    skep_arena_release(&begun->arena);
}
