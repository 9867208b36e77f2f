/* SPDX-License-Identifier: MIT */
#include "producer/run/run_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"
#include "producer/run/digest.h"

/* The longest of them, with room for a temporary one beside it, must fit behind every folder that is taken.
 */
static const char *const state_files[] = {"plan",       "plan.new",  "tasks.jsonl", "journal.jsonl", "order",
                                          "redis.sock", "redis.log", "worker.log",  "lock"};

enum { STATE_LONGEST_NAME = 64, STATE_NAME_KEPT = 24, STATE_TREE_FDS = 16, STATE_TRIES = 100 };

/* ---- names ---- */

skep_status skep_run_name(const char *tasks, char name[SKEP_RUN_NAME_BYTES], struct skep_error *err)
{
    char absolute[PATH_MAX];
    const char *base;
    char *dot;
    int n;

    if (strcmp(tasks, "-") == 0) {
        snprintf(name, SKEP_RUN_NAME_BYTES, "run-stdin");
        return SKEP_OK;
    }
    if (realpath(tasks, absolute) == NULL) {
        return skep_error_errno(err, SKEP_E_USAGE, "%s", tasks);
    }
    base = strrchr(absolute, '/') + 1;
    n = snprintf(name, SKEP_RUN_NAME_BYTES, "run-%.*s", STATE_NAME_KEPT, base);
    dot = strrchr(name, '.');
    n = dot != NULL && dot > name + 4 ? (int)(dot - name) : n;
    for (char *c = name; c < name + n; c++) {
        bool is_fine = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                       *c == '-' || *c == '_' || *c == '.';
        *c = is_fine ? *c : '_';
    }
    snprintf(name + n, SKEP_RUN_NAME_BYTES - (size_t)n, "-%08x",
             (unsigned)skep_digest_add(SKEP_DIGEST_START, absolute, strlen(absolute)));
    return SKEP_OK;
}

const char *skep_run_state_path(const struct skep_run_state *state, const char *name, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%.*s/%s", PATH_MAX - STATE_LONGEST_NAME, state->folder, name);
    return path;
}

/* ---- the lock ---- */

/* The process that holds the lock says so in it. */
static pid_t lock_read_pid(int fd)
{
    char text[32] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    int64_t pid = 0;

    return n > 0 && skep_parse_i64(text, strcspn(text, "\n"), &pid) ? (pid_t)pid : 0;
}

static void lock_write_pid(int fd)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());

    if (ftruncate(fd, 0) == 0) {
        (void)!pwrite(fd, text, (size_t)n, 0);
    }
}

/* Whether the file that was locked is still the one with the name: its holder may just have removed it. */
static bool lock_is_named(int fd, const char *path)
{
    struct stat held, named;

    return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

/* One try: SKEP_EMPTY when the folder has just been removed under us. */
static skep_status state_try(struct skep_run_state *state, struct skep_error *err)
{
    char path[PATH_MAX];
    skep_status st = SKEP_OK;

    if (mkdir(state->folder, 0700) != 0 && errno != EEXIST) {
        return errno == ENOENT ? SKEP_EMPTY
                               : skep_error_errno(err, SKEP_E_USAGE, "cannot make %s", state->folder);
    }
    skep_run_state_path(state, "lock", path);
    state->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (state->lock_fd < 0) {
        return errno == ENOENT ? SKEP_EMPTY : skep_error_errno(err, SKEP_E_USAGE, "cannot use %s", path);
    }
    if (flock(state->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        st = errno == EWOULDBLOCK
                 ? skep_error_set(err, SKEP_E_CONFLICT, "it is being run by process %d (state folder %s)",
                                  (int)lock_read_pid(state->lock_fd), state->folder)
                 : skep_error_errno(err, SKEP_E_USAGE, "cannot lock %s", path);
    } else if (!lock_is_named(state->lock_fd, path)) {
        st = SKEP_EMPTY;
    }
    if (st != SKEP_OK) {
        close(state->lock_fd);
        state->lock_fd = -1;
    }
    return st;
}

/* Whether somebody's own files lie in FOLDER and no run's. */
static bool state_is_foreign(const char *folder)
{
    DIR *dir = opendir(folder);
    bool has_lock = false, has_other = false;

    for (const struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        has_lock = has_lock || strcmp(entry->d_name, "lock") == 0;
        has_other = has_other || entry->d_name[0] != '.' || entry->d_name[strspn(entry->d_name, ".")] != '\0';
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return has_other && !has_lock;
}

skep_status skep_run_state_open(struct skep_run_state *state, const char *folder, struct skep_error *err)
{
    char here[PATH_MAX] = "";
    skep_status st = SKEP_EMPTY;
    int n;

    *state = (struct skep_run_state){.lock_fd = -1};
    if (folder[0] != '/' && getcwd(here, sizeof here) == NULL) {
        return skep_error_errno(err, SKEP_E_USAGE, "the working folder");
    }
    n = snprintf(state->folder, sizeof state->folder, "%s%s%s", here, here[0] != '\0' ? "/" : "", folder);
    if (n < 0 || n + STATE_LONGEST_NAME >= (int)sizeof state->folder) {
        return skep_error_set(err, SKEP_E_USAGE, "%.100s...: the path is too long", folder);
    }
    if (state_is_foreign(state->folder)) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "%s holds other files: the state of a run needs a folder of its own", folder);
    }
    for (int i = 0; i < STATE_TRIES && st == SKEP_EMPTY; i++) {
        if (strncmp(folder, SKEP_RUN_STATES "/", sizeof SKEP_RUN_STATES) == 0 &&
            mkdir(SKEP_RUN_STATES, 0700) != 0 && errno != EEXIST) {
            return skep_error_errno(err, SKEP_E_USAGE,
                                    "cannot make the folder %s (--state DIR names another)", SKEP_RUN_STATES);
        }
        st = state_try(state, err);
    }
    if (st == SKEP_EMPTY) {
        errno = ENOENT;
        return skep_error_errno(err, SKEP_E_USAGE, "cannot make %s", state->folder);
    }
    if (st == SKEP_OK) {
        lock_write_pid(state->lock_fd);
    }
    return st;
}

/* ---- leaving ---- */

static int state_remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    (void)remove(path);
    return 0;
}

/* The folder if it is empty, and the one of all states if that is. */
static void state_remove_folder(const struct skep_run_state *state)
{
    char parent[PATH_MAX];
    char *slash;

    if (rmdir(state->folder) != 0) {
        return;
    }
    snprintf(parent, sizeof parent, "%s", state->folder);
    slash = strrchr(parent, '/');
    *slash = '\0';
    if (slash - parent >= (ptrdiff_t)sizeof SKEP_RUN_STATES &&
        strcmp(slash - (sizeof SKEP_RUN_STATES - 1), SKEP_RUN_STATES) == 0) {
        (void)rmdir(parent);
    }
}

void skep_run_state_clear(struct skep_run_state *state)
{
    char path[PATH_MAX];

    (void)nftw(skep_run_state_path(state, "redis", path), state_remove_entry, STATE_TREE_FDS,
               FTW_DEPTH | FTW_PHYS);
    for (size_t i = 0; i < sizeof state_files / sizeof state_files[0] - 1; i++) { /* all but the lock */
        (void)unlink(skep_run_state_path(state, state_files[i], path));
    }
}

void skep_run_state_close(struct skep_run_state *state)
{
    char path[PATH_MAX];
    struct stat info;

    if (state->lock_fd < 0) {
        return;
    }
    if (stat(skep_run_state_path(state, "plan", path), &info) != 0) { /* nothing to be resumed */
        (void)unlink(skep_run_state_path(state, "lock", path));
        state_remove_folder(state);
    }
    close(state->lock_fd);
    state->lock_fd = -1;
}

/* ---- looking ---- */

uint64_t skep_run_state_count(const char *folder)
{
    char path[PATH_MAX];
    char block[16 * 1024];
    uint64_t n_lines = 0;
    FILE *file;

    if ((size_t)snprintf(path, sizeof path, "%s/journal.jsonl", folder) >= sizeof path) {
        return 0;
    }
    file = fopen(path, "re");
    for (size_t n = 1; file != NULL && n > 0;) {
        n = fread(block, 1, sizeof block, file);
        for (const char *at = block; (at = memchr(at, '\n', n - (size_t)(at - block))) != NULL; at++) {
            n_lines++;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return n_lines;
}

static pid_t state_holder(const char *folder)
{
    char path[PATH_MAX];
    pid_t pid = 0;
    int fd;

    if ((size_t)snprintf(path, sizeof path, "%s/lock", folder) >= sizeof path) {
        return 0;
    }
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0) {
        pid = lock_read_pid(fd);
    }
    if (fd >= 0) {
        close(fd);
    }
    return pid;
}

void skep_run_states_list(void (*see)(const struct skep_run_sight *sight, void *context), void *context)
{
    DIR *dir = opendir(SKEP_RUN_STATES);

    for (const struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        char folder[sizeof SKEP_RUN_STATES + NAME_MAX + 1];
        char plan[sizeof folder + 8];
        snprintf(folder, sizeof folder, "%s/%s", SKEP_RUN_STATES, entry->d_name);
        snprintf(plan, sizeof plan, "%s/plan", folder);
        if (access(plan, R_OK) == 0) {
            const struct skep_run_sight sight = {
                .folder = folder, .pid = state_holder(folder), .n_done = skep_run_state_count(folder)};
            see(&sight, context);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
}
