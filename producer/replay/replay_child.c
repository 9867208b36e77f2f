/* SPDX-License-Identifier: MIT */
/* The process that a replayed task runs in. It is our child, so that a crash ends it and not us, and it stays
 * in the foreground: Ctrl-C ends it, whatever the kernel does. What came of the task is told through a pipe;
 * one that ends without telling has died of it, even if its exit status is 0. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "producer/run/child.h"
#include "producer/cli/command.h"
#include "producer/replay/replay.h"
#include "producer/cli/stop.h"

enum { CHILD_LINE_BYTES = 1024 * 1024 * 1024, CHILD_PIECE_BYTES = 64 * 1024, CHILD_DEATH_BYTES = 128 };

static int replay_tell(struct skep_replayed *done)
{
    int shown = skep_print_buf(&done->line);

    skep_say("%s", done->words);
    return shown != SKEP_EXIT_OK ? shown : done->status == SKEP_OK ? SKEP_EXIT_OK : SKEP_EXIT_FAILED;
}

int skep_replay_run_here(struct skep_replay *replay)
{
    struct skep_replayed done = {0};

    skep_buf_init(&done.line, CHILD_LINE_BYTES);
    skep_replay_run(replay, &done);
    return replay_tell(&done);
}

/* ---- in the child ---- */

static bool child_write(int fd, const void *bytes, size_t n)
{
    for (const char *at = bytes; n > 0;) {
        ssize_t written = write(fd, at, n);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            at += written;
            n -= (size_t)written;
        }
    }
    return true;
}

/* Words of a known length first, then the line to the end. MASK: the signals that are blocked from then on.
 */
_Noreturn static void child_run(struct skep_replay *replay, const sigset_t *mask, int fd)
{
    struct skep_replayed done = {0};
    bool is_told;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGHUP, SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, mask, NULL);
    skep_buf_init(&done.line, CHILD_LINE_BYTES);
    skep_replay_run(replay, &done);
    is_told = !skep_buf_failed(&done.line) && child_write(fd, &done.status, sizeof done.status) &&
              child_write(fd, done.words, sizeof done.words) &&
              child_write(fd, done.line.bytes, done.line.length);
    _exit(is_told ? 0 : SKEP_EXIT_SERVER);
}

/* ---- in the parent ---- */

/* Until the child tells more. That we are told to stop is passed on once; a terminal has told it already. */
static void child_await(int fd, pid_t pid, struct pollfd *stop)
{
    struct pollfd polled[] = {{.fd = fd, .events = POLLIN}, *stop};

    if (poll(polled, 2, -1) > 0 && polled[1].revents != 0) {
        (void)kill(pid, skep_stop_signal());
        stop->fd = -1;
    }
}

/* All that the child tells; false when it ended before it had told everything. FD does not block. */
static bool child_hear(int fd, pid_t pid, struct skep_replayed *done)
{
    const size_t head_n = sizeof done->status + sizeof done->words;
    struct pollfd stop = {.fd = skep_stop_fd(), .events = POLLIN};
    struct skep_buf *line = &done->line;
    ssize_t n = 1;

    while (n != 0) {
        char *room = skep_buf_reserve(line, CHILD_PIECE_BYTES);
        n = room != NULL ? read(fd, room, CHILD_PIECE_BYTES) : 0;
        if (n > 0) {
            line->length += (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            child_await(fd, pid, &stop);
        } else if (n < 0 && errno != EINTR) {
            break;
        }
    }
    if (line->length <= head_n || line->bytes[line->length - 1] != '\n') {
        skep_buf_reset(line);
        return false;
    }
    memcpy(&done->status, line->bytes, sizeof done->status);
    memcpy(done->words, line->bytes + sizeof done->status, sizeof done->words);
    line->length -= head_n;
    memmove(line->bytes, line->bytes + head_n, line->length + 1);
    return true;
}

/* It ended before it could tell what came of the task. The exit code is a shell's. */
static int child_died(const struct skep_replay *replay, int status, struct skep_replayed *done)
{
    char death[CHILD_DEATH_BYTES], message[CHILD_DEATH_BYTES + 64];
    int code;

    if (WIFSIGNALED(status) && WTERMSIG(status) == skep_stop_signal()) {
        skep_complain("interrupted before it was done");
        skep_buf_release(&done->line);
        return SKEP_EXIT_INTERRUPTED;
    }
    skep_child_describe(status, death, sizeof death);
    if (WIFSIGNALED(status)) {
        snprintf(message, sizeof message, "%s%s killed it", death, WCOREDUMP(status) ? ", core dumped," : "");
    } else {
        snprintf(message, sizeof message, "its process ended in the middle of it, with %s", death);
    }
    skep_replay_fail(replay, SKEP_E_CRASH, message, done);
    code = replay_tell(done);
    return WIFSIGNALED(status) && code == SKEP_EXIT_FAILED ? 128 + WTERMSIG(status) : code;
}

int skep_replay_run_child(struct skep_replay *replay)
{
    struct skep_replayed done = {0};
    int fds[2] = {-1, -1};
    int status = 0;
    sigset_t all, mask;
    bool is_told;
    pid_t pid;

    /* The child must not hear a signal before it hears it in its own way. */
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &mask);
    pid = pipe2(fds, O_CLOEXEC) == 0 ? fork() : -1;
    if (pid == 0) {
        close(fds[0]);
        child_run(replay, &mask, fds[1]);
    }
    (void)sigprocmask(SIG_SETMASK, &mask, NULL);
    if (pid < 0) {
        skep_complain("cannot start a process: %s", strerror(errno));
        return SKEP_EXIT_SERVER;
    }
    close(fds[1]);
    (void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
    skep_buf_init(&done.line, CHILD_LINE_BYTES);
    is_told = child_hear(fds[0], pid, &done);
    close(fds[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return is_told ? replay_tell(&done) : child_died(replay, status, &done);
}
