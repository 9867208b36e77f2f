/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_SUPPORT_PROCESS_H
#define SKEP_TESTS_SUPPORT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A real program that a test runs. What it writes goes into files, so that it never waits for its reader, and
 * can be looked at while it runs. It dies with the test, however that ends. Everything here aborts the test
 * on failure. */
struct test_process {
    pid_t pid;    /* 0: over */
    int status;   /* when over: its exit status, or 128 + the signal that killed it */
    int in_fd;    /* its standard input when that is a pipe (closed by test_process_close_input), else -1 */
    char *folder; /* holds its "in", "out" and "err" */
};

/* Zeroed means: the test's own environment without SKEP_..., the test's own folder, nothing on standard
 * input. */
struct test_process_options {
    const char *const *args; /* ends with NULL; the first one is the program: a path, or a name in PATH */
    const char *const *env;  /* ends with NULL: "NAME=VALUE" to add or change, "NAME" to take away */
    const char *folder;      /* its working folder */
    const void *input;       /* what it reads from standard input */
    size_t input_n;
    bool has_input_pipe;         /* the test writes to in_fd instead */
    unsigned long file_size_max; /* it may write no larger file (RLIMIT_FSIZE); 0: any */
};

/* Start it in the background. */
struct test_process *test_process_start(const struct test_process_options *options);

/* Wait until it is over; its status. Still running after TIMEOUT_MS: it is killed and the test aborts, with
 * what it wrote. */
int test_process_wait(struct test_process *process, int timeout_ms);

/* Start and wait. */
struct test_process *test_process_run(const struct test_process_options *options, int timeout_ms);

bool test_process_is_over(struct test_process *process);
void test_process_signal(const struct test_process *process, int signal); /* nothing when it is over */
void test_process_close_input(struct test_process *process);

/* All that it has written so far; free() it. N_OUT may be NULL. */
char *test_process_out(const struct test_process *process, size_t *n_out);
char *test_process_err(const struct test_process *process);

/* Whether it has written TEXT to standard output or error. Use with test_until. */
bool test_process_said(const struct test_process *process, const char *text);

/* Kill it if it still runs, and forget it. NULL is fine. */
void test_process_free(struct test_process *process);

#endif
