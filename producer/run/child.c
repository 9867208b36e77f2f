/* SPDX-License-Identifier: MIT */
#include "producer/run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "producer/cli/command.h"

enum { CHILD_LOG_TAIL_BYTES = 64 * 1024, CHILD_LOG_LINES = 8 };

/* In the child, after fork: only what is safe there. Whatever fails is told through REPORT_FD. */
static void child_become(const struct skep_child_plan *plan, pid_t parent, int log_fd, int report_fd)
{
    sigset_t none;
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int failure;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setsid();
    errno = 0;
    if (null_fd >= 0 && dup2(null_fd, STDIN_FILENO) >= 0 && dup2(log_fd, STDOUT_FILENO) >= 0 &&
        dup2(log_fd, STDERR_FILENO) >= 0 && (plan->kept_fd < 0 || fcntl(plan->kept_fd, F_SETFD, 0) == 0) &&
        prctl(PR_SET_PDEATHSIG, plan->death_signal) == 0) {
        if (getppid() != parent) {
            _exit(1); /* skep died before it could be watched */
        }
        execv(plan->program, (char *const *)(uintptr_t)plan->argv);
    }
    failure = errno;
    (void)!write(report_fd, &failure, sizeof failure);
    _exit(127);
}

/* What the child tells of its failure to start; nothing when it started. */
static skep_status child_hear(const struct skep_child_plan *plan, int report_fd, struct skep_error *err)
{
    int failure;
    ssize_t n;

    do {
        n = read(report_fd, &failure, sizeof failure);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof failure) {
        return SKEP_OK;
    }
    errno = failure;
    return skep_error_errno(err, SKEP_E_IO, "cannot start %s", plan->program);
}

skep_status skep_child_spawn(const struct skep_child_plan *plan, pid_t *pid_out, struct skep_error *err)
{
    int report[2] = {-1, -1};
    int log_fd = open(plan->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    pid_t parent = getpid();
    skep_status st = SKEP_OK;

    *pid_out = -1;
    if (log_fd < 0) {
        return skep_error_errno(err, SKEP_E_IO, "the log %s", plan->log_path);
    }
    if (pipe2(report, O_CLOEXEC) == 0) {
        *pid_out = fork();
    }
    if (*pid_out == 0) {
        child_become(plan, parent, log_fd, report[1]);
    }
    if (*pid_out < 0) {
        st = skep_error_errno(err, SKEP_E_IO, "cannot start %s", plan->program);
    }
    close(log_fd);
    if (report[1] >= 0) {
        close(report[1]);
        st = st == SKEP_OK ? child_hear(plan, report[0], err) : st;
        close(report[0]);
    }
    if (st != SKEP_OK && *pid_out > 0) {
        (void)waitpid(*pid_out, NULL, 0);
    }
    if (st != SKEP_OK) {
        *pid_out = 0;
    }
    return st;
}

bool skep_child_is_over(pid_t *pid, int *status_out)
{
    if (*pid == 0 || waitpid(*pid, status_out, WNOHANG) != *pid) {
        return false;
    }
    *pid = 0;
    return true;
}

bool skep_child_wait(pid_t *pid, int timeout_ms, int *status_out)
{
    struct pollfd end = {.fd = *pid != 0 ? pidfd_open(*pid, 0) : -1, .events = POLLIN};
    int64_t until_ms = skep_monotonic_ms() + timeout_ms;
    int64_t left_ms = timeout_ms;

    while (end.fd >= 0 && left_ms > 0 && poll(&end, 1, (int)left_ms) < 0 && errno == EINTR) {
        left_ms = until_ms - skep_monotonic_ms();
    }
    if (end.fd >= 0) {
        close(end.fd);
    }
    return skep_child_is_over(pid, status_out);
}

void skep_child_end(pid_t *pid, int signal, int timeout_ms)
{
    int status;

    if (*pid == 0) {
        return;
    }
    (void)kill(*pid, signal);
    if (!skep_child_wait(pid, timeout_ms, &status)) {
        (void)kill(*pid, SIGKILL);
        (void)waitpid(*pid, &status, 0);
        *pid = 0;
    }
}

const char *skep_child_describe(int status, char *text, size_t size)
{
    if (WIFSIGNALED(status)) {
        snprintf(text, size, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else {
        snprintf(text, size, "exit status %d", WEXITSTATUS(status));
    }
    return text;
}

bool skep_child_find(const char *program, char *path_out, size_t size)
{
    const char *folders = getenv("PATH");

    while (folders != NULL && *folders != '\0') {
        size_t n = strcspn(folders, ":");
        /* An empty entry means the working folder to shells; what lies there is not for us. */
        if (n > 0 && (size_t)snprintf(path_out, size, "%.*s/%s", (int)n, folders, program) < size &&
            access(path_out, X_OK) == 0) {
            return true;
        }
        folders += n + (folders[n] == ':');
    }
    return false;
}

/* ---- logs ---- */

/* The end of the file as text, NUL behind it. */
static size_t log_read_tail(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    off_t begin = end >= (off_t)size ? end - (off_t)size + 1 : 0;
    ssize_t n = end > 0 ? pread(fd, text, size - 1, begin) : 0;

    if (fd >= 0) {
        close(fd);
    }
    n = n > 0 ? n : 0;
    text[n] = '\0';
    return (size_t)n;
}

static bool log_line_matters(const char *line, const char *const *words)
{
    if (words == NULL) {
        return *line != '\0';
    }
    for (; *words != NULL; words++) {
        if (strstr(line, *words) != NULL) {
            return true;
        }
    }
    return false;
}

void skep_child_show_log(const char *path, const char *const *words)
{
    static char
        text[CHILD_LOG_TAIL_BYTES]; /* too large for a stack, and it is shown when memory may be short */
    const char *shown[CHILD_LOG_LINES];
    size_t n_shown = 0;
    char *next;

    (void)log_read_tail(path, text, sizeof text);
    for (char *line = text; *line != '\0'; line = next) {
        size_t n = strcspn(line, "\n");
        next = line + n + (line[n] == '\n');
        line[n] = '\0';
        if (log_line_matters(line, words)) {
            shown[n_shown++ % CHILD_LOG_LINES] = line;
        }
    }
    for (size_t i = n_shown > CHILD_LOG_LINES ? n_shown - CHILD_LOG_LINES : 0; i < n_shown; i++) {
        skep_say("  %.400s", shown[i % CHILD_LOG_LINES]);
    }
}
