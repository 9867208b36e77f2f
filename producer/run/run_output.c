/* SPDX-License-Identifier: MIT */
#include "producer/run/run_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OUTPUT_FLUSH_BYTES = 256 * 1024, OUTPUT_MAX_BYTES = 1024 * 1024 * 1024 };

const char *skep_run_output_name(const struct skep_run_output *output)
{
    return output->path == NULL ? "standard output" : output->is_plain ? output->part : output->path;
}

static skep_status output_open_part(struct skep_run_output *output, struct skep_error *err)
{
    if ((size_t)snprintf(output->part, sizeof output->part, "%s.part", output->path) >= sizeof output->part) {
        return skep_error_set(err, SKEP_E_USAGE, "%.100s...: the name is too long", output->path);
    }
    output->is_plain = true;
    output->fd = open(output->part, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (output->fd < 0) {
        return skep_error_errno(err, SKEP_E_USAGE, "cannot write %s", output->part);
    }
    if (flock(output->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return skep_error_set(err, SKEP_E_CONFLICT, "%s is being written by another run", output->part);
    }
    return ftruncate(output->fd, 0) == 0
               ? SKEP_OK
               : skep_error_errno(err, SKEP_E_USAGE, "cannot write %s", output->part);
}

skep_status skep_run_output_open(struct skep_run_output *output, const char *path, struct skep_error *err)
{
    struct stat info;
    skep_status st = SKEP_OK;

    *output = (struct skep_run_output){.path = path, .fd = STDOUT_FILENO};
    skep_buf_init(&output->lines, OUTPUT_MAX_BYTES);
    if (path == NULL) {
        return SKEP_OK;
    }
    output->fd = -1;
    if (stat(path, &info) != 0 || S_ISREG(info.st_mode)) {
        st = output_open_part(output, err);
    } else {
        output->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY); /* a folder refuses that */
        st = output->fd >= 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_USAGE, "cannot write %s", path);
    }
    if (st != SKEP_OK) {
        skep_run_output_close(output);
    }
    return st;
}

void skep_run_output_open_none(struct skep_run_output *output)
{
    *output = (struct skep_run_output){.fd = -1};
    skep_buf_init(&output->lines, OUTPUT_MAX_BYTES);
}

void skep_run_output_close(struct skep_run_output *output)
{
    if (output->fd >= 0 && output->path != NULL) {
        close(output->fd);
    }
    skep_buf_release(&output->lines);
    output->fd = -1;
}

skep_status skep_run_output_add(struct skep_run_output *output, const char *bytes, size_t n,
                                struct skep_error *err)
{
    if (output->fd < 0) {
        return SKEP_OK;
    }
    skep_buf_add(&output->lines, bytes, n);
    skep_buf_add_char(&output->lines, '\n');
    if (skep_buf_failed(&output->lines)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a result of %zu bytes", n);
    }
    return output->lines.length >= OUTPUT_FLUSH_BYTES ? skep_run_output_flush(output, err) : SKEP_OK;
}

skep_status skep_run_output_flush(struct skep_run_output *output, struct skep_error *err)
{
    const char *bytes = output->lines.bytes;
    size_t n = output->lines.length;

    while (n > 0) {
        ssize_t written = write(output->fd, bytes, n);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return skep_error_errno(err, SKEP_E_OUTPUT, "cannot write to %s", skep_run_output_name(output));
        }
        bytes += written;
        n -= (size_t)written;
    }
    skep_buf_reset(&output->lines);
    return SKEP_OK;
}

/* A new name is safe only when its folder is on the disk. */
static void output_sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int fd;

    snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1,
             slash != NULL ? path : ".");
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

skep_status skep_run_output_finish(struct skep_run_output *output, struct skep_error *err)
{
    skep_status st = skep_run_output_flush(output, err);

    if (st != SKEP_OK || !output->is_plain) {
        return st;
    }
    if (fsync(output->fd) != 0 || rename(output->part, output->path) != 0) {
        return skep_error_errno(err, SKEP_E_OUTPUT, "cannot complete %s", output->path);
    }
    output_sync_folder(output->path);
    return SKEP_OK;
}
