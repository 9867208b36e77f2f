/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_LOSSY_DISK_H
#define SKEP_TESTS_LOSSY_DISK_H

#include "support/test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A disk that loses what was not synced, that has no room, that cannot sync. The functions below stand before
 * the C library's in the program that includes this. */

/* What a write replaced, so that it can be undone. */
struct lost_write {
    int fd;
    off_t at;
    size_t n;
    char *old;
};

enum { MAX_LOST = 4096 };

static struct {
    struct lost_write lost[MAX_LOST]; /* writes since the last sync, of all files */
    int n_lost;
    bool records;
    int n_writes, fail_write; /* the so-manyth fails; 0: none */
    bool stays_full;          /* and all behind it */
    int n_syncs, fail_sync;   /* the so-manyth and all behind it fail */
} disk;

static inline void disk_begin(void)
{
    memset(&disk, 0, sizeof disk);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    disk.n_writes++;
    if (disk.n_writes == disk.fail_write ||
        (disk.stays_full && disk.fail_write > 0 && disk.n_writes > disk.fail_write)) {
        errno = ENOSPC;
        return -1;
    }
    if (disk.records && n > 0) {
        struct lost_write *lost = &disk.lost[disk.n_lost++];
        assert_true(disk.n_lost < MAX_LOST);
        *lost = (struct lost_write){dup(fd), at, n, malloc(n)};
        assert_int_equal(pread(fd, lost->old, n, at), n);
    }
    return syscall(SYS_pwrite64, fd, bytes, n, at);
}

/* The writes to the file of FD are safe. */
int fdatasync(int fd)
{
    struct stat ours, other;
    int n = 0;

    disk.n_syncs++;
    if (disk.fail_sync > 0 && disk.n_syncs >= disk.fail_sync) {
        errno = EIO;
        return -1;
    }
    assert_int_equal(fstat(fd, &ours), 0);
    for (int i = 0; i < disk.n_lost; i++) {
        assert_int_equal(fstat(disk.lost[i].fd, &other), 0);
        if (other.st_ino == ours.st_ino) {
            free(disk.lost[i].old);
            close(disk.lost[i].fd);
        } else {
            disk.lost[n++] = disk.lost[i];
        }
    }
    disk.n_lost = n;
    return 0;
}

/* Of files that are made; the test machine is not going to fail. */
int fsync(int fd)
{
    (void)fd;
    return 0;
}

/* A power cut: of what was not synced some sectors are lost, by chance. */
static inline void disk_cut(uint32_t *chance)
{
    for (int i = disk.n_lost - 1; i >= 0; i--) {
        struct lost_write *lost = &disk.lost[i];
        for (size_t at = 0; at < lost->n;) {
            size_t n = 512 - (size_t)(lost->at + (off_t)at) % 512;
            n = n < lost->n - at ? n : lost->n - at;
            *chance = *chance * 1664525 + 1013904223;
            if (*chance >> 31) {
                assert_int_equal(syscall(SYS_pwrite64, lost->fd, lost->old + at, n, lost->at + (off_t)at), n);
            }
            at += n;
        }
        free(lost->old);
        close(lost->fd);
    }
    disk.n_lost = 0;
    disk.records = false;
}

#endif
