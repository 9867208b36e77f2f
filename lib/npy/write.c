/* SPDX-License-Identifier: MIT */
/* Whoever reads PATH sees the old file or the new one, whole: the bytes go to a name of their own in the same
 * folder, and rename(2) puts them in place at once. The folder is held by its descriptor from beginning to
 * end, so that nobody can put another one under the name in between. */
#include "npy/write.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/entropy.h"
#include "npy/header.h"

enum { WRITE_TEMP_NAME_BYTES = 40 };

/* 0, or -1 with errno. A disk that fills up may take a part of the bytes first. */
static int write_all(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;

    while (n > 0) {
        ssize_t k = write(fd, at, n);
        if (k < 0 && errno == EINTR) {
            continue;
        }
        if (k <= 0) {
            errno = k == 0 ? ENOSPC : errno;
            return -1;
        }
        at += k;
        n -= (size_t)k;
    }
    return 0;
}

static int write_array(int fd, const struct skep_view *view)
{
    char header[SKEP_NPY_HEADER_MAX];
    size_t n = skep_npy_header_write(view->dtype, view->ndim, view->shape, header, sizeof header);

    if (write_all(fd, header, n) != 0) {
        return -1;
    }
    return write_all(fd, view->data, (size_t)skep_view_count(view) * skep_dtype_size(view->dtype));
}

/* Make the file TEMP, complete and on the disk when SYNC. */
static skep_status write_temp(int folder_fd, const char *temp, const struct skep_view *view, bool sync,
                              struct skep_error *err)
{
    skep_status st = SKEP_OK;
    int fd = openat(folder_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

    if (fd < 0) {
        return skep_error_errno(err, SKEP_E_OUTPUT, "cannot make a file");
    }
    if (write_array(fd, view) != 0) {
        st = skep_error_errno(err, SKEP_E_OUTPUT, "cannot write");
    } else if (sync && fsync(fd) != 0) {
        st = skep_error_errno(err, SKEP_E_OUTPUT, "cannot sync");
    }
    /* Some file systems say only now that there was no room. */
    if (close(fd) != 0 && st == SKEP_OK) {
        st = skep_error_errno(err, SKEP_E_OUTPUT, "cannot close");
    }
    return st;
}

/* Make a rename in the folder last. A file system that cannot do it for folders does not need it. */
static skep_status sync_folder(int folder_fd, struct skep_error *err)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = fd < 0 || (fsync(fd) != 0 && errno != EINVAL);
    skep_status st = failed ? skep_error_errno(err, SKEP_E_OUTPUT, "cannot sync the folder") : SKEP_OK;

    if (fd >= 0) {
        close(fd);
    }
    return st;
}

static skep_status write_replace(int folder_fd, const char *name, const struct skep_view *view, bool sync,
                                 struct skep_error *err)
{
    char temp[WRITE_TEMP_NAME_BYTES];
    struct stat info;
    skep_status st;

    assert(skep_view_is_contiguous(view));
    /* rename(2) would put the file in the place of a device or a FIFO: of /dev/stdout, when root asks for it.
     */
    if (fstatat(folder_fd, name, &info, 0) == 0 && !S_ISREG(info.st_mode)) {
        return skep_error_set(err, SKEP_E_OUTPUT, "what is there is not a plain file");
    }
    snprintf(temp, sizeof temp, ".skep-%016llx.tmp", (unsigned long long)skep_entropy_u64());
    st = write_temp(folder_fd, temp, view, sync, err);
    if (st == SKEP_OK && renameat(folder_fd, temp, folder_fd, name) != 0) {
        st = skep_error_errno(err, SKEP_E_OUTPUT, "cannot rename");
    }
    if (st != SKEP_OK) {
        unlinkat(folder_fd, temp, 0);
        return st;
    }
    return sync ? sync_folder(folder_fd, err) : SKEP_OK;
}

skep_status skep_npy_write(const struct skep_roots *roots, const char *path, size_t n,
                           const struct skep_view *view, bool sync, struct skep_error *err)
{
    char name[SKEP_ROOTS_NAME_BYTES];
    int folder_fd;
    int shown_n = n < 100 ? (int)n : 100;
    skep_status st;

    if (n < 4 || memcmp(path + n - 4, ".npy", 4) != 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%.*s: an output must end in .npy", shown_n, path);
    }
    st = skep_roots_open_folder(roots, path, n, &folder_fd, name, err);
    if (st != SKEP_OK) {
        return st;
    }
    st = write_replace(folder_fd, name, view, sync, err);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.*s", shown_n, path);
    }
    close(folder_fd);
    return st;
}

skep_status skep_npy_write_path(const char *path, const struct skep_view *view, struct skep_error *err)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    char folder[PATH_MAX] = ".";
    int folder_fd;
    skep_status st;

    if (name[0] == '\0' || (size_t)(name - path) >= sizeof folder) {
        return skep_error_set(err, SKEP_E_OUTPUT, "%.100s: not the name of a file", path);
    }
    if (slash != NULL) {
        snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    }
    folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0) {
        return skep_error_errno(err, SKEP_E_OUTPUT, "%.100s: its folder", path);
    }
    st = write_replace(folder_fd, name, view, true, err);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", path);
    }
    close(folder_fd);
    return st;
}
