/* SPDX-License-Identifier: MIT */
#include "producer/push/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "producer/cli/stop.h"

const char *skep_input_name(const struct skep_input *input)
{
    return input->path != NULL ? input->path : "standard input";
}

static bool input_is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static skep_status input_open(struct skep_input *input, struct skep_error *err)
{
    if (input->fd < 0) {
        input->fd = input->path != NULL ? open(input->path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    }
    if (input->fd < 0 && skep_stop_is_asked()) {
        return SKEP_STOPPED; /* while it waited for the other end of a named pipe */
    }
    return input->fd >= 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_USAGE, "%s", skep_input_name(input));
}

skep_status skep_input_init(struct skep_input *input, const char *path, struct skep_error *err)
{
    off_t start;
    skep_status st;

    *input = (struct skep_input){.path = strcmp(path, "-") == 0 ? NULL : path, .fd = -1, .spool_fd = -1};
    st = input_open(input, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (fstat(input->fd, &input->as_seen) != 0) {
        st = skep_error_errno(err, SKEP_E_USAGE, "%s", skep_input_name(input));
    } else if (S_ISDIR(input->as_seen.st_mode)) {
        st = skep_error_set(err, SKEP_E_USAGE, "%s is a folder, not a file of tasks", skep_input_name(input));
    } else if (S_ISREG(input->as_seen.st_mode)) {
        start = lseek(input->fd, 0, SEEK_CUR);
        input->start = start > 0 ? (uint64_t)start : 0;
        input->is_plain = true;
    }
    if (st != SKEP_OK || input->is_plain) {
        skep_input_close(input);
    }
    return st;
}

void skep_input_close(struct skep_input *input)
{
    if (input->is_plain && input->fd >= 0) {
        if (input->path != NULL) {
            close(input->fd);
        }
        input->fd = -1;
    }
}

void skep_input_release(struct skep_input *input)
{
    if (input->fd >= 0 && input->path != NULL) {
        close(input->fd);
    }
    if (input->spool_fd >= 0) {
        close(input->spool_fd);
    }
    input->fd = input->spool_fd = -1;
}

static skep_status input_changed(const struct skep_input *input, struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_IO,
                          "%s changed while it was being read; start again when it is complete",
                          skep_input_name(input));
}

static skep_status input_read_plain(struct skep_input *input, uint64_t offset, char *bytes, size_t size,
                                    size_t *n_out, struct skep_error *err)
{
    struct stat now;
    ssize_t n;
    skep_status st = input_open(input, err);

    if (st != SKEP_OK) {
        return st;
    }
    do {
        n = pread(input->fd, bytes, size, (off_t)(input->start + offset));
    } while (n < 0 && errno == EINTR);
    if (n < 0 || fstat(input->fd, &now) != 0) {
        return skep_error_errno(err, SKEP_E_IO, "%s", skep_input_name(input));
    }
    *n_out = (size_t)n;
    return input_is_same(&input->as_seen, &now) ? SKEP_OK : input_changed(input, err);
}

/* ---- pipes ---- */

static skep_status spool_open(struct skep_input *input, struct skep_error *err)
{
    const char *folder = getenv("TMPDIR");
    char name[4096];

    folder = folder != NULL && folder[0] != '\0' ? folder : "/tmp";
    input->spool_fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (input->spool_fd < 0 && snprintf(name, sizeof name, "%s/skep-XXXXXX", folder) < (int)sizeof name) {
        input->spool_fd = mkostemp(name, O_CLOEXEC);
        if (input->spool_fd >= 0) {
            (void)unlink(name);
        }
    }
    return input->spool_fd >= 0
               ? SKEP_OK
               : skep_error_errno(err, SKEP_E_IO, "a temporary file in %s (TMPDIR says where) for %s", folder,
                                  skep_input_name(input));
}

static skep_status spool_write(struct skep_input *input, const char *bytes, size_t n, struct skep_error *err)
{
    while (n > 0) {
        ssize_t written = pwrite(input->spool_fd, bytes, n, (off_t)input->spooled);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return skep_error_errno(err, SKEP_E_IO, "the temporary copy of %s (TMPDIR says where)",
                                    skep_input_name(input));
        }
        input->spooled += (uint64_t)written;
        bytes += written;
        n -= (size_t)written;
    }
    return SKEP_OK;
}

static skep_status spool_read(struct skep_input *input, uint64_t offset, char *bytes, size_t size,
                              size_t *n_out, struct skep_error *err)
{
    uint64_t left = input->spooled - offset;
    ssize_t n;

    do {
        n = pread(input->spool_fd, bytes, size < left ? size : (size_t)left, (off_t)offset);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) {
        return skep_error_errno(err, SKEP_E_IO, "the temporary copy of %s", skep_input_name(input));
    }
    *n_out = (size_t)n;
    return SKEP_OK;
}

/* What the pipe gives next; nothing when it has ended. */
static skep_status input_read_pipe(struct skep_input *input, char *bytes, size_t size, size_t *n_out,
                                   struct skep_error *err)
{
    for (;;) {
        struct pollfd both[2] = {{.fd = input->fd, .events = POLLIN},
                                 {.fd = skep_stop_fd(), .events = POLLIN}};
        int ready = poll(both, 2, -1);
        ssize_t n;
        if (skep_stop_is_asked()) {
            return SKEP_STOPPED;
        }
        if ((ready < 0 && errno == EINTR) || (ready > 0 && both[0].revents == 0)) {
            continue;
        }
        n = read(input->fd, bytes, size);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (n < 0) {
            return skep_error_errno(err, SKEP_E_IO, "%s", skep_input_name(input));
        }
        *n_out = (size_t)n;
        return SKEP_OK;
    }
}

skep_status skep_input_read(struct skep_input *input, uint64_t offset, char *bytes, size_t size,
                            size_t *n_out, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    *n_out = 0;
    if (input->is_plain) {
        return input_read_plain(input, offset, bytes, size, n_out, err);
    }
    if (offset < input->spooled) {
        return spool_read(input, offset, bytes, size, n_out, err);
    }
    if (input->is_drained) {
        return SKEP_OK;
    }
    if (input->spool_fd < 0) {
        st = spool_open(input, err);
    }
    if (st == SKEP_OK) {
        st = input_read_pipe(input, bytes, size, n_out, err);
    }
    if (st == SKEP_OK) {
        input->is_drained = *n_out == 0;
        st = spool_write(input, bytes, *n_out, err);
    }
    return st;
}
