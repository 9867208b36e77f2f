/* SPDX-License-Identifier: MIT */
/* Records come from whoever can write to the queue, so no path in them may lead out of its folder. Checking
 * the text would not do: a link can be put in place between check and use. Either the kernel holds the line
 * (openat2, Linux 5.6), or, where that call is missing or a sandbox refuses it, a walk that opens each
 * component from its parent's descriptor without following it, and reads links itself.
 *
 * The walk keeps the descriptors of all folders from the root down to where it stands. A `..` goes back to
 * the descriptor kept, not to whatever the parent may be by now, so that a folder moved out of the root
 * meanwhile leads nowhere. */
#include "npy/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    BENEATH_MAX_DEPTH = 64, /* folders below the root that the walk can stand in */
    BENEATH_MAX_LINKS = 40, /* the kernel's own limit */
    BENEATH_MAX_TRIES =
        64, /* a rename anywhere on the machine may make openat2 ask for another try at `..` */
};

struct walk {
    int fds[BENEATH_MAX_DEPTH + 1]; /* fds[0] is the root's, borrowed */
    int depth;
    int n_links;
    char path[PATH_MAX]; /* what is still to be walked */
};

static int walk_fail(int code)
{
    errno = code;
    return -1;
}

/* The path goes on with N bytes of TARGET and then REST; REST may be a part of the path there is. */
static int walk_put_path(struct walk *walk, const char *target, size_t n, const char *rest)
{
    size_t n_rest = strlen(rest);

    if (n > 0 && target[0] == '/') {
        return walk_fail(EXDEV);
    }
    if (n + n_rest >= sizeof walk->path) {
        return walk_fail(ENAMETOOLONG);
    }
    memmove(walk->path + n, rest, n_rest + 1);
    memcpy(walk->path, target, n);
    return 0;
}

/* If NAME is a link, go on with its target and REST and return 1; 0 if it is none. */
static int walk_follow(struct walk *walk, const char *name, const char *rest)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(walk->fds[walk->depth], name, target, sizeof target);

    if (n < 0) {
        return errno == EINVAL ? 0 : -1;
    }
    if (++walk->n_links > BENEATH_MAX_LINKS) {
        return walk_fail(ELOOP);
    }
    return walk_put_path(walk, target, (size_t)n, rest) == 0 ? 1 : -1;
}

/* Stand in the folder NAME. Should it have become a link since walk_follow looked, O_NOFOLLOW refuses it. */
static int walk_enter(struct walk *walk, const char *name)
{
    int fd;

    if (walk->depth == BENEATH_MAX_DEPTH) {
        return walk_fail(ENAMETOOLONG);
    }
    fd = openat(walk->fds[walk->depth], name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    walk->fds[++walk->depth] = fd;
    return 0;
}

static int walk_leave(struct walk *walk)
{
    if (walk->depth == 0) {
        return walk_fail(EXDEV);
    }
    close(walk->fds[walk->depth--]);
    return 0;
}

/* The path goes on behind the slashes at REST, which lies in it. */
static int walk_skip(struct walk *walk, const char *rest)
{
    return walk_put_path(walk, "", 0, rest + strspn(rest, "/"));
}

/* A component that is neither `.` nor `..`. Returns as walk_step. */
static int walk_name(struct walk *walk, const char *name, const char *rest, int flags, int *fd_out)
{
    int is_link = walk_follow(walk, name, rest);

    if (is_link != 0) {
        return is_link > 0 ? 0 : -1;
    }
    if (*rest == '\0') {
        *fd_out = openat(walk->fds[walk->depth], name, flags | O_NOFOLLOW | O_CLOEXEC);
        return *fd_out >= 0 ? 1 : -1;
    }
    return walk_enter(walk, name) == 0 ? walk_skip(walk, rest) : -1;
}

/* One component. Returns 1 when it was the last and *FD_OUT is open, 0 to go on, -1 on failure. */
static int walk_step(struct walk *walk, int flags, int *fd_out)
{
    size_t n = strcspn(walk->path, "/");
    const char *rest = walk->path + n;
    char name[NAME_MAX + 1];

    if (n > NAME_MAX) {
        return walk_fail(ENAMETOOLONG);
    }
    memcpy(name, walk->path, n);
    name[n] = '\0';
    if (walk->path[0] == '\0') {
        /* A path that is used up names the folder where the walk stands. */
        *fd_out = openat(walk->fds[walk->depth], ".", flags | O_CLOEXEC);
        return *fd_out >= 0 ? 1 : -1;
    }
    if (strcmp(name, "..") == 0) {
        return walk_leave(walk) == 0 ? walk_skip(walk, rest) : -1;
    }
    if (strcmp(name, ".") == 0) {
        return walk_skip(walk, rest);
    }
    return walk_name(walk, name, rest, flags, fd_out);
}

static int beneath_walk(int folder_fd, const char *path, int flags)
{
    struct walk walk = {.fds = {folder_fd}};
    int fd = -1;
    int st = path[0] != '\0' ? walk_put_path(&walk, path, strlen(path), "") : walk_fail(ENOENT);
    int saved;

    while (st == 0) {
        st = walk_step(&walk, flags, &fd);
    }
    saved = errno;
    while (walk.depth > 0) {
        (void)walk_leave(&walk);
    }
    errno = saved;
    return fd;
}

static int beneath_openat2(int folder_fd, const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC),
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = -1;

    for (int i = 0; i < BENEATH_MAX_TRIES; i++) {
        fd = syscall(SYS_openat2, folder_fd, path, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) {
            break;
        }
    }
    return (int)fd;
}

int skep_beneath_open(int folder_fd, const char *path, int flags, enum skep_beneath_way way)
{
    if (way == SKEP_BENEATH_AUTO) {
        int fd = beneath_openat2(folder_fd, path, flags);
        if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) {
            return fd;
        }
    }
    return beneath_walk(folder_fd, path, flags);
}
