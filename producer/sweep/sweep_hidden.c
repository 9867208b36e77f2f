/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_hidden.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "producer/sweep/sweep_outs.h"

#define HIDDEN_PARENT ".skep"
#define HIDDEN_BEGIN  "sweep-"

/* Between its making and its lock nobody holds a folder; that takes no minute. */
enum { HIDDEN_YOUNG_S = 60 };

/* The folder NAME of the folder FD, locked; -1: it cannot be had. */
static int hidden_lock(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void hidden_empty(int fd)
{
    (void)unlinkat(fd, SKEP_SWEEP_HIDDEN_NAME, 0);
    (void)unlinkat(fd, SKEP_SWEEP_HIDDEN_NAME ".skep", 0);
}

/* The folder NAME, if it is of a sweep that was killed. */
static void hidden_remove_dead(int at, const char *name)
{
    struct stat info;
    int fd = hidden_lock(at, name);

    if (fd < 0) {
        return;
    }
    if (fstat(fd, &info) == 0 && info.st_mtim.tv_sec + HIDDEN_YOUNG_S < skep_wall_ms() / 1000) {
        hidden_empty(fd);
        (void)unlinkat(at, name, AT_REMOVEDIR);
    }
    close(fd);
}

static void hidden_remove_all_dead(const char *parent)
{
    DIR *folder = opendir(parent);
    const struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (strncmp(entry->d_name, HIDDEN_BEGIN, strlen(HIDDEN_BEGIN)) == 0) {
            hidden_remove_dead(dirfd(folder), entry->d_name);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

static skep_status hidden_make(struct skep_sweep_hidden *hidden, struct skep_error *err)
{
    char parent[PATH_MAX]; /* whole: the worker may have another working folder */

    if ((mkdir(HIDDEN_PARENT, 0777) == 0 || errno == EEXIST) && realpath(HIDDEN_PARENT, parent) != NULL) {
        hidden_remove_all_dead(parent);
        if (snprintf(hidden->folder, sizeof hidden->folder, "%s/" HIDDEN_BEGIN "XXXXXX", parent) < PATH_MAX &&
            mkdtemp(hidden->folder) != NULL) {
            hidden->fd = hidden_lock(AT_FDCWD, hidden->folder);
            return SKEP_OK;
        }
    }
    hidden->folder[0] = '\0';
    return skep_error_errno(err, SKEP_E_IO,
                            "values without --out are kept in " HIDDEN_PARENT
                            " below the working folder, where no folder can be made");
}

skep_status skep_sweep_hidden_open(struct skep_sweep_hidden *hidden, struct skep_sweep_setup *setup,
                                   struct skep_error *err)
{
    struct skep_roots *roots = NULL;
    skep_status st = hidden_make(hidden, err);

    if (st == SKEP_OK) {
        st = skep_roots_new(&roots, err);
    }
    if (st == SKEP_OK) {
        st = skep_roots_add(roots, hidden->folder, err);
    }
    if (st != SKEP_OK) {
        skep_roots_free(roots);
        return st;
    }
    skep_roots_free(setup->outputs);
    setup->outputs = roots;
    setup->run.outputs = roots;
    return SKEP_OK;
}

void skep_sweep_hidden_close(struct skep_sweep_hidden *hidden)
{
    if (hidden->folder[0] == '\0') {
        return;
    }
    if (hidden->fd >= 0) {
        hidden_empty(hidden->fd);
        close(hidden->fd);
    }
    (void)rmdir(hidden->folder);
    (void)rmdir(HIDDEN_PARENT); /* if nothing else is in it */
    hidden->folder[0] = '\0';
}
