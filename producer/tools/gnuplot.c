/* SPDX-License-Identifier: MIT */
/* gnuplot is given its script as a file, not through a pipe that both sides could wait for, and writes to a
 * descriptor, so that no name of a file is ever part of the script. */
#include "producer/tools/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "producer/run/child.h"

struct gnuplot {
    char program[PATH_MAX];
    char temporary[PATH_MAX]; /* "": there is none */
    int script_fd, words_fd, out_fd;
};

static skep_status gnuplot_write_all(int fd, const char *bytes, size_t n, struct skep_error *err)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            return skep_error_errno(err, SKEP_E_IO, "the script for gnuplot");
        }
        bytes += done;
        n -= (size_t)done;
    }
    return lseek(fd, 0, SEEK_SET) == 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_IO, "the script for gnuplot");
}

static skep_status gnuplot_open(struct gnuplot *gnuplot, const struct skep_buf *script, const char *path,
                                struct skep_error *err)
{
    char temporary[PATH_MAX];

    if (!skep_child_find("gnuplot", gnuplot->program, sizeof gnuplot->program)) {
        return skep_error_set(err, SKEP_E_UNREACHABLE,
                              "gnuplot draws the picture, and it is not in PATH: install the package "
                              "gnuplot-nox (Debian, Ubuntu) or gnuplot");
    }
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary) {
        return skep_error_set(err, SKEP_E_IO, "the path of the picture is too long");
    }
    gnuplot->out_fd = mkostemp(temporary, O_CLOEXEC);
    if (gnuplot->out_fd < 0) {
        return skep_error_errno(err, SKEP_E_IO, "%s", path);
    }
    memcpy(gnuplot->temporary, temporary, sizeof temporary);
    gnuplot->script_fd = memfd_create("skep-plot", MFD_CLOEXEC);
    gnuplot->words_fd = memfd_create("skep-gnuplot", MFD_CLOEXEC);
    if (gnuplot->script_fd < 0 || gnuplot->words_fd < 0) {
        return skep_error_errno(err, SKEP_E_IO, "a file for gnuplot");
    }
    return gnuplot_write_all(gnuplot->script_fd, script->bytes, script->length, err);
}

static void gnuplot_close(struct gnuplot *gnuplot)
{
    if (gnuplot->temporary[0] != '\0') {
        unlink(gnuplot->temporary);
    }
    for (int i = 0; i < 3; i++) {
        int fd = i == 0 ? gnuplot->script_fd : i == 1 ? gnuplot->words_fd : gnuplot->out_fd;
        if (fd >= 0) {
            close(fd);
        }
    }
}

/* Without the user's .gnuplot (-d): it may set another terminal. */
static skep_status gnuplot_spawn(const struct gnuplot *gnuplot, pid_t *pid_out, struct skep_error *err)
{
    char name[] = "gnuplot", no_defaults[] = "-d";
    char *argv[] = {name, no_defaults, NULL};
    posix_spawn_file_actions_t actions;
    int failure = posix_spawn_file_actions_init(&actions);

    if (failure == 0) {
        if (posix_spawn_file_actions_adddup2(&actions, gnuplot->script_fd, STDIN_FILENO) != 0 ||
            posix_spawn_file_actions_adddup2(&actions, gnuplot->out_fd, STDOUT_FILENO) != 0 ||
            posix_spawn_file_actions_adddup2(&actions, gnuplot->words_fd, STDERR_FILENO) != 0) {
            failure = ENOMEM;
        } else {
            failure = posix_spawn(pid_out, gnuplot->program, &actions, NULL, argv, environ);
        }
        posix_spawn_file_actions_destroy(&actions);
    }
    errno = failure;
    return failure == 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_IO, "%s", gnuplot->program);
}

/* What it has said, on one line: the picture of a script points at the place with a caret, which says
 * nothing here. */
static skep_status gnuplot_refused(const struct gnuplot *gnuplot, int status, struct skep_error *err)
{
    char words[160], how[64];
    ssize_t n = pread(gnuplot->words_fd, words, sizeof words - 1, 0);

    words[n > 0 ? n : 0] = '\0';
    for (char *at = words; *at != '\0'; at++) {
        *at = *at == '\n' ? ' ' : *at;
    }
    return skep_error_set(err, SKEP_E_OUTPUT, "gnuplot has failed (%s):%s%s",
                          skep_child_describe(status, how, sizeof how), n > 0 ? " " : "", words);
}

static skep_status gnuplot_wait(const struct gnuplot *gnuplot, pid_t pid, struct skep_error *err)
{
    struct stat info;
    int status = 0;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return skep_error_errno(err, SKEP_E_IO, "waiting for gnuplot");
        }
    }
    if (status != 0 || fstat(gnuplot->out_fd, &info) != 0 || info.st_size == 0) {
        return gnuplot_refused(gnuplot, status, err);
    }
    return SKEP_OK;
}

/* With the rights that a new file would have. */
static skep_status gnuplot_keep(struct gnuplot *gnuplot, const char *path, struct skep_error *err)
{
    mode_t mask = umask(0);

    umask(mask);
    if (fchmod(gnuplot->out_fd, 0666 & ~mask) != 0 || rename(gnuplot->temporary, path) != 0) {
        return skep_error_errno(err, SKEP_E_IO, "%s", path);
    }
    gnuplot->temporary[0] = '\0';
    return SKEP_OK;
}

skep_status skep_gnuplot(const struct skep_buf *script, const char *path, struct skep_error *err)
{
    struct gnuplot gnuplot = {.script_fd = -1, .words_fd = -1, .out_fd = -1};
    pid_t pid = 0;
    skep_status st = gnuplot_open(&gnuplot, script, path, err);

    if (st == SKEP_OK) {
        st = gnuplot_spawn(&gnuplot, &pid, err);
    }
    if (st == SKEP_OK) {
        st = gnuplot_wait(&gnuplot, pid, err);
    }
    if (st == SKEP_OK) {
        st = gnuplot_keep(&gnuplot, path, err);
    }
    gnuplot_close(&gnuplot);
    return st;
}
