/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_RUNS_H
#define SKEP_TESTS_INTEGRATION_RUNS_H

/* What every test of `skep run` needs: a folder, its files, what lies in it afterwards, and who still runs.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integration/cli.h"

/* No server: `skep run` has its own. Whatever a killed program leaves behind becomes our child. */
static inline int runs_setup(void **state)
{
    static struct cli cli;

    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    cli = (struct cli){.folder = test_make_folder(), .env = "SKEP_REDIS"};
    *state = &cli;
    return 0;
}

static inline bool runs_is_alone(void *context)
{
    (void)context;
    while (waitpid(-1, NULL, WNOHANG) > 0) {
        ;
    }
    return errno == ECHILD;
}

/* Nobody that a run has started runs any more. */
static inline void runs_expect_alone(void)
{
    assert_true(test_until(runs_is_alone, NULL, CLI_MS));
}

static inline int runs_teardown(void **state)
{
    struct cli *cli = *state;

    runs_expect_alone();
    test_remove_folder(cli->folder);
    return 0;
}

/* ---- files ---- */

/* N tasks that sleep for SECONDS each. */
static inline void runs_write_naps(struct cli *cli, const char *name, int n, double seconds)
{
    char *path = test_path(cli->folder, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    for (int i = 0; i < n; i++) {
        fprintf(file, "{\"kernel\":\"sleep\",\"args\":{\"s\":%g}}\n", seconds);
    }
    assert_int_equal(fclose(file), 0);
    free(path);
}

static inline bool runs_exists(struct cli *cli, const char *name)
{
    char *path = test_path(cli->folder, name);
    bool exists = access(path, F_OK) == 0;

    free(path);
    return exists;
}

/* The folder holds N files and folders, hidden ones too. */
static inline void runs_expect_entries(struct cli *cli, int n)
{
    DIR *dir = opendir(cli->folder);
    char names[2048] = "";
    int got = 0;

    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, " %s", entry->d_name);
            got++;
        }
    }
    closedir(dir);
    if (got != n) {
        fail_msg("wanted %d entries, got:%s", n, names);
    }
}

/* The only folder in .skep; free() it. */
static inline char *runs_state(struct cli *cli)
{
    char *path = test_path(cli->folder, ".skep");
    DIR *dir = opendir(path);
    char *found = NULL;

    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strncmp(entry->d_name, "run-", 4) == 0) {
            assert_null(found);
            found = test_path(path, entry->d_name);
        }
    }
    closedir(dir);
    free(path);
    assert_non_null(found);
    return found;
}

/* ---- results ---- */

/* The number behind `"NAME":` in the line, or -1. Looks at the line alone: TEXT goes on behind it, and a
 * sanitizer's strstr reads all of what it is given. */
static inline long runs_number(const char *line, const char *name)
{
    char key[64];
    const char *at;

    snprintf(key, sizeof key, "\"%s\":", name);
    at = memmem(line, (size_t)(strchrnul(line, '\n') - line), key, strlen(key));
    return at != NULL ? strtol(at + strlen(key), NULL, 10) : -1;
}

/* TEXT is N results, one for each task from 0 to N - 1, in their order if IN_ORDER. Goes through it with
 * memchr and cuts it into lines, because a sanitizer lets the functions of strings look at all that follows.
 */
static inline void runs_expect_results(const char *text, int n, bool in_order)
{
    size_t n_left = strlen(text);
    char *copy = malloc(n_left + 1);
    char *seen = calloc((size_t)n, 1);
    int at = 0;

    assert_true(copy != NULL && seen != NULL);
    memcpy(copy, text, n_left + 1);
    for (char *line = copy; n_left > 0; at++) {
        char *end = memchr(line, '\n', n_left);
        long index;
        assert_non_null(end);
        *end = '\0';
        index = runs_number(line, "index");
        if (index < 0 || index >= n || seen[index] || (in_order && index != at)) {
            fail_msg("line %d of %d is not expected: %.200s", at, n, line);
        }
        seen[index] = 1;
        n_left -= (size_t)(end - line) + 1;
        line = end + 1;
    }
    free(seen);
    free(copy);
    if (at != n) {
        fail_msg("wanted %d results, got %d", n, at);
    }
}

/* Every line of PART is one of WHOLE: what was computed before has not been computed again. */
static inline void runs_expect_kept(const char *part, const char *whole)
{
    for (const char *line = part; *line != '\0'; line = strchr(line, '\n') + 1) {
        size_t n = strcspn(line, "\n") + 1;
        char *copy = strndup(line, n);
        assert_non_null(copy);
        if (strstr(whole, copy) == NULL) {
            fail_msg("computed again: %.200s", copy);
        }
        free(copy);
    }
}

static inline int runs_count_lines(const char *text)
{
    int n = 0;

    for (; (text = strchr(text, '\n')) != NULL; text++) {
        n++;
    }
    return n;
}

struct runs_lines {
    struct test_process *process;
    struct cli *cli;
    const char *file; /* NULL: standard output */
    int n;
};

static inline bool runs_has_lines(void *context)
{
    struct runs_lines *wait = context;
    char *text = NULL;
    bool has = test_process_is_over(wait->process);

    if (wait->file == NULL) {
        text = test_process_out(wait->process, NULL);
    } else if (runs_exists(wait->cli, wait->file)) {
        text = test_read_file(wait->cli->folder, wait->file, NULL);
    }
    has = has || (text != NULL && runs_count_lines(text) >= wait->n);
    free(text);
    return has;
}

/* Wait until it has printed N results, and still runs. */
static inline void runs_until_lines(struct test_process *process, int n)
{
    struct runs_lines wait = {.process = process, .n = n};

    assert_true(test_until(runs_has_lines, &wait, CLI_MS));
    assert_false(test_process_is_over(process));
}

/* The same for a file that it writes. */
static inline void runs_until_file(struct cli *cli, struct test_process *process, const char *file, int n)
{
    struct runs_lines wait = {.process = process, .cli = cli, .file = file, .n = n};

    assert_true(test_until(runs_has_lines, &wait, CLI_MS));
    assert_false(test_process_is_over(process));
}

/* The whole output of a process that has ended with EXIT_CODE and said WORDS; free() it. Forgets the process.
 */
static inline char *runs_end(struct test_process *process, int exit_code, const char *words)
{
    int got = test_process_wait(process, CLI_MS);
    char *out = test_process_out(process, NULL);
    char *err = test_process_err(process);

    if (got != exit_code || (words != NULL && strstr(err, words) == NULL)) {
        fail_msg("wanted exit %d and '%s', got exit %d\n--- err\n%.4000s", exit_code,
                 words != NULL ? words : "(any)", got, err);
    }
    free(err);
    test_process_free(process);
    return out;
}

/* ---- processes ---- */

/* The children of PARENT, of this name (NULL: of any): up to MOST of them into PIDS_OUT; how many. */
static inline int runs_list_children(pid_t parent, const char *program, pid_t *pids_out, int most)
{
    DIR *dir = opendir("/proc");
    int n = 0;

    assert_non_null(dir);
    for (const struct dirent *entry; n < most && (entry = readdir(dir)) != NULL;) {
        char path[300], text[256] = "", name[64] = "";
        int pid, ppid;
        FILE *file;
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        file = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "r") : NULL;
        if (file == NULL) {
            continue;
        }
        if (fgets(text, sizeof text, file) != NULL &&
            sscanf(text, "%d (%63[^)]) %*c %d", &pid, name, &ppid) == 3 && ppid == parent &&
            (program == NULL || strcmp(name, program) == 0)) {
            pids_out[n++] = pid;
        }
        fclose(file);
    }
    closedir(dir);
    return n;
}

/* A child of PARENT whose program is named so (NULL: any), or 0. */
static inline pid_t runs_find_child(pid_t parent, const char *program)
{
    pid_t pid = 0;

    return runs_list_children(parent, program, &pid, 1) == 1 ? pid : 0;
}

#endif
