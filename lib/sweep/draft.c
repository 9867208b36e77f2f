/* SPDX-License-Identifier: MIT */
#include "sweep/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/entropy.h"

skep_status skep_draft_open(struct skep_draft *draft, const struct skep_roots *roots, const char *path,
                            struct skep_error *err)
{
    skep_status st;

    draft->fd = -1;
    st = skep_roots_open_folder(roots, path, strlen(path), &draft->folder_fd, draft->name, err);
    if (st != SKEP_OK) {
        return st;
    }
    snprintf(draft->temp, sizeof draft->temp, ".skep-%016llx.tmp", (unsigned long long)skep_entropy_u64());
    draft->fd =
        openat(draft->folder_fd, draft->temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (draft->fd < 0) {
        st = skep_error_errno(err, SKEP_E_OUTPUT, "%.100s: cannot make a file", path);
        close(draft->folder_fd);
    }
    return st;
}

/* Not every file system can rename without replacing; a link of a second name does the same in two steps. */
static int draft_rename_new(const struct skep_draft *draft)
{
    if (renameat2(draft->folder_fd, draft->temp, draft->folder_fd, draft->name, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    if (linkat(draft->folder_fd, draft->temp, draft->folder_fd, draft->name, 0) != 0) {
        return -1;
    }
    return unlinkat(draft->folder_fd, draft->temp, 0);
}

static skep_status draft_rename(const struct skep_draft *draft, bool replaces, struct skep_error *err)
{
    struct stat info;

    if (!replaces) {
        if (draft_rename_new(draft) == 0) {
            return SKEP_OK;
        }
        return errno == EEXIST ? skep_error_set(err, SKEP_E_CONFLICT, "exists already")
                               : skep_error_errno(err, SKEP_E_OUTPUT, "cannot rename");
    }
    if (fstatat(draft->folder_fd, draft->name, &info, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(info.st_mode) &&
        !S_ISLNK(info.st_mode)) {
        return skep_error_set(err, SKEP_E_OUTPUT, "what is there is not a plain file");
    }
    return renameat(draft->folder_fd, draft->temp, draft->folder_fd, draft->name) == 0
               ? SKEP_OK
               : skep_error_errno(err, SKEP_E_OUTPUT, "cannot rename");
}

/* Make the rename last. A file system that cannot do it for folders does not need it. */
static skep_status draft_sync_folder(const struct skep_draft *draft, struct skep_error *err)
{
    int fd = openat(draft->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    skep_status st = SKEP_OK;

    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL)) {
        st = skep_error_errno(err, SKEP_E_OUTPUT, "cannot sync the folder");
    }
    if (fd >= 0) {
        close(fd);
    }
    return st;
}

skep_status skep_draft_publish(struct skep_draft *draft, bool replaces, struct skep_error *err)
{
    skep_status st;

    if (fsync(draft->fd) != 0) {
        return skep_error_errno(err, SKEP_E_OUTPUT, "cannot sync");
    }
    st = draft_rename(draft, replaces, err);
    if (st == SKEP_OK) {
        draft->temp[0] = '\0';
        st = draft_sync_folder(draft, err);
    }
    return st;
}

void skep_draft_close(struct skep_draft *draft)
{
    if (draft->fd < 0) {
        return;
    }
    if (draft->temp[0] != '\0') {
        unlinkat(draft->folder_fd, draft->temp, 0);
    }
    close(draft->fd);
    close(draft->folder_fd);
    draft->fd = -1;
}

skep_status skep_draft_reopen(const struct skep_roots *roots, const char *path, int *fd_out,
                              struct skep_error *err)
{
    char name[SKEP_ROOTS_NAME_BYTES];
    struct stat info;
    int folder_fd;
    skep_status st;

    *fd_out = -1;
    /* Opening the folder would make it. */
    if (!skep_roots_stat(roots, path, strlen(path), &info)) {
        return skep_error_set(err, SKEP_E_ARRAY_MISSING, "%.100s: no such file", path);
    }
    st = skep_roots_open_folder(roots, path, strlen(path), &folder_fd, name, err);
    if (st != SKEP_OK) {
        return st;
    }
    *fd_out = openat(folder_fd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*fd_out < 0) {
        st = errno == ELOOP || errno == EISDIR || errno == ENXIO
                 ? skep_error_set(err, SKEP_E_ARRAY_INVALID, "%.100s: not a plain file", path)
                 : skep_error_errno(err, errno == ENOENT ? SKEP_E_ARRAY_MISSING : SKEP_E_OUTPUT, "%.100s",
                                    path);
    } else if (fstat(*fd_out, &info) != 0 || !S_ISREG(info.st_mode)) {
        st = skep_error_set(err, SKEP_E_ARRAY_INVALID, "%.100s: not a plain file", path);
        close(*fd_out);
        *fd_out = -1;
    }
    close(folder_fd);
    return st;
}
