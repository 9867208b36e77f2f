/* SPDX-License-Identifier: MIT */
#include "npy/roots.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "npy/beneath.h"

enum { ROOT_NAME_MAX = 64 };

struct root {
    char name[ROOT_NAME_MAX + 1]; /* "" is the default root */
    char *folder;                 /* where it is, absolute where that can be told: for messages */
    int fd;
};

struct skep_roots {
    struct root *items;
    size_t n;
    enum skep_beneath_way way;
};

/* A path taken apart: where it starts and what is below, as a C string. */
struct rooted {
    const struct root *root;
    const char *below;
    char text[PATH_MAX];
};

skep_status skep_roots_new(struct skep_roots **roots_out, struct skep_error *err)
{
    *roots_out = skep_calloc(1, sizeof **roots_out);
    return *roots_out != NULL ? SKEP_OK : skep_error_set(err, SKEP_E_NOMEM, "no memory for the data roots");
}

static void root_release(struct root *root)
{
    close(root->fd);
    skep_free(root->folder);
}

void skep_roots_free(struct skep_roots *roots)
{
    if (roots == NULL) {
        return;
    }
    for (size_t i = 0; i < roots->n; i++) {
        root_release(&roots->items[i]);
    }
    skep_free(roots->items);
    skep_free(roots);
}

void skep_roots_use_walk(struct skep_roots *roots)
{
    roots->way = SKEP_BENEATH_WALK;
}

/* ---- names ---- */

static struct root *roots_find(const struct skep_roots *roots, const char *name, size_t n)
{
    for (size_t i = 0; i < roots->n; i++) {
        if (strlen(roots->items[i].name) == n && memcmp(roots->items[i].name, name, n) == 0) {
            return &roots->items[i];
        }
    }
    return NULL;
}

static bool root_name_is_good(const char *name, size_t n)
{
    static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    return n >= 1 && n <= ROOT_NAME_MAX && strspn(name, legal) >= n;
}

/* The length of the name in front of SPEC's folder, or 0 for the default root. */
static skep_status roots_parse_spec(const char *spec, size_t *name_n_out, struct skep_error *err)
{
    size_t n = strcspn(spec, "=/");

    *name_n_out = 0;
    if (spec[n] != '=') {
        return SKEP_OK;
    }
    if (!root_name_is_good(spec, n)) {
        return skep_error_set(err, SKEP_E_USAGE, "data root '%s': a name has 1 to %d of A-Z a-z 0-9 _ -",
                              spec, ROOT_NAME_MAX);
    }
    *name_n_out = n;
    return SKEP_OK;
}

/* Put ROOT in the place of the one of its name, or at the end. Takes what it owns. */
static skep_status roots_put(struct skep_roots *roots, const struct root *root, struct skep_error *err)
{
    struct root *place = roots_find(roots, root->name, strlen(root->name));

    if (place != NULL) {
        root_release(place);
    } else {
        struct root *items = skep_realloc(roots->items, (roots->n + 1) * sizeof *items);
        if (items == NULL) {
            return skep_error_set(err, SKEP_E_NOMEM, "no memory for the data roots");
        }
        roots->items = items;
        place = &items[roots->n++];
    }
    *place = *root;
    return SKEP_OK;
}

skep_status skep_roots_add(struct skep_roots *roots, const char *spec, struct skep_error *err)
{
    struct root root = {.fd = -1};
    const char *folder;
    char absolute[PATH_MAX];
    size_t name_n;
    skep_status st = roots_parse_spec(spec, &name_n, err);

    if (st != SKEP_OK) {
        return st;
    }
    memcpy(root.name, spec, name_n);
    folder = spec + name_n + (name_n > 0);
    root.fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root.fd < 0) {
        return skep_error_errno(err, SKEP_E_USAGE, "data root '%s'", folder);
    }
    root.folder = skep_strdup(realpath(folder, absolute) != NULL ? absolute : folder);
    st = root.folder != NULL ? roots_put(roots, &root, err)
                             : skep_error_set(err, SKEP_E_NOMEM, "no memory for the data roots");
    if (st != SKEP_OK) {
        root_release(&root);
    }
    return st;
}

/* ---- paths ---- */

/* What the two kinds of trouble with a path are called: they differ between inputs and outputs. */
struct path_statuses {
    skep_status missing;
    skep_status invalid;
};

static const struct path_statuses for_input = {SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID};
static const struct path_statuses for_output = {SKEP_E_BAD_ARGS, SKEP_E_BAD_ARGS};

static skep_status rooted_parse(const struct skep_roots *roots, const char *path, size_t n,
                                const struct path_statuses *statuses, struct rooted *rooted_out,
                                struct skep_error *err)
{
    struct rooted *rooted = rooted_out;
    size_t name_n = 0;

    if (n == 0 || n >= sizeof rooted->text || memchr(path, '\0', n) != NULL) {
        return skep_error_set(err, statuses->invalid,
                              "a path of %zu bytes, empty, too long or with a NUL in it", n);
    }
    memcpy(rooted->text, path, n);
    rooted->text[n] = '\0';
    rooted->below = rooted->text;
    if (path[0] == '@') {
        name_n = strcspn(rooted->text, "/") - 1;
        rooted->below += 1 + name_n;
        rooted->below += *rooted->below == '/';
        rooted->below = *rooted->below != '\0' ? rooted->below : "."; /* the root itself */
    }
    rooted->root = path[0] == '@' && name_n == 0 ? NULL : roots_find(roots, path + (name_n > 0), name_n);
    if (rooted->root == NULL) {
        return skep_error_set(err, statuses->missing,
                              path[0] == '@' ? "%.100s: there is no data root of this name"
                                             : "%.100s: there is no data root",
                              rooted->text);
    }
    return SKEP_OK;
}

/* Put errno into words. */
static skep_status rooted_refuse(const struct rooted *rooted, const struct path_statuses *statuses,
                                 skep_status otherwise, struct skep_error *err)
{
    const char *folder = rooted->root->folder;

    switch (errno) {
    case EXDEV:
        return skep_error_set(err, statuses->invalid, "%.100s: leaves its root %.100s", rooted->text, folder);
    case ELOOP:
        return skep_error_set(err, statuses->invalid, "%.100s: too many symbolic links", rooted->text);
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
        return skep_error_set(err, statuses->missing, "%.100s: no such file below %.100s", rooted->text,
                              folder);
    case ENXIO:
    case ENODEV:
        return skep_error_set(err, statuses->invalid, "%.100s: not a plain file", rooted->text);
    default:
        return skep_error_errno(err, otherwise, "%.100s", rooted->text);
    }
}

skep_status skep_roots_open(const struct skep_roots *roots, const char *path, size_t n, int *fd_out,
                            struct skep_error *err)
{
    struct rooted rooted;
    struct stat info;
    skep_status st = rooted_parse(roots, path, n, &for_input, &rooted, err);
    int fd;

    *fd_out = -1;
    if (st != SKEP_OK) {
        return st;
    }
    /* O_NONBLOCK: the open of a FIFO would wait for a writer before anybody could see that it is a FIFO. */
    fd = skep_beneath_open(rooted.root->fd, rooted.below, O_RDONLY | O_NONBLOCK | O_NOCTTY, roots->way);
    if (fd < 0) {
        return rooted_refuse(&rooted, &for_input, SKEP_E_IO, err);
    }
    if (fstat(fd, &info) != 0) {
        st = skep_error_errno(err, SKEP_E_IO, "%.100s", rooted.text);
    } else if (!S_ISREG(info.st_mode)) {
        st = skep_error_set(err, SKEP_E_ARRAY_INVALID, "%.100s: %s", rooted.text,
                            S_ISDIR(info.st_mode) ? "is a directory" : "not a plain file");
    }
    if (st != SKEP_OK) {
        close(fd);
        return st;
    }
    *fd_out = fd;
    return SKEP_OK;
}

bool skep_roots_stat(const struct skep_roots *roots, const char *path, size_t n, struct stat *info_out)
{
    struct rooted rooted;

    return rooted_parse(roots, path, n, &for_input, &rooted, NULL) == SKEP_OK &&
           fstatat(rooted.root->fd, rooted.below, info_out, 0) == 0;
}

/* ---- folders for outputs ---- */

static int folder_open(const struct skep_roots *roots, const struct root *root, const char *folder)
{
    return skep_beneath_open(root->fd, folder, O_PATH | O_DIRECTORY, roots->way);
}

/* The same; if nothing is there, the last component NAME is made in its parent first. */
static int folder_open_or_make(const struct skep_roots *roots, const struct root *root, const char *folder,
                               int parent_fd, const char *name)
{
    int fd = folder_open(roots, root, folder);

    if (fd >= 0 || errno != ENOENT || (mkdirat(parent_fd, name, 0777) != 0 && errno != EEXIST)) {
        return fd;
    }
    return folder_open(roots, root, folder);
}

/* Open FOLDER, making what is missing. Every prefix is resolved from the root anew, so that the same line is
 * held for each. */
static int folder_make(const struct skep_roots *roots, const struct root *root, char *folder)
{
    int fd = root->fd;
    char *end = folder;

    while (*end != '\0' && fd >= 0) {
        char *name = end + strspn(end, "/");
        int parent_fd = fd;
        char cut;
        end = name + strcspn(name, "/");
        cut = *end;
        *end = '\0';
        fd = folder_open_or_make(roots, root, folder, parent_fd, name);
        *end = cut;
        if (parent_fd != root->fd) {
            int saved = errno;
            close(parent_fd);
            errno = saved;
        }
    }
    return fd;
}

skep_status skep_roots_open_folder(const struct skep_roots *roots, const char *path, size_t n, int *fd_out,
                                   char name_out[SKEP_ROOTS_NAME_BYTES], struct skep_error *err)
{
    struct rooted rooted;
    char folder[PATH_MAX];
    const char *name;
    skep_status st = rooted_parse(roots, path, n, &for_output, &rooted, err);

    *fd_out = -1;
    if (st != SKEP_OK) {
        return st;
    }
    name = strrchr(rooted.below, '/');
    name = name != NULL ? name + 1 : rooted.below;
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        strlen(name) >= SKEP_ROOTS_NAME_BYTES) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s: does not end in the name of a file",
                              rooted.text);
    }
    snprintf(name_out, SKEP_ROOTS_NAME_BYTES, "%s", name);
    snprintf(folder, sizeof folder, "%.*s", (int)(name - rooted.below), rooted.below);
    *fd_out = folder_open(roots, rooted.root, folder[0] != '\0' ? folder : ".");
    if (*fd_out < 0 && errno == ENOENT) {
        *fd_out = folder_make(roots, rooted.root, folder);
    }
    if (*fd_out < 0 && (errno == EXDEV || errno == ELOOP)) {
        return rooted_refuse(&rooted, &for_output, SKEP_E_OUTPUT, err);
    }
    return *fd_out >= 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_OUTPUT, "%.100s: its folder", rooted.text);
}
