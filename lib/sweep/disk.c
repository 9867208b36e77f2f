/* SPDX-License-Identifier: MIT */
#include "sweep/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

skep_status skep_disk_write(int fd, const void *bytes, size_t n, int64_t at, struct skep_error *err)
{
    const char *from = bytes;

    while (n > 0) {
        ssize_t k = pwrite(fd, from, n, (off_t)at);
        if (k < 0 && errno == EINTR) {
            continue;
        }
        if (k <= 0) {
            errno = k == 0 ? ENOSPC : errno;
            return skep_error_errno(err, SKEP_E_OUTPUT, "cannot write");
        }
        from += k;
        at += k;
        n -= (size_t)k;
    }
    return SKEP_OK;
}

skep_status skep_disk_read(int fd, void *bytes_out, size_t n, int64_t at, struct skep_error *err)
{
    char *to = bytes_out;

    while (n > 0) {
        ssize_t k = pread(fd, to, n, (off_t)at);
        if (k < 0 && errno == EINTR) {
            continue;
        }
        if (k < 0) {
            return skep_error_errno(err, SKEP_E_OUTPUT, "cannot read");
        }
        if (k == 0) {
            return skep_error_set(err, SKEP_E_OUTPUT, "cut off: it ends at byte %lld", (long long)at);
        }
        to += k;
        at += k;
        n -= (size_t)k;
    }
    return SKEP_OK;
}

skep_status skep_disk_check_room(int fd, int64_t bytes, struct skep_error *err)
{
    struct statvfs info;
    double room;

    if (fstatvfs(fd, &info) != 0) {
        return skep_error_errno(err, SKEP_E_OUTPUT, "cannot ask how much room there is");
    }
    room = (double)info.f_bavail * (double)info.f_frsize;
    if ((double)bytes > room) {
        return skep_error_set(err, SKEP_E_OUTPUT, "the disk is too small: %lld bytes wanted, %.0f free",
                              (long long)bytes, room);
    }
    return SKEP_OK;
}

/* Not posix_fallocate: where the file system cannot, the C library would write a byte into every block. */
skep_status skep_disk_reserve(int fd, int64_t bytes, struct skep_error *err)
{
    int failed;

    if (bytes == 0) {
        return SKEP_OK;
    }
    do {
        failed = fallocate(fd, 0, 0, (off_t)bytes);
    } while (failed != 0 && errno == EINTR);
    if (failed != 0 && (errno == EOPNOTSUPP || errno == ENOSYS)) {
        return SKEP_EMPTY;
    }
    return failed == 0 ? SKEP_OK
                       : skep_error_errno(err, SKEP_E_OUTPUT, "cannot reserve %lld bytes", (long long)bytes);
}
