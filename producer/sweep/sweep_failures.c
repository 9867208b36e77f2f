/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_failures.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "producer/cli/command.h"
#include "producer/dead/letter_groups.h"
#include "producer/dead/letter_json.h"

enum { FAILURES_SHOWN = 8, FAILURES_MESSAGE_BYTES = 300 };

struct failures {
    const char *job;
    struct skep_letter_groups *groups;
    struct skep_letter_json json;
    int fd; /* -1: not written to a file */
};

/* ---- the file ---- */

/* Its name in the folder *FOLDER_OUT (AT_FDCWD, or to be closed). */
static skep_status failures_find(const struct skep_roots *roots, const char *path, int *folder_out,
                                 char name_out[SKEP_ROOTS_NAME_BYTES], struct skep_error *err)
{
    char full[SKEP_ROOTS_NAME_BYTES];
    skep_status st = SKEP_OK;

    *folder_out = AT_FDCWD;
    if (roots != NULL) {
        st = skep_roots_open_folder(roots, path, strlen(path), folder_out, full, err);
        path = full;
    }
    if (st == SKEP_OK && snprintf(name_out, SKEP_ROOTS_NAME_BYTES, "%s" SKEP_SWEEP_FAILURES_END, path) >=
                             SKEP_ROOTS_NAME_BYTES) {
        st = skep_error_set(err, SKEP_E_OUTPUT, "the name of the file of failed tasks would be too long");
    }
    return st;
}

static skep_status failures_open(struct failures *failures, const struct skep_roots *roots, const char *path,
                                 struct skep_error *err)
{
    char name[SKEP_ROOTS_NAME_BYTES];
    int folder;
    skep_status st = failures_find(roots, path, &folder, name, err);

    if (st == SKEP_OK) {
        failures->fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
        st = failures->fd >= 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_OUTPUT, "%s", name);
    }
    if (folder >= 0) {
        close(folder);
    }
    return st;
}

void skep_sweep_forget_failures(const struct skep_roots *roots, const char *path)
{
    char name[SKEP_ROOTS_NAME_BYTES];
    int folder;

    if (failures_find(roots, path, &folder, name, NULL) == SKEP_OK) {
        (void)unlinkat(folder, name, 0);
    }
    if (folder >= 0) {
        close(folder);
    }
}

static skep_status failures_write(struct failures *failures, const struct skep_letter *letter,
                                  struct skep_error *err)
{
    struct skep_buf *line = &failures->json.line;
    size_t at = 0;

    skep_buf_reset(line);
    skep_letter_json_add(&failures->json, letter);
    if (skep_buf_failed(line)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a failed task");
    }
    while (at < line->length) {
        ssize_t n = write(failures->fd, line->bytes + at, line->length - at);
        if (n < 0 && errno != EINTR) {
            return skep_error_errno(err, SKEP_E_OUTPUT, "the file of failed tasks");
        }
        at += n > 0 ? (size_t)n : 0;
    }
    return SKEP_OK;
}

/* ---- the letters ---- */

static skep_status failures_visit(void *context, const struct skep_letter *letter, struct skep_error *err)
{
    struct failures *failures = context;

    if (letter->header.job == NULL || strcmp(letter->header.job, failures->job) != 0) {
        return SKEP_OK; /* of others in the same queue */
    }
    skep_letter_groups_add(failures->groups, letter);
    return failures->fd >= 0 ? failures_write(failures, letter, err) : SKEP_OK;
}

/* The advice of causes is for tasks that wait to be requeued one by one; a sweep has a shorter way. */
static void failures_say(const struct skep_letter_groups *groups, bool has_array)
{
    size_t n_shown = groups->n_groups < FAILURES_SHOWN ? groups->n_groups : FAILURES_SHOWN;
    uint64_t n_hidden = groups->n_letters;

    for (size_t i = 0; i < n_shown; i++) {
        const struct skep_letter_group *group = &groups->groups[i];
        n_hidden -= group->count;
        skep_say("%9" PRIu64 "  %s: %.*s%s", group->count, group->cause, FAILURES_MESSAGE_BYTES,
                 group->message, group->differs ? " (the first one's words)" : "");
    }
    if (n_hidden > 0) {
        skep_say("%9" PRIu64 "  of other kinds", n_hidden);
    }
    if (has_array) {
        skep_say("when the cause is mended `skep resume` tries them again; with other arguments it is "
                 "another sweep "
                 "(--force)");
    }
}

skep_status skep_sweep_tell_failures(struct skep_conn *conn, const struct skep_keys *keys, const char *job,
                                     const struct skep_roots *roots, const char *path, struct skep_error *err)
{
    const struct skep_letters letters = {.conn = conn, .keys = keys, .is_quiet = true};
    struct failures failures = {.job = job, .fd = -1, .groups = skep_letter_groups_new()};
    skep_status st =
        failures.groups != NULL ? SKEP_OK : skep_error_set(err, SKEP_E_NOMEM, "no memory for failed tasks");

    skep_letter_json_init(&failures.json);
    if (st == SKEP_OK && path != NULL) {
        st = failures_open(&failures, roots, path, err);
    }
    if (st == SKEP_OK) {
        st = skep_letters_walk(&letters, failures_visit, &failures, err);
    }
    if (failures.groups != NULL) {
        skep_letter_groups_sort(failures.groups);
        failures_say(failures.groups, roots != NULL);
    }
    if (failures.fd >= 0 && close(failures.fd) != 0 && st == SKEP_OK) {
        st = skep_error_errno(err, SKEP_E_OUTPUT, "the file of failed tasks");
    }
    skep_letter_json_release(&failures.json);
    skep_letter_groups_free(failures.groups);
    return st;
}
