/* SPDX-License-Identifier: MIT */
#include "support/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/files.h"
#include "support/until.h"

extern char **environ;

static void need(int condition, const char *what)
{
    if (!condition) {
        perror(what);
        abort();
    }
}

static int open_in(const char *folder, const char *name, int flags)
{
    char *path = test_path(folder, name);
    int fd = open(path, flags | O_CREAT | O_CLOEXEC, 0600);

    need(fd >= 0, path);
    free(path);
    return fd;
}

/* ---- in the child ---- */

/* A test must not depend on how its user has set skep up. */
static void set_environment(const char *const *env)
{
    for (size_t i = 0; environ[i] != NULL;) {
        const char *end = strchr(environ[i], '=');
        char name[128];

        snprintf(name, sizeof name, "%.*s", end != NULL ? (int)(end - environ[i]) : 0, environ[i]);
        if (strncmp(name, "SKEP_", 5) == 0 && unsetenv(name) == 0) {
            i = 0;
        } else {
            i++;
        }
    }
    for (size_t i = 0; env != NULL && env[i] != NULL; i++) {
        if (strchr(env[i], '=') == NULL) {
            unsetenv(env[i]);
        } else {
            putenv((char *)(uintptr_t)env[i]);
        }
    }
}

static void become_program(const struct test_process_options *options, const int fds[3], pid_t parent)
{
    sigset_t none;

    for (int i = 0; i < 3; i++) {
        need(dup2(fds[i], i) == i, "dup2");
    }
    need(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "prctl");
    need(getppid() == parent, "the test has ended");
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (options->file_size_max > 0) {
        struct rlimit limit = {options->file_size_max, options->file_size_max};
        need(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    }
    if (options->folder != NULL) {
        need(chdir(options->folder) == 0, options->folder);
    }
    set_environment(options->env);
    execvp(options->args[0], (char *const *)(uintptr_t)options->args);
    perror(options->args[0]);
    _exit(127);
}

/* ---- in the test ---- */

/* Where the program reads from; *WRITE_OUT is the test's end of a pipe, or -1. */
static int make_input(const struct test_process *process, const struct test_process_options *options,
                      int *write_out)
{
    int fds[2];

    *write_out = -1;
    if (options->has_input_pipe) {
        need(pipe2(fds, O_CLOEXEC) == 0, "pipe2");
        *write_out = fds[1];
        return fds[0];
    }
    test_write_file(process->folder, "in", options->input, options->input_n);
    return open_in(process->folder, "in", O_RDONLY);
}

struct test_process *test_process_start(const struct test_process_options *options)
{
    struct test_process *process = calloc(1, sizeof *process);
    pid_t parent = getpid();
    int fds[3];

    need(process != NULL, "calloc");
    process->folder = test_make_folder();
    fds[0] = make_input(process, options, &process->in_fd);
    fds[1] = open_in(process->folder, "out", O_WRONLY | O_APPEND);
    fds[2] = open_in(process->folder, "err", O_WRONLY | O_APPEND);
    fflush(NULL);
    process->pid = fork();
    need(process->pid >= 0, "fork");
    if (process->pid == 0) {
        become_program(options, fds, parent);
    }
    for (int i = 0; i < 3; i++) {
        close(fds[i]);
    }
    return process;
}

/* Collect it, waiting if FLAGS say so; whether it is over. */
static bool collect(struct test_process *process, int flags)
{
    int status;
    pid_t pid;

    if (process->pid == 0) {
        return true;
    }
    do {
        pid = waitpid(process->pid, &status, flags);
    } while (pid < 0 && errno == EINTR);
    need(pid >= 0, "waitpid");
    if (pid == 0) {
        return false;
    }
    process->pid = 0;
    process->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

bool test_process_is_over(struct test_process *process)
{
    return collect(process, WNOHANG);
}

static bool is_over(void *process)
{
    return test_process_is_over(process);
}

int test_process_wait(struct test_process *process, int timeout_ms)
{
    if (!test_until(is_over, process, timeout_ms)) {
        test_process_signal(process, SIGKILL);
        collect(process, 0);
        fprintf(stderr, "still running after %d ms; it wrote:\n%s%s\n", timeout_ms,
                test_process_out(process, NULL), test_process_err(process));
        abort();
    }
    return process->status;
}

struct test_process *test_process_run(const struct test_process_options *options, int timeout_ms)
{
    struct test_process *process = test_process_start(options);

    test_process_wait(process, timeout_ms);
    return process;
}

void test_process_signal(const struct test_process *process, int signal)
{
    if (process->pid != 0) {
        need(kill(process->pid, signal) == 0, "kill");
    }
}

void test_process_close_input(struct test_process *process)
{
    if (process->in_fd >= 0) {
        close(process->in_fd);
        process->in_fd = -1;
    }
}

char *test_process_out(const struct test_process *process, size_t *n_out)
{
    return test_read_file(process->folder, "out", n_out);
}

char *test_process_err(const struct test_process *process)
{
    return test_read_file(process->folder, "err", NULL);
}

bool test_process_said(const struct test_process *process, const char *text)
{
    char *out = test_process_out(process, NULL);
    char *err = test_process_err(process);
    bool said = strstr(out, text) != NULL || strstr(err, text) != NULL;

    free(out);
    free(err);
    return said;
}

void test_process_free(struct test_process *process)
{
    if (process == NULL) {
        return;
    }
    test_process_close_input(process);
    if (!test_process_is_over(process)) {
        test_process_signal(process, SIGKILL);
        collect(process, 0);
    }
    test_remove_folder(process->folder);
    free(process);
}
