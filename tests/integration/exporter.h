/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_EXPORTER_H
#define SKEP_TESTS_INTEGRATION_EXPORTER_H

/* The real skep-exporter. Include support/test.h first. Everything here fails the test with what it logged.
 */
#include <stdbool.h>

#include "support/http.h"
#include "support/process.h"

struct exporter {
    struct test_process *process;
    int port;
};

/* Start it on a free port of 127.0.0.1 and wait until it listens; OPTIONS (NULL: none) end with NULL. */
void exporter_start(struct exporter *exporter, const char *redis_url, const char *const *options);

/* The same with a whole command line and environment of one's own. */
void exporter_start_as(struct exporter *exporter, const char *const *args, const char *const *env);

/* It stops when it is told to. Zeroed is fine. */
void exporter_stop(struct exporter *exporter);

/* The answer to GET PATH. */
struct test_http exporter_get(const struct exporter *exporter, const char *path);

/* Wait until the answer to GET PATH has STATUS (0: any) and WORDS (NULL: any) in it; fails after TIMEOUT_MS.
 */
void exporter_until(const struct exporter *exporter, const char *path, int status, const char *words,
                    int timeout_ms);

#endif
