/* SPDX-License-Identifier: MIT */
#include "producer/run/run_worker.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "producer/run/child.h"

enum { WORKER_WORDS_BYTES = 1024 * 1024, WORKER_MAX_WORDS = 2 * SKEP_TEXT_LIST_MAX + 64 };

static bool worker_find(struct skep_run_worker *worker)
{
    ssize_t n = readlink("/proc/self/exe", worker->program, sizeof worker->program - 1);
    char *slash;

    if (n > 0) {
        worker->program[n] = '\0';
        slash = strrchr(worker->program, '/');
        if ((size_t)(slash - worker->program) + sizeof "/skep-worker" <= sizeof worker->program) {
            memcpy(slash, "/skep-worker", sizeof "/skep-worker");
            if (access(worker->program, X_OK) == 0) {
                return true;
            }
        }
    }
    return skep_child_find("skep-worker", worker->program, sizeof worker->program);
}

static void worker_add(struct skep_run_worker *worker, const char *option, const char *value)
{
    if (value != NULL) {
        skep_buf_printf(&worker->words, "--%s=%s", option, value);
        skep_buf_add_char(&worker->words, '\0');
        worker->n_words++;
    }
}

static void worker_add_number(struct skep_run_worker *worker, const char *option, double number)
{
    char text[32];

    snprintf(text, sizeof text, "%.17g", number);
    worker_add(worker, option, text);
}

static void worker_add_server(struct skep_run_worker *worker, const struct skep_server_settings *server)
{
    worker_add(worker, "redis", server->url);
    worker_add(worker, "password-file", server->password_file);
    worker_add(worker, "tls-ca", server->ca_file);
    worker_add(worker, "tls-ca-dir", server->ca_dir);
    worker_add(worker, "tls-cert", server->cert_file);
    worker_add(worker, "tls-key", server->key_file);
    if (server->connect_timeout_s > 0) {
        worker_add_number(worker, "connect-timeout", server->connect_timeout_s);
    }
    if (server->read_timeout_s > 0) {
        worker_add_number(worker, "read-timeout", server->read_timeout_s);
    }
}

static void worker_add_options(struct skep_run_worker *worker, const struct skep_run_worker_options *options)
{
    worker_add_server(worker, options->server);
    worker_add(worker, "queue", options->queue);
    worker_add(worker, "slots", options->slots);
    for (size_t i = 0; i < options->data->n; i++) {
        worker_add(worker, "data", options->data->items[i]);
    }
    for (size_t i = 0; i < options->output->n; i++) {
        worker_add(worker, "output", options->output->items[i]);
    }
    if (options->record_bytes > 0) {
        worker_add_number(worker, "max-record", (double)options->record_bytes);
    }
    if (options->memory_bytes > 0) {
        worker_add_number(worker, "memory", (double)options->memory_bytes);
    }
    worker_add_number(worker, "grace", SKEP_RUN_WORKER_GRACE_S);
}

skep_status skep_run_worker_init(struct skep_run_worker *worker,
                                 const struct skep_run_worker_options *options, struct skep_error *err)
{
    *worker = (struct skep_run_worker){.death_signal = options->is_private ? SIGKILL : SIGTERM};
    skep_buf_init(&worker->words, WORKER_WORDS_BYTES);
    snprintf(worker->log_path, sizeof worker->log_path, "%s", options->log_path);
    if (!worker_find(worker)) {
        return skep_error_set(err, SKEP_E_UNREACHABLE,
                              "there is no skep-worker beside this program, and none in PATH");
    }
    skep_buf_add(&worker->words, "skep-worker", sizeof "skep-worker");
    worker->n_words++;
    worker_add_options(worker, options);
    return skep_buf_failed(&worker->words) || worker->n_words > WORKER_MAX_WORDS
               ? skep_error_set(err, SKEP_E_NOMEM, "the worker's command line is too long")
               : SKEP_OK;
}

void skep_run_worker_release(struct skep_run_worker *worker)
{
    skep_child_end(&worker->pid, SIGKILL, 0);
    skep_buf_release(&worker->words);
}

skep_status skep_run_worker_start(struct skep_run_worker *worker, struct skep_error *err)
{
    const char *argv[WORKER_MAX_WORDS + 1] = {NULL};
    const struct skep_child_plan plan = {.program = worker->program,
                                         .argv = argv,
                                         .log_path = worker->log_path,
                                         .kept_fd = -1,
                                         .death_signal = worker->death_signal};
    const char *word = worker->words.bytes;

    for (size_t i = 0; i < worker->n_words; i++) {
        argv[i] = word;
        word += strlen(word) + 1;
    }
    return skep_child_spawn(&plan, &worker->pid, err);
}

void skep_run_worker_stop(struct skep_run_worker *worker)
{
    if (worker->pid != 0) {
        (void)kill(worker->pid, worker->n_stops < 2 ? SIGTERM : SIGKILL);
        worker->n_stops++;
    }
}

bool skep_run_worker_is_over(struct skep_run_worker *worker, int *status_out)
{
    return skep_child_is_over(&worker->pid, status_out);
}

void skep_run_worker_show_log(const struct skep_run_worker *worker)
{
    static const char *const words[] = {" warn event=", " error event=", "skep-worker: ", NULL};

    skep_child_show_log(worker->log_path, words);
}
