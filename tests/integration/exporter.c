/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "exporter.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/until.h"

enum { EXPORTER_MS = 60000, EXPORTER_MAX_OPTIONS = 16 };

static bool listens(void *context)
{
    struct exporter *exporter = context;

    return test_process_said(exporter->process, "event=listening") || test_process_is_over(exporter->process);
}

void exporter_start(struct exporter *exporter, const char *redis_url, const char *const *options)
{
    const char *args[EXPORTER_MAX_OPTIONS + 8] = {SKEP_BUILD_DIR "/skep-exporter", "--redis", redis_url,
                                                  "--listen", "127.0.0.1:0"};
    size_t n = 5;

    for (size_t i = 0; options != NULL && options[i] != NULL; i++) {
        assert_true(i < EXPORTER_MAX_OPTIONS);
        args[n++] = options[i];
    }
    exporter_start_as(exporter, args, NULL);
}

void exporter_start_as(struct exporter *exporter, const char *const *args, const char *const *env)
{
    const struct test_process_options options = {.args = args, .env = env};
    char *log;
    const char *address;

    *exporter = (struct exporter){.process = test_process_start(&options)};
    (void)test_until(listens, exporter, EXPORTER_MS);
    log = test_process_err(exporter->process);
    address = strstr(log, "address=127.0.0.1:");
    if (address == NULL || sscanf(address, "address=127.0.0.1:%d", &exporter->port) != 1) {
        fail_msg("the exporter does not listen:\n%s", log);
    }
    free(log);
}

void exporter_stop(struct exporter *exporter)
{
    if (exporter->process != NULL) {
        char *log;
        int status;
        test_process_signal(exporter->process, SIGTERM);
        status = test_process_wait(exporter->process, EXPORTER_MS);
        log = test_process_err(exporter->process);
        if (status != 0 || strstr(log, "ERROR: ") != NULL || strstr(log, "runtime error") != NULL) {
            fail_msg("the exporter ended with %d:\n%s", status, log);
        }
        free(log);
        test_process_free(exporter->process);
        exporter->process = NULL;
    }
}

struct test_http exporter_get(const struct exporter *exporter, const char *path)
{
    return test_http_get(exporter->port, path);
}

struct wanted {
    const struct exporter *exporter;
    const char *path, *words;
    int status;
    struct test_http answer;
};

static bool is_answered(void *context)
{
    struct wanted *wanted = context;

    test_http_free(&wanted->answer);
    wanted->answer = exporter_get(wanted->exporter, wanted->path);
    return (wanted->status == 0 || wanted->answer.status == wanted->status) &&
           (wanted->words == NULL || strstr(wanted->answer.body, wanted->words) != NULL);
}

void exporter_until(const struct exporter *exporter, const char *path, int status, const char *words,
                    int timeout_ms)
{
    struct wanted wanted = {.exporter = exporter, .path = path, .words = words, .status = status};

    if (!test_until(is_answered, &wanted, timeout_ms)) {
        fail_msg("GET %s: wanted %d with '%s', got %d with\n%.4000s", path, status,
                 words != NULL ? words : "", wanted.answer.status, wanted.answer.body);
    }
    test_http_free(&wanted.answer);
}
