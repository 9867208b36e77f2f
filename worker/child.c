/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    CHILD_CONTROL_FD = 3,
    CHILD_PAGE_FD = 4,
    CHILD_NEWS_FD = 5,
    CHILD_LOG_FD = 6,
    CHILD_FIRST_FREE_FD = 10,
    CHILD_MAX_ARGS = 256
};

/* What it gets from us, each where it expects it. */
struct child_fds {
    int control, page, news;
    int outputs[SKEP_OUTPUTS]; /* -1: ours */
};

/* The address of a new page and a file descriptor that a child can map it by. */
static skep_status child_make_page(struct skep_page **page_out, int *fd_out, struct skep_error *err)
{
    int fd = memfd_create("skep-slot", MFD_CLOEXEC);
    void *page = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, sizeof(struct skep_page)) == 0) {
        page = mmap(NULL, sizeof(struct skep_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    if (page == MAP_FAILED) {
        skep_status st = skep_error_errno(err, SKEP_E_IO, "no shared page for a slot");
        if (fd >= 0) {
            close(fd);
        }
        return st;
    }
    *page_out = page;
    *fd_out = fd;
    return SKEP_OK;
}

/* FROM[i] becomes TO[i], whichever numbers both are. */
static bool child_move_fds(const int *from, const int *to, int n)
{
    int high[8];

    for (int i = 0; i < n; i++) {
        high[i] = fcntl(from[i], F_DUPFD, CHILD_FIRST_FREE_FD);
        if (high[i] < 0) {
            return false;
        }
    }
    for (int i = 0; i < n; i++) {
        if (dup2(high[i], to[i]) < 0) {
            return false;
        }
    }
    return true;
}

/* In the child: only what is safe after fork. */
static void child_become_slot(const struct child_fds *fds, char *const *argv)
{
    bool is_captured = fds->outputs[0] >= 0;
    const int from[] = {open("/dev/null", O_RDONLY),
                        fds->control,
                        fds->page,
                        fds->news,
                        STDERR_FILENO,
                        is_captured ? fds->outputs[SKEP_RESULT_STDOUT] : STDOUT_FILENO,
                        is_captured ? fds->outputs[SKEP_RESULT_STDERR] : STDERR_FILENO};
    const int to[] = {STDIN_FILENO, CHILD_CONTROL_FD, CHILD_PAGE_FD, CHILD_NEWS_FD,
                      CHILD_LOG_FD, STDOUT_FILENO,    STDERR_FILENO};
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_IGN);
    setpgid(0, 0);
    if (!child_move_fds(from, to, sizeof to / sizeof to[0]) || close_range(CHILD_LOG_FD + 1, ~0u, 0) != 0) {
        _exit(SKEP_SLOT_BROKEN);
    }
    execv("/proc/self/exe", argv);
    _exit(SKEP_SLOT_BROKEN);
}

static size_t child_make_arguments(char *const *argv, char *const *own, size_t n_own, char **out)
{
    size_t n = 0;

    while (argv[n] != NULL && n < CHILD_MAX_ARGS) {
        out[n] = argv[n];
        n++;
    }
    for (size_t i = 0; i < n_own; i++) {
        out[n++] = own[i];
    }
    out[n] = NULL;
    return n;
}

/* The page and the files that it prints to. */
static skep_status child_make_memory(struct skep_child *child, struct child_fds *fds, struct skep_error *err)
{
    skep_status st = child_make_page(&child->page, &fds->page, err);

    for (int i = 0; st == SKEP_OK && i < SKEP_OUTPUTS && child->number != SKEP_CHILD_GATHERS; i++) {
        st = skep_output_new(i, &child->output_fds[i], err);
        fds->outputs[i] = child->output_fds[i];
        atomic_store(&child->page->outputs[i].begin, SKEP_OUTPUT_EMPTY);
        atomic_store(&child->page->outputs[i].told, SKEP_OUTPUT_EMPTY);
    }
    if (st == SKEP_OK) {
        atomic_store(&child->page->log_level, (int)skep_log_get_level());
    }
    return st;
}

/* A process with one end of a new pipe; the other one is ours. */
static skep_status child_fork(struct skep_child *child, struct child_fds *fds, char *const *arguments,
                              struct skep_error *err)
{
    int pipe_fds[2];

    if (pipe2(pipe_fds, O_CLOEXEC) != 0) {
        return skep_error_errno(err, SKEP_E_IO, "no control pipe for a slot");
    }
    fds->control = pipe_fds[0];
    child->pid = fork();
    if (child->pid == 0) {
        child_become_slot(fds, arguments);
    }
    close(pipe_fds[0]);
    child->control_fd = pipe_fds[1];
    (void)fcntl(child->control_fd, F_SETFL, O_NONBLOCK); /* a slot that stands still must not hold us up */
    if (child->pid < 0) {
        child->pid = 0;
        return skep_error_errno(err, SKEP_E_IO, "no process for a slot");
    }
    return SKEP_OK;
}

skep_status skep_child_start(struct skep_child *child, int number, const struct skep_family *family,
                             struct skep_error *err)
{
    char role[32], control[32], page[32], news[32], log[32];
    char *own[] = {role, control, page, news, log};
    char *arguments[CHILD_MAX_ARGS + 6];
    struct child_fds fds = {.page = -1, .news = family->news_fd, .outputs = {-1, -1}};
    skep_status st;

    *child = (struct skep_child){
        .number = number, .pid_fd = -1, .control_fd = -1, .output_fds = {-1, -1}, .told = {.number = -1}};
    if (number == SKEP_CHILD_GATHERS) {
        snprintf(role, sizeof role, "--gather");
    } else {
        snprintf(role, sizeof role, "--slot=%d", number);
    }
    snprintf(control, sizeof control, "--control-fd=%d", CHILD_CONTROL_FD);
    snprintf(page, sizeof page, "--page-fd=%d", CHILD_PAGE_FD);
    snprintf(news, sizeof news, "--news-fd=%d", CHILD_NEWS_FD);
    snprintf(log, sizeof log, "--log-fd=%d", CHILD_LOG_FD);
    child_make_arguments(family->argv, own, sizeof own / sizeof own[0], arguments);
    st = child_make_memory(child, &fds, err);
    if (st == SKEP_OK) {
        st = child_fork(child, &fds, arguments, err);
    }
    if (fds.page >= 0) {
        close(fds.page);
    }
    if (st != SKEP_OK) {
        skep_child_release(child);
        return st;
    }
    setpgid(child->pid, child->pid); /* whoever is first: a kill of the group must find it */
    child->pid_fd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    child->started_ms = skep_monotonic_ms();
    return SKEP_OK;
}

bool skep_child_is_over(struct skep_child *child)
{
    if (child->pid == 0 || wait4(child->pid, &child->status, WNOHANG, &child->usage) != child->pid) {
        return false;
    }
    child->pid = 0;
    return true;
}

void skep_child_release(struct skep_child *child)
{
    if (child->pid_fd >= 0) {
        close(child->pid_fd);
    }
    if (child->control_fd >= 0) {
        close(child->control_fd);
    }
    for (int i = 0; i < SKEP_OUTPUTS; i++) {
        if (child->output_fds[i] >= 0) {
            close(child->output_fds[i]);
        }
        child->output_fds[i] = -1;
    }
    if (child->page != NULL) {
        munmap(child->page, sizeof *child->page);
    }
    child->pid_fd = child->control_fd = -1;
    child->page = NULL;
}

void skep_child_command(const struct skep_child *child, enum skep_control command)
{
    char byte = (char)command;

    if (child->pid != 0 && write(child->control_fd, &byte, 1) != 1 && errno != EPIPE && errno != EAGAIN) {
        skep_log(SKEP_LOG_WARN, "slot-command", "slot=%d errno=%d", child->number, errno);
    }
}

void skep_child_set_log_level(const struct skep_child *child, enum skep_log_level level)
{
    if (child->pid != 0) {
        atomic_store(&child->page->log_level, (int)level);
    }
}

void skep_child_terminate(const struct skep_child *child)
{
    if (child->pid != 0) {
        kill(-child->pid, SIGTERM);
    }
}

void skep_child_kill(const struct skep_child *child)
{
    if (child->pid != 0) {
        kill(-child->pid, SIGKILL);
    }
}
