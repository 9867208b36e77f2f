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

enum { CHILD_CONTROL_FD = 3, CHILD_PAGE_FD = 4, CHILD_NEWS_FD = 5, CHILD_MAX_ARGS = 256 };

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

/* In the child: only what is safe after fork. */
static void child_become_slot(int control_fd, int page_fd, int news_fd, char *const *argv)
{
    sigset_t none;
    int control = fcntl(control_fd, F_DUPFD, 10);
    int page = fcntl(page_fd, F_DUPFD, 10);
    int news = fcntl(news_fd, F_DUPFD, 10);
    int null = open("/dev/null", O_RDONLY);

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_IGN);
    setpgid(0, 0);
    if (control < 0 || page < 0 || news < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
        dup2(control, CHILD_CONTROL_FD) < 0 || dup2(page, CHILD_PAGE_FD) < 0 ||
        dup2(news, CHILD_NEWS_FD) < 0 || close_range(CHILD_NEWS_FD + 1, ~0u, 0) != 0) {
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

skep_status skep_child_start(struct skep_child *child, int number, const struct skep_family *family,
                             struct skep_error *err)
{
    char role[32], control[32], page[32], news[32];
    char *own[] = {role, control, page, news};
    char *arguments[CHILD_MAX_ARGS + 5];
    int pipe_fds[2];
    int page_fd = -1;
    skep_status st;

    *child = (struct skep_child){.number = number, .pid_fd = -1, .control_fd = -1, .told = {.number = -1}};
    if (number == SKEP_CHILD_GATHERS) {
        snprintf(role, sizeof role, "--gather");
    } else {
        snprintf(role, sizeof role, "--slot=%d", number);
    }
    snprintf(control, sizeof control, "--control-fd=%d", CHILD_CONTROL_FD);
    snprintf(page, sizeof page, "--page-fd=%d", CHILD_PAGE_FD);
    snprintf(news, sizeof news, "--news-fd=%d", CHILD_NEWS_FD);
    child_make_arguments(family->argv, own, sizeof own / sizeof own[0], arguments);
    st = child_make_page(&child->page, &page_fd, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (pipe2(pipe_fds, O_CLOEXEC) != 0) {
        st = skep_error_errno(err, SKEP_E_IO, "no control pipe for a slot");
        close(page_fd);
        skep_child_release(child);
        return st;
    }
    child->pid = fork();
    if (child->pid == 0) {
        child_become_slot(pipe_fds[0], page_fd, family->news_fd, arguments);
    }
    close(pipe_fds[0]);
    close(page_fd);
    child->control_fd = pipe_fds[1];
    (void)fcntl(child->control_fd, F_SETFL, O_NONBLOCK); /* a slot that stands still must not hold us up */
    if (child->pid < 0) {
        child->pid = 0;
        st = skep_error_errno(err, SKEP_E_IO, "no process for a slot");
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
